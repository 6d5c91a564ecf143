"""Claims of docs/concepts/weight_sharing.md."""

import torch
from torch.nn import functional as F

from coursenotes.claims import above, below, falsified_by, swap
from snippets.weight_sharing import conv_matrix as right_matrix


def flipped(kernel, size):
    """The matrix of a convolution in the mathematical sense, with the kernel flipped."""
    return right_matrix(kernel.flip(0, 1), size)


def columns_first(kernel, size):
    return right_matrix(kernel.T, size)


def untied(kernel, size):
    """The same zeros, with different weights at each place."""
    matrix = right_matrix(kernel, size)
    return matrix * (1 + torch.rand_like(matrix))


def detached(kernel, size):
    """The right numbers, without a gradient for the kernel."""
    return right_matrix(kernel.detach(), size) + 0 * kernel.sum()


@falsified_by(conv_matrix=flipped)
@falsified_by(conv_matrix=columns_first)
@falsified_by(conv_matrix=untied)
@falsified_by(conv_matrix=detached)
def test_is_matrix_product(conv_matrix):
    """The matrix times the picture as a column is the convolution, and picture and kernel get the same gradients."""
    for size, k in ((3, 2), (6, 3), (5, 1)):
        numbers = torch.randn(size, size), torch.randn(k, k)
        image, kernel = (x.clone().requires_grad_() for x in numbers)
        product = conv_matrix(kernel, size) @ image.flatten()
        product.square().sum().backward()
        image_2, kernel_2 = (x.clone().requires_grad_() for x in numbers)
        expected = F.conv2d(image_2[None, None], kernel_2[None, None])
        expected.square().sum().backward()
        torch.testing.assert_close(product, expected.flatten())
        torch.testing.assert_close(image.grad, image_2.grad)
        torch.testing.assert_close(kernel.grad, kernel_2.grad)


@falsified_by(conv_matrix=untied)
def test_weights_are_tied(conv_matrix):
    """For 2 by 2 weights on 3 by 3 pixels, 20 of 36 entries are zero; the others hold four values, four times each."""
    kernel = torch.rand(2, 2) + 0.5
    matrix = conv_matrix(kernel, 3)
    assert tuple(matrix.shape) == (4, 9)
    values, counts = matrix[matrix != 0].unique(return_counts=True)
    assert torch.equal(values, kernel.flatten().sort().values)
    assert counts.tolist() == [4, 4, 4, 4]


@falsified_by(control={"layer": ("shared", "unshared")})
def test_survives_shifts(shifted_digits):
    """Shifting test digits by 2 pixels costs shared, pooled weights at least 0.1 less accuracy than a dense layer."""
    shared, dense = (shifted_digits.metric("accuracy_drop", layer=layer) for layer in ("shared", "dense"))
    assert below(shared, dense, margin=0.1)


@falsified_by(swap("layer", "shared", "unpooled"))
@falsified_by(control={"layer": ("shared", "unpooled")})
def test_needs_pooling(shifted_digits):
    """On digits shifted by 2 pixels, shared weights are at least 0.03 more accurate with pooling than without."""
    pooled, unpooled = (shifted_digits.metric("accuracy_shifted", layer=layer) for layer in ("shared", "unpooled"))
    assert above(pooled, unpooled, margin=0.03)
