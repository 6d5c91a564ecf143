"""Drawings of what optimizers do, for the first glance at their pages; computed exactly, nothing is measured."""

import numpy as np

from coursenotes import figure, plots
from snippets.adam import Adam, RMSProp
from snippets.gradient_descent import GradientDescent, best_rate, limit
from snippets.momentum import Momentum, average_weights
from snippets.valleys import Valley, descend

SHARES = {"A tenth of the limit": 0.1, "Nine tenths of it": 0.9, "Just above the limit": 1.02}


@figure()
def paths():
    """Ten steps in a valley: far below the limit they creep, near it they zigzag to the bottom, above it they leave."""
    fig, axs = plots.axes(3, width=7.2, height=plots.pick(3.0, 2.0), narrow=1, sharex=True, sharey=True)
    valley, start = Valley((1, 10)), np.array([-9.0, 2.0])
    along, across = np.meshgrid(np.linspace(-11, 3, 80), np.linspace(-3.4, 3.4, 60))
    heights = valley.loss(np.stack([along, across], -1))
    for ax, (name, share) in zip(axs, SHARES.items(), strict=True):
        path = descend(valley.gradient, start, GradientDescent(share * limit(valley.hessian)), 10)
        ax.contour(along, across, heights, levels=[1, 5, 15, 30, 60], colors=[plots.MUTED], linewidths=0.6)
        ax.plot(*path.T, "o-", color="C1" if share > 1 else "C0", markersize=3.5, linewidth=1.4)
        ax.plot(0, 0, "+", color=plots.TEXT, markersize=9)
        ax.set(xlabel="along the valley", xlim=(-11, 3), ylim=(-3.4, 3.4))
        plots.title(ax, name)
    axs[0].set_ylabel("across")
    return fig


@figure()
def moving_average():
    """The weights of a moving average: 0.1 for the newest gradient, nine tenths of that for each one before it."""
    ax, width = plots.canvas(wide=196, narrow=236)
    count, left, base, high = plots.pick(24, 18), 8, plots.pick(150, 190), 108
    weights = average_weights(count)
    step = (width - 2 * left) / count
    for ago, weight in enumerate(weights):
        size = high * weight / weights[0]
        style = {"fill": True, "facecolor": "C0" if ago < 7 else "C7", "edgecolor": "none", "alpha": 0.75}
        plots.frame(ax, left + ago * step, base - size, 0.8 * step, size, **style)
        if ago % plots.pick(2, 4) == 0:
            plots.label(ax, left + (ago + 0.4) * step, base + 10, str(ago) if ago else "now", color=plots.MUTED)
    plots.label(ax, width / 2, base + 26, "steps ago", color=plots.MUTED)
    x, y = plots.pick(width * 0.3, width * 0.26), plots.pick(16, 14)
    says = (
        ("average", " = 0.1 × new + 0.9 × old average"),
        ("weights", " = 0.1,  0.09,  0.081,  0.0729, …"),
        ("newest 7", f" have {weights[:7].sum():.0%} of the weight"),
        (f"all {count}", f" have {weights.sum():.0%}"),
    )
    for row, (what, is_) in enumerate(says):
        plots.label(ax, x, y + 17 * row, what, ha="left", weight="bold", color="C0" if row == 2 else plots.TEXT)
        plots.label(ax, x + 52, y + 17 * row, is_, ha="left")
    return ax.figure


@figure()
def momentum_paths():
    """Twenty-five steps in a valley: plain descent zigzags and is not there yet, momentum curves in and has arrived."""
    fig, axs = plots.axes(2, width=7.2, height=plots.pick(2.8, 2.1), narrow=1, sharex=True, sharey=True)
    valley, start = Valley((1, 30)), np.array([-9.0, 1.5])
    along, across = np.meshgrid(np.linspace(-10, 3, 80), np.linspace(-1.9, 1.9, 60))
    heights = valley.loss(np.stack([along, across], -1))
    optimizers = {
        "Plain, at the best rate": (GradientDescent(best_rate(valley.hessian)), "C1"),
        "With momentum 0.7": (Momentum(0.03, 0.7), "C0"),
    }
    for ax, (name, (optimizer, color)) in zip(axs, optimizers.items(), strict=True):
        path = descend(valley.gradient, start, optimizer, 25)
        ax.contour(along, across, heights, levels=[1, 5, 15, 30, 60], colors=[plots.MUTED], linewidths=0.6)
        ax.plot(*path.T, "o-", color=color, markersize=3.5, linewidth=1.4)
        ax.plot(0, 0, "+", color=plots.TEXT, markersize=9)
        ax.set(xlabel="along the valley", xlim=(-10, 3), ylim=(-1.9, 1.9))
        plots.title(ax, name)
    axs[0].set_ylabel("across")
    return fig


GRADIENTS = {  # as on every even and every odd step
    "steady, large": (10.0, 10.0),
    "steady, small": (0.1, 0.1),
    "volatile": (10.0, -10.0),
    "mostly one way": (10.0, -6.0),
}


@figure()
def divided():
    """Gradients of four kinds, and the steps of three optimizers: SGD's depend on the size, Adam's on the signs."""
    ax, width = plots.canvas(wide=158, narrow=206)
    count, cell = plots.pick(6, 4), (plots.pick(30, 24), 18)
    left, top, high = plots.pick(92, 6), 36, plots.pick(28, 40)
    wide = plots.pick(58, 46)
    x = width - 3 * wide - 4
    rules = {"SGD": GradientDescent, "RMSProp": RMSProp, "Adam": Adam}
    plots.label(ax, left + count * cell[0] / 2, 10, "gradients, step by step", color=plots.MUTED)
    plots.label(ax, x + 1.5 * wide, 10, plots.pick("a late step, at a rate of 1", "a late step"), color=plots.MUTED)
    for column, name in enumerate(rules):
        plots.label(ax, x + (column + 0.5) * wide, 25, name, weight="bold")
    for row, (name, pair) in enumerate(GRADIENTS.items()):
        y = top + row * high + plots.pick(0, 12)
        plots.label(ax, left - plots.pick(8, 0), y + plots.pick(9, -7), name, ha=plots.pick("right", "left"))
        plots.cells(ax, left, y, [pair[step % 2] for step in range(count)], cell, limit=10)
        steps = []
        for rule in (make(1.0) for make in rules.values()):
            for step in range(2001):
                last = rule.step(np.array(pair[step % 2]))
            steps.append(last)
        plots.arrow(ax, (left + count * cell[0], y + 9), (x, y + 9))
        plots.cells(ax, x, y, np.round(steps, 2), (wide, 18), limit=10)
    return ax.figure
