"""Final pooling: from a grid of 7 by 7 to one number per channel, by the average, the maximum, or both.

Source: Practical Deep Learning 2022, lesson 8, 1:01:09 to 1:05:01.
Data:   drawn pictures with or without a "bear", a square of checkers.
Cost:   about 30 s on one core.
"""

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.bears import as_input, draw_background, draw_bears, draw_training_set

SIZES, CONTRASTS = [4, 6, 8, 12, 24], [0.04, 0.06, 0.08, 0.1, 0.15, 0.2]
EPOCHS = {"blank": 3, "noise": 5, "clutter": 5}


def average_pool(features):  # (n, c, h, w) -> (n, c)
    return features.mean(dim=(2, 3))


def max_pool(features):  # (n, c, h, w) -> (n, c)
    return features.amax(dim=(2, 3))


def concat_pool(features):  # (n, c, h, w) -> (n, 2 * c)
    return torch.cat([max_pool(features), average_pool(features)], dim=1)


class BearDetector(nn.Module):
    """Two convolutions with stride 2, a pool over the grid that they leave, and one dense layer."""

    def __init__(self, pool):
        super().__init__()
        self.grid = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU()
        )  # (n, 1, 28, 28) -> (n, 32, 7, 7)
        self.pool = pool
        self.linear = nn.Linear(pool(torch.zeros(1, 32, 7, 7)).shape[1], 1)

    def forward(self, x):  # (n, 1, 28, 28) -> (n,), above zero for a bear
        return self.linear(self.pool(self.grid(x)))[:, 0]


def train(pool, x, y, run: Run, epochs: int) -> BearDetector:  # x (n, 1, 28, 28), y (n,)
    model = BearDetector(pool)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    for _ in run.epochs(sample=epochs):
        for batch in torch.randperm(len(x)).split(20):
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(model(x[batch]), y[batch]).backward()
            optimizer.step()
    return model


def fit_brightness(x, y, run: Run, epochs: int):  # the baseline: the best threshold on the mean pixel
    means = x.mean(dim=(1, 2, 3))
    correct = ((means[:, None] > means) == y[:, None]).float().mean(dim=0)  # (n,), with each mean as threshold
    best = (correct - 0.5).abs().argmax()
    return lambda x: (correct[best] - 0.5) * (x.mean(dim=(1, 2, 3)) - means[best])


POOLS = {"average": average_pool, "max": max_pool, "concat": concat_pool}
MODELS = {name: partial(train, pool) for name, pool in POOLS.items()} | {"brightness": fit_brightness}


def accuracies(model, rng, kind: str, bears, n: int = 150) -> np.ndarray:
    """For each (size, contrast) in bears the accuracy on n pictures with such a bear and n without one."""
    with torch.no_grad():
        false_positives = (model(as_input(draw_background(rng, n, kind))) > 0).float().mean()
        recalls = [(model(as_input(draw_bears(rng, n, kind, *bear))) > 0).float().mean() for bear in bears]
    return ((torch.stack(recalls) + 1 - false_positives) / 2).numpy()


def train_and_test(run: Run, background: str, head: str, epochs: int, shuffle: bool = False):
    """Trained on bears of all sizes, tested on each."""
    rng = np.random.default_rng(run.seed)
    x, y = draw_training_set(rng, background, SIZES)
    model = MODELS[head](x, y[torch.randperm(len(y))] if shuffle else y, run, epochs)
    by_size = accuracies(model, rng, background, [(size, 0.6) for size in SIZES])
    return {"small": by_size[0], "big": by_size[-1], "by_size": by_size}


@experiment(
    seeds=5, vary={"background": ["blank", "noise", "clutter"], "head": ["average", "max", "concat", "brightness"]}
)
def by_size(run: Run, background: str, head: str):
    """Accuracy on bears of 4 to 24 pixels after five epochs (blank: three)."""
    return train_and_test(run, background, head, EPOCHS[background])


@experiment(seeds=5, vary={"background": ["noise"], "head": ["max"]})
def shuffled_labels(run: Run, background: str, head: str):
    """The same with shuffled labels, so that there is nothing to learn."""
    return train_and_test(run, background, head, EPOCHS[background], shuffle=True)


@experiment(seeds=5, vary={"background": ["noise"], "head": ["average", "max"]})
def trained_longer(run: Run, background: str, head: str):
    """The same after eighteen epochs."""
    return train_and_test(run, background, head, epochs=18)


@experiment(seeds=5, vary={"head": ["average", "max", "concat"]})
def faint(run: Run, head: str):
    """Bears of 24 pixels in noise, of any contrast from 0.05 to 0.6, after twelve epochs; accuracy by contrast."""
    rng = np.random.default_rng(run.seed)
    model = MODELS[head](*draw_training_set(rng, "noise", [24], weakest=0.05), run, epochs=12)
    by_contrast = accuracies(model, rng, "noise", [(24, contrast) for contrast in CONTRASTS])
    return {"at_008": by_contrast[2], "by_contrast": by_contrast}


@experiment()
def examples(run: Run):
    """A bear before each background, and a faint one."""
    bears = [("blank", 8), ("clutter", 8), ("noise", 4), ("noise", 24, 0.3)]  # background, size, contrast
    return {"pictures": np.concatenate([draw_bears(np.random.default_rng(run.seed), 1, *bear) for bear in bears])}


@figure(examples)
def backgrounds(results):
    """Four gray pictures with a square of checkers: on gray, among rectangles, small in noise, and faint in noise."""
    names = ["blank, 8 pixels wide", "clutter, 8 pixels wide", "noise, 4 pixels wide", "noise, faint, 24 wide"]
    return plots.images(results.array("pictures"), names, ncols=4, title="Each has a “bear”, a checkered square")


@figure(by_size)
def accuracy_by_size(results):
    """Accuracy by the size of the bear, for each pool, in noise and in clutter: the average is behind on bears of 4."""
    fig, axs = plots.axes(2, width=7, height=3.3, sharey=True)
    for ax, kind in zip(axs, ("noise", "clutter"), strict=True):
        curves = {head: results.arrays("by_size", background=kind, head=head) for head in results.settings["head"]}
        plots.lines(curves, ax=ax, title=f"in {kind}", xlabel="bear's side, pixels", xticks=range(5), xticklabels=SIZES)
    average, most, *_ = results.sweep("small", over="head", background="noise").mean(axis=0)
    plots.title(fig, f"Accuracy on bears of 4 in noise: average {average:.2f}, maximum {most:.2f}")
    return fig


@figure(faint)
def accuracy_by_contrast(results):
    """Accuracy on bears of 24 pixels by their contrast, for each pool: the average is ahead on faint bears."""
    curves = {head: results.arrays("by_contrast", head=head) for head in results.settings["head"]}
    title = "Contrast 0.08: " + ", ".join(f"{head} {results.metric('at_008', head=head).mean():.2f}" for head in curves)
    fig = plots.lines(curves, CONTRASTS, title=title, xlabel="contrast of the bear, in noise of 0.3", ylabel="accuracy")
    plots.baseline(fig.axes[0], 0.5, "guessing")
    return fig
