"""Drawings of what optimizers do, for the first glance at their pages; computed exactly, nothing is measured."""

import numpy as np

from coursenotes import figure, plots
from snippets.gradient_descent import GradientDescent, limit
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
