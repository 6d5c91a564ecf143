"""Activation functions: the function between two matrices, and why there must be one.

Source: Practical Deep Learning 2022, lesson 8, 1:15:00 and 1:19:03; Misra, 2019 (Mish).
Data:   generated: two spirals, 200 points to train on and 1,000 to test; scikit-learn's digits.
Cost:   17 s on one core, most of it for the two sweeps over learning rates.
"""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits
from snippets.datasets.spirals import made_spirals
from snippets.spiral_networks import RATES, accuracy, forward, new_layers, split, train


def mish(x):
    """x times a gate that goes from 0 to 1 as x grows."""
    return x * torch.tanh(F.softplus(x))  # softplus(x) = ln(1 + eˣ)


def identity(x):
    return x


ACTIVATIONS = {
    "identity": identity,
    "ReLU": F.relu,
    "leaky ReLU": F.leaky_relu,
    "GELU": F.gelu,
    "SiLU": F.silu,
    "Mish": mish,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def collapse(layers):
    """The single layer that is equivalent to layers without activation functions. -> weight, bias"""
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        weight, bias = weight @ next_weight, bias @ next_weight + next_bias
    return weight, bias


@experiment(seeds=1, vary={"activation": ["identity", "ReLU", "leaky ReLU", "GELU", "SiLU", "Mish", "tanh", "sigmoid"]})
def shapes(run: Run, activation: str):
    """The function and its slope from -5 to 5; the largest slope, the smallest value and its position."""
    x = torch.linspace(-5, 5, 100_001, dtype=torch.float64, requires_grad=True)
    y = ACTIVATIONS[activation](x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    curves = {"x": x.detach()[::1000].float(), "y": y.detach()[::1000].float(), "slope": slope[::1000].float()}
    return curves | {"largest_slope": slope.max(), "minimum": y.min(), "minimum_at": x[y.argmin()]}


@experiment(
    data=made_spirals, seeds=5,
    vary={"activation": ["identity", "ReLU", "leaky ReLU", "GELU", "SiLU", "Mish", "tanh", "sigmoid"]},
)  # fmt: skip
def two_layers(data, run: Run, activation: str):
    """Accuracy on two spirals with two hidden layers of 16, at five learning rates, and accuracy of a straight line."""
    function, layers = ACTIVATIONS[activation], new_layers([2, 16, 16, 1])
    x, y, x_test, y_test = split(data)
    networks, losses = train(layers, function, x, y)
    by_rate = accuracy(networks, function, x_test, y_test)  # (rates,)
    best = losses.argmin()
    network = [(weight[best], bias[best]) for weight, bias in networks]
    return {
        "accuracy": by_rate[best],
        "at_one_rate": by_rate[RATES.index(0.003)],
        "by_rate": by_rate,
        "line": LogisticRegression().fit(x, y).score(x_test, y_test),
        "regions": forward(network, function, torch.as_tensor(data.grid()))[..., 0].sigmoid() - 0.5,
        "points": x,
        "arms": y,
    }


@experiment(data=digits, seeds=5, vary={"activation": ["identity", "ReLU"]})
def on_digits(data, run: Run, activation: str):
    """Accuracy on digits of a network with two hidden layers of 32."""
    x, labels = torch.as_tensor(data.train).flatten(1), torch.as_tensor(data.train_labels)
    function, layers = ACTIVATIONS[activation], new_layers([x.shape[1], 32, 32, 10])
    optimizer = torch.optim.Adam([p.requires_grad_() for layer in layers for p in layer], lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(forward(layers, function, x), labels).backward()
        optimizer.step()
    predicted = forward(layers, function, torch.as_tensor(data.test).flatten(1)).argmax(1)
    return {"accuracy": (predicted == torch.as_tensor(data.test_labels)).float().mean()}


@figure(two_layers)
def regions(results):
    """Eight networks divide the plane: the identity by a straight cut through the points, the others along the arms."""
    names = results.settings["activation"]
    maps = [results.array("regions", activation=name) for name in names]
    accuracies = [results.metric("accuracy", activation=name).mean() for name in names]
    titles = [f"{name}: {accuracy:.0%}" for name, accuracy in zip(names, accuracies, strict=True)]
    title = f"A straight cut gets {accuracies[0]:.0%} right, the others {min(accuracies[1:]):.0%} or more"
    fig = plots.images(maps, titles, 4, width=6, title=title, signed=True, limit=0.5, extent=(-1.7, 1.7, -1.7, 1.7))
    points, arms = results.array("points", activation="identity"), results.array("arms", activation="identity")
    fig.axes[0].scatter(*points.T, 8, np.where(arms == 1, "C0", "C1"), edgecolors=plots.BACKGROUND, linewidths=0.5)
    return fig


@figure(shapes)
def functions(results):
    """Eight activation functions, thick, and their slopes, thin, from -5 to 5."""
    fig, axs = plots.axes(4, 2, height=3.8, sharex=True, sharey=True)
    for ax, name in zip(axs.flat, results.settings["activation"], strict=True):
        x, y, slope = (results.array(of, activation=name) for of in ("x", "y", "slope"))
        ax.plot(x, slope, "C1", linewidth=1.2)
        ax.plot(x, y, "C0", linewidth=2.2)
        ax.set(ylim=(-1.2, 2.2), xlim=(-5, 5), xticks=[-4, 0, 4], title=name)
    axs[0, 0].text(-4.8, 1.15, "slope", color="C1")
    axs[0, 0].text(0.9, 0.3, "value", color="C0")
    flattest = results.metric("largest_slope", activation="sigmoid").mean()
    plots.title(fig, f"The slope of the sigmoid is at most {flattest:.2g}, that of each other function reaches 1")
    return fig


@figure(two_layers)
def accuracy_by_rate(results):
    """Accuracy by learning rate, a panel for each function: all but the identity learn, the sigmoid at larger rates."""
    fig, axs = plots.axes(4, 2, height=3.8, sharex=True, sharey=True)
    names = results.settings["activation"]  # the identity first
    for ax, name in zip(axs.flat, names, strict=True):
        by_rate = results.arrays("by_rate", activation=name)
        plots.lines({"": by_rate}, RATES, ax=ax, title=name, xscale="log", ylim=(0.5, 1.02))
    fig.supxlabel("learning rate", fontsize=11)
    fig.supylabel("accuracy", fontsize=11)
    worst = min(results.metric("accuracy", activation=name).mean() for name in names[1:])
    slow = results.metric("at_one_rate", activation="sigmoid").mean()
    plots.title(fig, f"At its best rate each but the identity reaches {worst:.2f}; at 0.003 the sigmoid has {slow:.2f}")
    return fig


@figure(shapes)
def mish_dips(results):
    """Mish, SiLU and ReLU with their slopes: Mish falls to a minimum left of zero, and its slope has no jump."""
    fig, (left, right) = plots.axes(2, height=3.2)
    names, x = ("Mish", "SiLU", "ReLU"), results.array("x", activation="Mish")
    ys = {name: results.array("y", activation=name)[x <= 1] for name in names}
    slopes = {name: results.array("slope", activation=name) for name in names}
    plots.lines(ys, x[x <= 1], ax=left, title="Mish falls before it rises", xlabel="x", ylabel="value", ylim=(-0.5, 1))
    plots.lines(slopes, x, ax=right, title="So its slope is below zero at first", xlabel="x", ylabel="slope")
    return fig
