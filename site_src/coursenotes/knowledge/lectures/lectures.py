"""Courses and their lectures, from docs/courses.yml: titles, codes, videos, lengths; and addresses of seconds.

    dl2022:
      title: Practical Deep Learning for Coders 2022
      url: https://course.fast.ai
      lectures:
        8:
          title: Convolutions
          video: htiNBPxcXgo            # a YouTube id, or the address of a video file
          duration: "1:36:55"
          codes: [DL1v5L8]              # other names in people's notes
          date: 2022-07-21              # when it was given; release: is the day from which it is listed here

A lecture is called course/lecture (dl2022/8) or by one of its codes, in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from coursenotes import dates
from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.addresses import Malformed, parse_time, write_time
from coursenotes.discover.text.yaml_lines import pairs, root, written
from coursenotes.errors import Problem, Problems, nearest, some
from coursenotes.paths import Paths

COURSE_KEYS = ("title", "url", "authors", "year", "license", "visibility", "release", "lectures")
LECTURE_KEYS = ("title", "video", "duration", "codes", "url", "date", "release", "visibility", "forum", "authors")


@dataclass(frozen=True)
class Lecture:
    """One lecture. seconds is its length, or None where it is unknown; more holds the other fields as written."""

    course: str
    name: str
    title: str
    video: str = ""
    seconds: int | None = None
    codes: tuple[str, ...] = ()
    line: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.course}/{self.name}"

    def watch(self, seconds: int = 0) -> str:
        """The address of this second of the video; empty where there is no video."""
        if not self.video:
            return ""
        if "://" in self.video:
            return f"{self.video}#t={seconds}" if seconds else self.video
        return f"https://www.youtube.com/watch?v={self.video}" + (f"&t={seconds}s" if seconds else "")


@dataclass(frozen=True)
class Course:
    """One course with its lectures in the order of the file."""

    name: str
    title: str
    lectures: tuple[Lecture, ...]
    line: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)


class Lectures:
    """All courses, and every lecture by each of its names."""

    def __init__(self, courses: tuple[Course, ...] = (), path: Path | None = None):
        self.courses = {course.name: course for course in courses}
        self.path = path
        self._by_name: dict[str, Lecture] = {}
        for course in courses:
            for lecture in course.lectures:
                for name in (lecture.id, *lecture.codes):
                    self._by_name.setdefault(name.casefold(), lecture)

    def get(self, name: str) -> Lecture | None:
        """The lecture with this name, dl2022/8 or DL1v5L8, in any case; None where there is none."""
        return self._by_name.get(name.casefold())

    def names(self) -> list[str]:
        """Every name of every lecture."""
        return [name for lecture in self.all() for name in (lecture.id, *lecture.codes)]

    def all(self) -> Iterator[Lecture]:
        """Every lecture, in the order of the file."""
        for course in self.courses.values():
            yield from course.lectures

    def nearest(self, name: str) -> str | None:
        """The name of a lecture that is closest to this spelling; None where none is near."""
        close = nearest(name.casefold(), [n.casefold() for n in self.names()])
        return next((n for n in self.names() if n.casefold() == close), None)

    def of_lesson(self, page: str) -> Lecture | None:
        """The lecture whose canonical page this is, lessons/dl2022/lesson8.md; None for any other page."""
        parts = page.split("/")
        if len(parts) != 3 or parts[0] != "lessons":
            return None
        return self.get(f"{parts[1]}/{re.sub(r'^(lesson|lecture)[-_]?', '', Path(page).stem)}")

    def of_page(self, page: PageInfo) -> Lecture | None:
        """The lecture that a page's bare times are in: its lesson's own, else the first of its `lectures:`."""
        own = self.of_lesson(Paths.lesson_of(page.name) or "")
        if own is not None:
            return own
        return next((self.get(str(entry).partition("@")[0]) for entry in page.list_of("lectures")), None)

    def named(self, target: str, page: PageInfo) -> tuple[Lecture | None, int | None]:
        """The lecture and the second that a reference names: dl2022/8@1:08:22, or @1:08:22 for the page's own."""
        code, _, time = target.partition("@")
        lecture = self.get(code) if code else self.of_page(page)
        return lecture, parse_time(time) if time else None

    def in_front(self, page: PageInfo) -> list[tuple[Lecture, int | None]]:
        """The lectures in a page's front matter, each with its seconds or None; unknown ones are left out."""
        entries = []
        for entry in page.list_of("lectures"):
            code, _, time = str(entry).partition("@")
            lecture = self.get(code)
            try:
                entries += [(lecture, parse_time(time) if time else None)] if lecture is not None else []
            except Malformed:
                continue  # reported by of_front_matter
        return entries


def load(path: Path) -> Lectures:
    """Read courses.yml. A file that is not there has no courses. Raises CoursenotesError with every problem."""
    lectures, problems = read(path)
    problems.raise_if_any()
    return lectures


def read(path: Path) -> tuple[Lectures, Problems]:
    """The lectures of courses.yml as far as they can be read, and its problems. Raises CoursenotesError: not YAML."""
    problems = Problems()
    if not path.is_file():
        return Lectures(path=path), problems
    node = root(path, problems)
    problems.raise_if_any()
    entries = pairs(node, path, problems, "courses")
    courses = [_course(name, inner, line, path, problems) for name, inner, line in entries]
    _check_names(courses, path, problems)
    return Lectures(tuple(courses), path), problems


def problems(lectures: Lectures, target: str, place: tuple[Path, int], page: PageInfo | None) -> Iterator[Problem]:
    """The mistakes in a reference to a lecture: dl2022/8@1:08:22, or @1:08:22 for the page's own."""
    code, _, time = target.partition("@")
    if code:
        lecture = lectures.get(code)
    else:
        lecture = lectures.of_page(page) if page else None
    if lecture is None and not code:
        what = f"[{time}] belongs to no lecture: this page has none of its own"
        yield Problem(what, *place, (), f"write [course/lecture@{time}], or in the front matter lectures: [dl2022/8]")
    elif lecture is None:
        close = lectures.nearest(code)
        fix = f"write [{close}@{time}]" if close and time else f"write lecture:{close}" if close else None
        yield Problem(f'no lecture "{code}"', *place, (f"there is: {some(lectures.names())}",), fix)
    elif time and lecture.seconds is not None and parse_time(time) > lecture.seconds:
        yield Problem(f"{time} is after the end of {lecture.id}, which lasts {write_time(lecture.seconds)}", *place)


def of_front_matter(lectures: Lectures, catalog: Catalog) -> Iterator[Problem]:
    """Mistakes in the `lectures:` of every page."""
    for page in catalog.pages.values():
        for entry in page.list_of("lectures"):
            code, _, time = str(entry).partition("@")
            if not isinstance(entry, str) or not code:
                what = f"{entry!r} is not a lecture; YAML reads a bare time as a number"
                yield page.problem("lectures", what, 'write lectures: ["dl2022/8@1:08:22"]')
                continue
            try:
                target = f"{code}@{write_time(parse_time(time))}" if time else code
            except Malformed as error:
                yield page.problem("lectures", f"{entry}: {error}", error.fix)
                continue
            for problem in problems(lectures, target, (page.path, page.line_of("lectures")), page):
                yield replace(problem, fix=problem.fix and problem.fix.replace("[", "lectures: ["))


def _course(name: str, node: yaml.Node, line: int, path: Path, problems: Problems) -> Course:
    more: dict[str, Any] = {}
    lectures: list[Lecture] = []
    for key, value, at in pairs(node, path, problems, f"the course {name}", COURSE_KEYS):
        if key == "lectures":
            lectures = [
                _lecture(name, number, inner, below, path, problems)
                for number, inner, below in pairs(value, path, problems, f"the lectures of {name}")
            ]
        else:
            more[key] = written(value)
            if key != "authors" and not isinstance(value, yaml.ScalarNode):
                more.pop(key)
                problems.add(f"the {key} of {name} is not a text", path, at, fix=f'write {key}: "…"')
    if not more.get("title"):
        problems.add(f"the course {name} has no title", path, line, fix="title: …")
    return Course(name, str(more.pop("title", name)), tuple(lectures), line, more)


def _lecture(course: str, name: str, node: yaml.Node, line: int, path: Path, problems: Problems) -> Lecture:
    what = f"the lecture {course}/{name}"
    more: dict[str, Any] = {}
    seconds: int | None = None
    codes: tuple[str, ...] = ()
    for key, value, at in pairs(node, path, problems, what, LECTURE_KEYS):
        more[key] = written(value)
        if key not in ("codes", "authors") and not isinstance(value, yaml.ScalarNode):
            more.pop(key)
            problems.add(f"{key} of {what} is not a text", path, at, fix=f'write {key}: "…"')
        elif key == "duration":
            try:
                seconds = parse_time(str(more.pop(key)))
            except Malformed as error:
                problems.add(f"duration of {what}: {error}", path, at, fix=error.fix or 'duration: "1:36:55"')
        elif key == "date":
            try:
                dates.parse(more[key])
            except ValueError as error:
                problems.add(f"date of {what}: {error}", path, at, fix="date: 2022-07-21")
        elif key == "codes":
            names = more.pop(key)
            codes = tuple(names) if isinstance(names, list) else (str(names),)
    title = str(more.pop("title", "") or "")
    if not title:
        problems.add(f"{what} has no title", path, line, fix="title: …")
    return Lecture(course, name, title, str(more.pop("video", "") or ""), seconds, codes, line, more)


def _check_names(courses: list[Course], path: Path, problems: Problems) -> None:
    """Report names that cannot be written before the @ of a time, and names that two lectures share."""
    seen: dict[str, Lecture] = {}
    for course in courses:
        for lecture in course.lectures:
            for name in (lecture.id, *lecture.codes):
                if not re.fullmatch(r"[A-Za-z0-9][\w./-]*", name):
                    what = f"{name!r} cannot be written before an @"
                    problems.add(what, path, lecture.line, fix="use letters, digits, - and .")
                other = seen.setdefault(name.casefold(), lecture)
                if other is not lecture:
                    details = [f"the other is {other.id}, line {other.line}"]
                    problems.add(f"{name} names two lectures", path, lecture.line, details=details)
