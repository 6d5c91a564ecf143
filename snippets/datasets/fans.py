"""Film ratings with a few fans: people who watch, and love, one genre more than everybody else does.

sample: generated. 320 people, 150 films. 16 people, 5%, are fans of the 40 films of one genre, "fandom": they give
        80% of its ratings, each 1.2 stars higher than their taste and the film's quality explain. These 40 films and
        40 others have 15 ratings each, the other 70 films have 70 each. All parts of a rating are known.
full:   MovieLens 100k, where nobody knows who is a fan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursenotes import Dataset
from snippets.datasets.ratings import UNKNOWN, GroundTruth, Ratings, ratings, read_movielens, with_unknown

GENRES = ("action", "comedy", "drama", "fandom")
N_FILMS = (40, 40, 70)  # films of fandom, other rarely seen films, popular films
N_VIEWERS = (15, 15, 70)  # ratings of each such film


@dataclass(frozen=True)
class FanRatings(Ratings):
    """Ratings, who is a fan, and the stars that everybody would give to every film."""

    fans: np.ndarray | None = None  # (n_users,) bool
    expected: np.ndarray | None = None  # (n_users, n_items) stars without noise, 1 to 5

    @property
    def fandom(self) -> np.ndarray:
        """Whether each film is of the fans' genre. -> (n_items,) bool"""
        return self.genres[:, GENRES.index("fandom")]

    @property
    def rare(self) -> np.ndarray:
        """Whether each film is another one with few ratings. -> (n_items,) bool"""
        return ~self.fandom & (np.bincount(self.items, minlength=self.n_items) == N_VIEWERS[1])


def generate(share: float = 0.8, seed: int = 0, n_users: int = 320, fan_bonus: float = 1.2) -> FanRatings:
    """Ratings: 3.2 + person's bias + film's bias + dot product of 3 factors + noise; fans give fandom a bonus.

    share: the fraction of each fandom film's ratings that fans give; the number of its ratings does not change.
    """
    rng = np.random.default_rng([17, seed])
    n_items, fan = sum(N_FILMS), np.arange(n_users) < n_users // 20
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    genre = np.r_[np.full(N_FILMS[0], 3), rng.integers(3, size=n_items - N_FILMS[0])]
    item_factors = corners[genre] + rng.normal(0, 0.45, (n_items, 3))
    user_factors = rng.normal(0, 0.75, (n_users, 3))
    user_bias, item_bias = rng.normal(0, 0.5, n_users), rng.normal(0, 0.5, n_items)
    pickiness = rng.uniform(0, 0.5, n_users)

    affinity = user_factors @ item_factors.T + fan_bonus * np.outer(fan, genre == 3)  # (n_users, n_items)
    expected = 3.2 + user_bias[:, None] + item_bias + affinity
    stars = np.clip(np.rint(expected + rng.normal(0, 0.35, affinity.shape)), 1, 5)
    interest = rng.normal(0, 0.3, (n_users, 1)) + pickiness[:, None] * affinity + rng.gumbel(size=affinity.shape)
    pairs = []
    for film, viewers in enumerate(np.repeat(N_VIEWERS, N_FILMS)):
        by_fans = round(viewers * (share if genre[film] == 3 else fan.mean()))
        for group, count in ((np.flatnonzero(fan), by_fans), (np.flatnonzero(~fan), viewers - by_fans)):
            pairs += [(person, film) for person in group[np.argsort(-interest[group, film])[:count]]]
    users, items = rng.permutation(np.array(pairs)).T
    parameters = (user_bias, item_bias, user_factors, item_factors, pickiness)
    return FanRatings(
        users=users + 1,
        items=items + 1,
        stars=stars[users, items].astype(np.float32),
        n_users=n_users + 1,
        titles=[UNKNOWN, *(f"film {i} ({GENRES[g]})" for i, g in enumerate(genre, start=1))],
        genres=with_unknown(np.eye(len(GENRES), dtype=bool)[genre]),
        genre_names=list(GENRES),
        truth=GroundTruth(*(with_unknown(values) for values in parameters)),
        fans=with_unknown(fan),
        expected=with_unknown(with_unknown(np.clip(expected, 1, 5)).T).T,
    )


fans = Dataset(
    title="Generated ratings with a few fans; MovieLens 100k",
    sample=generate,
    full=read_movielens,
    files=ratings.files,
    folder="ml-100k",
    license="GroupLens: research use, no redistribution without permission",
    citation="F. Maxwell Harper and Joseph A. Konstan, The MovieLens Datasets: History and Context, ACM Transactions "
    "on Interactive Intelligent Systems 5(4), 2015, doi:10.1145/2827872",
    url="https://grouplens.org/datasets/movielens/100k/",
)
