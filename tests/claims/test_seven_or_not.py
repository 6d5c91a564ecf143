"""Claims of docs/concepts/seven_or_not.md."""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import above, at, below, close, falsified_by, swap
from snippets.seven_or_not import dense as right_dense

METRICS = ("found", "accuracy")


def first_channel(activations, weights, bias):
    """The dot product with the first channel only."""
    return right_dense(activations[:, :1], weights[:, :1], bias)


def averaged(activations, weights, bias):
    """The mean of the products in place of their sum."""
    return (right_dense(activations, weights, bias) - bias) / activations[0].numel() + bias


def without_bias(activations, weights, bias):
    return right_dense(activations, weights, 0 * bias)


def columns_first(activations, weights, bias):
    """The activations flattened down the columns, the weights along the rows."""
    return right_dense(activations.transpose(2, 3).contiguous().view(activations.shape), weights, bias)


def detached(activations, weights, bias):
    """The right numbers, through which no gradient comes back to the activations."""
    return right_dense(activations.detach(), weights, bias) + 0 * activations.sum()


def odds(answer):
    """The odds, e to the difference, where the probability belongs."""
    return answer.exp()


def half_as_steep(answer):
    return (answer / 2).sigmoid()


@falsified_by(dense=first_channel)
@falsified_by(dense=averaged)
@falsified_by(dense=without_bias)
@falsified_by(dense=columns_first)
@falsified_by(dense=detached)
def test_is_linear(dense):
    """The ten dot products are what nn.Linear gives, and so are the gradients on activations, weights and bias."""
    layer = nn.Linear(2 * 4 * 4, 10)
    activations = torch.randn(5, 2, 4, 4, requires_grad=True)
    weights = layer.weight.detach().view(10, 2, 4, 4).clone().requires_grad_()
    bias = layer.bias.detach().clone().requires_grad_()
    answers, expected = dense(activations, weights, bias), layer(activations.flatten(1))
    torch.testing.assert_close(answers, expected)
    given = torch.randn(5, 10)
    found = torch.autograd.grad((answers * given).sum(), (activations, weights, bias))
    wanted = torch.autograd.grad((expected * given).sum(), (activations, layer.weight, layer.bias))
    for ours, theirs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours.flatten(), theirs.flatten())


@falsified_by(sigmoid=half_as_steep)
@falsified_by(sigmoid=odds)
def test_one_is_two(sigmoid):
    """The sigmoid of the difference of two answers is the first one's share in their softmax."""
    answers = 2 * torch.randn(50, 2)
    torch.testing.assert_close(F.softmax(answers, dim=1)[:, 0], sigmoid(answers[:, 0] - answers[:, 1]))


@falsified_by(control={"model": ("one answer", "shuffled labels")})  # retrained on labels dealt out at random
@falsified_by(swap("model", "one answer", "shuffled labels"))
def test_tells_sevens(sevens):
    """The AUC of the one activation is at least 0.99."""
    assert above(sevens.metric("auc", model="one answer"), 0.99)


@at("full")
@falsified_by(swap("model", "one answer", "pixels"))
@falsified_by(control={"model": ("one answer", "shuffled labels")})
def test_beats_pixels(sevens):
    """On MNIST, the AUC of the one activation is at least 0.005 above that of one layer on the pixels."""
    one, pixels = (sevens.metric("auc", model=model) for model in ("one answer", "pixels"))
    assert above(one, pixels, margin=0.005)


@at("sample")
@falsified_by(control={"model": ("one answer", "shuffled labels")})
@falsified_by(swap("model", "one answer", "two filters"))
def test_two_filters_find_fewer(sevens):
    """On small digits, two filters per layer find a share of the sevens at least 0.02 lower than eight."""
    two, eight = (sevens.metric("found", model=model) for model in ("two filters", "one answer"))
    assert below(two, eight, margin=0.02)


@falsified_by(control={"model": ("shuffled labels", "one answer")})
def test_accuracy_says_little(sevens):
    """Trained on shuffled labels, a network finds at least 0.8 fewer of the sevens, yet its accuracy is at most 0.15
    lower."""
    found, accuracy = ([sevens.metric(m, model=k) for k in ("shuffled labels", "one answer")] for m in METRICS)
    assert below(*found, margin=0.8)
    assert close(*accuracy, within=0.15)


@at("full")
@falsified_by(swap("model", "ten answers", "one answer"))
@falsified_by(control={"model": ("ten answers", "shuffled labels")})
def test_ten_answers_help(sevens):
    """On MNIST, a network told all ten digits has an AUC for sevens at least 0.0005 above one told only sevens."""
    ten, one = (sevens.metric("auc", model=model) for model in ("ten answers", "one answer"))
    assert above(ten, one, margin=0.0005)
