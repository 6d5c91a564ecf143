"""Vanishing gradients: why a deep network of sigmoids does not train, and how its initialization is to blame.

Source: Practical Deep Learning 2022, lesson 8, 1:15:00; Glorot and Bengio, 2010.
Data:   generated: two spirals, 200 points to train on and 1,000 to test.
Cost:   8 s on one core.
"""

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.spirals import made_spirals
from snippets.spiral_networks import RATES, accuracy, first_gradients, new_layers, split, train


def as_tanh(layers):
    """Weights with which a sigmoid network computes what a tanh network computes: tanh(x) = 2 sigmoid(2x) - 1."""
    first, *others = layers
    # A layer that expects tanh is given (1 + tanh) / 2.
    layers = [first] + [(2 * weight, bias - weight.sum(-2, keepdim=True)) for weight, bias in others]
    *hidden, last = layers
    return [(2 * weight, 2 * bias) for weight, bias in hidden] + [last]


def unchanged(layers):
    return layers


NETWORKS = {  # the activation function, and how the layers are changed before training
    "ReLU": (torch.relu, unchanged),
    "tanh": (torch.tanh, unchanged),
    "sigmoid": (torch.sigmoid, unchanged),
    "sigmoid as tanh": (torch.sigmoid, as_tanh),
}


@experiment(data=made_spirals, seeds=5, vary={"activation": ["ReLU", "tanh", "sigmoid", "sigmoid as tanh"]})
def six_layers(data, run: Run, activation: str):
    """Accuracy with six hidden layers, at five learning rates; the size of each layer's gradient before training."""
    function, change = NETWORKS[activation]
    layers = change(new_layers([2, *[16] * 6, 1]))
    x, y, x_test, y_test = split(data)
    gradients = first_gradients(layers, function, x, y)  # (layers,)
    networks, losses = train(layers, function, x, y)
    by_rate = accuracy(networks, function, x_test, y_test)  # (rates,)
    best = losses.argmin()
    return {"accuracy": by_rate[best], "by_rate": by_rate, "gradients": gradients, "first_gradient": gradients[0]}


@figure(six_layers)
def depth(results):
    """Six hidden layers: accuracy by learning rate, and the size of the initial gradient in each layer."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3.5)
    names = results.settings["activation"]
    shown = {"sigmoid as tanh": "sigmoid with\ntanh's weights"}
    accuracies, gradients = (
        {shown.get(n, n): results.arrays(a, activation=n) for n in names} for a in ("by_rate", "gradients")
    )
    usual, converted = (np.mean(accuracies[n], axis=0).max() for n in ("sigmoid", shown["sigmoid as tanh"]))
    title = f"Best mean accuracy: sigmoid {usual:.2f}, with tanh's initial weights {converted:.2f}"
    plots.lines(accuracies, RATES, ax=left, title=title, xscale="log", xlabel="learning rate", ylabel="accuracy")
    sigmoid, relu = (results.metric("first_gradient", activation=n).mean() for n in ("sigmoid", "ReLU"))
    title = f"Gradient in the first layer: the sigmoid has {sigmoid / relu:.2%} of ReLU's"
    plots.lines(gradients, range(1, 8), ax=right, title=title, yscale="log", xlabel="layer", ylabel="initial gradient")
    return fig
