"""Latent factors: what the numbers of a film mean, although nobody said what kind of film it is.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:16:07 to 0:23:00.
Data:   sample: 20,000 generated ratings, whose factors and genres are known; full: MovieLens 100k.
Cost:   sample 2 s on one core; full 25 s on one core.
"""

import numpy as np

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, models
from snippets.datasets.ratings import Ratings, generated_ratings, ratings, short_title, shuffle_films
from snippets.parameters import restored


def trained(net, data: Ratings, fitted, run: Run):
    restored(net, fitted)


def trained_on_shuffled_films(net, data: Ratings, fitted, run: Run):
    fit(net, shuffle_films(data, run.seed), run)


def untrained(net, data: Ratings, fitted, run: Run):
    pass


WEIGHTS = {"trained": trained, "shuffled": trained_on_shuffled_films, "untrained": untrained}


@experiment(data=ratings, after=models, vary={"model": ["dot_bias"], "weights": ["trained", "shuffled", "untrained"]})
def film_factors(data: Ratings, fitted, run: Run, weights: str):
    """Each film's factors in a model that was trained, trained on shuffled films, or not trained: (n_items, 50)."""
    net = DotProductBias(data.n_users, data.n_items, 50)
    WEIGHTS[weights](net, data, fitted, run)
    return {"_film_factors": net.item_factors}


def principal_components(factors: np.ndarray, k: int) -> np.ndarray:
    """The coordinates of films along the k directions in which they differ most. (n, n_factors) -> (n, k)"""
    centered = factors - factors.mean(axis=0)
    u, s, _ = np.linalg.svd(centered, full_matrices=False)
    return u[:, :k] * s[:k]


def cosine(factors: np.ndarray) -> np.ndarray:
    """The cosine of the angle between the factors of each two films. -> (n, n), 1 for the same direction"""
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    return unit @ unit.T


def euclidean(factors: np.ndarray) -> np.ndarray:
    """The distance between the factors of each two films. -> (n, n)"""
    squares = (factors**2).sum(axis=1)
    return np.sqrt(np.maximum(squares[:, None] + squares - 2 * factors @ factors.T, 0))


def nearest(closeness: np.ndarray) -> np.ndarray:
    """The index of the closest other film, for each film. (n, n) -> (n,)"""
    return np.where(np.eye(len(closeness), dtype=bool), -np.inf, closeness).argmax(axis=1)


def genre_overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The share of the genres of either film that both have. (n, genres) each -> (n,), 1 where they agree"""
    shared = (first & second).sum(axis=1)
    return shared / np.maximum((first | second).sum(axis=1), 1)


@experiment(data=generated_ratings, after=film_factors)
def recovered_variance(data, learned, run: Run):
    """The share of the true factors' variance that three principal components explain (R²)."""
    components = principal_components(learned.arrays["_film_factors"][1:], 3)
    true = data.truth.item_factors[1:] - data.truth.item_factors[1:].mean(axis=0)
    residual = true - components @ np.linalg.lstsq(components, true, rcond=None)[0]
    return {"r2": 1 - (residual**2).sum() / (true**2).sum()}


@experiment(data=ratings, after=film_factors)
def nearest_films(data, learned, run: Run):
    """A map of the most rated films, the film nearest to each, and how far the genres of the two overlap."""
    films = data.most_rated(run.pick(sample=240, full=600))
    titles, genres = [data.titles[i] for i in films], data.genres[films]
    factors = learned.arrays["_film_factors"][films]
    cosines = cosine(factors)
    near = nearest(cosines)
    query = titles.index(run.pick(sample=titles[0], full="Silence of the Lambs, The (1991)"))
    ranking = np.argsort(-cosines[query], kind="stable")[:9]
    by_chance = [genre_overlap(genres, np.roll(genres, k, axis=0)).mean() for k in range(1, len(genres))]
    return {
        "overlap": genre_overlap(genres, genres[near]).mean(),
        "overlap_by_chance": np.mean(by_chance),  # over all pairs of two different films
        "same_by_distance": np.mean(near == nearest(-euclidean(factors))),
        "nearest": near.astype(np.int16),  # (films,)
        "genres": np.packbits(genres, axis=1),  # (films, bytes)
        "points": principal_components(factors[:50], 2).astype(np.float32),  # (50, 2)
        "titles": titles[:50],
        "ranking": [titles[i] for i in ranking],
        "ranking_cosine": cosines[query, ranking].astype(np.float32),
    }


@figure(nearest_films)
def film_map(results):
    """Fifty films on the first two principal components of their factors, trained and trained on shuffled films."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3.8, width_ratios=[2, 1])
    titles = results.texts("titles", weights="trained")
    kinds = [title.split(" (")[-1] for title in titles]  # the genre of a generated film, the year of a real one
    names = sorted(set(kinds))
    colors = [f"C{names.index(kind)}" for kind in kinds] if results.scale == "sample" else "C0"
    points, shuffled = (results.array("points", weights=weights) for weights in ("trained", "shuffled"))
    plots.labeled_scatter(*points.T, [short_title(title) for title in titles], color=colors, ax=left)
    right.scatter(*shuffled.T, s=18, c=colors, linewidths=0)
    limit = 1.1 * np.abs(points).max()
    for ax in (left, right):
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="first component", ylabel="second component")
    plots.title(left, "Films that the same people like lie together")
    plots.title(right, "Trained on shuffled films")
    return fig


@figure(nearest_films)
def neighbors(results):
    """The eight films nearest to one film by cosine, for three seeds side by side."""
    fig, axs = plots.axes(3, width=7.2, height=2.9, sharex=True)
    for ax, seed in zip(axs, results.seeds, strict=False):
        query, *names = (short_title(title) for title in results.texts("ranking", seed, weights="trained"))
        cosines = results.array("ranking_cosine", seed, weights="trained")[1:]
        plots.ranked_bars(names, cosines, longest=26, ax=ax, xlabel="cosine")
        ax.set_title(f"seed {seed}", loc="left")
    plots.title(fig, f"Nearest to {query}: plausible films, in a different order each time")
    return fig


@figure(recovered_variance)
def variance_explained(results):
    """The share of the true factors' variance in three principal components: nearly all if trained, otherwise none."""
    names = results.settings["weights"]
    rows = dict(zip(names, results.sweep("r2", over="weights").T, strict=True))
    title = "Three of fifty components recover the factors that the ratings were generated from"
    text = {"title": title, "xlabel": "share of the true factors' variance (R²)"}
    return plots.dot_plot(rows, colors=["C0", "C1", "C7"], fmt="{:.2f}", xlim=(0, None), **text)
