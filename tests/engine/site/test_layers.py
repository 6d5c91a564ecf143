"""The drawing of who needs whom: columns, crossings, and room for every box."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from coursenotes.site.reference.layers import Bend, heights, layers


def depths(leads_to: dict[str, list[str]], names: list[str]) -> dict[str, int]:
    found = dict.fromkeys(names, 0)
    for _ in names:
        for name, ends in leads_to.items():
            for end in ends:
                found[end] = max(found[end], found[name] + 1)
    return found


def laid_out(leads_to: dict[str, list[str]]):
    names = sorted({*leads_to, *(end for ends in leads_to.values() for end in ends)})
    return layers(names, leads_to, depths(leads_to, names))


def some(seed: int, count: int = 30) -> dict[str, list[str]]:
    """Made-up concepts, each needing up to two of those before it."""
    draw = random.Random(seed)
    found: dict[str, list[str]] = {f"{n:02}": [] for n in range(count)}
    for n in range(4, count):
        for need in draw.sample(range(n), draw.randint(1, 2)):
            found[f"{need:02}"].append(f"{n:02}")
    return found


def test_every_arrow_leads_to_the_right_and_has_a_place_in_each_column_that_it_passes():
    found = laid_out({"a": ["b", "d"], "b": ["c"], "c": ["d"]})
    assert [[n for n in column if isinstance(n, str)] for column in found.columns] == [["a"], ["b"], ["c"], ["d"]]
    assert found.chains["a", "d"] == ["a", Bend("a", "d", 1), Bend("a", "d", 2), "d"]
    assert Bend("a", "d", 2) in found.columns[2]


def test_what_need_not_cross_does_not():
    crossed = {"a": ["z"], "b": ["y"], "c": ["x"], "x": ["q"], "y": ["p"], "z": ["o"]}
    assert laid_out(crossed).crossings() == 0
    assert laid_out({"a": ["x", "y"], "b": ["x", "y"]}).crossings() == 1, "here one pair has to"


@pytest.mark.parametrize("seed", range(6))
def test_sweeping_takes_most_crossings_away(seed):
    leads_to = some(seed)
    names = sorted(leads_to)
    depth = depths(leads_to, names)
    swept = layers(names, leads_to, depth).crossings()
    shuffled = []
    for other in range(20):
        mixed = random.Random(other).sample(names, len(names))
        found = layers(mixed, leads_to, depth)
        for column in found.columns:
            random.Random(other).shuffle(column)
        shuffled.append(found.crossings())
    assert swept < 0.45 * sum(shuffled) / len(shuffled)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_overlaps_in_a_column_and_the_order_stays(seed):
    found = laid_out(some(seed))
    room = {
        node: 4.0 if isinstance(node, Bend) else 20.0 + 13 * (n % 3) for c in found.columns for n, node in enumerate(c)
    }
    middle = heights(found, room, gap=10)
    for column in found.columns:
        for above, below in pairwise(column):
            assert middle[below] - middle[above] >= (room[above] + room[below]) / 2 + 10 - 1e-6
    assert min(middle[node] - room[node] / 2 for node in middle) == pytest.approx(0)


def test_a_box_stands_level_with_its_only_neighbor():
    found = laid_out({"a": ["x"], "b": ["y"], "x": ["z"]})
    middle = heights(found, dict.fromkeys(middle_names(found), 20.0), gap=10)
    assert middle["a"] == pytest.approx(middle["x"]) == pytest.approx(middle["z"])


def middle_names(found) -> list:
    return [node for column in found.columns for node in column]


def test_the_same_names_give_the_same_places():
    assert laid_out(some(3)) == laid_out(some(3))
    assert layers([], {}, {}).columns == []
