"""Class activation map: apply the last layer at each place of the grid, and see where the network looked.

Source: Practical Deep Learning 2022, lesson 8, 1:02:01 to 1:04:00; Zhou et al., 2016.
Data:   drawn pictures with or without a "bear", a square of checkers, in clutter.
Cost:   about 4 s on one core.
"""

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.bears import as_input, draw_background, draw_training_set, put_bears
from snippets.final_pooling import SIZES, average_pool, train

STRIDE = 4  # pixels from one place of the grid to the next


def class_activation_map(features, linear: nn.Linear):  # (n, c, h, w) -> (n, h, w)
    """The output of the last layer at each place of the grid on its own: the votes of the places."""
    return linear(features.movedim(1, -1)).squeeze(-1)


def pooled_logit(pool, features, linear: nn.Linear):  # (n, c, h, w) -> (n,)
    """The output of the network: the last layer after the pool."""
    return linear(pool(features)).squeeze(1)


def largest_inside(maps, corners, size: int):  # (n, 7, 7), (n, 2) -> (n,) bool
    """Whether the place with the largest vote has its center inside the square of that size at that corner."""
    largest = maps.flatten(1).argmax(dim=1)
    pixel = STRIDE * torch.stack([largest // maps.shape[2], largest % maps.shape[2]], dim=1)  # (n, 2): row, column
    offset = pixel - torch.as_tensor(corners)
    return ((offset >= 0) & (offset < size)).all(dim=1)


def look(run: Run, shuffle: bool = False):
    """Train with the average on bears in clutter; the share of test pictures whose largest vote is inside the bear."""
    rng = np.random.default_rng(run.seed)
    x, y = draw_training_set(rng, "clutter", SIZES)
    model = train(average_pool, x, y[torch.randperm(len(y))] if shuffle else y, run, epochs=6)
    background = draw_background(rng, 300, "clutter")
    small, corners = put_bears(rng, background, [4] * 300, [0.6] * 300, "clutter")
    big, _ = put_bears(rng, background[:1], [16], [0.6], "clutter")
    pictures = np.concatenate([big, small[:1], background[:1]])
    with torch.no_grad():
        small_maps, maps = (class_activation_map(model.grid(as_input(p)), model.linear) for p in (small, pictures))
    return {
        "inside": largest_inside(small_maps, corners, 4).float().mean(),
        "pictures": pictures,
        "maps": maps,
    }


@experiment(seeds=5)
def largest_vote(run: Run):
    """The share of 300 pictures with a bear of 4 pixels whose largest vote is inside it; three pictures and maps."""
    return look(run)


@experiment(seeds=5)
def shuffled_labels(run: Run):
    """The same after training on shuffled labels."""
    return look(run, shuffle=True)


@figure(largest_vote)
def bear_votes(results):
    """Pictures of clutter with a big bear, a small one and none, above maps of 49 votes: votes for a bear are on it."""
    fig, axs = plots.axes(3, 2, width=6, height=3.8)
    pictures, maps = results.array("pictures"), results.array("maps")
    for column, name in enumerate(("big bear", "small bear", "no bear")):
        plots.image(axs[0, column], pictures[column])
        plots.image(axs[1, column], maps[column], signed=True, limit=np.abs(maps).max())
        axs[0, column].set_title(name, loc="center", fontsize=11)
        axs[1, column].set_title(f"logit {maps[column].mean():.1f}".replace("-", "−"), loc="center", fontsize=10)
    plots.title(fig, "The votes for a “bear” are where the checkered square is")
    return fig


@figure(largest_vote, shuffled_labels)
def inside_the_bear(results, shuffled):
    """The share of pictures whose largest vote is inside the bear: nearly all, and few after shuffled labels."""
    shares = {"trained": results.metric("inside"), "trained on shuffled labels": shuffled.metric("inside")}
    title = f"The largest vote is inside the bear in {shares['trained'].mean():.1%} of the pictures"
    return plots.dot_plot(
        shares, {"one place of 49": 1 / 49}, title=title, xlabel="share of the pictures", xlim=(-0.02, 1.02)
    )
