"""The datasets of digits and strokes: shapes, ranges, the same every time, and files that are not what they say."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from snippets.datasets.digits import digits, read_idx
from snippets.datasets.strokes import draw, photograph, sevens
from tests.datasets.hand_made import idx


def test_small_digits():
    small = digits.sample()
    assert small.train.shape == (1200, 8, 8) and small.test.shape == (597, 8, 8)
    assert small.train.dtype == np.float32 and small.train_labels.dtype == np.int64
    assert small.train.min() == 0 and small.train.max() == 1
    assert set(small.train_labels) == set(small.test_labels) == set(range(10))
    np.testing.assert_array_equal(small.train, digits.sample().train)


def test_train_and_test_share_no_picture():
    small = digits.sample()
    assert not {x.tobytes() for x in small.train} & {x.tobytes() for x in small.test}


def test_drawn_sevens():
    drawn = sevens.sample()
    assert drawn.shape == (200, 28, 28) and drawn.dtype == np.float32
    assert drawn.min() == 0 and drawn.max() == 1
    assert len({x.tobytes() for x in drawn}) == 200
    np.testing.assert_array_equal(drawn, sevens.sample())
    # the plain one: ink along the bar, the stroke and the leg, paper between them and in the corners
    assert (drawn[0][6, 8:20] == 1).all() and (drawn[0][14, 10:18] == 1).all()
    assert not drawn[0][10, 7:12].any() and not drawn[0][:4].any() and not drawn[0][25:].any()


def test_a_line_is_as_thick_as_asked():
    bar = draw([((8, 4), (8, 23))], thickness=3)
    assert (bar[7:10, 4:24] == 1).all()
    assert not bar[6, 4:24].any() and not bar[10, 4:24].any()
    soft = draw([((8, 4), (8, 23))], thickness=4)
    assert np.allclose(soft[[6, 10], 10], 0.5)


def test_photograph():
    picture = photograph.sample()
    assert picture.shape == (144, 123) and picture.dtype == np.float32
    assert 0 <= picture.min() < 0.1 and 0.9 < picture.max() <= 1


def test_reads_its_format(tmp_path: Path):
    values = np.arange(24).reshape(2, 3, 4)
    (tmp_path / "a.gz").write_bytes(idx(values))
    np.testing.assert_array_equal(read_idx(tmp_path / "a.gz"), values)


@pytest.mark.parametrize(
    "content", [idx(np.zeros((2, 2)), kind=13), gzip.compress(b"<html>not here</html>")], ids=["kind", "html"]
)
def test_refuses_other_files(tmp_path: Path, content: bytes):
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.gz is not an IDX file of bytes"):
        read_idx(tmp_path / "a.gz")


def test_refuses_a_file_cut_short(tmp_path: Path):
    whole = gzip.decompress(idx(np.zeros((4, 5, 5))))
    (tmp_path / "a.gz").write_bytes(gzip.compress(whole[:-1]))
    with pytest.raises(ValueError):
        read_idx(tmp_path / "a.gz")
