"""Dropout as augmentation: how deleting activations compares with changing the data.

Source: Practical Deep Learning 2022, lesson 8, 1:11:03 ("data augmentation for the activations").
Data:   sample: 200 generated rows of 40 columns, 10 of them useful; full: 1,000 pictures of Fashion-MNIST.
Cost:   sample 20 s on one core; full 4 min on one core.
"""

from functools import partial
from operator import itemgetter

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.few_rows import FewRows, few_rows
from snippets.dropout import Dropout
from snippets.few_rows_network import network, tensors, train


class GaussianDropout(nn.Module):
    """Multiplies activations by N(1, p / (1 - p)) in training: mean and variance as with dropout, nothing deleted."""

    def __init__(self, p: float):
        super().__init__()
        self.deviation = (p / (1 - p)) ** 0.5

    def forward(self, x):  # any shape -> the same shape
        return x * (1 + self.deviation * torch.randn_like(x)) if self.training else x


def add_noise(rows, deviation: float):  # (batch, columns) -> (batch, columns)
    """Add normally distributed noise."""
    return rows + deviation * torch.randn_like(rows)


def shift_pictures(rows, most: int):  # (batch, 784) -> (batch, 784)
    """Shift each picture by up to `most` pixels, at random: a shirt further left is still a shirt."""
    n, pixels = len(rows), torch.arange(28)
    padded = F.pad(rows.unflatten(1, (28, 28)), (most,) * 4)
    down, right = torch.randint(0, 2 * most + 1, (2, n, 1, 1))
    return padded[torch.arange(n)[:, None, None], pixels[:, None] + down, pixels + right].flatten(1)


def shuffle_useless(rows, useful, share: float):  # (batch, 40) -> (batch, 40)
    """Replace a share of the values in useless columns by other rows' values: the class does not depend on them."""
    others = rows.gather(0, torch.rand_like(rows).argsort(0))
    return torch.where((torch.rand_like(rows) < share) & ~useful, others, rows)


def augmentation(data: FewRows, stronger: bool):
    """A change to a batch of rows that preserves the class."""
    if data.useful is None:
        return partial(shift_pictures, most=2 if stronger else 1)
    return partial(shuffle_useless, useful=torch.tensor(data.useful), share=1.0 if stronger else 0.5)


@experiment(
    data=few_rows,
    seeds={"sample": 5, "full": 3},
    vary={"change": ["none", "dropout", "gaussian", "input_dropout", "input_noise", "augmentation"]},
)
def contest(data, run: Run, change: str):
    """Validation loss, in nats, with one change during training, at a strength and epoch chosen on half of the rows.

    loss, accuracy: on the other half of the rows. end_loss: the loss after the last epoch, choosing only the strength.
    """
    labels = tensors(data, run.seed)[-1]
    half = len(labels) // 2
    candidates, last_epochs = [], []
    for stronger in (False, True):
        p = 0.5 if stronger else 0.2
        deviation = float(data.valid.std()) * (1.0 if stronger else 0.5)
        hidden_layers = {"dropout": Dropout, "gaussian": GaussianDropout}
        input_changes = {
            "input_dropout": partial(F.dropout, p=p),
            "input_noise": partial(add_noise, deviation=deviation),
            "augmentation": augmentation(data, stronger),
        }
        model = network(data, run, hidden_layers.get(change, nn.Identity), p)
        for logits in train(model, data, run, augment=input_changes.get(change)):  # after each epoch
            candidate = {
                "_choosing_loss": F.cross_entropy(logits[:half], labels[:half]),
                "loss": F.cross_entropy(logits[half:], labels[half:]),
                "accuracy": (logits[half:].argmax(1) == labels[half:]).float().mean(),
                "_stronger": stronger,
            }
            candidates.append(candidate)
        last_epochs.append(candidate)
    best, best_at_end = (min(some, key=itemgetter("_choosing_loss")) for some in (candidates, last_epochs))
    return best | {"end_loss": best_at_end["loss"]}


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
    """Validation loss without and with five changes, each seed a dot: after 30 epochs, and at the best epoch."""
    fig, axs = plots.axes(2, width=7.2, height=3, sharey=True)
    metrics = {"end_loss": "After 30 epochs", "loss": "At the best epoch of each"}
    for ax, (metric, heading) in zip(axs, metrics.items(), strict=True):
        rows = {name: results.metric(metric, change=change) for change, name in NAMES.items()}
        gain = rows["undisturbed"].mean() - min(losses.mean() for losses in rows.values())
        title = f"{heading}: loss up to {gain:.2f} lower"
        plots.dot_plot(
            rows, colors=["C7", "C2", "C2", "C0", "C0", "C1"], ax=ax, title=title, xlabel="validation loss, nats"
        )
    return fig
