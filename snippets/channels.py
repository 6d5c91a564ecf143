"""Channels: one filter reads several pictures of the same place, and adds up what it finds in each.

Source: Practical Deep Learning 2022, lesson 8, 0:55:03 to 0:57:02.
Data:   sample: a drawn seven; full: one of MNIST's.
Cost:   sample 1 s on one core; full 2 s.
"""

import torch

from coursenotes import Run, experiment, figure, plots
from snippets.convolution import conv2d, edge_map
from snippets.datasets.strokes import sevens


def filter_channels(channels, weights):  # (c, h, w), (c, k, k) -> (h - k + 1, w - k + 1)
    """One kernel for each channel, and the sum of their answers."""
    return sum(conv2d(channel, kernel) for channel, kernel in zip(channels, weights, strict=True))


@experiment(data=sevens)
def corners(pictures, run: Run):
    """A second layer on the two edge maps of a seven: a filter of 2 x 3 x 3 weights that answers where both do."""
    picture = torch.as_tensor(pictures[0])
    maps = torch.stack([edge_map(picture, edge) for edge in ("horizontal", "vertical")])  # (2, 26, 26)
    weights = torch.full((2, 3, 3), 1 / 9)
    parts = torch.stack([conv2d(channel, kernel) for channel, kernel in zip(maps, weights, strict=True)])
    answer = filter_channels(maps, weights)  # (24, 24)
    only_both = (answer - 2).relu()  # an edge is two pixels wide, so that one alone gives 2 at most
    return {
        "weights": weights.numel(),
        "strongest": answer.max(),
        "strongest_horizontal": parts[0].max(),
        "strongest_vertical": parts[1].max(),
        "picture": picture,
        "maps": maps,
        "only_both": only_both,
    }


@figure(corners)
def two_channels(results):
    """A seven, its two edge maps, and the filter's answer above 2: the leg, whose edge is a lower and a right one."""
    fig, axs = plots.axes(4, width=6.8, height=2.4)
    plots.image(axs[0], results.array("picture"), signed=True, limit=1)
    for ax, channel in zip(axs[1:], results.array("maps"), strict=False):
        plots.image(ax, channel, signed=True, limit=3)
    plots.image(axs[3], results.array("only_both"), signed=True)
    for ax, text in zip(axs, ("picture", "channel 1", "channel 2", "filter, above 2"), strict=True):
        ax.set_title(text, loc="center", fontsize=10)
    plots.title(fig, "One filter over both maps finds the slanted edges")
    return fig
