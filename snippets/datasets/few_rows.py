"""Few training rows and many validation rows: a network can memorize the training data.

sample: generated. 200 rows of 40 columns, in two classes. In 10 columns the mean is +0.3 or -0.3, depending on the
        class, with standard deviation 1; the other 30 columns are noise.
full:   Fashion-MNIST. 1,000 of its 60,000 pictures of clothes, 28 by 28 pixels, in ten classes; 10,000 to validate.

The training rows depend on the seed; the validation rows are always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File
from snippets.datasets.digits import read_mnist

USEFUL = 10  # columns whose mean depends on the class
MEAN = 0.3  # +MEAN in one class, -MEAN in the other


@dataclass(frozen=True)
class FewRows:
    """A pool to draw training rows from, and validation rows. Pictures: a column per pixel, 0 (paper) to 1 (ink)."""

    pool: np.ndarray  # (n_pool, columns) float32
    pool_labels: np.ndarray  # (n_pool,) int64
    valid: np.ndarray  # (n_valid, columns) float32
    valid_labels: np.ndarray  # (n_valid,) int64
    rows: int  # the number of training rows
    classes: int
    useful: np.ndarray | None = None  # (columns,) bool: the columns that differ between the classes, if known

    def draw(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Training rows and their labels, the same for the same seed. -> (rows, columns), (rows,)"""
        chosen = np.random.default_rng(seed).permutation(len(self.pool))[: self.rows]
        return self.pool[chosen], self.pool_labels[chosen]


def make_rows(seed: int = 40) -> FewRows:
    """A pool of 4,000 rows to draw 200 from, and 4,000 validation rows."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 8000)
    rows = rng.normal(size=(8000, 40))
    useful = np.arange(40) < USEFUL
    rows[:, useful] += MEAN * (2 * labels[:, None] - 1)
    pool, valid = np.split(rows.astype(np.float32), 2)
    return FewRows(pool, labels[:4000], valid, labels[4000:], rows=200, classes=2, useful=useful)


def read_fashion(folder: Path) -> FewRows:
    """Fashion-MNIST, in MNIST's format, from the folder with its four files."""
    fashion = read_mnist(folder)
    pool, valid = (pictures.reshape(len(pictures), -1) for pictures in (fashion.train, fashion.test))
    return FewRows(pool, fashion.train_labels, valid, fashion.test_labels, rows=1000, classes=10)


few_rows = Dataset(
    title="Fashion-MNIST, 1,000 rows",
    sample=make_rows,
    full=read_fashion,
    files=(
        File(
            name="train-images-idx3-ubyte.gz",
            url="https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/train-images-idx3-ubyte.gz",
            sha256="3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        File(
            name="train-labels-idx1-ubyte.gz",
            url="https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/train-labels-idx1-ubyte.gz",
            sha256="a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        File(
            name="t10k-images-idx3-ubyte.gz",
            url="https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/t10k-images-idx3-ubyte.gz",
            sha256="346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        File(
            name="t10k-labels-idx1-ubyte.gz",
            url="https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/t10k-labels-idx1-ubyte.gz",
            sha256="67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    folder="fashion-mnist",
    license="MIT",
    citation="Han Xiao, Kashif Rasul and Roland Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking "
    "machine learning algorithms, 2017, arXiv:1708.07747",
    url="https://github.com/zalandoresearch/fashion-mnist",
)
