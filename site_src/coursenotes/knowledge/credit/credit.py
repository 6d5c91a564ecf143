"""What a page owes to whom: its writers, the courses and lectures it is about, the notes it draws on, its licence.

A note needs a source (a lecture, its lesson, a work that it cites, or an entry of `sources:`) and a licence: its own,
or that of all notes, which the home page's front matter states. Somebody's version of a lesson states its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.knowledge.credit import licences, sources
from coursenotes.knowledge.credit.licences import Licence
from coursenotes.knowledge.credit.literature import Literature
from coursenotes.knowledge.credit.people import People, Person
from coursenotes.knowledge.form import front_matter
from coursenotes.knowledge.lectures.lectures import Course, Lecture, Lectures
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.paths import Paths

HOME = "index.md"


@dataclass
class Works:
    """What one person gave, among what is listed: pages written, versions of lessons, sources drawn on, courses."""

    wrote: list[PageInfo] = field(default_factory=list)
    versions: list[PageInfo] = field(default_factory=list)
    drawn_on: dict[sources.Source, list[PageInfo]] = field(default_factory=dict)
    teaches: dict[str, list[Lecture]] = field(default_factory=dict)  # by course; no lectures: all of it


class Credit:
    """Who is owed what, on every page of a project."""

    def __init__(
        self,
        catalog: Catalog,
        lectures: Lectures,
        visibility: Visibility,
        people: Callable[[], People],
        literature: Callable[[], Literature],
    ):
        """people and literature are read when they are first asked for, and raise where their files cannot be read."""
        self.catalog, self._lectures, self._visibility, self._people, self._literature = (
            catalog, lectures, visibility, people, literature,
        )  # fmt: skip

    # -- what a page owes
    @staticmethod
    def is_owing(page: str) -> bool:
        """Whether a page is a note, which owes credit: no page for contributors, and none that lists others."""
        return Paths.is_version(page) or (Paths.is_note(page) and not Paths.is_index(page))

    def writers(self, page: PageInfo) -> list[str]:
        """The ids of those who wrote a page."""
        return _ids(page.meta)

    def lectures(self, page: PageInfo) -> list[Lecture]:
        """The lectures that a page is about, each once: its lesson's own first. A listed page tells of listed ones."""
        found = [self._lectures.of_lesson(Paths.lesson_of(page.name) or "")]
        found += [self._lectures.get(str(entry).partition("@")[0]) for entry in page.list_of("lectures")]
        seen = {lecture.id: lecture for lecture in found if lecture is not None}
        hidden = not self._visibility.page(page.name)
        return [lecture for lecture in seen.values() if hidden or self._visibility.lecture(lecture)]

    def teachers(self, lecture: Lecture) -> list[str]:
        """The ids of those who teach a lecture: its own, else its course's."""
        return _ids(lecture.more) or _ids(self._lectures.courses[lecture.course].more)

    def note_takers(self, page: PageInfo) -> list[str]:
        """The ids of those who wrote listed versions of a lesson, on its canonical page; not those who wrote that."""
        versions = [v for v in self._visibility.pages if Paths.is_version(v.name)]
        names = [name for v in versions if Paths.lesson_of(v.name) == page.name for name in self.writers(v)]
        return [name for name in dict.fromkeys(names) if name not in self.writers(page)]

    def licence(self, page: PageInfo) -> Licence | None:
        """The licence that a page is under: its own, or for the project's own notes that of the home page."""
        given = page.meta.get("licence")
        if given is None and not Paths.is_version(page.name) and HOME in self.catalog.pages:
            given = self.catalog.pages[HOME].meta.get("licence")
        return licences.KNOWN.get(str(given))

    # -- what a person gave
    @cached_property
    def works(self) -> dict[str, Works]:
        """What everybody gave among what is listed, by id; those with nothing are left out."""
        found: dict[str, Works] = {}
        for page in self._visibility.pages:
            for name in self.writers(page):
                work = found.setdefault(name, Works())
                (work.versions if Paths.is_version(page.name) else work.wrote).append(page)
            for source in sources.of_page(page):
                for name in source.by:
                    found.setdefault(name, Works()).drawn_on.setdefault(source, []).append(page)
        for course in self._lectures.courses.values():
            self._taught(course, found)
        return {name: found[name] for name in self._people().all if name in found}

    def _taught(self, course: Course, found: dict[str, Works]) -> None:
        listed = [lecture for lecture in course.lectures if self._visibility.lecture(lecture)]
        if not self._visibility.course(course.name):
            return
        for name in _ids(course.more):
            found.setdefault(name, Works()).teaches[course.name] = []
        for lecture in listed:
            for name in _ids(lecture.more):
                taught = found.setdefault(name, Works()).teaches.setdefault(course.name, [])
                if name not in _ids(course.more):
                    taught.append(lecture)

    def person(self, name: str) -> Person:
        """The person with an id; somebody of whom only the name is known where nobody has it."""
        return self._people().get(name) or Person("", name)

    # -- what is wrong
    def problems(self) -> Iterator[Problem]:
        """Names of people, sources and licences that say nothing."""
        try:
            people = self._people()
        except CoursenotesError as error:
            yield from error.problems
            people = None
        for page in self.catalog.pages.values():
            for name in _ids(page.meta) if people else ():
                unknown = people and people.unknown(name, page.path, page.line_of("authors"))
                if unknown:
                    yield unknown
            yield from sources.problems(page, people, self._literature)
            if page.meta.get("licence") is not None:
                yield from licences.problems(page.meta["licence"], page.path, page.line_of("licence"))
        yield from self._of_courses()

    def _of_courses(self) -> Iterator[Problem]:
        path = self.catalog.paths.courses
        for course in self._lectures.courses.values():
            parts: tuple[Course | Lecture, ...] = (course, *course.lectures)
            for part in parts:
                line = _line(path, part.line, "authors") if "authors" in part.more else part.line
                if "authors" in part.more and (wrong := front_matter.mistake("authors", part.more["authors"])):
                    yield Problem(f"authors: {wrong[0]}", path, line, (), front_matter.write("authors", wrong[1]))
                for name in _ids(part.more):
                    unknown = self._people().unknown(name, path, line)
                    if unknown:
                        yield unknown

    def missing(self) -> Iterator[Problem]:
        """Notes without a source, and notes without a licence."""
        for page in self.catalog.pages.values():
            if not self.is_owing(page.name):
                continue
            lesson = self._lectures.of_lesson(Paths.lesson_of(page.name) or "")
            cites = any(reference.scheme == "cite" for reference in page.references)
            if lesson is None and not page.list_of("lectures") and not page.list_of("sources") and not cites:
                fix = 'add lectures: ["dl2022/8@1:08:22"], or sources: [a key of literature.bib, an address]'
                yield Problem(f"{page.name} names no source", page.path, 1, ("a note says what it rests on",), fix)
            if Paths.is_version(page.name):
                continue  # knowledge.versions tells what is missing there, and a build stops at it
            if self.licence(page) is None and page.meta.get("licence") is None:
                yield Problem(f"{page.name} has no licence", page.path, 1, ("neither it nor docs/index.md states one",),
                              "add licence: CC-BY-4.0 to the front matter of docs/index.md, for all notes")  # fmt: skip


def _ids(fields: Mapping[str, Any]) -> list[str]:
    """The people that `authors:` names, each once; nobody where it is no list."""
    given = fields.get("authors")
    return list(dict.fromkeys(str(name) for name in given)) if isinstance(given, list) else []


def _line(path: Path, first: int, name: str) -> int:
    """The line of a field of the entry that begins on a line."""
    lines = path.read_text(encoding="utf-8").split("\n")[first - 1 :]
    return next((n for n, line in enumerate(lines, first) if re.search(rf"\b{name}:", line)), first)
