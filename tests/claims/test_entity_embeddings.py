"""Claims of docs/concepts/entity_embeddings.md."""

from coursenotes.claims import above, at, below, falsified_by, refuted, swap


@falsified_by(control={"inputs": ("trained", "untrained")})  # as many numbers a category, drawn at random
@falsified_by(swap("inputs", "trained", "one_hot"))
def test_neighbors_gain(other_models):
    """With trained embeddings, nearest neighbors err at least 15% less than with one-hot, 0.004 less than means."""
    trained, hot, means = (other_models.metric("neighbors", inputs=i) for i in ("trained", "one_hot", "means"))
    assert below(trained / hot, 1, margin=0.15)
    assert below(trained, means, margin=0.004)


@at("sample")
@falsified_by(control={"inputs": ("trained", "untrained")})
@falsified_by(swap("inputs", "trained", "numbers"))
def test_boosting_gains(other_models):
    """On generated sales, trained embeddings take at least 10% off the error of boosting on numbers, 20% on one-hot."""
    trained, numbers, hot = (other_models.metric("boosting", inputs=i) for i in ("trained", "numbers", "one_hot"))
    assert below(trained / numbers, 1, margin=0.1)
    assert below(trained / hot, 1, margin=0.2)


@at("sample")
@falsified_by(control={"inputs": ("trained", "untrained")})
@falsified_by(control={"inputs": ("shuffled_numbers", "numbers")})
def test_forest_gains_over_shuffled_numbers(other_models):
    """On generated sales, a forest errs at least 25% less with trained embeddings than with numbers in no order."""
    trained, shuffled = (other_models.metric("forest", inputs=i) for i in ("trained", "shuffled_numbers"))
    assert below(trained / shuffled, 1, margin=0.25)


@refuted("your mean average percent error will dramatically improve")
@at("full")
@falsified_by(control={"inputs": ("trained", "one_hot")})
@falsified_by(swap("inputs", "trained", "one_hot"))
def test_forest_does_not_gain_on_real_sales(other_models):
    """On Rossmann, a forest's error with trained embeddings is at least 0.002 higher than with one-hot columns."""
    trained, hot = (other_models.metric("forest", inputs=i) for i in ("trained", "one_hot"))
    assert above(trained, hot, margin=0.002)
