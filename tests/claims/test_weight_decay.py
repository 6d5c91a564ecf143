"""Claims of docs/concepts/weight_decay.md."""

from copy import deepcopy

import torch
from torch import nn

from coursenotes.claims import above, below, close, falsified_by, swap
from snippets.weight_decay import penalize as right_penalize


def without_the_two(w, gradient, lr, wd):
    """The derivative of wd · w², taken for wd · w."""
    return w - lr * (gradient + wd * w)


def decayed_after(w, gradient, lr, decay):
    """Shrunk after the step, and the step with it."""
    return (1 - lr * decay) * (w - lr * gradient)


def decayed_without_the_rate(w, gradient, lr, decay):
    """Multiplied by 1 - decay at each step, whatever the learning rate."""
    return (1 - decay) * w - lr * gradient


@falsified_by(step_with_penalty=without_the_two)
@falsified_by(step_with_decay=decayed_after)
@falsified_by(step_with_decay=decayed_without_the_rate)
def test_same_for_sgd(step_with_penalty, step_with_decay):
    """Over 200 steps on random gradients, SGD on the loss + wd · Σ w² takes the steps of shrinking by 2 · wd, and those
    of torch.optim.SGD(weight_decay=2 · wd)."""
    gradients, wd, lr = torch.randn(200, 6).double(), 0.3, 0.05
    start = torch.randn(6).double()
    penalized, decayed, theirs = start, start, start.clone().requires_grad_()
    optimizer = torch.optim.SGD([theirs], lr=lr, weight_decay=2 * wd)
    for gradient in gradients:
        penalized = step_with_penalty(penalized, gradient, lr, wd)
        decayed = step_with_decay(decayed, gradient, lr, 2 * wd)
        theirs.grad = gradient.clone()
        optimizer.step()
    torch.testing.assert_close(penalized, decayed, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(penalized, theirs.detach(), rtol=1e-9, atol=1e-12)


def twice(net, decay):
    """The gradient of decay · w², not of half of it."""
    right_penalize(net, 2 * decay)


def only_the_first(net, decay):
    """One parameter left without a penalty."""
    first, *_ = net.children()
    right_penalize(first, decay)


def trained(net, optimizer, batches):
    """The parameters after a step on each batch of x, y. -> (parameters,)"""
    for x, y in batches:
        optimizer.zero_grad()
        (net(x)[:, 0] - y).square().mean().backward()
        optimizer.step()
    return nn.utils.parameters_to_vector(net.parameters()).detach()


@falsified_by(penalize=twice)
@falsified_by(penalize=only_the_first)
def test_penalty_is_adams_weight_decay(penalize):
    """A network with the penalty's gradient, trained by Adam, ends where torch.optim.Adam(weight_decay=…) does, and
    AdamW with the same number elsewhere."""
    batches = [(torch.randn(8, 5).double(), torch.randn(8).double()) for _ in range(100)]
    net = nn.Sequential(nn.Linear(5, 8), nn.Linear(8, 1)).double()
    theirs, other = deepcopy(net), deepcopy(net)
    penalize(net, 0.1)
    ours = trained(net, torch.optim.Adam(net.parameters(), 0.01), batches)
    adam = trained(theirs, torch.optim.Adam(theirs.parameters(), 0.01, weight_decay=0.1), batches)
    adamw = trained(other, torch.optim.AdamW(other.parameters(), 0.01, weight_decay=0.1), batches)
    torch.testing.assert_close(ours, adam, rtol=1e-8, atol=1e-10)
    assert (adam - adamw).abs().max() > 0.01


@falsified_by(control={"optimizer": ("AdamW", "Adam")})
@falsified_by(swap("optimizer", "AdamW", "Adam"))
def test_adamw_shrinks_all_alike(shrinkage):
    """After 200 steps on noise, AdamW has left the same of weights with small and with ten times larger gradients,
    within 0.01; Adam with a penalty has left at least 0.4 more of those with large ones."""
    left = {
        (optimizer, noise): shrinkage.metric("left", optimizer=optimizer, noise=noise)
        for optimizer in ("Adam", "AdamW")
        for noise in (1.0, 10.0)
    }
    assert close(left["AdamW", 10.0], left["AdamW", 1.0], within=0.01)
    assert above(left["Adam", 10.0], left["Adam", 1.0], margin=0.4)


@falsified_by(control={"wd": (0.1, 0.0)})  # trained without weight decay
@falsified_by(swap("wd", 0.1, 0.0))
def test_helps_where_factors_are_many(decayed):
    """With 50 factors on few ratings, a weight decay of 0.1 lowers the validation error by at least 0.01."""
    assert below(decayed.metric("valid_loss", wd=0.1), decayed.metric("valid_loss", wd=0.0), margin=0.01)


@falsified_by(control={"wd": (1.0, 0.1)})
@falsified_by(swap("wd", 1.0, 0.1))
def test_too_much_hurts(decayed):
    """At a weight decay of 1, the validation error is at least 0.02 above that at 0.1."""
    assert above(decayed.metric("valid_loss", wd=1.0), decayed.metric("valid_loss", wd=0.1), margin=0.02)


@falsified_by(control={"wd": (0.3, 0.0)})
@falsified_by(swap("wd", 0.3, 0.0))
def test_hurts_where_factors_are_few(few_factors, decayed):
    """A weight decay of 0.3 raises the validation error of three factors on many ratings by at least 0.02, and lowers
    that of 50 factors on few ratings by at least 0.02."""
    three, three_none = (few_factors.metric("valid_loss", factors=3, wd=wd) for wd in (0.3, 0.0))
    fifty, fifty_none = (decayed.metric("valid_loss", wd=wd) for wd in (0.3, 0.0))
    assert above(three, three_none, margin=0.02)
    assert below(fifty, fifty_none, margin=0.02)


@falsified_by(control={"wd": (0.1, 1e-3)})
def test_same_number_is_another_amount(penalized, decayed):
    """A weight decay of 0.1, given to Adam as a penalty, ends with a validation error at least 0.3 above AdamW's."""
    assert above(penalized.metric("valid_loss", wd=0.1), decayed.metric("valid_loss", wd=0.1), margin=0.3)
