"""The runnable cells of a page: run in order in one process; and the look-up of their outputs.

```{.python .run} is a cell. Its options: raises=ValueError (it must, and the error is shown), hide=source, alt="the
alternative text of its figure". A page's cells are run again when their text, the project's code that they reach, or a
library that they import changes. Comments, docstrings and lines count, since cells may show them; the prose around the
cells does not.
"""

from __future__ import annotations

import ast
import contextlib
import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursenotes.cache import keys
from coursenotes.cache.memo import Memo
from coursenotes.discover.project import PageInfo
from coursenotes.discover.python import refusals
from coursenotes.discover.python.covered import covered
from coursenotes.discover.python.reach import Closure
from coursenotes.discover.python.statements import summarize
from coursenotes.discover.text import cells as cell_fences
from coursenotes.discover.text.cells import Cell, check, scan
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Plan
from coursenotes.paths import Paths
from coursenotes.workers import Outcome, Task, slices
from coursenotes.workers.file_guard import FileWatch

__all__ = ["Cell", "CellOutput", "check", "keep", "key", "notes", "outputs", "run", "scan", "tasks"]


@dataclass(frozen=True)
class CellOutput:
    """The output of a cell: parts {"kind": ..., "data": ...}, in order.

    Kinds are text and error (plain), colored and html (HTML), svg (a drawing), note (what is not shown, and why).
    """

    source: str
    parts: list[dict[str, str]]


# ---------------------------------------------------------------- tasks and outputs
def key(plan: Plan, page: str | PageInfo) -> str:
    """The key of the outputs of a page's cells.

    The code that they reach counts as written, with its lines and docstrings, since cells may show them.
    """
    info = _page(plan, page)
    closure, text = _reached(plan, info)
    sources = [[cell.source, cell.attrs.get("raises", ""), cell.attrs.get("alt", "")] for cell in scan(info.text)]
    return keys.cells(info.name, sources, closure, text)


def refused(plan: Plan, page: str | PageInfo) -> list[Problem]:
    """The problems of a page's cells whose code cannot be followed."""
    return _reached(plan, _page(plan, page))[0].problems(refusals.CLOCK)


def tasks(plan: Plan, pages: Iterable[str | PageInfo]) -> list[Task]:
    """One task for each page whose cells were not run as they are now. Raises CoursenotesError on bad fences."""
    missing, problems = [], []
    for page in pages:
        info = _page(plan, page)
        if mistakes := check(info.text, info.path):
            problems += mistakes
            continue
        cells = scan(info.text)
        if not cells or outputs(plan, info) is not None:
            continue
        closure = _reached(plan, info)[0]
        torch = "torch" in keys.libraries([closure])
        args = {
            "root": str(plan.paths.root),
            "key": key(plan, info),
            "page": info.name,
            "path": str(info.path),
            "places": {cell_fences.name(n): [str(info.path), cell.line] for n, cell in enumerate(cells)},
            "torch": torch,
            "slices": covered(plan.catalog.code, [closure]),
            "cells": [{"line": cell.line, "source": cell.source, **dict(cell.attrs)} for cell in cells],
        }
        call = "coursenotes.figures.cells.lookup:run"
        missing.append(Task(f"cells of {info.name}", call, args, seconds=300, cost=2.0, needs_torch=torch))
    if problems:
        raise CoursenotesError(*problems)
    return missing


def keep(plan: Plan, outcome: Outcome) -> list[Problem]:
    """Store the outputs of a task's cells, for outputs(). -> its problems."""
    if outcome.problem is not None or outcome.folder is None:
        return [outcome.problem or Problem(f"{outcome.task.id} gave no result")]
    shown = (outcome.folder / "cells.json").read_text(encoding="utf-8")
    Memo(plan.paths, "cells").put(outcome.task.args["key"], shown)
    return []


def notes(outcome: Outcome) -> list[str]:
    """The outputs that the page of a successful task does not show: a line for each, with its place."""
    return list(outcome.value.get("notes", ())) if outcome.ok and isinstance(outcome.value, dict) else []


def outputs(plan: Plan, page: str | PageInfo) -> list[CellOutput] | None:
    """The output of each cell of a page, in the order of scan(); None where they were not run as they are now."""
    info = _page(plan, page)
    cells = scan(info.text)
    if not cells:
        return []
    try:
        kept = json.loads(Memo(plan.paths, "cells").get(key(plan, info)) or "")
    except (OSError, ValueError):
        return None
    return [CellOutput(cell.source, parts) for cell, parts in zip(cells, kept, strict=True)]


def _page(plan: Plan, page: str | PageInfo) -> PageInfo:
    return plan.catalog.pages[page] if isinstance(page, str) else page


def _reached(plan: Plan, info: PageInfo) -> tuple[Closure, str]:
    """The code that the cells of a page reach, as if they were one file of the project."""
    lines: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are shown when the cell is run
        for cell in scan(info.text):
            with contextlib.suppress(SyntaxError, ValueError):  # of a cell that declares it: none of it is run
                ast.parse(cell.source)
                lines += [""] * (cell.line - 1 - len(lines)) + cell.source.split("\n")
        summary = summarize("\n".join(lines), info.path, _module(info))
    summary.page = info.path
    return plan.catalog.code.closure_of(summary)


def _module(info: PageInfo) -> str:
    """The module name under which a page's cells enter keys; not one that Python could import."""
    return "cells:" + info.name.replace(".", ":")


# ---------------------------------------------------------------- in the worker
def run(args: dict[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Run a page's cells and write their outputs to folder/cells.json. -> {"cells": how many, "notes": [...]}.

    Raises CoursenotesError at the page's line where a cell fails without raises=, or does not fail with it.
    """
    from coursenotes.figures.cells import runner

    paths = Paths(Path(args["root"]))
    slices.install(paths, args["slices"], docstrings=True)
    with FileWatch(paths.root, [folder, Path.cwd(), paths.libraries_state], names=args["places"]):
        kept = runner.run(paths, args, report)
    (folder / "cells.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return {"cells": len(kept), "notes": runner.notes(args["cells"], kept, args["path"])}
