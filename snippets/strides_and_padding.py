"""Strides, padding and pooling: how large the output of a layer is.

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
    """Places along one axis: the first, and one more for each stride that still fits."""
    return (size + 2 * padding - kernel) // stride + 1


def padded_response(image, kernel, stride: int = 1):  # (h, w), (k, k) -> (h / stride, w / stride), rounded up, odd k
    """A kernel's response through a ReLU, with half the kernel, rounded down, as padding."""
    return F.conv2d(image[None, None], kernel[None, None], stride=stride, padding=len(kernel) // 2).relu()[0, 0]


def max_pool(image, size: int = 2):  # (h, w) -> (h // size, w // size)
    """The largest of each size x size cells; what fills no window is left out."""
    rows, columns = len(image) // size, image.shape[1] // size
    whole = image[: rows * size, : columns * size]
    return whole.reshape(rows, size, columns, size).amax(dim=(1, 3))


def even_windows(n: int, out: int) -> list[slice]:
    """Windows of equal size spread evenly over n pixels, each rounded to whole pixels outwards."""
    return [slice(i * n // out, math.ceil((i + 1) * n / out)) for i in range(out)]


def adaptive_max_pool(image, out: int):  # (h, w) -> (out, out)
    """The largest number in each of out x out windows, spread evenly over any image."""
    pooled = torch.zeros(out, out)
    for i, rows in enumerate(even_windows(image.shape[0], out)):
        for j, columns in enumerate(even_windows(image.shape[1], out)):
            pooled[i, j] = image[rows, columns].max()
    return pooled


@experiment(data=sevens)
def shrink(pictures, run: Run):
    """The edge map of a seven, and a quarter of it by max pooling over 2 by 2, or by stride 2."""
    picture, kernel = torch.as_tensor(pictures[0]), edge_kernel("horizontal")
    whole = padded_response(picture, kernel)  # (28, 28)
    strided = padded_response(picture, kernel, stride=2)  # (14, 14)
    pooled = max_pool(whole)  # (14, 14)
    return {
        "activations": whole.numel(),
        "activations_pooled": pooled.numel(),
        "activations_strided": strided.numel(),
        "largest": whole.max(),
        "largest_strided": strided.max(),
        "whole": whole,
        "pooled": pooled,
        "strided": strided,
    }


@experiment(vary={"padding": [0, 1]})
def halving(run: Run, padding: int):
    """The width of 32 pixels after one, two and three layers of 3 by 3 and stride 2, as PyTorch gives it."""
    x = torch.zeros(1, 1, 32, 32)
    widths = [32]
    for _ in range(3):
        x = F.conv2d(x, torch.ones(1, 1, 3, 3), stride=2, padding=padding)
        widths.append(x.shape[-1])
    return {"after_1": widths[1], "after_2": widths[2], "after_3": widths[3], "widths": torch.tensor(widths)}


@experiment(vary={"kernel": [1, 2, 3, 4, 5, 6, 7]})
def half_padding(run: Run, kernel: int):
    """The width of 28 pixels after a layer padded by half its kernel, rounded down, at strides 1 and 2."""
    x, weights = torch.zeros(1, 1, 28, 28), torch.ones(1, 1, kernel, kernel)
    stride_1, stride_2 = (F.conv2d(x, weights, stride=s, padding=kernel // 2).shape[-1] for s in (1, 2))
    return {"padding": kernel // 2, "stride_1": stride_1, "stride_2": stride_2}


@figure(shrink)
def a_quarter_left(results):
    """An edge map of 28 by 28, and 14 by 14 numbers of it, by max pooling, which keeps the largest, or by stride 2."""
    maps = [results.array(name) for name in ("whole", "pooled", "strided")]
    titles = ["every place: 28 × 28", "largest of four: 14 × 14", "every other place: 14 × 14"]
    title = "Two ways to keep a quarter of the activations"
    return plots.images(maps, titles, width=6.8, title=title, signed=True, limit=3)


@figure(halving)
def widths(results):
    """Width after each layer of stride 2: with padding 32, 16, 8, 4; without it 32, 15, 7, 3."""
    padded, unpadded = results.array("widths", padding=1), results.array("widths", padding=0)
    fig = plots.lines(
        {"padding 1": padded, "no padding": unpadded}, title="Stride 2 halves exactly only with padding", height=3,
        xlabel="layers of 3 by 3 and stride 2", ylabel="width, pixels", xticks=range(4), ylim=(-4, 35),
    )  # fmt: skip
    for layer in (1, 2, 3):
        fig.axes[0].text(layer, padded[layer] + 1, padded[layer], color="C0", ha="center", va="bottom")
        fig.axes[0].text(layer, unpadded[layer] - 1, unpadded[layer], color="C1", ha="center", va="top")
    return fig
