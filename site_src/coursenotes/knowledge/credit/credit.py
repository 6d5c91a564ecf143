"""The credit of a page: its authors, the courses and lectures that it is about, its sources, its license.

A note needs a source (a lecture, its lesson, a work that it cites, or an entry of `sources:`) and a license: its own,
or that of all notes, from the home page's front matter. Somebody's version of a lesson states its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.knowledge.credit import licenses, sources
from coursenotes.knowledge.credit.licenses import License
from coursenotes.knowledge.credit.literature import Literature
from coursenotes.knowledge.credit.people import People, Person
from coursenotes.knowledge.form import front_matter
from coursenotes.knowledge.lectures.lectures import Course, Lecture, Lectures
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.paths import Paths

HOME = "index.md"


@dataclass
class Works:
    """The listed contributions of one person: pages, versions of lessons, sources that notes are based on, courses."""

    wrote: list[PageInfo] = field(default_factory=list)
    versions: list[PageInfo] = field(default_factory=list)
    drawn_on: dict[sources.Source, list[PageInfo]] = field(default_factory=dict)
    teaches: dict[str, list[Lecture]] = field(default_factory=dict)  # by course; no lectures: all of it


class Credit:
    """The credit of every page and every person of a project."""

    def __init__(
        self,
        catalog: Catalog,
        lectures: Lectures,
        visibility: Visibility,
        people: Callable[[], People],
        literature: Callable[[], Literature],
    ):
        """people and literature are called when first used, and raise where their files cannot be read."""
        self.catalog, self._lectures, self._visibility, self._people, self._literature = (
            catalog, lectures, visibility, people, literature,
        )  # fmt: skip

    # -- of a page
    @staticmethod
    def needs_credit(page: str) -> bool:
        """Whether a page is a note, not a page for contributors or an index page."""
        return Paths.is_version(page) or (Paths.is_note(page) and not Paths.is_index(page))

    def writers(self, page: PageInfo) -> list[str]:
        """The ids of the authors of a page, each once."""
        return _ids(page.list_of("authors"))

    def lectures(self, page: PageInfo) -> list[Lecture]:
        """The lectures that a page is about, each once: its lesson's own first. Listed pages show listed ones only."""
        lectures = [self._lectures.of_lesson(Paths.lesson_of(page.name) or "")]
        lectures += [self._lectures.get(str(entry).partition("@")[0]) for entry in page.list_of("lectures")]
        unique = {lecture.id: lecture for lecture in lectures if lecture is not None}
        hidden = not self._visibility.page(page.name)
        return [lecture for lecture in unique.values() if hidden or self._visibility.lecture(lecture)]

    def teachers(self, lecture: Lecture) -> list[str]:
        """The ids of the teachers of a lecture: its own, else its course's."""
        return _ids(lecture.more.get("authors")) or _ids(self._lectures.courses[lecture.course].more.get("authors"))

    def note_takers(self, page: PageInfo) -> list[str]:
        """The ids of the authors of listed versions of a lesson, for its canonical page; without its own authors."""
        versions = [v for v in self._visibility.pages if Paths.is_version(v.name)]
        names = [name for v in versions if Paths.lesson_of(v.name) == page.name for name in self.writers(v)]
        return [name for name in dict.fromkeys(names) if name not in self.writers(page)]

    def license(self, page: PageInfo) -> License | None:
        """The license of a page: its own, or for the project's own notes that of the home page; None where unknown."""
        id = page.meta.get("license")
        if id is None and not Paths.is_version(page.name) and HOME in self.catalog.pages:
            id = self.catalog.pages[HOME].meta.get("license")
        return licenses.KNOWN.get(str(id))

    # -- of a person
    @cached_property
    def works(self) -> dict[str, Works]:
        """The listed contributions of everybody, by id; people without any are left out."""
        works: dict[str, Works] = {}
        for page in self._visibility.pages:
            for name in self.writers(page):
                work = works.setdefault(name, Works())
                (work.versions if Paths.is_version(page.name) else work.wrote).append(page)
            for source in sources.of_page(page):
                for name in source.by:
                    works.setdefault(name, Works()).drawn_on.setdefault(source, []).append(page)
        for course in self._lectures.courses.values():
            self._taught(course, works)
        return {name: works[name] for name in self._people().all if name in works}

    def _taught(self, course: Course, works: dict[str, Works]) -> None:
        listed = [lecture for lecture in course.lectures if self._visibility.lecture(lecture)]
        if not self._visibility.course(course.name):
            return
        teachers = _ids(course.more.get("authors"))
        for name in teachers:
            works.setdefault(name, Works()).teaches[course.name] = []
        for lecture in listed:
            for name in _ids(lecture.more.get("authors")):
                taught = works.setdefault(name, Works()).teaches.setdefault(course.name, [])
                if name not in teachers:
                    taught.append(lecture)

    def person(self, name: str) -> Person:
        """The person with this id; without one, a person of whom only the name is known."""
        return self._people().get(name) or Person("", name)

    # -- problems
    def problems(self) -> Iterator[Problem]:
        """Unknown people, sources and licenses."""
        try:
            people = self._people()
        except CoursenotesError as error:
            yield from error.problems
            people = None
        for page in self.catalog.pages.values():
            if people is not None:
                for name in self.writers(page):
                    yield from people.unknown(name, page.path, page.line_of("authors"))
            yield from sources.problems(page, people, self._literature)
            if page.meta.get("license") is not None:
                yield from licenses.problems(page.meta["license"], page.path, page.line_of("license"))
        yield from self._of_courses()

    def _of_courses(self) -> Iterator[Problem]:
        path = self.catalog.paths.courses
        for course in self._lectures.courses.values():
            parts: tuple[Course | Lecture, ...] = (course, *course.lectures)
            for part in parts:
                line = _line(path, part.line, "authors") if "authors" in part.more else part.line
                if "authors" in part.more and (wrong := front_matter.mistake("authors", part.more["authors"])):
                    yield Problem(f"authors: {wrong[0]}", path, line, (), front_matter.write("authors", wrong[1]))
                for name in _ids(part.more.get("authors")):
                    yield from self._people().unknown(name, path, line)

    def missing(self) -> Iterator[Problem]:
        """Notes without a source, and notes without a license."""
        for page in self.catalog.pages.values():
            if not self.needs_credit(page.name):
                continue
            lesson = self._lectures.of_lesson(Paths.lesson_of(page.name) or "")
            cites = any(reference.scheme == "cite" for reference in page.references)
            if lesson is None and not page.list_of("lectures") and not page.list_of("sources") and not cites:
                fix = 'add lectures: ["dl2022/8@1:08:22"], or sources: [a key of literature.bib, an address]'
                yield Problem(f"{page.name} names no source", page.path, 1, ("a note states what it is based on",), fix)
            if Paths.is_version(page.name):
                continue  # reported by knowledge.versions, where it stops a build
            if self.license(page) is None and page.meta.get("license") is None:
                yield Problem(f"{page.name} has no license", page.path, 1, ("neither it nor docs/index.md states one",),
                              "add license: CC-BY-4.0 to the front matter of docs/index.md, for all notes")  # fmt: skip


def _ids(authors: object) -> list[str]:
    """The people that a field `authors:` names, each once; nobody where it is not a list."""
    return list(dict.fromkeys(str(name) for name in authors)) if isinstance(authors, list) else []


def _line(path: Path, first: int, name: str) -> int:
    """The line of a field of the entry that begins on a line."""
    lines = path.read_text(encoding="utf-8").split("\n")[first - 1 :]
    return next((n for n, line in enumerate(lines, first) if re.search(rf"\b{name}:", line)), first)
