"""A range for the output: a sigmoid squeezes any score between two ends, and it matters where the ends are.

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


def sigmoid_range(score, low: float, high: float):  # any shape -> the same shape
    """Squeeze any score between low and high; a score of 0 gives the middle."""
    return low + (high - low) / (1 + torch.exp(-score))


def clamp_range(score, low: float, high: float):  # any shape -> the same shape
    """Cut a score off at low and high."""
    return score.clamp(low, high)


def score_for(stars: float, low: float, high: float) -> float:
    """The score for which sigmoid_range returns this many stars."""
    return float(np.log((stars - low) / (high - stars)))


def slope_at(stars, low: float, high: float):
    """The slope of sigmoid_range, in stars per unit of score, where its output is this many stars."""
    return (stars - low) * (high - stars) / (high - low)


@experiment(vary={"high": [5.0, 5.5]})
def sigmoid_curve(run: Run, high: float):
    """Stars and slope by score, for a range from 0 to high; the score and slope at 4.9 stars."""
    score = torch.linspace(-8, 8, 161).requires_grad_()
    stars = sigmoid_range(score, 0.0, high)
    (slope,) = torch.autograd.grad(stars.sum(), score)
    at_4_9 = {"score_for_4_9": score_for(4.9, 0.0, high), "slope_at_4_9": slope_at(4.9, 0.0, high)}
    return at_4_9 | {"score": score.detach(), "stars": stars.detach(), "slope": slope}


def count_steps(squeeze, start: float) -> float:
    """Steps of gradient descent, at rate 0.5, from a score to within half a star of 3; NaN if the gradient is 0."""
    score = torch.tensor(start, requires_grad=True)
    for step in range(10_000):
        loss = (squeeze(score, 0.0, 5.5) - 3) ** 2
        if loss <= 0.25:
            return step
        (gradient,) = torch.autograd.grad(loss, score)
        if gradient == 0:
            break
        score = (score - 0.5 * gradient).detach().requires_grad_()
    return float("nan")


SQUEEZES = {"sigmoid": sigmoid_range, "clamp": clamp_range}


@experiment(vary={"squeeze": ["sigmoid", "clamp"]})
def steps_to_recover(run: Run, squeeze: str):
    """Steps from a score that is too high back to 3 stars, for eleven starts, and how many of them never arrive."""
    steps = np.array([count_steps(SQUEEZES[squeeze], float(start)) for start in range(11)], dtype=np.float32)
    return {"never": np.isnan(steps).sum(), "from_4": steps[4], "most": np.nanmax(steps), "steps": steps}


RANGES = {"1 to 5": (1, 5), "0 to 5": (0, 5), "0 to 5.5": (0, 5.5), "-2 to 8": (-2, 8)}


@experiment(
    data=ratings, after=models, vary={"model": ["dot_bias"], "y_range": ["1 to 5", "0 to 5", "0 to 5.5", "-2 to 8"]}
)
def ranges(data: Ratings, fitted, run: Run, y_range: str):
    """Mean squared error, in stars squared, of one model with four ranges; its mean prediction where 5 stars were given
    (and 1), its largest prediction, and the share of its predictions outside 1 to 5."""
    net = DotProductBias(data.n_users, data.n_items, 50, y_range=RANGES[y_range])
    if net.y_range == (0, 5.5):  # trained already
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
        "outside_1_to_5": ((predicted < 1) | (predicted > 5)).float().mean(),
        "histogram": torch.histc(fives.cpu(), 40, 2, 6) / len(fives),
    }


@figure(sigmoid_curve)
def output_and_slope(results):
    """Stars by score for ranges that end at 5 and at 5.5, and the slope by stars, which is zero at the end."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3)
    for high, color in ((5.5, "C0"), (5.0, "C1")):
        score, stars, slope = (results.array(name, high=high) for name in ("score", "stars", "slope"))
        plots.seed_lines(left, score, stars, f"0 to {high:g}", color)
        plots.seed_lines(right, stars, slope, f"0 to {high:g}", color)
    plots.baseline(left, 5, "")
    plots.baseline(right, 5, "", vertical=True)
    left.set(xlabel="score", ylabel="stars", ylim=(-0.2, 5.8))
    right.set(xlabel="stars", ylabel="stars per unit of score", xlim=(0, 5.6), ylim=(0, None))
    plots.title(left, "A sigmoid never reaches its end")
    plots.title(right, "Near an end, a step changes little")
    return fig


@figure(steps_to_recover)
def steps_by_start(results):
    """Steps back to 3 stars by starting score: with a sigmoid more and more, with a clamp no return from beyond 5.5."""
    steps = {name: results.array("steps", squeeze=name) + 1 for name in ("sigmoid", "clamp")}
    first_lost = np.flatnonzero(np.isnan(steps["clamp"]))[0]
    series = {"sigmoid": steps["sigmoid"], f"clamp: never returns from {first_lost} on": steps["clamp"]}
    title = "From far out, a sigmoid returns slowly and a clamp never does"
    return plots.lines(series, title=title, yscale="log", xlabel="score at the start", ylabel="steps + 1 (log)")


@figure(ranges, models)
def error_by_range(results, baselines):
    """Validation error by range: the three ranges that fit are close together, and all are below biases alone."""
    names, losses = results.settings["y_range"], results.sweep("valid_loss", over="y_range")
    rows = {name.replace("-", "−"): values for name, values in zip(names, losses.T, strict=True)}
    spread = np.ptp(losses.mean(axis=0)[:3])  # of 1 to 5, 0 to 5, 0 to 5.5
    biases = baselines.metric("valid_loss", model="biases").mean()
    title = f"Three ranges that fit lie within {spread:.3f} of each other"
    return plots.dot_plot(rows, {"biases alone": biases}, title=title, xlabel="validation error, stars squared")


@figure(ranges)
def where_five_was_given(results):
    """The predictions where 5 stars were given, by range: a range that ends above 5 reaches further, and overshoots."""
    fig, ax = plots.axes(height=3.6)
    stars = np.linspace(2, 6, 40, endpoint=False) + 0.05
    for i, (name, color) in enumerate(zip(results.settings["y_range"], ("C4", "C1", "C0", "C2"), strict=True)):
        plots.seed_lines(ax, stars, 100 * np.stack(results.arrays("histogram", y_range=name)), color=color)
        ax.text(0.98, 0.92 - 0.1 * i, name.replace("-", "−"), color=color, ha="right", transform=ax.transAxes)
    plots.baseline(ax, 5, "5 stars", vertical=True)
    ax.set(xlabel="prediction, stars", ylabel="% of the ratings of 5 stars", xlim=(2.5, 6), ylim=(0, None))
    to_5, to_5_5 = (results.metric("at_five", y_range=name).mean() for name in ("0 to 5", "0 to 5.5"))
    plots.title(ax, f"Mean prediction: {to_5:.2f} with 0 to 5, {to_5_5:.2f} with 0 to 5.5")
    return fig
