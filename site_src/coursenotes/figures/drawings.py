"""Explanation drawings: an idea as steps, without measured numbers of its own; in points, for both layouts.

A drawing is one Axes on which a unit is a point of text, x to the right and y down from the top left corner.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from coursenotes.figures.layout import NARROW, current
from coursenotes.figures.palette import BACKGROUND, MUTED, TEXT
from coursenotes.figures.panels import balanced

T = TypeVar("T")
LETTER = 0.5  # font sizes per letter of a label
SMALL = 8.8  # points: 10.5 pixels of a phone
CAPITAL = 0.72  # font sizes that a capital or a digit is high
LINE = 1.3  # font sizes from line to line
FIRST = [("weights", MUTED), ("each sees", MUTED)]  # below the picture, before the others' numbers
GAP = 3.0  # points between what an arrow joins and its ends


def pick(wide: T, narrow: T) -> T:
    """The value for the layout that is being drawn."""
    return narrow if current() is NARROW else wide


def canvas(wide: float, narrow: float) -> tuple[Axes, float]:
    """An empty drawing of this height in points, in the wide or the narrow layout; and its width in points."""
    width, height = current().inches * 72, pick(wide, narrow)
    fig = Figure(figsize=(width / 72, height / 72))
    fig.set_layout_engine("none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    return ax, width


def number(value: float, fmt: str = "{:g}") -> str:
    """A number as text, with a proper minus sign."""
    return fmt.format(value + 0.0).replace("-", "−")


def label(ax: Axes, x: float, y: float, text: str, **kw: Any) -> None:
    """Write text around (x, y): centered, small and plain unless kw, which goes to matplotlib, says otherwise.

    Capitals and digits are centered on y, so that neighbors share their baselines whatever their letters.
    """
    style: dict[str, Any] = {"ha": "center", "size": SMALL, "color": TEXT} | kw
    lines = text.split("\n")
    for place, line in enumerate(lines):
        shift = LINE * (place - (len(lines) - 1) / 2) + CAPITAL / 2
        ax.text(x, y + shift * style["size"], line, va="baseline", **style)


def caption(ax: Axes, x: float, y: float, text: str, width: float) -> None:
    """Write muted text below (x, y), folded to this width."""
    lines = balanced(text, int(width / (LETTER * SMALL)))
    label(ax, x, y + LINE * SMALL * (lines.count("\n") + 1) / 2, lines, color=MUTED)


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str = MUTED) -> None:
    """An arrow from one point nearly to another."""
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>,head_length=3,head_width=1.6", color=color, linewidth=0.9,
                        shrinkA=GAP, shrinkB=GAP, joinstyle="miter")
    )  # fmt: skip


def frame(ax: Axes, x: float, y: float, width: float, height: float, color: str = "C1", **kw: Any) -> None:
    """A frame around what is marked."""
    style: dict[str, Any] = {"fill": False, "edgecolor": color, "linewidth": 1.6, "joinstyle": "miter", "zorder": 3,
                             "clip_on": False}  # fmt: skip
    ax.add_patch(Rectangle((x, y), width, height, **(style | kw)))


def cells(
    ax: Axes, x: float, y: float, array: Any, size: tuple[float, float], *, limit: float | None = None,
    fmt: str | Callable[[float], str] = "{:g}", lit: Any = None, fontsize: float = SMALL,
) -> tuple[float, float]:  # fmt: skip
    """A table of equal cells from (x, y), with a number in each, and none for NaN. -> its right and lower edge

    Blue above zero, orange below, fully at the limit. lit: a boolean for each cell; the others are not tinted.
    """
    array = np.atleast_2d(np.asarray(array, dtype=float))
    shown = np.isfinite(array)
    lit = shown if lit is None else shown & np.broadcast_to(lit, array.shape)
    limit = limit or float(np.nanmax(np.abs(array))) or 1.0
    wide, high = size
    for (row, column), value in np.ndenumerate(array):
        left, top = x + column * wide, y + row * high
        if lit[row, column] and value:
            tint = 0.12 + 0.33 * min(1.0, abs(value) / limit)
            ax.add_patch(Rectangle((left, top), wide, high, color="C0" if value > 0 else "C1", alpha=tint, linewidth=0))
        if shown[row, column]:
            text = number(value, fmt) if isinstance(fmt, str) else fmt(value)
            color = TEXT if lit[row, column] and value else MUTED
            label(ax, left + wide / 2, top + high / 2, text, size=fontsize, color=color)
    rows, columns = array.shape
    right, bottom = x + columns * wide, y + rows * high
    ax.hlines(y + high * np.arange(rows + 1), x, right, color=MUTED, linewidth=0.5)
    ax.vlines(x + wide * np.arange(columns + 1), y, bottom, color=MUTED, linewidth=0.5)
    return right, bottom


def terms(ax: Axes, x: float, y: float, array: Any, step: tuple[float, float], fontsize: float = SMALL) -> None:
    """The numbers of a table written out as a sum from (x, y), a line for each row, and "= sum" below them."""
    array = np.asarray(array, dtype=float)
    for (row, column), value in np.ndenumerate(array):
        middle = y + (row + 0.5) * step[1]
        sign = "" if row == column == 0 and value >= 0 else "−" if value < 0 else "+"
        label(ax, x + column * step[0], middle, sign, ha="left", size=fontsize)
        label(ax, x + (column + 0.45) * step[0], middle, number(abs(value)), ha="left", size=fontsize)
    label(ax, x, y + (len(array) + 0.65) * step[1], f"= {number(array.sum())}", ha="left", weight="bold", size=fontsize)


def units(
    ax: Axes, x: float, y: float, sizes: Sequence[int], width: float, height: float, *,
    struck: Collection[tuple[int, int]] = (), radius: float = 6.0, thick: float = 0.8,
) -> None:  # fmt: skip
    """Layers of circles, joined from layer to layer, in a box from (x, y).

    struck: the (layer, unit) that are crossed out; they have no connections. thick: the width of connections, points.
    """
    places = [
        [
            (x + radius + layer * (width - 2 * radius) / (len(sizes) - 1), y + height * (unit + 0.5) / max(sizes))
            for unit in np.arange(size) + (max(sizes) - size) / 2
        ]
        for layer, size in enumerate(sizes)
    ]
    for layer in range(len(sizes) - 1):
        for a, start in enumerate(places[layer]):
            for b, end in enumerate(places[layer + 1]):
                if (layer, a) not in struck and (layer + 1, b) not in struck:
                    xs, ys = zip(start, end, strict=True)
                    ax.plot(xs, ys, color="C0", linewidth=thick, alpha=0.55, zorder=1, gid=f"{layer}.{a}-{b}")
    for layer, column in enumerate(places):
        for unit, (cx, cy) in enumerate(column):
            out = (layer, unit) in struck
            color = "C1" if out else "C0"
            ax.add_patch(Circle((cx, cy), radius, facecolor="none" if out else color, edgecolor=color, zorder=2,
                                linewidth=0.9, linestyle=(0, (2, 1.5)) if out else "-"))  # fmt: skip
            if out:
                arm = 0.62 * radius
                for way in (-1, 1):
                    ax.plot([cx - arm, cx + arm], [cy - way * arm, cy + way * arm], color=color, linewidth=1.3)


@dataclass(frozen=True)
class Stage:
    """A stage of a convolutional network: what made it, its maps, and how much of the next stage's input one needs.

    side: pixels along a map, 0 where there are no maps, only numbers. kernel, stride, padding: of the layer to here.
    """

    name: str
    channels: int
    side: int
    weights: int = 0
    sees: int = 1  # pixels of the picture along one side of what one number depends on
    kernel: int = 1
    stride: int = 1
    padding: int = 0


def windows(stages: Sequence[Stage]) -> list[tuple[int, int]]:
    """The first pixel and the width of what one number near the middle of the last map needs of each map before."""
    maps = [stage for stage in stages if stage.side]
    found = [(maps[-1].side // 2, 1)]
    for stage in reversed(maps[1:]):
        first, width = found[0]
        found.insert(0, (first * stage.stride - stage.padding, (width - 1) * stage.stride + stage.kernel))
    return found


def shrinking(stages: Sequence[Stage]) -> Figure:
    """Maps that become smaller and more, to the answers; in orange, what one number of the last map depends on."""
    ax, width = canvas(wide=178, narrow=148)
    column, one, middle, offset = width / len(stages), pick(2.4, 1.4), pick(76, 64), pick(2.6, 1.8)
    corners: list[tuple[float, float, float]] = []
    for place, (stage, window) in enumerate(zip(stages, [*windows(stages), None], strict=True)):
        x, half = (place + 0.5) * column, stage.side * one / 2
        label(ax, x, 14, stage.name, color=MUTED)
        for behind in reversed(range(min(stage.channels, 4) if stage.side else 0)):
            _block(ax, x - half + offset * behind, middle - half - offset * behind, 2 * half, 2 * half)
        if window is not None:
            from_middle, size = (window[0] - stage.side / 2) * one, window[1] * one
            left, top = x + from_middle, middle + from_middle
            frame(ax, left, top, size, size, linewidth=1.2)
            corners.append((left, top, size))
        else:
            dots = (np.arange(stage.channels) - (stage.channels - 1) / 2) * pick(7, 5.6)
            for way, dot in ((-1, dots[0]), (1, dots[-1])):
                before = stages[place - 1].side * one / 2
                ax.plot([x - column + before, x], [middle + way * before, middle + dot], color=MUTED, linewidth=0.6)
            for dot in dots:
                ax.add_patch(Circle((x, middle + dot), pick(2.8, 2.3), color="C0", zorder=2))
        shape = " × ".join(str(n) for n in (stage.channels, stage.side, stage.side)[place == 0 :])
        answers = f"{stage.channels} answer{'s' if stage.channels > 1 else ''}"
        rows = [(shape if stage.side else answers, TEXT)]
        rows += [(f"{stage.weights:,}", TEXT), (f"{stage.sees} × {stage.sees}", "C1")] if place else FIRST
        for row, (text, color) in enumerate(rows):
            label(ax, x, middle + pick(60, 42) + row * pick(15, 14), text, color=color)
    for (left, top, size), (to, high, smaller) in pairwise(corners):
        for a, b in ((top, high), (top + size, high + smaller)):
            ax.plot([left + size, to], [a, b], color="C1", linewidth=0.6)
    return _figure(ax)


def lookup_network(
    tables: Mapping[str, int], layers: Sequence[int], answer: str, *, amounts: Mapping[str, int] | None = None,
    numbers_per_cell: float = 1.0, between: tuple[float, float] | None = None,
) -> Figure:  # fmt: skip
    """Look-up, side by side, layers, range: a table for each name, with so many numbers in a row.

    amounts: how many numbers are taken as they are. between: the range into which a sigmoid squeezes the answer.
    """
    widths, amounts = {**tables, **(amounts or {})}, amounts or {}
    rows, high, step = 4, pick(9.0, 8.0), 33
    joined_at = 30 + rows * high + 24
    tall = joined_at + high + step * (len(layers) + (between is not None)) + 34
    ax, width = canvas(wide=tall, narrow=tall)
    counts = [max(1, round(n / numbers_per_cell)) for n in widths.values()]
    first, gap = pick(80, 50), pick(16, 8)
    named = 20 * len(amounts)  # points for the names of amounts, which are wider than a cell
    room = width - first - 8 - gap * (len(counts) - 1) - named
    wide = min(16.0, room / sum(counts))
    x = first + (room - wide * sum(counts)) / 2
    center = x + (wide * sum(counts) + gap * (len(counts) - 1) + named) / 2
    joined, at = center - wide * sum(counts) / 2, 0
    shades = np.sin(np.arange(rows * sum(counts)) * 2.4).reshape(rows, -1)
    for place, ((name, n), count) in enumerate(zip(widths.items(), counts, strict=True)):
        x += 20 if name in amounts else 0
        end, lit = x + count * wide, rows - 1 if name in amounts else (place + 1) % rows
        for down, text, color in ((8, name, TEXT), (20, f"{n} numbers" if count * wide > 44 else str(n), MUTED)):
            at_end = {"ha": "right"} if name in amounts else {}
            label(ax, end if at_end else (x + end) / 2, down, text, color=color, **at_end)
        for row in (lit,) if name in amounts else range(rows):
            _shaded(ax, x, 30 + row * high, shades[row, at : at + count], wide, high)
        frame(ax, x, 30 + lit * high, count * wide, high, linewidth=1.3)
        _shaded(ax, joined + at * wide, joined_at, shades[lit, at : at + count], wide, high)
        arrow(ax, ((x + end) / 2, 30 + rows * high), (joined + (at + count / 2) * wide, joined_at))
        at, x = at + count, end + gap
    frame(ax, joined, joined_at, wide * sum(counts), high, linewidth=1.3)
    label(ax, 4, 30 + rows * high / 2, pick("look up a row", "look up\na row"), ha="left", color=MUTED)
    label(ax, 4, joined_at + high / 2, pick("side by side", "side by\nside"), ha="left", color=MUTED)
    y = joined_at + high
    for size in layers:
        half = 0.43 * wide * sum(counts) * size / layers[0]
        arrow(ax, (center, y), (center, y + 18))
        _block(ax, center - half, y + 18, 2 * half, 15)
        label(ax, center, y + 25.5, f"{size} units")
        y += step
    label(ax, 4, y - 7.5 - (len(layers) - 1) * step / 2, "layers", ha="left", color=MUTED)
    if between is not None:
        arrow(ax, (center, y), (center, y + 18))
        _block(ax, center - 30, y + 18, 60, 15)
        curve = np.linspace(-6, 6, 40)
        ax.plot(center + curve * 4, y + 31.5 - 12 / (1 + np.exp(-curve)), color="C0", linewidth=1.4)
        for side, value in zip((-1, 1), between, strict=True):
            label(ax, center + 36 * side, y + 25.5, number(value), ha="right" if side < 0 else "left")
        label(ax, 4, y + 25.5, "range", ha="left", color=MUTED)
        y += step
    arrow(ax, (center, y), (center, y + 18))
    label(ax, center, y + 25, answer, weight="bold")
    return _figure(ax)


def _block(ax: Axes, x: float, y: float, width: float, height: float) -> None:
    """A tinted block with a thin edge, which covers what is behind it."""
    for color, line, alpha in ((BACKGROUND, 0.8, 1.0), ("C0", 0.0, 0.16)):
        ax.add_patch(Rectangle((x, y), width, height, facecolor=color, edgecolor="C0", linewidth=line, alpha=alpha))


def _shaded(ax: Axes, x: float, y: float, values: Any, wide: float, high: float) -> None:
    """A row of small cells that stand for numbers, by their tints alone."""
    for place, value in enumerate(values):
        color, tint = "C0" if value > 0 else "C1", 0.1 + 0.45 * abs(value)
        ax.add_patch(Rectangle((x + place * wide, y), wide, high, facecolor=color, alpha=tint, linewidth=0))
    frame(ax, x, y, wide * len(values), high, MUTED, linewidth=0.4, zorder=2)


def _figure(ax: Axes) -> Figure:
    fig = ax.get_figure(root=True)
    assert fig is not None
    return fig
