"""Momentum: a step along a moving average of the gradients, in which what they agree on adds up.

Source: forum notes of 2019 on Practical Deep Learning 2019, lesson 5; Polyak, 1964; Goh, 2017.
Data:   quadratics whose curvature is known; scikit-learn's diabetes (442 patients) and digits (1,797 pictures).
Cost:   sample 2 s on one core.
"""

import numpy as np
import torch
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.gradient_descent import GradientDescent, best_rate, regression
from snippets.valleys import Valley, descend, steps_to


class MovingAverage:
    """The notes' form: new average = (1 - beta) times the new gradient + beta times the old average."""

    def __init__(self, lr: float, beta: float = 0.9):
        self.lr, self.beta, self.average = lr, beta, 0.0

    def step(self, gradient):  # any shape -> the same shape
        self.average = (1 - self.beta) * gradient + self.beta * self.average
        return self.lr * self.average


class Momentum:
    """PyTorch's form: new velocity = the new gradient + beta times the old velocity."""

    def __init__(self, lr: float, beta: float = 0.9):
        self.lr, self.beta, self.velocity = lr, beta, 0.0

    def step(self, gradient):  # any shape -> the same shape
        self.velocity = gradient + self.beta * self.velocity
        return self.lr * self.velocity


def average_weights(t: int, beta: float = 0.9):
    """How much each of t gradients counts in their moving average, the newest first. -> (t,)"""
    return (1 - beta) * beta ** np.arange(t)


def best_momentum(hessian):
    """The learning rate and the beta, in PyTorch's form, at which a quadratic takes the fewest steps."""
    curvatures = np.linalg.eigvalsh(hessian)
    flat, steep = np.sqrt(curvatures[0]), np.sqrt(curvatures[-1])
    return 4 / (flat + steep) ** 2, ((steep - flat) / (steep + flat)) ** 2


@experiment(vary={"condition": [10, 100, 1000]})
def counted(run: Run, condition: int):
    """Steps until a thousandth of the distance is left, without momentum and with, each at its best."""
    valley, start = Valley((1, condition)), np.ones(2)
    plain, momentum = GradientDescent(best_rate(valley.hessian)), Momentum(*best_momentum(valley.hessian))
    return {
        "beta": momentum.beta,
        "plain_steps": steps_to(descend(valley.gradient, start, plain, 4 * condition)),
        "momentum_steps": steps_to(descend(valley.gradient, start, momentum, 4 * condition)),
    }


@experiment(seeds=5, vary={"beta": [0.0, 0.5, 0.8, 0.9, 0.95, 0.99]})
def diabetes(run: Run, beta: float):
    """Steps until the weights of a linear model have come within a thousandth of the distance to the best ones."""
    hessian, pull, _ = regression("standardized")
    steepest = np.linalg.eigvalsh(hessian)[-1]
    lr = (1 + beta**0.5) ** 2 / steepest if beta else best_rate(hessian)
    path = descend(lambda w: hessian @ w - pull, np.zeros(len(pull)), Momentum(lr, beta), 5000)
    return {"steps": steps_to(path - np.linalg.solve(hessian, pull))}


def cosines(path):  # (steps + 1, ...) -> (steps - 1,)
    """The cosine of the angle between each step and the next."""
    steps = np.diff(path.reshape(len(path), -1), axis=0)
    steps = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    return (steps[1:] * steps[:-1]).sum(1)


def softmax_regression(optimizer):
    """500 steps on batches of 32 digits: the mean cosine of successive steps, and the loss at the end, in nats."""
    from sklearn.datasets import load_digits

    pictures, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(pictures / 16), torch.tensor(labels)  # (n, 64), (n,)

    def gradient(w):  # (64, 10) -> (64, 10)
        rows, w = torch.randint(len(x), (32,)), torch.tensor(w, requires_grad=True)
        F.cross_entropy(x[rows] @ w, y[rows]).backward()
        return w.grad.numpy()

    path = descend(gradient, np.zeros((64, 10)), optimizer, 500)
    return {"cosine": cosines(path)[20:].mean(), "loss": F.cross_entropy(x @ torch.tensor(path[-1]), y)}


@experiment(seeds=5, vary={"lr": [0.1, 4.0], "beta": [0.0, 0.9]})
def digits(run: Run, lr: float, beta: float):
    """Steps along the moving average, on digits."""
    return softmax_regression(MovingAverage(lr, beta))


@experiment(seeds=5, vary={"lr": [0.1], "beta": [0.9]})
def same_number(run: Run, lr: float, beta: float):
    """The same rate in PyTorch's form, where it is worth ten times as much."""
    return softmax_regression(Momentum(lr, beta))


@experiment(seeds=5, vary={"beta": [0.0, 0.9]})
def noise(run: Run, beta: float):
    """The mean cosine of successive steps where the gradients are only noise, independent from step to step."""
    path = descend(lambda w: np.random.normal(size=640), np.zeros(640), MovingAverage(1.0, beta), 500)
    return {"cosine": cosines(path)[20:].mean()}


@figure(diabetes)
def steps_by_beta(results):
    """Steps to the best weights, by beta: a valley of its own, with the fewest steps at 0.8 to 0.9."""
    rows = {
        f"β = {beta:g}" if beta else "no momentum": results.metric("steps", beta=beta)
        for beta in results.settings["beta"]
    }
    none, few = rows["no momentum"].mean(), rows["β = 0.9"].mean()
    return plots.dot_plot(
        rows, fmt="{:,.0f}", colors=["C7", "C0", "C0", "C0", "C0", "C1"], xscale="log", xlabel="steps",
        title=f"{few:,.0f} steps with momentum 0.9, {none:,.0f} without",
    )  # fmt: skip


@figure(digits, noise)
def directions(digits, noise):
    """The cosine of successive steps: near zero without momentum, near 0.9 with it, on digits as on pure noise."""
    rows = {
        "no momentum": digits.metric("cosine", lr=4.0, beta=0.0),
        "momentum 0.9": digits.metric("cosine", lr=4.0, beta=0.9),
        "no momentum, noise": noise.metric("cosine", beta=0.0),
        "momentum 0.9, noise": noise.metric("cosine", beta=0.9),
    }
    title = "Momentum aligns the steps, even if all gradients are noise"
    return plots.dot_plot(
        rows,
        colors=["C0", "C0", "C7", "C7"],
        fmt="{:.2f}",
        title=title,
        xlabel="cosine of successive steps",
        xlim=(-0.4, 1),
    )
