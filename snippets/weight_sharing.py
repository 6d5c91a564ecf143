"""Weight sharing: a convolution is a matrix product whose weights are mostly zero and otherwise shared.

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
    """The matrix whose product with a picture of size x size, as one column, is the convolution."""
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
        maps = torch.einsum("bkp,pmk->bmp", windows, self.weight) + self.bias
        return maps.unflatten(2, (self.side, self.side))


def dense(k: int, size: int) -> nn.Sequential:
    """A dense layer of 64 units: weights for every pixel, none of them shared."""
    return nn.Sequential(nn.Flatten(), nn.Linear(size * size, 64), nn.ReLU(), nn.Linear(64, 10))


def unshared(k: int, size: int) -> nn.Sequential:
    """Kernels that differ from place to place, and the largest activation of each map."""
    return nn.Sequential(Unshared(24, k, size), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(24, 10))


def unpooled(k: int, size: int) -> nn.Sequential:
    """A convolution, and a dense layer with a weight for every activation."""
    return nn.Sequential(nn.Conv2d(1, 24, k), nn.ReLU(), nn.Flatten(), nn.Linear(24 * (size - k + 1) ** 2, 10))


def shared(k: int, size: int) -> nn.Sequential:
    """A convolution, and the largest activation of each map."""
    return nn.Sequential(nn.Conv2d(1, 24, k), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(24, 10))


LAYERS = {"dense": dense, "unshared": unshared, "unpooled": unpooled, "shared": shared}


def shift(x, dy: int, dx: int, margin: int = 3):  # (n, h, w) -> (n, 1, h + 6, w + 6)
    """Pictures with paper around them, shifted down by dy pixels and right by dx."""
    return F.pad(x, (margin + dx, margin - dx, margin + dy, margin - dy))[:, None]


@experiment()
def small_matrix(run: Run):
    """The matrix for a kernel of 2 by 2 on an image of 3 by 3, each entry the number of its weight, 0 for none."""
    matrix = conv_matrix(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 3)
    return {
        "entries": matrix.numel(),
        "nonzero": (matrix != 0).sum(),
        "weights": len(matrix[matrix != 0].unique()),
        "matrix": matrix,
    }


@experiment(data=digits, seeds={"sample": 5, "full": 3}, vary={"layer": ["dense", "unshared", "unpooled", "shared"]})
def shifted_digits(data, run: Run, layer: str):
    """Trained on digits in the middle of the picture, tested on digits shifted by zero to three pixels."""
    n_train, n_test = run.pick(sample=(1200, 597), full=(10_000, 2000))
    x, labels = shift(torch.as_tensor(data.train[:n_train]), 0, 0), torch.as_tensor(data.train_labels[:n_train])
    test, test_labels = torch.as_tensor(data.test[:n_test]), torch.as_tensor(data.test_labels[:n_test])
    model = LAYERS[layer](run.pick(sample=5, full=9), x.shape[-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(sample=0.02, full=0.005), fused=True)
    for _ in run.epochs(sample=6, full=5):
        for batch in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), labels[batch]).backward()
            optimizer.step()
    accuracies = []
    with torch.no_grad():
        for pixels in range(4):
            correct = []
            for dy, dx in ((pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)):
                correct.append(model(shift(test, dy, dx)).argmax(1) == test_labels)
            accuracies.append(float(torch.cat(correct).float().mean()))
    return {
        "weights": next(model.parameters()).numel(),
        "accuracy": accuracies[0],
        "accuracy_shifted": accuracies[2],
        "accuracy_drop": accuracies[0] - accuracies[2],
        "by_shift": np.array(accuracies),
    }


def show_weights(ax, cells):
    """Draw a matrix with a Greek letter and a color for each weight, and plain zeros."""
    plots.image(ax, cells, alpha=0)
    for (row, column), weight in np.ndenumerate(cells):
        if weight:
            ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color=f"C{weight - 1}", alpha=0.55, lw=0))
        ax.text(column, row, "0αβγδ"[weight], ha="center", va="center", color=plots.TEXT if weight else plots.MUTED)


@figure(small_matrix)
def tied_entries(results):
    """A kernel of four weights, and its matrix: each row has the same four weights, shifted, among zeros."""
    fig, (left, right) = plots.axes(2, width=6.6, height=2.6, gridspec_kw={"width_ratios": [2, 9]})
    show_weights(left, np.array([[1, 2], [3, 4]]))
    show_weights(right, results.array("matrix").astype(int))
    right.set_xticks(range(9), labels=[f"$x_{i}$" for i in range(1, 10)])
    right.tick_params(length=0, labeltop=True, labelbottom=False)
    left.set_xlabel("kernel")
    right.set_xlabel("matrix: a row for each place, a column for each pixel")
    plots.title(fig, "The matrix of a convolution: four weights, four times each, and zeros")
    return fig


@figure(shifted_digits)
def accuracy_by_shift(results):
    """Accuracy by shift: with shared weights and pooling it falls slowly, the other three guess at two pixels."""
    names = {"shared": "shared, pooled", "unshared": "not shared", "unpooled": "shared, not pooled", "dense": "dense"}
    accuracies = {name: results.arrays("by_shift", layer=layer) for layer, name in names.items()}
    fig = plots.lines(
        accuracies, title="Only shared weights with pooling recognize a shifted digit", height=3.4,
        xlabel="shift of the test digits, pixels", ylabel="accuracy", ylim=(0, 1), xlim=(-0.1, 3), xticks=range(4),
    )  # fmt: skip
    fig.axes[0].axhline(0.1, color=plots.MUTED, linestyle="dashed", linewidth=1)
    fig.axes[0].text(0, 0.11, "guessing", color=plots.MUTED, va="bottom")
    return fig
