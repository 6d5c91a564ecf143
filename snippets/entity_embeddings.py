"""Entity embeddings: a network learns a few numbers for each category, and other models can be given them.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:40:01 to 0:41:03; Guo and Berkhahn, 2016.
Data:   sample: SynStores, generated sales of 120 stores; full: Rossmann, 100 stores. Tested on the latest days.
Cost:   sample 35 s on one core; full 15 min.
"""

from dataclasses import replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.stores import Stores, stores
from snippets.parameters import restored, weights

WIDTHS = {"store": 10, "region": 6, "weekday": 6, "month": 6, "day": 10, "year": 2}  # as in the paper


class EntityNet(nn.Module):
    """A list of numbers for each category, side by side, and two hidden layers. sigma: how wide the lists start."""

    def __init__(self, sizes: dict[str, int], sigma: float = 0.01, one_hot: bool = False):
        super().__init__()
        self.tables = nn.ModuleDict()
        for name, n in sizes.items():
            table = nn.Embedding(n, n if one_hot else WIDTHS[name])
            if one_hot:  # a table that is the unit matrix, and stays it
                table = nn.Embedding.from_pretrained(torch.eye(n), freeze=True)
            else:
                nn.init.normal_(table.weight, std=sigma)
            self.tables[name] = table
        width = sum(table.embedding_dim for table in self.tables.values()) + 1
        self.layers = nn.Sequential(nn.Linear(width, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))

    def embed(self, x, promo):  # (batch, variables) numbers of categories, (batch,) -> (batch, width)
        lists = [table(x[:, i]) for i, table in enumerate(self.tables.values())]
        return torch.cat([*lists, promo[:, None]], dim=1)

    def forward(self, x, promo):  # -> (batch,) standardized logarithms of sales
        return self.layers(self.embed(x, promo))[:, 0]

    def table(self, name: str) -> np.ndarray:
        """The lists of one variable's categories. -> (categories, width)"""
        return self.tables[name].weight.numpy(force=True)


def tensors(data: Stores):
    """-> x (n, variables) int64, promo (n,), y (n,) standardized logarithms, their mean and spread in training."""
    y = torch.log(torch.tensor(data.sales))
    mean, spread = y[: data.n_train].mean(), y[: data.n_train].std()
    x = torch.tensor(np.stack(list(data.columns.values()), axis=1))
    return x, torch.tensor(data.promo), (y - mean) / spread, mean, spread


def mape(actual, predicted):
    """Mean absolute percentage error: how far off predictions are, as a share of what was sold, on average."""
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


def mixed_stores(data: Stores, seed: int) -> Stores:
    """The same sales, with the regions dealt out to the stores at random."""
    store, region = data.columns["store"], data.columns["region"]
    region_of = np.zeros(data.sizes["store"], dtype=np.int64)
    region_of[store] = region
    dealt = np.random.default_rng(seed).permutation(region_of)
    return replace(data, columns={**data.columns, "region": dealt[store]})


@experiment(
    data=stores,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["trained", "wide_start", "mixed_stores", "untrained"]},
)
def lists(data, run: Run, model: str):
    """Four networks for others to look into: one as taught, and three in which one thing is missing."""
    net = EntityNet(data.sizes, sigma=1.0 if model == "wide_start" else 0.01)
    if model == "untrained":
        return weights(net)
    given = mixed_stores(data, run.seed) if model == "mixed_stores" else data
    return {"_error": fit(net, given, run), **weights(net)}


def thinned(data: Stores, run: Run) -> Stores:
    """At full scale 18,000 of the earlier days, 180 a store, about as many as in the paper; all of the latest."""
    if run.scale == "sample":
        return data
    early = np.sort(np.random.default_rng(run.seed).choice(data.n_train, 18_000, replace=False))
    keep = np.concatenate([early, np.arange(data.n_train, len(data.sales))])
    columns = {name: numbers[keep] for name, numbers in data.columns.items()}
    return replace(data, columns=columns, promo=data.promo[keep], sales=data.sales[keep], n_train=len(early))


def as_taught(data: Stores, fitted, run: Run):
    """The network as taught, and its error; of the generated sales it has been trained already."""
    net = EntityNet(data.sizes)
    if run.scale == "sample":
        return restored(net, fitted), fitted.metrics["_error"]
    return net, fit(net, data, run)


def category_means(values, categories, size: int):
    """The mean value of each category, of all where it has none. (n,), (n,) -> (size,)"""
    counts = np.bincount(categories, minlength=size)
    sums = np.bincount(categories, weights=values, minlength=size)
    return np.where(counts > 0, sums / np.maximum(counts, 1), values.mean())


def columns_for(data: Stores, fitted, run: Run, inputs: str) -> np.ndarray:
    """What another model is given in place of the categories, and the promotion. -> (n, columns)"""
    n, chance, logs = data.n_train, np.random.default_rng(run.seed), np.log(data.sales)
    net = as_taught(data, fitted, run)[0] if inputs == "trained" else EntityNet(data.sizes)
    made = []
    for name, numbers in data.columns.items():
        size = data.sizes[name]
        table = {
            "numbers": lambda size=size: np.arange(size)[:, None],
            "mixed_numbers": lambda size=size: chance.permutation(size)[:, None],
            "one_hot": lambda size=size: np.eye(size),
            "means": lambda name=name, size=size: category_means(logs[:n], data.columns[name][:n], size)[:, None],
        }.get(inputs, lambda name=name: net.table(name))()  # (categories, width)
        made.append(table[numbers])
    return np.concatenate([*made, data.promo[:, None]], axis=1).astype(np.float32)


@experiment(
    data=stores,
    after=lists,
    vary={"model": ["trained"], "inputs": ["numbers", "mixed_numbers", "one_hot", "means", "untrained", "trained"]},
    minutes=20,
)
def other_models(data, fitted, run: Run, inputs: str):
    """Mean absolute percentage error on the latest days of a random forest, boosted trees and nearest neighbors."""
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.neighbors import KNeighborsRegressor

    data = thinned(data, run)
    columns, n = columns_for(data, fitted, run, inputs), data.n_train
    rate, trees = run.pick(sample=(0.15, 70), full=(0.1, 300))
    models = {
        "forest": RandomForestRegressor(run.pick(sample=10, full=40), random_state=run.seed),
        "boosting": HistGradientBoostingRegressor(learning_rate=rate, max_iter=trees, early_stopping=False),
        "neighbors": KNeighborsRegressor(10, weights="distance", p=1),
    }
    errors = {}
    for name, model in models.items():
        model.fit(columns[:n], np.log(data.sales[:n]))
        errors[name] = mape(data.sales[n:], np.exp(model.predict(columns[n:])))
    return errors


@experiment(
    data=stores,
    after=lists,
    seeds=3,
    vary={"model": ["trained"], "inputs": ["table_of_means", "one_hot", "embeddings"]},
)
def network(data, fitted, run: Run, inputs: str):
    """Mean absolute percentage error on the latest days of the network, and of what such days sold on average."""
    data = thinned(data, run)
    if inputs == "table_of_means":  # of this store, on this weekday, with or without a promotion
        n, logs = data.n_train, np.log(data.sales)
        cell = (data.columns["store"] * 7 + data.columns["weekday"]) * 2 + data.promo.astype(int)
        means = category_means(logs[:n], cell[:n], data.sizes["store"] * 14)
        return {"error": mape(data.sales[n:], np.exp(means[cell[n:]]))}
    if inputs == "embeddings":
        return {"error": as_taught(data, fitted, run)[1]}
    return {"error": fit(EntityNet(data.sizes, one_hot=True), data, run)}


SHOWN = {
    "numbers": "numbers",
    "mixed_numbers": "mixed numbers",
    "one_hot": "one-hot",
    "means": "means of sales",
    "untrained": "untrained lists",
    "trained": "trained lists",
}


@figure(other_models, network)
def errors(results, networks):
    """Percentage error of forest, boosting and neighbors by what they were given in place of the categories."""
    fig, axs = plots.axes(nrows=3, width=4.3, height=6.8, sharex=True)
    alone = networks.metric("error", inputs="embeddings").mean()
    names = {"forest": "Forest", "boosting": "Boosting", "neighbors": "Neighbors"}
    for ax, (model, name) in zip(axs, names.items(), strict=True):
        rows = {shown: 100 * results.metric(model, inputs=inputs) for inputs, shown in SHOWN.items()}
        plots.dot_plot(rows, colors=["C7", "C7", "C7", "C7", "C1", "C0"], fmt="{:.1f}", ax=ax)
        ax.axvline(100 * alone, color=plots.MUTED, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        change = rows["trained lists"].mean() / min(rows["numbers"].mean(), rows["one-hot"].mean()) - 1
        plots.title(ax, f"{name}: trained lists change the error by {100 * change:+.0f} %".replace("-", "−"))
    axs[-1].set_xlim(left=0)
    axs[-1].set_xlabel("error, %; dashed: the network")
    return fig
