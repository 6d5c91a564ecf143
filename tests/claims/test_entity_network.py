"""Claims of docs/concepts/entity_network.md."""

import numpy as np
import torch
from sklearn.metrics import mean_absolute_percentage_error

from coursenotes.claims import falsified_by
from snippets.entity_network import EntityNet as RightNet


def of_the_prediction(actual, predicted):
    """The error as a fraction of the prediction."""
    return (abs(actual - predicted) / predicted).mean()


def mean_average_percent(actual, predicted):
    """Average the signed percentages, so that errors of opposite sign cancel."""
    return abs(((actual - predicted) / actual).mean())


def share_of_the_total(actual, predicted):
    return abs(actual - predicted).sum() / actual.sum()


class WithoutPromotion(RightNet):
    """Ignores the promotion."""

    def embed(self, x, promo):
        return super().embed(x, torch.zeros_like(promo))


@falsified_by(mape=of_the_prediction)
@falsified_by(mape=mean_average_percent)
@falsified_by(mape=share_of_the_total)
def test_mape_matches_sklearn(mape):
    """On random sales, mape is scikit-learn's mean_absolute_percentage_error."""
    actual, predicted = np.random.default_rng().uniform(1, 10, (2, 100))
    np.testing.assert_allclose(mape(actual, predicted), mean_absolute_percentage_error(actual, predicted))


@falsified_by(EntityNet=WithoutPromotion)
def test_tables_are_one_hot_products(EntityNet):
    """The input of the layers is each variable's one-hot rows times its table, and the promotion."""
    sizes = {"store": 9, "weekday": 7}
    net = EntityNet(sizes)
    x = torch.stack([torch.randint(n, (20,)) for n in sizes.values()], dim=1)
    promo = torch.ones(20)
    hot = [torch.eye(n)[x[:, i]] for i, n in enumerate(sizes.values())]
    products = [rows @ torch.tensor(net.table(name)) for rows, name in zip(hot, sizes, strict=True)]
    torch.testing.assert_close(net.embed(x, promo), torch.cat([*products, promo[:, None]], dim=1))
