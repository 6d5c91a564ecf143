"""One step downhill."""

import numpy as np


def gradient(slope, x, y):
    """The derivative of the mean squared error by the slope."""
    return 2 * np.mean((slope * x - y) * x)


def descend(slope, x, y, rate):
    """The slope after one step against the gradient."""
    return slope - rate * gradient(slope, x, y)


def unused():
    """Nobody calls this."""
    return 1
