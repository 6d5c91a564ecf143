"""Claims of docs/concepts/word_vectors.md."""

import numpy as np
import torch

from coursenotes.claims import above, at, below, falsified_by, shuffled


@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})  # retrained on the same words in random order
@falsified_by(shuffled("nearest_kind"))
def test_neighbors_share_a_class(read):
    """By the first table, the nearest word is in the same class at least three times as often as any other word, or as
    a nearest word drawn at random."""
    share, at_random = [], []
    for seed in read.seeds:
        kinds, found = (np.array(read.texts(key, seed, weights="trained")) for key in ("kind", "nearest_kind"))
        share.append(np.mean(kinds == found))
        at_random.append(np.mean(kinds[:, None] == found))  # a frequent neighbor counts as often as it occurs
    assert above(np.array(share) / read.metric("chance", weights="trained"), 1, margin=2)
    assert above(np.array(share) / np.array(at_random), 1, margin=2)


@at("sample")
@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})
def test_knows_what_follows(read):
    """Training raises the share of words whose nearest is followed by the same by at least 0.5; the share whose nearest
    is in the same class stays at most 0.9."""
    trained, untrained = (read.metric("same_followed", weights=weights) for weights in ("trained", "untrained"))
    assert above(trained, untrained, margin=0.5)
    assert below(read.metric("same_before", weights="trained"), 0.9)


@at("full")
@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})
def test_both_tables_say_more(read):
    """On real text, both tables together find the same class at least 0.05 more often than the first alone."""
    both, before = (read.metric(f"same_{way}", weights="trained") for way in ("both", "before"))
    assert above(both, before, margin=0.05)


@at("full")
@falsified_by(control={"text": ("as written", "mixed up")})
def test_counting_does_as_well(counted, read):
    """On real text, counting without training finds the same class at least 0.02 more often than the first table."""
    by_counting = counted.metric("same_before", text="as written")[0]
    assert above(by_counting, read.metric("same_before", weights="trained"), margin=0.02)


@falsified_by(control={"weights": ("trained", "untrained")})
def test_bias_follows_frequency(read):
    """By rank, biases correlate with frequency by at least 0.2 more than the shortness of words does."""
    bias, short = (read.metric(f"{name}_by_frequency", weights="trained") for name in ("bias", "shortness"))
    assert above(bias, short, margin=0.2)


def biases_forgotten(before, after, bias, by):
    return before + by, after, bias


def added_twice(before, after, bias, by):
    """Added to the biases too, where it has to be taken away."""
    return before + by, after, bias + after @ by


@falsified_by(moved_constant=biases_forgotten)
@falsified_by(moved_constant=added_twice)
def test_bias_is_not_unique(moved_constant):
    """The same list added to every first row, and its products taken from the biases, leaves every score as it was."""
    before, after, bias = torch.randn(30, 8).double(), torch.randn(30, 8).double(), torch.randn(30).double()
    first, second, third = moved_constant(before, after, bias, torch.randn(8).double())
    torch.testing.assert_close(first @ second.T + third, before @ after.T + bias)
    assert np.corrcoef(third, bias)[0, 1] < 0.99
