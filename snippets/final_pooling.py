"""Final pooling: from a grid of 7 by 7 to one answer, by the average, by the maximum, or by both.

Source: Practical Deep Learning 2022, lesson 8, 1:01:09 to 1:05:01.
Data:   drawn pictures with or without a "bear", a square of checkers.
Cost:   about 30 s on one core.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.bears import background as draw_background
from snippets.datasets.bears import put_bears

SIZES = [4, 6, 8, 12, 24]
CONTRASTS = [0.04, 0.06, 0.08, 0.1, 0.15, 0.2]


def pool(features, head: str):  # (n, c, h, w) -> (n, c), or (n, 2 c) for "concat"
    """Each channel's average, its maximum, or first all maxima, then all averages."""
    if head == "average":
        return features.mean(dim=(2, 3))
    if head == "max":
        return features.amax(dim=(2, 3))
    return torch.cat([pool(features, "max"), pool(features, "average")], dim=1)


def votes(features, linear: nn.Linear):  # (n, c, h, w) -> (n, h, w)
    """What the last layer would say of each place of the grid alone."""
    return linear(features.movedim(1, -1)).squeeze(-1)


class BearDetector(nn.Module):
    """Two convolutions with stride 2, a pool over the grid that they leave, and one dense layer."""

    def __init__(self, head: str):
        super().__init__()
        self.head = head
        self.grid = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU()
        )  # (n, 1, 28, 28) -> (n, 32, 7, 7)
        self.linear = nn.Linear(64 if head == "concat" else 32, 1)

    def forward(self, x):  # (n, 1, 28, 28) -> (n,), above zero for a bear
        return self.linear(pool(self.grid(x), self.head))[:, 0]


class Brightness:
    """The baseline: a bear is where the mean pixel lies on one side of the best threshold."""

    def __init__(self, x, y):
        means = x.mean(dim=(1, 2, 3))
        cuts = torch.cat([means, means.max()[None] + 1])
        shares = torch.stack([((means > cut).float() == y).float().mean() for cut in cuts])
        best = int((shares - 0.5).abs().argmax())
        self.cut, self.sign = cuts[best], 1 if shares[best] >= 0.5 else -1

    def __call__(self, x):  # (n, 1, 28, 28) -> (n,)
        return self.sign * (x.mean(dim=(1, 2, 3)) - self.cut)


def as_input(pictures):  # (n, 28, 28) -> (n, 1, 28, 28), about as spread as normal noise
    return torch.as_tensor(3 * pictures)[:, None]


def train(head: str, rng, run: Run, kind: str, sizes, weakest: float, epochs: int, shuffle: bool = False):
    """A detector after training on 400 pictures of which half have a bear, its contrast between weakest and 0.6."""
    x, y = draw_background(rng, 400, kind), torch.arange(400) % 2.0  # (400,): 0, 1, 0, 1, ...
    x[1::2] = put_bears(rng, x[1::2], rng.choice(sizes, 200), rng.uniform(weakest, 0.6, 200), kind)
    x = as_input(x)
    if shuffle:
        y = y[torch.randperm(400)]
    if head == "brightness":
        return Brightness(x, y)
    model = BearDetector(head)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    for _ in run.epochs(sample=epochs):
        for batch in torch.randperm(400).split(20):
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(model(x[batch]), y[batch]).backward()
            optimizer.step()
    return model


def accuracies(model, rng, kind: str, bears, n: int = 150) -> np.ndarray:
    """For each (size, contrast) in bears the accuracy on n pictures with such a bear and n without one."""
    with torch.no_grad():
        false = (model(as_input(draw_background(rng, n, kind))) > 0).float().mean()
        found = []
        for size, contrast in bears:
            pictures = put_bears(rng, draw_background(rng, n, kind), [size] * n, [contrast] * n, kind)
            found.append((model(as_input(pictures)) > 0).float().mean())
    return ((torch.stack(found) + 1 - false) / 2).numpy()


def all_sizes(run: Run, background: str, head: str, epochs: int, shuffle: bool = False):
    """Trained on bears of all sizes, tested on each: accuracy, where half of the pictures have a bear."""
    rng = np.random.default_rng(run.seed)
    model = train(head, rng, run, background, SIZES, 0.6, epochs, shuffle)
    right = accuracies(model, rng, background, [(size, 0.6) for size in SIZES])
    return {"small": right[0], "big": right[-1], "by_size": right}


@experiment(
    seeds=5,
    vary={"background": ["blank", "noise", "clutter"], "head": ["average", "max", "concat", "brightness"]},
)
def by_size(run: Run, background: str, head: str):
    """Accuracy on bears of 4 to 24 pixels after five epochs (blank: three)."""
    return all_sizes(run, background, head, 3 if background == "blank" else 5)


@experiment(seeds=5, vary={"background": ["noise"], "head": ["max"]})
def shuffled_labels(run: Run, background: str, head: str):
    """The same with labels that were dealt out at random, so that there is nothing to learn."""
    return all_sizes(run, background, head, 5, shuffle=True)


@experiment(seeds=5, vary={"background": ["noise"], "head": ["average", "max"]})
def trained_longer(run: Run, background: str, head: str):
    """The same after eighteen epochs."""
    return all_sizes(run, background, head, 18)


@experiment(seeds=5, vary={"head": ["average", "max", "concat"]})
def faint(run: Run, head: str):
    """Bears of 24 pixels in noise, of any contrast from 0.05 to 0.6, after twelve epochs; accuracy by contrast."""
    rng = np.random.default_rng(run.seed)
    model = train(head, rng, run, "noise", [24], 0.05, 12)
    right = accuracies(model, rng, "noise", [(24, contrast) for contrast in CONTRASTS])
    return {"at_008": right[2], "by_contrast": right}


@experiment()
def grids(run: Run):
    """A big and a small bear in noise, the 49 votes of the network with the average on each, and other backgrounds."""
    rng = np.random.default_rng(run.seed)
    model = train("average", rng, run, "noise", SIZES, 0.6, 18)
    noise = draw_background(rng, 1, "noise").repeat(2, axis=0)
    pictures = np.concatenate([noise[:1], put_bears(rng, noise, [24, 4], [0.6, 0.6], "noise")])  # none, big, small
    with torch.no_grad():
        found = votes(model.grid(as_input(pictures)), model.linear)
    others = [put_bears(rng, draw_background(rng, 1, kind), [8], [0.6], kind)[0] for kind in ("blank", "clutter")]
    return {"pictures": pictures, "votes": found, "others": np.stack(others)}


@figure(grids)
def bear_votes(results):
    """Three pictures in noise, with a big bear, a small one and none, and what each of 49 places votes."""
    pictures, found = results.array("pictures"), results.array("votes")
    fig, axs = plots.axes(3, 2, width=6.4, height=4.9)
    limit = np.abs(found).max()
    for column, (i, name) in enumerate(((1, "big bear"), (2, "small bear"), (0, "no bear"))):
        plots.image(axs[0, column], pictures[i])
        plots.image(axs[1, column], found[i], signed=True, limit=limit)
        axs[0, column].set_title(name, loc="center", fontsize=11)
        summary = f"mean {found[i].mean():.0f}, max {found[i].max():.0f}".replace("-", "−")
        axs[1, column].set_title(summary, loc="center", fontsize=10)
    big, small = ((np.abs(found[i] - found[0]) > 1e-3).sum() for i in (1, 2))  # all before the same noise
    plots.title(
        fig, f"The big bear changes the votes of {big} of {found[0].size} places, the small one those of {small}"
    )
    return fig


@figure(grids)
def backgrounds(results):
    """A small bear before each background: of 8 pixels before nothing and in clutter, of 4 in noise."""
    blank, clutter = results.array("others")
    pictures = [blank, results.array("pictures")[2], clutter]
    names = ["blank, bear of 8", "noise, bear of 4", "clutter, bear of 8"]
    return plots.images(pictures, names, ncols=3, title="The three backgrounds, with a small bear in each")


HEADS = {"average": "C1", "max": "C0", "concat": "C2"}


@figure(by_size)
def accuracy_by_size(results):
    """Accuracy by the size of the bear, for each head, in noise and in clutter: they part most at the smallest."""
    fig, axs = plots.axes(2, width=7, height=3.3, sharey=True)
    for ax, kind in zip(axs, ("noise", "clutter"), strict=True):
        for head, color in HEADS.items():
            found = np.array(results.arrays("by_size", background=kind, head=head))  # (seeds, sizes)
            plots.seed_lines(ax, SIZES[:3], found[:, :3], head, color)
        ax.set(xlabel="side of the bear, pixels", xticks=SIZES[:3], xlim=(3.8, 8.2))
        ax.set_title(f"in {kind}", loc="left", fontsize=10)
    axs[0].set(ylabel="accuracy", ylim=(0.48, 1.02))
    average, most = (results.metric("small", background="noise", head=head).mean() for head in ("average", "max"))
    plots.title(fig, f"Bears of 4 in noise: average {average:.2f}, maximum {most:.2f}")
    return fig


@figure(faint)
def accuracy_by_contrast(results):
    """Accuracy on bears of 24 pixels by their contrast, for each head: the fainter, the more the average is ahead."""
    fig, ax = plots.axes(height=3.4)
    for head, color in HEADS.items():
        plots.seed_lines(ax, CONTRASTS, results.arrays("by_contrast", head=head), head, color)
    plots.baseline(ax, 0.5, "guessing")
    ax.set(xlabel="contrast of the bear (the noise has 0.3)", ylabel="accuracy", ylim=(0.48, 1.02))
    average, most, joined = (results.metric("at_008", head=head).mean() for head in HEADS)
    plots.title(ax, f"At contrast 0.08: average {average:.2f}, maximum {most:.2f}, concat {joined:.2f}")
    return fig
