"""Dropout as augmentation: what deleting activations has in common with changing the data, and what not.

Source: Practical Deep Learning 2022, lesson 8, 1:11:03 ("data augmentation for the activations").
Data:   sample: 200 generated rows of 40 columns, 10 of them useful; full: 1,000 pictures of Fashion-MNIST.
Cost:   sample 20 s on one core; full 4 min on one core.
"""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.few_rows import FewRows, few_rows
from snippets.dropout import Dropout, network, tensors, trained


class GaussianDropout(nn.Module):
    """While training, x · N(1, p / (1 - p)): nothing is deleted.

    Mean and variance are those of dropout.
    """

    def __init__(self, p: float):
        super().__init__()
        self.deviation = (p / (1 - p)) ** 0.5

    def forward(self, x):  # any shape -> the same shape
        return x * (1 + self.deviation * torch.randn_like(x)) if self.training else x


class Noise(nn.Module):
    """While training, x + N(0, deviation²)."""

    def __init__(self, deviation: float):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):  # any shape -> the same shape
        return x + self.deviation * torch.randn_like(x) if self.training else x


def moved(rows, most: int):  # (batch, 784) -> (batch, 784)
    """Pictures moved by up to `most` pixels each way, by a draw for each: a shirt further left is still a shirt."""
    n, at = len(rows), torch.arange(28)
    padded = F.pad(rows.unflatten(1, (28, 28)), (most,) * 4)
    down, right = torch.randint(0, 2 * most + 1, (2, n, 1, 1))
    return padded[torch.arange(n)[:, None, None], at[:, None] + down, at + right].flatten(1)


def exchanged(rows, useful, share: float):  # (batch, 40) -> (batch, 40)
    """A share of what stands in useless columns comes from other rows.

    The class does not depend on it.
    """
    others = rows.gather(0, torch.rand_like(rows).argsort(0))
    return torch.where((torch.rand_like(rows) < share) & ~useful, others, rows)


def ways(data: FewRows, change: str, strength: str, run: Run):
    """One way to disturb the training, weaker or stronger. -> a network, and what is done to each batch (or None)"""
    stronger = strength == "stronger"
    p, width = 0.5 if stronger else 0.2, run.pick(sample=64, full=256)
    spread = float(data.valid.std()) * (1.0 if stronger else 0.5)  # of pixels, or of columns
    layers = {
        "none": {},
        "dropout": {"inside": lambda: Dropout(p)},
        "gaussian": {"inside": lambda: GaussianDropout(p)},
        "input_dropout": {"layer": lambda: Dropout(p)},
        "input_noise": {"layer": lambda: Noise(spread)},
        "augmentation": {},
    }
    model = network(data, width, **layers[change])
    if change != "augmentation":
        return model, None
    if data.useful is None:
        return model, lambda rows: moved(rows, 2 if stronger else 1)
    useful = torch.tensor(data.useful)
    return model, lambda rows: exchanged(rows, useful, 1.0 if stronger else 0.5)


@experiment(
    data=few_rows,
    seeds={"sample": 5, "full": 3},
    vary={"change": ["none", "dropout", "gaussian", "input_dropout", "input_noise", "augmentation"]},
)
def contest(data, run: Run, change: str):
    """One way, at the strength and after the epoch that suit half of the rows to validate on best, on the other half.

    loss: validation loss in nats, and accuracy with it. end_loss: that after the last epoch, the strength chosen.
    """
    x, labels, valid, valid_labels = tensors(data, run.seed)
    half = len(valid) // 2
    tried, at_the_end = [], []
    for strength in ("weaker", "stronger"):
        model, augment = ways(data, change, strength, run)
        for answers in trained(model, x, labels, valid, run, augment):
            choose, report = F.cross_entropy(answers[:half], valid_labels[:half]), answers[half:]
            loss = float(F.cross_entropy(report, valid_labels[half:]))
            accuracy = float((report.argmax(1) == valid_labels[half:]).float().mean())
            tried.append((float(choose), loss, accuracy, strength == "stronger"))
        at_the_end.append(tried[-1])
    _, loss, accuracy, stronger = min(tried)
    return {"loss": loss, "accuracy": accuracy, "end_loss": min(at_the_end)[1], "_stronger": stronger}


NAMES = {
    "none": "undisturbed",
    "input_noise": "noise on the input",
    "input_dropout": "dropout on the input",
    "dropout": "dropout inside",
    "gaussian": "noise inside",
    "augmentation": "true augmentation",
}


@figure(contest)
def losses(results):
    """Validation loss of six ways to disturb the training, each seed a dot, stopped at the best epoch or at the end."""
    fig, axs = plots.axes(nrows=2, width=5.4, height=4.8, sharex=True)
    colors = ["C7", "C2", "C2", "C0", "C0", "C1"]
    for ax, metric, when in ((axs[0], "end_loss", "After 30 epochs"), (axs[1], "loss", "At the best epoch of each")):
        rows = {name: results.metric(metric, change=change) for change, name in NAMES.items()}
        plots.dot_plot(rows, colors=colors, ax=ax)
        gain = rows["undisturbed"].mean() - min(losses.mean() for losses in rows.values())
        plots.title(ax, f"{when}: a gain of up to {gain:.2f}")
    axs[1].set_xlabel("validation loss, nats")
    return fig
