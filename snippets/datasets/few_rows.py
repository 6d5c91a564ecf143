"""Few rows to train on and many to validate on: data on which a network learns by heart.

sample: generated. 200 rows of 40 columns and two classes, told apart by 10 of the columns: those are drawn around
        +0.3 or -0.3 with spread 1, by class; the other 30 are noise.
full:   Fashion-MNIST. 1,000 of its 60,000 pictures of clothes, 28 by 28 pixels, ten kinds; 10,000 to validate on.

Which rows are trained on depends on the seed; the rows to validate on are always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File
from snippets.datasets.digits import read_mnist

USEFUL, APART = 10, 0.3  # columns that differ between the classes, and how far each class lies from zero in them


@dataclass(frozen=True)
class FewRows:
    """Rows to draw the few from, and rows to validate on. Columns of pictures are pixels, 0 paper to 1 ink."""

    pool: np.ndarray  # (n_pool, columns) float32
    pool_labels: np.ndarray  # (n_pool,) int64
    valid: np.ndarray  # (n_valid, columns) float32
    valid_labels: np.ndarray  # (n_valid,) int64
    rows: int  # how many rows to train on
    classes: int
    useful: np.ndarray | None = None  # (columns,) bool: which columns differ between the classes, where it is known

    def draw(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The rows to train on and their classes, the same for the same seed. -> (rows, columns), (rows,)"""
        chosen = np.random.default_rng(seed).permutation(len(self.pool))[: self.rows]
        return self.pool[chosen], self.pool_labels[chosen]


def make_rows(seed: int = 40) -> FewRows:
    """4,000 rows to draw 200 from, and 4,000 to validate on."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 8000)
    rows = rng.normal(size=(8000, 40))
    useful = np.arange(40) < USEFUL
    rows[:, useful] += APART * (2 * labels[:, None] - 1)
    pool, valid = np.split(rows.astype(np.float32), 2)
    return FewRows(pool, labels[:4000], valid, labels[4000:], rows=200, classes=2, useful=useful)


def read_fashion(folder: Path) -> FewRows:
    """Fashion-MNIST, which comes in MNIST's format, from the folder that holds its four files."""
    found = read_mnist(folder)
    pool, valid = (pictures.reshape(len(pictures), -1) for pictures in (found.train, found.test))
    return FewRows(pool, found.train_labels, valid, found.test_labels, rows=1000, classes=10)


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
