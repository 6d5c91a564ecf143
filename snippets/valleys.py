"""Valleys to descend, whose shape is known: a quadratic of two numbers, flat along and steep across.

Shared by gradient_descent, momentum and adam, which differ only in how a gradient becomes a step.
"""

import numpy as np


class Valley:
    """loss(x) = ½ xᵀ H x: zero at the bottom, x = 0, and curved as the eigenvalues of H say.

    curvatures: along and across the valley; angle: by how much it is turned against the axes, in radians.
    """

    def __init__(self, curvatures=(1.0, 100.0), angle: float = 0.0):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        self.hessian = turn @ np.diag(curvatures) @ turn.T  # (2, 2)

    def loss(self, x):  # (..., 2) -> (...)
        return (x @ self.hessian * x).sum(-1) / 2

    def gradient(self, x):  # (2,) -> (2,)
        return self.hessian @ x


def descend(gradient, x, optimizer, steps: int):
    """Take steps from x. -> the path, (steps + 1, n)

    gradient: a function of x; optimizer.step: turns a gradient into the change to subtract.
    """
    path = [x]
    for _ in range(steps):
        path.append(path[-1] - optimizer.step(gradient(path[-1])))
    return np.stack(path)


def steps_to(path, share: float = 1e-3) -> float:
    """The number of steps after which the distance to 0 stays below this share of the first; NaN if it never does."""
    distances = np.linalg.norm(path, axis=-1)
    missed = np.flatnonzero(~(distances < share * distances[0]))  # a NaN misses it, too
    return missed[-1] + 1 if missed[-1] + 1 < len(path) else np.nan
