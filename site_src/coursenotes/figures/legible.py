"""What a reader could not read in a figure: text that is cut off, covers other text, or is too small."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from coursenotes.discover.text.cut import cut
from coursenotes.figures.layout import Layout

SMALLEST = 10  # pixels of the page
MOST = 4  # texts that are named
SLACK = 2.0  # points that two texts may share: a line's box is higher than its letters


class _Recorder(RendererAgg):
    """Notes the texts of a drawing and paints nothing."""

    def __init__(self, *args: Any):
        super().__init__(*args)
        self.texts: list[Text] = []

    def draw_text(self, gc: Any, x: float, y: float, s: str, *args: Any, mtext: Text | None = None, **kw: Any) -> None:
        if mtext is not None and mtext not in self.texts:
            self.texts.append(mtext)

    def draw_path(self, *args: Any, **kw: Any) -> None: ...
    def draw_markers(self, *args: Any, **kw: Any) -> None: ...
    def draw_path_collection(self, *args: Any, **kw: Any) -> None: ...
    def draw_image(self, *args: Any, **kw: Any) -> None: ...


def complaints(fig: Figure, layout: Layout) -> list[str]:
    """What cannot be read in a figure in this layout, a line for each kind of fault."""
    renderer = _Recorder(fig.bbox.width, fig.bbox.height, fig.dpi)
    fig.draw(renderer)
    points, scale = 72 / fig.dpi, layout.scale(fig.get_figwidth())
    found = [(text, text.get_window_extent(renderer)) for text in renderer.texts]
    small = [text for text, _ in found if _pixels(text, scale) < SMALLEST - 0.05]
    outside = [
        text for text, box in found if min(box.x0, box.y0, fig.bbox.x1 - box.x1, fig.bbox.y1 - box.y1) * points < -1
    ]
    # the box of slanted text is too large
    level = [(text, box) for text, box in found if text.get_rotation() % 90 == 0]
    covering = []
    for (one, a), (other, b) in combinations(level, 2):
        shared = Bbox.intersection(a, b)
        if shared is not None and min(shared.width, shared.height) * points > SLACK:
            covering += [one, other]
    smallest = min((_pixels(text, scale) for text in small), default=0)
    faults = {f"under {SMALLEST} pixels high, down to {smallest:.1f}": small, "cut off at the edge": outside,
              "covering each other": covering}  # fmt: skip
    return [f"{what}: {_named(texts)}" for what, texts in faults.items() if texts]


def _pixels(text: Text, scale: float) -> float:
    return float(text.get_fontsize()) * scale


def _named(texts: list[Text]) -> str:
    """Some of these texts, and how many more there are."""
    names = list(dict.fromkeys(f"“{cut(text.get_text(), 30)}”" for text in texts))
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")
