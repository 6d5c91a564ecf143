"""Few rows: which columns tell the classes apart, which rows are drawn, and how Fashion-MNIST is read."""

from pathlib import Path

import numpy as np
import pytest

from snippets.datasets.few_rows import few_rows, make_rows, read_fashion
from tests.datasets.hand_made import idx


@pytest.fixture(scope="module")
def made():
    return make_rows()


@pytest.fixture
def folder(tmp_path: Path):
    """A Fashion-MNIST of 3 pictures to draw from and 2 to validate on, of 2 by 4 pixels, all different."""
    for part, n, first in (("train", 3, 0), ("t10k", 2, 100)):
        pictures = (first + np.arange(n * 8)).reshape(n, 2, 4)
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(pictures))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(np.arange(n) + first // 20))
    return tmp_path


def test_sizes(made):
    assert few_rows.sample is make_rows
    assert made.pool.shape == made.valid.shape == (4000, 40)
    assert made.pool.dtype == made.valid.dtype == np.float32
    assert made.pool_labels.dtype == made.valid_labels.dtype == np.int64
    assert made.pool_labels.shape == made.valid_labels.shape == (4000,)
    assert set(made.pool_labels) == set(made.valid_labels) == {0, 1} and made.classes == 2


def test_ten_columns_tell_the_classes_apart_and_the_others_are_noise(made):
    for rows, labels in ((made.pool, made.pool_labels), (made.valid, made.valid_labels)):
        low, high = rows[labels == 0], rows[labels == 1]
        useful = made.useful
        assert useful.sum() == 10 and abs(labels.mean() - 0.5) < 0.03
        np.testing.assert_allclose(high[:, useful].mean(axis=0), 0.3, atol=0.08)
        np.testing.assert_allclose(low[:, useful].mean(axis=0), -0.3, atol=0.08)
        for half in (low, high):
            np.testing.assert_allclose(half[:, ~useful].mean(axis=0), 0, atol=0.08)
            np.testing.assert_allclose(half.std(axis=0), 1, atol=0.06)


def test_columns_have_nothing_else_in_common(made):
    signs = np.where(made.useful, 2 * made.pool_labels[:, None] - 1, 0)
    between = np.corrcoef(made.pool - 0.3 * signs, rowvar=False) - np.eye(40)
    assert abs(between).max() < 0.08


def test_rows_to_validate_on_are_never_drawn(made):
    assert not {x.tobytes() for x in made.pool} & {x.tobytes() for x in made.valid}


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    again = make_rows()
    np.testing.assert_array_equal(again.pool, made.pool)
    np.testing.assert_array_equal(again.valid, made.valid)
    np.testing.assert_array_equal(again.valid_labels, made.valid_labels)


def test_drawn_rows_keep_their_classes_and_none_comes_twice(made):
    label_of = {row.tobytes(): label for row, label in zip(made.pool, made.pool_labels, strict=True)}
    for seed in range(3):
        rows, labels = made.draw(seed)
        assert rows.shape == (200, 40) and len({row.tobytes() for row in rows}) == 200
        assert [label_of[row.tobytes()] for row in rows] == labels.tolist()


def test_a_seed_draws_the_same_rows_and_another_draws_others(made):
    np.random.seed(1)
    first = made.draw(0)[0]
    np.random.seed(2)
    np.testing.assert_array_equal(made.draw(0)[0], first)
    shared = {x.tobytes() for x in first} & {x.tobytes() for x in made.draw(1)[0]}
    assert len(shared) < 30  # 10 by chance


def test_pictures_become_rows_of_pixels_from_paper_to_ink(folder):
    read = read_fashion(folder)
    np.testing.assert_allclose(read.pool * 255, np.arange(24).reshape(3, 8), rtol=1e-5)
    np.testing.assert_allclose(read.valid * 255, 100 + np.arange(16).reshape(2, 8), rtol=1e-5)
    assert read.pool_labels.tolist() == [0, 1, 2] and read.valid_labels.tolist() == [5, 6]
    assert read.pool.dtype == np.float32 and (read.rows, read.classes, read.useful) == (1000, 10, None)
