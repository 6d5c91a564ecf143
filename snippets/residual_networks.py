"""Networks for small color pictures, from one hidden layer to deep ones with shortcuts, and how they are trained.

All of them take (n, 3, side, side) and give (n, classes), the logits.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F


def convolution(n: int, m: int, stride: int, norm):  # (batch, n, h, w) -> (batch, m, h / stride, w / stride)
    """A convolution of 3 by 3, and its normalization: nn.BatchNorm2d, or nn.Identity for none."""
    return nn.Sequential(nn.Conv2d(n, m, 3, stride=stride, padding=1, bias=norm is nn.Identity), norm(m))


class Block(nn.Module):
    """Two convolutions that change neither the size nor the number of maps."""

    def __init__(self, channels: int, norm):
        super().__init__()
        self.layers = nn.Sequential(
            convolution(channels, channels, 1, norm), nn.ReLU(), convolution(channels, channels, 1, norm)
        )

    def forward(self, x):  # (n, channels, h, w) -> the same
        return torch.relu(self.layers(x))


class ResidualBlock(Block):
    """The same around a shortcut: the convolutions only compute what is added to their input."""

    def forward(self, x):
        return torch.relu(x + self.layers(x))


def fully_connected(side: int, classes: int):
    """One hidden layer of 40 units."""
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * side**2, 40), nn.ReLU(), nn.Linear(40, classes))


def convolutional(widths, classes: int, norm, blocks: int = 0, block=Block):
    """Convolutions with stride 2, each to the next of the widths, then blocks; the mean of each map, a dense layer."""
    layers = [layer for n, m in pairwise((3, *widths)) for layer in (convolution(n, m, 2, norm), nn.ReLU())]
    layers += [block(widths[-1], norm) for _ in range(blocks)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], classes))


def he_initialized(model):
    """Kaiming He's initialization, which keeps the size of signals from layer to layer if each ends in a ReLU."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def train(model, x, y, rate: float, epochs: int, batch_size: int = 32):
    """Adam, with a learning rate that rises to the given one and falls again."""
    steps = epochs * -(-len(x) // batch_size)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(batch_size):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def accuracy(model, x, y):
    """The share of pictures whose class has the largest logit."""
    with torch.no_grad():
        return torch.cat([model(part).argmax(dim=1) for part in x.split(1000)]).eq(y).float().mean()
