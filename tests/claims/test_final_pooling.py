"""Claims of docs/concepts/final_pooling.md."""

import torch
from torch import nn

from coursenotes.claims import above, close, falsified_by, refuted, swap
from snippets.final_pooling import pool as right_pool
from snippets.final_pooling import votes as right_votes


def averages_first(features, head):
    """Both, in the other order."""
    if head == "concat":
        return torch.cat([right_pool(features, "average"), right_pool(features, "max")], dim=1)
    return right_pool(features, head)


def over_channels(features, head):
    """One answer for each place, of all channels, in place of one for each channel, of all places."""
    return right_pool(features.transpose(1, 2), head)


def added_up(features, head):
    """The sum over the grid where the average is meant."""
    return features.sum(dim=(2, 3)) if head == "average" else right_pool(features, head)


def where_the_vote_is_largest(features, head):
    """All channels from one place, that with the largest sum, in place of each channel's own maximum."""
    flat = features.flatten(2)  # (n, c, places)
    place = flat.sum(dim=1).argmax(dim=1)
    return right_pool(features, head) if head == "average" else flat[torch.arange(len(flat)), :, place]


def without_bias(features, linear):
    """Votes that leave out the bias of the last layer."""
    return right_votes(features, linear) - linear.bias


@falsified_by(pool=averages_first)
@falsified_by(pool=over_channels)
@falsified_by(pool=added_up)
def test_equals_libraries(pool):
    """The three pools give what PyTorch's adaptive pools to 1 by 1 and fastai's AdaptiveConcatPool2d give."""
    from fastai.layers import AdaptiveConcatPool2d

    features = torch.randn(3, 5, 7, 7)
    layers = {"average": nn.AdaptiveAvgPool2d(1), "max": nn.AdaptiveMaxPool2d(1), "concat": AdaptiveConcatPool2d()}
    for head, layer in layers.items():
        torch.testing.assert_close(pool(features, head), layer(features).flatten(1))


@falsified_by(votes=without_bias)
@falsified_by(pool=added_up)
def test_average_of_votes(pool, votes):
    """The last layer on the averages gives the average of the 49 votes, for random features and weights."""
    features, linear = torch.randn(6, 8, 7, 7), nn.Linear(8, 1)
    answer = linear(pool(features, "average"))[:, 0]
    torch.testing.assert_close(answer, votes(features, linear).mean(dim=(1, 2)))


@falsified_by(pool=where_the_vote_is_largest)
def test_maximum_of_channels(pool, votes):
    """With all weights 1, the last layer on the maxima gives more than any of 49 votes, for over 18 of 20 grids."""
    features, linear = torch.randn(20, 8, 7, 7), nn.Linear(8, 1)
    nn.init.ones_(linear.weight)
    answer = linear(pool(features, "max"))[:, 0]
    assert (answer > votes(features, linear).amax(dim=(1, 2)) + 1e-4).float().mean() > 0.9


@falsified_by(control="shuffled_labels")  # retrained on labels dealt out at random
@falsified_by(swap("head", "max", "average"))
@falsified_by(control={"head": ("max", "brightness")})
def test_small_bears_want_the_maximum(by_size):
    """In noise, after five epochs, the maximum is at least 0.1 more accurate than the average on bears of 4 pixels."""
    average, maximum = (by_size.metric("small", background="noise", head=head) for head in ("average", "max"))
    assert above(maximum, average, margin=0.1)


@falsified_by(swap("head", "max", "average"))
@falsified_by(control={"head": ("max", "brightness")})
def test_in_clutter_too(by_size):
    """In clutter, likewise, the maximum is at least 0.01 more accurate than the average on bears of 4 pixels."""
    average, maximum = (by_size.metric("small", background="clutter", head=head) for head in ("average", "max"))
    assert above(maximum, average, margin=0.01)


@falsified_by(control={"head": ("average", "max")})
@falsified_by(swap("head", "average", "max"))
@falsified_by(control={"head": ("average", "concat")})
def test_faint_bears_want_the_average(faint):
    """A bear of 24 pixels and contrast 0.08 is told at least 0.1 more accurately by average than by maximum."""
    average, maximum = (faint.metric("at_008", head=head) for head in ("average", "max"))
    assert above(average, maximum, margin=0.1)


@refuted("taking both spares one the choice")
@falsified_by(swap("head", "average", "concat"))
@falsified_by(control={"head": ("average", "max")})
def test_concat_does_not_settle_it(faint):
    """On bears of 24 pixels and contrast 0.08 the average is at least 0.03 more accurate than both together."""
    average, both = (faint.metric("at_008", head=head) for head in ("average", "concat"))
    assert above(average, both, margin=0.03)


@falsified_by(control={"head": ("concat", "average")})
@falsified_by(control={"head": ("concat", "brightness")})
def test_both_learn_as_soon(by_size):
    """In noise, after five epochs, both together tell bears of 4 pixels within 0.1 as accurately as the maximum."""
    maximum, both = (by_size.metric("small", background="noise", head=head) for head in ("max", "concat"))
    assert close(both, maximum, within=0.1)


@falsified_by(control={"head": ("max", "brightness")})
@falsified_by(control={"head": ("average", "brightness")})
def test_clear_big_bears_are_easy(by_size):
    """In clutter, average and maximum each tell bears of 24 pixels with an accuracy above 0.97, within 0.02."""
    average, maximum = (by_size.metric("big", background="clutter", head=head) for head in ("average", "max"))
    assert above(average, 0.97)
    assert above(maximum, 0.97)
    assert close(average, maximum, within=0.02)
