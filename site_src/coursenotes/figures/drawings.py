"""Explanation drawings: an idea as steps, without measured numbers of its own; in points, for both layouts.

A drawing is one Axes on which a unit is a point of text, x to the right and y down from the top left corner.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from coursenotes.figures.layout import NARROW, current
from coursenotes.figures.palette import MUTED, TEXT
from coursenotes.figures.panels import balanced

T = TypeVar("T")
LETTER = 0.5  # font sizes per letter of a label
SMALL = 8.8  # points: 10.5 pixels of a phone
CAPITAL = 0.72  # font sizes that a capital or a digit is high
LINE = 1.3  # font sizes from line to line
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
