"""Gradient descent: step against the gradient, and the steepest direction of the loss decides how far you may go.

Source: Practical Deep Learning 2022, lesson 8, 0:17:04; forum notes of 2019 on gradient descent; Cauchy, 1847.
Data:   quadratics whose curvature is known; scikit-learn's diabetes (442 patients).
Cost:   sample 2 s on one core.
"""

import numpy as np

from coursenotes import Run, experiment, figure, plots
from snippets.valleys import Valley, descend, steps_to


class GradientDescent:
    """The change to subtract: the gradient times the learning rate."""

    def __init__(self, lr: float):
        self.lr = lr

    def step(self, gradient):  # any shape -> the same shape
        return self.lr * gradient


def limit(hessian):  # (n, n) -> scalar
    """The learning rate above which gradient descent diverges: 2 / the largest curvature."""
    return 2 / np.linalg.eigvalsh(hessian)[-1]  # eigenvalues come in rising order


def best_rate(hessian):  # (n, n) -> scalar
    """The learning rate at which the flattest and the steepest direction shrink equally fast."""
    curvatures = np.linalg.eigvalsh(hessian)
    return 2 / (curvatures[0] + curvatures[-1])


@experiment(vary={"condition": [10, 100, 1000]})
def counted(run: Run, condition: int):
    """Steps until a thousandth of the distance is left: at the best rate, at half of it, and at shares of the limit."""
    valley, start = Valley((1, condition)), np.ones(2)

    def count(lr):
        return steps_to(descend(valley.gradient, start, GradientDescent(lr), 12 * condition))

    best, most = best_rate(valley.hessian), limit(valley.hessian)
    shares = np.array([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99])
    return {
        "best_rate": best,
        "steps": count(best),
        "steps_at_half": count(best / 2),
        "shares": shares,
        "by_share": np.array([count(share * most) for share in shares]),
    }


INPUTS = {"as measured": lambda x: x, "standardized": lambda x: (x - x.mean(0)) / x.std(0)}


def regression(inputs: str):
    """Linear regression on a random half of the patients. -> hessian (n, n), pull (n,), loss

    The gradient at the weights w is hessian @ w - pull; loss gives the mean squared error. The last weight is the bias.
    """
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True, scaled=False)
    half = np.random.permutation(len(y))[: len(y) // 2]
    x, y = np.column_stack([INPUTS[inputs](x[half]), np.ones(len(half))]), y[half]
    return 2 * x.T @ x / len(y), 2 * x.T @ y / len(y), lambda w: np.square(w @ x.T - y).mean(-1)


@experiment(seeds=5, vary={"inputs": ["as measured", "standardized"]})
def diabetes(run: Run, inputs: str):
    """The rate at which linear regression diverges, and its error after 1,000 steps."""
    hessian, pull, loss = regression(inputs)
    most, start = limit(hessian), np.zeros(len(pull))

    def losses(lr, steps):  # -> (steps + 1,)
        return loss(descend(lambda w: hessian @ w - pull, start, GradientDescent(lr), steps))

    low, high = 0.8 * most, 1.2 * most
    for _ in range(6):  # halve the interval: does the loss end higher than it began?
        middle = (low + high) / 2
        first, *_, last = losses(middle, 300)
        low, high = (low, middle) if last > first else (middle, high)
    by_step = losses(0.9 * most, 1000)
    return {
        "predicted": most,
        "seen": (low + high) / 2,
        "condition": np.linalg.cond(hessian),
        "mse": by_step[-1],
        "lowest_mse": loss(np.linalg.solve(hessian, pull)),
        "mse_of_mean": loss(np.append(np.zeros(len(pull) - 1), pull[-1] / 2)),
        "losses": by_step,
    }


@figure(counted)
def steps_by_rate(results):
    """Steps by learning rate, for three valleys: ten times as stretched takes ten times as long, at any rate."""
    steps = {f"condition {c:,}": results.array("by_share", condition=c) for c in results.settings["condition"]}
    few, many = (results.metric("steps", condition=c)[0] for c in (10, 1000))
    _, ax = plots.axes(height=3.3)
    plots.baseline(ax, 1, "limit", vertical=True)
    return plots.lines(
        steps, results.array("shares", condition=10), ax=ax, yscale="log", xlim=(0.25, 1.03),
        title=f"At the best rate: {few:.0f} steps at condition 10, {many:,.0f} at 1,000",
        xlabel="learning rate, as a share of the limit", ylabel="steps to the bottom",
    )  # fmt: skip


@figure(diabetes)
def standardizing(results):
    """Error by step on half of the patients: with standardized inputs it falls at once to the lowest, otherwise not."""
    losses = {name: np.stack(results.arrays("losses", inputs=name))[:, 1:] for name in results.settings["inputs"]}
    raw, scaled = (results.metric("mse", inputs=name).mean() for name in results.settings["inputs"])
    _, ax = plots.axes(height=3.3)
    plots.baseline(ax, results.metric("lowest_mse", inputs="standardized").mean(), "lowest possible")
    title = f"After 1,000 steps: {raw:,.0f} as measured, {scaled:,.0f} with standardized inputs"
    return plots.lines(
        losses, range(1, 1001), ax=ax, title=title, xscale="log", ylim=(2000, 8000), xlabel="step",
        ylabel="mean squared error",
    )  # fmt: skip
