"""A network for ratings: put the two embeddings side by side, and let layers find out how they combine.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:24:16 to 0:28:05.
Data:   sample: 20,000 generated ratings, which are made with a dot product; full: MovieLens 100k.
Cost:   sample 6 s on one core; full 3 min on one core.
"""

from dataclasses import replace

import numpy as np
import torch
from fastai.collab import collab_learner, get_emb_sz
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.collab_learner import loaders
from snippets.collaborative_filtering import DotProductBias, fit, models
from snippets.datasets.ratings import ratings
from snippets.parameters import create_params


def embedding_size(n: int) -> int:
    """fastai's rule of thumb for how many numbers stand for each of n things."""
    return min(600, round(1.6 * n**0.56))


class CollabNN(nn.Module):
    """Two embeddings -> one hidden layer with ReLU -> one number, stretched to y_range by a sigmoid."""

    def __init__(self, n_users: int, n_items: int, hidden: int = 100, y_range=(0, 5.5)):
        super().__init__()
        self.user_factors = create_params(n_users, embedding_size(n_users))
        self.item_factors = create_params(n_items, embedding_size(n_items))
        width = self.user_factors.shape[1] + self.item_factors.shape[1]
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.y_range = y_range

    def forward(self, x):  # (batch, 2) numbers of people and films -> (batch,) stars
        both = torch.cat([self.user_factors[x[:, 0]], self.item_factors[x[:, 1]]], dim=1)
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(self.layers(both).squeeze(1))


@experiment(
    data=ratings,
    after=models,
    seeds=3,
    vary={"model": ["dot_bias"], "kind": ["dot_bias", "network"], "films": ["true", "shuffled"]},
)
def rivals(data, fitted, run: Run, kind: str, films: str):
    """Mean squared error, in stars squared, of a dot product and a network, and where films are mixed up at random."""
    if films == "shuffled":
        data = replace(data, items=np.random.default_rng(run.seed).permutation(data.items))
    elif kind == "dot_bias":  # trained already
        return fitted.metrics
    if kind == "network":
        return fit(CollabNN(data.n_users, data.n_items), data, run)
    return fit(DotProductBias(data.n_users, data.n_items, 50), data, run)


def hidden_widths(model: nn.Module) -> list[int]:
    """How many activations each hidden layer of a network has, from the first to the last."""
    return [layer.out_features for layer in model.modules() if isinstance(layer, nn.Linear)][:-1]


@experiment(data=ratings)
def use_nn(data, run: Run):
    """collab_learner(use_nn=True, layers=[100, 50]): its validation error, and the widths that it chose."""
    dls = loaders(data, run, size=run.pick(sample=256, full=64))
    learn = collab_learner(dls, use_nn=True, y_range=(0, 5.5), layers=[100, 50], cbs=run.fastai())
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(5, run.pick(sample=0.02, full=0.005), wd=0.1)
    (n_users, user_width), (n_items, item_width) = get_emb_sz(dls)
    first, second = hidden_widths(learn.model)
    return {
        "valid_loss": learn.recorder.values[-1][-1],
        "n_users": n_users,
        "n_items": n_items,
        "user_width": user_width,
        "item_width": item_width,
        "first_hidden": first,
        "second_hidden": second,
    }


@figure(rivals, models, use_nn)
def network_or_product(results, baselines, fastai):
    """Validation error of the network lies above that of the dot product."""
    fig, ax = plots.axes(height=2.6)
    rows = {
        "biases alone": baselines.metric("valid_loss", model="biases"),
        "network, one hidden layer": results.metric("valid_loss", kind="network", films="true"),
        "fastai's, two hidden layers": fastai.metric("valid_loss"),
        "dot product and biases": results.metric("valid_loss", kind="dot_bias", films="true"),
    }
    plots.dot_plot(rows, colors=["C7", "C1", "C1", "C0"], ax=ax)
    ax.set_xlabel("validation error, stars squared")
    plots.title(ax, "Knowing that tastes multiply beats having to find it out")
    return fig


@figure(use_nn)
def embedding_sizes(results):
    """The rule for the size of an embedding: it grows a little faster than the square root, up to 600."""
    fig, ax = plots.axes(height=3.0)
    n = np.geomspace(2, 1e6, 200).round()
    ax.plot(n, [embedding_size(int(value)) for value in n], color="C0")
    for name, kind, place in (("people", "user", (-8, 6)), ("films", "item", (8, -14))):
        count, width = results.metric(f"n_{kind}s")[0], results.metric(f"{kind}_width")[0]
        ax.plot(count, width, "o", color="C1")
        ax.annotate(
            f"{count:,.0f} {name}: {width:.0f}", (count, width), place, textcoords="offset points",
            ha="right" if place[0] < 0 else "left", color="C1",
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("things to tell apart")
    ax.set_ylabel("numbers for each")
    plots.title(ax, "The rule grows a little faster than the square root, up to 600")
    return fig
