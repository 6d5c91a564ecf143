"""Tabular preprocessing: decide which columns are categorical and which continuous, and turn both into numbers.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:35:01 and 0:36:06.
Data:   sample: 3,000 generated auctions of used machines; full: 10,000 rows of Blue Book for Bulldozers.
Cost:   sample 3 s on one core; full 10 s on one core.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy.sparse import hstack
from sklearn.linear_model import Ridge
from sklearn.preprocessing import OneHotEncoder

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.auctions import TARGET, Auctions, auctions, random_split


def split_columns(table: pd.DataFrame, max_card: int = 20):
    """The names of a table's continuous columns and of its categorical columns, chosen by their types.

    Decimal numbers are continuous; so are whole numbers with more than max_card different values.
    """
    conts, cats = [], []
    for name in table.columns.drop(TARGET):
        kind = table[name].dtype.kind  # f: decimal, i: whole; others are text
        continuous = kind == "f" or (kind == "i" and table[name].nunique() > max_card)
        (conts if continuous else cats).append(name)
    return conts, cats


def encode(table: pd.DataFrame, train, max_card: int = 9000):
    """Turn a table into numbers, using statistics of the training rows only.

    -> codes (rows, n_cats), 0 for a missing or new category; numbers (rows, n_conts), standardized, with missing
    values replaced by the median and marked in a column of codes; the name and number of codes of each column of codes
    """
    conts, cats = split_columns(table, max_card)
    codes, numbers, sizes = [], [], {}
    for name in cats:
        categories = pd.Index(np.unique(table[name].iloc[train].dropna()))
        codes.append(1 + categories.get_indexer(table[name]))  # get_indexer gives -1 to a value it does not know
        sizes[name] = 1 + len(categories)
    for name in conts:
        column, known = table[name], table[name].iloc[train]
        if known.isna().any():
            codes.append(1 + column.isna().to_numpy())
            sizes[f"{name} missing"] = 3  # present, missing, and fastai's unused code 0
        column, known = column.fillna(known.median()), known.fillna(known.median())
        numbers.append((column - known.mean()) / known.std(ddof=0))
    return torch.tensor(np.stack(codes, 1)).long(), torch.tensor(np.stack(numbers, 1)).float(), sizes


@dataclass(frozen=True)
class Sales:
    """Auctions as tensors, with the rows for training and for validation."""

    data: Auctions
    codes: torch.Tensor  # (rows, n_cats)
    numbers: torch.Tensor  # (rows, n_conts)
    prices: torch.Tensor  # (rows,) logarithms
    sizes: dict[str, int]  # the number of codes of each column of codes
    train: torch.Tensor
    valid: torch.Tensor

    @property
    def y_range(self) -> tuple[int, int]:
        """The log prices of the training rows lie between these whole numbers."""
        prices = self.prices[self.train]
        return int(prices.min().floor()), int(prices.max().ceil())


def prepare(data: Auctions, run: Run, split=random_split, max_card: int = 9000) -> Sales:
    """Split and encode the auctions."""
    train, valid = split(data, run.seed)
    codes, numbers, sizes = encode(data.table, train, max_card)
    prices = torch.tensor(data.table[TARGET].to_numpy()).float()
    return Sales(data, codes, numbers, prices, sizes, torch.tensor(train), torch.tensor(valid))


def mean(sales: Sales, run: Run):
    return sales.prices[sales.train].mean().expand(len(sales.valid))


def model_mean(sales: Sales, run: Run):
    """Predict the mean log price of the training sales of the same machine model; for a new model, of all sales."""
    table, machine = sales.data.table, sales.data.model
    train, valid = table.iloc[sales.train], table.iloc[sales.valid]
    means = train.groupby(machine)[TARGET].mean()
    return valid[machine].map(means).fillna(train[TARGET].mean()).to_numpy(np.float32)


def linear(sales: Sales, run: Run):
    """Predict by ridge regression, with a weight for each category (one-hot) and each continuous column."""
    one_hot = OneHotEncoder(handle_unknown="ignore").fit(sales.codes[sales.train])
    x = hstack([one_hot.transform(sales.codes), sales.numbers.numpy()]).tocsr()
    rows, prices = sales.train.numpy(), sales.prices[sales.train].numpy()
    return Ridge(solver="lsqr").fit(x[rows], prices).predict(x[sales.valid.numpy()])


BASELINES = {"mean": mean, "model_mean": model_mean, "linear": linear}


def error(predicted, sales: Sales) -> float:
    """Root mean squared error of predicted log prices of the validation rows."""
    return float(((torch.as_tensor(predicted) - sales.prices[sales.valid]) ** 2).mean().sqrt())


@experiment(data=auctions, seeds={"sample": 5, "full": 3}, vary={"max_card": [20, 9000]})
def cardinality_limit(data, run: Run, max_card: int):
    """Columns of each kind at a limit on different values, and a linear model's validation error with them."""
    conts, _ = split_columns(data.table, max_card)
    whole = [name for name in data.table.columns if data.table[name].dtype.kind == "i"]
    sales = prepare(data, run, max_card=max_card)
    return {
        "continuous": len(conts),
        "error": error(linear(sales, run), sales),
        "whole_numbers": whole,
        "different_values": np.array([data.table[name].nunique() for name in whole], dtype=np.float32),
    }


@figure(cardinality_limit)
def different_values(results):
    """How many different values each column of whole numbers has, beside the limits of 20 and of 9,000."""
    names, counts = results.texts("whole_numbers", max_card=20), results.array("different_values", max_card=20)
    title = f"A limit of 20 different values takes {' and '.join(np.array(names)[counts > 20])} for amounts"
    _, ax = plots.axes(height=2.4)
    plots.baseline(ax, 20, "limit 20", vertical=True)
    plots.baseline(ax, 9000, "limit 9,000", vertical=True)
    return plots.ranked_bars(
        names, counts, ax=ax, title=title, xscale="log", xlim=(1, 20000), xlabel="different values"
    )


@figure(cardinality_limit)
def error_by_limit(results):
    """A linear model's error with the limit of 20 and with that of 9,000, a dot for each split."""
    amounts, names = results.sweep("error", over="max_card").T
    return plots.dot_plot(
        {"limit 20: model and year are amounts": amounts, "limit 9,000: model and year are names": names},
        title=f"Taking names for amounts raises a linear model's error by {amounts.mean() / names.mean() - 1:.0%}",
        xlim=(0, None),
        xlabel="error of the log price (root mean square)",
    )
