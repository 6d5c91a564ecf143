"""Labels that are placed without overlap when the figure is drawn: at the ends of lines, and next to named points.

They are placed while drawing, since axes limits and the layout are final only then. Imports matplotlib only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Affine2D, Bbox, Transform

GAP = 5.0  # points between a mark and its label
LINE = 1.25  # height of a line of text, in font sizes
SAME_END = 40.0  # points: labels whose lines end closer than this are kept apart from each other
# The possible places of a name around its point, best first: offset in gaps, horizontal and vertical alignment.
SIDES = (
    (1.0, 0.0, "left", "center"),
    (-1.0, 0.0, "right", "center"),
    (0.0, 1.0, "center", "bottom"),
    (0.0, -1.0, "center", "top"),
    (0.8, 0.8, "left", "bottom"),
    (0.8, -0.8, "left", "top"),
    (-0.8, 0.8, "right", "bottom"),
    (-0.8, -0.8, "right", "top"),
)


class _Placed(Annotation):
    """A label of one axes that is arranged together with others of its kind before it is measured or drawn.

    x and y are in the coordinates of `space`, by default the data's.
    """

    def __init__(self, ax: Axes, text: str, x: float, y: float, space: Transform | None = None, **kw: Any):
        self.home, self.space = ax, space or ax.transData
        Annotation.__init__(
            self, text, (x, y), (0, 0), xycoords=self.space, textcoords="offset points", annotation_clip=False, **kw
        )
        ax.add_artist(self)
        self.set_clip_on(False)

    def alike(self) -> list[Any]:
        """The labels of this kind in the same axes."""
        return [a for a in self.home.texts if isinstance(a, type(self))]

    def at(self) -> np.ndarray:
        """The position of the labeled point on the canvas, in points. -> (2,)"""
        return self.space.transform(self.xy) * self.points()

    def points(self) -> float:
        """Points per pixel."""
        return 72 / self.home.get_figure(root=True).dpi  # type: ignore[union-attr]

    def arrange(self, renderer: Any) -> None:
        raise NotImplementedError

    def get_tightbbox(self, renderer: Any = None) -> Bbox | None:
        self.arrange(renderer)
        if renderer is not None:  # before that matplotlib reads the offset as data, and 0 has no logarithm
            self.update_positions(renderer)
        return super().get_tightbbox(renderer)

    def draw(self, renderer: Any) -> None:
        self.arrange(renderer)
        super().draw(renderer)


class EndLabel(_Placed):
    """A label to the right of a line's last point; labels of lines with nearby ends do not cover each other."""

    def __init__(self, ax: Axes, text: str, x: float, y: float, space: Transform | None = None, **kw: Any):
        super().__init__(ax, text, x, y, space, ha="left", va="center", **kw)

    def arrange(self, renderer: Any) -> None:
        labels = self.alike()
        ends = np.array([label.at() for label in labels])  # (labels, 2)
        near = [i for i, end in enumerate(ends) if abs(end[0] - self.at()[0]) < SAME_END]
        heights = np.array([labels[i].get_fontsize() * LINE * (labels[i].get_text().count("\n") + 1) for i in near])
        low, high = self.home.bbox.y0 * self.points(), self.home.bbox.y1 * self.points()
        left = ends[near, 0].max()
        for i, middle in zip(near, spread(ends[near, 1], heights, low, high), strict=True):
            labels[i].xyann = (left - ends[i, 0] + GAP, middle - ends[i, 1])


class TopLabel(_Placed):
    """A label above the axes, over a value of x; such labels move sideways rather than cover each other."""

    def __init__(self, ax: Axes, text: str, x: float, **kw: Any):
        super().__init__(ax, text, x, 1, ax.get_xaxis_transform(), ha="center", va="bottom", **kw)

    def arrange(self, renderer: Any) -> None:
        labels = self.alike()
        middles = np.array([label.at()[0] for label in labels])
        widths = np.array([_size(label, renderer)[0] + 2 * GAP for label in labels])
        right = self.home.get_figure(root=True).get_figwidth() * 72  # type: ignore[union-attr]
        for label, middle, wanted in zip(labels, spread(middles, widths, 0, right), middles, strict=True):
            label.xyann = (middle - wanted, 3)


class PointName(_Placed):
    """A name next to a point, where it covers no other point or name; hidden if there is no such place."""

    def __init__(self, ax: Axes, text: str, x: float, y: float, must: bool = False, **kw: Any):
        super().__init__(ax, text, x, y, **kw)
        self.must, self.shown = must, True
        self.set_in_layout(False)

    def arrange(self, renderer: Any) -> None:
        names = self.alike()
        if renderer is None or self is not names[0]:  # once per drawing is enough, and the first name is drawn first
            return
        points = np.array([name.at() for name in names])
        inside = self.home.bbox.transformed(Affine2D().scale(self.points()))
        taken = [Bbox.from_bounds(x - 2.5, y - 2.5, 5, 5) for x, y in points]
        for i in sorted(range(len(names)), key=lambda i: not names[i].must):
            width, height = _size(names[i], renderer)
            others = taken[:i] + taken[i + 1 :]
            places = [(side, _box(points[i], side, width, height)) for side in SIDES]
            fitting = [(s, b) for s, b in places if _within(b, inside)] or places
            free = [(s, b) for s, b in fitting if not any(b.overlaps(o) for o in others)]
            names[i].shown = bool(free or names[i].must)
            (dx, dy, ha, va), box = (free or fitting)[0]
            names[i].xyann = (dx * GAP, dy * GAP)
            names[i].set(ha=ha, va=va)
            if names[i].shown:
                taken.append(box)

    def draw(self, renderer: Any) -> None:
        self.arrange(renderer)
        if self.shown:
            Annotation.draw(self, renderer)


def spread(middles: np.ndarray, heights: np.ndarray, low: float, high: float) -> np.ndarray:
    """Move middles as little as needed so that intervals of these heights do not overlap. -> (n,), same order.

    Overlapping neighbors become one block, centered on the mean of their wanted positions (least squares) and kept
    between low and high if it fits.
    """
    order = np.argsort(middles, kind="stable")
    blocks: list[list[int]] = []

    def bottom(block: list[int]) -> float:
        before = np.concatenate([[0.0], np.cumsum(heights[block])[:-1]]) + heights[block] / 2
        wanted = float(np.mean(middles[block] - before))
        return max(low, min(wanted, high - float(heights[block].sum())))

    for i in order:
        blocks.append([int(i)])
        while len(blocks) > 1 and bottom(blocks[-2]) + heights[blocks[-2]].sum() > bottom(blocks[-1]) + 1e-9:
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    placed = np.empty(len(middles))
    for block in blocks:
        edge = bottom(block) + np.cumsum(heights[block]) - heights[block]
        placed[block] = edge + heights[block] / 2
    return placed


def _size(label: _Placed, renderer: Any) -> tuple[float, float]:
    extent = label.get_window_extent(renderer)
    return extent.width * label.points(), extent.height * label.points()


def _box(point: np.ndarray, side: tuple[float, float, str, str], width: float, height: float) -> Bbox:
    x, y = point[0] + side[0] * GAP, point[1] + side[1] * GAP
    x -= {"left": 0.0, "center": width / 2, "right": width}[side[2]]
    y -= {"bottom": 0.0, "center": height / 2, "top": height}[side[3]]
    return Bbox.from_bounds(x, y, width, height)


def _within(box: Bbox, outer: Bbox) -> bool:
    return outer.x0 <= box.x0 and box.x1 <= outer.x1 and outer.y0 <= box.y0 and box.y1 <= outer.y1
