"""The bears: what the backgrounds are made of, and where and how a bear is put before one."""

import numpy as np
import pytest

from snippets.datasets.bears import BACKGROUNDS, draw_background, draw_training_set, put_bears


def make(kind: str, count: int = 600, seed: int = 0) -> np.ndarray:
    return draw_background(np.random.default_rng(seed), count, kind)


def bears_on_blank(sizes, contrasts, kind: str = "blank", seed: int = 0) -> np.ndarray:
    return put_bears(np.random.default_rng(seed), make("blank", len(sizes)), sizes, contrasts, kind)[0]


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_backgrounds_are_gray_on_average(kind: str):
    pictures = make(kind)
    assert pictures.shape == (600, 28, 28) and pictures.dtype == np.float32
    assert abs(pictures.mean()) < 0.01


def test_blank_is_blank_and_noise_is_normal():
    assert not make("blank").any()
    noise = make("noise")
    assert noise.std() == pytest.approx(0.3, rel=0.01)
    assert (noise**4).mean() / noise.var() ** 2 == pytest.approx(3, rel=0.05)
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < 0.002  # pixels know nothing of each other


def test_clutter_covers_the_edges_alike():
    covered = abs(make("clutter", 4000)) > 0.15
    for by_place in (covered.mean(axis=(0, 2)), covered.mean(axis=(0, 1))):  # (28,): of each row, of each column
        assert by_place[[0, 27]] == pytest.approx(0.15, abs=0.03)
        assert by_place == pytest.approx(by_place[::-1], abs=0.03)


def test_clutter_is_of_light_and_dark_plain_and_striped_rectangles():
    pictures = make("clutter")
    middle = pictures[:, 10:18, 10:18]
    assert (abs(middle) > 0.15).mean() > 0.8  # mostly covered
    assert abs((middle > 0).mean() - 0.5) < 0.02
    down, across = middle[:, 1:] * middle[:, :-1], middle[:, :, 1:] * middle[:, :, :-1]
    for step, other in ((down[:, :, :-1], across[:, :-1]), (across[:, :-1], down[:, :, :-1])):
        assert ((step < -0.04) & (other > 0.04)).mean() > 0.15  # stripes in this direction
    assert ((down[:, :, :-1] > 0.04) & (across[:, :-1] > 0.04)).mean() > 0.15  # plain


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_pictures_differ_and_are_the_same_every_time_whatever_the_global_seed(kind: str):
    np.random.seed(1)
    first = make(kind, 50)
    np.random.seed(2)
    np.testing.assert_array_equal(make(kind, 50), first)
    assert kind == "blank" or len({x.tobytes() for x in first}) == 50
    assert kind == "blank" or (make(kind, 50, seed=1) != first).any()


@pytest.mark.parametrize("size", [1, 4, 5, 24, 28])
def test_a_bear_is_a_square_of_checkers_of_its_size_and_contrast(size: int):
    for picture in bears_on_blank([size] * 20, [0.5] * 20):
        rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
        assert len(rows) == len(columns) == size == rows[-1] - rows[0] + 1 == columns[-1] - columns[0] + 1
        bear = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert (abs(bear) == 0.5).all()
        assert (bear[1:] == -bear[:-1]).all() and (bear[:, 1:] == -bear[:, :-1]).all()


@pytest.mark.parametrize("size", [4, 6, 8, 12, 24])  # those of the note
def test_a_bear_adds_no_light(size: int):
    assert bears_on_blank([size] * 5, [0.6] * 5).sum() == pytest.approx(0, abs=1e-4)


def test_bears_are_at_every_place_and_as_often_at_the_edges():
    pictures = bears_on_blank([24] * 2000, [0.5] * 2000)
    corners = [(row.any(axis=1).argmax(), row.any(axis=0).argmax()) for row in pictures != 0]
    counts = np.zeros((5, 5), int)
    np.add.at(counts, tuple(np.transpose(corners)), 1)
    assert counts.sum() == 2000 and counts.min() > 45 and counts.max() < 120  # 80 expected at each of 25


def test_noise_adds_to_a_bear_and_clutter_is_hidden_behind_it():
    for kind in ("noise", "clutter"):
        before = make(kind, 30)
        after, _ = put_bears(np.random.default_rng(3), before, [8] * 30, [0.5] * 30, kind)
        where = bears_on_blank([8] * 30, [0.5] * 30, seed=3)  # the same places
        inside = where != 0
        np.testing.assert_array_equal(after[~inside], before[~inside])
        seen = after[inside] - before[inside] if kind == "noise" else after[inside]
        np.testing.assert_allclose(seen, where[inside], atol=1e-6)
        np.testing.assert_array_equal(before, make(kind, 30))  # the pictures given are left as they were


def test_each_picture_gets_the_bear_of_its_turn():
    pictures = bears_on_blank([4, 10], [0.2, 0.6])
    assert [(x != 0).sum() for x in pictures] == [16, 100]
    np.testing.assert_allclose([x.max() for x in pictures], [0.2, 0.6], rtol=1e-6)
    with pytest.raises(ValueError):
        bears_on_blank([4, 10], [0.2])


def test_a_bear_is_at_the_corner_that_is_told():
    before = make("blank", 50)
    pictures, corners = put_bears(np.random.default_rng(3), before, [6] * 50, [0.5] * 50, "blank")
    for picture, (row, column) in zip(pictures, corners, strict=True):
        assert (picture[row : row + 6, column : column + 6] != 0).all() and (picture != 0).sum() == 36


def test_every_other_training_picture_has_a_bear():
    x, y = draw_training_set(np.random.default_rng(1), "blank", [4, 10], weakest=0.2, count=200)
    assert x.shape == (200, 1, 28, 28) and y.tolist() == [0, 1] * 100
    assert (x.flatten(1).ne(0).any(dim=1) == y.bool()).all()
    strongest = x.flatten(1).amax(dim=1)[1::2] / 3
    assert 0.2 <= strongest.min() < 0.25 and 0.55 < strongest.max() <= 0.6
    assert set(x.ne(0).sum(dim=(1, 2, 3))[1::2].tolist()) == {16, 100}
