"""Loads only the code of the project that a key covers; the rest of its files does not exist when a job runs.

So a result cannot depend on code outside its key, and drawing a figure imports nothing that only training needs. Line
numbers are those of the files; docstrings are left out, since they are not part of a key, except for cells.
"""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from coursenotes.discover.python.canonical import digest, is_text
from coursenotes.discover.python.covered import Slice
from coursenotes.discover.python.decorators import dataset_at, strip_declaring
from coursenotes.discover.python.names import bound_names, import_targets
from coursenotes.discover.python.refusals import names_in_texts
from coursenotes.discover.python.statements import imports_of, parse
from coursenotes.discover.python.uses import global_names, references
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.paths import Paths

Slices = Mapping[str, Mapping[str, Any]]  # from covered()


def install(paths: Paths, slices: Slices, *, docstrings: bool = False) -> None:
    """Make this process import these modules of the project, only as far as the slices go, and no others.

    docstrings: whether to keep them. Raises CoursenotesError where a file has changed since the slices were planned.
    """
    compiled = {}
    for module, part in slices.items():
        path = paths.module_path(module)
        if path is not None:
            compiled[module] = _compiled(path, Slice(**part), docstrings)
    if str(paths.root) not in sys.path:
        sys.path.insert(0, str(paths.root))
    for module in [name for name in sys.modules if name in slices]:
        del sys.modules[module]
    sys.meta_path.insert(0, _Finder(paths, compiled))


def load(paths: Paths, slices: Slices, module: str, name: str) -> Any:
    """A function of a project module, without its declaring decorators, from these slices."""
    install(paths, slices)
    return getattr(importlib.import_module(module), name)


def _compiled(path: Path, part: Slice, docstrings: bool) -> CodeType:
    text = path.read_text(encoding="utf-8")
    if digest(text) != part.text:
        raise CoursenotesError(Problem("it was changed while this was run", path, fix="run it again"))
    kept = select(parse(path, text), part)
    if not docstrings:
        for node in kept:
            _strip_docstrings(node)
    return compile(ast.Module(kept, []), str(path), "exec", dont_inherit=True)


def select(tree: ast.Module, part: Slice) -> list[ast.stmt]:
    """The statements of a file that are in its slice, and the imports that they use."""
    imports = imports_of(
        [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], part.module, part.package
    )
    kept: list[ast.stmt] = []
    index = 0
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept.append(node)
        elif not is_text(node):
            if index in part.statements:
                kept.append(strip_declaring(node, imports.names))
            elif str(index) in part.datasets:
                kept.append(dataset_at(node, part.datasets[str(index)]))
            index += 1
    return [ast.fix_missing_locations(node) for node in _with_used_imports(kept, part)]


def _with_used_imports(nodes: Sequence[ast.stmt], part: Slice) -> Iterator[ast.stmt]:
    always = {*part.acting, *part.idle}
    bodies = [n for n in nodes if not isinstance(n, ast.Import | ast.ImportFrom)]
    used = {chain.partition(".")[0] for node in bodies for chain in references(node, global_names(node))}
    used |= {name for node in bodies for name in names_in_texts(node)}
    bound = {name for node in bodies for name in bound_names(node)}
    bound |= {(a.asname or a.name).split(".")[0] for n in nodes if n not in bodies for a in n.names}  # type: ignore[attr-defined]
    stray = used - bound - set(dir(builtins)) - _bound_inside(bodies)
    for node in nodes:
        if not isinstance(node, ast.Import | ast.ImportFrom) or _is_future(node):
            yield node
            continue
        for a in node.names:
            one = copy.copy(node)
            one.names = [a]
            if (a.asname or a.name).split(".")[0] in used or (a.name == "*" and stray):
                yield one
            elif not always.isdisjoint(targets := import_targets(node, a, part.module, part.package)):
                yield _for_its_effect(one, targets[0]) if isinstance(one, ast.ImportFrom) else one


def _for_its_effect(node: ast.ImportFrom, target: str) -> ast.stmt:
    """The import of a module that acts when it is loaded, by a name that its own slice may not hold.

    What is named may be a module of a package, or something in the module.
    """
    module = ast.Import([ast.alias(target.partition(":")[0])])
    handler = ast.ExceptHandler(ast.Name("ImportError", ast.Load()), None, [module])
    return ast.copy_location(ast.Try([node], [handler], [], []), node)


def _bound_inside(nodes: Sequence[ast.stmt]) -> set[str]:
    """Names that the statements bind anywhere, so that no star import has to."""
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


def _strip_docstrings(node: ast.stmt) -> None:
    """Remove docstrings, and other texts that are statements, from a statement."""
    for inner in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(inner, name, None)
            if isinstance(body, list) and any(is_text(each) for each in body):
                rest = [each for each in body if not is_text(each)]
                setattr(inner, name, rest or [ast.copy_location(ast.Pass(), body[0])])


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


class _Finder(MetaPathFinder, Loader):
    """Loads the sliced modules in place of the files; refuses other modules of the project, and ignores all else."""

    def __init__(self, paths: Paths, compiled: dict[str, CodeType]):
        self.paths, self.compiled = paths, compiled

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname not in self.compiled:
            place = None if fullname.partition(".")[0] == "coursenotes" else self.paths.module_path(fullname)
            if place is not None:
                what = f"{fullname} is imported, but not by an import statement of the code that the key covers"
                raise CoursenotesError(Problem(what, place, fix="import it by statement, where it is used"))
            return None
        place = self.paths.module_path(fullname)
        assert place is not None
        spec = ModuleSpec(fullname, self, origin=str(place), is_package=place.name == "__init__.py")
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(self.compiled[module.__name__], module.__dict__)
