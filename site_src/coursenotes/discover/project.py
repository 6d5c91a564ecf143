"""Finds experiments, figures, claims, pages and the references between them: by parsing, never by importing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from coursenotes.api import SCALES, Scale
from coursenotes.discover import declarations, notebooks, transcripts, yaml_text
from coursenotes.discover.catalog import Catalog, ClaimInfo, ExperimentInfo, FigureInfo, PageInfo, context
from coursenotes.discover.files import listing
from coursenotes.discover.python.reach import Code
from coursenotes.discover.python.records import Argument, FileSummary, Function
from coursenotes.discover.text import references
from coursenotes.discover.text.prose import FRONT_MATTER
from coursenotes.errors import CoursenotesError, Problems, nearest, unknown
from coursenotes.paths import Paths

__all__ = ["Catalog", "ClaimInfo", "ExperimentInfo", "FigureInfo", "PageInfo", "discover", "read_front_matter"]


def discover(paths: Paths, kept: dict[str, FileSummary] | None = None) -> Catalog:
    """Read the snippets, the claims and the pages -> the catalog. Raises CoursenotesError with every problem.

    kept: summaries of Python files by key, to which new ones are added. Files that must not be in the project are
    reported first, and alone: none is opened then. Where only pages have problems, these are in catalog.problems, to
    be reported together with wrong names.
    """
    files = listing.look(paths)  # before anything is opened
    catalog = Catalog(paths, Code(paths, kept), files=files)
    problems = Problems()
    topics = paths.topics()
    declarations.read(catalog, topics, problems)
    for path in sorted(paths.claims.glob("test_*.py")):
        try:
            _claims(catalog, path, topics, problems)
        except CoursenotesError as error:
            problems.extend(error)
    of_pages = Problems()
    for path in files.below(paths.docs, ".md"):
        _page(catalog, path, of_pages)
    for path in files.below(paths.docs, ".ipynb"):
        _notebook(catalog, path, of_pages)
    if problems:
        problems.extend(of_pages.all)
        problems.raise_if_any()
    catalog.problems = of_pages.all
    return catalog


# ---------------------------------------------------------------- claims
def _claims(catalog: Catalog, path: Path, topics: list[str], problems: Problems) -> None:
    topic = path.stem.removeprefix("test_")
    if topic not in topics:
        close = nearest(topic, topics)
        what = f"claims of {topic!r}, but there is no {catalog.paths.snippets.name}/{topic}.py"
        problems.add(what, path, 1, fix=f"rename it to test_{close}.py" if close else None)
        return
    if topic not in catalog.symbols:
        return  # its snippet cannot be read, which is reported already
    summary = catalog.code.module(catalog.paths.module(path))
    assert summary is not None
    lines = path.read_text(encoding="utf-8").splitlines()
    for function in summary.functions:
        if function.name.startswith("test_"):
            statement = summary.binding(function.name)[0]
            source = "\n".join(lines[statement.line - 1 : statement.end])
            _claim(catalog, topic, path, function, source, problems)


def _claim(catalog: Catalog, topic: str, path: Path, function: Function, source: str, problems: Problems) -> None:
    name = function.name.removeprefix("test_")
    experiments = {e.name: e.scales for e in catalog.experiments.values() if e.topic == topic}
    scales: tuple[Scale, ...] = ()
    refuted, falsifiers = False, 0
    controls: list[str] = []
    for decorator in function.decorators:
        kind = decorator.name.rpartition(".")[2]
        if kind == "at":
            scales = tuple(argument.value for argument in decorator.args if argument.value in SCALES)
            if not scales:
                problems.add("@at names no scale", path, decorator.line, fix='@at("sample") or @at("full")')
        elif kind == "refuted":
            refuted = True
        elif kind == "falsified_by":
            falsifiers += 1
            control = decorator.kwargs.get("control", Argument())
            if control.name:
                fix = "write the experiment's name, or the settings, out"
                problems.add("control= of @falsified_by is computed", path, decorator.line, fix=fix)
            if isinstance(control.value, str):
                controls.append(control.value)
                if control.value not in experiments:
                    at = (path, decorator.line, 'control="{}"')
                    problems.extend([unknown(f"experiment of {topic}", control.value, experiments, *at)])
    if not function.doc:
        problems.add(f"the claim {name} has no docstring, which says what is compared", path, function.line)
    reads = [p for p in function.params if p in experiments]
    functions = tuple(p for p in function.params if p not in experiments and p in catalog.symbols[topic])
    if not scales:
        able = [experiments[e] for e in (*reads, *controls) if e in experiments]
        scales = tuple(s for s in SCALES if all(s in each for each in able)) if reads else ("sample",)
    catalog.claims[f"{topic}.{name}"] = ClaimInfo(
        topic, name, path, function.line, " ".join(function.doc.split()), tuple(function.params),
        tuple(f"{topic}.{each}" for each in reads), tuple(f"{topic}.{each}" for each in controls), functions,
        scales, refuted, falsifiers, source,
    )  # fmt: skip


# ---------------------------------------------------------------- pages
def read_front_matter(text: str) -> tuple[dict[str, Any], int]:
    """(front matter, how many lines it takes) of a page's text. Raises yaml.YAMLError."""
    head = FRONT_MATTER.match(text)
    return (yaml.safe_load(head["yaml"]) or {}, head[0].count("\n")) if head else ({}, 0)


def _page(catalog: Catalog, path: Path, problems: Problems) -> None:
    name = path.relative_to(catalog.paths.docs).as_posix()
    try:
        text = listing.read_text(path)
        meta, _ = read_front_matter(text)
    except UnicodeDecodeError as error:
        problems.add(f"not UTF-8: {error}", path, fix="save it as UTF-8")
        return
    except OSError as error:
        problems.add(f"cannot be read: {error.strerror}", path, fix="build again, or remove it")
        return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark and mark.line + 2
        what = f"front matter is not YAML: {getattr(error, 'problem', error)}"
        problems.add(what, path, line, fix=yaml_text.unread(text, line))
        return
    except ValueError as error:  # 2026-02-30 looks like a date, but is not one
        problems.add(f"front matter has a date that does not exist: {error}", path, 1, fix="write it as 2027-06-01")
        return
    if not isinstance(meta, dict):
        problems.add("front matter is not a mapping", path, 1, fix="write name: value lines between the --- lines")
        return
    if transcripts.hidden(meta):
        text = transcripts.public(text)  # from here on the text of the lecture is gone
    links, wrong = references.scan(text, path, context(name, meta))
    problems.extend(wrong)
    catalog.pages[name] = PageInfo(path, name, text, meta, tuple(links))


def _notebook(catalog: Catalog, path: Path, problems: Problems) -> None:
    name = path.relative_to(catalog.paths.docs).as_posix()
    misplaced = notebooks.misplaced(path, name)
    if misplaced:
        problems.extend([misplaced])
        return
    try:
        catalog.pages[name], wrong = notebooks.page(path, name)
    except CoursenotesError as error:
        problems.extend(error)
        return
    problems.extend(wrong)
