"""Small files made by hand in the formats of real ones, and datasets that never go to the network."""

from __future__ import annotations

import gzip
from dataclasses import replace

import numpy as np

from coursenotes import Dataset


def idx(values: np.ndarray, kind: int = 8) -> bytes:
    """The array in a gzipped file of MNIST's format."""
    head = bytes([0, 0, kind, values.ndim]) + np.array(values.shape, ">i4").tobytes()
    return gzip.compress(head + values.astype(np.uint8).tobytes())


def offline(dataset: Dataset) -> Dataset:
    """The dataset with addresses that nobody answers at."""
    return replace(dataset, files=[replace(f, url=f.url and f"http://127.0.0.1:9/{f.name}") for f in dataset.files])
