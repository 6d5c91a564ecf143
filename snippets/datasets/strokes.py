"""Sevens with a stroke through them, as in the lecture, and a photograph.

sevens, sample: drawn here. 200 pictures of 28 by 28 pixels: a bar, a slanted leg and a stroke, of random slant,
                thickness and position, with soft edges; the first is always the same.
sevens, full:   MNIST's 6,265 training sevens, beginning with one that has a stroke.
photograph:     Grace Hopper in 1984, which ships with matplotlib: gray, 144 rows of 123 pixels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from coursenotes import Dataset
from snippets.datasets.digits import MNIST, read_idx

STROKED = 49  # the index, among MNIST's sevens, of one with a stroke, in a broad pen


def draw(lines, thickness: float, size: int = 28) -> np.ndarray:
    """Straight lines in ink. Each is ((row, column), (row, column)). -> (size, size) float32, 0 paper to 1 ink.

    Ink falls from 1 to 0 within one pixel at the edge of a line.
    """
    pixels = np.stack(np.mgrid[:size, :size], axis=-1).astype(float)  # (size, size, 2)
    picture = np.zeros((size, size))
    for start, end in np.asarray(lines, dtype=float):
        along = end - start
        share = np.clip(
            (pixels - start) @ along / (along @ along), 0, 1
        )  # of the line, up to its point nearest to a pixel
        distance = np.linalg.norm(pixels - start - share[..., None] * along, axis=-1)
        picture = np.maximum(picture, np.clip(thickness / 2 + 0.5 - distance, 0, 1))
    return picture.astype(np.float32)


def draw_sevens(count: int = 200, seed: int = 7) -> np.ndarray:
    """Sevens with a stroke. -> (count, 28, 28) float32, 0 paper to 1 ink; the first does not depend on the seed."""
    rng = np.random.default_rng(seed)
    pictures = []
    for i in range(count):
        tilt, lean, rise, shift = (0, 0, 0, 0) if i == 0 else rng.uniform(-1.5, 1.5, 4)
        left, right, foot = (6 + tilt, 7 + shift), (6, 20 + shift), (22, 11 + lean)
        stroke = ((14 + rise, 9), (14 + rise, 18))
        pictures.append(draw([(left, right), (right, foot), stroke], 3 if i == 0 else rng.uniform(2, 4)))
    return np.stack(pictures)


def read_sevens(folder: Path) -> np.ndarray:
    """MNIST's training sevens, one with a stroke first. -> (6265, 28, 28) float32, 0 to 1."""
    pictures = read_idx(folder / "train-images-idx3-ubyte.gz")[read_idx(folder / "train-labels-idx1-ubyte.gz") == 7]
    order = np.r_[STROKED, np.delete(np.arange(len(pictures)), STROKED)]
    return pictures[order].astype(np.float32) / 255


def load_photograph() -> np.ndarray:
    """The photograph in gray, each pixel the mean of 4 by 4. -> (144, 123) float32, 0 black to 1 white."""
    import matplotlib.cbook
    from PIL import Image

    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        gray = np.asarray(Image.open(file).convert("L"), dtype=np.float32)[:576, 10:502] / 255
    return gray.reshape(144, 4, 123, 4).mean(axis=(1, 3))


sevens = Dataset(
    title="MNIST, the sevens",
    sample=draw_sevens,
    full=read_sevens,
    files=MNIST,
    folder="mnist",
    license="CC BY-SA 3.0",
    citation="Yann LeCun, Léon Bottou, Yoshua Bengio and Patrick Haffner, Gradient-Based Learning Applied to Document "
    "Recognition, Proceedings of the IEEE 86(11), 1998, doi:10.1109/5.726791",
    url="http://yann.lecun.com/exdb/mnist/",
)

photograph = Dataset(
    title="Grace Hopper, photographed by James S. Davis",
    sample=load_photograph,
    license="public domain (United States Navy)",
    citation="James S. Davis, United States Navy, 1984; shipped with matplotlib as grace_hopper.jpg",
    url="https://commons.wikimedia.org/wiki/File:Commodore_Grace_M._Hopper,_USN_(covered).jpg",
)
