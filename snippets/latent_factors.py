"""Latent factors: what the numbers of a film mean, though nobody said what kind of film it is.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:16:07 to 0:23:00.
Data:   sample: 20,000 generated ratings, whose factors and genres are known; full: MovieLens 100k.
Cost:   sample 2 s on one core; full 25 s on one core.
"""

from dataclasses import replace

import numpy as np

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, models
from snippets.datasets.ratings import Ratings, generated_ratings, ratings, short_title
from snippets.parameters import restored


@experiment(data=ratings, after=models, vary={"model": ["dot_bias"], "weights": ["trained", "shuffled", "untrained"]})
def film_factors(data: Ratings, fitted, run: Run, weights: str):
    """Each film's factors, of a model that was trained, untrained, or trained on mixed up films: (n_items, 50)."""
    net = DotProductBias(data.n_users, data.n_items, 50)
    if weights == "trained":
        restored(net, fitted)
    elif weights == "shuffled":
        mixed_up = np.random.default_rng(run.seed).permutation(data.items)
        fit(net, replace(data, items=mixed_up), run)
    return {"_film_factors": net.item_factors}


def principal_components(factors: np.ndarray, k: int) -> np.ndarray:
    """Where films lie along the k directions in which they differ most. (n, n_factors) -> (n, k)"""
    centered = factors - factors.mean(axis=0)
    u, s, _ = np.linalg.svd(centered, full_matrices=False)
    return u[:, :k] * s[:k]


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


@experiment(data=generated_ratings, after=film_factors)
def recovered(data, learned, run: Run):
    """How much of the true factors' variance three principal components explain (R²)."""
    components = principal_components(learned.arrays["_film_factors"][1:], 3)
    truth = data.truth.item_factors[1:] - data.truth.item_factors[1:].mean(axis=0)
    left = truth - components @ np.linalg.lstsq(components, truth, rcond=None)[0]
    return {"r2": 1 - (left**2).sum() / (truth**2).sum()}


def genre_overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of the genres that either film has, the share that both have. (n, genres) each -> (n,), 1 where they agree"""
    shared = (first & second).sum(axis=1)
    return shared / np.maximum((first | second).sum(axis=1), 1)


@experiment(data=ratings, after=film_factors)
def meaning(data, learned, run: Run):
    """Where the most rated films lie, which other film is nearest to each, and whether it has the same genres."""
    films = data.most_rated(run.pick(sample=240, full=600))
    titles, genres = [data.titles[i] for i in films], data.genres[films]
    factors = learned.arrays["_film_factors"][films]
    alike = cosine(factors)
    near = nearest(alike)
    wanted = titles.index(run.pick(sample=titles[0], full="Silence of the Lambs, The (1991)"))
    ranking = np.argsort(-alike[wanted], kind="stable")[:9]
    chance = [genre_overlap(genres, np.roll(genres, k, axis=0)).mean() for k in range(1, len(genres))]
    return {
        "overlap": genre_overlap(genres, genres[near]).mean(),
        "chance": np.mean(chance),  # over all pairs of two different films
        "same_by_distance": np.mean(near == nearest(-euclidean(factors))),
        "nearest": near.astype(np.int16),  # (films,)
        "genres": np.packbits(genres, axis=1),  # (films, bytes)
        "points": principal_components(factors[:50], 2).astype(np.float32),  # (50, 2)
        "titles": titles[:50],
        "query": [titles[i] for i in ranking],
        "query_cosine": alike[wanted, ranking].astype(np.float32),
    }


@figure(meaning)
def film_map(results):
    """Fifty films on the first two principal components of their factors, trained and trained on mixed up films."""
    fig, (left, right) = plots.axes(ncols=2, width=9.6, height=5.2, width_ratios=[2, 1])
    for ax, weights, heading in (
        (left, "trained", "Films that people like alike lie together"),
        (right, "shuffled", "Films mixed up"),
    ):
        points, titles = results.array("points", weights=weights), results.texts("titles", weights=weights)
        kinds = sorted({title.split(" (")[-1] for title in titles}) if results.scale == "sample" else []
        colors = [f"C{kinds.index(title.split(' (')[-1])}" for title in titles] if kinds else "C0"
        if weights == "trained":
            plots.labeled_scatter(points[:, 0], points[:, 1], [short_title(t) for t in titles], color=colors, ax=ax)
        else:
            ax.scatter(points[:, 0], points[:, 1], s=18, c=colors, linewidths=0)
        limit = 1.1 * np.abs(results.array("points", weights="trained")).max()
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="first component", ylabel="second component")
        plots.title(ax, heading)
    return fig


@figure(meaning)
def neighbors(results):
    """The eight films nearest to one film by cosine, for three seeds side by side."""
    seeds = results.seeds[:3]
    fig, axs = plots.axes(ncols=len(seeds), width=9.6, height=3.4, sharex=True)
    for ax, seed in zip(axs, seeds, strict=True):
        names = results.texts("query", seed, weights="trained")
        cosines = results.array("query_cosine", seed, weights="trained")
        plots.ranked_bars([short_title(name) for name in names[1:]], cosines[1:], longest=26, ax=ax)
        ax.set_xlabel("cosine")
        ax.set_title(f"seed {seed}", loc="left")
    plots.title(fig, f"Nearest to {short_title(names[0])}: believable films, in another order each time")
    return fig


@figure(recovered)
def truth_in_the_factors(results):
    """How much of the true factors three principal components hold: nearly all if trained, nothing otherwise."""
    fig, ax = plots.axes(height=2.2)
    rows = {name: results.metric("r2", weights=name) for name in ("trained", "shuffled", "untrained")}
    plots.dot_plot(rows, colors=["C0", "C1", "C7"], fmt="{:.2f}", ax=ax)
    ax.set_xlim(left=0)
    ax.set_xlabel("share of the true factors' variance (R²)")
    plots.title(ax, "Three components of the fifty hold the factors that made the ratings")
    return fig
