"""The runnable fences of a page: finding them, running them in order in one process, and looking their output up.

```{.python .run} is a cell. After it, where wanted: raises=ValueError (it must, and the error is shown), hide=source,
alt="what its figure shows". A page's cells are run again when their code, the project's code that they import, or a
library that they import changes; not when the prose around them, their comments or their formatting do.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursenotes import draw, fingerprint, source
from coursenotes.discover import PageInfo
from coursenotes.errors import CoursenotesError, Problem, nearest
from coursenotes.layout import Layout
from coursenotes.plan import Library
from coursenotes.store import write_atomic
from coursenotes.workers import Outcome, Task

CELLS_ENGINE = 1  # raised when running or showing changes what a cell gives
KNOWN = ("raises", "hide", "alt", "title", "linenums", "linenums_style", "hl_lines")
HIDDEN = ("source",)
_OPENING = re.compile(r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_ATTRIBUTE = re.compile(r"""([\w-]+)=("[^"]*"|'[^']*'|[^\s"']+)""")


@dataclass(frozen=True)
class Cell:
    """One runnable fence: the line of its first line of code in the page, its code, and what stands in its braces."""

    line: int
    source: str
    attrs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CellOutput:
    """What a cell gave: parts {"kind": "text" | "html" | "svg" | "error", "data": ...}, in order."""

    source: str
    parts: list[dict[str, str]]


def scan(text: str) -> list[Cell]:
    """The runnable fences of a page, in order; a fence inside a longer fence is text."""
    return [cell for _, _, cell in _fences(text) if cell is not None]


def check(text: str, path: Path) -> list[Problem]:
    """What is wrong with the fences: a cell that would silently never run, an attribute that means nothing."""
    problems = []
    for line, info, cell in _fences(text):
        words = re.findall(r"\.?[\w-]+(?==)?", info)
        if cell is None:
            if "run" in words or ".run" in words:
                problems.append(
                    Problem(f"this fence is not run: {info.strip()}", path, line, fix="write {.python .run} after it")
                )
            continue
        for name, value in cell.attrs.items():
            close = nearest(name, KNOWN)
            if name not in KNOWN:
                fix = f"write {close}=" if close else f"a cell takes {', '.join(KNOWN)}"
                problems.append(Problem(f"a cell has no attribute {name}", path, line, fix=fix))
            elif name == "hide" and value not in HIDDEN:
                problems.append(Problem(f"hide={value} means nothing", path, line, fix="write hide=source"))
            elif name == "raises" and not value.isidentifier():
                problems.append(Problem(f"raises={value} is no exception's name", path, line, fix="raises=ValueError"))
        if "raises" not in cell.attrs:
            problems += _not_python(cell, path)
    for line in _unclosed(text):
        problems.append(Problem("the fence of a cell is not closed", path, line, fix="end it with a line of ```"))
    return problems


def _not_python(cell: Cell, path: Path) -> list[Problem]:
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        what = f"{type(error).__name__}: {error.msg}"
        fix = f"mend it, or announce it: {{.python .run raises={type(error).__name__}}}"
        details = (error.text.strip(),) if error.text and error.text.strip() else ()
        return [Problem(what, path, cell.line + (error.lineno or 1) - 1, details, fix)]
    return []


def _unclosed(text: str) -> list[int]:
    """The lines of cells' openings after which no fence is closed any more."""
    lines = text.split("\n")
    taken = {n for first, last, _ in _blocks(lines) for n in range(first, last + 1)}
    return [
        n + 1 for n, line in enumerate(lines)
        if n not in taken and (opening := _OPENING.match(line)) and _cell(opening["info"], 0, "") is not None
    ]  # fmt: skip


def _fences(text: str) -> Iterable[tuple[int, str, Cell | None]]:
    """(line, what follows the mark, the cell if it is one) of each closed fence."""
    lines = text.split("\n")
    for number, last, opening in _blocks(lines):
        body = [line.removeprefix(opening["indent"]) for line in lines[number + 1 : last]]
        yield number + 1, opening["info"], _cell(opening["info"], number + 2, textwrap.dedent("\n".join(body)))


def _blocks(lines: list[str]) -> Iterable[tuple[int, int, re.Match[str]]]:
    """(first line, last line, the opening) of each closed fence, lines counted from 0."""
    number = 0
    while number < len(lines):
        opening = _OPENING.match(lines[number])
        mark = opening["fence"] if opening else "```"
        closing = re.compile(rf"^[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
        last = next((n for n in range(number + 1, len(lines)) if closing.match(lines[n])), None) if opening else None
        if opening and last is not None:
            yield number, last, opening
            number = last
        number += 1


def _cell(info: str, line: int, code: str) -> Cell | None:
    braces = re.fullmatch(r"\s*\{(.*)\}\s*", info)
    if not braces:
        return None
    words = _ATTRIBUTE.sub(" ", braces[1]).split()
    if ".run" not in words or not {".python", ".py"} & set(words):
        return None
    return Cell(line, code, {name: value.strip("\"'") for name, value in _ATTRIBUTE.findall(braces[1])})


# ---------------------------------------------------------------- what has to be run, and what was
def key(library: Library, page: str | PageInfo) -> str:
    """What the outputs of a page's cells depend on, as one digest."""
    info = _page(library, page)
    cells = scan(info.text)
    names, libraries = _imported(library, cells)
    return fingerprint.hash_json(
        {
            "engine": CELLS_ENGINE,
            "style": draw.style_key(),
            "page": info.name,  # its name is in the ids of its drawings
            "cells": [[_code(cell), cell.attrs.get("raises", ""), cell.attrs.get("alt", "")] for cell in cells],
            "code": [[f"{module}.{name}", library.code_key(module, name)] for module, name in sorted(names)],
            "libraries": libraries,
        }
    )


def tasks(library: Library, pages: Iterable[str | PageInfo]) -> list[Task]:
    """One task for each page whose cells were not run as they are now. Raises CoursenotesError on bad fences."""
    found, problems = [], []
    for page in pages:
        info = _page(library, page)
        problems += check(info.text, info.path)
        cells = scan(info.text)
        if not cells or outputs(library, info) is not None:
            continue
        args = {
            "root": str(library.layout.root),
            "key": key(library, info),
            "page": info.name,
            "path": str(info.path),
            "torch": "torch" in _imported(library, cells)[1],
            "cells": [{"line": cell.line, "source": cell.source, **dict(cell.attrs)} for cell in cells],
        }
        found.append(Task(f"cells of {info.name}", "coursenotes.cells:run", args, seconds=300, cost=2.0))
    if problems:
        raise CoursenotesError(*problems)
    return found


def keep(library: Library, outcome: Outcome) -> list[Problem]:
    """Keep what a page's cells gave, for outputs() to find; or say what went wrong."""
    if outcome.problem is not None or outcome.folder is None:
        return [outcome.problem or Problem(f"{outcome.task.id} gave nothing")]
    target = library.memo("cells", outcome.task.args["key"]) / "cells.json"
    write_atomic(target, (outcome.folder / "cells.json").read_bytes())
    return []


def outputs(library: Library, page: str | PageInfo) -> list[CellOutput] | None:
    """What each cell of a page gave, in the order of scan(); None where they were not run as they are now."""
    info = _page(library, page)
    cells = scan(info.text)
    if not cells:
        return []
    try:
        kept = json.loads((library.memo("cells", key(library, info)) / "cells.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return [CellOutput(cell.source, parts) for cell, parts in zip(cells, kept, strict=True)]


def _page(library: Library, page: str | PageInfo) -> PageInfo:
    return library.site.pages[page] if isinstance(page, str) else page


def _code(cell: Cell) -> str:
    """The cell's code without comments and formatting, with what it shows; as it stands if it is not Python."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return cell.source
    last = tree.body[-1] if tree.body else None
    shown = source.canonical(last.value) if isinstance(last, ast.Expr) else ""
    return f"{source.canonical(tree)} {shown} {';' if cell.source.rstrip().endswith(';') else ''}"


def _imported(library: Library, cells: Iterable[Cell]) -> tuple[set[tuple[str, str]], dict[str, str]]:
    """What the cells import: ((module, name) of the project, {library: version})."""
    names: set[tuple[str, str]] = set()
    outside: set[str] = set()
    for cell in cells:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                wanted = [(alias.name, "") for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                wanted = [(node.module or "", alias.name) for alias in node.names]
            else:
                continue
            for module, name in wanted:
                reached = _reached(library, module, name)
                names |= reached
                if not reached:
                    outside.add(module.split(".")[0])
    closures = [library.site.code.closure(module, name) for module, name in names]
    return names, fingerprint.libraries([*closures, fingerprint.Closure(libraries=outside)])


def _reached(library: Library, module: str, name: str) -> set[tuple[str, str]]:
    """The project's (module, name) behind an import; every name of a module that is imported as a whole."""
    code = library.site.code
    if name and name != "*" and library.layout.module_path(f"{module}.{name}") is not None:
        module, name = f"{module}.{name}", ""
    summary = code.module(module) if library.layout.module_path(module) is not None else None
    if summary is None:
        return set()
    if name and name != "*":
        kind, home, target = code.resolve(module, name)
        return {(home, target)} if kind == "symbol" and code.module(home) is not None else set()
    return {(module, name) for statement in summary["statements"] for name in statement["names"]}


# ---------------------------------------------------------------- in the worker
def run(args: dict[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Run a page's cells and write what they gave to folder/cells.json -> {"cells": how many}.

    Raises CoursenotesError at the page's line where a cell fails that did not announce it, or announced it in vain.
    """
    from coursenotes import cell_runner

    kept = cell_runner.run(Layout(Path(args["root"])), args, report)
    (folder / "cells.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return {"cells": len(kept)}
