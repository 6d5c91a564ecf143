"""The times at which each topic is treated: topic -> lecture -> seconds, and the places in the notes with these times.

A concept's times are those of its `lectures:` and of its text. On a lesson's pages, a time belongs to the concepts that
are named since the previous time of its sentence, or else in its sentence: by a link to their page, or by a figure,
number, table, claim or code of theirs. Where the sentence names none, to the one that its paragraph names; where that
names none, to the one that its section names, unless it is in a row or an item, which may be about anything. Where a
paragraph or a section names several, the time is given to none of them. Nothing is interpolated.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.headings import spans, without_marks
from coursenotes.discover.links import page_links
from coursenotes.discover.text.addresses import Malformed, parse_href, parse_time
from coursenotes.discover.text.prose import escaped, heading_lines, line_of, links, links_as_words, prose
from coursenotes.discover.text.references import TIME
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.paths import Paths

# A full stop before a space ends a sentence, unless it is one of an abbreviation; so does a box's title line.
_STOP = re.compile(
    r"^[ \t>]*(?:!!!|\?\?\?\+?)[ \t][^\n]*"
    r"|(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bvs)(?<!\bDr)[.!?][\"'”’)\]*_]*(?=\s|\Z)",
    re.MULTILINE,
)
_OWN = re.compile(r"[ \t>]*(?:\||[-*+][ \t]|\d+[.)][ \t])")  # a row of a table, an item of a list


@dataclass(frozen=True)
class Mention:
    """One time in the notes: the second of a lecture, and where it is written. front: in `lectures:` of the page.

    words are those of its sentence after the previous time, or all of them where there are none.
    """

    lecture: str
    seconds: int
    page: str
    line: int
    heading: str = ""
    anchor: str = ""
    words: str = ""
    front: bool = False


class _Time(NamedTuple):
    offset: int
    lecture: Lecture
    seconds: int


class Times:
    """Every time at which a lecture treats a listed concept, according to listed pages."""

    def __init__(self, catalog: Catalog, lectures: Lectures, visibility: Visibility):
        self.catalog, self.lectures, self.visibility = catalog, lectures, visibility

    @cached_property
    def topics(self) -> dict[str, list[Mention]]:
        """The places of each listed concept by its page's name: by lecture, second, page and line; some have none."""
        topics: dict[str, list[Mention]] = {
            page.name: [*self._front(page), *(place for _, place in self._in_text(page))]
            for page in self.visibility.pages
            if Paths.is_concept(page.name)
        }
        for page in self.visibility.pages:
            if page.name.startswith("lessons/"):
                for names, place in self._in_text(page):
                    for name in names:
                        topics[name].append(place)
        order = {lecture.id: number for number, lecture in enumerate(self.lectures.all())}
        for places in topics.values():
            places.sort(key=lambda p: (order[p.lecture], p.seconds, not p.front, not Paths.is_concept(p.page), p.page))
        return topics

    # -- places of times
    def _front(self, page: PageInfo) -> Iterator[Mention]:
        for lecture, seconds in self.lectures.in_front(page):
            if seconds is not None and self.visibility.lecture(lecture):
                yield Mention(lecture.id, seconds, page.name, page.line_of("lectures"), front=True)

    def _in_text(self, page: PageInfo) -> Iterator[tuple[set[str], Mention]]:
        """(the concepts that it belongs to, its place) of every time in a page's text."""
        text, masked = page.text, prose(page.text)
        times = sorted(self._times(page, masked))
        if not times:
            return
        parts = spans(text)
        starts = [part.start for part in parts]
        paragraphs = list(_paragraphs(masked))
        firsts = [start for start, _ in paragraphs]
        named = [] if Paths.is_concept(page.name) else sorted(self._named(page, masked))
        for time in times:
            section = parts[bisect_right(starts, time.offset) - 1]
            paragraph = paragraphs[bisect_right(firsts, time.offset) - 1]
            sentence = _sentence(masked, paragraph, time.offset)
            before = [other.offset for other in times if sentence[0] <= other.offset < time.offset]
            clause = (max(before, default=sentence[0]), time.offset)
            apart = bool(_OWN.match(masked, paragraph[0]))
            topics = _belongs(named, clause, sentence, paragraph, paragraph if apart else (section.start, section.end))
            yield topics, Mention(
                time.lecture.id, time.seconds, page.name, line_of(text, time.offset), section.title, section.anchor,
                self._words(text, sentence, time, [other.offset for other in times]),
            )  # fmt: skip

    def _words(self, text: str, sentence: tuple[int, int], time: _Time, offsets: list[int]) -> str:
        """The words before a time, back to the previous one; where there are none, those before that."""
        start, end = sentence
        marks = [start, *(offset for offset in offsets if start <= offset < time.offset), time.offset]
        pieces = [_bare(text[before:after]) for before, after in pairwise(marks)]
        words = next((piece for piece in reversed(pieces) if piece), "") or _bare(text[start:end])
        course = self.lectures.courses[time.lecture.course].title
        return (
            words.rpartition(": ")[2] if course in words else words
        )  # an entry of a list of sources begins with the course's title

    def _times(self, page: PageInfo, masked: str) -> Iterator[_Time]:
        """The readable times of a page in listed lectures."""
        times: list[tuple[int, str, str]] = []
        for match in TIME.finditer(masked):
            if not escaped(masked, match.start()):
                times.append((match.start(), match["code"] or "", match["at"] or match["time"]))
        for link in links(masked):
            if link.href.startswith("lecture:"):
                code, _, time = link.href.removeprefix("lecture:").partition("@")
                times.append((link.start, code, time))
        for offset, code, time in times:
            lecture = self.lectures.get(code) if code else self.lectures.of_page(page)
            try:
                seconds = parse_time(time) if time else None
            except Malformed:
                continue
            if lecture is not None and seconds is not None and self.visibility.lecture(lecture):
                yield _Time(offset, lecture, seconds)

    def _named(self, page: PageInfo, masked: str) -> Iterator[tuple[int, str]]:
        """(offset, concept) of everything on a page that names a listed concept."""
        listed = {p.name for p in self.visibility.pages if Paths.is_concept(p.name)}
        for link in links(masked):
            try:
                reference = parse_href(link.href, page.context)
            except Malformed:
                continue
            if reference is None:
                topics = [target.page for target in page_links(page.name, f"[]({link.href})", listed)]
            elif reference.scheme != "lecture":
                topics = [Paths.concept_page(reference.name.partition(".")[0])]
            else:
                continue
            for topic in topics:
                if topic in listed:
                    yield link.start, topic


def _belongs(named: list[tuple[int, str]], *parts: tuple[int, int]) -> set[str]:
    """The concepts that a time belongs to: all of its clause or sentence, or the one of its paragraph or section."""
    for (start, end), alone in zip(parts, (False, False, True, True), strict=True):
        topics = {topic for offset, topic in named if start <= offset < end}
        if topics:
            return set() if alone and len(topics) > 1 else topics
    return set()


def _paragraphs(masked: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each paragraph: between empty lines and headings. A row or an item is one of its own."""
    start, offset, headings = 0, 0, heading_lines(masked)
    for number, line in enumerate(masked.split("\n"), 1):
        apart = not line.strip(" \t>") or number in headings
        if (apart or _OWN.match(line)) and start < offset:
            yield start, offset
            start = offset
        offset += len(line) + 1
        if apart:
            yield start, offset
            start = offset
    yield start, len(masked) + 1


def _sentence(masked: str, paragraph: tuple[int, int], offset: int) -> tuple[int, int]:
    """(start, end) of the sentence around a place in a paragraph. A row of a table is one sentence."""
    start, end = paragraph
    if masked[start:end].lstrip(" \t>").startswith("|"):
        return paragraph
    for stop in _STOP.finditer(masked, start, min(end, len(masked))):
        if stop.end() > offset:
            return start, stop.end()
        start = stop.end()
    return start, end


def _bare(markdown: str) -> str:
    """A piece of a sentence as plain text: without times and marks, links as their words; of a row, its cells."""
    markdown = links_as_words(TIME.sub("", markdown), images=False).strip()
    words = without_marks(re.sub(r"^(?:!!!|\?\?\?\+?)[ \t]+[\w ]*|^(?:[-*+]|\d+[.)])[ \t]|\|", " ", markdown))
    return re.sub(r"\s+([.,;:!?])", r"\1", words).strip(' ;,."')
