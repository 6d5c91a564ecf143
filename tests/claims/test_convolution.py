"""Claims of docs/concepts/convolution.md."""

import itertools

import torch
from torch.nn import functional as F

from coursenotes.claims import falsified_by, refuted
from snippets.convolution import conv2d as right_conv2d
from snippets.convolution import edge_kernel as right_kernel


def true_convolution(image, kernel):
    """A convolution in the mathematical sense: the kernel is flipped first."""
    return right_conv2d(image, kernel.flip(0, 1))


def every_third_place(image, kernel):
    """A window that moves by its own width, "every three by three"."""
    return F.conv2d(image[None, None], kernel[None, None], stride=len(kernel))[0, 0]


def padded(image, kernel):
    """A response at the picture's rim too, as if there were paper around it."""
    return F.conv2d(image[None, None], kernel[None, None], padding=len(kernel) // 2)[0, 0]


def other_sign(edge):
    return -right_kernel(edge)


def blur(edge):
    return torch.full((3, 3), 1 / 3)


def without_relu(image, edge):
    return right_conv2d(image, right_kernel(edge))


def map_of_other_sign(image, edge):
    return right_conv2d(image, -right_kernel(edge)).relu()


@falsified_by(conv2d=true_convolution)
@falsified_by(conv2d=every_third_place)
@falsified_by(conv2d=padded)
def test_equals_torch(conv2d):
    """The two loops compute what F.conv2d computes, on random images and kernels of 1 by 1 to 5 by 5."""
    for k in range(1, 6):
        image, kernel = torch.randn(9, 7), torch.randn(k, k)
        expected = F.conv2d(image[None, None], kernel[None, None])[0, 0]
        assert conv2d(image, kernel).shape == expected.shape
        torch.testing.assert_close(conv2d(image, kernel), expected)


@falsified_by(edge_kernel=other_sign)
@falsified_by(edge_kernel=blur)
@falsified_by(conv2d=true_convolution)
def test_three_only_at_an_edge(conv2d, edge_kernel):
    """Of all 512 patches of 0 and 1, the response is 3 to those with ones above zeros, and less to all others."""
    for cells in itertools.product((0.0, 1.0), repeat=9):
        patch = torch.tensor(cells).reshape(3, 3)
        edge = bool(patch[0].all()) and not bool(patch[2].any())
        response = float(conv2d(patch, edge_kernel("horizontal")))
        assert (response == 3) == edge and response <= 3
        assert float(conv2d(patch.T, edge_kernel("vertical"))) == response


@falsified_by(edge_kernel=blur)
def test_zero_where_uniform(conv2d, edge_kernel):
    """Where a picture is all one shade, the response is 0, whatever the shade."""
    for shade in torch.rand(5).tolist():
        image = torch.full((6, 6), shade)
        for edge in ("horizontal", "vertical"):
            assert conv2d(image, edge_kernel(edge)).abs().max() < 1e-6


@falsified_by(conv2d=every_third_place)
@falsified_by(conv2d=padded)
def test_shifts_with_the_picture(conv2d):
    """A picture shifted by a pixel gets the same responses, shifted by a pixel."""
    image, kernel = torch.randn(12, 12), torch.randn(3, 3)
    response = conv2d(image, kernel)
    torch.testing.assert_close(conv2d(image[1:], kernel), response[1:])
    torch.testing.assert_close(conv2d(image[:, 1:], kernel), response[:, 1:])


@refuted("ones above minus ones find the top edges of the strokes")
@falsified_by(edge_map=without_relu)
@falsified_by(edge_map=map_of_other_sign)
def test_finds_top_edges(edge_map):
    """On random bars of ink, drawn as 1, the lecture's kernel and ReLU give 3 below the bar, and 0 along its top."""
    for top, height in torch.randint(3, 9, (5, 2)).tolist():
        image = torch.zeros(24, 12)
        image[top : top + height] = 1
        response = edge_map(image, "horizontal")  # row i lies on row i + 1 of the image
        assert (response[top + height - 2 : top + height] == 3).all()
        assert (response[top - 2 : top] == 0).all()
