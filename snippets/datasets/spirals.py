"""Two spirals: points of the plane on two arms that wind around each other, and which arm each is on.

sample: made here. 1,200 points, half of them on each arm, spread evenly over the area that the arms pass through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursenotes import Dataset


@dataclass(frozen=True)
class Spirals:
    """One point a row."""

    points: np.ndarray  # (n, 2) float32, within about 1.5 of the middle
    arms: np.ndarray  # (n,) float32, 0 or 1


def generate(count: int = 1200, turns: float = 1.25, noise: float = 0.04, seed: int = 8) -> Spirals:
    """Arms of so many turns; arm 1 is arm 0 turned by half a circle. Noise is normal, in both directions."""
    rng = np.random.default_rng(seed)
    arms = np.arange(count) % 2
    radius = np.sqrt(rng.uniform(0.02, 1, count))
    angle = 2 * np.pi * turns * radius + np.pi * arms
    points = 1.5 * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (count, 2)
    return Spirals((points + rng.normal(0, noise, points.shape)).astype(np.float32), arms.astype(np.float32))


made_spirals = Dataset(title="Generated points on two spirals", sample=generate)
