"""Parameters: how an optimizer knows what to change.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:02:02 to 0:12:03.
Data:   two real sets that scikit-learn carries: diabetes (442 patients) and digits (1,797 images of 8 by 8).
Cost:   about 5 s on one core, at either scale.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots


class Module:
    """The bookkeeping of nn.Module, and nothing else of it."""

    def parameters(self):
        """Each nn.Parameter held here or by a module held here, in the order in which they were set."""
        for value in vars(self).values():
            if isinstance(value, nn.Parameter):
                yield value
            elif isinstance(value, Module | nn.Module):
                yield from value.parameters()


class Holder(nn.Module):
    """A module whose one attribute is whatever it is given."""

    def __init__(self, value):
        super().__init__()
        self.a = value


def create_params(*size: int) -> nn.Parameter:
    """Small random numbers to train: zeros, overwritten in place by draws from N(0, 0.01²)."""
    return nn.Parameter(torch.zeros(*size).normal_(0, 0.01))


def weights(net: nn.Module) -> dict[str, torch.Tensor]:
    """All that a network has learned, in one row, as an experiment returns it to those that come after it."""
    return {"_weights": nn.utils.parameters_to_vector(net.parameters())}


def restored(net: nn.Module, fitted) -> nn.Module:
    """A network of the same shape, with the weights that an earlier experiment returned."""
    nn.utils.vector_to_parameters(torch.tensor(fitted.arrays["_weights"]), net.parameters())
    return net


class Embedding(nn.Module):
    """A table of rows to look up, and to train: nn.Embedding from scratch."""

    def __init__(self, rows: int, factors: int):
        super().__init__()
        self.weight = create_params(rows, factors)

    def forward(self, ids):  # (...) integers -> (..., factors)
        return self.weight[ids]


class Line(nn.Module):
    """slope · x + bias, its bias wrapped as a parameter or left a plain tensor."""

    def __init__(self, bias: str):
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(1))
        self.bias = nn.Parameter(torch.zeros(1)) if bias == "Parameter" else torch.zeros(1)

    def forward(self, x):  # (patients,) -> (patients,)
        return self.slope * x + self.bias


@experiment(seeds=5, vary={"bias": ["Parameter", "tensor"]})
def line(run: Run, bias: str):
    """A line fitted to half of the diabetes patients: progression after a year against body mass, standardized."""
    from sklearn.datasets import load_diabetes

    rows = torch.randperm(442)[:221]
    table = load_diabetes()
    x, y = (torch.tensor(values, dtype=torch.float32)[rows] for values in (table.data[:, 2], table.target))
    x = (x - x.mean()) / x.std(correction=0)
    model = Line(bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in run.epochs(sample=60):
        loss = F.mse_loss(model(x), y)
        run.log(loss=loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "slope": model.slope.item(),
        "bias": model.bias.item(),
        "loss": loss.item(),
        "squared_mean": (y.mean() ** 2).item(),
        "x": x,
        "y": y,
    }


class Network(nn.Module):
    """Two hidden layers and a head for 8 by 8 digits, the hidden ones kept in a list or in a ModuleList."""

    def __init__(self, hidden: str, width: int = 32):
        super().__init__()
        layers = [nn.Linear(64, width), nn.Linear(width, width)]
        self.hidden = nn.ModuleList(layers) if hidden == "ModuleList" else layers
        self.head = nn.Linear(width, 10)

    def forward(self, x):  # (batch, 64) -> (batch, 10)
        for layer in self.hidden:
            x = layer(x).relu()
        return self.head(x)


@experiment(seeds=5, vary={"hidden": ["list", "ModuleList"]})
def hidden_layers(run: Run, hidden: str):
    """Loss in nats and accuracy on 597 digits kept out of training, and the share of hidden weights that moved."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = torch.randperm(1797)
    x, y = torch.tensor(digits.data / 16, dtype=torch.float32)[order], torch.tensor(digits.target)[order]
    model = Network(hidden)
    before = torch.cat([layer.weight.detach().flatten() for layer in model.hidden])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in run.epochs(sample=15):
        for batch in torch.randperm(1200).split(100):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            scores = model(x[1200:])
        run.log(loss=F.cross_entropy(scores, y[1200:]))
    after = torch.cat([layer.weight.detach().flatten() for layer in model.hidden])
    return {
        "numbers": sum(p.numel() for p in model.parameters()),
        "moved": (before != after).float().mean(),
        "loss": F.cross_entropy(scores, y[1200:]),
        "accuracy": (scores.argmax(1) == y[1200:]).float().mean(),
    }


@experiment(seeds=5, vary={"start": ["create_params", "nn.Embedding"]})
def initialization(run: Run, start: str):
    """Mean and standard deviation of 944 × 50 fresh numbers (the lecture's table of users), and their histogram."""
    weight = create_params(944, 50) if start == "create_params" else nn.Embedding(944, 50).weight
    values = weight.detach()
    sizes = torch.histc(values.abs().log10(), 60, -5, 1) / values.numel()  # (60,) shares, from 0.00001 to 10
    return {"mean": values.mean(), "sd": values.std(), "sizes": sizes}


@figure(line)
def line_without_bias(results):
    """Two lines through one cloud of patients: with a registered bias through its middle, without one far below it."""
    fig, ax = plots.axes()
    x, y = (results.array(name, bias="Parameter") for name in "xy")
    ax.plot(x, y, ".", color=plots.MUTED, alpha=0.5)
    ends = np.array([x.min(), x.max()])
    for color, kind, text in (("C0", "Parameter", "nn.Parameter"), ("C1", "tensor", "plain tensor")):
        for slope, bias in zip(results.metric("slope", bias=kind), results.metric("bias", bias=kind), strict=True):
            ax.plot(ends, slope * ends + bias, color=color, lw=1)
        plots.end_label(ax, ends[1], slope * ends[1] + bias, text, color)
    ax.set(xlabel="body mass, in standard deviations from the mean", ylabel="disease progression after a year")
    plots.title(ax, "A bias that is not registered stays at 0")
    return fig


@figure(hidden_layers)
def loss_by_container(results):
    """Validation loss by epoch: far lower when the hidden layers stand in a ModuleList than when in a list."""
    fig, ax = plots.axes()
    for color, kind in (("C1", "list"), ("C0", "ModuleList")):
        losses = results.curve("loss", hidden=kind)
        plots.seed_lines(ax, np.arange(1, losses.shape[1] + 1), losses, kind, color=color)
    ax.set(xlabel="epoch", ylabel="validation loss, nats", ylim=(0, None))
    plots.title(ax, "Layers in a plain list are used, and never trained")
    return fig


@figure(initialization)
def starting_values(results):
    """Histograms of the size of fresh weights: one hump for create_params, the same a hundred times further out."""
    fig, ax = plots.axes(height=3)
    edges = np.logspace(-5, 1, 61)
    for color, start in (("C0", "create_params"), ("C1", "nn.Embedding")):
        shares = 100 * results.array("sizes", start=start)
        ax.stairs(shares, edges, color=color, lw=1.8)
        peak = shares.argmax()
        ax.annotate(start, (edges[peak], shares[peak]), (0, 6), textcoords="offset points", color=color, ha="center")
    ax.set(xscale="log", xlim=(3e-5, 10), ylim=(0, 13), xlabel="size of a starting value", ylabel="share, %")
    ax.set_xticks([1e-4, 1e-3, 1e-2, 1e-1, 1, 10], ["0.0001", "0.001", "0.01", "0.1", "1", "10"], minor=False)
    ax.tick_params(which="minor", length=0)
    plots.title(ax, "nn.Embedding starts a hundred times larger")
    return fig
