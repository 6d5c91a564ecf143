"""A heavy minority: a few people who watch, and love, one genre, and what a list of the best films makes of them.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:28:05 to 0:30:04.
Data:   sample: generated ratings with a clique whose films' true quality is known; full: MovieLens 100k.
Cost:   sample 9 s on one core; full 1 min on one core.
"""

from dataclasses import replace

import numpy as np
import torch
from matplotlib.patches import Rectangle
from scipy.stats import rankdata, spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, mse, split
from snippets.datasets.fans import GENRES, N_VIEWERS, FanRatings, fans, generate
from snippets.datasets.ratings import Ratings
from snippets.item_bias import means


def damped(mean, counts, overall: float, k: int = 10):
    """The means as if k people more had rated each film, all of them at the overall mean. -> (n_items,)"""
    return (counts * mean + k * overall) / (counts + k)


def how_good(data: FanRatings, run: Run, by: str):
    """An estimate of how good each film is, the unknown one left out. -> (films,)"""
    x, y, _, _ = split(data, run.seed)
    mean, counts = means(x, y, 1, data.n_items)
    if by in ("mean", "damped"):
        return (mean if by == "mean" else damped(mean, counts, y.mean().item()))[1:]
    net = DotProductBias(data.n_users, data.n_items, 0 if by == "bias_without_factors" else 50)
    fit(net, data, run)
    return net.item_bias.numpy(force=True)[1:]


def judged(data: FanRatings, estimate):
    """Where the fans' genre stands in a ranking, how true the order is, and what other people make of its top ten."""
    truth, inside = data.truth.item_bias[1:], data.genres[1:, GENRES.index("fandom")]
    seldom = ~inside & (np.bincount(data.items, minlength=data.n_items)[1:] == N_VIEWERS[1])
    top, true_top = (np.argsort(-values)[:10] for values in (estimate, truth))
    others = data.expected[1:][~data.fans[1:], 1:]  # (other people, films) stars
    return {
        "in_top_ten": inside[top].sum(),
        "truly_in_top_ten": inside[true_top].sum(),
        "too_high": (rankdata(estimate) - rankdata(truth))[inside].mean(),
        "too_high_of_seldom": (rankdata(estimate) - rankdata(truth))[seldom].mean(),
        "order_inside": spearmanr(estimate[inside], truth[inside])[0],
        "order_outside": spearmanr(estimate[~inside], truth[~inside])[0],
        "stars_from_others": others[:, top].mean(),
        "stars_of_best": others[:, true_top].mean(),
        "top": inside[top].astype(np.float32),
        "true_top": inside[true_top].astype(np.float32),
    }


@experiment(seeds=5, vary={"by": ["mean", "damped", "bias"], "share": [0.0, 0.4, 0.8]})
def standing(run: Run, by: str, share: float):
    """Where the fans' genre stands by three rankings, in five worlds, when fans give this share of its ratings."""
    data = generate(share, run.seed)
    return judged(data, how_good(data, run, by))


@experiment(seeds=5, vary={"by": ["bias"], "share": [0.8]})
def without_factors(run: Run, by: str, share: float):
    """The same by the biases of a model that has no factors, so that taste has nowhere else to go."""
    data = generate(share, run.seed)
    found = judged(data, how_good(data, run, f"{by}_without_factors"))
    return {name: found[name] for name in ("in_top_ten", "too_high")}


def heaviest(users, n_users: int):
    """Whether a person is among the 5% with the most ratings. -> (n_users,) bool"""
    chosen = np.zeros(n_users, dtype=bool)
    chosen[np.argsort(-np.bincount(users, minlength=n_users), kind="stable")[: round(0.05 * (n_users - 1))]] = True
    return chosen


@experiment(data=fans, vary={"dealt": ["as given", "at random"]})
def habits(data: Ratings, run: Run, dealt: str):
    """What the 5% of people with the most ratings give: of all ratings, and of each genre (its own 5%), and how many
    stars more than others. For comparison, the ratings dealt to people at random."""
    users = data.users if dealt == "as given" else np.random.randint(1, data.n_users, len(data.users))
    heavy = heaviest(users, data.n_users)[users]
    large = [g for g in range(len(data.genre_names)) if data.genres[data.items, g].sum() >= 500]
    shares, gaps = [], []
    for g in large:
        of_genre = data.genres[data.items, g]
        keen = heaviest(users[of_genre], data.n_users)[users]
        shares.append(keen[of_genre].mean())
        gaps.append(data.stars[of_genre & keen].mean() - data.stars[of_genre & ~keen].mean())
    return {
        "people": heaviest(users, data.n_users).sum(),
        "heavy_share": heavy.mean(),
        "heavy_stars": data.stars[heavy].mean(),
        "other_stars": data.stars[~heavy].mean(),
        "largest_share": max(shares),
        "shares": np.array(shares, dtype=np.float32),
        "gaps": np.array(gaps, dtype=np.float32),
        "genres": [data.genre_names[g] for g in large],
    }


def without(data: Ratings, rows) -> Ratings:
    """The same ratings, but for some rows (n_ratings,) bool."""
    return replace(data, users=data.users[~rows], items=data.items[~rows], stars=data.stars[~rows])


@experiment(data=fans, seeds={"sample": 5, "full": 3}, vary={"left_out": ["nobody", "heaviest", "as many others"]})
def ordinary(data: Ratings, run: Run, left_out: str):
    """Error for everybody but the heaviest 5%, on a fifth of all ratings, with the heaviest in training or left out;
    or with as many ratings of other people left out."""
    heavy = heaviest(data.users, data.n_users)[data.users]
    tested = np.random.rand(len(data.users)) < 0.2
    training = {"nobody": tested, "heaviest": tested | heavy}
    others = np.random.permutation(np.flatnonzero(~tested & ~heavy))[: (heavy & ~tested).sum()]
    training["as many others"] = tested | np.isin(np.arange(len(tested)), others)
    net = DotProductBias(data.n_users, data.n_items, 50)
    fit(net, without(data, training[left_out]), run)
    rest = without(data, ~tested | heavy)
    x = torch.tensor(np.stack([rest.users, rest.items], axis=1))
    return {"error": mse(net, x, torch.tensor(rest.stars))}


@figure(standing)
def top_tens(results):
    """The ten best films by the plain mean, a damped mean, the bias, and in truth: a row a world, fandom in orange."""
    fig, axs = plots.axes(nrows=4, width=4.3, height=4.6, sharex=True)
    rows = {"plain mean": ("top", "mean"), "damped mean": ("top", "damped"), "learned bias": ("top", "bias")}
    rows["in truth"] = ("true_top", "bias")
    found = {}
    for ax, (name, (array, by)) in zip(axs, rows.items(), strict=True):
        cells = np.stack(results.arrays(array, by=by, share=0.8))  # (seeds, 10)
        found[name] = cells.sum(axis=1).mean()
        for (row, place), fandom in np.ndenumerate(cells):
            color, alpha = ("C1", 0.9) if fandom else ("C0", 0.22)
            ax.add_patch(Rectangle((place + 0.55, row - 0.4), 0.9, 0.8, color=color, alpha=alpha, lw=0))
        ax.set(xlim=(0.4, 10.6), ylim=(len(cells) - 0.4, -0.6), yticks=[], xticks=range(1, 11))
        ax.grid(False)
        ax.tick_params(length=0)
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.set_ylabel(f"{name}\n{found[name]:.1f} of 10", rotation=0, ha="right", va="center", color=plots.TEXT)
    axs[-1].set_xlabel("place in the ranking\n(orange: the fans' genre)")
    mean, bias = found["plain mean"], found["learned bias"]
    plots.title(fig, f"Of the ten best, {mean:.1f} are of the fans' genre by the mean, {bias:.1f} by the bias")
    return fig


@figure(standing)
def places_by_share(results):
    """How many places too high the fans' films stand, by the share of their ratings that fans give."""
    fig, ax = plots.axes(width=4.3, height=3.4)
    shares, at_most = results.settings["share"], {}
    for color, by, name in (("C1", "mean", "plain mean"), ("C7", "damped", "damped mean"), ("C0", "bias", "bias")):
        values = np.stack([results.metric("too_high", by=by, share=share) for share in shares], axis=1)
        plots.seed_lines(ax, np.array(shares) * 100, values, name, color)
        at_most[by] = values[:, -1].mean()  # of the largest share
    plots.baseline(ax, 0, "where they belong")
    ax.set(xlabel="share of the genre's ratings that fans give, %", ylabel="places too high, of 150")
    found = f"by the mean, {at_most['mean']:.0f} places too high; by the bias, {at_most['bias']:.0f}"
    plots.title(ax, f"With {shares[-1]:.0%} of the ratings from fans: {found}")
    return fig


@figure(habits)
def keenest_of_each_genre(results):
    """For each genre, the share of ratings that its keenest 5% give, and how many stars more than others they give."""
    shares, gaps = results.array("shares", dealt="as given"), results.array("gaps", dealt="as given")
    order = np.argsort(-gaps)
    names = [results.texts("genres", dealt="as given")[i] for i in order]
    fig, (left, right) = plots.axes(ncols=2, width=4.3, height=1.4 + 0.23 * len(names), sharey=True)
    plots.ranked_bars(names, 100 * shares[order], color="C7", ax=left)
    plots.ranked_bars(names, gaps[order], ax=right)
    left.set_xlabel("% of ratings\nby keenest 5%")
    right.set_xlabel("their stars\nabove others'")
    plots.title(fig, f"In {(gaps < 0).sum()} of {len(gaps)} genres the keenest give fewer stars than others do")
    return fig


@figure(ordinary)
def error_of_others(results):
    """Error on the ratings of ordinary people, by who was left out of training."""
    fig, ax = plots.axes(width=4.3, height=2.6)
    names = {"nobody": "everybody in", "heaviest": "without heaviest", "as many others": "without as many others"}
    rows = {name: results.metric("error", left_out=who) for who, name in names.items()}
    plots.dot_plot(rows, ax=ax)
    ax.set_xlabel("error on ratings of the\nother 95%, stars squared")
    change = rows["without heaviest"].mean() - rows["everybody in"].mean()
    plots.title(ax, f"Leaving out the heaviest 5% changes the others' error by {change:+.3f}")
    return fig
