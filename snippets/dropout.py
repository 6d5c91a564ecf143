"""Dropout: delete activations at random while training, so that none of them can be relied on.

Source: Practical Deep Learning 2022, lesson 8, 1:08:22 to 1:13:03; Srivastava et al., 2014.
Data:   sample: 200 generated rows and a drawn seven; full: 1,000 rows of Fashion-MNIST and one of MNIST's sevens.
Cost:   sample 15 s on one core; full 2 min on one core.
"""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.convolution import edge_map
from snippets.datasets.few_rows import FewRows, few_rows
from snippets.datasets.strokes import sevens


def keep_mask(x, p: float):  # any shape -> the same shape
    """1 with probability 1 - p, else 0, drawn for each activation by itself."""
    return (torch.rand_like(x) >= p).to(x.dtype)


def drop(x, mask, p: float):
    """Delete what the mask says, and divide by 1 - p, which keeps the mean."""
    return x * mask / (1 - p)


class Dropout(nn.Module):
    """Random deletion while training; nothing at all in evaluation."""

    def __init__(self, p: float):
        super().__init__()
        self.p = p

    def forward(self, x):  # any shape -> the same shape
        return drop(x, keep_mask(x, self.p), self.p) if self.training else x


class Unscaled(Dropout):
    """The spreadsheet's dropout: the mask without the division."""

    def forward(self, x):
        return x * keep_mask(x, self.p) if self.training else x


class SameHalf(Dropout):
    """One mask for all rows and batches, and for evaluation too: a smaller network, always the same."""

    mask = None

    def forward(self, x):  # (batch, width) -> (batch, width)
        self.mask = keep_mask(x[0], self.p) if self.mask is None else self.mask
        return drop(x, self.mask, self.p)


class DrawnOnce(SameHalf):
    """One mask for all of training, and everything on in evaluation."""

    def forward(self, x):
        return super().forward(x) if self.training else x


def network(data: FewRows, width: int, layer=nn.Identity, inside=nn.Identity) -> nn.Sequential:
    """Two hidden layers, each followed by `inside()`; `layer()` stands in front of the first."""
    shape = [data.valid.shape[1], width, width]
    hidden = [(nn.Linear(shape[i], shape[i + 1]), nn.ReLU(), inside()) for i in range(2)]
    return nn.Sequential(layer(), *hidden[0], *hidden[1], nn.Linear(width, data.classes))


def tensors(data: FewRows, seed: int):
    """-> x (rows, columns) and labels (rows,) to train on, x and labels to validate on."""
    return tuple(torch.tensor(part) for part in (*data.draw(seed), data.valid, data.valid_labels))


def trained(model, x, labels, valid, run: Run, change=None):
    """Train for 30 epochs; after each, yield what the model says to the rows to validate on. -> (n_valid, classes)

    change, if there is one, is applied to each batch of training rows.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    for _ in run.epochs(sample=30, full=30):
        model.train()
        for batch in torch.randperm(len(x)).split(run.pick(sample=25, full=50)):
            rows = x[batch] if change is None else change(x[batch])
            F.cross_entropy(model(rows), labels[batch]).backward()
            optimizer.step()
            optimizer.zero_grad()
        model.eval()
        with torch.no_grad():
            yield model(valid)


def calibrated(logits, labels) -> float:
    """The loss on the second half of the rows, all logits times the one factor that suits the first half best."""
    half, factors = len(labels) // 2, 2 ** torch.linspace(-4, 4, 33)
    losses = [F.cross_entropy(logits[:half] * factor, labels[:half]) for factor in factors]
    return float(F.cross_entropy(logits[half:] * factors[int(torch.stack(losses).argmin())], labels[half:]))


def measure(data: FewRows, run: Run, layer) -> dict[str, float]:
    """Train a network with this layer inside. -> its losses in nats, and its accuracy"""
    x, labels, valid, valid_labels = tensors(data, run.seed)
    model = network(data, run.pick(sample=64, full=256), inside=layer)
    losses = []
    for answers in trained(model, x, labels, valid, run):
        losses.append(float(F.cross_entropy(answers, valid_labels)))
        run.log(valid_loss=losses[-1])
    with torch.no_grad():
        train_loss = F.cross_entropy(model(x), labels)
        forgotten = F.cross_entropy(model.train()(valid), valid_labels)
    return {
        "train_loss": train_loss,
        "valid_loss": losses[-1],
        "early_loss": losses[9],  # after ten epochs
        "lowest_loss": min(losses),  # after the epoch that suits the rows to validate on best
        "calibrated_loss": calibrated(answers, valid_labels),
        "loss_without_eval": forgotten,
        "accuracy": (answers.argmax(1) == valid_labels).float().mean(),
    }


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.0, 0.2, 0.5, 0.8, 0.9]})
def drop_rate(data, run: Run, p: float):
    """Losses in nats and accuracy of one network, by how much is dropped while it is trained."""
    return measure(data, run, lambda: Dropout(p))


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.5]})
def without_rescaling(data, run: Run, p: float):
    """The same, the division by 1 - p left out."""
    return measure(data, run, lambda: Unscaled(p))


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.5]})
def same_half(data, run: Run, p: float):
    """The same, with one half deleted for good."""
    return measure(data, run, lambda: SameHalf(p))


@experiment(data=few_rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.5]})
def drawn_once(data, run: Run, p: float):
    """The same, with one mask for all of training and none in evaluation."""
    return measure(data, run, lambda: DrawnOnce(p))


@experiment(data=sevens, vary={"p": [0.0, 0.2, 0.5, 0.8]})
def masked_seven(pictures, run: Run, p: float):
    """A seven's edges of both kinds with dropout; the mean of many such maps with and without the division by 1 - p."""
    picture = torch.as_tensor(pictures[0])
    answers = edge_map(picture, "horizontal") + edge_map(picture, "vertical")  # (26, 26)
    many = answers.expand(1000, -1, -1)
    mask = keep_mask(many, p)
    return {
        "kept": mask[0].mean(),
        "mean_ratio": drop(many, mask, p).mean() / answers.mean(),
        "mean_ratio_unscaled": (many * mask).mean() / answers.mean(),
        "map": drop(answers, mask[0], p),
    }


@figure(masked_seven)
def masked(results):
    """The edge map of a seven with a fifth, a half and four fifths of its activations deleted."""
    rates = results.settings["p"]
    titles = [f"p = {p:g}: {results.metric('kept', p=p).mean():.0%} kept" for p in rates]
    maps = [results.array("map", p=p) for p in rates]
    found = "The same seven, with more and more of it deleted"
    return plots.images(maps, titles, ncols=4, width=7.2, signed=True, title=found)


@figure(drop_rate)
def loss_by_epoch(results):
    """Validation loss by epoch: without dropout it soon rises again, at p = 0.5 later, at p = 0.8 it still falls."""
    fig, ax = plots.axes(width=5.6, height=3.4)
    for color, p in zip(("C7", "C2", "C0", "C1"), (0.0, 0.2, 0.5, 0.8), strict=True):
        losses = results.curve("valid_loss", p=p)
        plots.seed_lines(ax, range(1, 31), losses, f"p = {p:g}", color)
    turns = [results.curve("valid_loss", p=p).mean(axis=0).argmin() + 1 for p in (0.0, 0.5)]
    ax.set(xlabel="epoch", ylabel="validation loss, nats", ylim=(None, 1.1 * results.metric("valid_loss", p=0.0).max()))
    plots.title(ax, f"Lowest after epoch {turns[0]} without dropout, after epoch {turns[1]} at p = 0.5")
    return fig


@figure(drop_rate)
def loss_by_rate(results):
    """By p: the training loss only rises, the validation loss falls and rises, accuracy hardly moves, then falls."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3.2)
    rates = results.settings["p"]
    for metric, name, color in (("valid_loss", "validation", "C0"), ("train_loss", "training", "C1")):
        values = [results.metric(metric, p=p) for p in rates]
        plots.seed_lines(left, rates, list(zip(*values, strict=True)), name, color)
    best = min(rates, key=lambda p: results.metric("valid_loss", p=p).mean())
    left.set(xlabel="drop rate p", ylabel="loss after 30 epochs, nats", ylim=(0, None))
    plots.title(left, f"Validation loss is lowest at p = {best:g}")
    accuracy = [results.metric("accuracy", p=p) for p in rates]
    plots.seed_lines(right, rates, list(zip(*accuracy, strict=True)), None, "C0")
    right.set(xlabel="drop rate p", ylabel="accuracy", ylim=(0.5, 1))
    means = [values.mean() for values in accuracy]
    plots.title(right, f"Accuracy: {min(means):.0%} to {max(means):.0%}")
    return fig


@figure(drop_rate, without_rescaling, same_half, drawn_once)
def broken(results, unscaled, half, once):
    """Validation loss with dropout and three broken kinds of it, as it is and with one factor on the logits."""
    fig, axs = plots.axes(nrows=2, width=5.4, height=4.4, sharex=True)
    headings = {"valid_loss": "As it is", "calibrated_loss": "With one factor on the logits"}
    for ax, (metric, heading) in zip(axs, headings.items(), strict=True):
        rows = {
            "no dropout": results.metric(metric, p=0.0),
            "p = 0.5": results.metric(metric, p=0.5),
            "no rescaling": unscaled.metric(metric),
            "one mask for good": half.metric(metric),
            "off in evaluation": once.metric(metric),
        }
        plots.dot_plot(rows, colors=["C7", "C0", "C1", "C1", "C1"], ax=ax)
        low, *_, high = sorted(losses.mean() for losses in rows.values())
        plots.title(ax, f"{heading}: from {low:.2f} to {high:.2f}")
    axs[1].set_xlabel("validation loss, nats")
    return fig
