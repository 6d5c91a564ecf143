"""The outputs of a page's cells in order: printed text, values, figures."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

from coursenotes.figures.cells import terminal
from coursenotes.figures.cells.display import OutputFormatter, Part, figure_of, open_figures, text_part
from coursenotes.figures.cells.places import Places
from coursenotes.figures.cells.printed import Printed, TooMuch

MOST = 500  # outputs of one cell
Group = list[Part]


class Outputs:
    """The outputs of a page: collects everything that the running cell prints and shows."""

    def __init__(self, formatter: OutputFormatter, printed: Printed, places: Places):
        self.formatter, self.printed, self.places = formatter, printed, places
        self.named: dict[str, Group] = {}  # by the display_id of IPython's display()
        self.begin("")

    def begin(self, alt: str) -> list[Group]:
        """Begin a cell. -> the list to which its outputs are added; parts() flattens it."""
        self.alt = alt
        self.groups: list[Group] = []
        self.drawn: list[Any] = []  # the figures that this cell has shown
        self.clearing = False
        return self.groups

    def last(self, value: Any) -> None:
        """Show the value of a cell's last line, unless it is of a plotting call whose figure was shown already."""
        figure = figure_of(value)
        if figure is None or figure is value or not self._was_drawn(figure):
            self._show(value)

    def end(self) -> None:
        """End a cell without error: show its last text and its open figures."""
        self.flush()
        self.figures()

    def failed(self, error: BaseException) -> None:
        """End a cell with the error that it declares."""
        self.flush()
        message = str(error) if isinstance(error, SyntaxError) else "".join(traceback.format_exception_only(error))
        if isinstance(error, SyntaxError):
            message = f"{type(error).__name__}: {message}"
        self._add([{"kind": "error", "data": terminal.plain(self.places.shorten(message.strip()))}])
        open_figures()

    # -- called by the code of cells
    def display(self, *values: Any) -> None:
        """Show values at this place in the output."""
        for value in values:
            self._show(value)

    def show(self, objects: Sequence[Any], *, bundles: bool, name: str | None, update: bool) -> None:
        """Show objects, or bundles {MIME type: data}. With update they replace the earlier output of this name."""
        if not update:
            for each in objects:
                self._show(each, bundle=bundles, name=name)
        elif name in self.named:
            self.named[name][:] = [part for each in objects for part in self._parts(each, bundles)]

    def clear(self, wait: bool) -> None:
        """Remove the outputs of the cell, at once or with the next output."""
        self.flush()
        self.clearing = wait
        if not wait:
            self.groups.clear()

    def figures(self) -> None:
        """Show the open figures that this cell has not shown yet, and close them."""
        self.flush()
        for figure in open_figures():
            if not self._was_drawn(figure):
                self._show(figure)

    # -- inside
    def flush(self) -> None:
        """Add the text that was printed so far as a part."""
        text = self.places.shorten(self.printed.cut())
        if text.strip():
            part = text_part(text.rstrip("\n"))
            if part["data"].strip():
                self._add([part])

    def _show(self, value: Any, bundle: bool = False, name: str | None = None) -> None:
        self.flush()
        group = self._parts(value, bundle)
        if name:
            self.named[name] = group
        self._add(group)

    def _parts(self, value: Any, bundle: bool) -> Group:
        figure = None if bundle else figure_of(value)
        if figure is not None:
            self.drawn.append(figure)
        parts = self.formatter.bundle(value, self.alt) if bundle else self.formatter.value(value, self.alt)
        return [
            {**part, "data": self.places.shorten(part["data"])} if part["kind"] == "text" else part for part in parts
        ]

    def _add(self, group: Group) -> None:
        if self.clearing:
            self.groups.clear()
            self.clearing = False
        self.groups.append(group)
        if len(self.groups) > MOST:
            raise TooMuch(f"it shows more than {MOST} outputs")

    def _was_drawn(self, figure: Any) -> bool:
        return any(figure is each for each in self.drawn)

    @staticmethod
    def parts(groups: list[Group]) -> list[Part]:
        """The parts of a cell's groups. A group that IPython's display() named may have changed since."""
        return [part for group in groups for part in group]
