"""Points near a line whose slope is known."""

import numpy as np

from coursenotes import Dataset

SLOPE = 2.0


def sample(seed=0):
    """-> x (40,), y (40,): y = SLOPE * x with noise of standard deviation 0.1."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, 40)
    return x, SLOPE * x + 0.1 * rng.normal(size=40)


points = Dataset(title="Points near a line", sample=sample, license="CC0")
