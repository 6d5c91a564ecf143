"""Claims of docs/concepts/affine_functions.md."""

import torch
from torch import nn

from coursenotes.claims import falsified_by, refuted
from snippets.affine_functions import affine as right_affine
from snippets.affine_functions import is_affine as mixtures
from snippets.affine_functions import is_linear as sums_and_multiples
from snippets.affine_functions import with_one


def random_layer(inputs=4, outputs=3):
    """Weights and a bias of which no number is near zero, in double precision."""
    return torch.randn(inputs, outputs).double(), torch.rand(outputs).double() + 0.5


def pair(*shape):
    return torch.randn(shape).double(), torch.randn(shape).double()


def without_bias(x, w, b):
    return x @ w


def bias_on_the_input(x, w, b):
    """The bias added before the multiplication."""
    return (x + b.mean()) @ w


def bent(x, w, b):
    """A ReLU behind it: no longer affine."""
    return right_affine(x, w, b).clamp(min=0)


@falsified_by(affine=without_bias)
@falsified_by(affine=bias_on_the_input)
@falsified_by(affine=bent)
def test_gap_is_minus_the_bias(affine):
    """For random inputs x and y, f(x + y) - f(x) - f(y) is minus the bias, and zero where the bias is zero."""
    x, y = pair(50, 4)
    w, b = random_layer()
    for bias in (b, torch.zeros_like(b)):
        gap = affine(x + y, w, bias) - affine(x, w, bias) - affine(y, w, bias)
        torch.testing.assert_close(gap, (-bias).expand(50, -1))


@falsified_by(affine=bent)
def test_differences_are_linear(affine):
    """The bias cancels in differences: f(x) - f(y) is (x - y) times the weights."""
    x, y = pair(50, 4)
    w, b = random_layer()
    torch.testing.assert_close(affine(x, w, b) - affine(y, w, b), (x - y) @ w)


@refuted("an affine fn is a linear fn")
@falsified_by(is_linear=mixtures)
def test_affine_is_not_linear(is_linear):
    """With a bias a layer passes on mixtures, but not sums; without one it passes on both."""
    x, y = pair(50, 4)
    w, b = random_layer()
    for bias, linear in ((b, False), (torch.zeros_like(b), True)):

        def layer(x, bias=bias):
            return right_affine(x, w, bias)

        assert mixtures(layer, x, y)
        assert is_linear(layer, x, y) is linear


def side_by_side(w, b):
    """The 1 not carried along: its last column is all zeros."""
    return torch.cat([torch.cat([w, b[None]]), torch.zeros(len(w) + 1, 1).double()], dim=1)


def bias_in_the_column(w, b):
    """The bias beside the weights, not below them; only where both are of one size."""
    return torch.block_diag(w, torch.ones(1, 1).double()) + 0 * b.sum()


@falsified_by(bordered=side_by_side)
@falsified_by(bordered=bias_in_the_column)
def test_two_are_one(bordered):
    """Two layers in a row are one: the product of their matrices, with the bias as the weight of a 1."""
    x = pair(50, 4)[0]
    first, second = random_layer(4, 3), random_layer(3, 2)
    one_by_one = right_affine(right_affine(x, *first), *second)
    at_once = with_one(x) @ (bordered(*first) @ bordered(*second))
    torch.testing.assert_close(at_once, with_one(one_by_one))


def multiples_only(f, x, y):
    """Doubling the input doubles what the output gains over f(0): a ReLU does that, too."""
    zero = f(torch.zeros_like(x))
    return torch.allclose(f(2 * x) - zero, 2 * (f(x) - zero))


@falsified_by(is_affine=sums_and_multiples)
@falsified_by(is_affine=multiples_only)
def test_kinds_of_layers(is_affine):
    """Linear layers, convolutions, average pooling and trained BatchNorm are affine; ReLU and max pooling are not."""
    image = pair(2, 3, 6, 6)
    trained = nn.BatchNorm2d(3)
    nn.init.normal_(trained.bias)
    affine = (nn.Linear(6, 4), nn.Conv2d(3, 4, 3), nn.AvgPool2d(2), trained.eval())
    for layer in affine:
        assert is_affine(layer.double(), *image)
    for layer in (nn.ReLU(), nn.MaxPool2d(2)):
        assert not is_affine(layer, *image)
