"""The network whose embeddings of stores, regions and days several topics read: it predicts sales from categories.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:40:01 to 0:41:03; Guo and Berkhahn, 2016.
Data:   sample: SynStores, generated sales of 120 stores; full: Rossmann, 100 stores. Tested on the latest days.
Cost:   sample 10 s on one core; full 5 min on one core.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment
from snippets.datasets.stores import Stores, stores
from snippets.parameters import weights

WIDTHS = {"store": 10, "region": 6, "weekday": 6, "month": 6, "day": 10, "year": 2}  # as in the paper


class EntityNet(nn.Module):
    """An embedding for each categorical variable, side by side, and two hidden layers; sigma: their initial spread."""

    def __init__(self, sizes: dict[str, int], sigma: float = 0.01, one_hot: bool = False):
        super().__init__()
        self.tables = nn.ModuleDict()
        for name, n in sizes.items():
            table = nn.Embedding(n, n if one_hot else WIDTHS[name])
            if one_hot:  # the identity matrix, never trained
                table = nn.Embedding.from_pretrained(torch.eye(n), freeze=True)
            else:
                nn.init.normal_(table.weight, std=sigma)
            self.tables[name] = table
        width = sum(table.embedding_dim for table in self.tables.values()) + 1
        self.layers = nn.Sequential(nn.Linear(width, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))

    def embed(self, x, promo):  # (batch, variables) indices, (batch,) -> (batch, width)
        embedded = [table(x[:, i]) for i, table in enumerate(self.tables.values())]
        return torch.cat([*embedded, promo[:, None]], dim=1)

    def forward(self, x, promo):  # -> (batch,) standardized logarithms of sales
        return self.layers(self.embed(x, promo))[:, 0]

    def table(self, name: str) -> np.ndarray:
        """The embedding of one variable. -> (categories, width)"""
        return self.tables[name].weight.numpy(force=True)


def tensors(data: Stores):
    """-> x (n, variables) int64, promo (n,), y (n,) standardized logarithms, their mean and spread in training."""
    y = torch.log(torch.tensor(data.sales))
    mean, spread = y[: data.n_train].mean(), y[: data.n_train].std()
    x = torch.tensor(np.stack(list(data.columns.values()), axis=1))
    return x, torch.tensor(data.promo), (y - mean) / spread, mean, spread


def mape(actual, predicted):
    """Mean absolute percentage error, as a fraction of the actual values."""
    return (abs(actual - predicted) / actual).mean()


def fit(net: EntityNet, data: Stores, run: Run) -> float:
    """Train on the earlier days with AdamW on one cycle of the learning rate. -> mape on the latest days"""
    x, promo, y, mean, spread = tensors(data)
    n, size = data.n_train, 128 if data.n_train < 20_000 else 512
    epochs, lr = run.pick(sample=12, full=10), 0.02
    optimizer = torch.optim.AdamW(net.parameters(), lr, weight_decay=0.01, fused=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, epochs * -(-n // size) + 1, pct_start=0.1)
    for _ in run.epochs(sample=epochs):
        for batch in torch.randperm(n).split(size):
            optimizer.zero_grad()
            F.mse_loss(net(x[batch], promo[batch]), y[batch]).backward()
            optimizer.step()
            cycle.step()
    with torch.no_grad():
        predicted = torch.exp(net(x[n:], promo[n:]) * spread + mean).numpy(force=True)
    return float(mape(data.sales[n:], predicted))


def shuffle_regions(data: Stores, seed: int) -> Stores:
    """The same sales, with the regions reassigned to the stores at random."""
    store, region = data.columns["store"], data.columns["region"]
    region_of = np.zeros(data.sizes["store"], dtype=np.int64)
    region_of[store] = region
    shuffled = np.random.default_rng(seed).permutation(region_of)
    return replace(data, columns={**data.columns, "region": shuffled[store]})


def train(data: Stores, run: Run, sigma: float = 0.01):
    net = EntityNet(data.sizes, sigma)
    return {"_error": fit(net, data, run), **weights(net)}


NETWORKS = {
    "trained": train,
    "wide_start": partial(train, sigma=1.0),
    "shuffled_regions": lambda data, run: train(shuffle_regions(data, run.seed), run),
    "untrained": lambda data, run: weights(EntityNet(data.sizes)),
}


@experiment(
    data=stores,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["trained", "wide_start", "shuffled_regions", "untrained"]},
)
def embeddings(data, run: Run, model: str):
    """The weights of four networks, which other experiments look into: the trained one and three controls."""
    return NETWORKS[model](data, run)
