"""From a loop to a Learner: one training loop, rewritten step by step, and the same losses every time.

Source: Lesson 8 of 2019, and PyTorch's tutorial "What is torch.nn really?", which its thread of note-takers links to.
Data:   1,200 digits; sample: scikit-learn's, full: MNIST's.
Cost:   3 s on one core, at either scale.
"""

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits
from snippets.training_loops import SIZE, Layers, Parameters, batches, by_hand, descend, learn, optimize, start


def module(given, x, y):
    return descend(Parameters(given), x, y)


def linear(given, x, y):
    return descend(Layers(given), x, y)


def optimizer(given, x, y):
    return optimize(Layers(given), batches(x, y))


def loader(given, x, y, shuffle=False):
    return optimize(Layers(given), DataLoader(TensorDataset(x, y), SIZE, shuffle=shuffle))


def learner(given, x, y):
    return learn(Layers(given), DataLoader(TensorDataset(x, y), SIZE))


@experiment(data=digits, seeds=5, vary={"precision": ["single", "double"]})
def versions(data, run: Run, precision: str):
    """Losses of each version at every step; the largest difference of each from the loop by hand, in nats."""
    dtype = {"single": torch.float32, "double": torch.float64}[precision]
    x, y = torch.tensor(data.train[:1200]).flatten(1).to(dtype), torch.tensor(data.train_labels[:1200])
    given = start(x.shape[1], dtype)
    hand = np.array(by_hand(given, x, y))  # (24,)
    rewritten = {
        "module": module(given, x, y),
        "linear": linear(given, x, y),
        "optimizer": optimizer(given, x, y),
        "loader": loader(given, x, y),
        "learner": learner(given, x, y),
        "shuffled": loader(given, x, y, shuffle=True),
    }
    differences = {name: np.abs(losses - hand) for name, losses in rewritten.items()}
    return {
        **{name: difference.max() for name, difference in differences.items()},
        "last_loss": hand[-1],
        "by_step": np.stack(list(differences.values())),
    }


PARTS = {  # what PyTorch or fastai takes over, from which version on, and by what
    "weights": (1, "Parameter"),
    "loss": (1, "cross_entropy"),
    "forward": (2, "nn.Linear"),
    "update": (3, "opt.step"),
    "batches": (4, "for xb, yb"),
    "the loop": (5, "learn.fit"),
}


@figure()
def taken_over():
    """Six versions and six parts of a training loop: from left to right, one part after another leaves your code."""
    ax, width = plots.canvas(wide=162, narrow=190)
    names = ("by hand", "Module", "Linear", "optim", "Loader", "Learner")
    left, high, top = plots.pick(56, 46), 20, plots.pick(28, 42)
    wide = (width - left - 4) / len(names)
    for column, name in enumerate(names):
        x = left + column * wide
        plots.label(ax, x + wide / 2, 12 + plots.pick(0, 14 * (column % 2)), name, weight="bold")
        for row, (part, (since, by)) in enumerate(PARTS.items()):
            color = "C0" if column >= since else "C1"
            box = (x + 1.5, top + row * high, wide - 3, high - 3)
            plots.frame(ax, *box, fill=True, facecolor=color, alpha=0.4 if column == since else 0.16, linewidth=0)
            if column == since and plots.pick(True, False):
                plots.label(ax, x + wide / 2, top + (row + 0.43) * high, by)
            if column == 0:
                plots.label(ax, left - 6, top + (row + 0.43) * high, part, ha="right")
    down = top + len(PARTS) * high + 8
    plots.label(ax, left + 4, down, "your code", ha="left", color="C1")
    plots.label(ax, width - 8, down, "the library’s", ha="right", color="C0")
    return ax.figure


@figure(versions)
def differences(results):
    """Largest difference from the loop by hand so far: a rounding error in either precision; large if shuffled."""
    _, ax = plots.axes(height=3.2)
    lines = {}
    for precision in results.settings["precision"]:
        by_step = np.stack(results.arrays("by_step", precision=precision))  # (seeds, versions, steps)
        lines[f"{precision} precision"] = np.maximum.accumulate(by_step[:, :5].max(axis=1), axis=1).clip(1e-17)
        lines["shuffled rows"] = np.maximum.accumulate(by_step[:, 5], axis=1)
    title, steps = "Only rounding differs, and better precision shrinks it", range(1, 25)
    return plots.lines(
        lines, steps, ax=ax, title=title, yscale="log", xlabel="step", ylabel="largest difference so far, nats"
    )
