"""Claims of docs/concepts/momentum.md."""

import numpy as np
import torch

from coursenotes.claims import above, below, close, falsified_by, swap
from snippets.gradient_descent import best_rate
from snippets.momentum import Momentum as RightMomentum
from snippets.momentum import MovingAverage as RightMovingAverage
from snippets.valleys import Valley, descend, steps_to


def plain_average(t, beta=0.9):
    """All gradients the same, as in an ordinary mean."""
    return np.full(t, 1 / t)


def without_the_first_factor(t, beta=0.9):
    """0.9 to the power of the age, as in PyTorch's form."""
    return beta ** np.arange(t)


def oldest_first(t, beta=0.9):
    return (1 - beta) * beta ** np.arange(t)[::-1]


@falsified_by(average_weights=plain_average)
@falsified_by(average_weights=without_the_first_factor)
@falsified_by(average_weights=oldest_first)
def test_is_a_weighted_average(average_weights):
    """After t steps the moving average is the sum of the gradients times 0.1 · 0.9^k, and these add up to 1 − 0.9^t."""
    for t in (1, 5, 22, 100):
        gradients, rule = torch.randn(t, 4).double().numpy(), RightMovingAverage(1.0)
        for gradient in gradients:
            last = rule.step(gradient)
        np.testing.assert_allclose(average_weights(t) @ gradients[::-1], last, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(average_weights(t).sum(), 1 - 0.9**t)


class AtTheSameRate(RightMovingAverage):
    """The rate taken over from PyTorch as it is."""

    def __init__(self, lr, beta=0.9):
        super().__init__((1 - beta) * lr, beta)


class Exchanged(RightMovingAverage):
    """0.9 of the new gradient and 0.1 of the old average."""

    def __init__(self, lr, beta=0.9):
        super().__init__(lr, 1 - beta)


class Undamped(RightMovingAverage):
    """The new gradient counts whole."""

    def step(self, gradient):
        self.average = gradient + self.beta * self.average
        return self.lr * self.average


class StartsAtTheFirst(RightMovingAverage):
    """The average begins as the first gradient, not as zero: PyTorch's dampening=0.9 does this."""

    def step(self, gradient):
        self.average = self.average if np.any(self.average) else gradient
        return super().step(gradient)


def path_of_torch(gradients, **settings):
    """Where torch.optim.SGD goes from zero, given these gradients. -> (steps, n)"""
    x = torch.zeros(gradients.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer, path = torch.optim.SGD([x], **settings), []
    for gradient in gradients:
        x.grad = torch.tensor(gradient)
        optimizer.step()
        path.append(x.detach().numpy().copy())
    return np.stack(path)


@falsified_by(MovingAverage=AtTheSameRate)
@falsified_by(MovingAverage=Exchanged)
@falsified_by(MovingAverage=Undamped)
@falsified_by(MovingAverage=StartsAtTheFirst)
@falsified_by(Momentum=RightMovingAverage)
def test_ten_times_the_rate(MovingAverage, Momentum):
    """On 300 random gradients, PyTorch's momentum of 0.9 takes the steps of its form here, and those of the moving
    average at ten times the rate."""
    gradients = torch.randn(300, 5).double().numpy()
    theirs = path_of_torch(gradients, lr=0.01, momentum=0.9)
    for rule in (Momentum(0.01), MovingAverage(0.1)):
        ours = -np.cumsum([rule.step(gradient) for gradient in gradients], axis=0)
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-11)


def without_momentum(hessian):
    """The best rate of plain gradient descent."""
    return best_rate(hessian), 0.0


def always_nine_tenths(hessian):
    """Beta 0.9 in any valley, at the largest rate that suits it."""
    return (1 + 0.9**0.5) ** 2 / np.linalg.eigvalsh(hessian)[-1], 0.9


@falsified_by(best_momentum=without_momentum)
@falsified_by(best_momentum=always_nine_tenths)
def test_steps_grow_with_the_root(best_momentum):
    """In valleys turned at random, each at its best beta and rate: a hundred times the condition number, from 100 to
    10,000, takes 9 to 14 times the steps."""
    steps = []
    for condition in (100, 10_000):
        valley = Valley((1, condition), float(torch.rand(())) * 6)
        start = np.linalg.eigh(valley.hessian)[1] @ np.ones(2)  # one step along the valley, one across
        steps.append(steps_to(descend(valley.gradient, start, RightMomentum(*best_momentum(valley.hessian)), 5000)))
    assert 9 < steps[1] / steps[0] < 14


@falsified_by(control={"beta": (0.9, 0.0)})  # descended without momentum, at its best rate
@falsified_by(swap("beta", 0.0, 0.9))
def test_momentum_needs_fewer_steps(diabetes):
    """On random halves of diabetes, momentum 0.9 needs at most a third of the steps that plain descent needs."""
    with_momentum, plain = (diabetes.metric("steps", beta=beta) for beta in (0.9, 0.0))
    assert below(with_momentum / plain, 1, margin=2 / 3)


@falsified_by(control={"beta": (0.99, 0.9)})
@falsified_by(swap("beta", 0.9, 0.99))
def test_too_much_momentum_is_slow(diabetes):
    """Momentum 0.99 needs at least five times the steps of 0.9."""
    too_much, usual = (diabetes.metric("steps", beta=beta) for beta in (0.99, 0.9))
    assert above(too_much / usual, 1, margin=4)


@falsified_by(control={"beta": (0.9, 0.0)})
@falsified_by(swap("beta", 0.0, 0.9))
def test_steps_point_the_same_way(digits):
    """At either rate, the mean cosine of successive steps is at least 0.6 higher with momentum 0.9 than without."""
    for lr in (0.1, 4.0):
        with_momentum, plain = (digits.metric("cosine", lr=lr, beta=beta) for beta in (0.9, 0.0))
        assert above(with_momentum, plain, margin=0.6)


@falsified_by(control={"beta": (0.9, 0.0)})
def test_steps_through_noise_do_too(noise):
    """Where every gradient is independent noise, the mean cosine of successive steps is 0.9 with momentum 0.9, within
    0.02."""
    assert close(noise.metric("cosine", beta=0.9), 0.9, within=0.02)


@falsified_by(control="same_number")  # PyTorch's form, at the moving average's rate
def test_changes_little_at_a_small_rate(digits):
    """At the rate 0.1, the loss with the moving average is within 0.01 nats of the loss of plain steps."""
    average, plain = (digits.metric("loss", lr=0.1, beta=beta) for beta in (0.9, 0.0))
    assert close(average, plain, within=0.01)
