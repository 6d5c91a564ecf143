"""What nobody has written yet, from docs/wanted.yml: topics and lessons, each with its question and where it is told.

    momentum:
      title: Momentum
      what: Why does a step that remembers the last ones arrive sooner?
      lectures: ["dl2019/5"]            # with a time only where a source gives one
      kind: concept                     # or lesson, with a name such as dl2019/lesson5
      size: medium                      # small (a first contribution), medium or large

A topic is taken off the list when its page is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from coursenotes.discover.catalog import Catalog
from coursenotes.discover.text.references import Malformed, parse_time, write_time
from coursenotes.discover.text.yaml_lines import pairs, root, written
from coursenotes.errors import Problem, Problems, nearest
from coursenotes.knowledge.lectures import lectures as courses
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures

SIZES = ("small", "medium", "large")
KINDS = {"concept": "concepts", "lesson": "lessons"}  # and the folder of docs/ that its page will lie in
NAMES = {
    "concept": (re.compile(r"[a-z][a-z0-9_]*"), "small letters, digits and _, as coursenotes new takes them"),
    "lesson": (re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*"), "course/lesson, such as dl2022/lesson7"),
}
KEYS = ("title", "what", "lectures", "kind", "size")


@dataclass(frozen=True)
class Wanted:
    """One page that is wanted. lectures are as written: dl2019/5, or dl2019/5@1:54:00 where the time is known."""

    name: str
    title: str
    what: str
    size: str
    kind: str = "concept"
    lectures: tuple[str, ...] = ()
    line: int = 0

    @property
    def page(self) -> str:
        """The name below docs/ that its page will have."""
        return f"{KINDS[self.kind]}/{self.name}.md"

    def places(self, lectures: Lectures) -> list[tuple[Lecture, int | None]]:
        """The lectures that treat it, each with the second, or None where no source says; unknown ones left out."""
        found: list[tuple[Lecture, int | None]] = []
        for entry in self.lectures:
            code, _, time = entry.partition("@")
            lecture = lectures.get(code)
            if lecture is not None:
                found.append((lecture, parse_time(time) if time else None))
        return found


def load(path: Path) -> tuple[Wanted, ...]:
    """Read wanted.yml, in its order. A file that is not there wants nothing. Raises CoursenotesError, all at once."""
    if not path.is_file():
        return ()
    problems = Problems()
    entries = pairs(root(path, problems), path, problems, "what is wanted")
    found = tuple(_wanted(name, node, line, path, problems) for name, node, line in entries)
    problems.raise_if_any()
    return found


def problems(found: tuple[Wanted, ...], catalog: Catalog, lectures: Lectures) -> Iterator[Problem]:
    """What is wrong with the list beside its form: pages that are there already, lectures and times that are not."""
    path = catalog.paths.wanted
    for wanted in found:
        if wanted.page in catalog.pages:
            yield Problem(f"{wanted.name} is wanted, and docs/{wanted.page} is there", path, wanted.line, (),
                          "take it off the list")  # fmt: skip
        for entry in wanted.lectures:
            code, _, time = entry.partition("@")
            target = code
            if time:
                try:
                    target = f"{code}@{write_time(parse_time(time))}"
                except Malformed as error:
                    yield Problem(f"lectures of {wanted.name}: {entry}: {error}", path, wanted.line, (), error.fix)
                    continue
            for problem in courses.problems(lectures, target, (path, wanted.line), None):
                close = lectures.nearest(code) if lectures.get(code) is None else None
                fix = f"write {close}{f'@{time}' if time else ''}" if close else None
                yield Problem(f"lectures of {wanted.name}: {problem.what}", path, wanted.line, problem.details, fix)


def take(path: Path, page: str) -> Wanted | None:
    """Take the entry of a page off the list, and leave the rest as it is written. None where it is not wanted."""
    found = next((wanted for wanted in load(path) if wanted.page == page), None)
    if found is not None:
        lines = path.read_text(encoding="utf-8").split("\n")
        end = found.line
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
            end += 1
        path.write_text("\n".join(lines[: found.line - 1] + lines[end:]), encoding="utf-8")
    return found


def _wanted(name: str, node: yaml.Node, line: int, path: Path, problems: Problems) -> Wanted:
    more: dict[str, str] = {}
    lectures: tuple[str, ...] = ()
    for key, value, at in pairs(node, path, problems, name, KEYS):
        given = written(value)
        if key == "lectures" and isinstance(given, list) and all(isinstance(entry, str) and entry for entry in given):
            lectures = tuple(given)
        elif key == "lectures":
            problems.add(f"lectures of {name} is not a list of lectures", path, at,
                         fix='write lectures: ["dl2022/8@1:08:22"]')  # fmt: skip
        elif not isinstance(given, str):
            problems.add(f"{key} of {name} is not a text", path, at)
        else:
            more[key] = " ".join(given.split())
    for key in ("title", "what"):
        if not more.get(key):
            problems.add(f"{name} has no {key}", path, line, fix=f"{key}: …")
    kind = more.get("kind", "concept")
    for key, said, known in (("kind", kind, tuple(KINDS)), ("size", more.get("size", ""), SIZES)):
        if said not in known:
            what = f"no {key} {said!r}: {name}" if said else f"{name} has no {key}"
            problems.add(what, path, line, details=[f"there is: {', '.join(known)}"],
                         fix=f"write {key}: {nearest(said, known) or known[0]}")  # fmt: skip
    if kind in NAMES and not NAMES[kind][0].fullmatch(name):
        problems.add(f"{name!r} is no name of a {kind}", path, line, fix=f"use {NAMES[kind][1]}")
    kind = kind if kind in KINDS else "concept"
    return Wanted(name, more.get("title", name), more.get("what", ""), more.get("size", ""), kind, lectures, line)
