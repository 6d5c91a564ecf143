"""A range for the output: a sigmoid squeezes any score between two ends, and how far off the ends stand matters.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:18:11 (y_range) and 0:38:01 (in the tabular model).
Data:   sample: 20,000 generated ratings; full: MovieLens 100k.
Cost:   sample 5 s on one core; full 3 min on one core.
"""

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, models, split
from snippets.datasets.ratings import Ratings, ratings
from snippets.parameters import restored

RANGES = {"1 to 5": (1, 5), "0 to 5": (0, 5), "0 to 5.5": (0, 5.5), "-2 to 8": (-2, 8)}


def sigmoid_range(score, low: float, high: float):  # any shape -> the same shape
    """Any score, squeezed between low and high: 0 gives the middle."""
    return low + (high - low) / (1 + torch.exp(-score))


def cut_range(score, low: float, high: float):
    """Any score, cut off at low and high: the blunt way to stay inside."""
    return score.clamp(low, high)


def score_for(stars: float, low: float, high: float) -> float:
    """The score that sigmoid_range turns into this many stars: the log of (way from low) / (way to high)."""
    return float(np.log((stars - low) / (high - stars)))


def slope_at(stars, low: float, high: float):
    """Stars per unit of score, where the output stands at so many stars.

    Nothing at either end.
    """
    return (stars - low) * (high - stars) / (high - low)


@experiment(vary={"high": [5.0, 5.5]})
def curve(run: Run, high: float):
    """Stars and slope by score, for a range from 0 to high; and what it takes to say 4.9 stars."""
    score = torch.linspace(-8, 8, 161).requires_grad_()
    stars = sigmoid_range(score, 0.0, high)
    (slope,) = torch.autograd.grad(stars.sum(), score)
    return {
        "score_for_4_9": score_for(4.9, 0.0, high),
        "slope_at_4_9": slope_at(4.9, 0.0, high),
        "score": score.detach(),
        "stars": stars.detach(),
        "slope": slope,
    }


def steps_back(squeeze, start: float, most: int = 10_000) -> float:
    """Steps of gradient descent, at rate 0.5, from a score to within half a star of 3; NaN if it stands still."""
    score = torch.tensor(start, requires_grad=True)
    for step in range(most):
        loss = (squeeze(score, 0.0, 5.5) - 3) ** 2
        if loss <= 0.25:
            return step
        (gradient,) = torch.autograd.grad(loss, score)
        if gradient == 0:
            break
        score = (score - 0.5 * gradient).detach().requires_grad_()
    return float("nan")


@experiment(vary={"kind": ["sigmoid", "cut"]})
def way_back(run: Run, kind: str):
    """Steps from a score that is too high back to 3 stars, and how many of eleven starts never arrive."""
    squeeze = sigmoid_range if kind == "sigmoid" else cut_range
    steps = np.array([steps_back(squeeze, float(start)) for start in range(11)], dtype=np.float32)
    return {"never": np.isnan(steps).sum(), "from_4": steps[4], "slowest": np.nanmax(steps), "steps": steps}


@experiment(
    data=ratings,
    after=models,
    vary={"model": ["dot_bias"], "y_range": ["1 to 5", "0 to 5", "0 to 5.5", "-2 to 8"]},
)
def ends(data: Ratings, fitted, run: Run, y_range: str):
    """Mean squared error, in stars squared, of one model with four ranges; what it predicts where 5 stars were given
    (and 1), in the mean; the largest prediction, and the share outside 1 to 5."""
    net = DotProductBias(data.n_users, data.n_items, 50, y_range=RANGES[y_range])
    if y_range == "0 to 5.5":  # trained already
        net, losses = restored(net, fitted), fitted.metrics
    else:
        losses = fit(net, data, run)
    _, _, x, y = split(data, run.seed)
    with torch.no_grad():
        predicted = net(x)
    fives, ones = predicted[y == 5], predicted[y == 1]
    return {
        **losses,
        "at_five": fives.mean(),
        "at_one": ones.mean(),
        "error_at_five": (fives - 5).square().mean(),
        "largest": predicted.max(),
        "impossible": ((predicted < 1) | (predicted > 5)).float().mean(),
        "histogram": torch.histc(fives.cpu(), 40, 2, 6) / len(fives),
    }


@figure(curve)
def squeezed(results):
    """Stars by score for ranges that end at 5 and 5.5, and the slope by stars: nothing is left of it at the end."""
    fig, (left, right) = plots.axes(nrows=2, height=5.4)
    for high, color in ((5.5, "C0"), (5.0, "C1")):
        score, stars, slope = (results.array(name, high=high) for name in ("score", "stars", "slope"))
        left.plot(score, stars, color=color, linewidth=2)
        right.plot(stars, slope, color=color, linewidth=2)
        plots.end_label(left, score[-1], stars[-1], f"0 to {high:g}", color)
        plots.end_label(right, stars[-1], slope[-1], f"0 to {high:g}", color)
    plots.baseline(left, 5, "")
    plots.baseline(right, 5, "5 stars", vertical=True)
    left.set(xlabel="score", ylabel="stars", ylim=(-0.2, 5.8))
    right.set(xlabel="stars", ylabel="stars per unit of score", xlim=(0, 5.6), ylim=(0, None))
    plots.title(left, "A sigmoid comes near its end, and no further")
    plots.title(right, "The nearer the end, the less a step moves it")
    return fig


@figure(way_back)
def steps_by_start(results):
    """Steps back to 3 stars by starting score: a squeezed score returns, ever more slowly, a cut one stands still."""
    fig, ax = plots.axes(height=3.4)
    for kind, name, color in (("sigmoid", "squeezed", "C0"), ("cut", "cut off", "C1")):
        steps = results.array("steps", kind=kind) + 1
        ax.plot(range(11), steps, color=color, marker="o", markersize=4)
        last = np.flatnonzero(np.isfinite(steps))[-1]
        if last < 10:
            plots.end_label(ax, last, steps[last], f"{name}: no way back from {last + 1}", color)
        else:
            ax.text(8.6, steps[9], name, color=color, ha="right", va="center")
    ax.set(yscale="log", xlabel="score at the start", ylabel="steps + 1 (log)", xlim=(-0.3, 10.3))
    plots.title(ax, "Far out, a squeezed score comes back late, and one that was cut off never")
    return fig


@figure(ends, models)
def error_by_range(results, baselines):
    """Validation error by range: the three ranges that fit are close together, and all below biases alone."""
    fig, ax = plots.axes(height=2.9)
    rows = {name: results.metric("valid_loss", y_range=name) for name in results.settings["y_range"]}
    shown = {name.replace("-", "−"): losses for name, losses in rows.items()}
    plots.dot_plot(shown, {"biases alone": baselines.metric("valid_loss", model="biases").mean()}, ax=ax)
    ax.set_xlabel("validation error, stars squared")
    means = [rows[name].mean() for name in ("1 to 5", "0 to 5", "0 to 5.5")]
    plots.title(ax, f"Three ranges that fit lie within {max(means) - min(means):.3f} of each other")
    return fig


@figure(ends)
def where_five_was_given(results):
    """What was predicted where 5 stars were given, by range: one that ends above 5 reaches further, and overshoots."""
    fig, ax = plots.axes(height=3.6)
    middle = np.linspace(2, 6, 40, endpoint=False) + 0.05
    for i, (name, color) in enumerate(zip(results.settings["y_range"], ("C4", "C1", "C0", "C2"), strict=True)):
        counts = 100 * np.stack(results.arrays("histogram", y_range=name))
        ax.plot(middle, counts.T, color=color, linewidth=0.7, alpha=0.4)
        mean = counts.mean(axis=0)
        ax.plot(middle, mean, color=color, linewidth=2)
        ax.text(
            0.98, 0.92 - 0.1 * i, name.replace("-", "−"), transform=ax.transAxes, color=color, ha="right", va="center"
        )
    plots.baseline(ax, 5, "5 stars", vertical=True)
    ax.set(xlabel="prediction, stars", ylabel="% of the ratings of 5 stars", xlim=(2.5, 6), ylim=(0, None))
    to_five, to_more = (results.metric("at_five", y_range=name).mean() for name in ("0 to 5", "0 to 5.5"))
    plots.title(ax, f"Mean prediction: {to_five:.2f} with 0 to 5, {to_more:.2f} with 0 to 5.5")
    return fig
