"""Runs the cells of one page, in their own process."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from coursenotes.errors import CoursenotesError, Problem
from coursenotes.figures.cells import protocol
from coursenotes.figures.cells.code import Compiled, Failure
from coursenotes.figures.cells.display import TEXT_LIMIT, OutputFormatter, Part, open_figures
from coursenotes.figures.cells.outputs import Outputs
from coursenotes.figures.cells.places import Places
from coursenotes.figures.cells.printed import Printed, TooMuch, environment
from coursenotes.figures.draw import LIMIT
from coursenotes.paths import Paths
from coursenotes.workers.entropy import seed_generators

SEED = 0
WHOLE = 5 * LIMIT  # bytes of all outputs of one cell
SIZES = {"svg": "draw its points as pixels: ax.scatter(..., rasterized=True)", "html": "a smaller picture, fewer rows"}


def run(paths: Paths, args: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> list[list[Part]]:
    """Run args["cells"] in order in one namespace. -> the parts of each.

    Raises CoursenotesError at the page's line where a cell fails, or shows more than a page can hold.
    """
    page = types.ModuleType("__main__")  # classes and data classes look up their module by this name
    places = Places(paths.root)
    with _prepared(paths, args, page), Printed() as printed, warnings.catch_warnings():
        outputs = Outputs(OutputFormatter(f"cn-{re.sub(r'[^A-Za-z0-9]+', '-', args['page'])}"), printed, places)
        warnings.showwarning = _Warnings(places)
        page.__dict__["display"] = outputs.display
        groups = []
        with protocol.redirected_to(outputs), asyncio.Runner() as loop:
            for number in range(len(args["cells"])):
                report({"epoch": number, "epochs": len(args["cells"])})
                groups.append(_cell(args, number, page.__dict__, outputs, loop))
        return [Outputs.parts(each) for each in groups]


@contextlib.contextmanager
def _prepared(paths: Paths, args: dict[str, Any], page: types.ModuleType) -> Iterator[None]:
    """Set the house style, a backend without a display, fixed seeds and a fixed terminal."""
    import matplotlib as mpl

    from coursenotes.figures import palette  # noqa: F401 - importing it sets the style

    if str(paths.root) not in sys.path:
        sys.path.insert(0, str(paths.root))
    if args["torch"]:
        import torch

        torch.set_num_threads(1)
    seed_generators(SEED)
    before = mpl.get_backend(auto_select=False) or "agg"
    mpl.use("module://coursenotes.figures.cells.backend")
    replaced, sys.modules["__main__"] = sys.modules["__main__"], page
    try:
        with environment():
            yield
    finally:
        sys.modules["__main__"] = replaced
        open_figures()
        mpl.use(before)


def _cell(args: dict[str, Any], number: int, names: dict[str, Any], outputs: Outputs, loop: asyncio.Runner) -> Any:
    """Run one cell. -> the groups of its outputs. Raises CoursenotesError at the failing line."""
    cell = args["cells"][number]
    failure = Failure(args["path"], args["cells"], number)
    wanted = cell.get("raises")
    groups = outputs.begin(cell.get("alt", ""))
    try:
        Compiled(cell["source"], number).run(names, loop, outputs.last)
        outputs.end()
    except BaseException as error:
        if isinstance(error, TooMuch):
            fix = "show less: print every hundredth line, or the last one"
            raise CoursenotesError(failure.problem(error, f"cell {number + 1}: {error}", fix)) from error
        if wanted not in [kind.__name__ for kind in type(error).__mro__]:
            if isinstance(error, KeyboardInterrupt):
                raise
            raise CoursenotesError(failure.problem(error)) from error
        outputs.failed(error)
    else:
        if wanted:
            what = f"cell {number + 1} should raise {wanted}, and did not"
            fix = f"remove raises={wanted}, or make it fail"
            raise CoursenotesError(Problem(what, args["path"], cell["line"], fix=fix))
    _check_sizes(Outputs.parts(groups), args["path"], cell["line"], number)
    return groups


def _check_sizes(parts: list[Part], path: str, line: int, number: int) -> None:
    """Raise CoursenotesError where the text or the drawings of a cell are too large for a page."""
    cell = f"cell {number + 1}"
    letters = sum(len(part["data"]) for part in parts if part["kind"] in ("text", "colored", "error"))
    if letters > TEXT_LIMIT:
        what = f"{cell} shows {letters:,} characters of text, over {TEXT_LIMIT:,}"
        fix = "show less of it: the first rows, or every hundredth line"
        raise CoursenotesError(Problem(what, path, line, fix=fix))
    sizes = [(part["kind"], len(part["data"].encode())) for part in parts if part["kind"] in SIZES]
    for kind, size in sizes:
        if size > LIMIT:
            what = f"{cell} shows {size / 1000:.0f} KB of {kind}, over {LIMIT // 1000} KB"
            raise CoursenotesError(Problem(what, path, line, fix=f"show less of it, or {SIZES[kind]}"))
    if (whole := sum(size for _, size in sizes)) > WHOLE:
        what = f"{cell} shows {whole / 1000:.0f} KB in all, over {WHOLE // 1000} KB"
        raise CoursenotesError(Problem(what, path, line, fix="show fewer of them, or split the cell"))


class _Warnings:
    """Shows each warning once on a page, without a path of this machine."""

    def __init__(self, places: Places):
        self.places = places
        self.seen: set[tuple[str, str]] = set()

    def __call__(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None,
        line: str | None = None,
    ) -> None:  # fmt: skip
        warning = (category.__name__, str(message))
        if warning not in self.seen:
            self.seen.add(warning)
            print(f"{warning[0]}: {self.places.shorten(warning[1])}", file=file or sys.stderr)


def notes(cells: list[dict[str, Any]], kept: list[list[Part]], path: Path | str) -> list[str]:
    """The outputs of a page's cells that it does not show, a line for each, with its place."""
    return [
        str(Problem(f"cell {number + 1}: {part['data'][0].lower()}{part['data'][1:]}", path, cell["line"]))
        for number, (cell, parts) in enumerate(zip(cells, kept, strict=True))
        for part in parts
        if part["kind"] == "note"
    ]
