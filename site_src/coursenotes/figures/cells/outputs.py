"""The outputs of a page's cells in the order in which they come: what is written, values, figures."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

from coursenotes.figures.cells import terminal
from coursenotes.figures.cells.display import Part, Shower, figure_of, open_figures, text_part
from coursenotes.figures.cells.places import Places
from coursenotes.figures.cells.printed import Printed, TooMuch

MOST = 500  # outputs of one cell: a loop that shows something each time is a runaway before that
Group = list[Part]


class Outputs:
    """One for a page: what the cell that runs writes and shows is collected here, whoever shows it."""

    def __init__(self, shower: Shower, printed: Printed, places: Places):
        self.shower, self.printed, self.places = shower, printed, places
        self.named: dict[str, Group] = {}  # by the name that IPython's display(..., display_id=) gave
        self.begin("")

    def begin(self, alt: str) -> list[Group]:
        """A new cell. -> the list that its outputs are added to; parts() makes one list of them."""
        self.alt = alt
        self.groups: list[Group] = []
        self.drawn: list[Any] = []  # the figures that this cell has shown
        self.clearing = False
        return self.groups

    def last(self, value: Any) -> None:
        """The value of a cell's last line, which plotting calls give too where their figure was shown before."""
        figure = figure_of(value)
        if figure is None or figure is value or not self._was_drawn(figure):
            self._show(value)

    def end(self) -> None:
        """The cell has ended well: what it wrote last, and its open figures."""
        self.flush()
        self.figures()

    def failed(self, error: BaseException) -> None:
        """The cell has ended with the error that it announced."""
        self.flush()
        said = str(error) if isinstance(error, SyntaxError) else "".join(traceback.format_exception_only(error))
        if isinstance(error, SyntaxError):
            said = f"{type(error).__name__}: {said}"
        self._add([{"kind": "error", "data": terminal.plain(self.places.out_of(said.strip()))}])
        open_figures()

    # -- what code calls while it runs
    def display(self, *values: Any) -> None:
        """Show values at this place, among what is printed."""
        for value in values:
            self._show(value)

    def show(self, objects: Sequence[Any], *, bundles: bool, name: str | None, update: bool) -> None:
        """Show objects, or bundles {MIME type: data}. Under a name they take the place of what it named before."""
        if not update:
            for each in objects:
                self._show(each, bundle=bundles, name=name)
        elif name in self.named:
            self.named[name][:] = [part for each in objects for part in self._parts(each, bundles)]

    def clear(self, wait: bool) -> None:
        """Take away what the cell has shown, at once or with the next output."""
        self.flush()
        self.clearing = wait
        if not wait:
            self.groups.clear()

    def figures(self) -> None:
        """Show the figures that are open and were not shown by this cell, and close them."""
        self.flush()
        for figure in open_figures():
            if not self._was_drawn(figure):
                self._show(figure)

    # -- inside
    def flush(self) -> None:
        """What was written so far becomes a part."""
        text = self.places.out_of(self.printed.cut())
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
        parts = self.shower.bundle(value, self.alt) if bundle else self.shower.value(value, self.alt)
        return [
            {**part, "data": self.places.out_of(part["data"])} if part["kind"] == "text" else part for part in parts
        ]

    def _add(self, group: Group) -> None:
        if self.clearing:
            self.groups.clear()
            self.clearing = False
        self.groups.append(group)
        if len(self.groups) > MOST:
            raise TooMuch(f"it shows more than {MOST} things")

    def _was_drawn(self, figure: Any) -> bool:
        return any(figure is each for each in self.drawn)

    @staticmethod
    def parts(groups: list[Group]) -> list[Part]:
        """The parts of a cell's groups. A group that IPython's display() named may have changed since."""
        return [part for group in groups for part in group]
