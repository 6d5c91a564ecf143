"""Claims of docs/concepts/entity_embeddings.md."""

import numpy as np
import torch
from sklearn.metrics import mean_absolute_percentage_error

from coursenotes.claims import above, at, below, falsified_by, refuted, swap
from snippets.entity_embeddings import EntityNet as RightNet


def of_the_prediction(actual, predicted):
    """The error as a share of what was predicted."""
    return (abs(actual - predicted) / predicted).mean()


def mean_average_percent(actual, predicted):
    """Percentages of either sign, averaged: too much here makes up for too little there."""
    return abs(((actual - predicted) / actual).mean())


def share_of_the_total(actual, predicted):
    return abs(actual - predicted).sum() / actual.sum()


class WithoutPromotion(RightNet):
    """The promotion forgotten."""

    def embed(self, x, promo):
        return super().embed(x, torch.zeros_like(promo))


@falsified_by(mape=of_the_prediction)
@falsified_by(mape=mean_average_percent)
@falsified_by(mape=share_of_the_total)
def test_mape_is_scikit_learns(mape):
    """On random sales, mape is scikit-learn's mean_absolute_percentage_error."""
    actual, predicted = np.random.default_rng().uniform(1, 10, (2, 100))
    np.testing.assert_allclose(mape(actual, predicted), mean_absolute_percentage_error(actual, predicted))


@falsified_by(EntityNet=WithoutPromotion)
def test_tables_are_one_hot_products(EntityNet):
    """What the layers are given is each variable's one-hot rows times its table, and the promotion."""
    sizes = {"store": 9, "weekday": 7}
    net = EntityNet(sizes)
    x = torch.stack([torch.randint(n, (20,)) for n in sizes.values()], dim=1)
    promo = torch.ones(20)
    hot = [torch.eye(n)[x[:, i]] for i, n in enumerate(sizes.values())]
    lists = [rows @ torch.tensor(net.table(name)) for rows, name in zip(hot, sizes, strict=True)]
    torch.testing.assert_close(net.embed(x, promo), torch.cat([*lists, promo[:, None]], dim=1))


@falsified_by(control={"inputs": ("trained", "untrained")})  # as many numbers a category, drawn at random
@falsified_by(swap("inputs", "trained", "one_hot"))
def test_neighbors_gain(other_models):
    """With trained lists, nearest neighbors err at least 15% less than with one-hot, and 0.004 less than with means."""
    trained, hot, means = (other_models.metric("neighbors", inputs=i) for i in ("trained", "one_hot", "means"))
    assert below(trained / hot, 1, margin=0.15)
    assert below(trained, means, margin=0.004)


@at("sample")
@falsified_by(control={"inputs": ("trained", "untrained")})
@falsified_by(swap("inputs", "trained", "numbers"))
def test_boosting_gains(other_models):
    """On generated sales, trained lists take at least 10% off the error of boosting with numbers, 20% with one-hot."""
    trained, numbers, hot = (other_models.metric("boosting", inputs=i) for i in ("trained", "numbers", "one_hot"))
    assert below(trained / numbers, 1, margin=0.1)
    assert below(trained / hot, 1, margin=0.2)


@at("sample")
@falsified_by(control={"inputs": ("trained", "untrained")})
@falsified_by(control={"inputs": ("mixed_numbers", "numbers")})
def test_forest_gains_over_mixed_numbers(other_models):
    """On generated sales, a forest errs at least 25% less with trained lists than with numbers in no order."""
    trained, mixed = (other_models.metric("forest", inputs=i) for i in ("trained", "mixed_numbers"))
    assert below(trained / mixed, 1, margin=0.25)


@refuted("your mean average percent error will dramatically improve")
@at("full")
@falsified_by(control={"inputs": ("trained", "one_hot")})
@falsified_by(swap("inputs", "trained", "one_hot"))
def test_forest_does_not_gain_on_real_sales(other_models):
    """On Rossmann, a forest's error with trained lists is at least 0.002 higher than with one-hot columns."""
    trained, hot = (other_models.metric("forest", inputs=i) for i in ("trained", "one_hot"))
    assert above(trained, hot, margin=0.002)
