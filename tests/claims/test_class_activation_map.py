"""Claims of docs/concepts/class_activation_map.md."""

import torch
from torch import nn

from coursenotes.claims import above, falsified_by
from snippets.class_activation_map import class_activation_map as right_map
from snippets.class_activation_map import pooled_logit as right_logit
from snippets.final_pooling import average_pool, max_pool


def without_bias(features, linear):
    return right_map(features, linear) - linear.bias


def after_sums(pool, features, linear):
    """The sum over the grid instead of the average."""
    return right_logit(lambda features: features.sum(dim=(2, 3)), features, linear)


def at_the_largest_sum(pool, features, linear):
    """All channels from one place, the one with the largest sum, instead of each channel's own maximum."""
    places = features.flatten(2)  # (n, c, places)
    return linear(places[torch.arange(len(places)), :, places.sum(dim=1).argmax(dim=1)]).squeeze(1)


@falsified_by(class_activation_map=without_bias)
@falsified_by(pooled_logit=after_sums)
def test_logit_is_mean_of_map(pooled_logit, class_activation_map):
    """With average pooling, the logit is the mean of the map's 49 votes, for random features and weights."""
    features, linear = torch.randn(6, 8, 7, 7), nn.Linear(8, 1)
    votes = class_activation_map(features, linear)
    torch.testing.assert_close(pooled_logit(average_pool, features, linear), votes.mean(dim=(1, 2)))


@falsified_by(pooled_logit=at_the_largest_sum)
def test_max_pool_exceeds_every_vote(pooled_logit, class_activation_map):
    """With all weights 1, the logit of max pooling is above all 49 votes, for over 18 of 20 grids."""
    features, linear = torch.randn(20, 8, 7, 7), nn.Linear(8, 1)
    nn.init.ones_(linear.weight)
    largest_vote = class_activation_map(features, linear).amax(dim=(1, 2))
    assert (pooled_logit(max_pool, features, linear) > largest_vote + 1e-4).float().mean() > 0.9


@falsified_by(control="shuffled_labels")  # retrained on shuffled labels
def test_largest_vote_is_inside_the_bear(largest_vote):
    """In clutter, the largest vote is inside a bear of 4 pixels in at least 0.9 of the pictures."""
    assert above(largest_vote.metric("inside"), 0.9)
