"""Latent factors: what the numbers of a film mean, though nobody said what kind of film it is.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:16:07 to 0:23:00.
Data:   sample: 20,000 generated ratings, whose factors and genres are known; full: MovieLens 100k.
Cost:   sample 12 s on one core; full 25 s on one core.
"""

from dataclasses import replace

import numpy as np

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit
from snippets.datasets.ratings import Ratings, made_ratings, ratings


def film_factors(data: Ratings, run: Run, weights: str) -> np.ndarray:
    """The factors of every film, of a model that was trained, untrained, or trained on mixed up films. -> (n_items, 50)"""
    if weights == "shuffled":
        data = replace(data, items=np.random.default_rng(run.seed).permutation(data.items))
    net = DotProductBias(data.n_users, data.n_items, 50)
    if weights != "untrained":
        fit(net, data, run)
    return net.item_factors.numpy(force=True)


def principal_components(factors: np.ndarray, k: int):
    """The k directions along which films differ most. -> places along them (n, k), share of the variance (n_factors,)"""
    centred = factors - factors.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    return u[:, :k] * s[:k], s**2 / (s**2).sum()


def cosine(factors: np.ndarray) -> np.ndarray:
    """The cosine of the angle between the factors of each two films. -> (n, n), 1 where they point the same way"""
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    return unit @ unit.T


def euclidean(factors: np.ndarray) -> np.ndarray:
    """The distance between the factors of each two films. -> (n, n)"""
    squares = (factors**2).sum(axis=1)
    return np.sqrt(np.maximum(squares[:, None] + squares - 2 * factors @ factors.T, 0))


def nearest(closeness: np.ndarray) -> np.ndarray:
    """For each film the number of the closest other one. -> (n,)"""
    return np.where(np.eye(len(closeness), dtype=bool), -np.inf, closeness).argmax(axis=1)


@experiment(data=made_ratings, seeds=5, vary={"weights": ["trained", "shuffled", "untrained"]})
def recovered(data, run: Run, weights: str):
    """How much of the true factors' variance three principal components explain (R²)."""
    components, _ = principal_components(film_factors(data, run, weights)[1:], 3)
    truth = data.truth.item_factors[1:] - data.truth.item_factors[1:].mean(axis=0)
    left = truth - components @ np.linalg.lstsq(components, truth, rcond=None)[0]
    return {"r2": 1 - (left**2).sum() / (truth**2).sum()}


@experiment(data=ratings, seeds={"sample": 5, "full": 3}, vary={"weights": ["trained", "shuffled", "untrained"]})
def meaning(data, run: Run, weights: str):
    """Where the most rated films lie, and which other film is nearest to each."""
    often = np.argsort(-np.bincount(data.items, minlength=data.n_items), kind="stable")[: run.pick(sample=240, full=300)]
    factors = film_factors(data, run, weights)[often]
    points, shares = principal_components(factors[:50], 2)
    titles, genres = [data.titles[i] for i in often], data.genres[often]
    alike = cosine(factors)
    wanted = titles.index(run.pick(sample=data.titles[1], full="Silence of the Lambs, The (1991)"))
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    ranking = np.argsort(-alike[wanted], kind="stable")
    return {
        "points": points.astype(np.float32),  # (50, 2)
        "shares": shares[:10].astype(np.float32),
        "titles": titles[:50],
        "nearest": nearest(alike).astype(np.int16),
        "genres": genres.astype(np.uint8),  # (films, genres)
        "query": [titles[i] for i in ranking[:9]],
        "query_cosine": alike[wanted, ranking[:9]].astype(np.float32),
        "same_by_distance": np.mean(nearest(alike) == nearest(-euclidean(factors))),
        "same_by_distance_at_unit_norm": np.mean(nearest(alike) == nearest(-euclidean(unit))),
    }
