"""Sliding or matrix: five ways to compute one convolution, what each multiplies and stores, and how long it takes.

Source: Practical Deep Learning for Coders 2022, lesson 8, 1:05:01 to 1:07:02; for im2col, Chellapilla et al., 2006.
Data:   sample: sevens that we drew; full: MNIST's. The times do not depend on what the pictures show.
Cost:   sample 15 s on one core, most of it to make the matrices; full 25 s.
"""

import time
import warnings
from functools import partial

import numpy as np
import torch
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.strokes import sevens
from snippets.weight_sharing import conv_matrix

SIZE, K = 28, 3  # pixels per side of the picture, and of the kernel
CHANNELS = (1, 2, 4, 8)


def slide(pictures, kernels):  # (batch, c, size, size), (maps, c, k, k) -> (batch, maps, places)
    """The sliding window: at every place a sum of products."""
    k, side = kernels.shape[-1], pictures.shape[-1] - kernels.shape[-1] + 1
    maps = pictures.new_empty(len(pictures), len(kernels), side, side)
    for i in range(side):
        for j in range(side):
            window = pictures[:, None, :, i : i + k, j : j + k]  # (batch, 1, c, k, k)
            maps[:, :, i, j] = (window * kernels).sum(dim=(2, 3, 4))
    return maps.flatten(2)


def windows_as_matrix(pictures, kernels):
    """im2col: every window copied into a column, and one product with the kernels as rows. -> (batch, maps, places)"""
    columns = F.unfold(pictures, kernels.shape[-1])  # (batch, c * k * k, places)
    return kernels.flatten(1) @ columns


def big_matrix(kernels, size: int):  # (maps, c, k, k) -> (maps * places, c * size * size)
    """The matrix of the convolution: a block for each map and channel, all with their weights in the same places."""
    k = kernels.shape[-1]
    which = conv_matrix(torch.arange(1.0, k * k + 1).reshape(k, k), size).long()  # number of the weight; 0 for none
    blocks = F.pad(kernels.flatten(2), (1, 0))[:, :, which]  # (maps, c, places, size * size)
    return blocks.transpose(1, 2).flatten(0, 1).flatten(1)


def unchanged(pictures, kernels):
    return pictures, kernels


def matrix_and_columns(pictures, kernels):  # -> (maps * places, c * size * size), (c * size * size, batch)
    return big_matrix(kernels, pictures.shape[-1]), pictures.flatten(1).T.contiguous()


def sparse_matrix_and_columns(pictures, kernels):
    matrix, columns = matrix_and_columns(pictures, kernels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch calls its sparse matrices a beta feature
        return matrix.to_sparse_csr(), columns


METHODS = {  # the preparation, which is not timed, and the computation, which is
    "loops": (unchanged, slide),
    "conv2d": (unchanged, F.conv2d),
    "windows": (unchanged, windows_as_matrix),
    "matrix": (matrix_and_columns, torch.matmul),
    "sparse": (sparse_matrix_and_columns, torch.matmul),
}


def prepared(method: str, pictures, kernels):
    """A function without arguments that computes the convolution, from what was prepared before."""
    prepare, compute = METHODS[method]
    return partial(compute, *prepare(pictures, kernels))


def counted(method: str, channels: int, size: int = SIZE, k: int = K) -> dict[str, int]:
    """The multiplications for one picture, and how many numbers are stored in addition to the picture."""
    places, window = (size - k + 1) ** 2, channels * k * k  # a window has as many numbers as a map has weights
    entries = channels * places * channels * size * size  # of the matrix: a row per map and place
    nonzero = channels * places * window
    counts = {  # multiplications, stored numbers
        "conv2d": (nonzero, channels * window),  # the weights alone are stored
        "windows": (nonzero, channels * window + places * window),  # and a copy of each window
        "matrix": (entries, entries),
        "sparse": (nonzero, 2 * nonzero + channels * places + 1),  # entries, their columns, where each row begins
    }
    return dict(zip(("multiplications", "stored_numbers"), counts[method], strict=True))


@experiment(vary={"method": ["conv2d", "windows", "matrix", "sparse"], "channels": [1, 2, 4, 8]})
def work(run: Run, method: str, channels: int):
    """Multiplications and stored numbers for one picture of 28 by 28, as many maps as channels, kernels of 3 by 3."""
    return counted(method, channels)


@experiment(
    data=sevens,
    seeds={"sample": 1, "full": 3},
    vary={"method": ["loops", "conv2d", "windows", "matrix", "sparse"], "pictures": [1, 16]},
    times=["at_1_channel", "at_8_channels", "milliseconds"],
)
def times(data, run: Run, method: str, pictures: int):
    """Milliseconds of one core by the number of channels: the fastest of many, as other programs slow some down."""
    fastest = []
    for channels in CHANNELS:
        images = torch.as_tensor(data[:pictures])[:, None].repeat(1, channels, 1, 1)  # (pictures, channels, 28, 28)
        compute = prepared(method, images, torch.rand(channels, channels, K, K))
        compute()
        runs, stop = [], time.thread_time() + run.pick(sample=0.03, full=0.12)
        while len(runs) < 3 or time.thread_time() < stop:
            begin = time.thread_time()  # the time of this thread alone, without other programs' share
            compute()
            runs.append(1000 * (time.thread_time() - begin))
        fastest.append(min(runs))
    return {"at_1_channel": fastest[0], "at_8_channels": fastest[-1], "milliseconds": torch.tensor(fastest)}


LOG = {"xscale": "log", "yscale": "log", "xticks": CHANNELS, "xticklabels": CHANNELS, "xlabel": "channels in, maps out"}
NAMES = {"loops": "sliding", "conv2d": "conv2d", "windows": "im2col", "matrix": "dense", "sparse": "sparse"}


@figure(times)
def time_by_channels(results):
    """Milliseconds of five methods by the number of channels, for one picture and for sixteen, on one core."""
    fig, axs = plots.axes(2, width=7.2, height=3.4)
    for ax, pictures, name in zip(axs, (1, 16), ("One picture", "Sixteen pictures at once"), strict=True):
        taken = {NAMES[m]: np.stack(results.arrays("milliseconds", method=m, pictures=pictures)) for m in NAMES}
        fastest = np.argmin([ms.mean(axis=0) for ms in taken.values()], axis=0)  # (channels,)
        last = {list(taken)[i]: channels for i, channels in zip(fastest, CHANNELS, strict=True)}
        title = f"{name}: fastest is " + ", then ".join(f"{m} up to {c} channels" for m, c in last.items())
        plots.lines(taken, CHANNELS, ax=ax, title=title, ylabel="milliseconds", **LOG)
        ax.minorticks_off()
    return fig


@figure(work)
def work_by_channels(results):
    """Multiplications and stored numbers by the number of channels, counted: the dense matrix is far above the rest."""
    fig, axs = plots.axes(2, width=7.2, height=3.4)
    for ax, metric, method in zip(axs, ("multiplications", "stored_numbers"), ("dense", "sparse"), strict=True):
        counts = {NAMES[m]: results.sweep(metric, over="channels", method=m) for m in results.settings["method"]}
        ratio = counts[method][0, -1] / counts["conv2d"][0, -1]
        label = metric.replace("_", " ")
        title = f"With 8 channels, {method} has {ratio:,.0f} times the {label} of conv2d"
        plots.lines(counts, CHANNELS, ax=ax, title=title, ylabel=label, **LOG)
        ax.minorticks_off()
    return fig
