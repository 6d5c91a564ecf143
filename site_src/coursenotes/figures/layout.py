"""The two layouts of a figure: wide, for the text column of a desktop, and narrow, for a phone.

A figure function is called once for each. It need not know: `plots` reads the current layout when it makes the axes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

SMALLEST_PANEL = 0.75  # of its width in the wide layout: narrower, and fewer panels share a row


@dataclass(frozen=True)
class Layout:
    """A layout: its name, its room in pixels of the page, and the size of a point there."""

    name: str
    pixels: float
    px_per_point: float

    @property
    def inches(self) -> float:
        """The width of the room, in inches of the figure."""
        return self.pixels / self.px_per_point / 72

    def scale(self, inches: float) -> float:
        """Pixels of the page per point in a figure so wide: style sheets shrink what is wider than the room."""
        return min(self.px_per_point, self.pixels / (72 * inches))

    def columns(self, columns: int, rows: int, width: float) -> int:
        """How many of the panels of a figure, which is planned so wide for the text column, share a row here."""
        fitting = max(1, int(self.inches / (SMALLEST_PANEL * width / columns)))
        if columns <= fitting or width <= self.inches:
            return columns
        even = max(n for n in range(1, fitting + 1) if columns % n == 0)
        # as many as there are rows: turned, with the panels of a column in a row
        return rows if even <= rows <= fitting else even


WIDE = Layout("wide", 688, 1.5)
NARROW = Layout("narrow", 358, 1.2)
LAYOUTS = (WIDE, NARROW)
_current: ContextVar[Layout] = ContextVar("layout", default=WIDE)


def current() -> Layout:
    """The layout that is being drawn."""
    return _current.get()


@contextmanager
def using(layout: Layout) -> Iterator[None]:
    """Draw in this layout inside the block."""
    token = _current.set(layout)
    try:
        yield
    finally:
        _current.reset(token)
