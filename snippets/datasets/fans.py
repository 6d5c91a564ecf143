"""Film ratings with a clique: a few people who watch, and love, one kind of film more than everybody else.

sample: made here. 320 people, 150 films. 16 people, 5%, are fans of the 40 films of one genre, "fandom": they give
        80% of its ratings, and 1.2 stars more than their taste and the film's quality would have it. The 40 films and
        40 others were each rated by 15 people, the other 70 by 70. All that a rating is made of is known.
full:   MovieLens 100k, where nobody knows who is a fan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursenotes import Dataset
from snippets.datasets.ratings import UNKNOWN, Ratings, Truth, ratings, read_movielens

GENRES = ("action", "comedy", "drama", "fandom")
FILMS = (40, 40, 70)  # of fandom, others that are seldom seen, popular ones
VIEWERS = (15, 15, 70)  # of each film


@dataclass(frozen=True)
class FanRatings(Ratings):
    """Ratings of which it is known who is a fan, and what everybody would think of every film."""

    fans: np.ndarray | None = None  # (n_users,) bool
    expected: np.ndarray | None = None  # (n_users, n_items) stars without noise, 1 to 5


def with_unknown(values: np.ndarray) -> np.ndarray:
    """A row of zeros in front, for the unknown person or film."""
    return np.concatenate([np.zeros_like(values[:1]), values])


def generate(share: float = 0.8, seed: int = 0, n_users: int = 320, love: float = 1.2) -> FanRatings:
    """Ratings that are 3.2 + person's bias + film's bias + 3 factors (+ love, fan and fandom) + noise, 1 to 5.

    share is the part of the ratings of each fandom film that fans give; a film has the same number whatever it is.
    """
    rng = np.random.default_rng([17, seed])
    n_items, fan = sum(FILMS), np.arange(n_users) < n_users // 20
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    genre = np.r_[np.full(FILMS[0], 3), rng.integers(3, size=n_items - FILMS[0])]
    item_factors = corners[genre] + rng.normal(0, 0.45, (n_items, 3))
    user_factors = rng.normal(0, 0.75, (n_users, 3))
    user_bias, item_bias = rng.normal(0, 0.5, n_users), rng.normal(0, 0.5, n_items)
    pickiness = rng.uniform(0, 0.5, n_users)

    liking = user_factors @ item_factors.T + love * np.outer(fan, genre == 3)  # (n_users, n_items)
    expected = 3.2 + user_bias[:, None] + item_bias + liking
    stars = np.clip(np.rint(expected + rng.normal(0, 0.35, liking.shape)), 1, 5)
    wants = rng.normal(0, 0.3, (n_users, 1)) + pickiness[:, None] * liking + rng.gumbel(size=liking.shape)
    pairs = []
    for film, viewers in enumerate(np.repeat(VIEWERS, FILMS)):
        by_fans = round(viewers * (share if genre[film] == 3 else fan.mean()))
        for group, count in ((np.flatnonzero(fan), by_fans), (np.flatnonzero(~fan), viewers - by_fans)):
            pairs += [(person, film) for person in group[np.argsort(-wants[group, film])[:count]]]
    users, items = rng.permutation(np.array(pairs)).T
    known = (user_bias, item_bias, user_factors, item_factors, pickiness)
    return FanRatings(
        users=users + 1,
        items=items + 1,
        stars=stars[users, items].astype(np.float32),
        n_users=n_users + 1,
        titles=[UNKNOWN, *(f"film {i} ({GENRES[g]})" for i, g in enumerate(genre, start=1))],
        genres=with_unknown(np.eye(len(GENRES), dtype=bool)[genre]),
        genre_names=list(GENRES),
        truth=Truth(*(with_unknown(values) for values in known)),
        fans=with_unknown(fan),
        expected=with_unknown(with_unknown(np.clip(expected, 1, 5)).T).T,
    )


fans = Dataset(
    title="Generated ratings with a clique of fans; MovieLens 100k",
    sample=generate,
    full=read_movielens,
    files=ratings.files,
    folder=ratings.folder,
    license=ratings.license,
    citation=ratings.citation,
    url=ratings.url,
)
