"""The axes of a figure in the layout that is being drawn, their titles, and text that fits the room there is."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from coursenotes.discover.text.cut import wrap
from coursenotes.figures.layout import NARROW, current
from coursenotes.figures.palette import GRID

LETTER = 0.54  # font sizes per letter: prose in common sans-serifs


def axes(
    ncols: int = 1, nrows: int = 1, width: float = 6.4, height: float = 3.6, *, narrow: int | None = None, **kw: Any
) -> tuple[Figure, Any]:  # fmt: skip
    """A figure of width x height inches, and its axes: one, or an array as from Figure.subplots (kw is passed on).

    The size is that of the wide layout. On a phone the same panels are stacked, as many side by side as have room, or
    `narrow` of them; the array keeps its shape.
    """
    columns = (narrow or current().columns(ncols, nrows, width)) if current() is NARROW else ncols
    rows = -(-ncols * nrows // columns)
    inches = min(width, current().inches) if current() is NARROW else width
    shrunk = 1.0 if 1 in (columns, rows) else min(1.0, (inches / columns) / (width / ncols))
    tall = height / nrows * rows * shrunk
    turned = columns != ncols and columns == nrows and narrow is None
    if columns != ncols:
        kw = {name: value for name, value in kw.items() if name not in ("width_ratios", "height_ratios")}
        ratios = kw.pop("gridspec_kw", {})
        kw["gridspec_kw"] = {name: value for name, value in ratios.items() if not name.endswith("_ratios")}
    squeeze = kw.pop("squeeze", True)
    fig = Figure(figsize=(inches, tall), layout="constrained")
    placed = fig.subplots(rows, columns, squeeze=False, **kw)
    for ax in placed.flat:
        for axis, room in ((ax.xaxis, inches / columns), (ax.yaxis, tall / rows)):
            axis.get_major_locator().set_params(nbins=max(3, min(6, int(room * 1.4))))
    for ax in placed.flat[ncols * nrows :]:
        ax.remove()
    axs = placed.T if turned else placed.flat[: ncols * nrows].reshape(nrows, ncols)
    if not squeeze:
        return fig, axs
    return fig, axs.item() if axs.size == 1 else axs.squeeze()


def complete(fig: Figure) -> None:
    """Finish a figure that its function has drawn: what depends on the room that is left to each of its panels."""
    for ax in fig.axes:
        named = [other for other in ax.get_shared_y_axes().get_siblings(ax) if other.get_ylabel()]
        spec = ax.get_subplotspec()
        if named and not ax.get_ylabel() and spec is not None and spec.is_first_col():
            ax.set_ylabel(named[0].get_ylabel())  # beside each other, the first one's name was enough
    engine = fig.get_layout_engine()
    if engine is None:
        return
    engine.execute(fig)
    if any(ax.get_adjustable() == "datalim" and ax.get_aspect() != "auto" for ax in fig.axes):
        fig.draw_without_rendering()  # axes of equal units have other limits, and numbers, in their new place
        engine.execute(fig)
    renderer = FigureCanvasAgg(fig).get_renderer()
    folded_any = False
    for ax in fig.axes:
        wide, end, high = (inches * fig.dpi for inches in _sides(ax))
        middle = (ax.bbox.x0 + ax.bbox.x1) / 2
        centered = 2 * min(middle - (end - wide), end - middle)
        level = (ax.bbox.y0 + ax.bbox.y1) / 2
        for text, space in (
            (ax.title, centered),
            (ax._left_title, end - ax.bbox.x0),  # type: ignore[attr-defined]
            (ax.xaxis.label, centered),
            (ax.yaxis.label, min(high, 2 * level, 2 * (fig.bbox.y1 - level))),
        ):
            folded_any |= _fold(text, space, renderer)
    if folded_any:
        engine.execute(fig)
    fig.set_layout_engine("none")  # it stays as it is: to lay out again costs more than to draw


def _fold(text: Text, space: float, renderer: Any) -> bool:
    """Fold a text that is longer than the room it has, in pixels. -> whether it was."""
    box = text.get_window_extent(renderer)
    long = box.height if text.get_rotation() == 90 else box.width
    if not long > space > 0:
        return False
    letters = max(map(len, text.get_text().split("\n")))
    text.set_text(balanced(text.get_text(), max(10, int(letters * space / long))))
    return True


def panel(ax: Axes | None, width: float, height: float) -> Axes:
    """The given axes, or those of a new figure of that size."""
    return ax if ax is not None else axes(width=width, height=height)[1]


def title(where: Figure | Axes, text: str) -> None:
    """Write the main result above a figure, or above one of its axes: left aligned, wrapped to the available width."""
    if isinstance(where, Axes) and len(where.figure.axes) > 1:
        where.set_title(fitted(text, room(where)[0] * 0.88, mpl.rcParams["axes.titlesize"]), loc="left")
        return
    fig = where if isinstance(where, Figure) else where.get_figure(root=True)  # with a single axes: the full width
    assert fig is not None
    size = mpl.rcParams["figure.titlesize"]
    fig.suptitle(fitted(text, fig.get_figwidth() * 0.96, size), x=0.012, ha="left", fontsize=size)


def room(ax: Axes) -> tuple[float, float]:
    """About how wide and high an axes is, in inches: its share of the figure."""
    return _sides(ax)[0], _sides(ax)[2]


def _sides(ax: Axes) -> tuple[float, float, float]:
    """About how wide an axes is, where it ends on the right, and how high it is, in inches: its share of the figure."""
    fig, spec = ax.get_figure(root=True), ax.get_subplotspec()
    assert fig is not None
    width, height = fig.get_figwidth(), fig.get_figheight()
    if spec is None:
        return width, width, height
    grid = spec.get_gridspec()
    ratios = np.array(grid.get_width_ratios()) / np.sum(grid.get_width_ratios())
    columns = slice(spec.colspan.start, spec.colspan.stop)
    return width * ratios[columns].sum(), width * ratios[: spec.colspan.stop].sum(), height / grid.nrows


def fitted(text: str, inches: float, size: float) -> str:
    """Lines of about equal length that fit a width, in a font of this size."""
    return balanced(text, max(12, int(inches * 72 / (LETTER * size))))


def balanced(text: str, most: int) -> str:
    """Lines of about equal length, of at most so many letters."""
    text = " ".join(text.split())
    lines = wrap(text, most)
    for width in range(most - 1, most // 2, -1):
        if len(narrower := wrap(text, width)) > len(lines):
            break
        lines = narrower
    return "\n".join(lines)


def folded(text: str, wide: int | None, narrow: int) -> str:
    """A label folded after this many letters: in the wide layout, or not at all if that is None, and in the narrow."""
    most = narrow if current() is NARROW else wide
    return text if most is None else "\n".join(wrap(text, most))


def heighten(ax: Axes, inches: float) -> None:
    """Give the figure of an axes so many inches more."""
    fig = ax.get_figure(root=True)
    assert fig is not None
    fig.set_figheight(fig.get_figheight() + inches)


def bare(ax: Axes) -> None:
    """Frame an axes, without ticks and grid."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=GRID, linewidth=0.8)
