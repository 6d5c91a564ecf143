"""Strides, padding and pooling: how large a picture comes out of a layer.

Source: Practical Deep Learning 2022, lesson 8, 0:58:00 to 1:02:01; 2017 part 1, lesson 7; 2018 part 2, lesson 12.
Data:   sample: a drawn seven; full: one of MNIST's.
Cost:   sample 2 s on one core; full 3 s.
"""

import math

import torch
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.convolution import edge_kernel
from snippets.datasets.strokes import sevens


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Places along one axis: the first, and one for each stride that still fits."""
    return (size + 2 * padding - kernel) // stride + 1


def answers(image, kernel, stride: int = 1):  # (h, w), (k, k) -> (h / stride, w / stride), rounded up, for odd k
    """A kernel's answers through a ReLU, with half the kernel, rounded down, as padding."""
    return F.conv2d(image[None, None], kernel[None, None], stride=stride, padding=len(kernel) // 2).relu()[0, 0]


def max_pool(image, size: int = 2):  # (h, w) -> (h // size, w // size)
    """The largest of each size x size cells; what fills no window is left out."""
    rows, columns = len(image) // size, image.shape[1] // size
    whole = image[: rows * size, : columns * size]
    return whole.reshape(rows, size, columns, size).amax(dim=(1, 3))


def adaptive_max_pool(image, out: int):  # (h, w) -> (out, out)
    """The largest in each of out x out windows, spread evenly over any image."""

    def windows(n):  # from the last whole pixel before its share to the next after it
        return [slice(i * n // out, math.ceil((i + 1) * n / out)) for i in range(out)]

    h, w = image.shape
    rows = [torch.stack([image[r, c].max() for c in windows(w)]) for r in windows(h)]
    return torch.stack(rows)


@experiment(data=sevens)
def shrink(pictures, run: Run):
    """The edge map of a seven, and two ways to a quarter of it: the largest of every four, or every other place."""
    picture, kernel = torch.as_tensor(pictures[0]), edge_kernel("horizontal")
    whole = answers(picture, kernel)  # (28, 28)
    strided = answers(picture, kernel, stride=2)  # (14, 14)
    pooled = max_pool(whole)  # (14, 14)
    return {
        "activations": whole.numel(),
        "activations_pooled": pooled.numel(),
        "activations_strided": strided.numel(),
        "strongest": whole.max(),
        "strongest_strided": strided.max(),
        "whole": whole,
        "pooled": pooled,
        "strided": strided,
    }


@experiment(vary={"padding": [0, 1]})
def halving(run: Run, padding: int):
    """Layers of 3 by 3 and stride 2 on 32 pixels: the width after one, two and three, as PyTorch gives it."""
    x = torch.zeros(1, 1, 32, 32)
    widths = [32]
    for _ in range(3):
        x = F.conv2d(x, torch.ones(1, 1, 3, 3), stride=2, padding=padding)
        widths.append(x.shape[-1])
    return {"after_1": widths[1], "after_2": widths[2], "after_3": widths[3], "widths": torch.tensor(widths)}


@experiment(vary={"kernel": [1, 2, 3, 4, 5, 6, 7]})
def half_padding(run: Run, kernel: int):
    """The width that comes out of 28 pixels when the padding is half the kernel, rounded down, at strides 1 and 2."""
    x, weights = torch.zeros(1, 1, 28, 28), torch.ones(1, 1, kernel, kernel)
    stride_1, stride_2 = (F.conv2d(x, weights, stride=s, padding=kernel // 2).shape[-1] for s in (1, 2))
    return {"padding": kernel // 2, "stride_1": stride_1, "stride_2": stride_2}


@figure(shrink)
def a_quarter_left(results):
    """An edge map of 28 by 28, and 14 by 14 numbers of it, by max pooling, which keeps the strongest, or stride 2."""
    fig, axs = plots.axes(3, width=6.8, height=2.7)
    texts = ("every place: 28 × 28", "largest of four: 14 × 14", "every other place: 14 × 14")
    for ax, name, text in zip(axs, ("whole", "pooled", "strided"), texts, strict=True):
        plots.image(ax, results.array(name), signed=True, limit=3)
        ax.set_title(text, loc="center", fontsize=10)
    plots.title(fig, "Two ways to keep a quarter of the answers")
    return fig


@figure(halving)
def widths(results):
    """Width after each layer of stride 2: with padding 32, 16, 8, 4; without it 32, 15, 7, 3."""
    fig, ax = plots.axes(height=3)
    for color, padding, name, side in (("C0", 1, "padding 1", 1), ("C1", 0, "no padding", -1)):
        found = results.array("widths", padding=padding)
        plots.seed_lines(ax, None, found, name, color, marker="o")
        for layer, width in enumerate(found[1:], start=1):
            ax.annotate(f"{width}", (layer, width), (0, 8 * side), textcoords="offset points", color=color,
                        ha="center", va="bottom" if side > 0 else "top")  # fmt: skip
    ax.set(xlabel="layers of 3 by 3 and stride 2", ylabel="width, pixels", xticks=range(4), ylim=(-3, 36))
    ax.set_yticks([0, 8, 16, 24, 32])
    plots.title(ax, "Stride 2 halves exactly only with padding")
    return fig
