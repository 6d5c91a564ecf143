"""Losses: the number that training makes small, and so the question that a model answers.

Source: Practical Deep Learning 2022, lesson 8, 0:45:01 (softmax) and 1:15:00 (loss functions).
Data:   scikit-learn's diabetes (442 people), breast cancer (569 tumours) and digits.
Cost:   10 s on one core.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits


def log_softmax(x):  # (..., classes)
    """Logarithms of the softmax.

    With the largest activation taken off, no exponential exceeds 1.
    """
    x = x - x.max(-1, keepdim=True).values
    return x - x.exp().sum(-1, keepdim=True).log()


def softmax(x):  # (..., classes) -> probabilities, whose sum is 1
    return log_softmax(x).exp()


def naive_softmax(x):
    """The same on paper."""
    return x.exp() / x.exp().sum(-1, keepdim=True)


def cross_entropy(x, target):  # (n, classes), (n,) classes
    """Minus the log of the right class's probability, on average, in nats."""
    return -log_softmax(x).gather(1, target[:, None]).mean()


def binary_cross_entropy(x, target):  # (n,), (n,) of 0 and 1
    """Two classes of which one has the activation 0."""
    return cross_entropy(torch.stack([torch.zeros_like(x), x], 1), target.long())


def mse(x, target):
    return (x - target).square().mean()


def mae(x, target):
    return (x - target).abs().mean()


LOSSES = {"MSE": mse, "MAE": mae, "cross-entropy": binary_cross_entropy}


@experiment()
def curves(run: Run):
    """Each loss of one answer, by its error; and by the activation of the right one of two classes."""
    error, x = torch.linspace(-3, 3, 121), torch.linspace(-8, 8, 121)
    yes = torch.ones(1)
    return {
        "error": error,
        "MSE": torch.stack([mse(e, 0) for e in error]),
        "MAE": torch.stack([mae(e, 0) for e in error]),
        "x": x,
        "cross_entropy": torch.stack([binary_cross_entropy(a[None], yes) for a in x]),
        "MSE_of_probability": torch.stack([mse(a.sigmoid(), yes) for a in x]),
    }


@experiment(seeds=5, vary={"loss": ["MSE", "MAE", "cross-entropy"]})
def constants(run: Run, loss: str):
    """The one answer for all rows whose loss is least, of half of the rows, beside their mean and median."""
    from sklearn.datasets import load_breast_cancer, load_diabetes

    target = (load_breast_cancer() if loss == "cross-entropy" else load_diabetes()).target
    y = torch.tensor(target[np.random.permutation(len(target))[: len(target) // 2]], dtype=torch.float32)
    tried = torch.linspace(-4, 4, 401) if loss == "cross-entropy" else torch.arange(50, 300, 0.5)
    losses = torch.stack([LOSSES[loss](x.expand_as(y), y) for x in tried])
    answers = tried.sigmoid() if loss == "cross-entropy" else tried
    return {
        "best": answers[losses.argmin()],
        "mean": y.mean(),
        "median": y.median(),
        "answers": answers,
        "losses": losses / losses.min(),
        "target": y,
    }


@experiment(seeds=5, vary={"loss": ["MSE", "MAE"], "slips": [0.0, 0.05]})
def slipped_points(run: Run, loss: str, slips: float):
    """A linear model of 295 people, some of whose targets are ten times too large, tried on the other 147."""
    from sklearn.datasets import load_diabetes

    table = load_diabetes()
    x, y = torch.tensor(table.data * 442**0.5, dtype=torch.float32), torch.tensor(table.target, dtype=torch.float32)
    train, test = torch.randperm(442).split([295, 147])
    slipped = torch.where(torch.rand(442) < slips, 10 * y, y)
    model = nn.Linear(10, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(400):
        optimizer.zero_grad()
        LOSSES[loss](model(x[train])[:, 0], slipped[train] / 100).backward()
        optimizer.step()
    found = 100 * model(x)[:, 0].detach()
    return {
        "error": mae(found[test], y[test]),
        "error_of_median": mae(slipped[train].median(), y[test]),
        "train_mse_root": mse(found[train], slipped[train]).sqrt(),
        "train_mae": mae(found[train], slipped[train]),
        "new_mse_root": mse(found[test], slipped[test]).sqrt(),
        "new_mae": mae(found[test], slipped[test]),
    }


@experiment(data=digits, seeds=5, vary={"loss": ["cross-entropy", "MSE"], "start": ["usual", "sure and wrong"]})
def ten_classes(data, run: Run, loss: str, start: str):
    """Accuracy on digits; the last layer starts as usual, or a hundred times as large, so that it is sure of itself."""
    x, target = torch.as_tensor(data.train).flatten(1), torch.as_tensor(data.train_labels)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    if start == "sure and wrong":
        with torch.no_grad():
            model[2].weight *= 100
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        z = model(x)
        value = cross_entropy(z, target) if loss == "cross-entropy" else mse(softmax(z), F.one_hot(target, 10))
        value.backward()
        optimizer.step()
    with torch.no_grad():
        z, labels = model(torch.as_tensor(data.test).flatten(1)), torch.as_tensor(data.test_labels)
    return {
        "accuracy": (z.argmax(1) == labels).float().mean(),
        "mse": 10 * mse(softmax(z), F.one_hot(labels, 10)),
    }


@figure(constants)
def asked_for(results):
    """Loss by the one answer given to all, a line for each half of the data: lowest at mean, median and frequency."""
    fig, axs = plots.axes(3, width=7.2, height=3.2)
    names = {
        "MSE": "one score for all, points",
        "MAE": "one score for all, points",
        "cross-entropy": "one probability for all",
    }
    for ax, color, (loss, label) in zip(axs, ("C0", "C2", "C3"), names.items(), strict=True):
        of = "median" if loss == "MAE" else "mean"
        for answers, losses in zip(*(results.arrays(a, loss=loss) for a in ("answers", "losses")), strict=True):
            ax.plot(answers, losses, color=color, linewidth=1, alpha=0.6)
        for value in results.metric(of, loss=loss):
            ax.axvline(value, color=plots.MUTED, linewidth=0.6)
        ax.set(ylim=(0.95, 2), xlabel=label)
        plots.title(ax, f"{loss}: the {'frequency' if loss == 'cross-entropy' else of}")
    axs[0].set_ylabel("loss, times the least")
    return fig


@figure(curves)
def by_error(results):
    """MSE and MAE by error; cross-entropy and MSE by how sure the model is: only cross-entropy stays steep."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3.3)
    for name, color in (("MSE", "C0"), ("MAE", "C2")):
        plots.seed_lines(left, results.array("error"), results.array(name), name, color)
    for name, shown, color in (("cross_entropy", "cross-\nentropy", "C3"), ("MSE_of_probability", "MSE", "C0")):
        plots.seed_lines(right, -results.array("x")[::-1], results.array(name)[::-1], shown, color)
    left.set(xlabel="error", ylabel="loss", ylim=(0, 5))
    right.set(xlabel="activation of the wrong class", ylim=(0, 8))
    plots.title(left, "MSE counts large errors more")
    plots.title(right, "Sure and wrong, MSE is flat")
    return fig


@figure(slipped_points)
def after_slips(results):
    """Error on clean new rows: ten times too large a target in twenty ruins the MSE's model and not the MAE's."""
    fig, ax = plots.axes(height=2.7)
    rows = {
        f"{loss}, {'5% slipped' if slips else 'clean'}": results.metric("error", loss=loss, slips=slips)
        for loss in results.settings["loss"]
        for slips in results.settings["slips"]
    }
    median = results.metric("error_of_median", loss="MAE", slips=0.0).mean()
    plots.dot_plot(rows, {"the median for all": median}, fmt="{:.0f}", colors=["C0", "C0", "C2", "C2"], ax=ax)
    ax.set(xlabel="mean error on clean new rows, points", xlim=(0, None))
    by_mse, by_mae = (results.metric("error", loss=loss, slips=0.05).mean() for loss in ("MSE", "MAE"))
    plots.title(ax, f"Error with 5% slips: {by_mse:.0f} by MSE, {by_mae:.0f} by MAE")
    return fig


@figure(ten_classes)
def starts(results):
    """Accuracy by loss and start: alike from the usual start; sure and wrong, MSE stays behind."""
    fig, ax = plots.axes(height=2.5)
    rows = {
        f"{loss}, {start}": results.metric("accuracy", loss=loss, start=start)
        for start in results.settings["start"]
        for loss in results.settings["loss"]
    }
    plots.dot_plot(rows, {"guessing": 0.1}, colors=["C3", "C0", "C3", "C0"], ax=ax)
    ax.set(xlabel="accuracy", xlim=(0, 1))
    entropy, squares = (rows[f"{loss}, sure and wrong"].mean() for loss in ("cross-entropy", "MSE"))
    plots.title(ax, f"Sure and wrong: {entropy:.2f} by cross-entropy, {squares:.2f} by MSE")
    return fig
