"""Parsed code as text: the same on every Python version, without comments, docstrings and formatting.

Every stored result's key depends on this text.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from typing import Any


def canonical(node: ast.AST) -> str:
    """The parsed code as text that depends on neither formatting, comments, docstrings nor the Python version."""
    return "".join(_write(node))


def without_imports(module: ast.Module) -> str:
    """A file's parsed code as text without its imports, so that moving an imported module changes nothing."""

    class Dropped(ast.NodeTransformer):
        def visit_Import(self, node: ast.Import) -> None: ...
        def visit_ImportFrom(self, node: ast.ImportFrom) -> None: ...

    return canonical(Dropped().visit(module))


def digest(text: str) -> str:
    """The sha256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _write(value: Any) -> Iterator[str]:
    if isinstance(value, ast.AST):
        yield f"({type(value).__name__}"
        for name in sorted(value._fields):
            child = getattr(value, name, None)
            if name in ("ctx", "kind", "type_comment") or child is None or child == []:
                continue  # an empty field is left out, so that a field that a later Python adds changes nothing
            if name in ("body", "orelse", "finalbody") and isinstance(child, list):
                child = [s for s in child if not is_text(s)] or [ast.Pass()]
            elif name == "values" and isinstance(value, ast.JoinedStr):
                child = _joined(child)
            if isinstance(value, ast.Constant):
                yield f" {type(child).__name__}:" + repr(child)
                continue
            yield f" {name}="
            yield from _write(child)
        yield ")"
    elif isinstance(value, list):
        yield "["
        for item in value:
            yield from _write(item)
            yield ","
        yield "]"
    else:
        yield repr(value)


def is_text(statement: ast.AST) -> bool:
    """Whether a statement is a docstring, or another string on its own: words, not code."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _joined(parts: list[ast.expr]) -> list[ast.expr]:
    """An f-string's parts with neighboring texts merged: Python versions split them differently."""
    merged: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.Constant) and merged and isinstance(merged[-1], ast.Constant):
            merged[-1] = ast.Constant(str(merged[-1].value) + str(part.value))
        elif not (isinstance(part, ast.Constant) and part.value == ""):
            merged.append(part)
    return merged
