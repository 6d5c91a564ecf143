"""Claims of docs/concepts/final_pooling.md."""

import torch
from torch import nn

from coursenotes.claims import above, close, falsified_by, refuted, swap


def averages_first(features):
    """Both, in the other order."""
    return torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)


def average_over_channels(features):
    """One number for each row of the grid, averaged over channels, instead of one for each channel."""
    return features.mean(dim=(1, 3))


def max_over_channels(features):
    return features.amax(dim=(1, 3))


def sum_pool(features):
    return features.sum(dim=(2, 3))


@falsified_by(concat_pool=averages_first)
@falsified_by(average_pool=average_over_channels)
@falsified_by(max_pool=max_over_channels)
@falsified_by(average_pool=sum_pool)
def test_equals_libraries(average_pool, max_pool, concat_pool):
    """The three pools equal PyTorch's adaptive pools to 1 by 1 and fastai's AdaptiveConcatPool2d."""
    from fastai.layers import AdaptiveConcatPool2d

    features = torch.randn(3, 5, 7, 7)
    torch.testing.assert_close(average_pool(features), nn.AdaptiveAvgPool2d(1)(features).flatten(1))
    torch.testing.assert_close(max_pool(features), nn.AdaptiveMaxPool2d(1)(features).flatten(1))
    torch.testing.assert_close(concat_pool(features), AdaptiveConcatPool2d()(features).flatten(1))


@falsified_by(control="shuffled_labels")  # retrained on shuffled labels
@falsified_by(swap("head", "max", "average"))
@falsified_by(control={"head": ("max", "brightness")})
def test_maximum_finds_small_bears_sooner(by_size):
    """In noise, after five epochs, the maximum is at least 0.1 more accurate than the average on bears of 4 pixels."""
    average, maximum = (by_size.metric("small", background="noise", head=head) for head in ("average", "max"))
    assert above(maximum, average, margin=0.1)


@falsified_by(swap("head", "max", "average"))
@falsified_by(control={"head": ("max", "brightness")})
def test_maximum_finds_small_bears_in_clutter(by_size):
    """In clutter, after five epochs, the maximum is at least 0.01 more accurate than the average on bears of 4."""
    average, maximum = (by_size.metric("small", background="clutter", head=head) for head in ("average", "max"))
    assert above(maximum, average, margin=0.01)


@falsified_by(control={"head": ("average", "max")})
@falsified_by(swap("head", "average", "max"))
@falsified_by(control={"head": ("average", "concat")})
def test_average_finds_faint_bears(faint):
    """On bears of 24 pixels and contrast 0.08, the average is at least 0.1 more accurate than the maximum."""
    average, maximum = (faint.metric("at_008", head=head) for head in ("average", "max"))
    assert above(average, maximum, margin=0.1)


@refuted("with both together you need not choose")
@falsified_by(swap("head", "average", "concat"))
@falsified_by(control={"head": ("average", "max")})
def test_average_beats_concat_on_faint_bears(faint):
    """On bears of 24 pixels and contrast 0.08, the average is at least 0.03 more accurate than both together."""
    average, both = (faint.metric("at_008", head=head) for head in ("average", "concat"))
    assert above(average, both, margin=0.03)


@falsified_by(control={"head": ("concat", "average")})
@falsified_by(control={"head": ("concat", "brightness")})
def test_concat_finds_small_bears_as_soon(by_size):
    """In noise, after five epochs, concat's accuracy on bears of 4 pixels is within 0.1 of the maximum's."""
    maximum, both = (by_size.metric("small", background="noise", head=head) for head in ("max", "concat"))
    assert close(both, maximum, within=0.1)


@falsified_by(control={"head": ("max", "brightness")})
@falsified_by(control={"head": ("average", "brightness")})
def test_clear_big_bears_are_easy(by_size):
    """In clutter, the accuracies of average and maximum on bears of 24 pixels are above 0.97 and within 0.02."""
    average, maximum = (by_size.metric("big", background="clutter", head=head) for head in ("average", "max"))
    assert above(average, 0.97)
    assert above(maximum, 0.97)
    assert close(average, maximum, within=0.02)
