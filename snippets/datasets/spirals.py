"""Two spirals: points of the plane on two arms that wind around each other, labeled by arm.

sample: generated. 1,200 points, half of them on each arm, spread evenly over the area of the arms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursenotes import Dataset


@dataclass(frozen=True)
class Spirals:
    """One point per row."""

    points: np.ndarray  # (n, 2) float32, within about 1.5 of the center
    arms: np.ndarray  # (n,) float32, 0 or 1

    def grid(self, side: int = 48) -> np.ndarray:
        """Points that cover the square from -1.7 to 1.7, the top row first. -> (side, side, 2)"""
        along = np.linspace(-1.7, 1.7, side, dtype=np.float32)
        return np.stack(np.meshgrid(along, -along), axis=-1)


def generate(count: int = 1200, turns: float = 1.25, noise: float = 0.04, seed: int = 8) -> Spirals:
    """Points on two arms; arm 1 is arm 0 rotated by half a circle. The noise is normal, in both directions."""
    rng = np.random.default_rng(seed)
    arms = np.arange(count) % 2
    radius = np.sqrt(rng.uniform(0.02, 1, count))
    angle = 2 * np.pi * turns * radius + np.pi * arms
    points = 1.5 * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (count, 2)
    return Spirals((points + rng.normal(0, noise, points.shape)).astype(np.float32), arms.astype(np.float32))


made_spirals = Dataset(title="Generated points on two spirals", sample=generate)
