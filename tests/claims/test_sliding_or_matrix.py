"""Claims of docs/concepts/sliding_or_matrix.md."""

import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from coursenotes.claims import falsified_by
from snippets.sliding_or_matrix import as_matrix as right_as_matrix
from snippets.sliding_or_matrix import counted as right_counted
from snippets.sliding_or_matrix import prepared as right_prepared
from snippets.sliding_or_matrix import slide as right_slide
from snippets.sliding_or_matrix import windows_as_matrix as right_windows


def turned_round(pictures, kernels):
    """Kernels turned by half a turn, as in signal processing."""
    return right_slide(pictures, kernels.flip(-1, -2))


def channels_in_wrong_order(pictures, kernels):
    return right_windows(pictures, kernels.flip(1))


def maps_for_channels(pictures, kernels):
    """Blocks laid out a row for each channel, where each map should have one."""
    return right_as_matrix(pictures, kernels.transpose(0, 1))


def first_channel_only(pictures, kernels):
    return right_as_matrix(pictures, torch.cat([kernels[:, :1], 0 * kernels[:, 1:]], dim=1))


@falsified_by(slide=turned_round)
@falsified_by(windows_as_matrix=channels_in_wrong_order)
@falsified_by(as_matrix=maps_for_channels)
@falsified_by(as_matrix=first_channel_only)
def test_same_answers(slide, windows_as_matrix, as_matrix):
    """Loops, windows in columns, the big matrix and the same matrix stored sparse give what F.conv2d gives."""
    for batch, channels, size, k in ((1, 1, 3, 2), (2, 3, 6, 3), (3, 4, 7, 1)):
        pictures, kernels = torch.randn(batch, channels, size, size), torch.randn(channels, channels, k, k)
        expected = F.conv2d(pictures, kernels).flatten(2)
        for way in (slide, windows_as_matrix, as_matrix):
            torch.testing.assert_close(way(pictures, kernels), expected, atol=1e-4, rtol=1e-4)


def transposed(way, pictures, kernels):
    return right_prepared(way, pictures, kernels.transpose(2, 3))


@falsified_by(prepared=transposed)
def test_timed_ways_agree(prepared):
    """What is timed computes the convolution, each of the five ways."""
    pictures, kernels = torch.randn(2, 3, 6, 6), torch.randn(3, 3, 3, 3)
    expected = F.conv2d(pictures, kernels).flatten(1)
    for way in ("loops", "conv2d", "windows", "dense", "sparse"):
        answers = prepared(way, pictures, kernels)()
        answers = answers.T if way in ("dense", "sparse") else answers.flatten(1)
        torch.testing.assert_close(answers, expected, atol=1e-4, rtol=1e-4)


def zeros_are_free(way, channels, size=16, k=3):
    """As if a dense product skipped the zeros."""
    return right_counted("sparse" if way == "dense" else way, channels, size, k)


def a_place_for_each_pixel(way, channels, size=16, k=3):
    """As many places as pixels, as if the picture were padded."""
    return right_counted(way, channels, size + k - 1, k)


@falsified_by(counted=zeros_are_free)
@falsified_by(counted=a_place_for_each_pixel)
def test_counts(counted):
    """Our counts are those of torch's own counter; sparse multiplies as often as sliding, dense size²/k² times that."""
    for channels, size, k in ((1, 5, 2), (3, 8, 3)):
        pictures, kernels = torch.randn(1, channels, size, size), torch.randn(channels, channels, k, k)
        ways = {"conv2d": F.conv2d, "windows": right_windows, "dense": right_as_matrix}
        found = {way: counted(way, channels, size, k)["multiplications"] for way in (*ways, "sparse")}
        for way, compute in ways.items():
            with FlopCounterMode(display=False) as counter:
                compute(pictures, kernels)
            assert counter.get_total_flops() == 2 * found[way]
        assert found["sparse"] == found["conv2d"] == found["windows"]
        assert found["dense"] * k**2 == found["conv2d"] * size**2


def shared_in_the_matrix(way, channels, size=28, k=3):
    """As if the sparse matrix wrote every weight down once, as sliding does."""
    return right_counted("conv2d" if way == "sparse" else way, channels, size, k)


def zeros_stored_and_multiplied(way, channels, size=28, k=3):
    """As if the sparse matrix kept its zeros."""
    return right_counted("dense" if way == "sparse" else way, channels, size, k)


@falsified_by(counted=shared_in_the_matrix)
@falsified_by(counted=zeros_stored_and_multiplied)
def test_sparse_still_stores_more(counted):
    """On 28 by 28 pixels, the sparse matrix multiplies as often as conv2d, and stores over a thousand times as much."""
    channels = int(torch.randint(1, 4, ()))
    sparse, sliding = (counted(way, channels, 28, 3) for way in ("sparse", "conv2d"))
    assert sparse["multiplications"] == sliding["multiplications"]
    assert sparse["stored"] > 1000 * sliding["stored"]
