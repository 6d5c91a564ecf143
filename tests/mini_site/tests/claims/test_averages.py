"""Claims of docs/concepts/averages.md."""

import numpy as np

from coursenotes.claims import below, falsified_by, swap


@falsified_by(swap("n", 1, 100))
def test_less_noisy(noise):
    """The average of 100 measurements is at least 0.3 nearer to the truth than one measurement."""
    assert below(noise.metric("error", n=100), noise.metric("error", n=1), margin=0.3)


@falsified_by(average=max)
def test_is_the_mean(average):
    """The average by hand equals NumPy's on fresh random numbers."""
    values = np.random.default_rng().normal(size=20)
    assert np.isclose(average(values), np.mean(values))
