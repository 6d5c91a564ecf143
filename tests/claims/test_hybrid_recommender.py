"""Claims of docs/concepts/hybrid_recommender.md."""

import torch

from coursenotes.claims import at, below, close, falsified_by, swap
from snippets.hybrid_recommender import FactsInside as RightFactsInside


class GenresForgotten(RightFactsInside):
    """Only the people's facts are added, and not the films' genres."""

    def __init__(self, facts, genres, n_factors=50):
        super().__init__(facts, 0 * genres, n_factors)


class Averaged(RightFactsInside):
    """The mean of the factors of a person's answers instead of their sum."""

    def __init__(self, facts, genres, n_factors=50):
        super().__init__(facts / facts.sum(dim=1, keepdim=True), genres, n_factors)


@falsified_by(FactsInside=GenresForgotten)
@falsified_by(FactsInside=Averaged)
def test_adds_factors_of_facts(FactsInside):
    """Multiplying zeros and ones by a table adds the factors of the answers given; the score is the dot product."""
    facts = torch.tensor([[1.0, 0, 1, 0], [0, 1, 0, 1], [0, 1, 1, 0]])
    genres = torch.tensor([[1.0, 0], [1, 1]])
    net = FactsInside(facts, genres, 3)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_()
        score = net(torch.tensor([[1, 1]]))[0]
        person = net.user_factors[1] + net.fact_factors[1] + net.fact_factors[3]
        film = net.item_factors[1] + net.genre_factors[0] + net.genre_factors[1]
        torch.testing.assert_close(score, person @ film + net.user_bias[1] + net.item_bias[1])


@at("sample")
@falsified_by(control={"model": ("hybrid", "hybrid_shuffled")})  # retrained with somebody else's facts
@falsified_by(control={"model": ("hybrid", "product")})
def test_facts_help_with_few_ratings(few_ratings):
    """With few ratings, the sum's error is at least 0.03 below the product's, and below its own with shuffled facts."""
    hybrid, product, shuffled = (
        few_ratings.metric("valid_loss", model=m) for m in ("hybrid", "product", "hybrid_shuffled")
    )
    assert below(hybrid, product, margin=0.03)
    assert below(hybrid, shuffled, margin=0.03)


@at("sample")
@falsified_by(control={"model": ("inside", "inside_shuffled")})
@falsified_by(swap("model", "inside", "inside_shuffled"))
def test_facts_inside_help(few_ratings):
    """With few ratings, facts inside the product lower its error by at least 0.15; shuffled ones raise it by 0.03."""
    inside, product = (few_ratings.metric("valid_loss", model=m) for m in ("inside", "product"))
    shuffled = few_ratings.metric("valid_loss", model="inside_shuffled")
    assert below(inside, product, margin=0.15)
    assert below(product, shuffled, margin=0.03)


@at("sample")
@falsified_by(control={"amount": ("all", "some")})
@falsified_by(swap("model", "product", "hybrid"))
def test_facts_do_not_help_with_many_ratings(more_ratings):
    """With all the ratings, the product's error is at least 0.01 below that of the sum of product and network."""
    product, hybrid = (more_ratings.metric("valid_loss", model=m, amount="all") for m in ("product", "hybrid"))
    assert below(product, hybrid, margin=0.01)


@at("full")
@falsified_by(control={"model": ("hybrid_shuffled", "product")})
@falsified_by(swap("model", "product", "hybrid"))
def test_real_gain_is_not_from_facts(few_ratings):
    """With few real ratings, the sum's error is at least 0.03 below the product's, and changes by less than 0.02 if
    facts are shuffled."""
    hybrid, product, shuffled = (
        few_ratings.metric("valid_loss", model=m) for m in ("hybrid", "product", "hybrid_shuffled")
    )
    assert below(hybrid, product, margin=0.03)
    assert close(hybrid, shuffled, within=0.02)


@at("full")
@falsified_by(control={"model": ("biases", "hybrid")})
@falsified_by(swap("model", "biases", "network"))
def test_biases_alone_are_best_with_few_real_ratings(few_ratings):
    """With few real ratings, the error of biases alone is at least 0.02 below that of each of the six other models."""
    biases = few_ratings.metric("valid_loss", model="biases")
    for model in ("product", "network", "hybrid", "hybrid_shuffled", "inside", "inside_shuffled"):
        assert below(biases, few_ratings.metric("valid_loss", model=model), margin=0.02)


@at("full")
@falsified_by(control={"model": "inside"})
@falsified_by(swap("model", "product", "hybrid"))
def test_product_beats_sum_with_all_real_ratings(more_ratings):
    """With 80,000 real ratings, the product's error is at least 0.005 below that of the sum of product and network."""
    product, hybrid = (more_ratings.metric("valid_loss", model=m, amount="all") for m in ("product", "hybrid"))
    assert below(product, hybrid, margin=0.005)


@at("full")
@falsified_by(control={"model": ("inside", "inside_shuffled")})
@falsified_by(swap("model", "inside", "product"))
def test_real_facts_inside_help_a_little(few_ratings):
    """With few real ratings, facts inside the product lower its error by at least 0.02, and shuffled ones by at least
    0.005 less."""
    inside, product, shuffled = (
        few_ratings.metric("valid_loss", model=m) for m in ("inside", "product", "inside_shuffled")
    )
    assert below(inside, product, margin=0.02)
    assert below(inside, shuffled, margin=0.005)
