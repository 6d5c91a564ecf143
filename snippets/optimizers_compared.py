"""Optimizers compared: each at every learning rate of one grid, and at the rate that suits it best.

Source: notes on Practical Deep Learning 2017, lesson 7, and the notebook that they link; Choi and others, 2019.
Data:   scikit-learn's digits (1,797 pictures): 900 to train on, 300 to choose a rate, 597 to test.
Cost:   sample 8 s on one core.
"""

import math

import numpy as np
import torch
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.adam import Adam, RMSProp
from snippets.gradient_descent import GradientDescent
from snippets.momentum import Momentum

RATES = [10 ** (power / 2) for power in range(-8, 3)]  # 0.0001 to 10, each about three times the one before
OPTIMIZERS = {"SGD": GradientDescent, "momentum": Momentum, "RMSProp": RMSProp, "Adam": Adam}


def losses(layers, x, y):  # layers: [(rates, n, m), ...]; x (batch, 64) -> (rates,)
    """Cross-entropy, in nats, of networks of two layers, one for each rate; without biases."""
    first, last = layers
    logits = (x @ first).relu() @ last  # (rates, batch, 10)
    return F.cross_entropy(logits.transpose(1, 2), y.expand(len(logits), -1), reduction="none").mean(1)


def train(optimizer: str, rates: list[float], x, y, epochs: int = 10):
    """Copies of one network of 32 hidden units, trained at each rate on the same batches of 32. -> layers"""
    layers = [torch.randn(n, m).mul(math.sqrt(2 / n)).repeat(len(rates), 1, 1) for n, m in ((64, 32), (32, 10))]
    lr = torch.tensor(rates)[:, None, None]
    rules = [OPTIMIZERS[optimizer](lr) for _ in layers]
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(32):
            for layer in layers:
                layer.requires_grad_()
            gradients = torch.autograd.grad(losses(layers, x[rows], y[rows]).sum(), layers)  # a copy sees only its own
            layers = [layer.detach() - rule.step(g) for layer, rule, g in zip(layers, rules, gradients, strict=True)]
    return layers


def race(optimizer: str, rates: list[float]):
    """The loss on the test rows at each rate, and at the one with the lowest loss on the rows to choose by."""
    from sklearn.datasets import load_digits

    pictures, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(pictures / 16, dtype=torch.float32), torch.tensor(labels)
    fit, choose, test = torch.randperm(len(x)).split([900, 300, 597])
    layers = train(optimizer, rates, x[fit], y[fit])
    untrained = math.log(10)  # where training diverges
    chosen = losses(layers, x[choose], y[choose]).nan_to_num(1e9, 1e9).argmin()
    tested = losses(layers, x[test], y[test]).nan_to_num(untrained, untrained).clamp(max=untrained)
    return {"best_rate": rates[chosen], "loss": tested[chosen], "by_rate": tested}


@experiment(seeds=5, vary={"optimizer": ["SGD", "momentum", "RMSProp", "Adam"]})
def each_at_its_best(run: Run, optimizer: str):
    """The test loss at eleven rates, at the best of them, and at 0.1; the best rate."""
    found = race(optimizer, RATES)
    return found | {"loss_at_a_tenth": found["by_rate"][6]}


@experiment(seeds=5, vary={"optimizer": ["SGD", "momentum", "RMSProp", "Adam"]})
def all_at_one_rate(run: Run, optimizer: str):
    """The same where the grid has a single rate, 0.001, which PyTorch's Adam has by default."""
    return {"loss": race(optimizer, [0.001])["loss"]}


@figure(each_at_its_best)
def loss_by_rate(results):
    """Test loss by learning rate: four valleys of nearly the same depth, each at another rate."""
    by_rate = {name: np.stack(results.arrays("by_rate", optimizer=name)) for name in results.settings["optimizer"]}
    best = [f"{name} {results.metric('loss', optimizer=name).mean():.2f}" for name in by_rate]
    _, ax = plots.axes(height=3.6)
    for color, (name, values) in enumerate(by_rate.items()):
        plots.seed_lines(ax, RATES, values, color=f"C{color}")
        mean = values.mean(0)
        below = -13 if color == 2 else -26  # points: names of neighbors are not on one line
        ax.annotate(name, (RATES[mean.argmin()], mean.min()), (0, below), textcoords="offset points", ha="center",
                    color=f"C{color}")  # fmt: skip
    ax.set(xscale="log", xlabel="learning rate", ylabel="test loss, nats", ylim=(-0.45, 2.4), yticks=[0, 1, 2])
    plots.title(ax, f"Each at its best rate: {', '.join(best)}")
    return ax.figure


@figure(each_at_its_best, all_at_one_rate)
def rankings(best, one):
    """Test loss of the four at 0.001, at 0.1, and each at its best rate: three different orders."""
    fig, axs = plots.axes(3, width=7.2, height=2.3, narrow=1, sharex=True)
    names = best.settings["optimizer"]
    panels = {
        "All at 0.001": lambda name: one.metric("loss", optimizer=name),
        "All at 0.1": lambda name: best.metric("loss_at_a_tenth", optimizer=name),
        "Each at its best": lambda name: best.metric("loss", optimizer=name),
    }
    for ax, (heading, metric) in zip(axs, panels.items(), strict=True):
        plots.dot_plot(
            {name: metric(name) for name in names},
            ax=ax,
            colors=["C0", "C1", "C2", "C3"],
            fmt="{:.2f}",
            title=heading,
            xlim=(0, 2.4),
            xlabel="test loss, nats",
        )
    return fig
