"""Collaborative filtering: learn a few numbers for each person and each film, so that their product gives the rating.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:08:02 to 0:10:08; Koren, Bell and Volinsky, 2009.
Data:   sample: 20,000 generated ratings, whose factors and biases are known; full: MovieLens 100k.
Cost:   sample 5 s on one core; full 1 min on one core.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.ratings import Ratings, ratings, short_title
from snippets.parameters import create_params, restored, weights


class DotProductBias(nn.Module):
    """rating = sigmoid(person's factors · film's factors + person's bias + film's bias), stretched to y_range."""

    def __init__(self, n_users: int, n_items: int, n_factors: int, bias: bool = True, y_range=(0, 5.5)):
        super().__init__()
        self.user_factors = create_params(n_users, n_factors)
        self.item_factors = create_params(n_items, n_factors)
        self.user_bias = create_params(n_users) if bias else None
        self.item_bias = create_params(n_items) if bias else None
        self.y_range = y_range  # up to 5.5 by default, since a sigmoid never reaches its ends

    def forward(self, x):  # (batch, 2) ids of people and films -> (batch,) stars
        users, items = x[:, 0], x[:, 1]
        score = (self.user_factors[users] * self.item_factors[items]).sum(dim=1)
        if self.user_bias is not None:
            score = score + self.user_bias[users] + self.item_bias[items]
        if self.y_range is None:
            return score
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(score)


def split(data: Ratings, seed: int):
    """A random fifth for validation. -> training x and y, validation x and y; x is (n, 2), y is (n,) stars"""
    order = torch.randperm(len(data.stars), generator=torch.Generator().manual_seed(seed), device="cpu").numpy()
    valid, train = np.split(order, [len(order) // 5])
    x = np.stack([data.users, data.items], axis=1)
    return tuple(torch.tensor(part) for part in (x[train], data.stars[train], x[valid], data.stars[valid]))


def mse(model, x, y) -> float:
    """Mean squared error, in stars squared."""
    with torch.no_grad():
        return F.mse_loss(model(x), y).item()


def train(model: nn.Module, x, y, valid_x, valid_y, run: Run, lr: float, batch_size: int, wd: float = 0.1):
    """Five epochs of AdamW with a one-cycle schedule. -> train_loss and valid_loss"""
    optimizer = torch.optim.AdamW(model.parameters(), lr, betas=(0.95, 0.99), eps=1e-5, weight_decay=wd, fused=True)
    steps = 5 * -(-len(y) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, steps + 1, pct_start=0.25, final_div_factor=4e3)
    for epoch in run.epochs(sample=5):
        for batch in torch.randperm(len(y)).split(batch_size):
            F.mse_loss(model(x[batch]), y[batch]).backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
        run.log(epoch=epoch + 1, valid_loss=mse(model, valid_x, valid_y))
    return {"train_loss": mse(model, x, y), "valid_loss": mse(model, valid_x, valid_y)}


def fit(model: nn.Module, data: Ratings, run: Run, wd: float = 0.1) -> dict[str, float]:
    """Train on four fifths of the ratings, validate on the others. -> train_loss and valid_loss"""
    x, y, valid_x, valid_y = split(data, run.seed)
    lr, batch_size = run.pick(sample=0.02, full=0.005), 64
    if run.scale == "sample" and len(y) > 10_000:  # generated ratings are easy: half as many steps are enough
        lr, batch_size = 0.025, 128
    return train(model, x, y, valid_x, valid_y, run, lr, batch_size, wd)


def global_mean(x, y, n_items: int):
    """The mean of all ratings, for every film. -> (n_items,) stars"""
    return y.mean().repeat(n_items)


def film_mean(x, y, n_items: int):
    """The mean rating of each film; the mean of all ratings for a film without any. -> (n_items,) stars"""
    counts = torch.bincount(x[:, 1], minlength=n_items)
    sums = torch.bincount(x[:, 1], weights=y, minlength=n_items)
    return torch.where(counts > 0, sums / counts.clamp(min=1), y.mean()).float()


BASELINES = {"global_mean": global_mean, "film_mean": film_mean}
NETWORKS = {"biases": {"n_factors": 0}, "dot": {"n_factors": 50, "bias": False}, "dot_bias": {"n_factors": 50}}


@experiment(
    data=ratings,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["global_mean", "film_mean", "biases", "dot", "dot_bias"]},
)
def models(data, run: Run, model: str):
    """Mean squared error, in stars squared, of two baselines and three networks; and the networks' weights."""
    if model in NETWORKS:
        net = DotProductBias(data.n_users, data.n_items, **NETWORKS[model])
        return fit(net, data, run) | weights(net)
    x, y, valid_x, valid_y = split(data, run.seed)
    means = BASELINES[model](x, y, data.n_items)
    return {"train_loss": F.mse_loss(means[x[:, 1]], y), "valid_loss": F.mse_loss(means[valid_x[:, 1]], valid_y)}


@experiment(data=ratings, after=models, seeds=1, vary={"model": ["dot_bias"]})
def corner(data, fitted, run: Run):
    """A corner of the table: the six most rated films, and six people who have rated three of them."""
    net = restored(DotProductBias(data.n_users, data.n_items, 50), fitted)
    films = data.most_rated(6)
    table = np.zeros((data.n_users, data.n_items), dtype=np.float32)  # 0: not rated
    table[data.users, data.items] = data.stars
    people = np.flatnonzero((table[:, films] > 0).sum(axis=1) == 3)[:6]
    with torch.no_grad():
        predicted = net(torch.cartesian_prod(torch.tensor(people), torch.tensor(films))).reshape(6, 6)
    titles = [data.titles[i] for i in films]
    return {"stars": table[np.ix_(people, films)], "predicted": predicted, "films": titles}


@figure(models)
def error_by_model(results):
    """Validation error falls from the overall mean to each film's mean, the biases, and the dot product."""
    names = ["mean of all ratings", "the film's mean", "biases alone", "factors alone", "factors and biases"]
    rows = dict(zip(names, results.sweep("valid_loss", over="model").T, strict=True))
    gain = 1 - rows["factors and biases"].mean() / rows["biases alone"].mean()
    title = f"Factors take {gain:.0%} off the error of the biases alone"
    colors = ["C7", "C7", "C1", "C0", "C0"]
    return plots.dot_plot(rows, colors=colors, title=title, xlim=(0, None), xlabel="validation error, stars squared")


@figure(corner)
def filled_table(results):
    """A table of six people by six films: the ratings that they gave in bold, the model's predictions in the gaps."""
    stars, predicted = results.array("stars"), results.array("predicted")
    fig, ax = plots.axes(height=3.8)
    plots.image(ax, np.where(stars > 0, np.nan, predicted - 3), signed=True, limit=4, aspect="auto")
    for (row, column), given in np.ndenumerate(stars):
        text, weight = (f"{given:.0f}", "bold") if given else (f"{predicted[row, column]:.1f}", "normal")
        ax.text(column, row, text, weight=weight, ha="center", va="center", color=plots.TEXT)
    ax.set_xticks(range(6), [short_title(title) for title in results.texts("films")], rotation=25, ha="right")
    ax.set_yticks(range(6), ["Ana", "Ben", "Cleo", "Dan", "Eva", "Finn"])
    plots.title(ax, "Bold: ratings that were given. Tinted: the model's predictions for the gaps")
    return fig
