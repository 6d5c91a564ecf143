"""Collaborative filtering: learn a few numbers for each person and each film, so that their product is the rating.

Source: Practical Deep Learning 2022, lesson 8, 0:08:02 to 0:10:08; Koren, Bell and Volinsky, 2009.
Data:   sample: 20,000 generated ratings, whose factors and biases are known; full: MovieLens 100k.
Cost:   sample 20 s on one core; full 2 min.
"""

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.ratings import Ratings, ratings


def create_params(*size: int, std: float = 0.01) -> nn.Parameter:
    """A trainable tensor of small normal random numbers."""
    return nn.Parameter(torch.zeros(*size).normal_(0, std))


class DotProductBias(nn.Module):
    """rating = sigmoid(person's factors · film's factors + person's bias + film's bias), stretched to y_range."""

    def __init__(self, n_users: int, n_items: int, n_factors: int, bias: bool = True, std: float = 0.01):
        super().__init__()
        self.user_factors = create_params(n_users, n_factors, std=std)
        self.item_factors = create_params(n_items, n_factors, std=std)
        if bias:
            self.user_bias = create_params(n_users, std=std)
            self.item_bias = create_params(n_items, std=std)
        self.bias, self.y_range = bias, (0, 5.5)  # above 5, since a sigmoid never reaches its end

    def forward(self, x):  # (batch, 2) numbers of people and films -> (batch,) stars
        users, items = x[:, 0], x[:, 1]
        score = (self.user_factors[users] * self.item_factors[items]).sum(dim=1)
        if self.bias:
            score = score + self.user_bias[users] + self.item_bias[items]
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(score)


def split(data: Ratings, seed: int):
    """A random fifth for validation. -> x, y to train on, x, y to validate on; x is (n, 2), y (n,) stars."""
    x = torch.from_numpy(np.stack([data.users, data.items], axis=1))
    y = torch.from_numpy(data.stars)
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    valid, train = order.tensor_split([len(y) // 5])
    return x[train], y[train], x[valid], y[valid]


def fit(model: nn.Module, data: Ratings, run: Run, wd: float = 0.1) -> dict[str, float]:
    """Five epochs of AdamW, one cycle, batches of 64. -> mean squared errors, in stars squared."""
    x, y, valid_x, valid_y = split(data, run.seed)
    epochs, steps = 5, -(-len(y) // 64)
    lr = run.pick(sample=0.02, full=0.005)
    optimiser = torch.optim.AdamW(model.parameters(), lr, betas=(0.95, 0.99), eps=1e-5, weight_decay=wd)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, lr, total_steps=epochs * steps + 1, pct_start=0.25, final_div_factor=4000
    )
    for _ in run.epochs(sample=epochs, full=epochs):
        for batch in torch.randperm(len(y)).split(64):
            loss = nn.functional.mse_loss(model(x[batch]), y[batch])
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            cycle.step()
        valid_loss = error(model, valid_x, valid_y)
        run.log(valid_loss=valid_loss)
    return {"train_loss": error(model, x, y), "valid_loss": valid_loss}


def error(model, x, y) -> float:
    """Mean squared error of the model's ratings, in stars squared."""
    with torch.no_grad():
        return float(nn.functional.mse_loss(model(x), y))
