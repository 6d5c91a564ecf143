"""Claims of docs/concepts/tabular_learner.md."""

import numpy as np
import pandas as pd
import torch
from fastai.tabular.all import Categorify, FillMissing, Normalize, TabularModel, TabularPandas, cont_cat_split
from torch import nn

from coursenotes.claims import below, close, falsified_by, swap
from snippets.collaborative_network import embedding_size
from snippets.tabular_learner import TabularNet as Right
from snippets.tabular_learner import encode as right_encode
from snippets.tabular_learner import split_columns as right_split


def some_sales(n=300):
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


def numbers_are_numbers(table, max_card=20):
    """Every column of numbers taken to be continuous, the months too."""
    names = table.columns.drop("log_price")
    conts = [name for name in names if table[name].dtype.kind in "if"]
    return conts, [name for name in names if name not in conts]


def only_text(table, max_card=20):
    """max_card not looked at: model numbers are continuous at any value."""
    return right_split(table, 20)


@falsified_by(split_columns=numbers_are_numbers)
@falsified_by(split_columns=only_text)
def test_splits_as_fastai(split_columns):
    """On a table with every kind of column, the two lists are those of fastai's cont_cat_split, at each max_card."""
    table = some_sales()
    for max_card in (5, 20, 9000):
        assert split_columns(table, max_card) == tuple(cont_cat_split(table, max_card, dep_var="log_price"))


def knows_the_future(table, train, max_card=9000):
    """Means, medians and lists of categories taken from all rows, those to validate on too."""
    return right_encode(table, slice(None), max_card)


def zero_for_missing(table, train, max_card=9000):
    """Missing numbers filled with 0."""
    return right_encode(table.fillna({"hours": 0.0}), train, max_card)


@falsified_by(encode=knows_the_future)
@falsified_by(encode=zero_for_missing)
def test_encodes_as_fastai(encode):
    """The codes and the numbers of every row are those of fastai's Categorify, FillMissing and Normalize."""
    table, (train, valid) = some_sales(), np.split(np.arange(300), [240])
    conts, cats = cont_cat_split(table, 9000, dep_var="log_price")
    procs = [Categorify, FillMissing, Normalize]
    theirs = TabularPandas(table, procs, cats, conts, "log_price", splits=(train.tolist(), valid.tolist()))
    codes, numbers, sizes = encode(table, train)
    assert sizes == [len(theirs.classes[name]) for name in theirs.cat_names]
    np.testing.assert_array_equal(codes.numpy(), theirs.cats.to_numpy())
    np.testing.assert_allclose(numbers.numpy(), theirs.conts.to_numpy(), atol=1e-4)


class OneHot(Right):
    """As wide as one column a code would be, without embeddings."""

    def __init__(self, sizes, n_conts, y_range=(8, 12)):
        super().__init__(sizes, n_conts, y_range)
        self.layers[0] = nn.Linear(sum(sizes) + n_conts, 200, bias=False)


class NumbersForgotten(Right):
    """Embeddings alone go into the first layer."""

    def __init__(self, sizes, n_conts, y_range=(8, 12)):
        super().__init__(sizes, n_conts, y_range)
        self.layers[0] = nn.Linear(self.layers[0].in_features - n_conts, 200, bias=False)


@falsified_by(TabularNet=OneHot)
@falsified_by(TabularNet=NumbersForgotten)
def test_width_is_a_sum(TabularNet):
    """The first layer's inputs are the widths of all embeddings, by fastai's rule, and one for each number."""
    for _ in range(5):
        sizes, n_conts = torch.randint(2, 5000, (6,)).tolist(), int(torch.randint(1, 6, ()))
        net = TabularNet(sizes, n_conts, y_range=(8, 12))
        assert net.layers[0].in_features == sum(embedding_size(n) for n in sizes) + n_conts


class NormFirst(Right):
    """Batch norm before the ReLU, as in most networks for pictures."""

    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)
        layers = list(self.layers)
        for i in range(0, len(layers) - 1, 4):
            layers[i + 1], layers[i + 2] = layers[i + 2], layers[i + 1]
        self.layers = nn.Sequential(*layers)


class NoNorm(Right):
    """The numbers as they come, without batch norm of their own."""

    def forward(self, codes, numbers):
        looked_up = [table[codes[:, i]] for i, table in enumerate(self.embeddings)]
        x = torch.cat([*looked_up, numbers], dim=1) + 0 * self.norm(numbers).sum()
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(self.layers(x).squeeze(1))


class NoDropout(Right):
    """The drop rate is taken and not used."""

    def __init__(self, *args, p=0.0, **kw):
        super().__init__(*args, p=0.0, **kw)


@falsified_by(TabularNet=NormFirst)
@falsified_by(TabularNet=NoNorm)
@falsified_by(TabularNet=NoDropout)
def test_matches_fastai(TabularNet):
    """With the same weights it gives the outputs and the gradients of fastai's TabularModel, in training and after."""
    sizes, n_conts, batch = [50, 7, 3], 2, 64
    widths = [(n, embedding_size(n)) for n in sizes]
    ours = TabularNet(sizes, n_conts, y_range=(8, 12), p=0.2)
    theirs = TabularModel(widths, n_conts, 1, [200, 100], ps=[0.2, 0.2], y_range=(8, 12))
    for mine in ours.parameters():
        mine.data.normal_(std=0.3)
    norms = [module for module in ours.modules() if isinstance(module, nn.BatchNorm1d)]
    their_norms = [module for module in theirs.modules() if isinstance(module, nn.BatchNorm1d)]
    linears, their_linears = ([m for m in net.modules() if isinstance(m, nn.Linear)] for net in (ours, theirs))
    for table, layer in zip(ours.embeddings, theirs.embeds, strict=True):
        layer.weight.data.copy_(table.data)
    for mine, layer in zip(norms + linears, their_norms + their_linears, strict=True):
        layer.load_state_dict(mine.state_dict())
    codes = torch.stack([torch.randint(n, (batch,)) for n in sizes], dim=1)
    numbers, y = 3 + 2 * torch.randn(batch, n_conts), 8 + 4 * torch.rand(batch)
    seed = torch.randint(10**6, ()).item()
    for net in (ours, theirs):
        torch.manual_seed(seed)  # the same activations are dropped
        ((net(codes, numbers).flatten() - y) ** 2).mean().backward()
        net.eval()
    torch.testing.assert_close(ours(codes, numbers), theirs(codes, numbers).flatten())
    for table, layer in zip(ours.embeddings, theirs.embeds, strict=True):
        torch.testing.assert_close(table.grad, layer.weight.grad, rtol=1e-3, atol=1e-5)
    for mine, layer in zip(linears, their_linears, strict=True):
        torch.testing.assert_close(mine.weight.grad, layer.weight.grad, rtol=1e-3, atol=1e-5)


@falsified_by(control={"model": ("network", "untrained_embeddings")})
@falsified_by(control={"model": ("fastai", "model_as_number")})
def test_trains_as_fastai(rivals):
    """The errors of fastai's tabular_learner and of the network from scratch are within 0.02 of each other."""
    scratch, fastai = (rivals.metric("error", model=model) for model in ("network", "fastai"))
    assert close(scratch, fastai, within=0.02)


@falsified_by(control={"model": ("network", "shuffled_prices")})  # trained again, on prices of other sales
@falsified_by(control={"model": ("network", "untrained_embeddings")})
@falsified_by(swap("model", "network", "linear"))
def test_beats_linear(rivals):
    """The network's error is at most 0.95 times a linear model's, and 0.7 times that of the model's mean price."""
    net, linear, mean = (rivals.metric("error", model=model) for model in ("network", "linear", "model_mean"))
    assert below(net / linear, 1, margin=0.05)
    assert below(net / mean, 1, margin=0.3)


@falsified_by(control={"model": ("untrained_embeddings", "network")})
@falsified_by(swap("model", "network", "untrained_embeddings"))
def test_embeddings_are_learned(rivals):
    """With the embeddings left as they were drawn at random, the error is at least 0.02 higher than with trained."""
    trained, drawn = (rivals.metric("error", model=model) for model in ("network", "untrained_embeddings"))
    assert below(trained, drawn, margin=0.02)


@falsified_by(control={"model": ("model_as_number", "network")})
@falsified_by(swap("model", "network", "model_as_number"))
def test_names_are_no_amounts(rivals):
    """With a limit of 20, which makes the model's number and the year amounts, the error is at least 0.01 higher."""
    looked_up, number = (rivals.metric("error", model=model) for model in ("network", "model_as_number"))
    assert below(looked_up, number, margin=0.01)
