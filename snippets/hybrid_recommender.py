"""A hybrid recommender: a dot product for taste, a network for facts, and their sum.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:28:05; Cheng et al., 2016; Kula, 2015.
Data:   sample: 20,000 generated ratings, with facts that depend on true taste; full: MovieLens 100k and its people.
Cost:   sample 15 s on one core; full 4 min on one core.
"""

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, split, train
from snippets.collaborative_network import embedding_size
from snippets.datasets.viewers import Viewers, viewers
from snippets.parameters import create_params


class FactsNetwork(nn.Module):
    """Embeddings and facts of person and film, concatenated -> one hidden layer -> one score."""

    def __init__(self, facts, genres, hidden: int = 100):
        super().__init__()
        self.facts, self.genres = facts, genres  # (n_users, n_facts), (n_items, n_genres): given, not learned
        self.users = create_params(len(facts), embedding_size(len(facts)))
        self.items = create_params(len(genres), embedding_size(len(genres)))
        width = sum(table.shape[1] for table in (self.users, self.items, facts, genres))
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, x):  # (batch, 2) ids of people and films -> (batch,) scores
        user, item = x[:, 0], x[:, 1]
        row = torch.cat([self.users[user], self.items[item], self.facts[user], self.genres[item]], dim=1)
        return self.layers(row).squeeze(1)


class FactsInside(DotProductBias):
    """A dot product in which facts and genres have factors too, which are added to those of person and film."""

    def __init__(self, facts, genres, n_factors: int = 50):
        super().__init__(len(facts), len(genres), n_factors, y_range=None)
        self.facts, self.genres = facts, genres
        self.fact_factors = create_params(facts.shape[1], n_factors)
        self.genre_factors = create_params(genres.shape[1], n_factors)

    def forward(self, x):  # (batch, 2) ids of people and films -> (batch,) scores
        user, item = x[:, 0], x[:, 1]
        person = self.user_factors[user] + self.facts[user] @ self.fact_factors  # (batch, n_factors)
        film = self.item_factors[item] + self.genres[item] @ self.genre_factors
        return (person * film).sum(dim=1) + self.user_bias[user] + self.item_bias[item]


class Sum(nn.Module):
    """The sum of several models' scores, squeezed into 0 to 5.5 stars by one sigmoid."""

    def __init__(self, *parts: nn.Module):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x):  # (batch, 2) -> (batch,) stars
        return 5.5 * torch.sigmoid(sum(part(x) for part in self.parts))


def product(facts, genres, n_factors: int = 50) -> DotProductBias:
    """A dot product with biases, which knows no facts; it returns scores."""
    return DotProductBias(len(facts), len(genres), n_factors, y_range=None)


def shuffled(facts, genres):
    """The facts of other people, and the genres of other films, at random."""
    return facts[torch.randperm(len(facts))], genres[torch.randperm(len(genres))]


MODELS = {
    "biases": lambda *facts: Sum(product(*facts, n_factors=0)),
    "product": lambda *facts: Sum(product(*facts)),
    "network": lambda *facts: Sum(FactsNetwork(*facts)),
    "hybrid": lambda *facts: Sum(product(*facts), FactsNetwork(*facts)),
    "hybrid_shuffled": lambda *facts: Sum(product(*facts), FactsNetwork(*shuffled(*facts))),
    "inside": lambda *facts: Sum(FactsInside(*facts)),
    "inside_shuffled": lambda *facts: Sum(FactsInside(*shuffled(*facts))),
}
RELATIVE_LR = {"biases": 3}  # alone, biases need larger steps


def fit_part(data: Viewers, run: Run, model: str, n: int | None, batch_size: int):
    """Train on the first n ratings, or on all of them, and validate on a fifth that is held out."""
    x, y, valid_x, valid_y = split(data, run.seed)
    net = MODELS[model](torch.tensor(data.facts), torch.tensor(data.genres, dtype=torch.float32))
    lr = run.pick(sample=0.01, full=0.005) * RELATIVE_LR.get(model, 1)
    return {"ratings": len(y[:n])} | train(net, x[:n], y[:n], valid_x, valid_y, run, lr, batch_size)


@experiment(
    data=viewers,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["biases", "product", "network", "hybrid", "hybrid_shuffled", "inside", "inside_shuffled"]},
)
def few_ratings(data, run: Run, model: str):
    """Mean squared error, in stars squared, of each model with few ratings: 3,200 generated, or 8,000 of MovieLens."""
    return fit_part(data, run, model, run.pick(sample=3200, full=8000), batch_size=64)


@experiment(
    data=viewers,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["product", "hybrid", "inside"], "amount": ["some", "all"]},
)
def more_ratings(data, run: Run, model: str, amount: str):
    """The same for three of the models, with more ratings."""
    n = {"some": run.pick(sample=6400, full=24_000), "all": None}[amount]
    return fit_part(data, run, model, n, batch_size=run.pick(sample=128, full=64))


@figure(few_ratings, more_ratings)
def error_by_amount(few, more):
    """Error of three models against the number of ratings, and of biases alone with the fewest."""
    fig, ax = plots.axes(height=3.4)
    names = {"product": "product", "product + network": "hybrid", "facts inside": "inside"}
    first = {name: few.metric("valid_loss", model=model)[:, None] for name, model in names.items()}
    rest = {name: more.sweep("valid_loss", over="amount", model=model) for name, model in names.items()}
    errors = {name: np.hstack([first[name], rest[name]]) for name in names}
    counts = [few.metric("ratings", model="product")[0], *more.sweep("ratings", over="amount", model="product")[0]]
    plots.lines(errors, counts, colors=["C7", "C0", "C2"], ax=ax, xscale="log", xticks=counts)
    biases = few.metric("valid_loss", model="biases")
    ax.scatter(np.full(len(biases), counts[0]), biases, s=22, color="C1", alpha=0.65, linewidths=0)
    ax.annotate("biases alone", (counts[0], biases.min()), (-4, -13), textcoords="offset points", va="top", color="C1")
    ax.set_xticks(counts, labels=[f"{count:,.0f}" for count in counts])
    ax.minorticks_off()
    ax.set(xlabel="ratings to learn from", ylabel="error, stars squared")
    most = {name: error[:, -1].mean() for name, error in errors.items()}
    fewest = {name: error[:, 0].mean() for name, error in errors.items()} | {"biases alone": biases.mean()}
    best, later = min(fewest, key=fewest.get), min(most, key=most.get)
    plots.title(ax, f"Lowest error with {counts[0]:,.0f} ratings: {best}. With {counts[-1]:,.0f}: {later}")
    return fig


@figure(few_ratings)
def with_few_ratings(results):
    """Error of seven models with few ratings, one dot per seed: two of those with facts also with shuffled facts."""
    names = ["biases alone", "product", "network", "product + network", "the same, facts shuffled"]
    names += ["facts inside product", "shuffled facts inside"]
    rows = dict(zip(names, results.sweep("valid_loss", over="model").T, strict=True))
    in_sum = (rows["the same, facts shuffled"] - rows["product + network"]).mean()
    inside = (rows["shuffled facts inside"] - rows["facts inside product"]).mean()
    best = min(rows, key=lambda name: rows[name].mean())
    title = f"Lowest error: {best}. True facts instead of shuffled ones lower it by {in_sum:.3f} in the sum"
    text = {"title": f"{title}, {inside:.3f} inside the product", "xlabel": "error, stars squared"}
    return plots.dot_plot(rows, colors=["C7", "C7", "C0", "C0", "C3", "C2", "C3"], **text)
