"""A network for ratings: concatenate the two embeddings, and let layers learn how to combine them.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:24:16 to 0:28:05.
Data:   sample: 20,000 ratings, generated with a dot product; full: MovieLens 100k.
Cost:   sample 6 s on one core; full 3 min on one core.
"""

import numpy as np
import torch
from fastai.collab import collab_learner, get_emb_sz
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.collab_learner import loaders
from snippets.collaborative_filtering import DotProductBias, fit, models
from snippets.datasets.ratings import ratings, shuffle_films
from snippets.parameters import create_params


def embedding_size(n: int) -> int:
    """fastai's rule of thumb for the width of an embedding of n things."""
    return min(600, round(1.6 * n**0.56))


class CollabNN(nn.Module):
    """Two embeddings -> one hidden layer with ReLU -> one score, squeezed into y_range by a sigmoid."""

    def __init__(self, n_users: int, n_items: int, hidden: int = 100, y_range=(0, 5.5)):
        super().__init__()
        self.user_factors = create_params(n_users, embedding_size(n_users))
        self.item_factors = create_params(n_items, embedding_size(n_items))
        width = self.user_factors.shape[1] + self.item_factors.shape[1]
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.y_range = y_range

    def forward(self, x):  # (batch, 2) ids of people and films -> (batch,) stars
        both = torch.cat([self.user_factors[x[:, 0]], self.item_factors[x[:, 1]]], dim=1)
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(self.layers(both).squeeze(1))


NETS = {
    "dot_bias": lambda data: DotProductBias(data.n_users, data.n_items, 50),
    "network": lambda data: CollabNN(data.n_users, data.n_items),
}
FILMS = {"true": lambda data, seed: data, "shuffled": shuffle_films}


@experiment(
    data=ratings,
    after=models,
    seeds=3,
    vary={"model": ["dot_bias"], "kind": ["dot_bias", "network"], "films": ["true", "shuffled"]},
)
def product_or_network(data, fitted, run: Run, kind: str, films: str):
    """Mean squared error, in stars squared, of a dot product and a network, on true and on shuffled films."""
    if (kind, films) == ("dot_bias", "true"):  # trained already
        return fitted.metrics
    data = FILMS[films](data, run.seed)
    return fit(NETS[kind](data), data, run)


def hidden_widths(model: nn.Module) -> list[int]:
    """The number of activations in each hidden layer of a network, from the first to the last."""
    return [layer.out_features for layer in model.modules() if isinstance(layer, nn.Linear)][:-1]


@experiment(data=ratings)
def use_nn(data, run: Run):
    """collab_learner(use_nn=True, layers=[100, 50]): its validation error, and the widths of its layers."""
    dls = loaders(data, run, batch_size=run.pick(sample=256, full=64))
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


@figure(use_nn)
def side_by_side(results):
    """A person's row and a film's row, each from a table, side by side; a layer of 100 units; a sigmoid; the stars."""
    tables = {name: int(results.metric(f"{kind}_width")[0]) for name, kind in (("person", "user"), ("film", "item"))}
    return plots.lookup_network(tables, (100,), "stars", numbers_per_cell=8, between=(0, 5.5))


@figure(product_or_network, models, use_nn)
def error_by_model(results, baselines, fastai):
    """Validation error of a network from scratch, fastai's network, a dot product with biases, and biases alone."""
    rows = {
        "biases alone": baselines.metric("valid_loss", model="biases"),
        "network, one hidden layer": results.metric("valid_loss", kind="network", films="true"),
        "fastai's, two hidden layers": fastai.metric("valid_loss"),
        "dot product and biases": results.metric("valid_loss", kind="dot_bias", films="true"),
    }
    ratio = rows["network, one hidden layer"].mean() / rows["dot product and biases"].mean()
    title = f"With one hidden layer, the error is {ratio - 1:.0%} above that of the dot product"
    text = {"title": title, "xlabel": "validation error, stars squared"}
    return plots.dot_plot(rows, colors=["C7", "C1", "C1", "C0"], **text)


@figure(use_nn)
def embedding_sizes(results):
    """The rule for the size of an embedding: it grows a little faster than the square root, up to 600."""
    fig, ax = plots.axes(height=3.0)
    n = np.geomspace(2, 1e6, 200).round()
    ax.plot(n, [embedding_size(int(value)) for value in n], color="C0")
    for name, kind, side, offset in (("people", "user", "right", (-8, 6)), ("films", "item", "left", (8, -14))):
        count, width = results.metric(f"n_{kind}s")[0], results.metric(f"{kind}_width")[0]
        ax.plot(count, width, "o", color="C1")
        text = f"{count:,.0f} {name}: {width:.0f}"
        ax.annotate(text, (count, width), offset, textcoords="offset points", ha=side, color="C1")
    ax.set(xscale="log", yscale="log", xlabel="things to tell apart", ylabel="numbers for each")
    plots.title(ax, "The rule grows a little faster than the square root, up to 600")
    return fig
