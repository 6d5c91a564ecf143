"""Pictures with or without a bear: a square of checkers, drawn here, at a random place before a background.

Gray pictures of 28 by 28 pixels with mean 0. Checkers are lighter and darker in turn: a bear whose side is even adds no
light, one whose side is odd has one light checker more.
blank:   nothing.
noise:   normal noise of standard deviation 0.3 in every pixel; a bear is added to it.
clutter: twelve rectangles, plain or striped, light or dark, over each other, and a little noise; a bear hides it.
"""

from __future__ import annotations

import numpy as np
import torch

SIDE = 28


def blank(rng: np.random.Generator, count: int) -> np.ndarray:  # -> (count, 28, 28) float32, as in the next two
    return np.zeros((count, SIDE, SIDE), np.float32)


def noise(rng: np.random.Generator, count: int, strength: float = 0.3) -> np.ndarray:
    return strength * rng.standard_normal((count, SIDE, SIDE), dtype=np.float32)


def clutter(rng: np.random.Generator, count: int) -> np.ndarray:
    pictures, place = blank(rng, count), np.arange(SIDE)
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
    return pictures + noise(rng, count, 0.05)


BACKGROUNDS = {"blank": (blank, True), "noise": (noise, False), "clutter": (clutter, True)}  # and does a bear hide it?


def draw_background(rng: np.random.Generator, count: int, kind: str) -> np.ndarray:
    """Pictures without a bear. -> (count, 28, 28) float32"""
    draw, _ = BACKGROUNDS[kind]
    return draw(rng, count)


def put_bears(rng: np.random.Generator, pictures, sizes, contrasts, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """The pictures with a bear each, at a random place, and the row and column of its upper left pixel.

    pictures (n, 28, 28); sizes (n,), sides in pixels; contrasts (n,), how far the checkers are from gray.
    -> (n, 28, 28) float32, (n, 2)
    """
    pictures, corners = pictures.copy(), []
    _, hidden = BACKGROUNDS[kind]
    for picture, size, contrast in zip(pictures, sizes, contrasts, strict=True):
        row, column = rng.integers(0, SIDE - size + 1, 2)
        inside = picture[row : row + size, column : column + size]
        checkers = contrast * (1 - 2 * (np.add.outer(np.arange(size), np.arange(size)) % 2))
        inside[:] = checkers if hidden else inside + checkers
        corners.append((row, column))
    return pictures, np.array(corners)


def draw_bears(rng: np.random.Generator, count: int, kind: str, size: int, contrast: float = 0.6) -> np.ndarray:
    """Pictures with bears of one size and contrast. -> (count, 28, 28) float32"""
    return put_bears(rng, draw_background(rng, count, kind), [size] * count, [contrast] * count, kind)[0]


def as_input(pictures):  # (n, 28, 28) -> (n, 1, 28, 28), a tensor whose noise has a standard deviation near 1
    return torch.as_tensor(3 * pictures)[:, None]


def draw_training_set(rng: np.random.Generator, kind: str, sizes, weakest: float = 0.6, count: int = 400):
    """Pictures of which every other one has a bear, of any of the sizes and a contrast between weakest and 0.6.

    -> (count, 1, 28, 28), as input for a network; (count,), 0 without and 1 with a bear
    """
    pictures = draw_background(rng, count, kind)
    chosen, contrasts = rng.choice(sizes, count // 2), rng.uniform(weakest, 0.6, count // 2)
    pictures[1::2], _ = put_bears(rng, pictures[1::2], chosen, contrasts, kind)
    return as_input(pictures), torch.arange(count) % 2.0
