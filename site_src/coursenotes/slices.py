"""Loads a function of the project with the code that it reaches, and with nothing else that its file holds.

A figure stands beside the experiment that trains; drawing it must not import what only training needs.
"""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import sys
from collections.abc import Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

from coursenotes import source
from coursenotes.errors import CoursenotesError
from coursenotes.fingerprint import Code
from coursenotes.layout import Layout


def load(layout: Layout, module: str, name: str) -> Any:
    """The function `name` of a project module, without its declaring decorators.

    Project modules that it needs are loaded likewise, for this whole process: call it in one of its own. Raises
    CoursenotesError where the code cannot be followed.
    """
    code = Code(layout)
    closure = code.closure(module, name)
    if closure.problems:
        raise CoursenotesError(*closure.problems)
    sliced = {mod: compiled(layout, code, mod, reached) for mod, reached in closure.statements.items()}
    if str(layout.root) not in sys.path:
        sys.path.insert(0, str(layout.root))
    sys.meta_path.insert(0, _Finder(layout, sliced))
    for mod in sliced:
        sys.modules.pop(mod, None)
    return getattr(importlib.import_module(module), name)


def compiled(layout: Layout, code: Code, module: str, reached: Collection[int]) -> CodeType:
    """The reached statements of a module, with the imports whose names they use; lines are those of the file."""
    path, summary = layout.module_path(module), code.module(module)
    assert path is not None and summary is not None
    tree = source.parse(path)
    kept: list[ast.stmt] = []
    index = 0
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept.append(node)
        elif not _is_text(node):
            if index in reached:
                kept.append(source.strip_declaring(node, summary["imports"]))
            index += 1
    return compile(ast.Module(_with_used_imports(kept), []), str(path), "exec", dont_inherit=True)


def _with_used_imports(nodes: Sequence[ast.stmt]) -> list[ast.stmt]:
    bodies = [n for n in nodes if not isinstance(n, ast.Import | ast.ImportFrom)]
    used = {inner.id for node in bodies for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    bound = {name for node in bodies for name in source.bound_names(node)}
    bound |= {(a.asname or a.name).split(".")[0] for n in nodes if n not in bodies for a in n.names}  # type: ignore[attr-defined]
    stray = used - bound - set(dir(builtins)) - _bound_inside(bodies)
    kept: list[ast.stmt] = []
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom) and not _is_future(node):
            names = [a for a in node.names if (a.asname or a.name).split(".")[0] in used or (a.name == "*" and stray)]
            if not names:
                continue
            node = copy.copy(node)
            node.names = names
        kept.append(node)
    return kept


def _bound_inside(nodes: Sequence[ast.stmt]) -> set[str]:
    """Names that the statements bind anywhere: no star import has to bring them."""
    walked = [inner for node in nodes for inner in ast.walk(node)]
    names = {n.id for n in walked if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names |= {n.arg for n in walked if isinstance(n, ast.arg)}
    names |= {n.name for n in walked if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler) and n.name}
    return names | {
        (a.asname or a.name).split(".")[0]
        for n in walked
        if isinstance(n, ast.Import | ast.ImportFrom)
        for a in n.names
    }


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_text(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


class _Finder(MetaPathFinder, Loader):
    """Gives the sliced modules in place of the files; everything else is found as ever."""

    def __init__(self, layout: Layout, sliced: dict[str, CodeType]):
        self.layout, self.sliced = layout, sliced

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname not in self.sliced:
            return None
        place = self.layout.module_path(fullname)
        assert place is not None
        spec = ModuleSpec(fullname, self, origin=str(place), is_package=place.name == "__init__.py")
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(self.sliced[module.__name__], module.__dict__)
