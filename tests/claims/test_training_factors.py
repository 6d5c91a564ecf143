"""Claims of docs/concepts/training_factors.md."""

from coursenotes.claims import at, below, falsified_by, swap


@falsified_by(control={"change": ("no_decay", "none")})
@falsified_by(swap("change", "none", "no_decay"))
def test_weight_decay_helps(one_change):
    """Without weight decay, validation error is at least 0.02 stars squared higher, and training error is no higher."""
    valid, without = (one_change.metric("valid_loss", change=change) for change in ("none", "no_decay"))
    train, train_without = (one_change.metric("train_loss", change=change) for change in ("none", "no_decay"))
    assert below(valid, without, margin=0.02)
    assert below(train_without - train, 0)


@falsified_by(control={"change": ("wide_start", "none")})
@falsified_by(swap("change", "none", "wide_start"))
def test_small_start_helps(one_change):
    """Starting from N(0, 1), the validation error ends at least 0.1 stars squared higher than from N(0, 0.01²)."""
    small, wide = (one_change.metric("valid_loss", change=change) for change in ("none", "wide_start"))
    assert below(small, wide, margin=0.1)


@at("full")
@falsified_by(control={"change": ("no_range", "none")})
@falsified_by(swap("change", "none", "no_range"))
def test_range_helps_on_real_ratings(one_change):
    """On real ratings, leaving out the range raises the validation error by at least 0.02 stars squared."""
    with_range, without = (one_change.metric("valid_loss", change=change) for change in ("none", "no_range"))
    assert below(with_range, without, margin=0.02)
