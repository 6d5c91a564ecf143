"""Checks footnotes: every [^1] in the text has its note, and every note is referred to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.prose import escaped, heading_lines, line_of, prose
from coursenotes.errors import Problem, nearest, some

_NOTE = re.compile(r"^ {0,3}\[\^(?P<name>[^\]\n]*)\]:", re.MULTILINE)
_USE = re.compile(r"\[\^(?P<name>[^\]\n]*)\](?!\()")


def problems(catalog: Catalog) -> Iterator[Problem]:
    """The mistakes in the footnotes of every page."""
    for page in catalog.pages.values():
        if "[^" in page.text:
            yield from _of_page(page)


def _of_page(page: PageInfo) -> Iterator[Problem]:
    masked = prose(page.text)
    headings = heading_lines(masked)
    notes: dict[str, int] = {}
    for match in _NOTE.finditer(masked):
        name, line = match["name"], line_of(masked, match.start())
        if name in notes:
            first = f"the first is on line {notes[name]}"
            yield Problem(f"[^{name}] has two notes", page.path, line, (first,), "give one of them another name")
        notes.setdefault(name, line)
    definitions = {match.start() + match[0].index("[") for match in _NOTE.finditer(masked)}
    used: set[str] = set()
    for match in _USE.finditer(masked):
        if match.start() in definitions or escaped(masked, match.start()):
            continue
        name, line = match["name"], line_of(masked, match.start())
        used.add(name)
        if name not in notes:
            close = nearest(name, notes)
            yield Problem(f"[^{name}] has no note", page.path, line, (f"there is: {some(notes)}",),
                          f"write [^{close}]" if close else f"add a line: [^{name}]: the note")  # fmt: skip
        elif line in headings:
            yield Problem(f"a footnote in a heading: [^{name}]", page.path, line, (), "move it into the text below")
    for name, line in notes.items():
        if name not in used:
            close = nearest(name, used - notes.keys())
            fix = f"is it [^{close}]?" if close else f"write [^{name}] where it belongs, or remove it"
            yield Problem(f"nothing refers to the note [^{name}]", page.path, line, (), fix)
