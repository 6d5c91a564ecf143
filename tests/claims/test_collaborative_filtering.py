"""Claims of docs/concepts/collaborative_filtering.md."""

import torch

from coursenotes.claims import at, below, close, falsified_by, swap


@at("sample")
@falsified_by(control={"model": ("dot", "biases")})  # retrained without factors
@falsified_by(control={"model": ("dot", "film_mean")})
def test_factors_beat_biases(ladder):
    """On generated ratings the dot product's validation error is at most 0.6 times that of the biases alone."""
    dot, biases = (ladder.metric("valid_loss", model=model) for model in ("dot", "biases"))
    assert below(dot / biases, 0.6)


@at("full")
@falsified_by(control={"model": ("dot", "biases")})  # retrained without factors
@falsified_by(control={"model": ("dot", "film_mean")})
def test_factors_beat_biases_on_real_ratings(ladder):
    """On real ratings the dot product's validation error is at most 0.95 times that of the biases alone."""
    dot, biases = (ladder.metric("valid_loss", model=model) for model in ("dot", "biases"))
    assert below(dot / biases, 0.95)


@at("full")
@falsified_by(control={"model": ("dot_bias", "biases")})
@falsified_by(swap("model", "dot", "dot_bias"))
def test_biases_help_beside_factors(ladder):
    """On real ratings, biases beside the factors lower the validation error by at least 0.003 stars squared."""
    with_biases, without = (ladder.metric("valid_loss", model=model) for model in ("dot_bias", "dot"))
    assert below(with_biases, without, margin=0.003)


@falsified_by(swap("model", "film_mean", "biases"))
@falsified_by(control={"model": ("biases", "global_mean")})
def test_people_differ_too(ladder):
    """A bias for each person beside that of the film lowers the error by a tenth of that of the film's mean."""
    biases, films = (ladder.metric("valid_loss", model=model) for model in ("biases", "film_mean"))
    assert below(biases / films, 0.9)


class Unstretched(torch.nn.Module):
    """The same sum, without the sigmoid."""

    def __init__(self, *sizes, y_range):
        super().__init__()
        self.net = __import__("snippets.collaborative_filtering", fromlist=["x"]).DotProductBias(*sizes, y_range=None)

    def forward(self, x):
        return self.net(x)
