"""A hybrid recommender: a dot product for the tastes, a network for the facts, and their sum.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:28:05; Cheng et al., 2016; Kula, 2015.
Data:   sample: 20,000 generated ratings, with facts that go with the true taste; full: MovieLens 100k and its people.
Cost:   sample 15 s on one core; full 4 min on one core.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, mse, split
from snippets.collaborative_network import embedding_size
from snippets.datasets.viewers import Viewers, viewers
from snippets.parameters import create_params


class FactsNetwork(nn.Module):
    """Embeddings and facts of person and film side by side; one hidden layer; one number."""

    def __init__(self, facts, genres, hidden: int = 100):
        super().__init__()
        self.facts, self.genres = facts, genres  # (n_users, n_facts), (n_items, n_genres): given, not learned
        self.users = create_params(len(facts), embedding_size(len(facts)))
        self.items = create_params(len(genres), embedding_size(len(genres)))
        width = sum(table.shape[1] for table in (self.users, self.items, facts, genres))
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, x):  # (batch, 2) numbers of people and films -> (batch,) scores
        user, item = x[:, 0], x[:, 1]
        row = torch.cat([self.users[user], self.items[item], self.facts[user], self.genres[item]], dim=1)
        return self.layers(row).squeeze(1)


class FactsInside(DotProductBias):
    """The dot product, in which answers and genres have factors too: added to the others."""

    def __init__(self, facts, genres, n_factors: int = 50):
        super().__init__(len(facts), len(genres), n_factors, y_range=None)
        self.facts, self.genres = facts, genres
        self.fact_factors = create_params(facts.shape[1], n_factors)
        self.genre_factors = create_params(genres.shape[1], n_factors)

    def forward(self, x):  # (batch, 2) numbers of people and films -> (batch,) scores
        user, item = x[:, 0], x[:, 1]
        taste = self.user_factors[user] + self.facts[user] @ self.fact_factors  # (batch, n_factors)
        film = self.item_factors[item] + self.genres[item] @ self.genre_factors
        return (taste * film).sum(dim=1) + self.user_bias[user] + self.item_bias[item]


class Sum(nn.Module):
    """The scores of several models, added, and stretched to 0 to 5.5 stars by one sigmoid."""

    def __init__(self, *parts: nn.Module):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x):  # (batch, 2) -> (batch,) stars
        return 5.5 * torch.sigmoid(sum(part(x) for part in self.parts))


def build(data: Viewers, model: str, seed: int) -> nn.Module:
    """A model by its name; "…_shuffled" gives people and films the facts of somebody and something else."""
    name, _, shuffled = model.partition("_")
    facts, genres = torch.tensor(data.facts), torch.tensor(data.genres, dtype=torch.float32)
    if shuffled:
        order = torch.Generator().manual_seed(seed)
        facts = facts[torch.randperm(len(facts), generator=order)]
        genres = genres[torch.randperm(len(genres), generator=order)]
    if name == "network":
        return Sum(FactsNetwork(facts, genres))
    if name == "inside":
        return Sum(FactsInside(facts, genres))
    product = DotProductBias(data.n_users, data.n_items, 0 if name == "biases" else 50, y_range=None)
    return Sum(product, FactsNetwork(facts, genres)) if name == "hybrid" else Sum(product)


def train(data: Viewers, run: Run, model: str, amount: str) -> dict[str, float]:
    """Five epochs on some of the ratings. -> error: mean squared, in stars squared, on the fifth that is held out"""
    few, some = run.pick(sample=(3200, 6400), full=(8000, 24_000))
    x, y, valid_x, valid_y = split(data, run.seed)
    n = {"scarce": few, "some": some, "all": len(y)}[amount]
    x, y, size = x[:n], y[:n], 64 if amount == "scarce" else run.pick(sample=128, full=64)
    net, steps = build(data, model, run.seed), 5 * -(-n // size)
    lr = run.pick(sample=0.01, full=0.005) * (3 if model == "biases" else 1)  # alone, biases need larger steps
    optimizer = torch.optim.AdamW(net.parameters(), lr, betas=(0.95, 0.99), eps=1e-5, weight_decay=0.1, fused=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, steps + 1, pct_start=0.25, final_div_factor=4e3)
    for _ in run.epochs(sample=5):
        for batch in torch.randperm(n).split(size):
            F.mse_loss(net(x[batch]), y[batch]).backward()
            optimizer.step()
            optimizer.zero_grad()
            cycle.step()
    return {"ratings": n, "train_error": mse(net, x, y), "error": mse(net, valid_x, valid_y)}


@experiment(
    data=viewers,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["biases", "product", "network", "hybrid", "hybrid_shuffled", "inside", "inside_shuffled"]},
)
def scarce(data, run: Run, model: str):
    """Error of each model where ratings are few: 3,200 generated ones, or 8,000 of MovieLens."""
    return train(data, run, model, "scarce")


@experiment(
    data=viewers,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["product", "hybrid", "inside"], "amount": ["some", "all"]},
)
def plenty(data, run: Run, model: str, amount: str):
    """Error of three of the models with more ratings to learn from."""
    return train(data, run, model, amount)


NAMES = {"product": "product", "hybrid": "product + network", "inside": "facts inside"}


@figure(scarce, plenty)
def error_by_amount(few, more):
    """Error of three models against the number of ratings, and with the fewest that of biases alone, a dot a seed."""
    fig, ax = plots.axes(height=3.8)
    lines = {}
    for color, (model, name) in zip(("C7", "C0", "C2"), NAMES.items(), strict=True):
        parts = [(few, {"model": model}), *((more, {"model": model, "amount": amount}) for amount in ("some", "all"))]
        counts = [results.metric("ratings", **place)[0] for results, place in parts]
        lines[model] = np.stack([results.metric("error", **place)[:3] for results, place in parts], axis=1)  # (3, 3)
        plots.seed_lines(ax, counts, lines[model], name, color)
    biases = few.metric("error", model="biases")
    ax.scatter(np.full(len(biases), counts[0]), biases, s=22, color="C1", alpha=0.65, linewidths=0, zorder=3)
    ax.annotate("biases alone", (counts[0], biases.mean()), (8, -2), textcoords="offset points", va="top", color="C1")
    ax.set(xscale="log", xlabel="ratings to learn from", ylabel="error, stars squared")
    ax.set_xticks(counts, labels=[f"{count:,.0f}" for count in counts])
    ax.minorticks_off()
    change = lines["hybrid"].mean(axis=0) / lines["product"].mean(axis=0) - 1
    plots.title(
        ax, f"A network and facts beside the product: error {change[0]:+.0%} with few, {change[-1]:+.0%} with all"
    )
    return fig


@figure(scarce)
def with_few_ratings(results):
    """Error of seven models where ratings are few, a dot a seed: two of those with facts also with shuffled ones."""
    fig, ax = plots.axes(height=3.4)
    names = {
        "biases alone": "biases",
        "product": "product",
        "network": "network",
        "product + network": "hybrid",
        "… shuffled facts": "hybrid_shuffled",
        "facts inside": "inside",
        "… shuffled facts ": "inside_shuffled",
    }
    rows = {shown: results.metric("error", model=model) for shown, model in names.items()}
    plots.dot_plot(rows, colors=["C7", "C7", "C0", "C0", "C3", "C2", "C3"], ax=ax)
    ax.set_xlabel("error, stars squared")
    worth = [
        np.mean(results.metric("error", model=f"{m}_shuffled") - results.metric("error", model=m))
        for m in ("hybrid", "inside")
    ]
    plots.title(
        ax, f"True facts, not shuffled ones: worth {worth[0]:.2f} in the sum, {worth[1]:.2f} inside the product"
    )
    return fig
