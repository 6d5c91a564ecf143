"""Small color pictures, each of one of a few classes.

sample: generated. 16 by 16 pixels with a disk, a ring, a square or a cross of any color, size and place, before a plain
        background of another color, in a little noise. Red is the brightest channel on average and blue the darkest.
        The color says nothing about the class.
full:   CIFAR-10. 60,000 photographs of 32 by 32 pixels, 6,000 of each of ten kinds of animals and vehicles.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File

SIDE = 16
SHAPES = ("disk", "ring", "square", "cross")
CHANNEL_MEANS = (0.55, 0.5, 0.4)  # of the generated backgrounds, and so nearly of whole pictures


@dataclass(frozen=True)
class Photos:
    """Pictures as bytes, 0 to 255, channel by channel, with the number of the class that each one shows."""

    train: np.ndarray  # (n_train, 3, h, w) uint8
    train_labels: np.ndarray  # (n_train,) int64
    test: np.ndarray  # (n_test, 3, h, w) uint8
    test_labels: np.ndarray  # (n_test,) int64
    classes: list[str]
    places: np.ndarray | None = None  # (n_test, h, w) bool, where the shape is; known for generated pictures


def outlines(kinds: np.ndarray, rows: np.ndarray, columns: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Where each shape is: its kind, the pixel of its middle, and half its width. (n,) each -> (n, 16, 16) bool"""
    place = np.arange(SIDE)
    down = abs(place[:, None] - rows[:, None, None])  # (n, 16, 1): pixels from the middle
    across = abs(place - columns[:, None, None])  # (n, 1, 16)
    radius = radii[:, None, None]
    far, square = down**2 + across**2, np.maximum(down, across)
    inside = [
        far <= (radius + 0.3) ** 2,
        (far <= (radius + 0.3) ** 2) & (far > (radius - 1.7) ** 2),
        square <= radius - 1,
        (square <= radius) & (np.minimum(down, across) < radius / 2.5),
    ]
    return np.select([(kinds == kind)[:, None, None] for kind in range(len(SHAPES))], inside, default=False)


def draw(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures, their classes, and where the shapes are. -> (n, 3, 16, 16) uint8, (n,), (n, 16, 16) bool"""
    kinds = rng.permutation(np.arange(count) % len(SHAPES))
    radii = rng.integers(4, 6, count)
    rows, columns = (rng.integers(radii, SIDE - radii) for _ in range(2))
    places = outlines(kinds, rows, columns, radii)
    background = rng.normal(CHANNEL_MEANS, 0.12, (count, 3))
    step = rng.choice([-1, 1], (count, 1)) * rng.uniform(0.2, 0.5, (count, 3))  # lighter or darker than behind it
    pictures = background[:, :, None, None] + step[:, :, None, None] * places[:, None]
    pictures = pictures + rng.normal(0, 0.05, pictures.shape)
    return np.rint(255 * pictures.clip(0, 1)).astype(np.uint8), kinds.astype(np.int64), places


def make_shapes(seed: int = 16) -> Photos:
    """500 pictures to train on and 500 to test."""
    rng = np.random.default_rng(seed)
    (train, train_labels, _), (test, test_labels, places) = draw(rng, 500), draw(rng, 500)
    return Photos(train, train_labels, test, test_labels, list(SHAPES), places)


def read_cifar(folder: Path) -> Photos:
    """CIFAR-10 from the folder of its Python batches, which are pickles: read only after their digests are checked."""
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    batches = [pickle.loads((folder / "cifar-10-batches-py" / name).read_bytes(), encoding="bytes") for name in names]
    pictures = [batch[b"data"].reshape(-1, 3, 32, 32) for batch in batches]
    labels = [np.array(batch[b"labels"], dtype=np.int64) for batch in batches]
    classes = ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    return Photos(np.concatenate(pictures[:5]), np.concatenate(labels[:5]), pictures[5], labels[5], classes)


photos = Dataset(
    title="CIFAR-10",
    sample=make_shapes,
    full=read_cifar,
    files=[
        File(
            name="cifar-10-python.tar.gz",
            url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
            sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            members={
                "cifar-10-batches-py/data_batch_1": "54636561a3ce25bd3e19253c6b0d8538147b0ae398331ac4a2d86c6d987368cd",
                "cifar-10-batches-py/data_batch_2": "766b2cef9fbc745cf056b3152224f7cf77163b330ea9a15f9392beb8b89bc5a8",
                "cifar-10-batches-py/data_batch_3": "0f00d98ebfb30b3ec0ad19f9756dc2630b89003e10525f5e148445e82aa6a1f9",
                "cifar-10-batches-py/data_batch_4": "3f7bb240661948b8f4d53e36ec720d8306f5668bd0071dcb4e6c947f78e9682b",
                "cifar-10-batches-py/data_batch_5": "d91802434d8376bbaeeadf58a737e3a1b12ac839077e931237e0dcd43adcb154",
                "cifar-10-batches-py/test_batch": "f53d8d457504f7cff4ea9e021afcf0e0ad8e24a91f3fc42091b8adef61157831",
            },
        )
    ],
    folder="cifar-10",
    license="No license is stated; cite the report",
    citation="Alex Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report, "
    "University of Toronto, 2009",
    url="https://www.cs.toronto.edu/~kriz/cifar.html",
)
