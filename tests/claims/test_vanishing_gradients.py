"""Claims of docs/concepts/vanishing_gradients.md."""

from itertools import pairwise

import numpy as np
import torch

from coursenotes.claims import above, below, falsified_by, refuted, swap
from snippets.spiral_networks import forward
from snippets.vanishing_gradients import as_tanh as right_weights


def random_layers(*sizes):
    """Random weights and biases. -> [(weight (in, out), bias (1, out)), ...]"""
    return [(torch.randn(n, m), torch.randn(1, m)) for n, m in pairwise(sizes)]


@refuted("pretty much any non-linearity works fine")
@falsified_by(control={"activation": ("sigmoid", "sigmoid as tanh")})
@falsified_by(control={"activation": ("sigmoid", "tanh")})
@falsified_by(swap("activation", "sigmoid", "ReLU"))
def test_deep_sigmoid_network_fails(six_layers):
    """Six layers deep, each at its best rate, the sigmoid is less accurate than ReLU and tanh by at least 0.1."""
    sigmoid, relu, tanh = (six_layers.metric("accuracy", activation=name) for name in ("sigmoid", "ReLU", "tanh"))
    assert below(sigmoid, relu, margin=0.1)
    assert below(sigmoid, tanh, margin=0.1)


@falsified_by(control={"activation": ("sigmoid", "sigmoid as tanh")})
@falsified_by(swap("activation", "sigmoid", "ReLU"))
def test_gradient_vanishes(six_layers):
    """At the start, the first layer's gradient is less than a tenth as large with sigmoids as with ReLUs."""
    sizes = (six_layers.metric("first_gradient", activation=name) for name in ("sigmoid", "ReLU"))
    sigmoid, relu = (np.log10(size) for size in sizes)
    assert below(sigmoid, relu, margin=1)


def without_shift(layers):
    """Scaled, but with biases for activations centered at 0, where those of a sigmoid are centered at a half."""
    return [(new_weight, bias) for (new_weight, _), (_, bias) in zip(right_weights(layers), layers, strict=True)]


def unchanged(layers):
    return layers


@falsified_by(as_tanh=without_shift)
@falsified_by(as_tanh=unchanged)
def test_sigmoid_can_be_tanh(as_tanh):
    """With changed weights and biases, a network of sigmoids gives the output of the network of tanhs, within 1e-4."""
    layers, x = random_layers(2, 16, 16, 16, 1), torch.randn(50, 2)
    torch.testing.assert_close(
        forward(as_tanh(layers), torch.sigmoid, x), forward(layers, torch.tanh, x), rtol=0, atol=1e-4
    )


@falsified_by(control={"activation": ("sigmoid as tanh", "sigmoid")})
@falsified_by(swap("activation", "sigmoid as tanh", "sigmoid"))
def test_initialization_fixes_it(six_layers):
    """Started as the tanh network, six layers of sigmoids are more accurate by at least 0.1, each at its best rate."""
    tanh, usual = (six_layers.metric("accuracy", activation=name) for name in ("sigmoid as tanh", "sigmoid"))
    assert above(tanh, usual, margin=0.1)
