"""Corrections on the notes' pages: slips of a lecture, sentences that measurement refutes, and errors of a note.

    !!! erratum "The kernel has nine weights"              a slip: of speech, of a slide, of a name
        At [0:51:02] he says six [](claim:convolution.has_nine_weights).
    !!! refuted "More is not always better"                a sentence that measurement contradicts
        …
    !!! correction "The loss was that of training"         an error of one of our notes; with the day
        Until 2026-11-21 this page gave …

Each has an address on its page, and shows that it is right: by a claim, a number, a table, a figure, code or a cell of
ours; by a source, with its address or its key in the literature; or, where neither is needed, by a line that begins
"To check:" and says where to look.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from coursenotes import dates
from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.addresses import written_out
from coursenotes.discover.text.prose import heading_lines, links, links_as_words, prose
from coursenotes.discover.text.references import Reference
from coursenotes.errors import Problem
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures
from coursenotes.paths import Paths

KINDS = ("erratum", "refuted", "correction")
EVIDENCE = ("claim", "measured", "table", "figure", "code")  # the references that count as evidence
TO_CHECK = "To check:"

_BOX = re.compile(rf"^(?P<indent> *)(?:!!!|\?\?\?\+?) *(?P<kind>{'|'.join(KINDS)})\b", re.MULTILINE)
_TITLE = re.compile(r'"(.*)"\s*$')
_TIME = re.compile(r"\[[^\[\]\s]*\d:\d\d\]")
_CITATION = re.compile(r"\[[^\[\]]*@[A-Za-z][^\[\]]*\](?!\()")
_CELL = re.compile(r"^ *(?:`{3,}|~{3,}).*\.run\b", re.MULTILINE)
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass(frozen=True)
class Erratum:
    """One box: its first line, its text as written, the heading above it.

    lecture and seconds are those that the box names, else the page's lecture and None. near orders boxes in a lecture:
    the seconds, or those that the page named last before it. day is that of a correction.
    """

    page: PageInfo
    line: int
    kind: str
    title: str
    text: str
    anchor: str
    section: str
    lecture: Lecture | None
    seconds: int | None
    near: int
    references: tuple[Reference, ...]
    day: date | None = None

    @property
    def plain_title(self) -> str:
        """The title without links and times: inline code stays."""
        return without_links(self.title)

    @property
    def shown_by(self) -> tuple[Reference, ...]:
        """The references that are evidence for it."""
        return tuple(reference for reference in self.references if reference.scheme in EVIDENCE)

    @property
    def to_check(self) -> bool:
        """Whether it says where to look: by a source's address, a citation, or a line "To check:"."""
        masked = prose(f"{self.title}\n\n{self.text}")
        web = any(link.href.startswith(("http://", "https://")) for link in links(masked))
        return web or bool(_CITATION.search(masked)) or any(line.startswith(TO_CHECK) for line in self.text.split("\n"))

    @property
    def runs(self) -> bool:
        """Whether a cell in it computes it."""
        return bool(_CELL.search(self.text))


def find(catalog: Catalog, lectures: Lectures) -> list[Erratum]:
    """Every box of every page that is not for contributors, in the order of pages and of their text."""
    return [
        box
        for name, page in sorted(catalog.pages.items())
        if not Paths.is_for_contributors(name)
        for box in of_page(page, lectures)
    ]


def of_page(page: PageInfo, lectures: Lectures) -> list[Erratum]:
    """The boxes of one page in the order of its text; none of a transcript whose text is not published."""
    if page.meta.get("publish") == "index":
        return []
    masked = prose(page.text)
    lines, headings, used = page.text.split("\n"), sorted(heading_lines(masked)), set[str]()
    boxes = []
    for match in _BOX.finditer(masked):
        line = masked.count("\n", 0, match.start()) + 1
        last = _last(lines, line, len(match["indent"]))
        title = _TITLE.search(lines[line - 1])
        here = tuple(r for r in page.references if line <= r.line <= last)
        lecture, seconds = _when(here, page, lectures)
        words = written_out(title[1], page.context) if title else match["kind"].capitalize()
        text = written_out(textwrap.dedent("\n".join(lines[line:last])).strip(), page.context)
        above = [n for n in headings if n < line]
        boxes.append(Erratum(
            page, line, match["kind"], words, text, _anchor(match["kind"], words, used),
            without_links(lines[above[-1] - 1].lstrip("# ")) if above else "", lecture, seconds,
            seconds if seconds is not None else _before(page, line, lecture, lectures), here, _day(f"{words} {text}"),
        ))  # fmt: skip
    return boxes


def problems(errata: list[Erratum]) -> Iterator[Problem]:
    """Boxes without evidence, and corrections without a day."""
    for box in errata:
        if Paths.is_note(box.page.name) and not (box.shown_by or box.runs or box.to_check):
            what = f"nothing shows that this {box.kind} is right: {box.plain_title}"
            why = "cite evidence, such as [](claim:topic.name), or link its source"
            fix = f'where neither is needed, add a line "{TO_CHECK} …" that says where to look'
            yield Problem(what, box.page.path, box.line, (why,), fix)
        if box.kind == "correction" and box.day is None:
            fix = "write the day in its title or text: 2026-11-21"
            yield Problem("a correction without the day on which it was made", box.page.path, box.line, (), fix)


def without_links(text: str) -> str:
    """A line of Markdown without links, times and emphasis."""
    text = _TIME.sub("", links_as_words(text))
    return " ".join(re.sub(r"\*+", "", text).split())


def _last(lines: list[str], line: int, indent: int) -> int:
    """The last line of the box that begins on a line: its lines are indented below it, or empty."""
    last = line
    for number in range(line + 1, len(lines) + 1):
        text = lines[number - 1]
        if text.strip() and not text.startswith(" " * (indent + 4)):
            break
        last = number if text.strip() else last
    return last


def _anchor(kind: str, title: str, used: set[str]) -> str:
    """A box's id on its page: its kind and the first words of its title; added to the used ones."""
    words = re.findall(r"\w+", without_links(title).replace("’", "").lower())[:6]
    base = anchor = "-".join([kind, *words])
    number = 1
    while anchor in used:
        number += 1
        anchor = f"{base}-{number}"
    used.add(anchor)
    return anchor


def _when(here: tuple[Reference, ...], page: PageInfo, lectures: Lectures) -> tuple[Lecture | None, int | None]:
    """The lecture, and the second in it, that a box names first; else the page's lecture."""
    for reference in here:
        if reference.scheme == "lecture":
            lecture, seconds = lectures.named(reference.name, page)
            if lecture is not None:
                return lecture, seconds
    return lectures.of_page(page), None


def _before(page: PageInfo, line: int, lecture: Lecture | None, lectures: Lectures) -> int:
    """The second of a lecture that a page named last before a line; else the one in its front matter; else 0."""
    if lecture is None:
        return 0
    front = lectures.in_front(page)
    above = [r.name for r in page.references if r.scheme == "lecture" and r.line < line]
    times = [*reversed(front), *(lectures.named(target, page) for target in above)]
    return next((seconds for other, seconds in reversed(times) if other == lecture and seconds is not None), 0)


def _day(text: str) -> date | None:
    match = _DAY.search(text)
    try:
        return dates.parse(match[0]) if match else None
    except ValueError:
        return None
