"""Pictures with or without a bear: a square of checkers, drawn here, at a random place before a background.

Gray pictures of 28 by 28 pixels with mean 0. Checkers are lighter and darker in turn: a bear whose side is even adds no
light, one whose side is odd has one checker more that is light.
blank:   nothing.
noise:   normal noise of standard deviation 0.3 in every pixel.
clutter: twelve rectangles, plain or striped, light or dark, over each other, and a little noise.
"""

from __future__ import annotations

import numpy as np

SIDE = 28
KINDS = ("blank", "noise", "clutter")


def background(rng: np.random.Generator, count: int, kind: str) -> np.ndarray:
    """Pictures without a bear. -> (count, 28, 28) float32. Raises ValueError on a kind that there is not."""
    if kind not in KINDS:
        raise ValueError(f"no background {kind!r}; there is: {', '.join(KINDS)}")
    pictures = np.zeros((count, SIDE, SIDE), np.float32)
    if kind == "blank":
        return pictures
    if kind == "clutter":
        place = np.arange(SIDE)
        for _ in range(12):
            size = rng.integers(4, 13, (2, count, 1))
            start = rng.integers(0, SIDE - size + 1)  # the end is excluded
            rows, columns = (start <= place) & (place < start + size)  # (count, 28) each
            stripes = np.ones((count, SIDE, SIDE), np.float32)
            texture = rng.integers(3, size=count)  # 0 plain, 1 rows of stripes, 2 columns of stripes
            stripes[texture == 1] = (1 - 2 * (place % 2))[:, None]
            stripes[texture == 2] = 1 - 2 * (place % 2)
            shade = rng.uniform(0.2, 0.5, count) * rng.choice([-1, 1], count)
            inside = rows[:, :, None] & columns[:, None, :]
            pictures = np.where(inside, shade[:, None, None] * stripes, pictures).astype(np.float32)
    strength = 0.3 if kind == "noise" else 0.05
    return pictures + strength * rng.standard_normal(pictures.shape, dtype=np.float32)


def put_bears(rng: np.random.Generator, pictures: np.ndarray, sizes, contrasts, kind: str) -> np.ndarray:
    """The pictures with a bear each, at a random place: its side in pixels, and how far its checkers are from gray.

    pictures (n, 28, 28), sizes (n,), contrasts (n,) -> (n, 28, 28). Clutter is hidden behind a bear; noise adds to it.
    """
    pictures = pictures.copy()
    for picture, size, contrast in zip(pictures, sizes, contrasts, strict=True):
        row, column = rng.integers(0, SIDE - size + 1, 2)
        here = picture[row : row + size, column : column + size]
        checkers = contrast * (1 - 2 * (np.add.outer(np.arange(size), np.arange(size)) % 2))
        here[:] = checkers if kind == "clutter" else here + checkers
    return pictures
