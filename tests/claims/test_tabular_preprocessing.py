"""Claims of docs/concepts/tabular_preprocessing.md."""

import numpy as np
import pandas as pd
import torch
from fastai.tabular.all import Categorify, FillMissing, Normalize, TabularPandas, cont_cat_split

from coursenotes.claims import below, falsified_by, swap
from snippets.tabular_preprocessing import encode as right_encode
from snippets.tabular_preprocessing import split_columns as right_split


def small_table(n=300):
    """A small table with every kind of column, new values in its last rows and holes in its numbers."""
    rng = np.random.default_rng(torch.randint(10**6, ()).item())
    table = {
        "state": rng.choice(["Ohio", "Utah", "Iowa"], n),
        "month": rng.integers(1, 13, n),
        "model": rng.integers(1000, 9000, n),
        "hours": np.where(rng.random(n) < 0.2, np.nan, rng.gamma(2, 1000, n)),
        "elapsed": np.sort(rng.uniform(0, 3000, n)),
        "log_price": rng.normal(10, 1, n),
    }
    return pd.DataFrame(table)


def all_numbers_continuous(table, max_card=20):
    """Treat every column of numbers as continuous, months included."""
    names = table.columns.drop("log_price")
    conts = [name for name in names if table[name].dtype.kind in "if"]
    return conts, [name for name in names if name not in conts]


def ignores_max_card(table, max_card=20):
    """Ignore max_card: model numbers are continuous whatever it is."""
    return right_split(table, 20)


@falsified_by(split_columns=all_numbers_continuous)
@falsified_by(split_columns=ignores_max_card)
def test_splits_as_fastai(split_columns):
    """On a table with every kind of column, the two lists are those of fastai's cont_cat_split, at each max_card."""
    table = small_table()
    for max_card in (5, 20, 9000):
        assert split_columns(table, max_card) == tuple(cont_cat_split(table, max_card, dep_var="log_price"))


def fitted_to_all_rows(table, train, max_card=9000):
    """Take means, medians and categories from all rows, validation rows included."""
    return right_encode(table, slice(None), max_card)


def missing_is_zero(table, train, max_card=9000):
    """Fill missing numbers with 0."""
    return right_encode(table.fillna({"hours": 0.0}), train, max_card)


@falsified_by(encode=fitted_to_all_rows)
@falsified_by(encode=missing_is_zero)
def test_encodes_as_fastai(encode):
    """The codes and the numbers of every row are those of fastai's Categorify, FillMissing and Normalize."""
    table, (train, valid) = small_table(), np.split(np.arange(300), [240])
    conts, cats = cont_cat_split(table, 9000, dep_var="log_price")
    procs = [Categorify, FillMissing, Normalize]
    theirs = TabularPandas(table, procs, cats, conts, "log_price", splits=(train.tolist(), valid.tolist()))
    codes, numbers, sizes = encode(table, train)
    assert list(sizes.values()) == [len(theirs.classes[name]) for name in theirs.cat_names]
    np.testing.assert_array_equal(codes.numpy(), theirs.cats.to_numpy())
    np.testing.assert_allclose(numbers.numpy(), theirs.conts.to_numpy(), atol=1e-4)


@falsified_by(control={"max_card": (20, 9000)})  # the limit of 20 replaced: names stay names
@falsified_by(swap("max_card", 20, 9000))
def test_low_limit_costs(cardinality_limit):
    """With a limit of 20 different values, a linear model's error is at least 0.02 higher than with one of 9,000."""
    low, high = (cardinality_limit.metric("error", max_card=limit) for limit in (20, 9000))
    assert below(high, low, margin=0.02)
