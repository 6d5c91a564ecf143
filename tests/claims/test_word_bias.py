"""Claims of docs/concepts/word_bias.md."""

import numpy as np
import torch

from coursenotes.claims import above, falsified_by


@falsified_by(control={"weights": ("trained", "untrained")})
def test_bias_follows_frequency(biases):
    """By rank, biases correlate with frequency by at least 0.2 more than the shortness of words does."""
    bias, short = (biases.metric(f"{name}_by_frequency", weights="trained") for name in ("bias", "shortness"))
    assert above(bias, short, margin=0.2)


def keeps_biases(before, after, bias, by):
    """Leave the biases uncorrected."""
    return before + by, after, bias


def adds_twice(before, after, bias, by):
    """Add to the biases instead of subtracting."""
    return before + by, after, bias + after @ by


@falsified_by(shift_biases=keeps_biases)
@falsified_by(shift_biases=adds_twice)
def test_bias_is_not_unique(shift_biases):
    """Adding one vector to every row of the first table and correcting the biases leaves every score as it was."""
    before, after, bias = torch.randn(30, 8).double(), torch.randn(30, 8).double(), torch.randn(30).double()
    first, second, third = shift_biases(before, after, bias, torch.randn(8).double())
    torch.testing.assert_close(first @ second.T + third, before @ after.T + bias)
    assert np.corrcoef(third, bias)[0, 1] < 0.99
