"""Runs the cells of one page, in a process of their own."""

from __future__ import annotations

import ast
import contextlib
import io
import random
import re
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coursenotes.display import Part, Shower, text_part
from coursenotes.draw import LIMIT
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.layout import Layout

SEED = 0


def run(layout: Layout, args: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> list[list[Part]]:
    """Run args["cells"] in order in one namespace. -> the parts of each."""
    _prepare(args["torch"])
    if str(layout.root) not in sys.path:
        sys.path.insert(0, str(layout.root))
    page = types.ModuleType("__main__")  # classes and data classes look their module up by this name
    shower = Shower(f"cn-{re.sub(r'[^A-Za-z0-9]+', '-', args['page'])}")
    replaced, sys.modules["__main__"] = sys.modules["__main__"], page
    try:
        return [_Run(layout, args, number, page.__dict__, shower).parts() for number in _told(args["cells"], report)]
    finally:
        sys.modules["__main__"] = replaced


def _told(cells: list[Any], report: Callable[[dict[str, Any]], None]) -> Any:
    for number in range(len(cells)):
        report({"epoch": number, "epochs": len(cells)})
        yield number


def _prepare(torch_is_used: bool) -> None:
    """The house style, a backend that needs no display, and the same random numbers in every build."""
    import matplotlib as mpl
    import numpy as np

    from coursenotes import palette  # noqa: F401 - importing it sets the style

    mpl.use("agg")
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
    random.seed(SEED)
    np.random.seed(SEED)
    if torch_is_used:
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(SEED)


class _Run:
    """One cell."""

    def __init__(self, layout: Layout, args: dict[str, Any], number: int, names: dict[str, Any], shower: Shower):
        self.layout, self.number, self.names, self.shower = layout, number, names, shower
        self.path, self.cell = args["path"], args["cells"][number]
        self.alt = self.cell.get("alt", "")
        self.found: list[Part] = []
        self.printed = io.StringIO()

    def parts(self) -> list[Part]:
        """Run it. Raises CoursenotesError at the line that fails."""
        self.names["display"] = self.display
        wanted = self.cell.get("raises")
        try:
            with contextlib.redirect_stdout(self.printed):
                self.execute()
        except (Exception, SystemExit) as error:
            if wanted not in [kind.__name__ for kind in type(error).__mro__]:
                raise CoursenotesError(self.problem(error)) from error
            self.flush()
            said = "".join(traceback.format_exception_only(error)) if not isinstance(error, SyntaxError) else str(error)
            self.found.append({"kind": "error", "data": said.strip()})
        else:
            if wanted:
                what = f"cell {self.number + 1} was to raise {wanted}, and did not"
                fix = f"take raises={wanted} away, or make it fail"
                raise CoursenotesError(Problem(what, self.path, self.cell["line"], fix=fix))
        self.check_sizes()
        return self.found

    def execute(self) -> None:
        code = self.cell["source"]
        tree = ast.parse(code, filename=self.path)
        ast.increment_lineno(tree, self.cell["line"] - 1)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, self.path, "exec", dont_inherit=True), self.names)
        value = None
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), self.path, "eval", dont_inherit=True), self.names)
            self.names["_"] = value
        if code.rstrip().endswith(";"):
            value = None
        self.flush()
        self.found += self.shower.value(value, self.alt) + self.shower.figures(self.alt, value)

    def display(self, *values: Any) -> None:
        """Show values at this place, among what is printed."""
        self.flush()
        for value in values:
            self.found += self.shower.value(value, self.alt)

    def flush(self) -> None:
        """What was printed so far becomes a part."""
        text = self.printed.getvalue()
        if text.strip():
            self.found.append(text_part(text.rstrip("\n")))
        self.printed.seek(0)
        self.printed.truncate()

    def problem(self, error: BaseException) -> Problem:
        """A failure, at the page's line that was being run."""
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(self.path)]
        line = lines[-1] if lines else self.cell["line"]
        if isinstance(error, SyntaxError) and error.filename == str(self.path):
            line = self.cell["line"] + (error.lineno or 1) - 1
        kind = type(error).__name__
        details = [self.cell["source"].split("\n")[line - self.cell["line"]].strip()]
        inner = frames[-1] if frames else None
        if inner is not None and inner.filename != str(self.path) and "coursenotes" not in Path(inner.filename).parts:
            details.append(f"raised in {inner.filename}:{inner.lineno}")
        what = f"cell {self.number + 1}: {kind}: {error.msg if isinstance(error, SyntaxError) else error}"
        return Problem(
            what, self.path, line, tuple(details), f"mend it, or announce it: {{.python .run raises={kind}}}"
        )

    def check_sizes(self) -> None:
        """Drawings are held to the same size as figures."""
        for part in self.found:
            if part["kind"] in ("svg", "html") and len(part["data"].encode()) > LIMIT:
                size = len(part["data"].encode()) / 1000
                what = f"cell {self.number + 1} shows {size:.0f} KB of {part['kind']}, over {LIMIT // 1000} KB"
                fix = "show less of it, or draw its points as pixels: ax.scatter(..., rasterized=True)"
                raise CoursenotesError(Problem(what, self.path, self.cell["line"], fix=fix))
