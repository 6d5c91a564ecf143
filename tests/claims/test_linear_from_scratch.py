"""Claims of docs/concepts/linear_from_scratch.md."""

from itertools import pairwise

import torch
from torch.nn import functional as F

from coursenotes.claims import above, below, close, falsified_by
from snippets.linear_from_scratch import linear, network, sigmoid
from snippets.linear_from_scratch import linear_gradients as right_linear
from snippets.linear_from_scratch import network_gradients as right_network


def rows(*sizes):
    """Random rows, answers of 0 and 1, and parameters for layers of these sizes, in double precision."""
    x, y = torch.randn(12, sizes[0]).double(), torch.randint(2, (12, 1)).double()
    parameters = []
    for before, after in pairwise(sizes):
        parameters += [torch.randn(before, after).double(), torch.randn(after).double()]
    return x, y, [p.requires_grad_() for p in parameters]


def without_mean(x, y, w, b):
    """The rows added up, not averaged."""
    return tuple(len(y) * g for g in right_linear(x, y, w, b))


def without_other_factor(x, y, w, b):
    """The slope of the sigmoid taken as p, with the factor 1 - p forgotten."""
    p = sigmoid(linear(x, w, b))
    dz = (p - y) / (1 - p) / len(y)
    return x.T @ dz, dz.sum(0)


def uphill(x, y, w, b):
    return tuple(-g for g in right_linear(x, y, w, b))


def averaged_logits(z, y):
    """Probabilities taken where logits belong."""
    return F.binary_cross_entropy_with_logits(z.sigmoid(), y)


def summed(z, y):
    return F.binary_cross_entropy_with_logits(z, y, reduction="sum")


def on_paper(z, y):
    """The formula as on paper, which takes the logarithm of a probability that was rounded to 0 or 1."""
    p = sigmoid(z)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


@falsified_by(log_loss=averaged_logits)
@falsified_by(log_loss=summed)
@falsified_by(log_loss=on_paper)
def test_loss_equals_torch(log_loss):
    """The loss is that of F.binary_cross_entropy_with_logits, also at logits of 1,000 and -1,000."""
    z, y = torch.randn(40, 1) * 3, torch.randint(2, (40, 1)).float()
    z[:2, 0] = torch.tensor([1000.0, -1000.0])
    torch.testing.assert_close(log_loss(z, y), F.binary_cross_entropy_with_logits(z, y))


@falsified_by(linear_gradients=without_mean)
@falsified_by(linear_gradients=without_other_factor)
@falsified_by(linear_gradients=uphill)
def test_linear_gradients_equal_autograd(linear_gradients):
    """The two gradients derived by hand are those that autograd finds, for random rows, answers and parameters."""
    x, y, parameters = rows(5, 1)
    loss = F.binary_cross_entropy_with_logits(linear(x, *parameters), y)
    torch.testing.assert_close(linear_gradients(x, y, *parameters), torch.autograd.grad(loss, parameters))


def summed_rows(x, y, *parameters):
    """The rows added up, not averaged."""
    return tuple(len(y) * g for g in right_network(x, y, *parameters))


def through_every_unit(x, y, w1, b1, w2, b2):
    """Hidden units pass their gradient back even where the ReLU was off."""
    h = linear(x, w1, b1).clamp(min=0)
    dz = (sigmoid(linear(h, w2, b2)) - y) / len(y)
    dsums = dz @ w2.T
    return x.T @ dsums, dsums.sum(0), h.T @ dz, dz.sum(0)


def weights_left_out(x, y, w1, b1, w2, b2):
    """The error of the answer handed to every hidden unit alike, without the weight between them."""
    sums = linear(x, w1, b1)
    dz = (sigmoid(linear(sums.clamp(min=0), w2, b2)) - y) / len(y)
    dsums = dz * (sums > 0)
    return x.T @ dsums, dsums.sum(0), sums.clamp(min=0).T @ dz, dz.sum(0)


def transposed(x, y, w1, b1, w2, b2):
    """The first layer's gradient on its side, which a square layer does not betray."""
    first, *others = right_network(x, y, w1, b1, w2, b2)
    return first.T, *others


@falsified_by(network_gradients=summed_rows)
@falsified_by(network_gradients=through_every_unit)
@falsified_by(network_gradients=weights_left_out)
@falsified_by(network_gradients=transposed)
def test_network_gradients_equal_autograd(network_gradients):
    """The four gradients derived by hand are those that autograd finds, each in the shape of its parameter."""
    for hidden in (7, 5):  # 5: a square first layer
        x, y, parameters = rows(5, hidden, 1)
        loss = F.binary_cross_entropy_with_logits(network(x, *parameters), y)
        torch.testing.assert_close(network_gradients(x, y, *parameters), torch.autograd.grad(loss, parameters))


@falsified_by(control={"change": ("none", "zeros at the start")})  # retrained from zeros: the network learns nothing
def test_loop_is_enough(loops):
    """With the whole loop, logistic regression and the network each get more than 93% of new tumors right."""
    for model in ("linear", "network"):
        assert above(loops.metric("accuracy", model=model, change="none"), 0.93)


@falsified_by(control={"change": ("none", "zeros at the start")})
def test_hidden_layer_adds_nothing_here(loops):
    """The accuracy of the network is within 0.02 of that of logistic regression."""
    net, line = (loops.metric("accuracy", model=model, change="none") for model in ("network", "linear"))
    assert close(net, line, within=0.02)


@falsified_by(control={"change": ("zeros at the start", "none")})
def test_zeros_stop_the_network_alone(loops):
    """From zeros, logistic regression gets more than 93% of new tumors right, and the network less than 75%."""
    line, net = (loops.metric("accuracy", model=m, change="zeros at the start") for m in ("linear", "network"))
    assert above(line, 0.93)
    assert below(net, 0.75)


@falsified_by(control={"change": ("gradients kept", "none")})
def test_kept_gradients_overshoot(loops):
    """With gradients kept, the loss of either model rises in at least 15% of the steps more than without."""
    for model in ("linear", "network"):
        kept, zeroed = (loops.metric("rises", model=model, change=c) for c in ("gradients kept", "none"))
        assert above(kept, zeroed, margin=0.15)
