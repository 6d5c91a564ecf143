"""Activation functions: what stands between two matrices, and why something must.

Source: Practical Deep Learning 2022, lesson 8, 1:15:00 and 1:19:03; Misra, 2019 (Mish).
Data:   generated: two spirals, 200 points to train on and 1,000 to test; scikit-learn's digits.
Cost:   17 s on one core, of which 16 s are the two sweeps.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits
from snippets.datasets.spirals import made_spirals


def mish(x):
    """x times a gate that goes from 0 to 1 as x grows."""
    return x * torch.tanh(F.softplus(x))  # softplus(x) = ln(1 + eˣ)


ACTIVATIONS = {
    "identity": lambda x: x,
    "ReLU": F.relu,
    "leaky ReLU": F.leaky_relu,
    "GELU": F.gelu,
    "SiLU": F.silu,
    "Mish": mish,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
RATES = [0.001, 0.003, 0.01, 0.03, 0.1]


def stack(sizes: list[int]):
    """Weights and biases that start as nn.Linear's do. -> [(weight (in, out), bias (1, out)), ...]"""
    layers = [nn.Linear(n, m) for n, m in pairwise(sizes)]
    return [(layer.weight.detach().T, layer.bias.detach()[None]) for layer in layers]


def collapse(layers):
    """The one layer that layers amount to if nothing stands between them."""
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        weight, bias = weight @ next_weight, bias @ next_weight + next_bias
    return weight, bias


def as_tanh(layers):
    """Weights with which a sigmoid network computes what a tanh network does: tanh(x) = 2 sigmoid(2x) - 1."""
    changed, last = [], len(layers) - 1
    for i, (weight, bias) in enumerate(layers):
        if i > 0:  # what comes in is (1 + tanh) / 2
            weight, bias = 2 * weight, bias - weight.sum(-2, keepdim=True)
        changed.append((2 * weight, 2 * bias) if i < last else (weight, bias))
    return changed


def forward(layers, activation, x):  # (n, 2) -> (n, 1), or (rates, n, 1) if the layers hold a network for each rate
    for weight, bias in layers[:-1]:
        x = activation(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def train(layers, activation, x, y, steps: int = 300):
    """A copy of the network for each of RATES, all trained at once with Adam. -> layers, loss (rates,), gradients"""
    rates = torch.tensor(RATES)[:, None, None]
    parameters = [p.repeat(len(RATES), 1, 1).requires_grad_() for layer in layers for p in layer]
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    means, squares = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for step in range(1, steps + 1):
        z = forward(layers, activation, x)[..., 0]  # (rates, n)
        loss = F.binary_cross_entropy_with_logits(z, y.expand_as(z), reduction="none").mean(1)  # (rates,)
        gradients = torch.autograd.grad(loss.sum(), parameters)  # no network has a part in another's loss
        if step == 1:
            first = torch.stack([g[0].norm() for g in gradients[::2]])  # (layers,), the same for every rate
        with torch.no_grad():
            for p, g, mean, square in zip(parameters, gradients, means, squares, strict=True):
                mean.lerp_(g, 0.1)
                square.lerp_(g * g, 0.01)
                p -= rates * (mean / (1 - 0.9**step)) / ((square / (1 - 0.99**step)).sqrt() + 1e-8)
    return layers, loss.detach(), first


def sweep(data, layers, activation):
    """Trained on 200 points at each rate, tested on the others; the rate of least training loss counts as the best."""
    order = torch.randperm(len(data.points))
    x, y = torch.as_tensor(data.points)[order], torch.as_tensor(data.arms)[order]
    layers, loss, gradients = train(layers, activation, x[:200], y[:200])
    best = int(loss.argmin())
    with torch.no_grad():
        right = (forward(layers, activation, x[200:])[..., 0] > 0) == (y[200:] > 0)  # (rates, 1000)
    accuracy = right.float().mean(1)
    found = {"accuracy": accuracy[best], "by_rate": accuracy, "gradients": gradients}
    return found, [(weight[best], bias[best]) for weight, bias in layers], order[:200]


@experiment(seeds=1, vary={"activation": ["identity", "ReLU", "leaky ReLU", "GELU", "SiLU", "Mish", "tanh", "sigmoid"]})
def shapes(run: Run, activation: str):
    """The function and its slope from -5 to 5, the largest slope, and the smallest value and where it lies."""
    x = torch.linspace(-5, 5, 100_001, dtype=torch.float64, requires_grad=True)
    y = ACTIVATIONS[activation](x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    return {
        "largest_slope": slope.max(),
        "minimum": y.min(),
        "minimum_at": x[y.argmin()],
        "x": x.detach()[::1000].float(),
        "y": y.detach()[::1000].float(),
        "slope": slope[::1000].float(),
    }


@experiment(
    data=made_spirals,
    seeds=5,
    vary={"activation": ["identity", "ReLU", "leaky ReLU", "GELU", "SiLU", "Mish", "tanh", "sigmoid"]},
)
def two_layers(data, run: Run, activation: str):
    """Accuracy on two spirals after two hidden layers of 16, at five learning rates, and that of a straight line."""
    from sklearn.linear_model import LogisticRegression

    found, layers, rows = sweep(data, stack([2, 16, 16, 1]), ACTIVATIONS[activation])
    del found["gradients"]
    points, arms = data.points[rows], data.arms[rows]
    tested = np.setdiff1d(np.arange(len(data.points)), rows)
    side = np.linspace(-1.7, 1.7, 48, dtype=np.float32)
    grid = torch.as_tensor(np.stack(np.meshgrid(side, -side), axis=-1))  # (48, 48, 2), row 0 at the top
    return found | {
        "at_one_rate": found["by_rate"][RATES.index(0.003)],
        "line": LogisticRegression().fit(points, arms).score(data.points[tested], data.arms[tested]),
        "regions": forward(layers, ACTIVATIONS[activation], grid)[..., 0].sigmoid().detach(),
        "points": points,
        "arms": arms,
    }


@experiment(data=made_spirals, seeds=5, vary={"activation": ["ReLU", "tanh", "sigmoid", "sigmoid as tanh"]})
def six_layers(data, run: Run, activation: str):
    """The same with six hidden layers; the size of the gradient at the start, in the first layer and in each."""
    layers = stack([2, *[16] * 6, 1])
    if activation == "sigmoid as tanh":
        layers, activation = as_tanh(layers), "sigmoid"
    found, _, _ = sweep(data, layers, ACTIVATIONS[activation])
    return found | {"first_gradient": found["gradients"][0]}


@experiment(data=digits, seeds=5, vary={"activation": ["identity", "ReLU"]})
def on_digits(data, run: Run, activation: str):
    """Accuracy on digits of a network with two hidden layers of 32."""
    x, labels = torch.as_tensor(data.train).flatten(1), torch.as_tensor(data.train_labels)
    layers = [(w.requires_grad_(), b.requires_grad_()) for w, b in stack([64, 32, 32, 10])]
    optimizer = torch.optim.Adam([p for layer in layers for p in layer], lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(forward(layers, ACTIVATIONS[activation], x), labels).backward()
        optimizer.step()
    found = forward(layers, ACTIVATIONS[activation], torch.as_tensor(data.test).flatten(1)).argmax(1)
    return {"accuracy": (found == torch.as_tensor(data.test_labels)).float().mean()}


@figure(two_layers)
def regions(results):
    """What each network calls blue and orange, first seed: identity draws one straight line, the others spirals."""
    fig, axs = plots.axes(3, 3, height=7.2)
    points, arms = results.array("points", activation="ReLU"), results.array("arms", activation="ReLU")
    axs[0, 0].scatter(*points.T, s=7, c=["C0" if arm else "C1" for arm in arms], linewidths=0)
    axs[0, 0].set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7), xticks=[], yticks=[], aspect="equal")
    axs[0, 0].spines[:].set_visible(False)
    axs[0, 0].set_title("the 200 points", loc="center", fontsize=11)
    for ax, name in zip(axs.flat[1:], results.settings["activation"], strict=True):
        plots.image(ax, results.array("regions", activation=name) - 0.5, signed=True, limit=0.5)
        accuracy = results.metric("accuracy", activation=name).mean()
        ax.set_title(f"{name}: {accuracy:.0%}", loc="center", fontsize=11)
    least = [results.metric("accuracy", activation=name).min() for name in results.settings["activation"]]
    learned = sum(accuracy >= 0.97 for accuracy in least)
    plots.title(fig, f"{learned} of {len(least)} get 97% or more right in every run; the identity: one straight cut")
    return fig


@figure(shapes)
def functions(results):
    """Eight activation functions, thick, and their slopes, thin, from -5 to 5."""
    fig, axs = plots.axes(4, 2, height=3.9, sharex=True, sharey=True)
    for ax, name in zip(axs.flat, results.settings["activation"], strict=True):
        x, y, slope = (results.array(of, activation=name) for of in ("x", "y", "slope"))
        ax.plot(x, slope, color="C1", linewidth=1.2)
        ax.plot(x, y, color="C0", linewidth=2.2)
        ax.set(ylim=(-1.2, 2.2), xlim=(-5, 5), xticks=[-4, 0, 4], yticks=[-1, 0, 1, 2])
        ax.set_title(name, loc="left", fontsize=11)
    largest = {name: results.metric("largest_slope", activation=name).mean() for name in results.settings["activation"]}
    flattest = min(largest, key=largest.get)
    others = min(slope for name, slope in largest.items() if name != flattest)
    axs[0, 0].text(-4.8, 1.15, "slope", color="C1")
    axs[0, 0].text(0.9, 0.3, "value", color="C0")
    plots.title(fig, f"Largest slope: {largest[flattest]:.2g} for the {flattest}, {others:.2g} or more for the others")
    return fig


@figure(two_layers)
def accuracy_by_rate(results):
    """Accuracy by learning rate, a panel for each activation, each seed a line; the others' means behind it in gray."""
    fig, axs = plots.axes(4, 2, height=4.2, sharex=True, sharey=True)
    names = results.settings["activation"]
    for ax, name in zip(axs.flat, names, strict=True):
        for other in names:
            mean = np.mean(results.arrays("by_rate", activation=other), axis=0)
            ax.plot(RATES, mean, color=plots.GRID, linewidth=1)
        color = {"identity": "C1", "sigmoid": "C3"}.get(name, "C0")
        plots.seed_lines(ax, RATES, results.arrays("by_rate", activation=name), color=color)
        ax.set(
            xscale="log",
            xlim=(0.0006, 0.17),
            ylim=(0.5, 1.02),
            xticks=[0.001, 0.01, 0.1],
            xticklabels=[".001", ".01", ".1"],
        )
        ax.minorticks_off()
        ax.set_title(name, loc="left", fontsize=11)
    fig.supxlabel("learning rate", fontsize=11)
    fig.supylabel("accuracy", fontsize=11)
    best, at_one_rate = (
        [results.metric(metric, activation=name).mean() for name in names if name != "identity"]
        for metric in ("accuracy", "at_one_rate")
    )
    plots.title(
        fig,
        f"All but the identity: {min(best):.2f} to {max(best):.2f} at the best rate of each, "
        f"{min(at_one_rate):.2f} to {max(at_one_rate):.2f} at a rate of 0.003",
    )
    return fig


@figure(six_layers)
def depth(results):
    """Six hidden layers: accuracy by learning rate, and the size of the first gradient in each layer."""
    fig, (top, bottom) = plots.axes(nrows=2, height=6.4)
    colors = {"ReLU": "C0", "tanh": "C2", "sigmoid": "C3", "sigmoid as tanh": "C4"}
    for name, color in colors.items():
        plots.seed_lines(top, RATES, results.arrays("by_rate", activation=name), name, color)
        plots.seed_lines(bottom, range(1, 8), results.arrays("gradients", activation=name), name, color)
    top.set(xscale="log", ylim=(0.4, 1.02), xlabel="learning rate", ylabel="accuracy")
    bottom.set(yscale="log", xlabel="layer, from the input", ylabel="size of gradient at the start")
    usual, as_tanhs = (results.metric("accuracy", activation=a).mean() for a in ("sigmoid", "sigmoid as tanh"))
    plots.title(top, f"At its best rate: sigmoid {usual:.2f}, started as tanh {as_tanhs:.2f}")
    sigmoid, relu = (results.metric("first_gradient", activation=a).mean() for a in ("sigmoid", "ReLU"))
    plots.title(bottom, f"Gradient in the first layer: the sigmoid has {100 * sigmoid / relu:.2g}% of ReLU's")
    return fig


@figure(shapes)
def mish_dips(results):
    """Mish and its slope beside ReLU and SiLU: it falls to a minimum left of zero, and its slope has no jump."""
    fig, (left, right) = plots.axes(2, height=3.2)
    for name, color in (("ReLU", "C7"), ("SiLU", "C2"), ("Mish", "C0")):
        x = results.array("x", activation=name)
        part = x <= 1
        plots.seed_lines(left, x[part], results.array("y", activation=name)[part], name, color)
        plots.seed_lines(right, x, results.array("slope", activation=name), name, color)
    lowest, at = (results.metric(m, activation="Mish").mean() for m in ("minimum", "minimum_at"))
    left.plot([at], [lowest], "o", color="C0")
    left.text(at, lowest - 0.13, f"{lowest:.3f} at {at:.2f}".replace("-", "−"), color="C0", ha="center")
    left.set(xlabel="x", ylabel="value", ylim=(-0.5, 1))
    right.set(xlabel="x", ylabel="slope")
    plots.title(left, "Mish falls before it rises")
    plots.title(right, "So its slope is below zero at first")
    return fig
