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
    response = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            response[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return response


def edge_kernel(edge: str):  # -> (3, 3)
    """Nine weights: the row above minus the row below ("horizontal"), or left minus right ("vertical")."""
    above_minus_below = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -1.0, -1.0]])
    shuffled = torch.tensor([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]])
    return {"horizontal": above_minus_below, "vertical": above_minus_below.T, "shuffled": shuffled}[edge]


def edge_map(image, edge: str):  # (h, w) -> (h - 2, w - 2)
    """The response to an edge, on one side of each stroke only."""
    return conv2d(image, edge_kernel(edge)).relu()


@experiment()
def square(run: Run):
    """A square of ink, three pixels by three, on five by five pixels of paper, and the kernel's response to it."""
    picture = torch.zeros(5, 5)
    picture[1:4, 1:4] = 1
    kernel = edge_kernel("horizontal")
    return {"picture": picture, "kernel": kernel, "response": conv2d(picture, kernel)}


@experiment(data=sevens, vary={"edge": ["horizontal", "vertical", "shuffled"]})
def seven(pictures, run: Run, edge: str):
    """One kernel on a seven, and the share of all sevens where its largest response is at least 2.9."""
    pictures, kernel = torch.as_tensor(pictures), edge_kernel(edge)
    responses = F.conv2d(pictures[:, None], kernel[None, None])  # (n, 1, 26, 26)
    largest = responses.amax(dim=(1, 2, 3))
    return {
        "weights": kernel.numel(),
        "pixels": pictures[0].numel(),
        "largest": largest[0],
        "share_reaching": (largest >= 2.9).float().mean(),
        "picture": pictures[0],
        "map": responses[0, 0].relu(),
    }


@experiment(data=photograph, vary={"edge": ["horizontal", "vertical"]})
def portrait(picture, run: Run, edge: str):
    """The same kernels on a photograph."""
    return {"picture": picture, "response": conv2d(torch.as_tensor(picture), edge_kernel(edge))}


@figure(seven)
def numbers(results):
    """A picture of a seven, a closer look at its corner, and the same corner as numbers between 0 and 1."""
    picture = results.array("picture", edge="horizontal")
    fig, axs = plots.axes(3, width=6.8, height=2.7)
    plots.image(axs[0], picture, signed=True, limit=1)
    plots.image(axs[1], picture[2:16, 9:23], signed=True, limit=1)
    plots.annotated_heatmap(picture[4:11, 15:22], fmt="{:.1f}", limit=1, ax=axs[2])
    plots.frame(axs[0], 8.5, 1.5, 14, 14)
    plots.frame(axs[1], 5.5, 1.5, 7, 7)
    plots.title(fig, "A picture is a table of numbers: 0 is paper, 1 is ink")
    return fig


@figure(square)
def sliding(results):
    """Three places of a kernel on a square of ink: nine products each, and their sums, −2, 0 and 3, in the map."""
    picture, kernel, response = (results.array(name) for name in ("picture", "kernel", "response"))
    cell, gap, first, wide = plots.pick((14, 36, 14, 84), (13.5, 10.5, 2, 60))
    ax, _ = plots.canvas(wide=276, narrow=272)
    lefts = np.cumsum([first, 5 * cell + gap, 3 * cell + gap, 3 * cell + gap, wide + gap])
    for x, columns, name in zip(lefts, (5, 3, 3, 3, 3), ("picture", "kernel", "products", "sum", "map"), strict=True):
        plots.label(ax, x + columns * cell / 2, 7, name, color=plots.MUTED)
    for row, where in enumerate(("ink below paper", "one shade", "ink above paper")):
        top, column = 20 + 90 * row, min(row, 1)
        products = picture[row : row + 3, column : column + 3] * kernel
        filled = np.where(np.arange(9).reshape(3, 3) <= 3 * row + column, response, np.nan)
        plots.cells(ax, lefts[0], top, picture, (cell, cell))
        for x, array in zip(lefts[[1, 2, 4]], (kernel, products, filled), strict=True):
            plots.cells(ax, x, top + cell, array, (cell, cell), limit=3 if array is filled else 1)
        plots.frame(ax, lefts[0] + column * cell, top + row * cell, 3 * cell, 3 * cell)
        plots.frame(ax, lefts[4] + column * cell, top + (row + 1) * cell, cell, cell)
        for x, sign in zip(lefts[1:], "×=→→", strict=True):
            plots.label(ax, x - gap / 2, top + 2.5 * cell, sign, size=11, color=plots.MUTED)
        plots.terms(ax, lefts[3] + 2, top + cell, products, (wide / 3, cell))
        plots.label(ax, lefts[3] + wide / 2, top + 4.65 * cell, where, ha="left", color=plots.MUTED)
    return ax.figure


TITLES = ["picture", "row above − row below", "left − right"]


@figure(seven)
def edges(results):
    """A seven, and the responses of two kernels: below the bar and the stroke, and along the right of the leg."""
    horizontal, vertical = (results.array("map", edge=edge) / 3 for edge in ("horizontal", "vertical"))
    picture = results.array("picture", edge="vertical")
    title = "Each kernel finds one side of the strokes"
    return plots.images([picture, horizontal, vertical], TITLES, width=6.8, title=title, signed=True, limit=1)


@figure(portrait)
def portrait_edges(results):
    """A portrait; blue where it is brighter above than below or left than right, orange where it is the reverse."""
    fig, axs = plots.axes(3, width=6.8, height=3.1)
    plots.image(axs[0], results.array("picture", edge="vertical"))
    plots.image(axs[1], results.array("response", edge="horizontal"), signed=True, limit=1.5)
    plots.image(axs[2], results.array("response", edge="vertical"), signed=True, limit=1.5)
    for ax, name in zip(axs, TITLES, strict=True):
        ax.set_title(name, loc="center", fontsize=10)
    plots.title(fig, "Nine weights draw the outlines of a photograph")
    return fig
