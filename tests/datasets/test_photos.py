"""The small color pictures: what the generated ones show, and how CIFAR-10's batches are read."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from snippets.datasets.photos import CHANNEL_MEANS, SHAPES, draw, outlines, photos, read_cifar


def test_generated_pictures():
    made = photos.sample()
    assert made.train.shape == made.test.shape == (500, 3, 16, 16)
    assert made.train.dtype == made.test.dtype == np.uint8
    for labels in (made.train_labels, made.test_labels):
        assert labels.dtype == np.int64 and np.bincount(labels).tolist() == [125] * 4
    assert not {x.tobytes() for x in made.train} & {x.tobytes() for x in made.test}
    np.testing.assert_array_equal(made.train, photos.sample().train)
    assert (photos.sample(seed=1).train != made.train).any()


def test_each_shape_has_its_form():
    middle = np.full(4, 8)
    disk, ring, square, cross = outlines(np.arange(4), middle, middle, np.full(4, 5))
    assert disk[8, 3:14].all() and disk.sum() == disk[3:14, 3:14].sum()
    assert not ring[8, 8] and ring[8, 3] and (disk | ~ring).all()  # a disk with a hole
    assert square[4:13, 4:13].all() and square.sum() == 81
    assert cross[8, 3:14].all() and cross[3:14, 8].all() and not cross[4, 4]
    for shape in (disk, ring, square, cross):
        assert (shape == shape.T).all() and (shape[1:, 1:] == shape[1:, 1:][::-1]).all()


def test_a_shape_is_where_it_is_said_to_be_and_is_lighter_or_darker():
    pictures, _, places = draw(np.random.default_rng(0), 200)
    steps = []
    for picture, place in zip(pictures / 255, places, strict=True):
        assert 20 < place.sum() < 130
        steps.append(picture[:, place].mean(axis=1) - picture[:, ~place].mean(axis=1))
    steps = np.array(steps)  # (200, 3)
    assert (abs(steps).max(axis=1) > 0.1).mean() > 0.95  # a few are as dark or light as can be
    lighter, darker = steps > 0.03, steps < -0.03
    assert not (lighter.any(axis=1) & darker.any(axis=1)).any()
    assert 0.4 < lighter.any(axis=1).mean() < 0.6


def test_color_and_light_say_nothing_about_the_class():
    pictures, kinds, _ = draw(np.random.default_rng(0), 4000)
    means = np.array([pictures[kinds == kind].mean(axis=(0, 2, 3)) / 255 for kind in range(len(SHAPES))])  # (4, 3)
    np.testing.assert_allclose(means, np.tile(CHANNEL_MEANS, (4, 1)), atol=0.025)


def test_every_place_is_used():
    _, _, places = draw(np.random.default_rng(0), 4000)
    covered = places.mean(axis=0)
    np.testing.assert_allclose(covered, covered[:, ::-1], atol=0.15)
    assert covered[:, 0].max() > 0.02 and covered[8, 8] < 0.8


def put_batches(folder: Path) -> list[np.ndarray]:
    """Batches of two pictures each in the format of CIFAR-10, rows of 3,072 bytes, red first; -> their rows."""
    (folder / "cifar-10-batches-py").mkdir()
    rows = list(np.random.default_rng(0).integers(0, 256, (6, 2, 3072), dtype=np.uint8))
    for name, data in zip([f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"], rows, strict=True):
        content = {b"data": data, b"labels": [int(x) for x in data[:, 0] % 10], b"batch_label": b"", b"filenames": []}
        (folder / "cifar-10-batches-py" / name).write_bytes(pickle.dumps(content))
    return rows


def test_reads_the_batches_in_their_order(tmp_path: Path):
    rows = put_batches(tmp_path)
    read = read_cifar(tmp_path)
    assert read.train.shape == (10, 3, 32, 32) and read.test.shape == (2, 3, 32, 32) and len(read.classes) == 10
    for number in range(5):
        assert (read.train[2 * number, 0, 0] == rows[number][0][:32]).all()  # the first row of red
        assert (read.train[2 * number + 1, 2, 31] == rows[number][1][-32:]).all()  # the last of blue
        assert read.train_labels[2 * number] == rows[number][0][0] % 10
    assert (read.test[1].ravel() == rows[5][1]).all() and read.test_labels.dtype == np.int64


def test_a_missing_batch_is_an_error(tmp_path: Path):
    put_batches(tmp_path)
    (tmp_path / "cifar-10-batches-py" / "data_batch_3").unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_3"):
        read_cifar(tmp_path)
