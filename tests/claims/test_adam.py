"""Claims of docs/concepts/adam.md."""

import numpy as np
import torch

from coursenotes.claims import below, close, falsified_by, swap
from snippets.adam import Adam as RightAdam
from snippets.adam import RMSProp as RightRMSProp
from snippets.gradient_descent import GradientDescent


class WithoutTheRoot(RightAdam):
    """Divided by the average of the squares itself, as the notes say in their last formula."""

    def step(self, gradient):
        self.lr, lr = 1.0, self.lr
        right, self.lr = super().step(gradient), lr
        square = self.square / (1 - self.betas[1] ** self.t)
        return lr * right * (square**0.5 + self.eps) / (square + self.eps)


class WithoutCorrection(RightAdam):
    """Averages that begin at zero, and are used as they are."""

    def step(self, gradient):
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient**2
        return self.lr * self.mean / (self.square**0.5 + self.eps)


class ByThePreviousUpdate(RightAdam):
    """Divided by the root of the previous step, as the notes say in their second sentence."""

    previous = 1.0

    def step(self, gradient):
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.previous = self.lr * self.mean / (np.abs(self.previous) ** 0.5 + self.eps)
        return self.previous


class OfSteps(RightAdam):
    """The first average taken over past steps, not over gradients."""

    last = 0.0

    def step(self, gradient):
        self.last = 0.9 * self.last + 0.1 * super().step(gradient)
        return self.last


class EpsInside(RightRMSProp):
    """Eps added under the root."""

    def step(self, gradient):
        self.square = self.beta * self.square + (1 - self.beta) * gradient**2
        return self.lr * gradient / (self.square + self.eps) ** 0.5


class WithoutSquares(RightRMSProp):
    """The root of the moving average of the sizes."""

    def step(self, gradient):
        self.square = self.beta * self.square + (1 - self.beta) * np.abs(gradient)
        return self.lr * gradient / (self.square**0.5 + self.eps)


class OldGradients(RightRMSProp):
    """Divided by the past without the newest gradient."""

    def step(self, gradient):
        step = self.lr * gradient / (np.sqrt(self.square) + self.eps)
        super().step(gradient)
        return step


def random_gradients(t):
    """Of sizes from a ten-millionth to a thousand, and a tenth of them zero. -> (t, 12)"""
    gradients = torch.randn(t, 12).double() * 10 ** torch.linspace(-7, 3, 12).double()
    return (gradients * (torch.rand(t, 12) > 0.1)).numpy()


def path_of_torch(optimizer, gradients, **settings):
    """Where an optimizer of PyTorch goes from zero, given these gradients. -> (steps, n)"""
    x = torch.zeros(gradients.shape[1], dtype=torch.float64, requires_grad=True)
    steps, path = optimizer([x], **settings), []
    for gradient in gradients:
        x.grad = torch.tensor(gradient)
        steps.step()
        path.append(x.detach().numpy().copy())
    return np.stack(path)


@falsified_by(Adam=WithoutTheRoot)
@falsified_by(Adam=WithoutCorrection)
@falsified_by(Adam=ByThePreviousUpdate)
@falsified_by(Adam=OfSteps)
@falsified_by(RMSProp=EpsInside)
@falsified_by(RMSProp=WithoutSquares)
@falsified_by(RMSProp=OldGradients)
def test_equals_torch(RMSProp, Adam):
    """Over 300 random gradients of very different sizes, both go where torch.optim.RMSprop and Adam go."""
    gradients = random_gradients(300)
    for rule, theirs in (
        (RMSProp(0.01), path_of_torch(torch.optim.RMSprop, gradients, lr=0.01)),
        (Adam(0.01), path_of_torch(torch.optim.Adam, gradients, lr=0.01)),
    ):
        ours = -np.cumsum([rule.step(gradient) for gradient in gradients], axis=0)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)


class RateFirst(GradientDescent):
    """No division at all."""


@falsified_by(RMSProp=RateFirst)
@falsified_by(Adam=RateFirst)
@falsified_by(Adam=WithoutTheRoot)
@falsified_by(RMSProp=WithoutSquares)
def test_scale_does_not_matter(RMSProp, Adam):
    """A hundred times the gradients changes no step by 1%, if the gradients are of size 0.0001 and more."""
    signs, sizes = torch.randn(200, 8).sign(), 0.5 + torch.rand(200, 8)
    gradients = (signs * sizes * 10 ** torch.linspace(-4, 2, 8)).double().numpy()
    for make in (RMSProp, Adam):
        rule, other = make(0.01), make(0.01)
        steps = np.stack([(rule.step(gradient), other.step(100 * gradient)) for gradient in gradients])
        far = np.abs(steps[:, 1] - steps[:, 0]) > 0.01 * np.abs(steps[:, 0]).mean(0)
        assert not far.any()


@falsified_by(Adam=WithoutCorrection)
@falsified_by(Adam=WithoutTheRoot)
@falsified_by(RMSProp=RightAdam)
def test_first_step(RMSProp, Adam):
    """Adam's first step is the learning rate, whatever the gradient; RMSProp's is ten times as long."""
    gradient = torch.randn(20).double().numpy() * 10
    np.testing.assert_allclose(Adam(0.01).step(gradient), 0.01 * np.sign(gradient), rtol=1e-4)
    np.testing.assert_allclose(RMSProp(0.01).step(gradient), 0.1 * np.sign(gradient), rtol=1e-4)


@falsified_by(control={"optimizer": ("Adam", "SGD")})  # trained by SGD
@falsified_by(swap("optimizer", "Adam", "SGD"))
def test_learns_the_same_from_a_scaled_loss(digits):
    """On digits, Adam ends within 0.005 nats of the same loss if the loss is multiplied by 100 for training."""
    scaled, usual = (digits.metric("loss", optimizer="Adam", factor=factor) for factor in (100.0, 1.0))
    assert close(scaled, usual, within=0.005)


@falsified_by(control={"optimizer": ("RMSProp", "Adam")})
@falsified_by(swap("optimizer", "RMSProp", "Adam"))
def test_rmsprop_does_not_tell_volatile_from_steady(signals):
    """For gradients of the same sizes, RMSProp's steps are equally long within 2% whether their signs agree or not."""
    volatile, steady = (signals.metric("length", optimizer="RMSProp", gradients=g) for g in ("volatile", "steady"))
    assert close(volatile / steady, 1, within=0.02)


@falsified_by(control={"optimizer": ("Adam", "RMSProp")})
@falsified_by(swap("gradients", "volatile", "steady"))
def test_adam_is_careful_where_signs_change(signals):
    """For gradients of the same sizes, Adam's steps are at most a quarter as long if their signs are random."""
    volatile, steady = (signals.metric("length", optimizer="Adam", gradients=g) for g in ("volatile", "steady"))
    assert below(volatile / steady, 1, margin=0.75)
