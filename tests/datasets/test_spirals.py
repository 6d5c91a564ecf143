"""The spirals: where the points lie, and that each is on the arm that it is said to be on."""

import numpy as np
import pytest

from snippets.datasets.spirals import generate, made_spirals


@pytest.fixture(scope="module")
def made():
    return generate()


def along(points):
    """How far from the middle, 0 to 1, and at which angle without the turns that far out."""
    radius = np.hypot(*points.T) / 1.5
    return radius, np.arctan2(points[:, 1], points[:, 0]) - 2 * np.pi * 1.25 * radius


def test_sizes(made):
    assert made_spirals.sample is generate
    assert made.points.shape == (1200, 2) and made.arms.shape == (1200,)
    assert made.points.dtype == made.arms.dtype == np.float32
    assert np.bincount(made.arms.astype(int)).tolist() == [600, 600]


def test_points_lie_on_their_arm():
    exact = generate(noise=0)
    radius, angle = along(exact.points.astype(float))
    np.testing.assert_allclose(np.cos(angle), 1 - 2 * exact.arms, atol=1e-5)  # 0 or half a circle
    assert 0.02**0.5 <= radius.min() < 0.2 and 0.98 < radius.max() <= 1 + 1e-6


def test_arms_are_half_a_circle_apart_and_never_nearer_than_noise_reaches():
    exact = generate(noise=0)
    ours, other = exact.points[exact.arms == 0], exact.points[exact.arms == 1]
    apart = np.hypot(*(ours[:, None] - other).transpose(2, 0, 1))
    assert apart.min() > 5 * 0.04
    back = np.hypot(*(ours[:, None] + other).transpose(2, 0, 1)).min(axis=1)  # turned, the arms are one
    assert np.median(back) < 0.01 and back.max() < 0.1


def test_noise_is_as_strong_as_said_in_both_directions(made):
    left = made.points - generate(noise=0).points
    np.testing.assert_allclose(left.std(axis=0), 0.04, atol=0.003)
    np.testing.assert_allclose(left.mean(axis=0), 0, atol=0.005)
    assert abs(np.corrcoef(left.T)[0, 1]) < 0.1
    assert np.hypot(*made.points.T).max() < 1.5 + 0.16


def test_points_are_spread_evenly_over_the_area():
    exact = generate(noise=0)
    for arm in (0, 1):
        area = along(exact.points[exact.arms == arm])[0] ** 2
        rings = np.histogram(area, bins=5, range=(0.02, 1))[0]
        assert rings.min() > 85 and rings.max() < 155  # of 600 each, 120 expected


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    again = generate()
    np.testing.assert_array_equal(again.points, made.points)
    np.testing.assert_array_equal(again.arms, made.arms)
    assert (generate(seed=9).points != made.points).any()
