"""A layered layout of boxes with arrows from left to right: columns by depth, few crossings.

A box is in the column after the last of those that lead to it. An arrow that passes a column gets a place of its own
there, so that it runs between boxes and not behind them. The order within a column follows the mean place of the
neighbors, in sweeps in both directions from several starts; the best order is kept.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

SWEEPS = 24
STARTS = 20  # orders to begin with; each costs some milliseconds


class Bend(NamedTuple):
    """The place of an arrow in a column that it passes."""

    start: str
    end: str
    column: int


Node = str | Bend
Steps = list[tuple[Node, Node]]  # from one column to the next


@dataclass(frozen=True)
class Layers:
    """columns: names and Bends from top to bottom; chains: for each arrow its start, its bends and its end."""

    columns: list[list[Node]]
    chains: dict[tuple[str, str], list[Node]]

    def crossings(self) -> int:
        """The number of pairs of arrows that cross."""
        return _all_crossings(self.columns, _steps(self.chains))


def layers(names: Sequence[str], leads_to: Mapping[str, Iterable[str]], depth: Mapping[str, int]) -> Layers:
    """Lay out boxes in columns by depth. leads_to: the ends of each box's arrows; ties keep the order of names."""
    columns: list[list[Node]] = [[] for _ in range(1 + max(depth.values(), default=-1))]
    chains: dict[tuple[str, str], list[Node]] = {}
    for name in names:
        columns[depth[name]].append(name)
    for name in names:
        for end in leads_to.get(name, ()):
            bends = [Bend(name, end, column) for column in range(depth[name] + 1, depth[end])]
            chains[name, end] = [name, *bends, end]
            for bend in bends:
                columns[bend.column].append(bend)
    return Layers(_untangled(columns, _steps(chains)), chains)


def heights(layout: Layers, room: Mapping[Node, float], gap: float) -> dict[Node, float]:
    """The middle of every box and bend from the top, near its neighbors, with its room and a gap to the next."""
    neighbors = _neighbors(_steps(layout.chains))
    middle: dict[Node, float] = {}
    for column in layout.columns:
        at = 0.0
        for name in column:
            middle[name] = at + room[name] / 2
            at += room[name] + gap
    for sweep in range(SWEEPS):
        for column in layout.columns if sweep % 2 else reversed(layout.columns):
            wanted = [_mean([middle[n] for n in neighbors.get(name, ())], middle[name]) for name in column]
            middle.update(zip(column, _apart(wanted, [room[name] for name in column], gap), strict=True))
    top = min((middle[name] - room[name] / 2 for name in middle), default=0.0)
    return {name: value - top for name, value in middle.items()}


def _apart(wanted: list[float], room: list[float], gap: float) -> list[float]:
    """The places nearest to those wanted, in the same order, such that no two overlap and gaps are kept.

    Isotonic least squares: boxes that would overlap are joined to a block, placed at the mean of their wanted places.
    """
    offsets = [0.0]
    for before, after in pairwise(room):
        offsets.append(offsets[-1] + (before + after) / 2 + gap)
    blocks: list[tuple[float, int]] = []  # (mean of wanted less offset, how many)
    for want, offset in zip(wanted, offsets, strict=True):
        mean, count = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, many = blocks.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        blocks.append((mean, count))
    starts = [mean for mean, count in blocks for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=False)]


def _untangled(columns: list[list[Node]], steps: Steps) -> list[list[Node]]:
    """The columns in the order with the fewest crossings, of those found from their own order and from random ones."""
    chance = random.Random(0)  # the same map from the same notes
    starts = [columns, *([chance.sample(column, len(column)) for column in columns] for _ in range(STARTS - 1))]
    return min((_swept(start, steps) for start in starts), key=lambda found: _all_crossings(found, steps))


def _swept(columns: list[list[Node]], steps: Steps) -> list[list[Node]]:
    """The columns in the order with the fewest crossings found by sweeping from this order."""
    columns = [list(column) for column in columns]
    best, fewest = [list(column) for column in columns], _all_crossings(columns, steps)
    beside = _neighbors(steps)
    for sweep in range(SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for n in order:
            fixed = columns[n - 1 if sweep % 2 == 0 else n + 1]
            place = {name: at for at, name in enumerate(fixed)}
            old = {name: at for at, name in enumerate(columns[n])}
            wish = {
                name: _mean([place[m] for m in beside.get(name, ()) if m in place], old[name]) for name in columns[n]
            }
            columns[n].sort(key=lambda name, wish=wish, old=old: (wish[name], old[name]))  # type: ignore[misc]
        _swap(columns, beside)
        now = _all_crossings(columns, steps)
        if now < fewest:
            best, fewest = [list(column) for column in columns], now
    return best


def _swap(columns: list[list[Node]], beside: Mapping[Node, list[Node]]) -> None:
    """Exchange two boxes next to each other in a column wherever their arrows then cross less."""
    for n, column in enumerate(columns):
        sides = [
            {name: at for at, name in enumerate(columns[side])} for side in (n - 1, n + 1) if 0 <= side < len(columns)
        ]
        for at in range(len(column) - 1):
            upper, lower = column[at], column[at + 1]
            cross = uncross = 0
            for place in sides:
                above, below = ([place[m] for m in beside.get(name, ()) if m in place] for name in (upper, lower))
                cross += sum(a > b for a in above for b in below)
                uncross += sum(a < b for a in above for b in below)
            if uncross < cross:
                column[at], column[at + 1] = lower, upper


def _steps(chains: Mapping[tuple[str, str], list[Node]]) -> Steps:
    return [pair for chain in chains.values() for pair in pairwise(chain)]


def _neighbors(steps: Iterable[tuple[Node, Node]]) -> dict[Node, list[Node]]:
    neighbors: dict[Node, list[Node]] = {}
    for a, b in steps:
        neighbors.setdefault(a, []).append(b)
        neighbors.setdefault(b, []).append(a)
    return neighbors


def _all_crossings(columns: list[list[Node]], steps: Steps) -> int:
    return sum(_crossings(a, b, steps) for a, b in pairwise(columns))


def _crossings(left: list[Node], right: list[Node], steps: Steps) -> int:
    """The number of crossing steps between two columns."""
    at_left, at_right = ({name: at for at, name in enumerate(column)} for column in (left, right))
    ends = sorted((at_left[a], at_right[b]) for a, b in steps if a in at_left and b in at_right)
    return sum(b > d for n, (a, b) in enumerate(ends) for c, d in ends[n + 1 :] if c > a)


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
