"""Parameters: how an optimizer knows what to change.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:02:02 to 0:12:03.
Data:   scikit-learn's diabetes (442 patients).
Cost:   3 s on one core, at either scale.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots


class Module:
    """Finds its parameters as nn.Module does; all else is left out."""

    def parameters(self):
        """Each nn.Parameter among the attributes, and among those of modules held here, in the order of assignment."""
        for value in vars(self).values():
            if isinstance(value, nn.Parameter):
                yield value
            elif isinstance(value, Module | nn.Module):
                yield from value.parameters()


class Holder(nn.Module):
    """A module with a single attribute: the given value."""

    def __init__(self, value):
        super().__init__()
        self.a = value


def create_params(*size: int) -> nn.Parameter:
    """Small random numbers to train: zeros, overwritten in place by draws from N(0, 0.01²)."""
    return nn.Parameter(torch.zeros(*size).normal_(0, 0.01))


def weights(net: nn.Module) -> dict[str, torch.Tensor]:
    """All parameters of a network as one vector, for an experiment to return to those that come after it."""
    return {"_weights": nn.utils.parameters_to_vector(net.parameters())}


def restored(net: nn.Module, fitted) -> nn.Module:
    """The given network, with the weights that an earlier experiment returned."""
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
    """slope * x + bias; the given bias may be a parameter or a plain tensor."""

    def __init__(self, bias):
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(1))
        self.bias = bias

    def forward(self, x):  # (patients,) -> (patients,)
        return self.slope * x + self.bias


@experiment(seeds=5, vary={"bias": ["Parameter", "tensor"]})
def line(run: Run, bias: str):
    """A line fitted to half of the diabetes patients: progression after a year by body mass, standardized."""
    from sklearn.datasets import load_diabetes

    rows = torch.randperm(442)[:221]
    table = load_diabetes()
    x, y = (torch.tensor(values, dtype=torch.float32)[rows] for values in (table.data[:, 2], table.target))
    x = (x - x.mean()) / x.std(correction=0)
    zero = torch.zeros(1)
    model = Line({"Parameter": nn.Parameter(zero), "tensor": zero}[bias])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in run.epochs(sample=60):
        loss = F.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    squared_mean = y.mean() ** 2
    return {"slope": model.slope[0], "bias": model.bias[0], "loss": loss, "squared_mean": squared_mean, "x": x, "y": y}


def embedding_weight(*size: int) -> nn.Parameter:
    """The starting values of nn.Embedding."""
    return nn.Embedding(*size).weight


@experiment(seeds=5, vary={"start": ["create_params", "nn.Embedding"]})
def initialization(run: Run, start: str):
    """Mean and standard deviation of 944 by 50 starting values (the lecture's table of users), and their histogram."""
    values = {"create_params": create_params, "nn.Embedding": embedding_weight}[start](944, 50).detach()
    shares = torch.histc(values.abs().log10(), 60, -5, 1) / values.numel()  # (60,), for sizes from 0.00001 to 10
    return {"mean": values.mean(), "sd": values.std(), "shares": shares}


@figure(line)
def line_without_bias(results):
    """Two lines through one cloud of patients: with a registered bias through its middle, without one far below it."""
    _, ax = plots.axes()
    x, y = results.array("x", bias="Parameter"), results.array("y", bias="Parameter")
    ax.plot(x, y, ".", color=plots.MUTED, alpha=0.5)
    ends = np.array([x.min(), x.max()])
    lines = {}
    for name, kind in (("nn.Parameter", "Parameter"), ("plain tensor", "tensor")):
        lines[name] = np.outer(results.metric("slope", bias=kind), ends) + results.metric("bias", bias=kind)[:, None]
    title, label = "A bias that is not an nn.Parameter stays at 0", "body mass, in standard deviations from the mean"
    return plots.lines(lines, ends, ax=ax, title=title, xlabel=label, ylabel="disease progression after a year")


@figure(initialization)
def starting_values(results):
    """Histograms of the size of starting values: those of nn.Embedding have the same shape, a hundred times larger."""
    percent = {start: 100 * np.stack(results.arrays("shares", start=start)) for start in results.settings["start"]}
    sizes = np.logspace(-4.95, 0.95, 60)
    ratio = results.metric("sd", start="nn.Embedding").mean() / results.metric("sd", start="create_params").mean()
    title = f"nn.Embedding's starting values are {ratio:.0f} times as large"
    return plots.lines(
        percent, sizes, title=title, height=3, xscale="log", xlabel="size of a starting value", ylabel="share, %"
    )
