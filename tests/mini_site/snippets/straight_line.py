"""A straight line fitted by gradient descent.

Source: any first course. Data: generated. Cost: well under a second.
"""

import matplotlib.pyplot as plt
import numpy as np

from coursenotes import Run, experiment, figure
from snippets.datasets.points import SLOPE, points
from snippets.steps import descend

COLOR = "C0"


def loss(slope, x, y):  # scalar, (n,), (n,) -> scalar
    """The mean squared error of a line through the origin."""
    return float(np.mean((slope * x - y) ** 2))


@experiment(data=points, seeds=5, vary={"rate": [0.0, 0.1, 0.5]})
def fit(data, run: Run, rate: float):
    """The slope after twenty steps of gradient descent, and its loss."""
    x, y = data
    slope = np.random.normal()
    for epoch in run.epochs(sample=20):
        slope = descend(slope, x, y, rate)
        run.log(epoch=epoch, loss=loss(slope, x, y))
    return {"slope": slope, "loss": loss(slope, x, y), "error": abs(slope - SLOPE)}


@experiment(seeds=2)
def start(run: Run):
    """Where a fit begins: a random slope, whose loss nobody knows."""
    return {"slope": float(np.random.normal())}


@figure(fit)
def loss_by_rate(results):
    """The loss falls faster at a higher rate."""
    fig, ax = plt.subplots()
    for settings, group in results.groups():
        ax.plot(group.curve("loss").mean(0), color=COLOR, label=str(settings["rate"]))
    return fig


@figure(start)
def starts(results):
    """The slopes where the fits begin."""
    fig, ax = plt.subplots()
    ax.plot(results.metric("slope"), "o")
    return fig
