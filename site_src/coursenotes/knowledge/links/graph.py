"""The links between notes: prerequisites, backlinks, and the order of concepts and lessons in the lectures.

    prerequisites: [convolution, losses]        in the front matter of docs/concepts/dropout.md

Only listed pages are shown as links. An unlisted page links to listed ones, and none of them links back.
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
from coursenotes.knowledge.links import aliases, prerequisites, renamed, subjects
from coursenotes.paths import Paths

UNNAMED = ("sources",)  # sections whose titles do not explain why a page links here
LINK, SHOWN = "link", "shown"  # a page uses another by a link, or by a figure, number, claim or code of its topic


class Backlink(NamedTuple):
    """One page that links to another: in which sections (none above the first heading), and how."""

    page: str
    sections: tuple[Section, ...]
    how: frozenset[str]


class Position(NamedTuple):
    """A concept's place in one lecture: its second, and the (page, second) before and after it, or None."""

    lecture: Lecture
    seconds: int
    before: tuple[str, int] | None
    after: tuple[str, int] | None


class Graph:
    """The links from page to page in one project, as listed on one day."""

    def __init__(self, catalog: Catalog, lectures: Lectures, visibility: Visibility):
        self.catalog, self.lectures, self.visibility = catalog, lectures, visibility

    # -- prerequisites
    def prerequisites(self, page: str) -> list[str]:
        """The listed pages of the prerequisites of a concept, in its order."""
        return [name for name in prerequisites.of_page(self.catalog, page) if self.visibility.page(name)]

    def needed_by(self, page: str) -> list[str]:
        """The pages of the listed concepts with this prerequisite, in the order of the subjects."""
        return self._needed_by.get(page, [])

    @cached_property
    def _needed_by(self) -> dict[str, list[str]]:
        dependents: dict[str, list[str]] = {}
        for name in self.concepts:
            for prerequisite in self.prerequisites(name):
                dependents.setdefault(prerequisite, []).append(name)
        return dependents

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
        """The longest chain of prerequisites of each listed concept: 0 for those that need none."""
        depths: dict[str, int] = {}

        def depth(name: str, above: tuple[str, ...]) -> int:
            if name not in depths:
                below = [depth(n, (*above, name)) for n in self.prerequisites(name) if n not in above and n != name]
                depths[name] = 1 + max(below, default=-1)
            return depths[name]

        for name in self.concepts:
            depth(name, ())
        return depths

    # -- backlinks
    def linked_from(self, page: str) -> list[Backlink]:
        """The listed pages that link to a page or show something of its topic, concepts first, then by name."""
        return self._backlinks.get(page, [])

    @cached_property
    def _backlinks(self) -> dict[str, list[Backlink]]:
        backlinks: dict[str, dict[str, dict[str, set[int]]]] = {}  # page -> from -> how -> lines
        for page in self.visibility.pages:
            for line, target, how in self._uses(page):
                backlinks.setdefault(target, {}).setdefault(page.name, {}).setdefault(how, set()).add(line)
        order = {name: n for n, name in enumerate(self.concepts)}
        return {
            target: [
                _backlink(self.catalog.pages[name], lines)
                for name, lines in sorted(
                    pages.items(), key=lambda item: (order.get(item[0], len(order)), Paths.counted(item[0]))
                )
            ]
            for target, pages in backlinks.items()
        }

    def _uses(self, page: PageInfo) -> Iterator[tuple[int, str, str]]:
        """(line, page, how) of everything on a page that links to another listed page, or shows some of its topic."""
        for link in page_links(page.name, page.text, self.catalog.pages):
            if link.page != page.name and self.visibility.page(link.page):
                yield link.line, link.page, LINK
        for reference in page.references:
            target = Paths.concept_page(reference.name.partition(".")[0])
            known = reference.scheme != "lecture" and target in self.catalog.pages and target != page.name
            if known and self.visibility.page(target):
                yield reference.line, target, SHOWN

    # -- the order of the lectures
    def places(self, page: str) -> list[Position]:
        """A concept's place in each listed lecture that its front matter gives a time in, among the listed concepts."""
        info = self.catalog.pages.get(page)
        places = []
        for name, seconds in _times(info, self.lectures).items() if info and Paths.is_concept(page) else ():
            lecture = self.lectures.get(name)
            if lecture is None or not self.visibility.lecture(lecture):
                continue
            order = [each for each in self._in_lecture.get(name, []) if each[2] != page]
            own = (seconds, self.concepts.index(page) if page in self.concepts else len(self.concepts))
            before = max((each for each in order if each[:2] < own), default=None)
            after = min((each for each in order if each[:2] > own), default=None)
            places.append(Position(lecture, seconds, before and (before[2], before[0]), after and (after[2], after[0])))
        return places

    @cached_property
    def _in_lecture(self) -> dict[str, list[tuple[int, int, str]]]:
        """(second, place among all, page) of the listed concepts that name a lecture, by the lecture's id."""
        concepts: dict[str, list[tuple[int, int, str]]] = {}
        for number, page in enumerate(self.concepts):
            for lecture, seconds in _times(self.catalog.pages[page], self.lectures).items():
                concepts.setdefault(lecture, []).append((seconds, number, page))
        return concepts

    def neighbors(self, page: str) -> tuple[str | None, str | None]:
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

    # -- problems
    def problems(self) -> Iterator[Problem]:
        """The mistakes in `prerequisites:`, `aliases:` and `renamed:` of every page."""
        yield from prerequisites.problems(self.catalog, self.visibility)
        yield from aliases.problems(self.catalog)
        yield from renamed.problems(self.catalog)


def _backlink(page: PageInfo, lines: Mapping[str, set[int]]) -> Backlink:
    sections = {section_of(page.text, line) for line in set().union(*lines.values())}
    kept = sorted(section for section in sections if section and section.title.casefold() not in UNNAMED)
    return Backlink(page.name, tuple(kept), frozenset(lines))


def _times(page: PageInfo, lectures: Lectures) -> dict[str, int]:
    """The first second of each lecture that a page's front matter gives a time in, by the lecture's id."""
    times: dict[str, int] = {}
    for lecture, seconds in lectures.in_front(page):
        if seconds is not None:
            times.setdefault(lecture.id, seconds)
    return times
