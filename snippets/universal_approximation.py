"""Universal approximation: enough bends come as close as you like to a curve, if you find them.

Source: Practical Deep Learning for Coders v3 (2019), lesson 3, 1:52:27, in a thread of note-takers.
Data:   a wave on an interval, sin 2x + 0.3 x for x from -3 to 3.
Cost:   6 s on one core, at either scale.
"""

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots

ACTIVATIONS = {"ReLU": nn.ReLU, "tanh": nn.Tanh, "identity": nn.Identity}
INSIDE = torch.linspace(-3, 3, 1201)
OUTSIDE = torch.cat([torch.linspace(-6, -3, 601), torch.linspace(3, 6, 601)])


def wave(x):
    return torch.sin(2 * x) + 0.3 * x


def placed(f, width: int, low=-3.0, high=3.0):
    """A network of so many ReLUs that bends at equal distances, each time just enough to meet f again.

    Every hidden weight is 1 and the biases are minus the knots; the output weights are the changes of slope.
    """
    knots = torch.linspace(low, high, width + 1)
    slopes = f(knots).diff() / knots.diff()  # (width,)
    changes = torch.cat([slopes[:1], slopes.diff()])
    return lambda x: f(knots[0]) + (x[:, None] - knots[:-1]).clamp(min=0) @ changes  # (n,) -> (n,)


def largest_error(network, f, x):
    return (network(x) - f(x)).abs().max()


def fitted(activation: str, width: int, reach: float):
    """One hidden layer, trained by 100 steps of L-BFGS on 121 points of the wave from -reach to reach."""
    layers = nn.Sequential(nn.Linear(1, width), ACTIVATIONS[activation](), nn.Linear(width, 1))
    x = torch.linspace(-reach, reach, 121)
    optimizer = torch.optim.LBFGS(
        layers.parameters(), max_iter=100, line_search_fn="strong_wolfe", tolerance_grad=0, tolerance_change=0
    )

    def loss():
        optimizer.zero_grad()
        value = (layers(x[:, None])[:, 0] - wave(x)).square().mean()
        value.backward()
        return value

    optimizer.step(loss)
    return lambda x: layers(x[:, None])[:, 0].detach()


def measured(network):
    """The largest errors inside and outside of the interval, and the curve from -6 to 6."""
    return {
        "error": largest_error(network, wave, INSIDE),
        "outside": largest_error(network, wave, OUTSIDE),
        "curve": network(torch.linspace(-6, 6, 241)),
    }


@experiment(seeds=5, vary={"activation": ["ReLU", "tanh", "identity"], "width": [1, 4, 16, 64]})
def trained(run: Run, activation: str, width: int):
    """Largest error of a trained network, inside the interval and outside of it."""
    return measured(fitted(activation, width, reach=3))


@experiment(seeds=5, vary={"activation": ["ReLU"], "width": [64]})
def trained_wider(run: Run, activation: str, width: int):
    """The same, but trained from -6 to 6."""
    return measured(fitted(activation, width, reach=6))


@experiment(vary={"width": [1, 4, 8, 16, 64]})
def by_hand(run: Run, width: int):
    """Largest error of a network whose ReLUs are placed by hand, for the wave and beside a jump at zero."""
    network, x = placed(wave, width), torch.linspace(-3, 3, 241)
    step = placed(torch.sign, width)
    near_zero = torch.linspace(-0.01, 0.01, 202)  # does not hit zero itself
    return {
        "error": largest_error(network, wave, INSIDE),
        "step_error": largest_error(step, torch.sign, near_zero),
        "curve": network(x),
    }


@figure(by_hand)
def on_the_wave(results):
    """A wave, and the polygons of 4, 8 and 16 ReLUs on it: each bends where it meets the wave."""
    fig, axs = plots.axes(3, width=7.2, height=2.9, sharey=True, narrow=3)
    x = np.linspace(-3, 3, 241)
    for ax, width in zip(axs, (4, 8, 16), strict=True):
        knots = np.linspace(-3, 3, width + 1)
        curve = results.array("curve", width=width)
        ax.plot(x, np.sin(2 * x) + 0.3 * x, color=plots.MUTED, linewidth=4, alpha=0.5)
        ax.plot(x, curve, color="C0", linewidth=1.6)
        ax.plot(knots[:-1], np.interp(knots[:-1], x, curve), "o", color="C1", markersize=4)
        ax.set(title=f"{width} bends: off by {results.metric('error', width=width)[0]:.2f}", xlabel="x")
    axs[0].set_ylabel("sin 2x + 0.3 x")
    return fig


@figure(trained, by_hand)
def error_by_width(trained, by_hand):
    """Largest error by width: it falls steadily for ReLUs placed by hand, and stays high for 16 trained ones."""
    widths = trained.settings["width"]
    lines = {name: trained.sweep("error", "width", activation=name) for name in ("identity", "ReLU", "tanh")}
    lines["by hand"] = np.array([[by_hand.metric("error", width=width)[0] for width in widths]])
    title = "Sixteen ReLUs would do, but training rarely finds them"
    return plots.lines(
        lines, widths, colors=["C7", "C0", "C2", "C1"], title=title, height=3.3, xscale="log", yscale="log",
        xlabel="hidden units", ylabel="largest error on the interval", xticks=widths, xticklabels=widths,
    )  # fmt: skip


@figure(trained)
def inside_and_outside(results):
    """Five trained networks of 64 ReLUs and five of tanh: on the wave inside the interval, far off it outside."""
    fig, axs = plots.axes(2, width=7.2, height=3, sharey=True)
    x = np.linspace(-6, 6, 241)
    for ax, name in zip(axs, ("ReLU", "tanh"), strict=True):
        ax.axvspan(-3, 3, color=plots.GRID, alpha=0.6, linewidth=0)
        ax.plot(x, np.sin(2 * x) + 0.3 * x, color=plots.MUTED, linewidth=4, alpha=0.5)
        for curve in results.arrays("curve", activation=name, width=64):
            ax.plot(x, curve, color="C0", linewidth=1)
        far = results.metric("outside", activation=name, width=64).mean()
        ax.set(title=f"64 {name}: off by {far:.0f} outside", xlabel="x", ylim=(-6, 6))
    axs[0].set_ylabel("sin 2x + 0.3 x")
    return fig
