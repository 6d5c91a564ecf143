"""Channels: one filter reads several pictures of the same places, and adds up its responses to each.

Source: Practical Deep Learning 2022, lesson 8, 0:55:03 to 0:57:02.
Data:   sample: a drawn seven; full: one of MNIST's.
Cost:   sample 1 s on one core; full 2 s.
"""

import torch

from coursenotes import Run, experiment, figure, plots
from snippets.convolution import conv2d, edge_map
from snippets.datasets.strokes import sevens


def filter_channels(channels, weights):  # (c, h, w), (c, k, k) -> (h - k + 1, w - k + 1)
    """One kernel for each channel, and the sum of their responses."""
    return sum(conv2d(channel, kernel) for channel, kernel in zip(channels, weights, strict=True))


@experiment(data=sevens)
def corners(pictures, run: Run):
    """A second layer on the two edge maps of a seven: 2 x 3 x 3 weights that respond most where both maps do."""
    picture = torch.as_tensor(pictures[0])
    maps = torch.stack([edge_map(picture, edge) for edge in ("horizontal", "vertical")])  # (2, 26, 26)
    weights = torch.full((2, 3, 3), 1 / 9)
    response = filter_channels(maps, weights)  # (24, 24)
    return {
        "weights": weights.numel(),
        "largest": response.max(),
        "largest_horizontal": conv2d(maps[0], weights[0]).max(),
        "largest_vertical": conv2d(maps[1], weights[1]).max(),
        "picture": picture,
        "maps": maps,
        "both": (response - 2).relu(),  # an edge is two pixels wide, so one map alone gives at most 2
    }


@figure(corners)
def two_channels(results):
    """A seven, its two edge maps, and the filter's response above 2: the leg, whose edge is in both maps."""
    horizontal, vertical = results.array("maps") / 3
    pictures = [results.array("picture"), horizontal, vertical, results.array("both")]
    names, title = (
        ["picture", "channel 1: lower edges", "channel 2: right edges", "sum, only above 2"],
        "One filter over both maps finds the slanted edge, which is in both",
    )
    return plots.images(pictures, names, ncols=4, width=6.8, title=title, signed=True, limit=1)
