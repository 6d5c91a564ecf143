"""Weight sharing: a convolution is a matrix product in which most weights are zero and the others are tied.

Source: Practical Deep Learning 2022, lesson 8, 1:05:01 to 1:07:02.
Data:   sample: scikit-learn's digits; full: MNIST, 10,000 to train on and 2,000 to test.
Cost:   sample 8 s on one core; full 5 min.
"""

import numpy as np
import torch
from matplotlib.patches import Rectangle
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits


def conv_matrix(kernel, size: int):  # (k, k) -> ((size - k + 1)², size²)
    """The matrix that convolves a picture of size x size, written as one column."""
    k = len(kernel)
    rows = []
    for i in range(size - k + 1):
        for j in range(size - k + 1):
            row = torch.zeros(size, size)
            row[i : i + k, j : j + k] = kernel
            rows.append(row.flatten())
    return torch.stack(rows)


class Unshared(nn.Module):
    """A convolution whose kernels differ from place to place."""

    def __init__(self, maps: int, k: int, size: int):
        super().__init__()
        self.k, self.side = k, size - k + 1
        self.weight = nn.Parameter(torch.empty(self.side**2, maps, k * k).uniform_(-1 / k, 1 / k))
        self.bias = nn.Parameter(torch.zeros(maps, self.side**2))

    def forward(self, x):  # (batch, 1, size, size) -> (batch, maps, side, side)
        windows = F.unfold(x, self.k)  # (batch, k * k, places)
        answers = torch.einsum("bkp,pmk->bmp", windows, self.weight) + self.bias
        return answers.unflatten(2, (self.side, self.side))


def network(layer: str, k: int, size: int) -> nn.Sequential:
    """One hidden layer and a head for ten digits. Maps are reduced to their largest answer, wherever it stands."""
    if layer == "dense":
        return nn.Sequential(nn.Flatten(), nn.Linear(size * size, 64), nn.ReLU(), nn.Linear(64, 10))
    first = Unshared(24, k, size) if layer == "unshared" else nn.Conv2d(1, 24, k)
    if layer == "unpooled":
        return nn.Sequential(first, nn.ReLU(), nn.Flatten(), nn.Linear(24 * (size - k + 1) ** 2, 10))
    return nn.Sequential(first, nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(24, 10))


def moved(x, dy: int, dx: int, margin: int = 3):  # (n, h, w) -> (n, 1, h + 6, w + 6)
    """Pictures with paper around them, dy pixels lower and dx further right than the middle."""
    return F.pad(x, (margin + dx, margin - dx, margin + dy, margin - dy))[:, None]


@experiment()
def small_matrix(run: Run):
    """The matrix for a kernel of 2 by 2 on an image of 3 by 3, its entries numbered by the weight that fills them."""
    matrix = conv_matrix(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 3)
    return {
        "entries": matrix.numel(),
        "nonzero": (matrix != 0).sum(),
        "weights": len(matrix[matrix != 0].unique()),
        "matrix": matrix,
    }


@experiment(data=digits, seeds={"sample": 5, "full": 3}, vary={"layer": ["dense", "unshared", "unpooled", "shared"]})
def shifted_digits(data, run: Run, layer: str):
    """Trained on digits in the middle of the picture, tested on others up to three pixels off it."""
    n, m = run.pick(sample=(1200, 597), full=(10_000, 2000))
    x, labels = torch.as_tensor(data.train[:n]), torch.as_tensor(data.train_labels[:n])
    test, test_labels = torch.as_tensor(data.test[:m]), torch.as_tensor(data.test_labels[:m])
    model = network(layer, run.pick(sample=5, full=9), x.shape[-1] + 6)
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(sample=0.02, full=0.005), fused=True)
    middle = moved(x, 0, 0)
    for _ in run.epochs(sample=6, full=5):
        for batch in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(middle[batch]), labels[batch]).backward()
            optimizer.step()
    right = []
    with torch.no_grad():
        for s in range(4):
            ways = [(s, 0), (-s, 0), (0, s), (0, -s)]
            found = [(model(moved(test, dy, dx)).argmax(1) == test_labels).float().mean() for dy, dx in ways]
            right.append(float(torch.stack(found).mean()))
    return {
        "weights": model[1 if layer == "dense" else 0].weight.numel(),
        "accuracy": right[0],
        "accuracy_moved": right[2],
        "lost": right[0] - right[2],
        "by_shift": np.array(right),
    }


@figure(small_matrix)
def tied_entries(results):
    """A kernel of four weights, and the matrix that it fills: each row holds the same four, further on, and zeros."""
    matrix = results.array("matrix").astype(int)
    fig, axs = plots.axes(2, width=6.6, height=2.6, gridspec_kw={"width_ratios": [2, 9]})
    for ax, cells, across in ((axs[0], np.array([[1, 2], [3, 4]]), ""), (axs[1], matrix, "abcdefghj")):
        plots.image(ax, cells, alpha=0)
        for (row, column), weight in np.ndenumerate(cells):
            if weight:
                ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color=f"C{weight - 1}", alpha=0.55, lw=0))
            ax.text(column, row, "0αβγδ"[weight], ha="center", va="center", color=plots.TEXT if weight else plots.MUTED)
        ax.set_xticks(range(len(across)), labels=list(across))
        ax.tick_params(length=0, labeltop=True, labelbottom=False)
    axs[0].set_xlabel("kernel")
    axs[1].set_xlabel("matrix: a row for each place, a column for each pixel")
    plots.title(fig, "The matrix of a convolution: four weights, four times each, and zeros")
    return fig


@figure(shifted_digits)
def accuracy_by_shift(results):
    """Accuracy against shift: the shared, pooled layer falls slowly, the other three to guessing at two pixels."""
    fig, ax = plots.axes(height=3.4)
    names = {"dense": "dense", "unshared": "not shared", "unpooled": "shared, not pooled", "shared": "shared, pooled"}
    for color, (layer, name) in zip(("C1", "C2", "C3", "C0"), names.items(), strict=True):
        plots.seed_lines(ax, None, results.arrays("by_shift", layer=layer), name, color)
    plots.baseline(ax, 0.1, "")
    ax.text(0, 0.11, "guessing", color=plots.MUTED, va="bottom")
    ax.set(xlabel="shift of the test digits, pixels", ylabel="accuracy", ylim=(0, 1), xticks=range(4))
    plots.title(ax, "Only shared weights with pooling find a moved digit")
    return fig
