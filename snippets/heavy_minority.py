"""A heavy minority: a few people who watch, and love, one genre, and their effect on a list of the best films.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:28:05 to 0:30:04.
Data:   sample: generated ratings with fans of one genre, and films of known quality; full: MovieLens 100k.
Cost:   sample 9 s on one core; full 1 min on one core.
"""

import numpy as np
import torch
from scipy.stats import rankdata, spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, mse, split
from snippets.datasets.fans import FanRatings, fans, generate
from snippets.datasets.ratings import Ratings, by_heaviest, select
from snippets.item_bias import fit_biases, mean_and_count


def damped_mean(data: Ratings, run: Run, k: int = 10):
    """Each film's mean rating, as if k more people had rated each film at the overall mean. -> (n_items,)"""
    x, y, _, _ = split(data, run.seed)
    mean, counts = mean_and_count(x[:, 1], y, data.n_items)
    return (counts * mean + k * y.mean().item()) / np.maximum(counts + k, 1)


ESTIMATORS = {  # (data, run) -> (n_items,)
    "mean": lambda data, run: damped_mean(data, run, k=0),
    "damped": damped_mean,
    "bias": lambda data, run, n_factors=50: fit_biases(data, run, n_factors)[1],
}


def compare_rankings(data: FanRatings, estimate):
    """Compare the ranking of the films by an estimate with the true one: (n_items,) -> measures."""
    estimate, truth, inside, rare = estimate[1:], data.truth.item_bias[1:], data.fandom[1:], data.rare[1:]
    top, true_top = np.argsort(-estimate)[:10], np.argsort(-truth)[:10]
    places_too_high = rankdata(estimate) - rankdata(truth)
    others = data.expected[1:][~data.fans[1:], 1:]  # (people who are no fans, films) stars
    return {
        "in_top_ten": inside[top].sum(),
        "in_true_top_ten": inside[true_top].sum(),
        "places_too_high": places_too_high[inside].mean(),
        "places_too_high_if_rare": places_too_high[rare].mean(),
        "correlation_inside": spearmanr(estimate[inside], truth[inside])[0],
        "correlation_outside": spearmanr(estimate[~inside], truth[~inside])[0],
        "top_ten_stars": others[:, top].mean(),
        "true_top_ten_stars": others[:, true_top].mean(),
        "top": inside[top].astype(np.float32),
        "true_top": inside[true_top].astype(np.float32),
    }


@experiment(seeds=5, vary={"estimator": ["mean", "damped", "bias"], "share": [0.0, 0.4, 0.8]})
def rankings(run: Run, estimator: str, share: float):
    """How three rankings place the fans' genre when fans give this share of its ratings; new data for each seed."""
    data = generate(share, run.seed)
    return compare_rankings(data, ESTIMATORS[estimator](data, run))


@experiment(seeds=5, vary={"estimator": ["bias"], "share": [0.8]})
def without_factors(run: Run, estimator: str, share: float):
    """The same by the biases of a model without factors, so that taste can only go into the biases."""
    data = generate(share, run.seed)
    measures = compare_rankings(data, ESTIMATORS[estimator](data, run, n_factors=0))
    return {name: measures[name] for name in ("in_top_ten", "places_too_high")}


@experiment(data=fans, vary={"raters": ["observed", "random"]})
def heavy_raters(data: Ratings, run: Run, raters: str):
    """The share of all ratings, and of each genre's, that is by the 5% who rate most of it, and the stars they give."""
    users = {"observed": data.users, "random": np.random.randint(1, data.n_users, len(data.users))}[raters]
    heavy = by_heaviest(users, data.n_users)
    large, by_genre = np.flatnonzero(data.genres[data.items].sum(axis=0) >= 500), []
    for genre in large:
        rows = data.genres[data.items, genre]
        stars, keen = data.stars[rows], by_heaviest(users[rows], data.n_users)
        by_genre.append((keen.mean(), stars[keen].mean() - stars[~keen].mean()))
    return {
        "people": len(np.unique(users[heavy])),
        "share": heavy.mean(),
        "stars": data.stars[heavy].mean(),
        "stars_of_others": data.stars[~heavy].mean(),
        "largest_genre_share": max(by_genre)[0],
        "by_genre": np.array(by_genre, dtype=np.float32),  # (genres, 2)
        "genres": [data.genre_names[genre] for genre in large],
    }


@experiment(data=fans, seeds={"sample": 5, "full": 3}, vary={"left_out": ["nobody", "heaviest", "as many others"]})
def leave_out(data: Ratings, run: Run, left_out: str):
    """The error for all but the heaviest 5%, trained with their ratings, without them, or without as many others."""
    heavy = by_heaviest(data.users, data.n_users)
    test = np.random.rand(len(data.users)) < 0.2
    others = np.random.permutation(np.flatnonzero(~test & ~heavy))[: (heavy & ~test).sum()]
    removed = {"nobody": [], "heaviest": np.flatnonzero(heavy), "as many others": others}[left_out]
    net = DotProductBias(data.n_users, data.n_items, 50)
    fit(net, select(data, np.setdiff1d(np.flatnonzero(~test), removed)), run)
    rest = select(data, test & ~heavy)
    x = torch.tensor(np.stack([rest.users, rest.items], axis=1))
    return {"error": mse(net, x, torch.tensor(rest.stars))}


@figure(rankings)
def top_tens(results):
    """The ten best films by mean, damped mean and bias, and the true ten: one row per seed, the fans' genre orange."""
    tops = {name: np.stack(results.arrays("top", estimator=name, share=0.8)) for name in ("mean", "damped", "bias")}
    tops["truth"] = np.stack(results.arrays("true_top", estimator="bias", share=0.8))
    counts = {name: top.sum(axis=1).mean() for name, top in tops.items()}
    title = "Fans' films (orange): {mean:.1f} of ten by mean, {bias:.1f} by bias, {truth:.1f} in truth".format(**counts)
    titles = [f"{name}: {count:.1f} of 10" for name, count in counts.items()]
    fig = plots.images([0.3 - top for top in tops.values()], titles, ncols=4, title=title, signed=True, limit=1)
    for ax in fig.axes:
        ax.vlines(np.arange(0.5, 9), -0.5, 4.5, color=plots.BACKGROUND)
        ax.hlines(np.arange(0.5, 4), -0.5, 9.5, color=plots.BACKGROUND)
    return fig


@figure(rankings)
def places_by_share(results):
    """How many places too high the fans' films are ranked, by the share of their ratings that fans give."""
    _, ax = plots.axes(height=3.4)
    estimators, shares = {"mean": "C1", "damped": "C7", "bias": "C0"}, 100 * np.array(results.settings["share"])
    places = {name: results.sweep("places_too_high", over="share", estimator=name) for name in estimators}
    plots.baseline(ax, 0, "true place")
    by_mean, by_bias = (places[name][:, -1].mean() for name in ("mean", "bias"))
    title = f"With {shares[-1]:.0f}% from fans: {by_mean:.0f} places too high by the mean, {by_bias:.0f} by the bias"
    text = {"xlabel": "share of the genre's ratings that fans give, %", "ylabel": "places too high, of 150"}
    return plots.lines(places, shares, colors=list(estimators.values()), ax=ax, title=title, **text)


@figure(heavy_raters)
def keenest_of_each_genre(results):
    """For each genre, the share of ratings by its keenest 5%, and how many stars more than others they give."""
    shares, extra = results.array("by_genre", raters="observed").T
    order = np.argsort(-extra)
    names = [results.texts("genres", raters="observed")[i] for i in order]
    fig, (left, right) = plots.axes(2, narrow=2, height=1.4 + 0.23 * len(names), sharey=True)
    plots.ranked_bars(names, 100 * shares[order], color="C7", ax=left, xlabel="% of ratings\nby keenest 5%")
    plots.ranked_bars(names, extra[order], ax=right, xlabel="their stars\nabove others'")
    plots.title(fig, f"In {(extra < 0).sum()} of {len(extra)} genres, the keenest give fewer stars than others")
    return fig


@figure(leave_out)
def error_of_others(results):
    """Error on the ratings of the other 95%, by whose ratings were left out of training."""
    rows = dict(zip(results.settings["left_out"], results.sweep("error", over="left_out").T, strict=True))
    change = (rows["heaviest"] - rows["nobody"]).mean()
    title = f"Leaving out the heaviest 5% changes the others' error by {change:+.3f}"
    return plots.dot_plot(rows, title=title, xlabel="error on ratings of the other 95%, stars squared")
