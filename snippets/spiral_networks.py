"""Small networks that tell two spirals apart, trained at several learning rates.

A network is a list of layers, each a weight (in, out) and a bias (1, out). Data: two generated spirals.
"""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from snippets.datasets.spirals import Spirals

RATES = [0.001, 0.003, 0.01, 0.03, 0.1]


def new_layers(sizes: list[int]):
    """Layers initialized as nn.Linear initializes them. -> [(weight (in, out), bias (1, out)), ...]"""
    layers = [nn.Linear(n, m) for n, m in pairwise(sizes)]
    return [(layer.weight.detach().T, layer.bias.detach()[None]) for layer in layers]


def forward(layers, activation, x):  # (n, 2) -> (n, 1); (rates, n, 1) if the layers are stacked, one for each rate
    """The output of a network; nothing follows its last layer."""
    for weight, bias in layers[:-1]:
        x = activation(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def split(data: Spirals):
    """200 points to train on and 1,000 to test on, chosen at random. -> x, arms, x to test, arms to test"""
    order = torch.randperm(len(data.points))
    x, y = torch.as_tensor(data.points)[order], torch.as_tensor(data.arms)[order]
    return x[:200], y[:200], x[200:], y[200:]


def loss_of(layers, activation, x, y):
    """Cross-entropy of the points, in nats: one value, or one for each rate."""
    logits = forward(layers, activation, x)[..., 0]
    return F.binary_cross_entropy_with_logits(logits, y.expand_as(logits), reduction="none").mean(-1)


def first_gradients(layers, activation, x, y):
    """The size of the gradient of each layer's weight, before training. -> (layers,)"""
    weights = [weight.clone().requires_grad_() for weight, _ in layers]
    layers = [(weight, bias) for weight, (_, bias) in zip(weights, layers, strict=True)]
    gradients = torch.autograd.grad(loss_of(layers, activation, x, y), weights)
    return torch.stack([gradient.norm() for gradient in gradients])


def stack(networks):
    """Several networks as one, whose weights and biases have a first dimension more. networks: lists of parameters"""
    stacked = [torch.stack(parameters) for parameters in zip(*networks, strict=True)]
    return list(zip(stacked[::2], stacked[1::2], strict=True))  # weight, bias, weight, bias, ... -> pairs


def train(layers, activation, x, y, steps: int = 300):
    """Train a copy of the network at each of RATES with Adam. -> stacked layers, training losses (rates,)"""
    copies = [[parameter.clone().requires_grad_() for layer in layers for parameter in layer] for _ in RATES]
    groups = [{"params": copy, "lr": rate} for copy, rate in zip(copies, RATES, strict=True)]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99), fused=True)
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(stack(copies), activation, x, y).sum().backward()  # no copy depends on the loss of another
        optimizer.step()
    with torch.no_grad():
        networks = stack(copies)
        return networks, loss_of(networks, activation, x, y)


def accuracy(layers, activation, x, y):
    """The share of points assigned to the right arm: one value, or one for each rate."""
    right = (forward(layers, activation, x)[..., 0] > 0) == (y > 0)
    return right.float().mean(-1)
