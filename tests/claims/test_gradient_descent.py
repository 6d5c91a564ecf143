"""Claims of docs/concepts/gradient_descent.md."""

import numpy as np
import torch
from sklearn.datasets import load_diabetes

from coursenotes.claims import above, below, falsified_by, swap
from snippets.gradient_descent import GradientDescent as RightGradientDescent
from snippets.valleys import Valley, descend, steps_to


class Uphill(RightGradientDescent):
    """The sign forgotten: the change is subtracted already."""

    def step(self, gradient):
        return -self.lr * gradient


class Normalized(RightGradientDescent):
    """Every step of the same length, however flat the loss is."""

    def step(self, gradient):
        return self.lr * gradient / np.linalg.norm(gradient)


@falsified_by(GradientDescent=Uphill)
@falsified_by(GradientDescent=Normalized)
def test_equals_torch(GradientDescent):
    """200 steps on a random loss of five numbers end, within rounding, where those of torch.optim.SGD end."""
    table = torch.randn(20, 5, dtype=torch.float64)
    hessian = (table.T @ table / 20).numpy()
    start = torch.randn(5, dtype=torch.float64)
    path = descend(lambda x: hessian @ x, start.numpy(), GradientDescent(0.1), 200)
    x = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([x], lr=0.1)
    for step in range(200):
        np.testing.assert_allclose(path[step], x.detach().numpy(), rtol=1e-9, atol=1e-12)
        optimizer.zero_grad()
        ((table @ x).square().sum() / 40).backward()
        optimizer.step()


def one_over_largest(hessian):
    """1 / the largest curvature: the rate that jumps to the bottom of the steepest direction."""
    return 1 / np.linalg.eigvalsh(hessian)[-1]


def of_the_mean(hessian):
    """2 / the mean curvature."""
    return 2 / np.linalg.eigvalsh(hessian).mean()


def of_the_flattest(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[0]


def change_of_mse(x, y, lr):
    """The mean squared error of a linear model after 500 steps from zero, divided by that before the first."""
    with np.errstate(all="ignore"):  # where it diverges
        path = descend(lambda w: 2 * x.T @ (x @ w - y) / len(y), np.zeros(x.shape[1]), RightGradientDescent(lr), 500)
        return np.square(x @ path[-1] - y).mean() / np.square(y).mean()


@falsified_by(limit=one_over_largest)
@falsified_by(limit=of_the_mean)
@falsified_by(limit=of_the_flattest)
def test_diverges_above_the_limit(limit):
    """Linear regression, on random tables and on random halves of diabetes: 500 steps at 2% below the limit end with a
    lower error than before the first, at 2% above it with a higher one."""
    patients, progress = load_diabetes(return_X_y=True)
    patients = np.column_stack([patients / patients.std(0), np.ones(len(patients))])
    for _ in range(5):
        half = torch.randperm(len(progress))[:221].numpy()
        for x, y in (torch.randn(20, 5).numpy(), torch.randn(20).numpy()), (patients[half], progress[half]):
            most = limit(2 * x.T @ x / len(y))
            assert change_of_mse(x, y, 0.98 * most) < 1 < change_of_mse(x, y, 1.02 * most)


def half_the_limit(hessian):
    """1 / the largest curvature: no zigzag in the steepest direction."""
    return 1 / np.linalg.eigvalsh(hessian)[-1]


def two_over_largest(hessian):
    """The limit itself."""
    return 2 / np.linalg.eigvalsh(hessian)[-1]


@falsified_by(best_rate=half_the_limit)
@falsified_by(best_rate=two_over_largest)
def test_steps_grow_with_the_condition(best_rate):
    """In valleys turned at random, at the best rate, a thousandth of the distance is left after ln(1000) / 2 = 3.45
    times as many steps as the condition number, within 3%."""
    for condition in (20, 100, 500):
        valley = Valley((1, condition), float(torch.rand(())) * 6)
        path = descend(valley.gradient, torch.randn(2).numpy(), RightGradientDescent(best_rate(valley.hessian)), 5000)
        assert abs(steps_to(path) / condition / 3.4539 - 1) < 0.03


@falsified_by(control={"inputs": ("standardized", "as measured")})  # trained on the inputs as they were measured
@falsified_by(swap("inputs", "standardized", "as measured"))
def test_standardizing_makes_the_valley_rounder(diabetes):
    """On random halves of diabetes, after 1,000 steps the error is at most 20 above the lowest with standardized
    inputs, and at least 300 above it with inputs as measured."""
    left, left_raw = (
        diabetes.metric("mse", inputs=name) - diabetes.metric("lowest_mse", inputs=name)
        for name in ("standardized", "as measured")
    )
    assert below(left, 20)
    assert above(left_raw, 0, margin=300)
