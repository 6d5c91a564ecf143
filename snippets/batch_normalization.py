"""Batch normalization: each channel of a batch to mean 0 and deviation 1, then a learned scale and shift.

Source: Practical Deep Learning for Coders, lesson 7 of 2017, from the notes of Reshama Shaikh; Ioffe and Szegedy, 2015.
Data:   generated shapes of 16 by 16 pixels.
Cost:   28 s on one core.
"""

from functools import partial

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.classifier_ladder import as_input
from snippets.datasets.photos import photos
from snippets.residual_networks import accuracy, convolutional, train

OVER = (0, 2, 3)  # pictures, rows and columns: everything but the channels


def standardize(x, over, eps: float = 1e-5):  # (n, channels, h, w) -> the same
    """To mean 0 and deviation 1 over these dimensions; eps keeps a variance of 0 from dividing by 0."""
    mean, var = x.mean(dim=over, keepdim=True), x.var(dim=over, keepdim=True, correction=0)
    return (x - mean) / (var + eps).sqrt()


class BatchNorm(nn.Module):
    """By the batch's own mean and variance in training; by their running averages in evaluation."""

    def __init__(self, channels: int, momentum: float = 0.1, eps: float = 1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.momentum, self.eps = momentum, eps

    def forward(self, x):  # (n, channels, h, w) -> the same
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=OVER), x.var(dim=OVER, correction=0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.var(dim=OVER).detach(), self.momentum)  # the unbiased one, with N - 1
        scale = self.weight / (var + self.eps).sqrt()
        return (x - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]


class LastBatchNorm(BatchNorm):
    """As in the lecture's notebook: evaluation takes the mean and the variance of the last training batch."""

    def __init__(self, channels: int):
        super().__init__(channels, momentum=1.0)


class NoisyBatchNorm(nn.BatchNorm2d):
    """In training, every batch moves each channel's mean by about half a deviation, and stretches it by a quarter."""

    def forward(self, x):
        x = super().forward(x)
        shift, stretch = torch.randn(2, 1, x.shape[1], 1, 1)
        return x * (1 + 0.25 * stretch) + 0.5 * shift if self.training else x


class ScaleAndShift(nn.Module):
    """The learned scale and shift alone, without normalizing."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels, 1, 1)), nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x):
        return x * self.weight + self.bias


NORMS = {
    "none": nn.Identity,
    "scale and shift": ScaleAndShift,
    "batch": nn.BatchNorm2d,
    "noisy": NoisyBatchNorm,
    "last batch": LastBatchNorm,
    "group": partial(nn.GroupNorm, 2),
}


def look(model, x):
    """Show the model 40 batches in training mode, without a step of the optimizer; then back to evaluation."""
    model.train()
    with torch.no_grad():
        for _ in range(40):
            model(x[torch.randperm(len(x))[:32]])
    return model.eval()


@experiment(data=photos, seeds=5, vary={"norm": ["none", "scale and shift", "batch", "noisy", "last batch", "group"]})
def seven_layers(data, run: Run, norm: str):
    """Test accuracy of seven convolutions; after looking at one class only; and after looking at all of them again."""
    (x, y), (x_test, y_test) = as_input(data.train, data.train_labels), as_input(data.test, data.test_labels)
    model = train(convolutional((8,), len(data.classes), NORMS[norm], blocks=3), x, y, rate=0.01, epochs=6)
    return {
        "accuracy": accuracy(model, x_test, y_test),
        "after_one_class": accuracy(look(model, x[y == 0]), x_test, y_test),
        "after_all": accuracy(look(model, x), x_test, y_test),
    }


@figure()
def averaged_together():
    """Four pictures by four channels, four times: a channel of all pictures, a picture, half a picture, one map."""
    kinds = {  # the rows and columns whose numbers share a mean and a deviation
        "BatchNorm": (range(4), [1], "one channel, all pictures of the batch"),
        "LayerNorm": ([1], range(4), "one picture, all its channels"),
        "GroupNorm": ([1], [0, 1], "one picture, a group of its channels"),
        "InstanceNorm": ([1], [1], "one picture, one channel"),
    }
    ax, width = plots.canvas(wide=170, narrow=330)
    columns, cell = plots.pick(4, 2), 22
    for place, (name, (rows, chosen, says)) in enumerate(kinds.items()):
        middle, top = (place % columns + 0.5) * width / columns, place // columns * 166
        left, first = middle - 2 * cell, top + 36
        plots.label(ax, middle, top + 10, name, weight="bold")
        plots.label(ax, middle, top + 26, "channels", color=plots.MUTED)
        plots.label(ax, left - 7, first + 2 * cell + 14, "pictures", rotation=90, color=plots.MUTED)
        plots.cells(ax, left, first, np.full((4, 4), np.nan), (cell, cell), limit=1)
        box = (left + chosen[0] * cell, first + rows[0] * cell, len(chosen) * cell, len(rows) * cell)
        plots.frame(ax, *box, fill=True, facecolor="C1", alpha=0.3, linewidth=0)
        plots.frame(ax, *box)
        plots.caption(ax, middle, first + 4 * cell + 6, says, width / columns - 12)
    return ax.figure


@figure(seven_layers)
def by_norm(results):
    """Accuracy of seven convolutions by what follows each: with BatchNorm far above none or a scale and shift alone."""
    rows = {name: results.metric("accuracy", norm=name) for name in results.settings["norm"]}
    title = f"Seven convolutions: accuracy {rows['none'].mean():.2f} without, {rows['batch'].mean():.2f} with BatchNorm"
    return plots.dot_plot(rows, {"guessing": 0.25}, title=title, xlabel="accuracy on the test pictures", xlim=(0, 1.02))


@figure(seven_layers)
def drifted(results):
    """With BatchNorm, accuracy falls after looking at disks only, and comes back after looking at all shapes."""
    moments = {
        "accuracy": "trained",
        "after_one_class": "then shown\ndisks only",
        "after_all": "then shown\nall shapes",
    }
    rows = {said: results.metric(name, norm="batch") for name, said in moments.items()}
    before, after, _ = (values.mean() for values in rows.values())
    title = f"No weight changed, but accuracy falls from {before:.2f} to {after:.2f}"
    return plots.dot_plot(rows, title=title, xlabel="accuracy on the test pictures", xlim=(0, 1.02), height=2.4)
