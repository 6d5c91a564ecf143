"""Claims of docs/concepts/collaborative_filtering.md."""

import torch
from fastai.collab import EmbeddingDotBias

from coursenotes.claims import at, below, falsified_by, swap
from snippets.collaborative_filtering import DotProductBias as Right


class NoRange(Right):
    """The score itself, without the sigmoid."""

    def __init__(self, *sizes, y_range=None):
        super().__init__(*sizes)
        self.y_range = None


class AddsFactors(Right):
    """Factors that are added instead of multiplied."""

    def forward(self, x):
        users, items = x[:, 0], x[:, 1]
        score = (self.user_factors[users] + self.item_factors[items]).sum(dim=1)
        return 5.5 * torch.sigmoid(score + self.user_bias[users] + self.item_bias[items])


class OneBias(Right):
    """A bias for the film, and none for the person."""

    def forward(self, x):
        users, items = x[:, 0], x[:, 1]
        score = (self.user_factors[users] * self.item_factors[items]).sum(dim=1)
        return 5.5 * torch.sigmoid(score + self.item_bias[items])


class WiderTable(Right):
    """One factor more than requested, always zero."""

    def __init__(self, n_users, n_items, n_factors, y_range=(0, 5.5)):
        super().__init__(n_users, n_items, n_factors + 1, y_range=y_range)
        for table in (self.user_factors, self.item_factors):
            table.data[:, -1] = 0


@at("sample")
@falsified_by(control={"model": ("dot", "biases")})  # retrained without factors
@falsified_by(control={"model": ("dot", "film_mean")})
@falsified_by(swap("model", "dot", "biases"))
def test_factors_beat_biases(models):
    """On generated ratings, the validation error of factors is at least 40% lower than that of biases alone."""
    factors, biases = (models.metric("valid_loss", model=model) for model in ("dot", "biases"))
    assert below(factors / biases, 1, margin=0.4)


@at("full")
@falsified_by(control={"model": ("dot", "biases")})  # retrained without factors
@falsified_by(control={"model": ("dot", "film_mean")})
@falsified_by(swap("model", "dot", "biases"))
def test_factors_beat_biases_on_real_ratings(models):
    """On real ratings, the validation error of factors is at least 5% lower than that of biases alone."""
    factors, biases = (models.metric("valid_loss", model=model) for model in ("dot", "biases"))
    assert below(factors / biases, 1, margin=0.05)


@at("full")
@falsified_by(control={"model": ("dot_bias", "biases")})
@falsified_by(swap("model", "dot", "dot_bias"))
def test_biases_help_beside_factors(models):
    """On real ratings, adding biases to the factors lowers the validation error by at least 0.003 stars squared."""
    both, factors = (models.metric("valid_loss", model=model) for model in ("dot_bias", "dot"))
    assert below(both, factors, margin=0.003)


@falsified_by(control={"model": ("biases", "film_mean")})
@falsified_by(swap("model", "film_mean", "biases"))
def test_biases_beat_film_mean(models):
    """The validation error of biases for people and films is at least 10% below that of each film's mean rating."""
    biases, films = (models.metric("valid_loss", model=model) for model in ("biases", "film_mean"))
    assert below(biases / films, 1, margin=0.1)


@falsified_by(DotProductBias=NoRange)
def test_stays_in_range(DotProductBias):
    """Whatever the parameters, a predicted rating lies strictly inside the range; a range to 5 never gives 5."""
    x = torch.cartesian_prod(torch.arange(20), torch.arange(30))
    for top in (5.0, 5.5):
        net = DotProductBias(20, 30, 4, y_range=(0, top))
        for parameter in net.parameters():
            parameter.data.normal_()
        stars = net(x)
        assert stars.min() > 0 and stars.max() < top


@falsified_by(DotProductBias=AddsFactors)
@falsified_by(DotProductBias=OneBias)
@falsified_by(DotProductBias=WiderTable)
def test_matches_fastai(DotProductBias):
    """With the same parameters it predicts the same as fastai's EmbeddingDotBias, which has equally many."""
    ours, theirs = DotProductBias(20, 30, 4), EmbeddingDotBias(4, 20, 30, y_range=(0, 5.5))
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())
    pairs = (
        (ours.user_factors, theirs.u_weight), (ours.item_factors, theirs.i_weight),
        (ours.user_bias, theirs.u_bias), (ours.item_bias, theirs.i_bias),
    )  # fmt: skip
    for mine, layer in pairs:
        mine.data.normal_()
        layer.weight.data.copy_(mine.data.reshape(layer.weight.shape))
    x = torch.cartesian_prod(torch.arange(20), torch.arange(30))
    torch.testing.assert_close(ours(x), theirs(x))
