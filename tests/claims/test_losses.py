"""Claims of docs/concepts/losses.md."""

import torch
from torch.nn import functional as F

from coursenotes.claims import above, below, close, falsified_by, swap
from snippets.losses import naive_softmax

LOSSES = ("cross-entropy", "MSE")


def mixed_activations():
    """Ordinary activations, and rows that hold 1000 and -1000. -> (40, 5)"""
    x = 3 * torch.randn(40, 5)
    x[20:, 1], x[30:, 3] = 1000, -1000
    return x


def divided_by_sum(x):
    """Shares of the sum, without the exponentials."""
    return x / x.sum(-1, keepdim=True)


def sigmoids(x):
    """Each between 0 and 1, but on its own."""
    return x.sigmoid()


@falsified_by(softmax=naive_softmax)
@falsified_by(softmax=divided_by_sum)
@falsified_by(softmax=sigmoids)
def test_adds_up_to_one(softmax):
    """Softmax makes of any activations, 1000 and -1000 among them, numbers from 0 to 1 that add up to one: torch's."""
    x = mixed_activations()
    p = softmax(x)
    torch.testing.assert_close(p, F.softmax(x, -1))
    assert ((p >= 0) & (p <= 1)).all()
    torch.testing.assert_close(p.sum(-1), torch.ones(40))


@falsified_by(softmax=divided_by_sum)
@falsified_by(softmax=sigmoids)
def test_differences_count(softmax):
    """The same number added to all activations changes nothing; a difference of 1 is a ratio of e."""
    x = torch.randn(40, 5)
    torch.testing.assert_close(softmax(x + 7), softmax(x))
    p = softmax(torch.tensor([[3.0, 2.0, -1.0]]))[0]
    torch.testing.assert_close(p[0] / p[1], torch.tensor(1.0).exp())


def stable(x):
    """The largest activation taken off first."""
    return x.softmax(-1)


@falsified_by(naive_softmax=stable)
def test_naive_overflows(naive_softmax):
    """What is the same on paper gives ordinary activations the same, and fails to be a number at 1000."""
    x = torch.randn(40, 5)
    torch.testing.assert_close(naive_softmax(x), x.softmax(-1))
    assert naive_softmax(torch.tensor([1000.0, 999.0])).isnan().any()


def naive_cross_entropy(x, target):
    return F.nll_loss(naive_softmax(x).log(), target)


def of_probability_twice(x, target):
    """Given probabilities where it takes activations, as after a softmax layer: the commonest slip."""
    return F.cross_entropy(x.softmax(-1), target)


def summed(x, target):
    return F.cross_entropy(x, target, reduction="sum")


def other_answer(x, target):
    """The activation taken as that of no."""
    return F.binary_cross_entropy_with_logits(-x, target)


def half_squares(x, target):
    return (x - target).square().mean() / 2


def root(x, target):
    return (x - target).square().mean().sqrt()


@falsified_by(cross_entropy=naive_cross_entropy)
@falsified_by(cross_entropy=of_probability_twice)
@falsified_by(cross_entropy=summed)
@falsified_by(binary_cross_entropy=other_answer)
@falsified_by(mse=half_squares)
@falsified_by(mae=root)
def test_are_torchs(cross_entropy, binary_cross_entropy, mse, mae):
    """All four give what PyTorch's give, within a millionth of it, the first two at activations of 1000 as well."""
    x, target = mixed_activations(), torch.randint(5, (40,))
    torch.testing.assert_close(cross_entropy(x, target), F.cross_entropy(x, target), rtol=1e-6, atol=1e-6)
    yes, library = (target > 2).float(), F.binary_cross_entropy_with_logits
    for column in x.T:
        torch.testing.assert_close(binary_cross_entropy(column, yes), library(column, yes), rtol=1e-6, atol=1e-6)
    x, y = torch.randn(2, 40)
    torch.testing.assert_close(mse(x, y), F.mse_loss(x, y), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(mae(x, y), F.l1_loss(x, y), rtol=1e-6, atol=1e-6)


def squares_of_probabilities(x, target):
    return (x.softmax(-1) - F.one_hot(target, x.shape[-1])).square().sum(-1).mean()


@falsified_by(cross_entropy=squares_of_probabilities)
@falsified_by(cross_entropy=of_probability_twice)
def test_gradient_is_p_minus_y(cross_entropy):
    """The gradient on the activations is probability minus target, 1 for the right class, divided by the rows."""
    x, target = mixed_activations().requires_grad_(), torch.randint(5, (40,))
    (gradient,) = torch.autograd.grad(cross_entropy(x, target), x)
    expected = (x.detach().softmax(-1) - F.one_hot(target, 5)) / 40
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-7)


@falsified_by(control={"loss": ("MSE", "MAE")})
@falsified_by(swap("loss", "MSE", "MAE"))
def test_mse_asks_for_the_mean(constants):
    """The one answer of least MSE is the mean, within half a point; it is at least 5 points above the median."""
    best, mean, median = (constants.metric(name, loss="MSE") for name in ("best", "mean", "median"))
    assert close(best, mean, within=0.5)
    assert above(best, median, margin=5)


@falsified_by(control={"loss": ("MAE", "MSE")})
@falsified_by(swap("loss", "MSE", "MAE"))
def test_mae_asks_for_the_median(constants):
    """The one answer of least MAE is at least 5 points nearer to the median than to the mean."""
    best, mean, median = (constants.metric(name, loss="MAE") for name in ("best", "mean", "median"))
    assert below(abs(best - median), abs(best - mean), margin=5)


@falsified_by(control={"loss": ("cross-entropy", "MAE")})
@falsified_by(swap("loss", "cross-entropy", "MAE"))
def test_cross_entropy_asks_for_the_frequency(constants):
    """The one probability of least cross-entropy is the share of yes in the data, within 0.005."""
    best, share = (constants.metric(name, loss="cross-entropy") for name in ("best", "mean"))
    assert close(best, share, within=0.005)


@falsified_by(swap("loss", "MSE", "MAE"))
@falsified_by(control={"loss": ("MAE", "MSE")})
def test_mae_bears_slips(slipped_points):
    """With slips, MAE's error on clean rows stays within 3 points of that without, at least 10 below the median's."""
    with_slips, without = (slipped_points.metric("error", loss="MAE", slips=share) for share in (0.05, 0.0))
    assert close(with_slips, without, within=3)
    assert below(with_slips, slipped_points.metric("error_of_median", loss="MAE", slips=0.05), margin=10)


@falsified_by(swap("loss", "MSE", "MAE"))
@falsified_by(control={"loss": ("MSE", "MAE")})
@falsified_by(control={"slips": (0.05, 0.0)})
def test_mse_follows_slips(slipped_points):
    """With slips, MSE's error on clean rows rises by at least 25 points, to at least 5 above the median's."""
    with_slips, without = (slipped_points.metric("error", loss="MSE", slips=share) for share in (0.05, 0.0))
    assert above(with_slips, without, margin=25)
    assert above(with_slips, slipped_points.metric("error_of_median", loss="MSE", slips=0.05), margin=5)


@falsified_by(swap("loss", "MSE", "MAE"))
@falsified_by(control={"loss": ("MSE", "MAE")})
def test_each_wins_where_it_trained(slipped_points):
    """On its training rows with slips, each model is better by its own measure, by at least 4 points."""
    for measure, loss, other in (("train_mse_root", "MSE", "MAE"), ("train_mae", "MAE", "MSE")):
        own, others = (slipped_points.metric(measure, loss=name, slips=0.05) for name in (loss, other))
        assert below(own, others, margin=4)


@falsified_by(swap("loss", "cross-entropy", "MSE"))
@falsified_by(control={"loss": ("cross-entropy", "MSE")})
@falsified_by(control={"start": ("sure and wrong", "usual")})
def test_frees_a_sure_model(ten_classes):
    """From a confidently wrong start, cross-entropy's accuracy on digits is at least 0.05 above MSE's."""
    cross_entropy, mse = (ten_classes.metric("accuracy", loss=loss, start="sure and wrong") for loss in LOSSES)
    assert above(cross_entropy, mse, margin=0.05)


@falsified_by(control={"start": ("usual", "sure and wrong")})
def test_alike_from_the_usual_start(ten_classes):
    """From the usual start the two losses reach the same accuracy within 0.03, and MSE reaches at least 0.9."""
    cross_entropy, mse = (ten_classes.metric("accuracy", loss=loss, start="usual") for loss in LOSSES)
    assert close(cross_entropy, mse, within=0.03)
    assert above(mse, 0.9)


@falsified_by(swap("loss", "cross-entropy", "MSE"))
@falsified_by(control={"loss": ("cross-entropy", "MSE")})
def test_wins_by_the_others_measure(ten_classes):
    """From the usual start, cross-entropy's model has an MSE of probabilities at least 0.002 lower on new digits."""
    cross_entropy, mse = (ten_classes.metric("mse", loss=loss, start="usual") for loss in LOSSES)
    assert below(cross_entropy, mse, margin=0.002)
