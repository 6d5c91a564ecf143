"""Claims of docs/concepts/output_range.md."""

import math

import torch

from coursenotes.claims import above, below, falsified_by, refuted, swap
from snippets.output_range import cut_range as right_cut
from snippets.output_range import sigmoid_range as right_sigmoid


def width_forgotten(score, low, high):
    """Stretched by the upper end, where the width of the range belongs."""
    return low + high * torch.sigmoid(score)


def only_shifted(score, low, high):
    return low + torch.sigmoid(score)


def slope_of_plain_sigmoid(stars, low, high):
    """The slope of a sigmoid from 0 to 1, as if stretching did not change it."""
    share = (stars - low) / (high - low)
    return share * (1 - share)


@falsified_by(sigmoid_range=width_forgotten)
@falsified_by(sigmoid_range=only_shifted)
@falsified_by(sigmoid_range=right_cut)
def test_equals_fastais(sigmoid_range):
    """On random scores and ranges it gives what fastai's sigmoid_range gives."""
    from fastai.layers import sigmoid_range as fastais

    for low, high in ((0, 5.5), (1, 5), (-2, 8)):
        score = 4 * torch.randn(50)
        torch.testing.assert_close(sigmoid_range(score, low, high), fastais(score, low, high))


@falsified_by(sigmoid_range=right_cut)
@falsified_by(sigmoid_range=width_forgotten)
def test_stays_inside(sigmoid_range):
    """For scores up to 12 the output lies strictly between the ends; from 0 to 5 it is not 5, from 0 to 5.5 it is at
    a score of ln 10."""
    score = 24 * torch.rand(1000) - 12
    for low, high in ((0, 5), (1, 5), (0.5, 5.5)):
        stars = sigmoid_range(score, low, high)
        assert (stars > low).all() and (stars < high).all()
    torch.testing.assert_close(sigmoid_range(torch.tensor(math.log(10)), 0, 5.5), torch.tensor(5.0))


@falsified_by(slope_at=slope_of_plain_sigmoid)
def test_slope(sigmoid_range, slope_at):
    """The gradient is (stars - low) * (high - stars) / (high - low), so that it is nothing at either end."""
    for low, high in ((0.0, 5.5), (1.0, 5.0), (-2.0, 8.0)):
        score = (3 * torch.randn(50, dtype=torch.float64)).requires_grad_()
        stars = sigmoid_range(score, low, high)
        (gradient,) = torch.autograd.grad(stars.sum(), score)
        torch.testing.assert_close(gradient, slope_at(stars.detach(), low, high))
        assert slope_at(low, low, high) == slope_at(high, low, high) == 0


@falsified_by(sigmoid_range=right_cut)
def test_rounding_reaches_the_end(sigmoid_range):
    """In single precision, a score of 12 gives less than 5 of 5 stars, one of 20 exactly 5, without any gradient."""
    score = torch.tensor([12.0, 20.0]).requires_grad_()
    stars = sigmoid_range(score, 0.0, 5.0)
    assert stars[0] < 5 and stars[1] == 5
    (gradient,) = torch.autograd.grad(stars.sum(), score)
    assert gradient[0] > 0 and gradient[1] < 1e-7


@falsified_by(cut_range=right_sigmoid)
@falsified_by(sigmoid_range=right_cut)
def test_cut_never_returns(steps_back, sigmoid_range, cut_range):
    """From scores between 5.5 and 8, gradient descent brings a squeezed score back to 3 stars, and a cut one never."""
    for start in (5.5 + 2.5 * torch.rand(3)).tolist():
        assert steps_back(sigmoid_range, start) >= 1
        assert math.isnan(steps_back(cut_range, start))


@falsified_by(control={"y_range": ("0 to 5.5", "0 to 5")})
@falsified_by(swap("y_range", "0 to 5", "0 to 5.5"))
def test_room_above_is_used(ends):
    """Where 5 stars were given, the mean prediction is at least 0.02 stars higher with a range to 5.5 than to 5."""
    to_more, to_five = (ends.metric("at_five", y_range=y_range) for y_range in ("0 to 5.5", "0 to 5"))
    assert above(to_more, to_five, margin=0.02)


@refuted("a range that ends a little above 5 predicts ratings better than one that ends at 5")
@falsified_by(control={"y_range": ("0 to 5", "-2 to 8")})  # against a range that is too wide, it does help
@falsified_by(swap("y_range", "0 to 5", "-2 to 8"))
def test_room_above_helps(ends):
    """A range to 5.5 lowers the validation error by less than 0.005 stars squared against one to 5, if at all."""
    to_more, to_five = (ends.metric("valid_loss", y_range=y_range) for y_range in ("0 to 5.5", "0 to 5"))
    assert above(to_more - to_five, -0.005)


@falsified_by(control={"y_range": ("-2 to 8", "0 to 5.5")})
@falsified_by(swap("y_range", "-2 to 8", "0 to 5.5"))
def test_wide_range_overfits(ends):
    """From -2 to 8, validation error ends at least 0.015 above that from 0 to 5.5; training error is no higher."""
    wide, fit = (ends.metric("valid_loss", y_range=y_range) for y_range in ("-2 to 8", "0 to 5.5"))
    wide_train, fit_train = (ends.metric("train_loss", y_range=y_range) for y_range in ("-2 to 8", "0 to 5.5"))
    assert above(wide, fit, margin=0.015)
    assert below(wide_train - fit_train, 0)
