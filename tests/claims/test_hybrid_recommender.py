"""Claims of docs/concepts/hybrid_recommender.md."""

import torch

from coursenotes.claims import at, below, close, falsified_by, swap
from snippets.hybrid_recommender import FactsInside as RightFactsInside


class GenresForgotten(RightFactsInside):
    """Only the people's facts are added."""

    def __init__(self, facts, genres, n_factors=50):
        super().__init__(facts, 0 * genres, n_factors)


class Averaged(RightFactsInside):
    """The mean of a person's answers in place of their sum."""

    def __init__(self, facts, genres, n_factors=50):
        super().__init__(facts / facts.sum(dim=1, keepdim=True), genres, n_factors)


@falsified_by(FactsInside=GenresForgotten)
@falsified_by(FactsInside=Averaged)
def test_answers_are_looked_up(FactsInside):
    """Multiplying zeros and ones by a table adds the rows of the answers given, and the score is the dot product."""
    facts = torch.tensor([[1.0, 0, 1, 0], [0, 1, 0, 1], [0, 1, 1, 0]])
    genres = torch.tensor([[1.0, 0], [1, 1]])
    net = FactsInside(facts, genres, 3)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_()
        found = net(torch.tensor([[1, 1]]))[0]
        person = net.user_factors[1] + net.fact_factors[1] + net.fact_factors[3]
        film = net.item_factors[1] + net.genre_factors[0] + net.genre_factors[1]
        torch.testing.assert_close(found, person @ film + net.user_bias[1] + net.item_bias[1])


@at("sample")
@falsified_by(control={"model": ("hybrid", "hybrid_shuffled")})  # retrained with somebody else's facts
@falsified_by(control={"model": ("hybrid", "product")})
def test_facts_help_where_ratings_are_few(scarce):
    """With few ratings the sum's error is at least 0.03 below the product's, and below that with shuffled facts."""
    hybrid, product, shuffled = (scarce.metric("error", model=m) for m in ("hybrid", "product", "hybrid_shuffled"))
    assert below(hybrid, product, margin=0.03)
    assert below(hybrid, shuffled, margin=0.03)


@at("sample")
@falsified_by(control={"model": ("inside", "inside_shuffled")})
@falsified_by(swap("model", "inside", "inside_shuffled"))
def test_facts_inside_help(scarce):
    """With few ratings, true facts inside the product lower its error by at least 0.15; shuffled facts add 0.03."""
    inside, product = (scarce.metric("error", model=m) for m in ("inside", "product"))
    shuffled = scarce.metric("error", model="inside_shuffled")
    assert below(inside, product, margin=0.15)
    assert below(product, shuffled, margin=0.03)


@at("sample")
@falsified_by(control={"amount": ("all", "some")})
@falsified_by(swap("model", "product", "hybrid"))
def test_facts_are_not_missed_where_ratings_are_many(plenty):
    """With all the ratings, the product's error is at least 0.01 below that of the sum of product and network."""
    product, hybrid = (plenty.metric("error", model=m, amount="all") for m in ("product", "hybrid"))
    assert below(product, hybrid, margin=0.01)


@at("full")
@falsified_by(control={"model": ("hybrid_shuffled", "product")})
@falsified_by(swap("model", "product", "hybrid"))
def test_real_gain_is_not_the_facts(scarce):
    """On few real ratings the sum's error is at least 0.03 below the product's, and with shuffled facts within 0.02."""
    hybrid, product, shuffled = (scarce.metric("error", model=m) for m in ("hybrid", "product", "hybrid_shuffled"))
    assert below(hybrid, product, margin=0.03)
    assert close(hybrid, shuffled, within=0.02)


@at("full")
@falsified_by(control={"model": ("biases", "hybrid")})
@falsified_by(swap("model", "biases", "network"))
def test_biases_alone_are_best_with_few_real_ratings(scarce):
    """On few real ratings, the error of biases alone is at least 0.02 below that of each of the six other models."""
    biases = scarce.metric("error", model="biases")
    for model in ("product", "network", "hybrid", "hybrid_shuffled", "inside", "inside_shuffled"):
        assert below(biases, scarce.metric("error", model=model), margin=0.02)


@at("full")
@falsified_by(control={"model": "inside"})
@falsified_by(swap("model", "product", "hybrid"))
def test_product_is_ahead_with_all_real_ratings(plenty):
    """With 80,000 real ratings, the product's error is at least 0.005 below that of the sum of product and network."""
    product, hybrid = (plenty.metric("error", model=m, amount="all") for m in ("product", "hybrid"))
    assert below(product, hybrid, margin=0.005)


@at("full")
@falsified_by(control={"model": ("inside", "inside_shuffled")})
@falsified_by(swap("model", "inside", "product"))
def test_real_facts_inside_help_a_little(scarce):
    """On few real ratings, facts inside the product lower its error by at least 0.02, and shuffled ones 0.005 less."""
    inside, product, shuffled = (scarce.metric("error", model=m) for m in ("inside", "product", "inside_shuffled"))
    assert below(inside, product, margin=0.02)
    assert below(inside, shuffled, margin=0.005)
