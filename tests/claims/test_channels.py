"""Claims of docs/concepts/channels.md."""

import torch
from torch.nn import functional as F

from coursenotes.claims import falsified_by
from snippets.channels import filter_channels as right_filter


def first_channel_only(channels, weights):
    return right_filter(channels[:1], weights[:1])


def one_kernel_for_all(channels, weights):
    """Nine weights instead of nine per channel."""
    return right_filter(channels, weights[:1].expand_as(weights))


def largest_response(channels, weights):
    """The largest response instead of their sum."""
    responses = [right_filter(channels[c : c + 1], weights[c : c + 1]) for c in range(len(channels))]
    return torch.stack(responses).amax(dim=0)


@falsified_by(filter_channels=first_channel_only)
@falsified_by(filter_channels=one_kernel_for_all)
@falsified_by(filter_channels=largest_response)
def test_adds_over_channels(filter_channels):
    """One kernel per channel and the sum of the responses equal one filter of F.conv2d, on 2, 3 and 5 channels."""
    for channels in (2, 3, 5):
        image, weights = torch.randn(channels, 8, 6), torch.randn(channels, 3, 3)
        torch.testing.assert_close(filter_channels(image, weights), F.conv2d(image[None], weights[None])[0, 0])
