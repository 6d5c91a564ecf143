"""Claims of docs/concepts/output_range.md."""

import math

import torch

from coursenotes.claims import above, below, falsified_by, refuted, swap
from snippets.output_range import clamp_range as right_clamp
from snippets.output_range import sigmoid_range as right_sigmoid


def width_forgotten(score, low, high):
    """Stretched by the upper end instead of the width of the range."""
    return low + high * torch.sigmoid(score)


def not_stretched(score, low, high):
    return low + torch.sigmoid(score)


def slope_of_plain_sigmoid(stars, low, high):
    """The slope of a sigmoid from 0 to 1, as if stretching did not change it."""
    share = (stars - low) / (high - low)
    return share * (1 - share)


@falsified_by(sigmoid_range=width_forgotten)
@falsified_by(sigmoid_range=not_stretched)
@falsified_by(sigmoid_range=right_clamp)
def test_equals_fastai(sigmoid_range):
    """On random scores, it returns the same as fastai's sigmoid_range."""
    from fastai.layers import sigmoid_range as fastai_range

    for low, high in ((0, 5.5), (1, 5), (-2, 8)):
        score = 4 * torch.randn(50)
        torch.testing.assert_close(sigmoid_range(score, low, high), fastai_range(score, low, high))


@falsified_by(sigmoid_range=right_clamp)
@falsified_by(sigmoid_range=width_forgotten)
def test_stays_inside(sigmoid_range):
    """For scores up to 12 the output lies strictly between the ends; with a range from 0 to 5.5, a score of ln 10 gives
    exactly 5 stars."""
    score = 24 * torch.rand(1000) - 12
    for low, high in ((0, 5), (1, 5), (0.5, 5.5)):
        stars = sigmoid_range(score, low, high)
        assert (stars > low).all() and (stars < high).all()
    torch.testing.assert_close(sigmoid_range(torch.tensor(math.log(10)), 0, 5.5), torch.tensor(5.0))


@falsified_by(slope_at=slope_of_plain_sigmoid)
def test_slope_formula(sigmoid_range, slope_at):
    """The slope is (stars - low) * (high - stars) / (high - low), so that it is zero at either end."""
    for low, high in ((0.0, 5.5), (1.0, 5.0), (-2.0, 8.0)):
        score = (3 * torch.randn(50, dtype=torch.float64)).requires_grad_()
        stars = sigmoid_range(score, low, high)
        (gradient,) = torch.autograd.grad(stars.sum(), score)
        torch.testing.assert_close(gradient, slope_at(stars.detach(), low, high))
        assert slope_at(low, low, high) == slope_at(high, low, high) == 0


@falsified_by(sigmoid_range=right_clamp)
def test_saturates_in_single_precision(sigmoid_range):
    """In single precision and a range from 0 to 5, a score of 12 gives less than 5 stars, one of 20 exactly 5,
    with a gradient below 1e-7."""
    score = torch.tensor([12.0, 20.0]).requires_grad_()
    stars = sigmoid_range(score, 0.0, 5.0)
    assert stars[0] < 5 and stars[1] == 5
    (gradient,) = torch.autograd.grad(stars.sum(), score)
    assert gradient[0] > 0 and gradient[1] < 1e-7


@falsified_by(clamp_range=right_sigmoid)
@falsified_by(sigmoid_range=right_clamp)
def test_clamp_never_recovers(count_steps, sigmoid_range, clamp_range):
    """From scores between 5.5 and 8, gradient descent gets back to 3 stars with a sigmoid, and never with a clamp."""
    for start in (5.5 + 2.5 * torch.rand(3)).tolist():
        assert count_steps(sigmoid_range, start) >= 1
        assert math.isnan(count_steps(clamp_range, start))


@falsified_by(control={"y_range": ("0 to 5.5", "0 to 5")})
@falsified_by(swap("y_range", "0 to 5", "0 to 5.5"))
def test_higher_range_raises_predictions(ranges):
    """Where 5 stars were given, the mean prediction is at least 0.02 stars higher with a range to 5.5 than to 5."""
    to_5_5, to_5 = (ranges.metric("at_five", y_range=y_range) for y_range in ("0 to 5.5", "0 to 5"))
    assert above(to_5_5, to_5, margin=0.02)


@refuted("a range that ends a little above 5 predicts ratings better than one that ends at 5")
@falsified_by(control={"y_range": ("0 to 5", "-2 to 8")})  # against a range that is too wide, it does help
@falsified_by(swap("y_range", "0 to 5", "-2 to 8"))
def test_range_above_5_helps(ranges):
    """A range to 5.5 lowers the validation error by less than 0.005 stars squared compared with one to 5, if at all."""
    to_5_5, to_5 = (ranges.metric("valid_loss", y_range=y_range) for y_range in ("0 to 5.5", "0 to 5"))
    assert above(to_5_5 - to_5, -0.005)


@falsified_by(control={"y_range": ("-2 to 8", "0 to 5.5")})
@falsified_by(swap("y_range", "-2 to 8", "0 to 5.5"))
def test_wide_range_overfits(ranges):
    """With a range from -2 to 8, the validation error is at least 0.015 stars squared higher than from 0 to 5.5; the
    training error is no higher."""
    wide, fit = (ranges.metric("valid_loss", y_range=y_range) for y_range in ("-2 to 8", "0 to 5.5"))
    wide_train, fit_train = (ranges.metric("train_loss", y_range=y_range) for y_range in ("-2 to 8", "0 to 5.5"))
    assert above(wide, fit, margin=0.015)
    assert below(wide_train - fit_train, 0)
