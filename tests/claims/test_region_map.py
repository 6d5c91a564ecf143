"""Claims of docs/concepts/region_map.md."""

import numpy as np
from scipy.stats import spearmanr

from coursenotes.claims import above, at, below, close, falsified_by, swap
from snippets.region_map import aligned as right_aligned


def along_one_axis(points):
    """Distances from west to east only."""
    i, j = np.triu_indices(len(points), 1)
    return np.abs(points[i, 0] - points[j, 0])


def uncentered(points, target):
    """Rotate and scale about the origin instead of the center."""
    u, s, v = np.linalg.svd(points.T @ target)
    return points @ u @ v * (s.sum() / (points**2).sum())


@at("sample")
@falsified_by(control={"model": ("trained", "shuffled_regions")})  # retrained with regions shuffled over the stores
@falsified_by(control={"model": ("trained", "wide_start")})  # retrained from N(0, 1)
def test_regions_match_the_map(regions):
    """Distances of regions have a rank correlation with the map of at least 0.8, and 0.3 above 50 permutations."""
    correlation, permuted = (regions.metric(name, model="trained") for name in ("map_correlation", "best_permuted"))
    assert above(correlation, 0.8)
    assert above(correlation, permuted, margin=0.3)


@at("sample")
@falsified_by(swap("model", "trained", "wide_start"))
@falsified_by(control={"model": ("wide_start", "trained")})
def test_wide_start_predicts_but_maps_worse(regions):
    """From N(0, 1) the error is within 0.01 of that from a small start; the correlation with the map is 0.15 lower."""
    small, wide = (regions.metric("error", model=model) for model in ("trained", "wide_start"))
    assert close(wide, small, within=0.01)
    assert below(*(regions.metric("map_correlation", model=model) for model in ("wide_start", "trained")), margin=0.15)


def moves_halfway(points, target):
    """Align, then shift each region halfway to its place."""
    return (right_aligned(points, target) + target) / 2


@at("full")
@falsified_by(aligned=moves_halfway)
def test_no_map_from_the_real_stores(regions, aligned, pair_distances):
    """On Rossmann, embedding and map have a rank correlation of at most 0.5, in all six dimensions and in the two that
    the picture shows."""
    assert below(regions.metric("map_correlation", model="trained"), 0.5)
    place = regions.array("place", model="trained")
    maps = [aligned(points, place) for points in regions.arrays("points", model="trained")]
    in_picture = np.array([spearmanr(pair_distances(points), pair_distances(place))[0] for points in maps])
    assert below(in_picture, 0.5)


@falsified_by(control={"model": ("trained", "wide_start")})
def test_store_distances_follow_sales(regions):
    """Distances of stores have a rank correlation above 0.7 with differences in sales, below 0.3 with kilometers."""
    assert above(regions.metric("stores_by_sales", model="trained"), 0.7)
    assert below(regions.metric("stores_by_kilometers", model="trained"), 0.3)


@falsified_by(aligned=uncentered)
@falsified_by(pair_distances=along_one_axis)
def test_rotation_keeps_distances(aligned, pair_distances):
    """A rotated, reflected, scaled and shifted map has proportional distances, and alignment restores it exactly."""
    place = np.random.default_rng().normal(size=(12, 2))
    rotation = np.linalg.qr(np.random.default_rng().normal(size=(2, 2)))[0]
    shifted = 3 * place @ rotation + 5
    np.testing.assert_allclose(pair_distances(shifted), 3 * pair_distances(place))
    np.testing.assert_allclose(aligned(shifted, place), place)
