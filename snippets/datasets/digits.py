"""Handwritten digits: gray pictures of 0 to 9, with their labels.

sample: scikit-learn's 1,797 digits at their own size, 8 by 8 pixels in 17 shades: 1,200 to train on and 597 to test.
full:   MNIST. 60,000 digits of 28 by 28 pixels to train on and 10,000 to test.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File


@dataclass(frozen=True)
class Digits:
    """Pictures, from 0 (paper) to 1 (ink), and the digit that each one shows."""

    train: np.ndarray  # (n_train, h, w) float32
    train_labels: np.ndarray  # (n_train,) int64
    test: np.ndarray  # (n_test, h, w) float32
    test_labels: np.ndarray  # (n_test,) int64


def load_small() -> Digits:
    """scikit-learn's digits in one fixed random order, since its own order goes by writer."""
    from sklearn.datasets import load_digits

    bundled = load_digits()
    train, test = np.split(np.random.default_rng(0).permutation(len(bundled.images)), [1200])
    pictures, labels = (bundled.images / 16).astype(np.float32), bundled.target.astype(np.int64)
    return Digits(pictures[train], labels[train], pictures[test], labels[test])


def read_idx(path: Path) -> np.ndarray:
    """The array of bytes in a gzipped file of MNIST's own format; raises ValueError on any other file."""
    content = gzip.decompress(path.read_bytes())
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name} is not an IDX file of bytes: it begins with {content[:4].hex(' ')}")
    shape = np.frombuffer(content, ">i4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def read_mnist(folder: Path) -> Digits:
    """MNIST from a folder with its four files."""
    parts = []
    for part in ("train", "t10k"):
        parts.append(read_idx(folder / f"{part}-images-idx3-ubyte.gz").astype(np.float32) / 255)
        parts.append(read_idx(folder / f"{part}-labels-idx1-ubyte.gz").astype(np.int64))
    return Digits(*parts)


MNIST = (
    File(
        name="train-images-idx3-ubyte.gz",
        url="https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz",
        sha256="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    File(
        name="train-labels-idx1-ubyte.gz",
        url="https://ossci-datasets.s3.amazonaws.com/mnist/train-labels-idx1-ubyte.gz",
        sha256="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    File(
        name="t10k-images-idx3-ubyte.gz",
        url="https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz",
        sha256="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    File(
        name="t10k-labels-idx1-ubyte.gz",
        url="https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz",
        sha256="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)

digits = Dataset(
    title="MNIST",
    sample=load_small,
    full=read_mnist,
    files=MNIST,
    folder="mnist",
    license="CC BY-SA 3.0",
    citation="Yann LeCun, Léon Bottou, Yoshua Bengio and Patrick Haffner, Gradient-Based Learning Applied to Document "
    "Recognition, Proceedings of the IEEE 86(11), 1998, doi:10.1109/5.726791; sample: E. Alpaydin and C. Kaynak, "
    "Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, doi:10.24432/C50P49",
    url="http://yann.lecun.com/exdb/mnist/",
)
