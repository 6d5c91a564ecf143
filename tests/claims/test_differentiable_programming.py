"""Claims of docs/concepts/differentiable_programming.md."""

import torch

from coursenotes.claims import at, below, falsified_by
from snippets.differentiable_programming import TASKS


def same_for_all(y, n):
    """Every class alike, and zero for numbers."""
    return torch.zeros(n, y.shape[1] if y.is_floating_point() else 10)


def shares_in_place_of_logits(y, n):
    """Frequencies given where their logarithms belong."""
    one = y.mean(0) if y.is_floating_point() else torch.bincount(y, minlength=10) / len(y)
    return one.expand(n, -1)


def median(y, n):
    """The middle value, which is best for absolute errors."""
    one = y.median(0).values if y.is_floating_point() else torch.bincount(y, minlength=10).div(len(y)).log()
    return one.expand(n, -1)


@falsified_by(best_constant=same_for_all)
@falsified_by(best_constant=shares_in_place_of_logits)
@falsified_by(best_constant=median)
def test_no_constant_is_better(best_constant):
    """On its own rows the best constant leaves no gradient to descend, in any of the three tasks."""
    hidden, labels = torch.rand(400, 32) ** 3, torch.randint(10, (400,)).clamp(max=6)
    labels[:4] = torch.arange(6, 10)  # rare, but present
    for task in TASKS.values():
        y = task.target(hidden, labels)
        one = best_constant(y, 1).clone().requires_grad_()
        (gradient,) = torch.autograd.grad(task.loss(one.expand(len(y), -1), y), one)
        torch.testing.assert_close(gradient, torch.zeros_like(gradient), rtol=0, atol=1e-6)


@at("sample")
@falsified_by(control="shuffled_targets")  # retrained on the targets of other digits
def test_one_loop_gives_three_answers(three_losses):
    """On new small digits, the loss for class, number and picture is at least 30% below the best constant answer's."""
    for task in ("class", "number", "picture"):
        assert below(three_losses.metric("share", task=task), 1, margin=0.3)
