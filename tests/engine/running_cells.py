"""A small project with one page, whose cells are run here."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from types import SimpleNamespace

from coursenotes.discover.project import discover
from coursenotes.experiments.plan import Plan
from coursenotes.figures.cells import lookup
from coursenotes.paths import Paths
from tests.engine.own_imports import own_imports

SNIPPET = '''
"""Sums."""
def total(values):
    """The sum."""
    return sum(values)
def other():
    return 1
'''
Part = dict[str, str]


def project(root: Path, page: str) -> Paths:
    """A project with a snippet and one page, docs/page.md."""
    for folder in ("snippets", "docs", "tests/claims", "results"):
        (root / folder).mkdir(parents=True)
    (root / "mkdocs.yml").write_text("site_name: t\n")
    (root / "snippets" / "__init__.py").write_text("")
    (root / "snippets" / "sums.py").write_text(SNIPPET)
    (root / "docs" / "page.md").write_text(page, encoding="utf-8")
    return Paths(root)


def plan(paths: Paths) -> Plan:
    """The plan of a project."""
    return Plan(discover(paths))


def page_of(*sources: str) -> str:
    """A page with these cells. Attributes are in a first line #: ..."""
    fences = []
    for source in sources:
        attrs, code = source.split("\n", 1) if source.startswith("#:") else ("", source)
        fences.append(f"```{{.python .run {attrs[2:].strip()}}}\n{code}\n```\n")
    return "\n".join(["# Title", *fences])


def run(tmp_path: Path, page: str) -> tuple[Plan, list[list[Part]], list[str]]:
    """(the project, the parts of each cell, what the build says of them) of a page whose cells are run here."""
    site = plan(project(tmp_path / "project", page))
    [task] = lookup.tasks(site, ["page.md"])
    with _as_in_a_fresh_process():
        value = lookup.run(task.args, tmp_path, lambda event: None)
    outcome = SimpleNamespace(task=task, problem=None, folder=tmp_path, ok=True, value=value)
    assert lookup.keep(site, outcome) == []
    found = lookup.outputs(site, "page.md")
    assert found is not None
    return site, [output.parts for output in found], lookup.notes(outcome)


@contextlib.contextmanager
def _as_in_a_fresh_process():
    """No event loop runs, though a browser's may in this one, and imports are its own."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        with own_imports():
            yield
    finally:
        asyncio._set_running_loop(running)


def ran(tmp_path: Path, *sources: str) -> list[list[Part]]:
    """The parts of each cell of a page with these cells."""
    return run(tmp_path, page_of(*sources))[1]


def texts(parts: list[Part]) -> list[str]:
    """The texts of the parts."""
    return [part["data"] for part in parts]
