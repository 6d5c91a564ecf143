"""RMSProp and Adam: divide each number's step by the size of its own past gradients.

Source: forum notes of 2019 on Practical Deep Learning 2019, lesson 5, 1:54:00; Kingma and Ba, 2015.
Data:   generated gradients; a quadratic whose curvature is known; scikit-learn's digits (1,797 pictures).
Cost:   sample 2 s on one core.
"""

import numpy as np

from coursenotes import Run, experiment, figure, plots
from snippets.gradient_descent import GradientDescent
from snippets.momentum import softmax_regression
from snippets.valleys import Valley, descend, steps_to


class RMSProp:
    """The gradient, divided by the root of the moving average of its square."""

    def __init__(self, lr: float, beta: float = 0.99, eps: float = 1e-8):
        self.lr, self.beta, self.eps, self.square = lr, beta, eps, 0.0

    def step(self, gradient):  # any shape -> the same shape
        self.square = self.beta * self.square + (1 - self.beta) * gradient**2
        return self.lr * gradient / (self.square**0.5 + self.eps)


class Adam:
    """The moving average of the gradient, divided by the root of that of its square; both corrected for their start."""

    def __init__(self, lr: float, betas=(0.9, 0.999), eps: float = 1e-8):
        self.lr, self.betas, self.eps, self.t = lr, betas, eps, 0
        self.mean, self.square = 0.0, 0.0

    def step(self, gradient):  # any shape -> the same shape
        (first, second), self.t = self.betas, self.t + 1
        self.mean = first * self.mean + (1 - first) * gradient
        self.square = second * self.square + (1 - second) * gradient**2
        mean = self.mean / (1 - first**self.t)  # the weights of an average add up to 1 - beta to the power of t
        square = self.square / (1 - second**self.t)
        return self.lr * mean / (square**0.5 + self.eps)


OPTIMIZERS = {"SGD": GradientDescent, "RMSProp": RMSProp, "Adam": Adam}
SIGNS = {"steady": lambda: 1.0, "volatile": lambda: np.random.choice([-1.0, 1.0], 100)}


@experiment(seeds=5, vary={"optimizer": ["RMSProp", "Adam"], "gradients": ["steady", "volatile"]})
def signals(run: Run, optimizer: str, gradients: str):
    """The mean length of a step, in learning rates, for gradients of about 1: of one sign, or of a random sign each."""
    rule = OPTIMIZERS[optimizer](1.0)
    steps = [rule.step(SIGNS[gradients]() * np.random.normal(1, 0.1, 100)) for _ in range(500)]
    return {"length": np.abs(steps[100:]).mean()}


class Scaled:
    """Another optimizer, which is given the gradients of a loss that was multiplied by a factor."""

    def __init__(self, optimizer, factor: float):
        self.optimizer, self.factor = optimizer, factor

    def step(self, gradient):
        return self.optimizer.step(self.factor * gradient)


RATES = {"SGD": 0.5, "Adam": 0.02}


@experiment(seeds=5, vary={"optimizer": ["SGD", "Adam"], "factor": [1.0, 100.0]})
def digits(run: Run, optimizer: str, factor: float):
    """The loss of softmax regression on digits, in nats, if it was multiplied by a factor for training."""
    loss = softmax_regression(Scaled(OPTIMIZERS[optimizer](RATES[optimizer]), factor))["loss"]
    return {"loss": loss}


@experiment(vary={"optimizer": ["SGD", "Adam"]})
def by_size(run: Run, optimizer: str):
    """The hundredth step at a learning rate of 1, by the size of the gradients, which are all the same."""
    sizes = 10.0 ** np.arange(-11, 3)
    rule = OPTIMIZERS[optimizer](1.0)
    for _ in range(100):
        step = rule.step(sizes)
    return {"sizes": sizes, "steps": step, "at_eps": step[3], "at_a_hundredth_of_eps": step[1]}


@experiment(seeds=5, vary={"angle": [0, 45]})
def turned(run: Run, angle: int):
    """Steps of Adam to the bottom of a valley of condition number 100, turned by so many degrees, at its best rate."""
    valley = Valley((1, 100), np.radians(angle))
    start = np.linalg.eigh(valley.hessian)[1] @ np.random.uniform(0.5, 1.5, 2)
    rates = 10 ** np.linspace(-2, 0.5, 9)
    return {"steps": np.nanmin([steps_to(descend(valley.gradient, start, Adam(lr), 600)) for lr in rates])}


@figure(digits)
def scaled_loss(results):
    """The loss of digits with the loss for training as it is and times 100: Adam ends at the same, SGD does not."""
    rows = {
        f"{optimizer}, loss × {factor:g}": results.metric("loss", optimizer=optimizer, factor=factor)
        for optimizer in ("SGD", "Adam")
        for factor in (1.0, 100.0)
    }
    title = "A loss times 100 changes what SGD learns, and not what Adam learns"
    return plots.dot_plot(
        rows, colors=["C1", "C1", "C0", "C0"], title=title, xlim=(0, None), xlabel="loss on all digits, nats"
    )


@figure(by_size)
def step_by_size(results):
    """Step by gradient: in proportion for SGD; for Adam the learning rate, down to the size of eps."""
    sizes = results.array("sizes", optimizer="SGD")
    steps = {name: results.array("steps", optimizer=name) for name in ("SGD", "Adam")}
    _, ax = plots.axes(height=3.2)
    plots.baseline(ax, 1e-8, "eps", vertical=True)
    return plots.lines(
        steps, sizes, ax=ax, colors=["C1", "C0"], xscale="log", yscale="log", xlabel="size of the gradients",
        ylabel="step / learning rate", title="Adam's step is the learning rate, unless gradients are as small as eps",
    )  # fmt: skip
