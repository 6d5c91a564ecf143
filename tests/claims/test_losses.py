"""Claims of docs/concepts/losses.md."""

import torch
from torch.nn import functional as F

from coursenotes.claims import above, below, close, falsified_by, swap
from snippets.losses import naive_softmax


def ordinary_and_large_logits():
    """Ordinary logits, and rows with 1000 and -1000. -> (40, 5)"""
    x = 3 * torch.randn(40, 5)
    x[20:, 1], x[30:, 3] = 1000, -1000
    return x


def divided_by_sum(x):
    """Shares of the sum, without exponentials."""
    return x / x.sum(-1, keepdim=True)


def sigmoids(x):
    """Each between 0 and 1, but on its own."""
    return x.sigmoid()


@falsified_by(softmax=naive_softmax)
@falsified_by(softmax=divided_by_sum)
@falsified_by(softmax=sigmoids)
def test_adds_up_to_one(softmax):
    """Softmax turns any logits, even 1000 and -1000, into numbers from 0 to 1 that add up to one, as PyTorch's does."""
    x = ordinary_and_large_logits()
    p = softmax(x)
    torch.testing.assert_close(p, F.softmax(x, -1))
    assert ((p >= 0) & (p <= 1)).all()
    torch.testing.assert_close(p.sum(-1), torch.ones(40))


@falsified_by(softmax=divided_by_sum)
@falsified_by(softmax=sigmoids)
def test_differences_count(softmax):
    """Adding the same number to all logits changes nothing; a difference of 1 is a ratio of e."""
    x = torch.randn(40, 5)
    torch.testing.assert_close(softmax(x + 7), softmax(x))
    p = softmax(torch.tensor([[3.0, 2.0, -1.0]]))[0]
    torch.testing.assert_close(p[0] / p[1], torch.tensor(1.0).exp())


def stable(x):
    """The largest logit subtracted first."""
    return x.softmax(-1)


@falsified_by(naive_softmax=stable)
def test_naive_overflows(naive_softmax):
    """The formula as on paper agrees for ordinary logits, and gives NaN at 1000."""
    x = torch.randn(40, 5)
    torch.testing.assert_close(naive_softmax(x), x.softmax(-1))
    assert naive_softmax(torch.tensor([1000.0, 999.0])).isnan().any()


def naive_cross_entropy(x, target):
    return F.nll_loss(naive_softmax(x).log(), target)


def of_probability_twice(x, target):
    """Given probabilities where it takes logits, as after a softmax layer: the most common mistake."""
    return F.cross_entropy(x.softmax(-1), target)


def summed(x, target):
    return F.cross_entropy(x, target, reduction="sum")


def other_answer(x, target):
    """The logit taken as the one of the other answer."""
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
def test_equal_torch(cross_entropy, binary_cross_entropy, mse, mae):
    """All four equal PyTorch's within a millionth, the first two at logits of 1000 as well."""
    x, target = ordinary_and_large_logits(), torch.randint(5, (40,))
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
    """The gradient at the logits is probability minus target (1 for the right class), divided by the number of rows."""
    x, target = ordinary_and_large_logits().requires_grad_(), torch.randint(5, (40,))
    (gradient,) = torch.autograd.grad(cross_entropy(x, target), x)
    expected = (x.detach().softmax(-1) - F.one_hot(target, 5)) / 40
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-7)


@falsified_by(control={"loss": ("MSE", "MAE")})
@falsified_by(swap("loss", "MSE", "MAE"))
def test_mse_is_lowest_at_the_mean(constants):
    """The constant with the lowest MSE is the mean, within half a point; it is at least 5 points above the median."""
    best, mean, median = (constants.metric(name, loss="MSE") for name in ("best", "mean", "median"))
    assert close(best, mean, within=0.5)
    assert above(best, median, margin=5)


@falsified_by(control={"loss": ("MAE", "MSE")})
@falsified_by(swap("loss", "MSE", "MAE"))
def test_mae_is_lowest_at_the_median(constants):
    """The constant with the lowest MAE is at least 5 points closer to the median than to the mean."""
    best, mean, median = (constants.metric(name, loss="MAE") for name in ("best", "mean", "median"))
    assert below(abs(best - median), abs(best - mean), margin=5)


@falsified_by(control={"loss": ("cross-entropy", "MAE")})
@falsified_by(swap("loss", "cross-entropy", "MAE"))
def test_cross_entropy_is_lowest_at_the_frequency(constants):
    """The constant probability with the lowest cross-entropy is the frequency of yes in the data, within 0.005."""
    best, share = (constants.metric(name, loss="cross-entropy") for name in ("best", "mean"))
    assert close(best, share, within=0.005)
