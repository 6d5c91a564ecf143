"""Film ratings together with facts about the people: an age band, a gender and an occupation each.

sample: the 20,000 generated ratings of ratings.py, whose factors are known, and for each of the 300 people an age and
        one of six occupations that depend on their true taste, and a gender that does not.
full:   MovieLens 100k with the age, gender and occupation of its 943 people (without their zip codes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File
from snippets.datasets.ratings import Ratings, generate, read_movielens, select

AGES = (18, 25, 35, 45, 55)  # where the next age band begins
AGE_BANDS = ("under 18", "18 to 24", "25 to 34", "35 to 44", "45 to 54", "55 or over")
OCCUPATIONS = ("artist", "cook", "engineer", "farmer", "nurse", "student")


@dataclass(frozen=True, kw_only=True)
class Viewers(Ratings):
    """Ratings, and facts about the people from when they signed up: 0 or 1 for each possible answer."""

    facts: np.ndarray  # (n_users, n_facts) float32; row 0, the unknown person, is all zeros
    fact_names: list[str]


def with_facts(base: Ratings, ages, genders: Sequence[str], jobs: Sequence[str]) -> Viewers:
    """Ratings with the answers of people 1, 2, ... as columns of zeros and ones."""
    answers = [[AGE_BANDS[band] for band in np.digitize(ages, AGES)], genders, jobs]
    names = [*AGE_BANDS, *sorted(set(genders)), *sorted(set(jobs))]
    facts = np.zeros((base.n_users, len(names)), dtype=np.float32)
    for question in answers:
        for person, answer in enumerate(question, start=1):
            facts[person, names.index(answer)] = 1
    return Viewers(**vars(base), facts=facts, fact_names=names)


def generate_viewers(seed: int = 20) -> Viewers:
    """Generated ratings. The age depends on the first true factor, the occupation on the other two, with noise."""
    base = generate(seed=seed)
    assert base.truth is not None
    rng = np.random.default_rng([8, seed])
    n = base.n_users - 1
    taste = base.truth.user_factors[1:] / 0.75  # (n, 3), a standard deviation of 1 each
    ages = 36 + 14 * (0.8 * taste[:, 0] + 0.6 * rng.normal(size=n))
    angles = np.arange(6) * np.pi / 3
    directions = np.stack([np.cos(angles), np.sin(angles)])  # (2, occupations)
    preference = (taste[:, 1:] + rng.normal(0, 0.5, (n, 2))) @ directions
    return with_facts(
        base, ages, [("F", "M")[g] for g in rng.integers(2, size=n)], [OCCUPATIONS[k] for k in preference.argmax(1)]
    )


def read_viewers(folder: Path) -> Viewers:
    """MovieLens 100k, from the folder with u.data, u.item and u.user."""
    rows = [line.split("|") for line in (folder / "u.user").read_text("latin-1").splitlines()]  # in order of id
    return with_facts(
        read_movielens(folder),
        np.array([int(row[1]) for row in rows]),
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


def split_newcomers(data: Ratings, rng: np.random.Generator) -> tuple[Ratings, Ratings, np.ndarray]:
    """A random fifth of the people is new. -> the ratings by the others, the ratings by the new, the new people"""
    new, _ = np.split(1 + rng.permutation(data.n_users - 1), [(data.n_users - 1) // 5])
    is_new = np.isin(data.users, new)
    return select(data, ~is_new), select(data, is_new), new


def swap_roles(data: Viewers) -> Viewers:
    """Films in place of people, and people in place of films."""
    return replace(data, users=data.items, items=data.users, n_users=data.n_items, titles=[""] * data.n_users)


viewers = Dataset(
    title="MovieLens 100k with facts about its people",
    sample=generate_viewers,
    full=read_viewers,
    files=[
        File(
            name="ml-100k.zip",
            url="https://files.grouplens.org/datasets/movielens/ml-100k.zip",
            sha256="50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
            members={
                "ml-100k/u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
                "ml-100k/u.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701",
                "ml-100k/u.user": "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c",
            },
        )
    ],
    folder="ml-100k",
    license="GroupLens: research use, no redistribution without permission",
    citation="F. Maxwell Harper and Joseph A. Konstan, The MovieLens Datasets: History and Context, ACM Transactions "
    "on Interactive Intelligent Systems 5(4), 2015, doi:10.1145/2827872",
    url="https://grouplens.org/datasets/movielens/100k/",
)
