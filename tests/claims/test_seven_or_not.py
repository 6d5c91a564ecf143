"""Claims of docs/concepts/seven_or_not.md."""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import above, at, below, close, falsified_by, swap
from snippets.seven_or_not import dense as right_dense


def first_channel(activations, weights, bias):
    """The dot product with the first channel only."""
    return right_dense(activations[:, :1], weights[:, :1], bias)


def averaged(activations, weights, bias):
    """The mean of the products instead of their sum."""
    return (right_dense(activations, weights, bias) - bias) / activations[0].numel() + bias


def without_bias(activations, weights, bias):
    return right_dense(activations, weights, 0 * bias)


def columns_first(activations, weights, bias):
    """The activations flattened down the columns, the weights along the rows."""
    return right_dense(activations.transpose(2, 3).contiguous().view(activations.shape), weights, bias)


def detached(activations, weights, bias):
    """The right numbers, without a gradient for the activations."""
    return right_dense(activations.detach(), weights, bias) + 0 * activations.sum()


def odds(logit):
    """The odds, e to the difference, instead of the probability."""
    return logit.exp()


def half_as_steep(logit):
    return (logit / 2).sigmoid()


@falsified_by(dense=first_channel)
@falsified_by(dense=averaged)
@falsified_by(dense=without_bias)
@falsified_by(dense=columns_first)
@falsified_by(dense=detached)
def test_equals_torch_linear(dense):
    """The ten dot products equal the output of nn.Linear, and so do the gradients of activations, weights and bias."""
    layer = nn.Linear(2 * 4 * 4, 10)
    activations = torch.randn(5, 2, 4, 4, requires_grad=True)
    weights = layer.weight.detach().view(10, 2, 4, 4).clone().requires_grad_()
    bias = layer.bias.detach().clone().requires_grad_()
    logits, expected = dense(activations, weights, bias), layer(activations.flatten(1))
    torch.testing.assert_close(logits, expected)
    gradient = torch.randn(5, 10)
    gradients = torch.autograd.grad((logits * gradient).sum(), (activations, weights, bias))
    torchs = torch.autograd.grad((expected * gradient).sum(), (activations, layer.weight, layer.bias))
    for ours, theirs in zip(gradients, torchs, strict=True):
        torch.testing.assert_close(ours.flatten(), theirs.flatten())


@falsified_by(sigmoid=half_as_steep)
@falsified_by(sigmoid=odds)
def test_sigmoid_of_difference_is_softmax(sigmoid):
    """The sigmoid of the difference of two logits is the first one's probability in their softmax."""
    logits = 2 * torch.randn(50, 2)
    torch.testing.assert_close(F.softmax(logits, dim=1)[:, 0], sigmoid(logits[:, 0] - logits[:, 1]))


@falsified_by(control={"model": ("one logit", "shuffled labels")})  # retrained on shuffled labels
@falsified_by(swap("model", "one logit", "shuffled labels"))
def test_auc_above_0_99(sevens):
    """The AUC of the single logit is at least 0.99."""
    assert above(sevens.metric("auc", model="one logit"), 0.99)


@at("full")
@falsified_by(swap("model", "one logit", "pixels"))
@falsified_by(control={"model": ("one logit", "shuffled labels")})
def test_beats_pixels(sevens):
    """On MNIST, the AUC of the single logit is at least 0.005 above that of one layer on the pixels."""
    one, pixels = (sevens.metric("auc", model=model) for model in ("one logit", "pixels"))
    assert above(one, pixels, margin=0.005)


@at("sample")
@falsified_by(control={"model": ("one logit", "shuffled labels")})
@falsified_by(swap("model", "one logit", "two filters"))
def test_two_filters_find_fewer(sevens):
    """On small digits, two filters per layer have a recall at least 0.02 lower than eight."""
    two, eight = (sevens.metric("recall", model=model) for model in ("two filters", "one logit"))
    assert below(two, eight, margin=0.02)


@falsified_by(control={"model": ("shuffled labels", "one logit")})
def test_accuracy_hides_low_recall(sevens):
    """Trained on shuffled labels, a network has a recall at least 0.8 lower, yet an accuracy within 0.15."""
    shuffled, right = sevens.select(model="shuffled labels"), sevens.select(model="one logit")
    assert below(shuffled.metric("recall"), right.metric("recall"), margin=0.8)
    assert close(shuffled.metric("accuracy"), right.metric("accuracy"), within=0.15)


@at("full")
@falsified_by(swap("model", "ten logits", "one logit"))
@falsified_by(control={"model": ("ten logits", "shuffled labels")})
def test_training_on_all_ten_digits_helps(sevens):
    """On MNIST, training on all ten digits gives an AUC for sevens at least 0.0005 above training on sevens alone."""
    ten, one = (sevens.metric("auc", model=model) for model in ("ten logits", "one logit"))
    assert above(ten, one, margin=0.0005)
