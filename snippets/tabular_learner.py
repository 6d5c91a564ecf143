"""A network for tables: each category is looked up in an embedding, numbers stand beside it, and layers do the rest.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:35:01 to 0:39:01.
Data:   sample: 3,000 generated auctions of used machines; full: 10,000 rows of Blue Book for Bulldozers.
Cost:   sample 8 s on one core; full 1 min on one core.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from fastai.tabular.all import (
    Categorify,
    FillMissing,
    Normalize,
    TabDataLoader,
    TabularDataLoaders,
    rmse,
    tabular_learner,
)  # fmt: skip
from scipy.sparse import hstack
from sklearn.linear_model import Ridge
from sklearn.preprocessing import OneHotEncoder
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_network import embedding_size
from snippets.datasets.auctions import TARGET, Auctions, auctions
from snippets.parameters import create_params

BATCH = 128


def split_columns(table: pd.DataFrame, max_card: int = 20):
    """The names of the continuous columns of a table, and of the categorical ones, by their types.

    Decimal numbers are continuous, and so are whole numbers that take more than max_card values.
    """
    conts, cats = [], []
    for name in table.columns.drop(TARGET):
        kind = table[name].dtype.kind  # f: decimal, i: whole; others are text
        number = kind == "f" or (kind == "i" and table[name].nunique() > max_card)
        (conts if number else cats).append(name)
    return conts, cats


def encode(table: pd.DataFrame, train, max_card: int = 9000):
    """A table as numbers; all that has to be known of a column is taken from the training rows.

    -> codes (rows, n_cats), 0 for what is missing or new; numbers (rows, n_conts), of mean 0 and spread 1, the median
    where one is missing, in which case a code says so; and how many codes each column of codes has.
    """
    conts, cats = split_columns(table, max_card)
    codes, numbers, sizes = [], [], []
    for name in cats:
        known = pd.Index(np.unique(table[name].iloc[train].dropna()))
        codes.append(1 + known.get_indexer(table[name]))  # -1 for what it does not hold
        sizes.append(1 + len(known))
    for name in conts:
        column, known = table[name], table[name].iloc[train]
        if known.isna().any():
            codes.append(1 + column.isna().to_numpy())
            sizes.append(3)  # no, yes, and fastai keeps a row for neither
        column, known = column.fillna(known.median()), known.fillna(known.median())
        numbers.append((column - known.mean()) / known.std(ddof=0))
    return torch.tensor(np.stack(codes, 1)).long(), torch.tensor(np.stack(numbers, 1)).float(), sizes


class TabularNet(nn.Module):
    """Embeddings and numbers side by side -> layers of linear, ReLU, batch norm, dropout -> a number in y_range."""

    def __init__(self, sizes, n_conts: int, y_range, layers=(200, 100), p: float = 0.0):
        super().__init__()
        self.embeddings = nn.ParameterList(create_params(n, embedding_size(n)) for n in sizes)
        self.norm = nn.BatchNorm1d(n_conts)
        width, blocks = sum(table.shape[1] for table in self.embeddings) + n_conts, []
        for out in layers:
            blocks += [nn.Linear(width, out, bias=False), nn.ReLU(), nn.BatchNorm1d(out), nn.Dropout(p)]
            width = out
        self.layers = nn.Sequential(*blocks, nn.Linear(width, 1))
        self.y_range = y_range

    def forward(self, codes, numbers):  # (batch, n_cats), (batch, n_conts) -> (batch,)
        looked_up = [table[codes[:, i]] for i, table in enumerate(self.embeddings)]
        x = torch.cat([*looked_up, self.norm(numbers)], dim=1)  # (batch, width of the first layer)
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(self.layers(x).squeeze(1))


@dataclass(frozen=True)
class Sales:
    """Auctions as tensors, and which rows to train on and to validate on."""

    codes: torch.Tensor  # (rows, n_cats)
    numbers: torch.Tensor  # (rows, n_conts)
    prices: torch.Tensor  # (rows,) logarithms
    sizes: list[int]
    train: torch.Tensor
    valid: torch.Tensor

    @property
    def y_range(self) -> tuple[int, int]:
        """The whole numbers around the log prices of the training rows."""
        prices = self.prices[self.train]
        return int(prices.min().floor()), int(prices.max().ceil())

    def network(self) -> TabularNet:
        return TabularNet(self.sizes, self.numbers.shape[1], self.y_range)


def split(data: Auctions, seed: int, how: str = "random"):
    """Rows to train on and to validate on: a random fifth, or the later sales after nine tenths of the earlier."""
    rng, n = np.random.default_rng(seed), len(data.table)
    if how == "random":
        valid, train = np.split(rng.permutation(n), [n // 5])
        return train, valid
    return rng.permutation(data.n_early)[: data.n_early * 9 // 10], np.arange(data.n_early, n)


def prepare(data: Auctions, run: Run, how: str = "random", max_card: int = 9000) -> Sales:
    train, valid = split(data, run.seed, how)
    codes, numbers, sizes = encode(data.table, train, max_card)
    prices = torch.tensor(data.table[TARGET].to_numpy()).float()
    return Sales(codes, numbers, prices, sizes, torch.tensor(train), torch.tensor(valid))


def predict(net: nn.Module, sales: Sales, rows: torch.Tensor) -> torch.Tensor:
    net.eval()
    with torch.no_grad():
        return net(sales.codes[rows], sales.numbers[rows])


def error(predicted, sales: Sales) -> float:
    """Root mean squared error of predicted log prices of the validation rows."""
    return float(((torch.as_tensor(predicted) - sales.prices[sales.valid]) ** 2).mean().sqrt())


def fit(net: nn.Module, sales: Sales, run: Run, rate: float = 0.02, epochs: int = 5) -> float:
    """AdamW on one cycle of the learning rate, batches of 128. -> the validation error"""
    batches = -(-len(sales.train) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), rate, betas=(0.95, 0.99), eps=1e-5, weight_decay=0.01, fused=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, epochs * batches + 1, pct_start=0.25)
    for epoch in run.epochs(sample=epochs):
        net.train()
        for rows in sales.train[torch.randperm(len(sales.train))].split(BATCH):
            F.mse_loss(net(sales.codes[rows], sales.numbers[rows]), sales.prices[rows]).backward()
            optimizer.step()
            optimizer.zero_grad()
            cycle.step()
        run.log(epoch=epoch + 1, error=error(predict(net, sales, sales.valid), sales))
    return error(predict(net, sales, sales.valid), sales)


def fastais(data: Auctions, run: Run) -> float:
    """The same with fastai: the same rows, columns, sizes and learning rate. -> the validation error"""
    conts, cats = split_columns(data.table, 9000)
    _, valid = split(data, run.seed)
    dls = TabularDataLoaders.from_df(
        data.table, procs=[Categorify, FillMissing, Normalize], cat_names=cats, cont_names=conts, y_names=TARGET,
        valid_idx=valid.tolist(), bs=BATCH, dl_type=TabDataLoader,
    )  # fmt: skip
    learn = tabular_learner(dls, y_range=prepare(data, run).y_range, metrics=rmse, cbs=run.fastai())
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(5, 0.02, wd=0.01)
    return learn.recorder.values[-1][-1]


def model_mean(data: Auctions, sales: Sales):
    """The mean log price at which sales of the same model were trained on; for a new model, that of all."""
    train, valid = data.table.iloc[sales.train], data.table.iloc[sales.valid]
    means = train.groupby(data.model)[TARGET].mean()
    return valid[data.model].map(means).fillna(train[TARGET].mean()).to_numpy(np.float32)


def linear(sales: Sales):
    """Ridge regression on the numbers and the codes one-hot: a weight for each model, each state, and so on."""
    ones = OneHotEncoder(handle_unknown="ignore").fit(sales.codes[sales.train])
    x = hstack([ones.transform(sales.codes), sales.numbers.numpy()]).tocsr()
    rows, prices = sales.train.numpy(), sales.prices[sales.train].numpy()
    return Ridge(solver="lsqr").fit(x[rows], prices).predict(x[sales.valid.numpy()])


@experiment(
    data=auctions,
    seeds={"sample": 5, "full": 3},
    vary={
        "model": [
            "mean", "model_mean", "linear", "network", "fastai",
            "untrained_embeddings", "model_as_number", "shuffled_prices",
        ]
    },
)  # fmt: skip
def rivals(data, run: Run, model: str):
    """Error, the root mean squared error of the log price, of a fifth of the sales that was not trained on."""
    sales = prepare(data, run, max_card=20 if model == "model_as_number" else 9000)
    if model == "mean":
        return {"error": error(sales.prices[sales.train].mean(), sales)}
    if model == "model_mean":
        return {"error": error(model_mean(data, sales), sales)}
    if model == "linear":
        return {"error": error(linear(sales), sales)}
    if model == "fastai":
        return {"error": fastais(data, run)}
    if model == "shuffled_prices":
        prices = sales.prices.clone()
        prices[sales.train] = prices[sales.train[torch.randperm(len(sales.train))]]
        sales = replace(sales, prices=prices)
    net = sales.network()
    if model == "untrained_embeddings":
        net.embeddings.requires_grad_(False)
    return {"error": fit(net, sales, run)}


@experiment(data=auctions)
def columns(data, run: Run):
    """The columns that are looked up, from the widest embedding to the narrowest, and the first layer's width."""
    conts, cats = split_columns(data.table, 9000)
    sales = prepare(data, run)
    cats = cats + [f"{name} missing" for name in conts if data.table[name].iloc[sales.train].isna().any()]
    widths = np.array([embedding_size(n) for n in sales.sizes])
    order = np.argsort(-widths, kind="stable")
    return {
        "looked_up": len(cats),
        "conts": len(conts),
        "first_width": sales.network().layers[0].in_features,
        "names": [cats[i] for i in order],
        "widths": widths[order].astype(np.float32),
        "sizes": np.array(sales.sizes)[order].astype(np.float32),
        "conts_by_type": split_columns(data.table)[0],
    }


@figure(rivals)
def errors(results):
    """Errors, a dot a split, of two means, a linear model, two networks, and the network with something left out."""
    names = {
        "mean of all": "mean",
        "mean of the model": "model_mean",
        "linear, one-hot": "linear",
        "network, from scratch": "network",
        "network, fastai": "fastai",
        "embeddings not trained": "untrained_embeddings",
        "numbers as amounts": "model_as_number",
    }
    fig, ax = plots.axes(height=3.4)
    rows = {shown: results.metric("error", model=name) for shown, name in names.items()}
    plots.dot_plot(rows, colors=["C7", "C7", "C7", "C0", "C0", "C1", "C1"], ax=ax)
    ax.set(xlabel="error of the log price (root mean square)", xlim=(0, None))
    gain = 1 - rows["network, from scratch"].mean() / rows["linear, one-hot"].mean()
    plots.title(ax, f"The network takes {gain:.0%} off the error of a linear model of the same columns")
    return fig


@figure(columns)
def side_by_side(results):
    """How many of the first layer's inputs each column takes: the widest embeddings, the others, the numbers."""
    names, widths, sizes = results.texts("names"), results.array("widths"), results.array("sizes")
    shown, conts = 10 if len(names) > 11 else len(names), results.metric("conts")[0]
    rows = {f"{name} ({int(n):,} codes)": w for name, w, n in zip(names[:shown], widths, sizes, strict=False)}
    if len(names) > shown:
        rows[f"{len(names) - shown} other columns"] = widths[shown:].sum()
    rows[f"{int(conts)} continuous columns"] = conts
    fig, ax = plots.axes(height=0.9 + 0.27 * len(rows))
    plots.ranked_bars(list(rows), list(rows.values()), ax=ax)
    ax.set_xlabel("numbers in the first layer's input")
    plots.title(ax, f"{int(results.metric('first_width')[0])} numbers side by side stand for one sale")
    return fig
