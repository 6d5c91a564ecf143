"""Differentiable programming: one loop and one network, and three losses for three kinds of answers.

Source: Part 2 of 2018, lesson 8, in Hiromi Suenaga's notes, which quote Yann LeCun's name for it.
Data:   the upper half of digits; sample: scikit-learn's, 1,200 to train on and 597 to test on; full: MNIST.
Cost:   sample 4 s on one core; full 2 min on one core.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits


def squared_error(answers, targets):  # (n, width), (n, width)
    return (answers - targets).square().mean()


@dataclass(frozen=True)
class Task:
    """What is asked about the hidden half of a digit."""

    loss: Callable  # (answers, targets) -> a number that has a gradient
    width: int  # numbers in an answer; 0: as many as there are hidden pixels
    target: Callable  # (hidden halves (n, pixels), labels (n,)) -> targets (n, ...)


TASKS = {
    "class": Task(F.cross_entropy, 10, lambda hidden, labels: labels),
    "number": Task(squared_error, 1, lambda hidden, labels: hidden.sum(1, keepdim=True) / 10),
    "picture": Task(squared_error, 0, lambda hidden, labels: hidden),
}


def network(inputs, width):
    """One body for all tasks: two hidden layers of 64."""
    return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, width))


def posed(task: Task, pictures, labels):  # (n, h, w), (n,)
    """What is given, what is hidden, and the targets. -> (n, pixels), (n, pixels), (n, ...)"""
    given, hidden = (half.flatten(1) for half in torch.tensor(pictures).chunk(2, dim=1))
    return given, hidden, task.target(hidden, torch.tensor(labels))


def train(model, loss, x, y, epochs):
    """The loop, which knows nothing of the task."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, fused=True)
    for _ in epochs:
        for batch in torch.randperm(len(x)).split(100):
            optimizer.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            optimizer.step()


def best_constant(y, n: int):
    """The answer that is best if n rows get the same: log frequencies of the ten classes, or the mean target."""
    one = y.mean(0) if y.is_floating_point() else torch.bincount(y, minlength=10).div(len(y)).log()
    return one.expand(n, -1)


def answered(data, run: Run, task: str, shuffle=False):
    """Loss on the test digits, in itself and as a share of the loss of the best constant answer; four pictures."""
    asked = TASKS[task]
    x, hidden, y = posed(asked, data.train, data.train_labels)
    test_x, test_hidden, test_y = posed(asked, data.test, data.test_labels)
    y = y[torch.randperm(len(y))] if shuffle else y
    model = network(x.shape[1], asked.width or hidden.shape[1])
    train(model, asked.loss, x, y, run.epochs(sample=12, full=5))
    with torch.no_grad():
        answers = model(test_x)
    loss, constant = asked.loss(answers, test_y), asked.loss(best_constant(y, len(test_y)), test_y)
    found = {"loss": loss, "constant": constant, "share": loss / constant}
    if task == "picture":
        drawn = torch.stack([torch.cat([test_x, part], dim=1)[:4] for part in (0 * answers, answers, test_hidden)])
        found["drawn"] = (255 * drawn.clamp(0, 1)).round().to(torch.uint8)  # (given, filled in, whole; 4, pixels)
    return found


@experiment(data=digits, seeds={"sample": 5, "full": 3}, vary={"task": ["class", "number", "picture"]})
def three_losses(data, run: Run, task: str):
    """Loss on new digits of one loop and one network, given only the loss and the last width."""
    return answered(data, run, task)


@experiment(data=digits, seeds={"sample": 5, "full": 3}, vary={"task": ["class", "number", "picture"]})
def shuffled_targets(data, run: Run, task: str):
    """The same, trained on the targets of other digits."""
    return answered(data, run, task, shuffle=True)


@figure(three_losses)
def one_body(results):
    """The upper half of a digit goes into one network, which ends in ten numbers, one number, or 32 numbers."""
    ax, _ = plots.canvas(wide=178, narrow=178)
    one, left, middle = plots.pick(11, 7), plots.pick(30, 4), 90
    for (row, column), ink in np.ndenumerate(results.array("drawn", task="picture")[0, 0].reshape(8, 8) / 255):
        cell = (left + column * one, middle + (row - 4) * one, one, one)
        plots.frame(ax, *cell, fill=True, facecolor=plots.TEXT, alpha=float(ink), linewidth=0)
        plots.frame(ax, *cell, plots.GRID, linewidth=0.5, zorder=2)
    plots.label(ax, left + 4 * one, middle + 2 * one, "?", size=14, color="C1")
    plots.label(ax, left + 4 * one, middle - 4 * one - 10, "32 pixels")
    x, (wide, gap) = left + 8 * one, plots.pick((34, 26), (24, 14))
    for _ in range(2):
        plots.arrow(ax, (x, middle), (x + gap, middle))
        plots.frame(ax, x + gap, middle - 36, wide, 72, fill=True, facecolor="C0", alpha=0.25, linewidth=0)
        plots.label(ax, x + gap + wide / 2, middle, "64")
        x += gap + wide
    plots.label(ax, x - wide - gap / 2, middle - 48, "one network")
    endings = (
        ("10 numbers", "which digit?", "cross-entropy"),
        ("1 number", "how much ink?", "squared error"),
        ("32 numbers", "which pixels?", "squared error"),
    )
    for place, (numbers, question, loss) in enumerate(endings):
        end, y = x + plots.pick(60, 26), middle + (place - 1) * 60
        plots.arrow(ax, (x, middle + (place - 1) * 24), (end, y))
        plots.label(ax, end + 4, y - 13, numbers, ha="left", weight="bold", color="C1")
        plots.label(ax, end + 4, y, question, ha="left")
        plots.label(ax, end + 4, y + 13, loss, ha="left", color=plots.MUTED)
    return ax.figure


@figure(three_losses)
def filled_in(results):
    """Four new digits: given, filled in by the network, and whole; the filled-in halves are right, but blurred."""
    drawn = results.array("drawn", task="picture")
    side = int(drawn.shape[-1] ** 0.5)
    pictures = [255 - picture.reshape(side, side) for picture in drawn.reshape(12, -1)]
    titles = [name if i == 0 else "" for name in ("given", "filled in", "whole") for i in range(4)]
    return plots.images(pictures, titles, ncols=4, width=5, title="Between likely answers, squared error draws gray")


@figure(three_losses, shuffled_targets)
def share_of_constant(real, shuffled):
    """Loss as a share of the best constant's: far below 1 on all three tasks, about 1 with shuffled targets."""
    rows = {}
    for task in real.settings["task"]:
        rows |= {task: real.metric("share", task=task), f"{task}, shuffled": shuffled.metric("share", task=task)}
    title = "One loop beats the best constant on three kinds of answers"
    return plots.dot_plot(
        rows, {"best constant": 1}, colors=["C0", "C7"], fmt="{:.2f}", title=title, xlim=(0, 1.3),
        xlabel="loss / loss of the best constant answer",
    )  # fmt: skip
