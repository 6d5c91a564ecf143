"""A film's bias: how much it is liked beyond what its viewers' taste explains.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:12:03 to 0:15:00.
Data:   sample: 20,000 generated ratings, whose biases are known; full: MovieLens 100k.
Cost:   sample 2 s on one core; full 15 s on one core.
"""

import numpy as np
from scipy.stats import spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, models, split
from snippets.datasets.ratings import Ratings, generated_ratings, ratings, short_title
from snippets.parameters import restored


def mean_and_count(ids, y, size: int):
    """The mean rating of each person or film, and the number of its ratings. -> (size,) stars, (size,)"""
    ids, y = ids.numpy(force=True), y.numpy(force=True)
    counts = np.bincount(ids, minlength=size)
    sums = np.bincount(ids, weights=y, minlength=size)
    return np.where(counts > 0, sums / np.maximum(counts, 1), y.mean()), counts


def mean_ratings(data: Ratings, fitted, run: Run):
    """The mean rating that each person gives and that each film gets. -> (n_users,), (n_items,)"""
    x, y, _, _ = split(data, run.seed)
    return mean_and_count(x[:, 0], y, data.n_users)[0], mean_and_count(x[:, 1], y, data.n_items)[0]


def biases(net: DotProductBias):
    """The biases of people and films in a model. -> (n_users,), (n_items,)"""
    return net.user_bias.numpy(force=True), net.item_bias.numpy(force=True)


def learned_biases(data: Ratings, fitted, run: Run):
    """The biases of the model that was trained in collaborative_filtering."""
    return biases(restored(DotProductBias(data.n_users, data.n_items, 50), fitted))


def fit_biases(data: Ratings, run: Run, n_factors: int):
    """The biases of a new model, with or without factors."""
    net = DotProductBias(data.n_users, data.n_items, n_factors)
    fit(net, data, run)
    return biases(net)


ESTIMATORS = {
    "mean": mean_ratings,
    "bias": learned_biases,
    "bias_without_factors": lambda data, fitted, run: fit_biases(data, run, n_factors=0),
    "untrained_bias": lambda data, fitted, run: biases(DotProductBias(data.n_users, data.n_items, 50)),
}


@experiment(
    data=generated_ratings,
    after=models,
    vary={"model": ["dot_bias"], "estimator": ["mean", "bias_without_factors", "bias", "untrained_bias"]},
)
def correlation_with_truth(data, fitted, run: Run, estimator: str):
    """Rank correlation with the true biases: of films, of people, and of the half of people who choose by taste."""
    people, films = ESTIMATORS[estimator](data, fitted, run)
    truth = data.truth
    picky = 1 + np.flatnonzero(truth.pickiness[1:] > np.median(truth.pickiness[1:]))
    return {
        "films": spearmanr(films[1:], truth.item_bias[1:])[0],
        "people": spearmanr(people[1:], truth.user_bias[1:])[0],
        "picky_people": spearmanr(people[picky], truth.user_bias[picky])[0],
    }


@experiment(
    data=ratings, after=models, seeds=3, vary={"model": ["dot_bias"], "estimator": ["mean", "bias", "untrained_bias"]}
)
def ranking(data, fitted, run: Run, estimator: str):
    """The films at either end of a ranking, and the median number of ratings of the highest ten."""
    x, y, _, _ = split(data, run.seed)
    mean, counts = (values[1:] for values in mean_and_count(x[:, 1], y, data.n_items))
    films = ESTIMATORS[estimator](data, fitted, run)[1][1:]
    films = np.where(counts > 0, films, np.median(films))
    order, most_rated = np.argsort(films, kind="stable"), np.argsort(-counts, kind="stable")[:150]
    lowest, highest = order[:20], order[:-21:-1]
    titles = data.titles[1:]
    return {
        "ratings_of_highest": float(np.median(counts[highest[:10]])),
        "lowest": [titles[i] for i in lowest],
        "lowest_values": films[lowest].astype(np.float32),
        "highest": [titles[i] for i in highest],
        "highest_values": films[highest].astype(np.float32),
        "most_rated": [titles[i] for i in most_rated],
        "most_rated_values": films[most_rated].astype(np.float32),
        "most_rated_means": mean[most_rated].astype(np.float32),
    }


@figure(ranking)
def best_and_worst(results):
    """The films with the highest and the lowest bias, one dot per seed."""
    fig, axs = plots.axes(2, width=7.2, height=2.9)
    for ax, end, heading in zip(axs, ("highest", "lowest"), ("Liked", "Disliked"), strict=True):
        by_seed = []
        for seed in results.seeds:
            titles, values = (
                results.texts(end, seed, estimator="bias"),
                results.array(f"{end}_values", seed, estimator="bias"),
            )
            by_seed.append(dict(zip(titles, values, strict=True)))
        common = set.intersection(*map(set, by_seed))
        titles = sorted(common, key=lambda title: -abs(sum(biases[title] for biases in by_seed)))[:6]
        values = [[biases[title] for title in titles] for biases in by_seed]
        plots.ranked_bars(
            [short_title(title) for title in titles], values, longest=22, ax=ax, title=f"{heading} beyond taste"
        )
        ax.set_xlabel("bias, before the sigmoid")
    return fig


@figure(ranking)
def bias_against_mean(results):
    """Bias against mean rating of the 150 most rated films: similar overall, and named where they differ most."""
    fig, ax = plots.axes(height=3.8)
    titles = results.texts("most_rated", estimator="bias")
    mean, bias = (results.array(f"most_rated_{name}", estimator="bias") for name in ("means", "values"))
    line = np.polyfit(mean, bias, 1)
    residual = bias - np.polyval(line, mean)
    far = np.argsort(-np.abs(residual))[:14]
    ends = np.array([mean.min(), mean.max()])
    ax.plot(ends, np.polyval(line, ends), color=plots.MUTED, linewidth=1)
    ax.scatter(np.delete(mean, far), np.delete(bias, far), s=9, color=plots.MUTED, alpha=0.5, linewidths=0)
    for color, films in (("C0", far[residual[far] > 0]), ("C1", far[residual[far] < 0])):
        plots.labeled_scatter(mean[films], bias[films], [short_title(titles[i]) for i in films], color=color, ax=ax)
    ax.set(xlabel="mean rating, stars", ylabel="bias, before the sigmoid")
    plots.title(ax, "Above the line: liked beyond the taste of its viewers")
    return fig


@figure(correlation_with_truth)
def closer_to_truth(results):
    """Rank correlation with the true biases: that of the learned bias is higher than that of the mean rating."""
    fig, axs = plots.axes(ncols=2, height=2.5, sharey=True)
    names = {"mean rating": "mean", "bias, no factors": "bias_without_factors", "bias with factors": "bias"}
    said = []
    for ax, metric, who in zip(axs, ("films", "picky_people"), ("films", "people"), strict=True):
        rows = {name: results.metric(metric, estimator=estimator) for name, estimator in names.items()}
        text = {"title": f"Order of the {who}", "xlabel": "rank correlation with the truth"}
        plots.dot_plot(rows, colors=["C7", "C1", "C0"], fmt="{:.2f}", ax=ax, **text)
        said.append(f"{who} {rows['mean rating'].mean():.2f} by mean, {rows['bias with factors'].mean():.2f} by bias")
    plots.title(fig, "Agreement with the true order: " + "; ".join(said))
    return fig
