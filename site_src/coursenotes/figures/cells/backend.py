"""matplotlib's backend for cells: plt.show() shows the open figures among the outputs, as in a notebook.

matplotlib loads it by the name "module://coursenotes.figures.cells.backend".
"""

from __future__ import annotations

from typing import Any

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from coursenotes.figures.cells import protocol


class FigureManager(FigureManagerBase):
    """Shows figures among the outputs of the running cell."""

    def show(self) -> None:
        """Show this figure."""
        protocol.target().show([self.canvas.figure], bundles=False, name=None, update=False)

    @classmethod
    def pyplot_show(cls, **_: Any) -> None:
        """Show all open figures that this cell has not shown yet, and close them."""
        show = getattr(protocol.target(), "figures", None)
        if show is not None:
            show()


class FigureCanvas(FigureCanvasAgg):
    """Draws as without a display."""

    manager_class = FigureManager  # type: ignore[assignment]
