"""Pages that nobody has written yet, from docs/wanted.yml: topics and lessons, each with its question and lectures.

    momentum:
      title: Momentum
      what: Why does a step that remembers the last ones arrive sooner?
      lectures: ["dl2019/5"]            # with a time only where a source gives one
      kind: concept                     # or lesson, with a name such as dl2019/lesson5
      size: medium                      # small (a first contribution), medium or large

A topic is removed from the list when its page is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from coursenotes.discover.catalog import Catalog
from coursenotes.discover.text.addresses import Malformed, parse_time, write_time
from coursenotes.discover.text.yaml_lines import pairs, root, written
from coursenotes.errors import Problem, Problems, nearest
from coursenotes.knowledge.lectures import lectures as courses
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures

SIZES = ("small", "medium", "large")
FOLDERS = {"concept": "concepts", "lesson": "lessons"}  # of docs/, by kind
NAMES = {
    "concept": (re.compile(r"[a-z][a-z0-9_]*"), "small letters, digits and _, as coursenotes new takes them"),
    "lesson": (re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*"), "course/lesson, such as dl2022/lesson7"),
}
KEYS = ("title", "what", "lectures", "kind", "size")


@dataclass(frozen=True)
class Wanted:
    """One wanted page. lectures are as written: dl2019/5, or dl2019/5@1:54:00 where the time is known."""

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
        return f"{FOLDERS[self.kind]}/{self.name}.md"

    def places(self, lectures: Lectures) -> list[tuple[Lecture, int | None]]:
        """The lectures that treat it, each with its second or None; unknown ones are left out."""
        parts = [entry.partition("@") for entry in self.lectures]
        entries = [(lectures.get(code), time) for code, _, time in parts]
        return [(lecture, parse_time(time) if time else None) for lecture, time in entries if lecture is not None]


def load(path: Path) -> tuple[Wanted, ...]:
    """Read wanted.yml, in its order; empty without the file. Raises CoursenotesError with every problem."""
    if not path.is_file():
        return ()
    problems = Problems()
    entries = pairs(root(path, problems), path, problems, "what is wanted")
    pages = tuple(_wanted(name, node, line, path, problems) for name, node, line in entries)
    problems.raise_if_any()
    return pages


def problems(pages: tuple[Wanted, ...], catalog: Catalog, lectures: Lectures) -> Iterator[Problem]:
    """Entries of the list whose page exists, or whose lectures or times do not. Its form is checked by load()."""
    path = catalog.paths.wanted
    for wanted in pages:
        if wanted.page in catalog.pages:
            what = f"{wanted.name} is wanted, and docs/{wanted.page} exists"
            yield Problem(what, path, wanted.line, (), "remove it from the list")
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
    """Remove the entry of a page from the list, and leave the rest as written. -> the entry; None for none."""
    entry = next((wanted for wanted in load(path) if wanted.page == page), None)
    if entry is not None:
        lines = path.read_text(encoding="utf-8").split("\n")
        end = entry.line
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
            end += 1
        path.write_text("\n".join(lines[: entry.line - 1] + lines[end:]), encoding="utf-8")
    return entry


def _wanted(name: str, node: yaml.Node, line: int, path: Path, problems: Problems) -> Wanted:
    more: dict[str, str] = {}
    lectures: tuple[str, ...] = ()
    for key, value, at in pairs(node, path, problems, name, KEYS):
        text = written(value)
        if key == "lectures" and isinstance(text, list) and all(isinstance(entry, str) and entry for entry in text):
            lectures = tuple(text)
        elif key == "lectures":
            problems.add(f"lectures of {name} is not a list of lectures", path, at,
                         fix='write lectures: ["dl2022/8@1:08:22"]')  # fmt: skip
        elif not isinstance(text, str):
            problems.add(f"{key} of {name} is not a text", path, at)
        else:
            more[key] = " ".join(text.split())
    for key in ("title", "what"):
        if not more.get(key):
            problems.add(f"{name} has no {key}", path, line, fix=f"{key}: …")
    kind = more.get("kind", "concept")
    for key, word, known in (("kind", kind, tuple(FOLDERS)), ("size", more.get("size", ""), SIZES)):
        if word not in known:
            what = f"{key} of {name}: {word} is not one of: {', '.join(known)}" if word else f"{name} has no {key}"
            problems.add(what, path, line, fix=f"write {key}: {nearest(word, known) or known[0]}")
    if kind in NAMES and not NAMES[kind][0].fullmatch(name):
        problems.add(f"{name!r} is not a name of a {kind}", path, line, fix=f"use {NAMES[kind][1]}")
    kind = kind if kind in FOLDERS else "concept"
    return Wanted(name, more.get("title", name), more.get("what", ""), more.get("size", ""), kind, lectures, line)
