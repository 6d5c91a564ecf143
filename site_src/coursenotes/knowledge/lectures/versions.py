"""Lessons and people's own versions of them: one canonical page, and any number of notes in the folder of its name.

    docs/lessons/dl2022/lesson8.md              the canonical page
    docs/lessons/dl2022/lesson8/ana.ipynb       kind: summary, state: draft, authors: [ana], license: CC-BY-4.0

A version's fields are in its front matter, or in a notebook's metadata under "coursenotes".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.headings import page_title
from coursenotes.errors import Problem, nearest, some
from coursenotes.knowledge.form import front_matter
from coursenotes.knowledge.lectures.lectures import Lectures
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.paths import Paths


@dataclass(frozen=True)
class Version:
    """Somebody's notes of a lesson. authors are ids of people.yml; a version without a state is a draft."""

    page: PageInfo
    lesson: str
    title: str
    kind: str
    state: str
    authors: tuple[str, ...]
    license: str


class Versions:
    """The versions of every lesson; unlisted ones are shown nowhere."""

    def __init__(self, catalog: Catalog, visibility: Visibility, lectures: Lectures):
        self.catalog, self.visibility, self.lectures = catalog, visibility, lectures

    def of(self, lesson: str) -> tuple[Version, ...]:
        """The listed versions of a lesson by its canonical page: reviewed first, transcripts last, then by title."""
        versions = [v for v in self._all if v.lesson == lesson and self.visibility.page(v.page.name)]
        return tuple(sorted(versions, key=_order))

    def get(self, page: str) -> Version | None:
        """A page as a version, listed or not; None for any other page."""
        return next((version for version in self._all if version.page.name == page), None)

    def canonical(self, page: str) -> PageInfo | None:
        """The canonical page of a version's lesson, if it is listed; else None."""
        lesson = Paths.lesson_of(page)
        return self.catalog.pages.get(lesson) if lesson and self.visibility.page(lesson) else None

    @cached_property
    def _all(self) -> list[Version]:
        return [_version(page) for name, page in sorted(self.catalog.pages.items()) if Paths.is_version(name)]

    # -- problems
    def problems(self) -> Iterator[Problem]:
        """Versions without a lesson or without a field, `kind:` on other pages, and lectures with two pages."""
        for page in self.catalog.pages.values():
            if Paths.is_version(page.name):
                yield from self._place(page)
                yield from _missing(page)
            elif "kind" in page.meta and page.meta["kind"] != front_matter.TRANSCRIPT:
                fix = "move it to docs/lessons/<course>/<lesson>/, or remove the field"
                yield page.problem("kind", "is a field of somebody's version of a lesson, which this page is not", fix)
        yield from self._twice()

    def _place(self, page: PageInfo) -> Iterator[Problem]:
        """A version whose lesson has no canonical page."""
        lesson = Paths.lesson_of(page.name) or ""
        folder = PurePosixPath(page.name).parent
        if lesson not in self.catalog.pages:
            there = [n.removesuffix(".md") for n in self.catalog.pages if Paths.lesson_of(n) == n]
            close = nearest(str(folder), there)
            move = f"move it to docs/{close}/, or " if close else ""
            fix = f"{move}write docs/{lesson}, which may be one sentence: the versions are listed on it"
            what = f"notes of a lesson without a page: there is no docs/{lesson}"
            yield Problem(what, page.path, 1, (f"lessons with a page: {some(there)}",), fix)

    def _twice(self) -> Iterator[Problem]:
        """A lecture with more than one canonical page."""
        seen: dict[str, PageInfo] = {}
        for name, page in sorted(self.catalog.pages.items()):
            lecture = self.lectures.of_lesson(name)
            if lecture is None or Paths.is_version(name):
                continue
            other = seen.setdefault(lecture.id, page)
            if other is not page:
                folder, first = other.name.removesuffix(".md"), f"the first is docs/{other.name}"
                fix = f"make it a version: move it to docs/{folder}/, with kind:, authors: and license:"
                yield Problem(f"a second page of the lecture {lecture.id}", page.path, 1, (first,), fix)


def _version(page: PageInfo) -> Version:
    meta, authors = page.meta, tuple(map(str, page.list_of("authors")))
    return Version(
        page, Paths.lesson_of(page.name) or "", page_title(page), str(meta.get("kind", "")),
        str(meta.get("state", "draft")), authors, str(meta.get("license", "")),
    )  # fmt: skip


def _order(version: Version) -> tuple[bool, bool, str, str]:
    """Reviewed versions first, and transcripts after other notes."""
    return (
        version.state != "reviewed",
        version.kind == front_matter.TRANSCRIPT,
        version.title.casefold(),
        version.page.name,
    )


def _missing(page: PageInfo) -> Iterator[Problem]:
    """Fields that a version needs and does not have."""
    notebook = page.name.endswith(".ipynb")
    where = 'in the notebook\'s metadata, under "coursenotes"' if notebook else "in front matter"
    needed = f"a version needs kind, authors and license {where}; state is draft until somebody has reviewed it"
    for name in ("kind", "authors", "license"):
        if name not in page.meta or page.meta[name] == []:
            fix = front_matter.write(name, front_matter.FIELDS[name].example, notebook)
            yield Problem(f"notes of a lesson without {name}:", page.path, 1, (needed,), fix)
