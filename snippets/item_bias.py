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


def means(x, y, column: int, size: int):
    """The mean stars of each person (column 0) or film (column 1), and how many ratings they are of. -> (size,) each"""
    who = x[:, column].numpy(force=True)
    counts = np.bincount(who, minlength=size)
    sums = np.bincount(who, weights=y.numpy(force=True), minlength=size)
    overall = y.mean().item()
    return np.where(counts > 0, sums / np.maximum(counts, 1), overall), counts


def estimates(data: Ratings, fitted, run: Run, by: str):
    """What each person gives and each film gets, by a model's biases or plain means. -> (n_users,), (n_items,)"""
    if by == "mean":
        x, y, _, _ = split(data, run.seed)
        return means(x, y, 0, data.n_users)[0], means(x, y, 1, data.n_items)[0]
    net = DotProductBias(data.n_users, data.n_items, 0 if by == "bias_without_factors" else 50)
    if by == "bias":
        restored(net, fitted)
    elif by == "bias_without_factors":
        fit(net, data, run)
    return net.user_bias.numpy(force=True), net.item_bias.numpy(force=True)


@experiment(
    data=generated_ratings,
    after=models,
    vary={"model": ["dot_bias"], "by": ["mean", "bias_without_factors", "bias", "untrained_bias"]},
)
def against_truth(data, fitted, run: Run, by: str):
    """Rank correlation with the biases that the ratings were made with: of films, of people, of the pickier half."""
    people, films = estimates(data, fitted, run, by)
    truth, known = data.truth, np.arange(1, data.n_users)
    picky = known[truth.pickiness[1:] > np.median(truth.pickiness[1:])]
    return {
        "films": spearmanr(films[1:], truth.item_bias[1:])[0],
        "people": spearmanr(people[1:], truth.user_bias[1:])[0],
        "picky_people": spearmanr(people[picky], truth.user_bias[picky])[0],
    }


@experiment(data=ratings, after=models, seeds=3, vary={"model": ["dot_bias"], "by": ["mean", "bias", "untrained_bias"]})
def ranked(data, fitted, run: Run, by: str):
    """The films at either end, and how many ratings the best ten have (median)."""
    films = estimates(data, fitted, run, by)[1][1:]
    x, y, _, _ = split(data, run.seed)
    mean, counts = (values[1:] for values in means(x, y, 1, data.n_items))
    films = np.where(counts > 0, films, np.median(films))
    order, often = np.argsort(films, kind="stable"), np.argsort(-counts, kind="stable")[:150]
    lowest, highest = order[:20], order[:-21:-1]
    titles = data.titles[1:]
    return {
        "ratings_of_highest": float(np.median(counts[highest[:10]])),
        "lowest": [titles[i] for i in lowest],
        "lowest_values": films[lowest].astype(np.float32),
        "highest": [titles[i] for i in highest],
        "highest_values": films[highest].astype(np.float32),
        "often": [titles[i] for i in often],
        "often_values": films[often].astype(np.float32),
        "often_means": mean[often].astype(np.float32),
    }


@figure(ranked)
def best_and_worst(results):
    """The films with the highest and the lowest bias, each seed a dot."""
    fig, (top, bottom) = plots.axes(nrows=2, height=5.6, sharex=True)
    for ax, end, word in ((top, "highest", "Liked"), (bottom, "lowest", "Disliked")):
        values = []
        for seed in results.seeds:
            titles, biases = results.texts(end, seed, by="bias"), results.array(f"{end}_values", seed, by="bias")
            values.append(dict(zip(titles, biases, strict=True)))
        common = set.intersection(*(set(v) for v in values))
        names = sorted(common, key=lambda name: -abs(sum(v[name] for v in values)))[:6]
        plots.ranked_bars([short_title(name) for name in names], [[v[name] for name in names] for v in values], ax=ax)
        plots.title(ax, f"{word} beyond taste")
    bottom.set_xlabel("bias, before the sigmoid")
    return fig


@figure(ranked)
def bias_against_mean(results):
    """Bias against mean rating of the 150 most rated films: on the whole alike, and named where they differ most."""
    fig, ax = plots.axes(height=4.4)
    names = results.texts("often", by="bias")
    mean, bias = results.array("often_means", by="bias"), results.array("often_values", by="bias")
    line = np.polyfit(mean, bias, 1)
    away = bias - np.polyval(line, mean)
    far = np.argsort(-np.abs(away))[:14]
    ends = np.array([mean.min(), mean.max()])
    ax.plot(ends, np.polyval(line, ends), color=plots.MUTED, linewidth=1)
    ax.scatter(np.delete(mean, far), np.delete(bias, far), s=9, color=plots.MUTED, alpha=0.5, linewidths=0)
    for color, group in (("C0", far[away[far] > 0]), ("C1", far[away[far] < 0])):
        plots.labeled_scatter(mean[group], bias[group], [short_title(names[i]) for i in group], color=color, ax=ax)
    ax.set_xlabel("mean rating, stars")
    ax.set_ylabel("bias, before the sigmoid")
    plots.title(ax, "Above the line: liked beyond the taste of those who chose to see it")
    return fig


@figure(against_truth)
def closer_to_truth(results):
    """Rank correlation with the true biases: the model's bias is closer than the plain mean, for films and people."""
    fig, axs = plots.axes(ncols=2, height=2.5, sharey=True)
    names = {"plain mean": "mean", "bias, no factors": "bias_without_factors", "bias beside factors": "bias"}
    for ax, metric, heading in ((axs[0], "films", "Films"), (axs[1], "picky_people", "People who choose by taste")):
        rows = {shown: results.metric(metric, by=by) for shown, by in names.items()}
        plots.dot_plot(rows, colors=["C7", "C1", "C0"], fmt="{:.2f}", ax=ax)
        ax.set_xlabel("rank correlation with the truth")
        plots.title(ax, heading)
    return fig
