"""How the notes hang together: which concept needs which, which page links to or leans on which, and what comes before.

    needs: [convolution, losses]        in the front matter of docs/concepts/dropout.md

Only listed pages are told of; a page that is not listed knows of the listed ones, and none of them knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.headings import Section, section_of
from coursenotes.discover.links import page_links
from coursenotes.errors import Problem
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.knowledge.links import aliases, prerequisites, subjects
from coursenotes.paths import Paths

SAYS_NOTHING = ("sources",)  # sections whose name tells no reader why a page links here
LINK, SHOWN = (
    "link",
    "shown",
)  # how a page leans on another: by a link, or by a figure, number, claim or code of its topic


class Backlink(NamedTuple):
    """One page that leans on another: the sections in which it does (none above the first), and how."""

    page: str
    sections: tuple[Section, ...]
    how: frozenset[str]


class Place(NamedTuple):
    """A concept's place in one lecture: its second, and the (page, second) before and after it, where there are any."""

    lecture: Lecture
    seconds: int
    before: tuple[str, int] | None
    after: tuple[str, int] | None


class Graph:
    """What leads from page to page in one project, as it is listed on one day."""

    def __init__(self, catalog: Catalog, lectures: Lectures, visibility: Visibility):
        self.catalog, self.lectures, self.visibility = catalog, lectures, visibility

    # -- which concept needs which
    def needs(self, page: str) -> list[str]:
        """The pages of the concepts that a concept takes for granted, in its order; those that are listed."""
        return [name for name in prerequisites.needed(self.catalog, page) if self.visibility.page(name)]

    def needed_by(self, page: str) -> list[str]:
        """The pages of the listed concepts that name this one in `needs:`, in the order of the subjects."""
        return self._needed_by.get(page, [])

    @cached_property
    def _needed_by(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.concepts:
            for needed in self.needs(name):
                found.setdefault(needed, []).append(name)
        return found

    @cached_property
    def concepts(self) -> list[str]:
        """The pages of the listed concepts in the order of the navigation: by subject, then as the lectures come."""
        listed = {page.name for page in self.visibility.pages if Paths.is_concept(page.name)}
        index = self.catalog.pages.get(Paths.concept_page("index"))
        groups = subjects.grouped(index, self.catalog.pages.values(), self.lectures) if index else {}
        ordered = [name for name in groups.pop("", []) if name in listed]
        ordered += [name for names in groups.values() for name in names if name in listed]
        return ordered + sorted(listed - set(ordered))

    @cached_property
    def depths(self) -> dict[str, int]:
        """How many concepts have to be read before each listed one, one after the other: 0 for those that need none."""
        found: dict[str, int] = {}

        def depth(name: str, above: tuple[str, ...]) -> int:
            if name not in found:
                below = [depth(n, (*above, name)) for n in self.needs(name) if n not in above and n != name]
                found[name] = 1 + max(below, default=-1)
            return found[name]

        for name in self.concepts:
            depth(name, ())
        return found

    # -- what leans on what
    def linked_from(self, page: str) -> list[Backlink]:
        """The listed pages that link to a page or show what is its topic's, concepts first, then by name."""
        return self._backlinks.get(page, [])

    @cached_property
    def _backlinks(self) -> dict[str, list[Backlink]]:
        found: dict[str, dict[str, dict[str, set[int]]]] = {}  # page -> from -> how -> lines
        for page in self.visibility.pages:
            for line, target, how in self._leans(page):
                found.setdefault(target, {}).setdefault(page.name, {}).setdefault(how, set()).add(line)
        order = {name: n for n, name in enumerate(self.concepts)}
        return {
            target: [
                _backlink(self.catalog.pages[name], lines)
                for name, lines in sorted(
                    there.items(), key=lambda item: (order.get(item[0], len(order)), Paths.counted(item[0]))
                )
            ]
            for target, there in found.items()
        }

    def _leans(self, page: PageInfo) -> Iterator[tuple[int, str, str]]:
        """(line, page, how) of everything on a page that leads to another listed one, or shows what is its."""
        for link in page_links(page.name, page.text, self.catalog.pages):
            if link.page != page.name and self.visibility.page(link.page):
                yield link.line, link.page, LINK
        for reference in page.references:
            target = Paths.concept_page(reference.name.partition(".")[0])
            ours = reference.scheme != "lecture" and target in self.catalog.pages and target != page.name
            if ours and self.visibility.page(target):
                yield reference.line, target, SHOWN

    # -- the order of the lectures
    def places(self, page: str) -> list[Place]:
        """A concept's place in each listed lecture that its front matter gives a time in, among the listed concepts."""
        info = self.catalog.pages.get(page)
        found = []
        for name, seconds in _times(info, self.lectures).items() if info and Paths.is_concept(page) else ():
            lecture = self.lectures.get(name)
            if lecture is None or not self.visibility.lecture(lecture):
                continue
            order = [each for each in self._in_lecture.get(name, []) if each[2] != page]
            mine = (seconds, self.concepts.index(page) if page in self.concepts else len(self.concepts))
            before = max((each for each in order if each[:2] < mine), default=None)
            after = min((each for each in order if each[:2] > mine), default=None)
            found.append(Place(lecture, seconds, before and (before[2], before[0]), after and (after[2], after[0])))
        return found

    @cached_property
    def _in_lecture(self) -> dict[str, list[tuple[int, int, str]]]:
        """(second, place among all, page) of the listed concepts that name a lecture, by the lecture's id."""
        found: dict[str, list[tuple[int, int, str]]] = {}
        for number, page in enumerate(self.concepts):
            for lecture, seconds in _times(self.catalog.pages[page], self.lectures).items():
                found.setdefault(lecture, []).append((seconds, number, page))
        return found

    def lessons_beside(self, page: str) -> tuple[str | None, str | None]:
        """The canonical pages of the lessons before and after a lesson's, in its course, of those that are listed."""
        own = self.lectures.of_lesson(page)
        if own is None:
            return None, None
        pages = {**self.lessons, own.id: page}
        order = [lecture.id for lecture in self.lectures.courses[own.course].lectures if lecture.id in pages]
        at = order.index(own.id)
        before, after = order[at - 1 : at], order[at + 1 : at + 2]
        return (pages[before[0]] if before else None), (pages[after[0]] if after else None)

    @cached_property
    def lessons(self) -> dict[str, str]:
        """The listed canonical page of each lecture that has one, by the lecture's id."""
        pages = ((self.lectures.of_lesson(page.name), page.name) for page in self.visibility.pages)
        return {lecture.id: name for lecture, name in pages if lecture is not None}

    # -- what is wrong
    def problems(self) -> Iterator[Problem]:
        """What is wrong with `needs:` and with the names that pages had before."""
        yield from prerequisites.problems(self.catalog, self.visibility)
        yield from aliases.problems(self.catalog)


def _backlink(page: PageInfo, lines: Mapping[str, set[int]]) -> Backlink:
    found = {section_of(page.text, line) for line in sorted(set().union(*lines.values()))}
    kept = sorted(section for section in found if section and section.title.casefold() not in SAYS_NOTHING)
    return Backlink(page.name, tuple(kept), frozenset(lines))


def _times(page: PageInfo, lectures: Lectures) -> dict[str, int]:
    """The ids of the lectures that a page's front matter gives a time in, each with its first one, in seconds."""
    found: dict[str, int] = {}
    for lecture, seconds in lectures.in_front(page.meta):
        if seconds is not None:
            found.setdefault(lecture.id, seconds)
    return found
