"""Sliding or matrix: four ways to compute one convolution, what each multiplies and stores, and how long it takes.

Source: Practical Deep Learning for Coders 2022, lesson 8, 1:05:01 to 1:07:02; for im2col, Chellapilla et al., 2006.
Data:   sample: sevens that we drew; full: MNIST's. What they show makes no difference to a time.
Cost:   sample 15 s on one core, most of it to make the matrices; full 25 s.
"""

import time
import warnings

import numpy as np
import torch
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.strokes import sevens
from snippets.weight_sharing import conv_matrix

SIZE, K = 28, 3  # pixels a side of the picture, and of the kernel
CHANNELS = (1, 2, 4, 8)


def slide(pictures, kernels):  # (batch, c, size, size), (maps, c, k, k) -> (batch, maps, places)
    """The sliding window: at every place a sum of products."""
    k, side = kernels.shape[-1], pictures.shape[-1] - kernels.shape[-1] + 1
    answers = pictures.new_empty(len(pictures), len(kernels), side, side)
    for i in range(side):
        for j in range(side):
            window = pictures[:, None, :, i : i + k, j : j + k]  # (batch, 1, c, k, k)
            answers[:, :, i, j] = (window * kernels).sum(dim=(2, 3, 4))
    return answers.flatten(2)


def windows_as_matrix(pictures, kernels):
    """im2col: every window copied into a column, and one product with the kernels as rows. -> (batch, maps, places)"""
    columns = F.unfold(pictures, kernels.shape[-1])  # (batch, c * k * k, places)
    return kernels.flatten(1) @ columns


def big_matrix(kernels, size: int):  # (maps, c, k, k) -> (maps * places, c * size * size)
    """The matrix that convolves: a block for each map and channel, all with their weights in the same places."""
    k = kernels.shape[-1]
    which = conv_matrix(torch.arange(1.0, k * k + 1).reshape(k, k), size).long()  # number of the weight; 0 for none
    blocks = F.pad(kernels.flatten(2), (1, 0))[:, :, which]  # (maps, c, places, size * size)
    return blocks.transpose(1, 2).flatten(0, 1).flatten(1)


def as_matrix(pictures, kernels):
    """The product of that matrix with the pictures as columns. -> (batch, maps, places)"""
    matrix = big_matrix(kernels, pictures.shape[-1])
    return (matrix @ pictures.flatten(1).T).T.unflatten(1, (len(kernels), -1))


def prepared(way: str, pictures, kernels):
    """A function that computes the answers, with all that can be made before a picture comes made already."""
    if way in ("loops", "windows"):
        return lambda: (slide if way == "loops" else windows_as_matrix)(pictures, kernels)
    if way == "conv2d":
        return lambda: F.conv2d(pictures, kernels)
    matrix, column = big_matrix(kernels, pictures.shape[-1]), pictures.flatten(1).T.contiguous()
    if way == "sparse":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # torch calls its sparse matrices a beta feature
            matrix = matrix.to_sparse_csr()
    return lambda: matrix @ column


def counted(way: str, channels: int, size: int = SIZE, k: int = K) -> dict[str, int]:
    """How many multiplications one picture takes, and how many numbers are stored beside the picture."""
    kernels = torch.rand(channels, channels, k, k) + 0.5  # none of them zero
    places = (size - k + 1) ** 2
    if way in ("dense", "sparse"):
        matrix = big_matrix(kernels, size)
        if way == "dense":
            return {"multiplications": matrix.numel(), "stored": matrix.numel()}
        rows, weights = len(matrix), int((matrix != 0).sum())
        return {"multiplications": weights, "stored": 2 * weights + rows + 1}  # weights, columns, where rows begin
    copies = channels * k * k * places if way == "windows" else 0
    return {"multiplications": kernels.numel() * places, "stored": kernels.numel() + copies}


@experiment(vary={"way": ["conv2d", "windows", "dense", "sparse"], "channels": [1, 2, 4, 8]})
def work(run: Run, way: str, channels: int):
    """Multiplications and stored numbers for one picture of 28 by 28, as many maps as channels, kernels of 3 by 3."""
    return counted(way, channels)


@experiment(
    data=sevens,
    seeds={"sample": 1, "full": 3},
    vary={"way": ["loops", "conv2d", "windows", "dense", "sparse"], "pictures": [1, 16]},
    times=["at_1_channel", "at_8_channels", "milliseconds"],
)
def times(data, run: Run, way: str, pictures: int):
    """Milliseconds of one core by the number of channels: the quickest of many runs, since other work on the machine
    can only slow one. Each channel holds the same picture; as many maps as channels, kernels of 3 by 3."""
    taken = []
    for channels in CHANNELS:
        images = torch.as_tensor(data[:pictures])[:, None].repeat(1, channels, 1, 1)  # (pictures, channels, 28, 28)
        answer = prepared(way, images, torch.rand(channels, channels, K, K))
        answer()
        runs, stop = [], time.thread_time() + run.pick(sample=0.03, full=0.12)
        while len(runs) < 3 or time.thread_time() < stop:
            begin = time.thread_time()  # of this core alone, so that other programs' turns do not count
            answer()
            runs.append(1000 * (time.thread_time() - begin))
        taken.append(min(runs))
    return {"at_1_channel": taken[0], "at_8_channels": taken[-1], "milliseconds": torch.tensor(taken)}


@figure(times)
def time_by_channels(results):
    """Time of five ways by the number of channels, for one picture and for sixteen at once, on one core."""
    fig, axs = plots.axes(nrows=2, width=4.3, height=6.6, sharex=True)
    names = {"loops": "Python loops", "conv2d": "conv2d", "windows": "windows", "dense": "matrix", "sparse": "sparse"}
    heads = {1: "One picture", 16: "Sixteen pictures at once"}
    for ax, (pictures, head) in zip(axs, heads.items(), strict=True):
        mean = {}
        for color, (way, name) in zip(("C7", "C0", "C2", "C1", "C3"), names.items(), strict=True):
            taken = np.stack(results.arrays("milliseconds", way=way, pictures=pictures))  # (seeds, channels)
            mean[way] = taken.mean(axis=0)
            plots.seed_lines(ax, CHANNELS, taken, name, color)
        ax.set(xscale="log", yscale="log", ylabel="milliseconds", xticks=CHANNELS, xticklabels=CHANNELS)
        ax.minorticks_off()
        quickest = [min(mean, key=lambda way: mean[way][i]) for i in range(len(CHANNELS))]
        ahead = sum(way == "conv2d" for way in quickest)
        plots.title(ax, f"{head}: conv2d is the quickest at {ahead} of {len(CHANNELS)} numbers of channels")
    axs[1].set_xlabel("channels in, and maps out")
    return fig


@figure(work)
def work_by_channels(results):
    """Multiplications and stored numbers by the number of channels, counted: the dense matrix is far above the rest."""
    fig, axs = plots.axes(nrows=2, width=4.3, height=5.8, sharex=True)
    named = {
        "multiplications": {"dense": "matrix", "sparse": None, "windows": None, "conv2d": "the others"},
        "stored": {"dense": "matrix", "sparse": "sparse", "windows": "windows", "conv2d": "conv2d"},
    }
    labels = {"multiplications": "multiplications", "stored": "numbers stored"}
    for ax, (metric, names) in zip(axs, named.items(), strict=True):
        values = {
            way: [float(results.metric(metric, way=way, channels=channels)[0]) for channels in CHANNELS]
            for way in names
        }
        for color, (way, name) in zip(("C1", "C3", "C2", "C0"), names.items(), strict=True):
            plots.seed_lines(ax, CHANNELS, values[way], name, color)
        ax.set(xscale="log", yscale="log", ylabel=labels[metric], xticks=CHANNELS, xticklabels=CHANNELS)
        ax.minorticks_off()
        other = "dense" if metric == "multiplications" else "sparse"
        times = values[other][-1] / values["conv2d"][-1]
        heads = {
            "multiplications": f"The matrix multiplies {times:,.0f} times as often as the others",
            "stored": f"With {CHANNELS[-1]} channels the sparse matrix stores {times:,.0f} times as much as conv2d",
        }
        plots.title(ax, heads[metric])
    axs[1].set_xlabel("channels in, and maps out")
    return fig
