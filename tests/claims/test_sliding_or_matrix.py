"""Claims of docs/concepts/sliding_or_matrix.md."""

import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from coursenotes.claims import falsified_by
from snippets.sliding_or_matrix import big_matrix as right_matrix
from snippets.sliding_or_matrix import counted as right_counted
from snippets.sliding_or_matrix import prepared as right_prepared
from snippets.sliding_or_matrix import slide as right_slide
from snippets.sliding_or_matrix import sparse_matrix_and_columns
from snippets.sliding_or_matrix import windows_as_matrix as right_windows


def flipped(pictures, kernels):
    """A convolution in the mathematical sense, with the kernels flipped."""
    return right_slide(pictures, kernels.flip(-1, -2))


def channels_reversed(pictures, kernels):
    return right_windows(pictures, kernels.flip(1))


def maps_and_channels_swapped(kernels, size):
    """A row of blocks for each channel instead of each map."""
    return right_matrix(kernels.transpose(0, 1), size)


def first_channel_only(kernels, size):
    return right_matrix(torch.cat([kernels[:, :1], 0 * kernels[:, 1:]], dim=1), size)


@falsified_by(slide=flipped)
@falsified_by(windows_as_matrix=channels_reversed)
@falsified_by(big_matrix=maps_and_channels_swapped)
@falsified_by(big_matrix=first_channel_only)
def test_all_equal_conv2d(slide, windows_as_matrix, big_matrix):
    """Loops, windows as columns, the big matrix and the same matrix stored sparse compute what F.conv2d computes."""
    for batch, channels, size, k in ((1, 1, 3, 2), (2, 3, 6, 3), (3, 4, 7, 1)):
        pictures, kernels = torch.randn(batch, channels, size, size), torch.randn(channels, channels, k, k)
        matrix, columns = big_matrix(kernels, size), pictures.flatten(1).T.contiguous()
        maps = {
            "loops": slide(pictures, kernels).flatten(1),
            "windows": windows_as_matrix(pictures, kernels).flatten(1),
            "matrix": (matrix @ columns).T,
            "sparse": (matrix.to_sparse() @ columns).T,
        }
        for result in maps.values():
            torch.testing.assert_close(result, F.conv2d(pictures, kernels).flatten(1), atol=1e-4, rtol=1e-4)


def transposed(method, pictures, kernels):
    return right_prepared(method, pictures, kernels.transpose(2, 3))


@falsified_by(prepared=transposed)
def test_timed_methods_equal_conv2d(prepared):
    """Each of the five timed methods computes the convolution."""
    pictures, kernels = torch.randn(2, 3, 6, 6), torch.randn(3, 3, 3, 3)
    expected = F.conv2d(pictures, kernels).flatten(1)
    for method in ("loops", "conv2d", "windows", "matrix", "sparse"):
        maps = prepared(method, pictures, kernels)()
        maps = maps.T if method in ("matrix", "sparse") else maps.flatten(1)
        torch.testing.assert_close(maps, expected, atol=1e-4, rtol=1e-4)


def zeros_are_free(method, channels, size=16, k=3):
    """As if a dense product skipped the zeros."""
    return right_counted("sparse" if method == "matrix" else method, channels, size, k)


def a_place_for_each_pixel(method, channels, size=16, k=3):
    """As many places as pixels, as if the picture were padded."""
    return right_counted(method, channels, size + k - 1, k)


@falsified_by(counted=zeros_are_free)
@falsified_by(counted=a_place_for_each_pixel)
def test_multiplication_counts(counted):
    """Our counts equal torch's own; sparse multiplies as often as sliding, and the dense matrix size²/k² times that."""
    for channels, size, k in ((1, 5, 2), (3, 8, 3)):
        pictures, kernels = torch.randn(1, channels, size, size), torch.randn(channels, channels, k, k)
        matrix = right_matrix(kernels, size)
        counts = {
            m: counted(m, channels, size, k)["multiplications"] for m in ("conv2d", "windows", "matrix", "sparse")
        }
        with FlopCounterMode(display=False) as counter:
            F.conv2d(pictures, kernels)
        assert counter.get_total_flops() == 2 * counts["conv2d"]
        with FlopCounterMode(display=False) as counter:
            right_windows(pictures, kernels)
        assert counter.get_total_flops() == 2 * counts["windows"]
        with FlopCounterMode(display=False) as counter:
            matrix @ pictures.flatten(1).T
        assert counter.get_total_flops() == 2 * counts["matrix"]
        assert counts["sparse"] == (matrix != 0).sum()
        assert counts["sparse"] == counts["conv2d"] == counts["windows"]
        assert counts["matrix"] * k**2 == counts["conv2d"] * size**2


def weights_stored_once(method, channels, size=28, k=3):
    """As if the sparse matrix stored every weight once, as sliding does."""
    return right_counted("conv2d" if method == "sparse" else method, channels, size, k)


def zeros_stored_and_multiplied(method, channels, size=28, k=3):
    """As if the sparse matrix kept its zeros."""
    return right_counted("matrix" if method == "sparse" else method, channels, size, k)


@falsified_by(counted=weights_stored_once)
@falsified_by(counted=zeros_stored_and_multiplied)
def test_sparse_stores_more(counted):
    """On 28 by 28 pixels, the sparse matrix multiplies as often as conv2d, and stores over a thousand times as much."""
    channels = int(torch.randint(1, 4, ()))
    sparse, sliding = (counted(way, channels, 28, 3) for way in ("sparse", "conv2d"))
    assert sparse["multiplications"] == sliding["multiplications"]
    assert sparse["stored_numbers"] > 1000 * sliding["stored_numbers"]
    kernels = torch.rand(channels, channels, 3, 3) + 0.5
    matrix, _ = sparse_matrix_and_columns(torch.rand(1, channels, 28, 28), kernels)
    assert (
        sparse["stored_numbers"]
        == matrix.values().numel() + matrix.col_indices().numel() + matrix.crow_indices().numel()
    )
