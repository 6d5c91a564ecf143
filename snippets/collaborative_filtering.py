"""Collaborative filtering: learn a few numbers for each person and each film, so that their product is the rating.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:08:02 to 0:10:08; Koren, Bell and Volinsky, 2009.
Data:   sample: 20,000 generated ratings, whose factors and biases are known; full: MovieLens 100k.
Cost:   sample 5 s on one core; full 1 min on one core.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.ratings import Ratings, ratings, short
from snippets.parameters import create_params, restored, weights


class DotProductBias(nn.Module):
    """rating = sigmoid(person's factors · film's factors + person's bias + film's bias), stretched to y_range."""

    def __init__(self, n_users: int, n_items: int, n_factors: int, bias: bool = True, y_range=(0, 5.5)):
        super().__init__()
        self.user_factors = create_params(n_users, n_factors)
        self.item_factors = create_params(n_items, n_factors)
        self.user_bias = create_params(n_users) if bias else None
        self.item_bias = create_params(n_items) if bias else None
        self.y_range = y_range  # up to 5.5, since a sigmoid never reaches its end

    def forward(self, x):  # (batch, 2) numbers of people and films -> (batch,) stars
        users, items = x[:, 0], x[:, 1]
        score = (self.user_factors[users] * self.item_factors[items]).sum(dim=1)
        if self.user_bias is not None:
            score = score + self.user_bias[users] + self.item_bias[items]
        if self.y_range is None:
            return score
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(score)


def split(data: Ratings, seed: int):
    """A random fifth for validation. -> x, y to train on, x, y to validate on; x is (n, 2), y (n,) stars."""
    order = torch.randperm(len(data.stars), generator=torch.Generator().manual_seed(seed), device="cpu").numpy()
    valid, train = np.split(order, [len(order) // 5])
    x = np.stack([data.users, data.items], axis=1)
    return tuple(torch.tensor(part) for part in (x[train], data.stars[train], x[valid], data.stars[valid]))


def mse(model, x, y) -> float:
    """Mean squared error, in stars squared."""
    with torch.no_grad():
        return F.mse_loss(model(x), y).item()


def fit(model: nn.Module, data: Ratings, run: Run, wd: float = 0.1) -> dict[str, float]:
    """Five epochs of AdamW on one cycle of the learning rate. -> train_loss and valid_loss."""
    x, y, valid_x, valid_y = split(data, run.seed)
    many = run.scale == "sample" and len(y) > 10_000  # generated ratings are easy: larger steps, half as many
    epochs, size, lr = 5, 128 if many else 64, 0.025 if many else run.pick(sample=0.02, full=0.005)
    optimizer = torch.optim.AdamW(model.parameters(), lr, betas=(0.95, 0.99), eps=1e-5, weight_decay=wd, fused=True)
    steps = epochs * -(-len(y) // size)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, steps + 1, pct_start=0.25, final_div_factor=4e3)
    for epoch in run.epochs(sample=epochs):
        for batch in torch.randperm(len(y)).split(size):
            F.mse_loss(model(x[batch]), y[batch]).backward()
            optimizer.step()
            optimizer.zero_grad()
            cycle.step()
        run.log(epoch=epoch + 1, valid_loss=mse(model, valid_x, valid_y))
    return {"train_loss": mse(model, x, y), "valid_loss": mse(model, valid_x, valid_y)}


def mean_rating(data: Ratings, x, y, per_film: bool):
    """The mean of each film, or of all of them: what to beat. -> (n_items,) stars"""
    counts = torch.bincount(x[:, 1], minlength=data.n_items)
    sums = torch.bincount(x[:, 1], weights=y, minlength=data.n_items)
    return torch.where((counts > 0) & per_film, sums / counts.clamp(min=1), y.mean()).float()


@experiment(
    data=ratings,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["global_mean", "film_mean", "biases", "dot", "dot_bias"]},
)
def ladder(data, run: Run, model: str):
    """Mean squared error, in stars squared, of models that know more and more about a rating; and their weights."""
    if model in ("global_mean", "film_mean"):
        x, y, valid_x, valid_y = split(data, run.seed)
        means = mean_rating(data, x, y, per_film=model == "film_mean")
        return {
            "train_loss": mse(lambda x: means[x[:, 1]], x, y),
            "valid_loss": mse(lambda x: means[x[:, 1]], valid_x, valid_y),
        }
    net = DotProductBias(data.n_users, data.n_items, 0 if model == "biases" else 50, bias=model != "dot")
    return fit(net, data, run) | weights(net)


@experiment(data=ratings, after=ladder, seeds=1, vary={"model": ["dot_bias"]})
def corner(data, fitted, run: Run):
    """A corner of the table: the six most rated films, and six people who have seen three of them."""
    net = restored(DotProductBias(data.n_users, data.n_items, 50), fitted)
    films = data.most_rated(6)
    table = np.zeros((data.n_users, data.n_items), dtype=np.float32)  # 0: not rated
    table[data.users, data.items] = data.stars
    people = np.flatnonzero((table[:, films] > 0).sum(axis=1) == 3)[:6]
    with torch.no_grad():
        predicted = net(torch.cartesian_prod(torch.tensor(people), torch.tensor(films))).reshape(6, 6)
    return {
        "stars": table[np.ix_(people, films)],
        "predicted": predicted,
        "films": [data.titles[i] for i in films],
    }


@figure(ladder)
def losses(results):
    """Validation error falls from the mean, over the film's mean and the biases, to the dot product."""
    names = {
        "everybody's mean": "global_mean",
        "the film's mean": "film_mean",
        "biases alone": "biases",
        "factors alone": "dot",
        "factors and biases": "dot_bias",
    }
    fig, ax = plots.axes(height=2.9)
    rows = {shown: results.metric("valid_loss", model=name) for shown, name in names.items()}
    plots.dot_plot(rows, colors=["C7", "C7", "C1", "C0", "C0"], ax=ax)
    ax.set_xlim(left=0)
    ax.set_xlabel("validation error, stars squared")
    gain = 1 - rows["factors and biases"].mean() / rows["biases alone"].mean()
    plots.title(ax, f"Factors take {gain:.0%} off the error of the biases alone")
    return fig


@figure(corner)
def holes(results):
    """Six people by six films: the ratings that they gave, and in the holes what the model expects them to give."""
    stars, predicted = results.array("stars"), results.array("predicted")
    fig, ax = plots.axes(height=4.2)
    shown = np.where(stars > 0, stars, predicted)
    plots.image(ax, np.where(stars > 0, np.nan, shown - 3), signed=True, limit=4, aspect="auto")
    for (row, column), value in np.ndenumerate(stars):
        text = {"s": f"{value:.0f}", "weight": "bold"} if value else {"s": f"{predicted[row, column]:.1f}"}
        ax.text(column, row, ha="center", va="center", color=plots.TEXT, **text)
    ax.set_xticks(range(6), [short(title) for title in results.texts("films")], rotation=25, ha="right")
    ax.set_yticks(range(6), ["Ana", "Ben", "Cleo", "Dan", "Eva", "Finn"])
    plots.title(ax, "Bold: stars that were given. Tinted: what the model expects in the holes")
    return fig
