"""Claims of docs/concepts/activations.md."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import above, below, close, falsified_by, refuted, swap
from snippets.activations import as_tanh as right_weights
from snippets.activations import collapse as right_collapse
from snippets.activations import forward

NON_LINEAR = ("ReLU", "leaky ReLU", "GELU", "SiLU", "Mish", "tanh", "sigmoid")


def fresh(*sizes):
    """Random weights and biases. -> [(weight (in, out), bias (1, out)), ...]"""
    return [(torch.randn(n, m), torch.randn(1, m)) for n, m in pairwise(sizes)]


def biases_just_added(layers):
    """Each bias as it is, without the matrices that come after it."""
    weight, bias = right_collapse(layers)
    return weight, torch.zeros_like(bias) + sum(b.sum() for _, b in layers)


def biases_forgotten(layers):
    weight, bias = right_collapse(layers)
    return weight, 0 * bias


@falsified_by(collapse=biases_just_added)
@falsified_by(collapse=biases_forgotten)
def test_stack_is_one_layer(collapse):
    """Layers with nothing between them give what the one layer gives that they collapse to; with ReLUs they do not."""
    layers, x = fresh(2, 16, 16, 16, 1), torch.randn(50, 2)
    weight, bias = collapse(layers)
    assert tuple(weight.shape) == (2, 1)
    one = x @ weight + bias
    torch.testing.assert_close(forward(layers, lambda h: h, x), one, rtol=1e-4, atol=1e-3)
    assert not torch.allclose(forward(layers, F.relu, x), one, rtol=1e-2, atol=1e-2)


@falsified_by(control={"activation": ("identity", "ReLU")})
@falsified_by(swap("activation", "identity", "sigmoid"))
def test_identity_stays_a_line(two_layers):
    """At each of five learning rates, the identity is as accurate as a straight line fitted directly, within 0.03."""
    line = two_layers.metric("line", activation="identity")
    by_rate = np.stack(two_layers.arrays("by_rate", activation="identity"))  # (seeds, rates)
    for accuracy in by_rate.T:
        assert close(accuracy, line, within=0.03)


@falsified_by(control={"activation": ("ReLU", "identity")})
@falsified_by(control={"activation": ("Mish", "identity")})
@falsified_by(control={"activation": ("sigmoid", "identity")})
def test_each_reaches_at_its_best(two_layers):
    """With two hidden layers, each of seven non-linearities has an accuracy above 0.97 at its best learning rate."""
    for name in NON_LINEAR:
        assert above(two_layers.metric("accuracy", activation=name), 0.97)


@falsified_by(control={"activation": ("sigmoid", "SiLU")})
@falsified_by(swap("activation", "sigmoid", "tanh"))
def test_not_at_one_rate(two_layers):
    """At a learning rate of 0.003, the sigmoid is less accurate by at least 0.15 than each of the six others."""
    sigmoid = two_layers.metric("at_one_rate", activation="sigmoid")
    for name in NON_LINEAR[:-1]:
        assert below(sigmoid, two_layers.metric("at_one_rate", activation=name), margin=0.15)


@refuted("pretty much any non-linearity works fine")
@falsified_by(control={"activation": ("sigmoid", "sigmoid as tanh")})
@falsified_by(control={"activation": ("sigmoid", "tanh")})
@falsified_by(swap("activation", "sigmoid", "ReLU"))
def test_any_works(six_layers):
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
    """Scaled, but with biases that take no notice of the sigmoid's middle, which is a half and not zero."""
    return [(new_weight, bias) for (new_weight, _), (_, bias) in zip(right_weights(layers), layers, strict=True)]


def as_they_are(layers):
    return layers


@falsified_by(as_tanh=without_shift)
@falsified_by(as_tanh=as_they_are)
def test_sigmoid_can_be_tanh(as_tanh):
    """With changed weights and biases a network of sigmoids gives what the network of tanhs gives, to 1e-4."""
    layers, x = fresh(2, 16, 16, 16, 1), torch.randn(50, 2)
    torch.testing.assert_close(
        forward(as_tanh(layers), torch.sigmoid, x), forward(layers, torch.tanh, x), rtol=0, atol=1e-4
    )


@falsified_by(control={"activation": ("sigmoid as tanh", "sigmoid")})
@falsified_by(swap("activation", "sigmoid as tanh", "sigmoid"))
def test_start_mends_it(six_layers):
    """Started as the tanh network, six layers of sigmoids are more accurate by at least 0.1, each at its best rate."""
    tanh, usual = (six_layers.metric("accuracy", activation=name) for name in ("sigmoid as tanh", "sigmoid"))
    assert above(tanh, usual, margin=0.1)


def silu(x):
    """The gate of SiLU in place of Mish's."""
    return x * torch.sigmoid(x)


def without_softplus(x):
    return x * torch.tanh(F.relu(x))


def detached_gate(x):
    """The right values, through whose gate no gradient flows."""
    return x * torch.tanh(F.softplus(x)).detach()


@falsified_by(mish=silu)
@falsified_by(mish=without_softplus)
@falsified_by(mish=detached_gate)
def test_mish_is_torchs(mish):
    """x tanh(softplus(x)) gives what nn.Mish gives, and the same gradient, on random numbers and at -100 and 100."""
    x = torch.cat([3 * torch.randn(200), torch.tensor([-100.0, 0.0, 100.0])]).requires_grad_()
    for function in (mish, nn.Mish()):
        y = function(x)
        (slope,) = torch.autograd.grad(y.sum(), x)
        if function is mish:
            ours = y, slope
    torch.testing.assert_close(ours, (y, slope), rtol=1e-5, atol=1e-6)


@falsified_by(mish=F.relu)
@falsified_by(mish=silu)
def test_mish_is_not_monotone(mish):
    """From -5 to 5, Mish falls to -0.309 at -1.19, and rises from there on."""
    x = torch.linspace(-5, 5, 10_001, dtype=torch.float64)
    y = mish(x)
    lowest, at = float(y.min()), float(x[y.argmin()])
    assert abs(lowest + 0.309) < 0.001
    assert abs(at + 1.19) < 0.01
    assert (y[x < at].diff() < 0).all()
    assert (y[x > at].diff() > 0).all()
