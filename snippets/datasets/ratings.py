"""Film ratings: who gave which film how many stars.

sample: generated. 300 people, 240 films of 4 genres, 20,000 ratings of 1 to 5 whole stars. Each rating is the sum of
        known parts: a bias and 3 factors for each person and each film, and noise. People mostly watch films that
        they will like, some much more so than others, and each watches one genre more than the rest. So a mean
        rating differs from the bias, for films and for people.
full:   MovieLens 100k. 943 people, 100,000 ratings; its 1,682 film ids hold 1,664 distinct titles, which are the
        films here, as in the lecture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File

GENRES = ("action", "comedy", "drama", "horror")
UNKNOWN = "#na#"  # row 0 of people and films, as in fastai: one that did not occur in training


@dataclass(frozen=True)
class GroundTruth:
    """The parameters that the ratings were generated from; row 0 belongs to the unknown person or film."""

    user_bias: np.ndarray  # (n_users,) stars
    item_bias: np.ndarray  # (n_items,) stars
    user_factors: np.ndarray  # (n_users, 3)
    item_factors: np.ndarray  # (n_items, 3)
    pickiness: np.ndarray  # (n_users,): from 0, watches anything, to 2, watches almost only what they will like


@dataclass(frozen=True)
class Ratings:
    """One rating per row; people and films are numbered from 1, and 0 is the unknown one."""

    users: np.ndarray  # (n_ratings,) int64
    items: np.ndarray  # (n_ratings,) int64
    stars: np.ndarray  # (n_ratings,) float32, 1 to 5
    n_users: int  # including the unknown one
    titles: list[str]  # one per film, the unknown one first
    genres: np.ndarray  # (n_items, n_genres) bool: a real film may have several
    genre_names: list[str]
    truth: GroundTruth | None = None  # known for generated ratings

    @property
    def n_items(self) -> int:
        """The number of films, including the unknown one."""
        return len(self.titles)

    def most_rated(self, n: int) -> np.ndarray:
        """The ids of the n films with the most ratings, the most rated first. -> (n,)"""
        return np.argsort(-np.bincount(self.items, minlength=self.n_items), kind="stable")[:n]


def short_title(title: str) -> str:
    """A title without its year or genre, and with its article in front: "Rock, The (1996)" -> "The Rock"."""
    name = title.split(" (")[0]
    first, comma, last = name.rpartition(", ")
    return f"{last} {first}" if comma and last in ("The", "A", "An", "La", "Le", "Les", "Il", "Der", "Das") else name


def with_unknown(values: np.ndarray) -> np.ndarray:
    """The values of people or films after a row of zeros for the unknown one."""
    return np.concatenate([np.zeros_like(values[:1]), values])


def select(data: Ratings, rows: np.ndarray) -> Ratings:
    """Only these ratings. rows: their indices, or a mask."""
    return replace(data, users=data.users[rows], items=data.items[rows], stars=data.stars[rows])


def shuffle_films(data: Ratings, seed: int) -> Ratings:
    """The same ratings with their films permuted at random, so that no taste is left in them."""
    return replace(data, items=np.random.default_rng(seed).permutation(data.items))


def by_heaviest(users: np.ndarray, n_users: int) -> np.ndarray:
    """Whether each rating is by one of the 5% of people with the most ratings. (n_ratings,) -> (n_ratings,) bool"""
    most_active = np.argsort(-np.bincount(users, minlength=n_users), kind="stable")
    return np.isin(users, most_active[: round(0.05 * (n_users - 1))])


def generate(n_users: int = 300, n_items: int = 240, n_ratings: int = 20_000, seed: int = 20) -> Ratings:
    """Ratings: 3.2 + person's bias + film's bias + dot product of 3 factors + noise, rounded and clipped to 1 to 5.

    Each genre is a corner of a tetrahedron in the space of the factors, and its films lie around it.
    """
    rng = np.random.default_rng(seed)
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    genre = rng.integers(len(GENRES), size=n_items)
    item_factors = corners[genre] + rng.normal(0, 0.45, (n_items, 3))
    user_factors = rng.normal(0, 0.75, (n_users, 3))
    user_bias, item_bias = rng.normal(0, 0.5, n_users), rng.normal(0, 0.5, n_items)
    pickiness = rng.uniform(0, 2, n_users)

    affinity = user_factors @ item_factors.T  # (n_users, n_items)
    stars = 3.2 + user_bias[:, None] + item_bias + affinity + rng.normal(0, 0.35, affinity.shape)
    stars = np.clip(np.rint(stars), 1, 5)

    # Who sees which film: people's activity, films' popularity, affinity times pickiness, and a favorite genre each.
    interest = rng.normal(0, 0.7, (n_users, 1)) + rng.normal(0, 0.7, n_items) + pickiness[:, None] * affinity
    interest = interest + (genre == rng.integers(len(GENRES), size=(n_users, 1))) + rng.gumbel(size=affinity.shape)
    chosen = np.sort(np.argsort(-interest, axis=None)[:n_ratings])  # Gumbel noise: a draw without replacement
    users, items = np.divmod(rng.permutation(chosen), n_items)

    titles = [UNKNOWN, *(f"film {i} ({GENRES[g]})" for i, g in enumerate(genre, start=1))]
    parameters = (user_bias, item_bias, user_factors, item_factors, pickiness)
    return Ratings(
        users=users + 1,
        items=items + 1,
        stars=stars[users, items].astype(np.float32),
        n_users=n_users + 1,
        titles=titles,
        genres=with_unknown(np.eye(len(GENRES), dtype=bool)[genre]),
        genre_names=list(GENRES),
        truth=GroundTruth(*(with_unknown(values) for values in parameters)),
    )


def read_movielens(folder: Path) -> Ratings:
    """MovieLens 100k, from the folder with u.data and u.item. Ids that share a title become one film."""
    users, ids, stars, _ = np.loadtxt(folder / "u.data", dtype=np.int64, delimiter="\t", unpack=True)
    names = "unknown Action Adventure Animation Children's Comedy Crime Documentary Drama Fantasy Film-Noir Horror "
    names += "Musical Mystery Romance Sci-Fi Thriller War Western"
    lines = [line.split("|") for line in (folder / "u.item").read_text("latin-1").splitlines()]
    titles = [UNKNOWN, *sorted({fields[1] for fields in lines})]
    number = {title: i for i, title in enumerate(titles)}
    genres = np.zeros((len(titles), len(names.split())), dtype=bool)
    film = np.zeros(len(lines) + 1, dtype=np.int64)
    for fields in lines:
        film[int(fields[0])] = number[fields[1]]
        genres[number[fields[1]]] |= np.array(fields[5:]) == "1"
    return Ratings(
        users=users,
        items=film[ids],
        stars=stars.astype(np.float32),
        n_users=int(users.max()) + 1,
        titles=titles,
        genres=genres,
        genre_names=names.split(),
    )


ratings = Dataset(
    title="MovieLens 100k",
    sample=generate,
    full=read_movielens,
    files=[
        File(
            name="ml-100k.zip",
            url="https://files.grouplens.org/datasets/movielens/ml-100k.zip",
            sha256="50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
            members={
                "ml-100k/u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
                "ml-100k/u.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701",
            },
        )
    ],
    folder="ml-100k",
    license="GroupLens: research use, no redistribution without permission",
    citation="F. Maxwell Harper and Joseph A. Konstan, The MovieLens Datasets: History and Context, ACM Transactions "
    "on Interactive Intelligent Systems 5(4), 2015, doi:10.1145/2827872",
    url="https://grouplens.org/datasets/movielens/100k/",
)

generated_ratings = Dataset(title="Generated ratings whose factors and biases are known", sample=generate)
