"""Convolution: slide nine numbers over a picture, and find its edges.

Source: Practical Deep Learning 2022, lesson 8, 0:48:12 to 0:54:12.
Data:   sample: 200 drawn sevens and a photograph that ships with matplotlib; full: MNIST's 6,265 sevens.
Cost:   sample 1 s on one core; full 5 s.
"""

import numpy as np
import torch
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.strokes import photograph, sevens


def conv2d(image, kernel):  # (h, w), (k, k) -> (h - k + 1, w - k + 1)
    """At every place where the kernel fits: multiply cell by cell, and add up."""
    k = len(kernel)
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    answer = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            answer[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return answer


def edge_kernel(edge: str):  # -> (3, 3)
    """Nine weights: the row above minus the row below ("horizontal"), or left minus right ("vertical")."""
    kernel = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -1.0, -1.0]])
    return kernel if edge == "horizontal" else kernel.T


def edge_map(image, edge: str):  # (h, w) -> (h - 2, w - 2)
    """How strongly each place shows the edge, one side of it only."""
    return conv2d(image, edge_kernel(edge)).relu()


@experiment()
def square(run: Run):
    """A square of ink, three pixels by three, on five by five pixels of paper, and what the kernel answers to it."""
    picture = torch.zeros(5, 5)
    picture[1:4, 1:4] = 1
    kernel = edge_kernel("horizontal")
    return {"picture": picture, "kernel": kernel, "answer": conv2d(picture, kernel)}


@experiment(data=sevens, vary={"edge": ["horizontal", "vertical", "scattered"]})
def seven(pictures, run: Run, edge: str):
    """One kernel on a seven, and the share of all sevens where it reaches 2.9; "scattered" has the weights mixed up."""
    pictures = torch.as_tensor(pictures)
    kernel = edge_kernel("horizontal" if edge == "scattered" else edge)
    if edge == "scattered":
        kernel = kernel.flatten()[torch.tensor([0, 8, 3, 6, 1, 4, 5, 7, 2])].reshape(3, 3)
    answers = F.conv2d(pictures[:, None], kernel[None, None])  # (n, 1, 26, 26)
    strongest = answers.amax(dim=(1, 2, 3))
    return {
        "weights": kernel.numel(),
        "pixels": pictures[0].numel(),
        "strongest": strongest[0],
        "share_reaching": (strongest >= 2.9).float().mean(),
        "picture": pictures[0],
        "map": answers[0, 0].relu(),
    }


@experiment(data=photograph, vary={"edge": ["horizontal", "vertical"]})
def portrait(picture, run: Run, edge: str):
    """The same kernels on a photograph."""
    return {"picture": picture, "answer": conv2d(torch.as_tensor(picture), edge_kernel(edge))}


@figure(seven)
def numbers(results):
    """A picture of a seven, a closer look at its corner, and the same corner as numbers between 0 and 1."""
    picture = results.array("picture", edge="horizontal")
    fig, axs = plots.axes(3, width=6.8, height=2.7)
    plots.image(axs[0], picture, signed=True, limit=1)
    plots.image(axs[1], picture[2:16, 9:23], signed=True, limit=1)
    plots.annotated_heatmap(picture[4:11, 15:22], fmt="{:.1f}", limit=1, ax=axs[2])
    frame(axs[0], (2, 16), (9, 23))
    frame(axs[1], (2, 9), (6, 13))
    plots.title(fig, "A picture is a table of numbers: 0 is paper, 1 is ink")
    return fig


@figure(square)
def by_hand(results):
    """A square of ink, the kernel of nine weights, and the nine answers: 3 below the square, -3 above it."""
    fig, axs = plots.axes(3, width=6.4, height=2.5, gridspec_kw={"width_ratios": [5, 3, 3]})
    for ax, name in zip(axs, ("picture", "kernel", "answer"), strict=True):
        plots.annotated_heatmap(results.array(name), fmt="{:.0f}", limit=3 if name == "answer" else 1, size=11, ax=ax)
        ax.set_title(name, loc="center", fontsize=10.5)
    for ax, rows, columns in ((axs[0], (2, 5), (1, 4)), (axs[2], (2, 3), (1, 2))):
        frame(ax, rows, columns)
    plots.title(fig, "Ink above paper: 1 + 1 + 1 − 0 − 0 − 0 = 3")
    return fig


def frame(ax, rows, columns):
    """A frame around the pixels from the first row and column to those before the last."""
    (top, bottom), (left, right) = rows, columns
    x, y = np.array([left, right, right, left, left]), np.array([top, top, bottom, bottom, top])
    ax.plot(x - 0.5, y - 0.5, color="C1", lw=1.8, clip_on=False)


def beside(picture, horizontal, vertical, limit, **shown):
    """A figure of a picture and what the two kernels answer to it."""
    fig, axs = plots.axes(3, width=6.8, height=0.55 + 2.15 * picture.shape[0] / picture.shape[1])
    plots.image(axs[0], picture, **shown)
    plots.image(axs[1], horizontal, signed=True, limit=limit)
    plots.image(axs[2], vertical, signed=True, limit=limit)
    for ax, text in zip(axs, ("picture", "row above − row below", "left − right"), strict=True):
        ax.set_title(text, loc="center", fontsize=10)
    return fig


@figure(seven)
def edges(results):
    """A seven, and where the kernels answer: below the bar and the stroke, and along the right of the leg."""
    maps = [results.array("map", edge=edge) for edge in ("horizontal", "vertical")]
    fig = beside(results.array("picture", edge="vertical"), *maps, limit=3, signed=True)
    plots.title(fig, "Each kernel finds one side of the strokes")
    return fig


@figure(portrait)
def portrait_edges(results):
    """A portrait; blue where it is brighter above than below or left than right, orange where it is the reverse."""
    answers = [results.array("answer", edge=edge) for edge in ("horizontal", "vertical")]
    fig = beside(results.array("picture", edge="vertical"), *answers, limit=1.5)
    plots.title(fig, "Nine weights draw the outlines of a photograph")
    return fig
