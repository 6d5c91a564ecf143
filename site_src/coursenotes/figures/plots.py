"""The house style of figures: the functions that draw them.

`from coursenotes import plots`. Importing it sets matplotlib's defaults (fonts, colors, no top and right spine).
Colors: "C0" to "C7", plots.TEXT, plots.MUTED, plots.GRID and plots.BACKGROUND follow the reader's light or dark
theme. Nothing here needs pyplot, torch or a display.

lines, dot_plot, ranked_bars, labeled_scatter and annotated_heatmap draw a whole figure, with its title, and return it;
or one panel of a larger figure, if they are given its axes (ax=). Whatever else they are given goes to matplotlib's
Axes.set: xlabel, ylabel, xlim, xscale, ...

canvas, pick, cells, units, frame, arrow, label, caption and number draw an idea, in points: see drawings.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coursenotes.discover.text.cut import cut
from coursenotes.figures import panels
from coursenotes.figures.drawings import (
    Stage,
    arrow,
    canvas,
    caption,
    cells,
    frame,
    label,
    lookup_network,
    number,
    pick,
    shrinking,
    terms,
    units,
)
from coursenotes.figures.labels import EndLabel, PointName, TopLabel
from coursenotes.figures.layout import NARROW, SMALLEST_PANEL, current
from coursenotes.figures.palette import BACKGROUND, GRID, MUTED, SIGNED, SIZES, TEXT
from coursenotes.figures.panels import axes, bare, fitted, folded, heighten, panel, room, title

__all__ = [
    "BACKGROUND", "GRID", "MUTED", "TEXT", "Stage", "annotated_heatmap", "arrow", "axes", "baseline", "canvas",
    "caption", "cells", "dot_plot", "end_label", "frame", "image", "images", "label", "labeled_scatter", "lines",
    "lookup_network", "number", "pick", "ranked_bars", "seed_dots", "seed_lines", "shrinking", "terms", "title",
    "units",
]  # fmt: skip
COLORS = tuple(f"C{i}" for i in range(8))
GAP_RIGHT = 6  # points between the axes and the numbers to its right


def end_label(ax: Axes, x: float, y: float, text: str, color: str = TEXT) -> None:
    """Write text to the right of (x, y), in data units; such labels move apart so that none covers another."""
    EndLabel(ax, folded(text, None, 15), float(x), float(y), color=color)


def seed_lines(ax: Axes, x: Any, ys: Any, label: str | None = None, color: str = "C0", **kw: Any) -> None:
    """Draw a thin line for each seed and a thick one for the mean, labeled at its end.

    x (points,) or None for 0, 1, ...; ys (seeds, points), or (points,) for one line. NaN leaves a gap.
    """
    ys = np.atleast_2d(np.asarray(ys, dtype=float))
    x = np.arange(ys.shape[1]) if x is None else np.asarray(x, dtype=float)
    counts = np.isfinite(ys).sum(axis=0)
    mean = np.where(counts > 0, np.nansum(ys, axis=0) / np.maximum(counts, 1), np.nan)
    if len(ys) > 1:
        ax.plot(x, ys.T, color=color, linewidth=0.7, alpha=0.4, solid_capstyle="round")
    ax.plot(x, mean, color=color, linewidth=2, solid_capstyle="round", **kw)
    drawn = np.flatnonzero(np.isfinite(mean))
    if label and len(drawn):
        end_label(ax, x[drawn[-1]], mean[drawn[-1]], label, color)


def seed_dots(ax: Axes, position: float, values: Any, color: str = "C0", horizontal: bool = False) -> None:
    """Draw a dot for each seed at a position, and a bar at their mean. values (seeds,)."""
    values = np.ravel(np.asarray(values, dtype=float))
    aside = position + 0.13 * _fan(len(values))
    mean = float(np.mean(values))
    dots: dict[str, Any] = {"s": 22, "color": color, "alpha": 0.65, "linewidths": 0, "zorder": 3}
    bar: dict[str, Any] = {"color": color, "linewidth": 2.6, "zorder": 4}
    if horizontal:
        ax.scatter(values, aside, **dots)
        ax.vlines(mean, position - 0.28, position + 0.28, **bar)
    else:
        ax.scatter(aside, values, **dots)
        ax.hlines(mean, position - 0.28, position + 0.28, **bar)


def baseline(ax: Axes, value: float, text: str, vertical: bool = False, color: str = MUTED) -> None:
    """Draw a dashed line across the axes at a baseline value, named at its right end, or at its top if vertical."""
    if vertical:
        ax.axvline(value, color=color, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        TopLabel(ax, folded(text, None, 12), value, color=color, fontsize=9.5)
        return
    ax.axhline(value, color=color, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    EndLabel(ax, folded(text, 18, 11), 1, value, ax.get_yaxis_transform(), color=color, fontsize=9.5)


def lines(
    series: Mapping[str, Any], x: Any = None, *, colors: Sequence[str] = COLORS, ax: Axes | None = None,
    title: str = "", width: float = 6.4, height: float = 3.6, **properties: Any,
) -> Figure:  # fmt: skip
    """Draw a line for each name, labeled at its end: thin for each seed, thick for their mean.

    series maps a name to (seeds, points), or (points,) for one line; x (points,), by default 0, 1, ...
    """
    ax = panel(ax, width, height)
    for (name, ys), color in zip(series.items(), itertools.cycle(colors), strict=False):
        seed_lines(ax, x, ys, name, color)
    return _finished(ax, title, properties)


def dot_plot(
    rows: Mapping[str, Any], baselines: Mapping[str, float] | None = None, *, fmt: str = "{:.3f}",
    colors: Sequence[str] = ("C0",), ax: Axes | None = None, title: str = "", width: float = 6.4,
    height: float | None = None, **properties: Any,
) -> Figure:  # fmt: skip
    """Compare settings: a row for each name from the top, with a dot per seed, a bar and a number at the mean.

    rows maps a name to its values, (seeds,); baselines maps a name to a value, drawn as a dashed vertical line. colors
    are taken in turn.
    """
    names = [folded(name, None, 15) for name in rows]
    ax = panel(ax, width, height or 1.3 + 0.3 * len(rows))
    heighten(ax, 0.15 * sum(name.count("\n") for name in names))
    for place, (values, color) in enumerate(zip(rows.values(), itertools.cycle(colors), strict=False)):
        seed_dots(ax, place, values, color, horizontal=True)
        ax.annotate(
            fmt.format(np.mean(values)), (1, place), (GAP_RIGHT, 0), xycoords=ax.get_yaxis_transform(),
            textcoords="offset points", ha="left", va="center", color=TEXT, annotation_clip=False,
        )  # fmt: skip
    for name, value in (baselines or {}).items():
        baseline(ax, value, name, vertical=True)
    _names_down(ax, names)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    return _finished(ax, title, properties)


def ranked_bars(
    names: Sequence[str], values: Any, *, color: str = "C0", negative: str = "C1", longest: int = 34,
    ax: Axes | None = None, title: str = "", width: float = 6.4, height: float | None = None, **properties: Any,
) -> Figure:  # fmt: skip
    """Draw a horizontal bar for each name, in the given order from the top.

    values (n,), or (seeds, n): then the bar is the mean and each seed a dot. Bars below zero have the other color.
    Names are cut after `longest` columns, one for each letter.
    """
    ax = panel(ax, width, height or 1.2 + 0.25 * len(names))
    values = np.atleast_2d(np.asarray(values, dtype=float))
    means, places = values.mean(axis=0), np.arange(values.shape[1])
    ax.barh(places, means, height=0.68, color=[color if m >= 0 else negative for m in means], alpha=0.8, zorder=2)
    if len(values) > 1:
        for row, shift in zip(values, 0.2 * _fan(len(values)), strict=True):
            ax.scatter(row, places + shift, s=8, color=TEXT, alpha=0.7, linewidths=0, zorder=3)
    ax.axvline(0, color=MUTED, linewidth=0.8, zorder=2.5)
    _names_down(ax, [cut(name, min(longest, 22) if current() is NARROW else longest) for name in names])
    ax.set_ylim(len(places) - 0.5, -0.5)
    return _finished(ax, title, properties)


def labeled_scatter(
    x: Any, y: Any, names: Sequence[str], *, color: Any = "C0", always: Sequence[str] = (), size: float = 9.5,
    ax: Axes | None = None, title: str = "", width: float = 6.4, height: float = 4.2, **properties: Any,
) -> Figure:  # fmt: skip
    """Scatter points and write each one's name next to it where there is room; names in `always` are written first.

    x, y (n,). A name that would cover another name or point is left out; the points all stay.
    """
    ax = panel(ax, width, height)
    ax.scatter(x, y, s=18, color=color, alpha=0.8, linewidths=0, zorder=3)
    for name, px, py in zip(names, np.ravel(x), np.ravel(y), strict=True):
        PointName(ax, str(name), float(px), float(py), must=name in always, color=TEXT, fontsize=size, zorder=4)
    ax.margins(0.08)
    return _finished(ax, title, properties)


def image(ax: Axes, array: Any, signed: bool = False, limit: float | None = None, **kw: Any) -> Any:
    """Show a 2-d array (or (h, w, 3) colors) as sharp pixels without ticks; returns matplotlib's image.

    Plain images are gray, from the array's smallest value (black) to its largest (white). signed: orange below zero,
    blue above, transparent at zero, the same at both ends; limit is the value of the full color.
    """
    array = np.asarray(array)
    if signed:
        limit = limit or float(np.nanmax(np.abs(array))) or 1.0
        kw = {"cmap": SIGNED, "vmin": -limit, "vmax": limit} | kw
    elif limit is not None:
        kw = {"vmin": 0, "vmax": limit} | kw
    shown = ax.imshow(array, **({"cmap": "gray", "interpolation": "none"} | kw))
    bare(ax)
    return shown


def images(
    arrays: Sequence[Any], titles: Sequence[str] | None = None, ncols: int = 5, width: float = 6.4, *,
    title: str = "", signed: bool = False, limit: float | None = None, **kw: Any,
) -> Figure:  # fmt: skip
    """A figure with one panel per array, in rows of ncols, each with its own title, and `title` above them all."""
    ncols = min(ncols, len(arrays))
    if current() is NARROW:
        most = max(1, min(ncols, int(current().inches / (SMALLEST_PANEL * width / ncols))))
        ncols, width = -(-len(arrays) // -(-len(arrays) // most)), min(width, current().inches)
    nrows = -(-len(arrays) // ncols)
    shape = np.shape(arrays[0])
    one = width / ncols
    tall = nrows * (one * 0.97 * shape[0] / shape[1] + (0.28 if titles else 0.06))
    if title:
        tall += 0.15 + 0.22 * (fitted(title, width * 0.96, mpl.rcParams["figure.titlesize"]).count("\n") + 1)
    fig, axs = axes(ncols, nrows, width, tall, narrow=ncols, squeeze=False)
    if title:
        panels.title(fig, title)
    for place, ax in enumerate(axs.flat):
        if place >= len(arrays):
            ax.set_axis_off()
            continue
        image(ax, arrays[place], signed, limit, **kw)
        if titles:
            ax.set_title(fitted(titles[place], one * 0.9, 10), loc="center", fontsize=10, pad=3)
    return fig


def annotated_heatmap(
    array: Any, rows: Sequence[str] = (), columns: Sequence[str] = (), *, fmt: str = "{:g}", signed: bool = True,
    size: float | None = None, limit: float | None = None, ax: Axes | None = None, title: str = "",
    width: float = 6.4, height: float = 3.6, **properties: Any,
) -> Figure:  # fmt: skip
    """Show a 2-d array as tinted cells with the number in each; zeros are muted. rows and columns name its axes.

    signed: orange below zero, blue above; otherwise the larger, the bluer. size: font size in points, by default one
    that fits the cell. The text is readable on the tints in both themes.
    """
    ax = panel(ax, width, height)
    array = np.asarray(array, dtype=float)
    n_rows, n_columns = array.shape
    limit = limit or float(np.nanmax(np.abs(array))) or 1.0
    ax.imshow(
        array, cmap=SIGNED if signed else SIZES, vmin=-limit if signed else 0, vmax=limit, alpha=0.55,
        interpolation="none", aspect="equal",
    )  # fmt: skip
    texts = [[fmt.format(value) for value in row] for row in array]
    if size is None:
        wide, high = room(ax)
        cell = 72 * min(wide / n_columns, high / n_rows)
        size = min(11.0, 0.75 * cell / (0.62 * max(len(t) for row in texts for t in row)), 0.6 * cell)
    for (r, c), value in np.ndenumerate(array):
        color = MUTED if value == 0 else TEXT
        ax.text(c, r, texts[r][c], ha="center", va="center", fontsize=size, color=color)
    bare(ax)
    if array.size <= 400:
        ax.hlines(np.arange(n_rows - 1) + 0.5, -0.5, n_columns - 0.5, color=GRID, linewidth=0.6)
        ax.vlines(np.arange(n_columns - 1) + 0.5, -0.5, n_rows - 0.5, color=GRID, linewidth=0.6)
    if rows:
        ax.set_yticks(range(len(rows)), labels=list(rows))
    if columns:
        long = max(map(len, columns)) > 5
        ax.set_xticks(
            range(len(columns)), labels=list(columns), rotation=35 if long else 0, ha="right" if long else "center"
        )
    ax.tick_params(length=0)
    return _finished(ax, title, properties)


def _finished(ax: Axes, heading: str, properties: Mapping[str, Any]) -> Figure:
    """The figure of a panel that is drawn: its properties (limits come after the data) and title are set last."""
    ax.set(**properties)
    if heading:
        panels.title(ax, heading)
    fig = ax.get_figure(root=True)
    assert fig is not None
    return fig


def _fan(count: int) -> np.ndarray:
    """Offsets in -1..1 that keep the dots of equal values apart, deterministic. -> (count,)"""
    return np.zeros(1) if count == 1 else np.linspace(-1, 1, count)


def _names_down(ax: Axes, names: Sequence[str]) -> None:
    ax.set_yticks(np.arange(len(names)), labels=list(names))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(False, axis="y")
