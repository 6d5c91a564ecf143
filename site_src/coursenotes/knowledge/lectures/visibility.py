"""Visibility: a page is listed, unlisted, or listed from a day on; and what follows for claims and experiments.

    visibility: unlisted          in a page's front matter, or on a course or a lecture in courses.yml
    release: 2027-06-01           listed from that day on, by the first build then

An unlisted page has an address, but nothing on the site leads to it. A page of a lecture is listed when the page, the
lecture and the course all are; a claim or an experiment, when a listed page shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from coursenotes import dates
from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.links import page_links
from coursenotes.errors import Problem
from coursenotes.knowledge.form import front_matter
from coursenotes.knowledge.lectures.lectures import Course, Lecture, Lectures
from coursenotes.paths import Paths


class Visibility:
    """The listed pages, lectures, claims and experiments of a project on one day."""

    def __init__(self, catalog: Catalog, lectures: Lectures, today: date):
        self.catalog, self.lectures, self.today = catalog, lectures, today

    # -- listed or not
    def page(self, name: str) -> bool:
        """Whether a page is listed. Generated pages, which are not in docs/, are."""
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
        return ("claim", claim) in self._references

    def claim_url(self, claim: str) -> str:
        """The address of a claim's evidence, with its test and its results: "evidence/dropout/#dropout.name"."""
        topic, _, name = claim.partition(".")
        return Paths.claim_url(topic, name, listed=self.claim(claim))

    def figure(self, figure: str) -> bool:
        """Whether a listed page shows this figure."""
        return ("figure", figure) in self._references

    def experiment(self, name: str) -> bool:
        """Whether a listed page uses this experiment: a number, table, figure or claim, or an experiment after it."""
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
        """The first day after today on which something is released; None where nothing is planned."""
        days = [self._release(rules) for page in self.catalog.pages.values() for rules in self._rules(page)]
        days += [self._release(lecture.more) for lecture in self.lectures.all()]
        days += [self._release(course.more) for course in self.lectures.courses.values()]
        return min((day for day in days if day and day > self.today), default=None)

    # -- problems
    def problems(self) -> Iterator[Problem]:
        """Fields of courses.yml with wrong values, and links from listed pages to pages that are not listed."""
        parts: tuple[Course | Lecture, ...] = (*self.lectures.courses.values(), *self.lectures.all())
        for part in parts:
            for name in ("visibility", "release"):
                if name in part.more and (wrong := front_matter.mistake(name, part.more[name])):
                    fix = front_matter.write(name, wrong[1])
                    yield Problem(f"{name}: {wrong[0]}", self.catalog.paths.courses, part.line, (), fix)
        for page in self.pages:
            yield from self._leaks(page)

    def _leaks(self, page: PageInfo) -> Iterator[Problem]:
        for link in page_links(page.name, page.text, self.catalog.pages):
            if not self.page(link.page):
                what = f"{page.name} is listed, and links to {link.page}, which is not"
                why, fix = (
                    self._why(self.catalog.pages[link.page]),
                    "remove the link until then, or unlist this page too",
                )
                yield Problem(what, page.path, link.line, (why,), fix)
        named = [(page.line_of("lectures"), str(entry).partition("@")[0]) for entry in page.list_of("lectures")]
        named += [(r.line, r.name.partition("@")[0]) for r in page.references if r.scheme == "lecture"]
        for line, code in dict.fromkeys(named):
            lecture = (
                self.lectures.get(code) if code else None
            )  # a bare time belongs to the lecture of the front matter
            if lecture is not None and not self.lecture(lecture):
                what = f"{page.name} is listed, and names the lecture {lecture.id}, which is not"
                yield Problem(what, page.path, line, (), "remove it until then, or unlist this page too")

    def _why(self, page: PageInfo) -> str:
        rules = next(rules for rules in self._rules(page) if not self._now(rules))
        day = self._release(rules)
        return f"it is released on {day}" if day and day > self.today else "it is unlisted"

    # -- rules
    def _rules(self, page: PageInfo) -> Iterator[Mapping[str, Any]]:
        """The fields that decide on a page: its own, and those of its lecture and its course."""
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
        """The day in these fields, or None. An unreadable one is far away, so that a mistake hides a page."""
        if rules.get("release") is None:
            return None
        try:
            return dates.parse(rules["release"])
        except ValueError:
            return date.max

    @cached_property
    def _references(self) -> set[tuple[str, str]]:
        return {(r.scheme, r.name) for page in self.pages for r in page.references}

    @cached_property
    def _experiments(self) -> set[str]:
        names: set[str] = set()
        for scheme, target in self._references:
            if scheme == "measured":
                names.add(target.rpartition(".")[0])
            elif scheme == "table" or target.endswith("#curves"):
                names.add(target.removesuffix("#curves"))
            elif scheme == "figure" and target in self.catalog.figures:
                names.update(self.catalog.figures[target].experiments)
            elif scheme == "claim" and target in self.catalog.claims:
                names.update((*self.catalog.claims[target].experiments, *self.catalog.claims[target].controls))
        return self.catalog.with_earlier(names)
