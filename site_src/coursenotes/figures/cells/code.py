"""The code of one cell: compiled with its own line numbers, run, and an error traced to its line on the page."""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coursenotes.discover.text.cells import FLAGS, name
from coursenotes.errors import Problem


class Compiled:
    """A cell's code, which is compiled when it runs. Its lines count from 1."""

    def __init__(self, code: str, number: int):
        self.code, self.name = code, name(number)

    def run(self, names: dict[str, Any], loop: asyncio.Runner, show: Callable[[Any], None]) -> None:
        """Run it in a namespace; call show with the value of its last line. Raises whatever the code raises."""
        lines = [f"{line}\n" for line in self.code.split("\n")]
        linecache.cache[self.name] = (len(self.code), None, lines, self.name)  # for tracebacks and inspect.getsource
        tree = compile(self.code, self.name, "exec", flags=FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        compile(self.code, self.name, "exec", flags=FLAGS, dont_inherit=True)  # an error in the last line comes first
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        value = None
        self._execute(compile(tree, self.name, "exec", flags=FLAGS, dont_inherit=True), names, loop)
        if isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            value = self._execute(compile(expression, self.name, "eval", flags=FLAGS, dont_inherit=True), names, loop)
        if value is not None:
            names["_"] = value
        show(None if self.code.rstrip().endswith(";") else value)

    @staticmethod
    def _execute(code: Any, names: dict[str, Any], loop: asyncio.Runner) -> Any:
        result = eval(code, names)
        return loop.run(result) if code.co_flags & inspect.CO_COROUTINE else result


class Failure:
    """The error of a cell, with its place on the page."""

    def __init__(self, path: str, cells: list[dict[str, Any]], number: int):
        self.path, self.cells, self.number = path, cells, number

    def problem(self, error: BaseException, what: str = "", fix: str = "") -> Problem:
        """The problem of an error, at the innermost line of any cell that it came through."""
        frames = traceback.extract_tb(error.__traceback__)
        known = {name(n): cell for n, cell in enumerate(self.cells)}
        lines_run = [(known[f.filename], f.lineno or 1) for f in frames if f.filename in known]
        cell, line = lines_run[-1] if lines_run else (self.cells[self.number], 1)
        if isinstance(error, SyntaxError) and error.filename in known:
            cell, line = known[error.filename], error.lineno or 1
        lines = cell["source"].split("\n")
        details = [lines[min(line, len(lines)) - 1].strip()] if lines_run or isinstance(error, SyntaxError) else []
        inner = frames[-1] if frames else None
        if inner is not None and inner.filename not in known and "coursenotes" not in Path(inner.filename).parts:
            details.append(f"raised in {inner.filename}:{inner.lineno}")
        kind = type(error).__name__
        message = error.msg if isinstance(error, SyntaxError) else error
        what = what or f"cell {self.number + 1}: {kind}: {message}"
        fix = fix or f"fix it, or declare the error: {{.python .run raises={kind}}}"
        return Problem(what, self.path, cell["line"] + line - 1, tuple(details), fix)
