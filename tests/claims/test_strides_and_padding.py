"""Claims of docs/concepts/strides_and_padding.md."""

import torch
from torch.nn import functional as F

from coursenotes.claims import falsified_by, refuted
from snippets.strides_and_padding import output_size as right_size
from snippets.strides_and_padding import padded_response as right_response


def rounded_up(size, kernel, stride=1, padding=0):
    """Windows that may reach beyond the last pixel."""
    return -(-(size + 2 * padding - kernel) // stride) + 1


def padded_once(size, kernel, stride=1, padding=0):
    """Padding on one side only."""
    return right_size(size, kernel, stride, 0) + padding


def never_padded(size, kernel, stride=1, padding=0):
    return right_size(size, kernel, stride)


def same(size, kernel, stride=1, padding=0):
    """As much padding as it takes, even if unequal on both sides: size / stride, rounded up, for any kernel."""
    return -(-size // stride)


def mean_pool(image, size=2):
    return F.avg_pool2d(image[None], size)[0]


def keeps_the_rim(image, size=2):
    return F.max_pool2d(image[None], size, ceil_mode=True)[0]


def moves_by_one(image, size=2):
    return F.max_pool2d(image[None], size, stride=1)[0]


def adaptive_mean(image, out):
    return F.adaptive_avg_pool2d(image[None], out)[0]


def windows_of_one_size(image, out):
    """Windows of h // out rows, next to each other: the last rows are left out."""
    h, w = (n // out for n in image.shape)
    return F.max_pool2d(image[None, : h * out, : w * out], (h, w))[0]


@falsified_by(output_size=rounded_up)
@falsified_by(output_size=padded_once)
def test_size_rule(output_size):
    """The rule gives the size that F.conv2d gives, for kernels 1 to 7, strides 1 to 3, paddings 0 to 3."""
    for kernel in range(1, 8):
        for stride in (1, 2, 3):
            for padding in range(4):
                for size in (7, 8, 28, 32):
                    weights = torch.zeros(1, 1, kernel, kernel)
                    output = F.conv2d(torch.zeros(1, 1, size, size), weights, stride=stride, padding=padding)
                    assert output_size(size, kernel, stride, padding) == output.shape[-1]


@falsified_by(output_size=never_padded)
@falsified_by(output_size=rounded_up)
def test_padded_stride_halves(output_size):
    """A kernel of 3 at stride 2 with padding 1 gives exactly half of every even size: 14 of 28."""
    for size in range(2, 100, 2):
        assert output_size(size, 3, stride=2, padding=1) == size // 2


@falsified_by(output_size=same)
@falsified_by(output_size=rounded_up)
def test_unpadded_stride_falls_short(output_size):
    """Without padding, a kernel of 3 at stride 2 gives one less than half of every even size: 32, 15, 7, 3."""
    sizes = [32]
    for _ in range(3):
        sizes.append(output_size(sizes[-1], 3, stride=2))
    assert sizes == [32, 15, 7, 3]
    for size in range(4, 100, 2):
        assert output_size(size, 3, stride=2) == size // 2 - 1


@falsified_by(output_size=never_padded)
def test_odd_kernel_keeps_size(output_size):
    """At stride 1, half of an odd kernel as padding keeps every size."""
    for kernel in range(1, 12, 2):
        for size in range(1, 40):
            assert output_size(size, kernel, padding=kernel // 2) == size


@refuted("in general, a padding of half the kernel, rounded down, is what you need")
@falsified_by(output_size=same)
def test_half_padding_in_general(output_size):
    """At stride 1, half of an even kernel as padding makes every size grow by one: 28 to 29."""
    for kernel in range(2, 12, 2):
        for size in range(1, 40):
            assert output_size(size, kernel, padding=kernel // 2) == size + 1


def means_of_four(image, kernel, stride=1):
    """The mean of each stride by stride activations instead of the first of them."""
    return F.avg_pool2d(right_response(image, kernel)[None], stride)[0]


def skips_the_first(image, kernel, stride=1):
    """Every other row and column, starting with the second."""
    return right_response(image, kernel)[stride - 1 :: stride, stride - 1 :: stride]


@falsified_by(padded_response=means_of_four)
@falsified_by(padded_response=skips_the_first)
def test_stride_skips(padded_response):
    """The activations at stride 2 equal every other row and column of the activations at stride 1."""
    for size, k in ((28, 3), (9, 3), (8, 5)):
        image, kernel = torch.randn(size, size), torch.randn(k, k)
        torch.testing.assert_close(padded_response(image, kernel, stride=2), padded_response(image, kernel)[::2, ::2])


@falsified_by(max_pool=mean_pool)
@falsified_by(max_pool=keeps_the_rim)
@falsified_by(max_pool=moves_by_one)
def test_max_pool_equals_torch(max_pool):
    """Max pooling over 2 by 2 leaves a quarter of the numbers, as F.max_pool2d does; an odd last row is left out."""
    for h, w in ((28, 28), (8, 5), (7, 9)):
        image = torch.randn(h, w)
        assert tuple(max_pool(image).shape) == (h // 2, w // 2)
        torch.testing.assert_close(max_pool(image), F.max_pool2d(image[None], 2)[0])


@falsified_by(adaptive_max_pool=adaptive_mean)
@falsified_by(adaptive_max_pool=windows_of_one_size)
def test_adaptive_fits_any_size(adaptive_max_pool):
    """Asked for 14 by 14 of 28 by 28 it is a 2 by 2 max pool, asked for 1 by 1 the maximum; else as PyTorch's."""
    image = torch.randn(28, 28)
    torch.testing.assert_close(adaptive_max_pool(image, 14), F.max_pool2d(image[None], 2)[0])
    for h, w, out in ((9, 7, 1), (10, 7, 3), (5, 13, 4)):
        image = torch.randn(h, w)
        torch.testing.assert_close(adaptive_max_pool(image, out), F.adaptive_max_pool2d(image[None], out)[0])
        torch.testing.assert_close(adaptive_max_pool(image, 1), image.max().reshape(1, 1))
