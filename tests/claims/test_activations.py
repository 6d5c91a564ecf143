"""Claims of docs/concepts/activations.md."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import above, below, close, falsified_by, swap
from snippets.activations import collapse as right_collapse
from snippets.spiral_networks import forward

NON_LINEAR = ("ReLU", "leaky ReLU", "GELU", "SiLU", "Mish", "tanh", "sigmoid")


def random_layers(*sizes):
    """Random weights and biases. -> [(weight (in, out), bias (1, out)), ...]"""
    return [(torch.randn(n, m), torch.randn(1, m)) for n, m in pairwise(sizes)]


def unmultiplied_biases(layers):
    """Each bias as it is, not multiplied by the matrices after it."""
    weight, bias = right_collapse(layers)
    return weight, torch.zeros_like(bias) + sum(b.sum() for _, b in layers)


def biases_forgotten(layers):
    weight, bias = right_collapse(layers)
    return weight, 0 * bias


@falsified_by(collapse=unmultiplied_biases)
@falsified_by(collapse=biases_forgotten)
def test_stack_is_one_layer(collapse):
    """Layers with nothing between them give the output of the one layer they collapse to; with ReLUs they do not."""
    layers, x = random_layers(2, 16, 16, 16, 1), torch.randn(50, 2)
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
def test_each_learns_at_its_best_rate(two_layers):
    """With two hidden layers, each of seven non-linearities has an accuracy above 0.97 at its best learning rate."""
    for name in NON_LINEAR:
        assert above(two_layers.metric("accuracy", activation=name), 0.97)


@falsified_by(control={"activation": ("sigmoid", "SiLU")})
@falsified_by(swap("activation", "sigmoid", "tanh"))
def test_sigmoid_needs_a_larger_rate(two_layers):
    """At a learning rate of 0.003, the sigmoid is less accurate by at least 0.15 than each of the six others."""
    sigmoid = two_layers.metric("at_one_rate", activation="sigmoid")
    for name in NON_LINEAR[:-1]:
        assert below(sigmoid, two_layers.metric("at_one_rate", activation=name), margin=0.15)


def silu(x):
    """SiLU's gate instead of Mish's."""
    return x * torch.sigmoid(x)


def without_softplus(x):
    return x * torch.tanh(F.relu(x))


def detached_gate(x):
    """The right values, with no gradient through the gate."""
    return x * torch.tanh(F.softplus(x)).detach()


@falsified_by(mish=silu)
@falsified_by(mish=without_softplus)
@falsified_by(mish=detached_gate)
def test_mish_equals_torch(mish):
    """x tanh(softplus(x)) and its gradient equal those of nn.Mish, on random numbers and at -100, 0 and 100."""
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
    """From -5 to 5, Mish falls to -0.309 at -1.19, and rises from there."""
    x = torch.linspace(-5, 5, 10_001, dtype=torch.float64)
    y = mish(x)
    lowest, at = float(y.min()), float(x[y.argmin()])
    assert abs(lowest + 0.309) < 0.001
    assert abs(at + 1.19) < 0.01
    assert (y[x < at].diff() < 0).all()
    assert (y[x > at].diff() > 0).all()
