"""Who finds a page: it is listed, unlisted, or listed from a day on; and what follows for claims and experiments.

    visibility: unlisted          in a page's front matter, or on a course or a lecture in courses.yml
    release: 2027-06-01           listed from that day on, by the first build then

What is unlisted is reached by its address, and by nothing else on the site. A page of a lecture is listed when the
page, the lecture and the course all are; a claim or an experiment, when a listed page asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from coursenotes import dates
from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.links import page_links
from coursenotes.errors import Problem, nearest
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures, entries
from coursenotes.paths import Paths

STATES = ("listed", "unlisted")


class Visibility:
    """What is listed on a day. More days are known: next_change is the first on which something will be released."""

    def __init__(self, catalog: Catalog, lectures: Lectures, today: date):
        self.catalog, self.lectures, self.today = catalog, lectures, today

    # -- what is listed
    def page(self, name: str) -> bool:
        """Whether a page of docs/ is listed. A page that there is not (a generated one) is."""
        info = self.catalog.pages.get(name)
        return info is None or all(self._now(rules) for rules in self._rules(info))

    def lecture(self, lecture: Lecture) -> bool:
        """Whether a lecture is listed: it and its course."""
        return self._now(lecture.more) and self.course(lecture.course)

    def course(self, name: str) -> bool:
        """Whether a course is listed."""
        return self._now(self.lectures.courses[name].more)

    def claim(self, claim: str) -> bool:
        """Whether a listed page shows this claim."""
        return ("claim", claim) in self._asked

    def claim_url(self, claim: str) -> str:
        """The address of a claim in full, with its test and all that was found: "evidence/dropout/#dropout.name"."""
        topic, _, name = claim.partition(".")
        return Paths.claim_url(topic, name, listed=self.claim(claim))

    def figure(self, figure: str) -> bool:
        """Whether a listed page shows this figure."""
        return ("figure", figure) in self._asked

    def experiment(self, name: str) -> bool:
        """Whether a listed page rests on this experiment: by number, table, figure, claim, or what comes after it."""
        return name in self._experiments

    @cached_property
    def pages(self) -> list[PageInfo]:
        """The listed pages, by name."""
        return [page for name, page in sorted(self.catalog.pages.items()) if self.page(name)]

    @cached_property
    def unlisted(self) -> list[PageInfo]:
        """The pages that are not listed, by name."""
        return [page for name, page in sorted(self.catalog.pages.items()) if not self.page(name)]

    @cached_property
    def next_change(self) -> date | None:
        """The first day after this one on which something is released; None where nothing waits."""
        waiting = [self._release(rules) for page in self.catalog.pages.values() for rules in self._rules(page)]
        waiting += [self._release(lecture.more) for lecture in self.lectures.all()]
        waiting += [self._release(course.more) for course in self.lectures.courses.values()]
        return min((day for day in waiting if day and day > self.today), default=None)

    # -- what is wrong
    def problems(self) -> Iterator[Problem]:
        """Fields that say nothing, and links from listed pages to what is not."""
        for page in self.catalog.pages.values():
            yield from _fields(page.meta, page.path, lambda field, page=page: page.line_of(field))  # type: ignore[misc]
        for course in self.lectures.courses.values():
            yield from _fields(course.more, self.catalog.paths.courses, lambda field, line=course.line: line)  # type: ignore[misc]
            for lecture in course.lectures:
                yield from _fields(lecture.more, self.catalog.paths.courses, lambda field, line=lecture.line: line)  # type: ignore[misc]
        for page in self.pages:
            yield from self._leaks(page)

    def _leaks(self, page: PageInfo) -> Iterator[Problem]:
        for link in page_links(page.name, page.text, self.catalog.pages):
            if not self.page(link.page):
                yield Problem(
                    f"{page.name} is listed, and links to {link.page}, which is not", page.path, link.line,
                    (self._why(self.catalog.pages[link.page]),),
                    "take the link out until then, or unlist this page too",
                )  # fmt: skip
        named = [(page.line_of("lectures"), str(entry).partition("@")[0]) for entry in entries(page.meta)]
        named += [(r.line, r.name.partition("@")[0]) for r in page.references if r.scheme == "lecture"]
        for line, code in dict.fromkeys(named):
            lecture = self.lectures.get(code) if code else None  # a bare time is in the lecture of the front matter
            if lecture is not None and not self.lecture(lecture):
                yield Problem(
                    f"{page.name} is listed, and names the lecture {lecture.id}, which is not", page.path, line, (),
                    "take it out until then, or unlist this page too",
                )  # fmt: skip

    def _why(self, page: PageInfo) -> str:
        rules = next(rules for rules in self._rules(page) if not self._now(rules))
        day = self._release(rules)
        return f"it is released on {day}" if day and day > self.today else "it is unlisted"

    # -- how it is told
    def _rules(self, page: PageInfo) -> Iterator[Mapping[str, Any]]:
        """The fields that decide on a page: its own, and those of the lecture and the course that it lies under."""
        yield page.meta
        parts = page.name.split("/")
        course = self.lectures.courses.get(parts[1]) if parts[0] == "lessons" and len(parts) > 2 else None
        if course is not None:
            yield course.more
            own = self.lectures.of_lesson(Paths.lesson_of(page.name) or "")
            if own is not None:
                yield own.more

    def _now(self, rules: Mapping[str, Any]) -> bool:
        day = self._release(rules)
        return str(rules.get("visibility", "listed")) == "listed" and (day is None or day <= self.today)

    @staticmethod
    def _release(rules: Mapping[str, Any]) -> date | None:
        """The day in these fields. One that cannot be read is far away: what is not yet to be seen stays so."""
        if rules.get("release") is None:
            return None
        try:
            return dates.parse(rules["release"])
        except ValueError:
            return date.max

    @cached_property
    def _asked(self) -> set[tuple[str, str]]:
        return {(r.scheme, r.name) for page in self.pages for r in page.references}

    @cached_property
    def _experiments(self) -> set[str]:
        found: set[str] = set()
        for scheme, target in self._asked:
            if scheme == "measured":
                found.add(target.rpartition(".")[0])
            elif scheme == "table" or target.endswith("#curves"):
                found.add(target.removesuffix("#curves"))
            elif scheme == "figure" and target in self.catalog.figures:
                found.update(self.catalog.figures[target].experiments)
            elif scheme == "claim" and target in self.catalog.claims:
                found.update((*self.catalog.claims[target].experiments, *self.catalog.claims[target].controls))
        return self.catalog.with_earlier(found)


def _fields(meta: Mapping[str, Any], path: Path, line_of: Any) -> Iterator[Problem]:
    """What is wrong with visibility: and release: among some fields."""
    state = meta.get("visibility", "listed")
    if state not in STATES:
        close = nearest(str(state), STATES)
        yield Problem(f"visibility: {state} is neither listed nor unlisted", path, line_of("visibility"), (),
                      f"write visibility: {close or 'unlisted'}")  # fmt: skip
    if meta.get("release") is not None:
        try:
            dates.parse(meta["release"])
        except ValueError as error:
            yield Problem(f"release: {error}", path, line_of("release"), (), "write release: 2027-06-01")
