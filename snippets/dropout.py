"""Dropout: delete activations at random during training, so that the network cannot rely on any one of them.

Source: Practical Deep Learning 2022, lesson 8, 1:08:22 to 1:13:03; Srivastava et al., 2014.
Data:   sample: 200 generated rows and a drawn seven; full: 1,000 pictures of Fashion-MNIST and a seven from MNIST.
Cost:   sample 15 s on one core; full 2 min on one core.
"""

import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.convolution import edge_map
from snippets.datasets.few_rows import few_rows
from snippets.datasets.strokes import sevens
from snippets.few_rows_network import train_and_measure


def keep_mask(x, p: float):  # any shape -> the same shape
    """1 with probability 1 - p, otherwise 0, drawn independently for each activation."""
    return (torch.rand_like(x) >= p).to(x.dtype)


def drop(x, mask, p: float):
    """Delete the activations where the mask is 0, and divide the rest by 1 - p, which keeps the mean."""
    return x * mask / (1 - p)


class Dropout(nn.Module):
    """Deletes activations at random in training; changes nothing in evaluation."""

    def __init__(self, p: float):
        super().__init__()
        self.p = p

    def forward(self, x):  # any shape -> the same shape
        return drop(x, keep_mask(x, self.p), self.p) if self.training else x


class UnscaledDropout(Dropout):
    """Dropout as in the lecture's spreadsheet: the mask without the division."""

    def forward(self, x):
        return x * keep_mask(x, self.p) if self.training else x


class FixedMask(Dropout):
    """Always the same mask, in training and evaluation: in effect a smaller network."""

    mask = None

    def forward(self, x):  # (batch, width) -> (batch, width)
        self.mask = keep_mask(x[0], self.p) if self.mask is None else self.mask
        return drop(x, self.mask, self.p)


class FixedMaskInTraining(FixedMask):
    """The same mask throughout training, and no mask in evaluation."""

    def forward(self, x):
        return super().forward(x) if self.training else x


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.0, 0.2, 0.5, 0.8, 0.9]})
def drop_rate(data, run: Run, p: float):
    """Losses, in nats, and accuracy of a network trained with dropout at rate p."""
    return train_and_measure(data, run, Dropout, p)


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.5]})
def without_rescaling(data, run: Run, p: float):
    """The same without the division by 1 - p."""
    return train_and_measure(data, run, UnscaledDropout, p)


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.5]})
def fixed_mask(data, run: Run, p: float):
    """The same with one mask, drawn once and used in evaluation too."""
    return train_and_measure(data, run, FixedMask, p)


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.5]})
def fixed_mask_in_training(data, run: Run, p: float):
    """The same with one mask for all of training and none in evaluation."""
    return train_and_measure(data, run, FixedMaskInTraining, p)


@experiment(data=sevens, vary={"p": [0.0, 0.2, 0.5, 0.8]})
def masked_seven(pictures, run: Run, p: float):
    """Dropout on the edge map of a seven; the mean over 1,000 masks, with and without the division by 1 - p."""
    picture = torch.as_tensor(pictures[0])
    edges = edge_map(picture, "horizontal") + edge_map(picture, "vertical")  # (26, 26)
    copies = edges.expand(1000, -1, -1)
    mask = keep_mask(copies, p)
    return {
        "kept": mask[0].mean(),
        "mean_ratio": drop(copies, mask, p).mean() / edges.mean(),
        "mean_ratio_unscaled": (copies * mask).mean() / edges.mean(),
        "map": drop(edges, mask[0], p),
    }


@figure(masked_seven)
def masked(results):
    """The edge map of a seven, whole and with a fifth, a half and four fifths of its activations deleted."""
    rates = results.settings["p"]
    titles = [f"p = {p:g}: {results.metric('kept', p=p).mean():.0%} kept" for p in rates]
    maps = [results.array("map", p=p) for p in rates]
    return plots.images(maps, titles, ncols=4, width=7.2, signed=True, title="The same seven at four drop rates")


@figure(drop_rate)
def loss_by_epoch(results):
    """Validation loss by epoch: without dropout it soon rises again, at p = 0.5 later, at p = 0.8 it still falls."""
    losses = {f"p = {p:g}": results.curve("valid_loss", p=p) for p in (0.0, 0.2, 0.5, 0.8)}
    none, half = (1 + losses[name].mean(axis=0).argmin() for name in ("p = 0", "p = 0.5"))
    title = f"Lowest after epoch {none} without dropout, after epoch {half} at p = 0.5"
    return plots.lines(losses, range(1, 31), title=title, xlabel="epoch", ylabel="validation loss, nats", ylim=(0.4, 1))


@figure(drop_rate)
def loss_by_rate(results):
    """By p: the training loss only rises, the validation loss falls and rises, accuracy hardly moves, then falls."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3.2)
    rates, accuracy = results.settings["p"], results.sweep("accuracy", "p")
    losses = {"validation": results.sweep("valid_loss", "p"), "training": results.sweep("train_loss", "p")}
    best = rates[losses["validation"].mean(axis=0).argmin()]
    plots.lines(losses, rates, ax=left, title=f"Validation loss is lowest at p = {best:g}", ylim=(0, None))
    plots.lines({"": accuracy}, rates, ax=right, title=f"Accuracy falls to {accuracy[:, -1].mean():.0%}", ylim=(0.5, 1))
    left.set(xlabel="drop rate p", ylabel="loss after 30 epochs, nats")
    right.set(xlabel="drop rate p", ylabel="accuracy")
    return fig


@figure(drop_rate, without_rescaling, fixed_mask, fixed_mask_in_training)
def broken(dropout, unscaled, fixed, fixed_in_training):
    """Validation loss with dropout and three broken versions of it, before and after temperature scaling."""
    fig, axs = plots.axes(2, width=7.2, height=2.7, sharex=True, sharey=True)
    metrics = {"valid_loss": "As trained", "temperature_scaled_loss": "After temperature scaling"}
    for ax, (metric, heading) in zip(axs, metrics.items(), strict=True):
        rows = {
            "no dropout": dropout.metric(metric, p=0.0),
            "p = 0.5": dropout.metric(metric, p=0.5),
            "no rescaling": unscaled.metric(metric),
            "one fixed mask": fixed.metric(metric),
            "off in evaluation": fixed_in_training.metric(metric),
        }
        low, *_, high = sorted(losses.mean() for losses in rows.values())
        plots.dot_plot(rows, colors=["C7", "C0", "C1", "C1", "C1"], ax=ax, title=f"{heading}: {low:.2f} to {high:.2f}")
        ax.set_xlabel("validation loss, nats")
    return fig
