"""The names that the statements of a file bind, import and call."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping

from coursenotes.discover.python.canonical import is_text
from coursenotes.discover.python.records import Imports

BUILTIN = frozenset(dir(builtins))


def dotted(node: ast.AST) -> str:
    """a.b.c for names and attributes of names, else an empty string."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def called(node: ast.expr, imports: Mapping[str, str]) -> str:
    """The full name of a call's function or of a name, through the file's imports: coursenotes.experiment."""
    chain = dotted(node.func if isinstance(node, ast.Call) else node)
    if not chain:
        return ""
    first, _, rest = chain.partition(".")
    full = imports.get(first, first).replace(":", ".")
    return f"{full}.{rest}" if rest else full


def has_no_code(node: ast.stmt) -> bool:
    """Whether a top-level statement is not one of a file's code: an import, or a bare text such as a docstring."""
    return isinstance(node, ast.Import | ast.ImportFrom) or is_text(node)


def read_import(node: ast.Import | ast.ImportFrom, module: str, imports: Imports, package: bool) -> None:
    """Add an import statement to a module's imports. package: whether the module is a package's __init__.py."""
    for alias in node.names:
        targets = import_targets(node, alias, module, package)
        if alias.name == "*":
            imports.star.append((targets[0], node.lineno))
            continue
        name = alias.asname or alias.name.split(".")[0]
        before = imports.names.get(name, targets[0])
        imports.names[name] = targets[0]
        if before != targets[0]:
            imports.earlier.setdefault(name, []).append(before)
        imports.loaded += targets[1:]


def import_targets(node: ast.Import | ast.ImportFrom, alias: ast.alias, module: str, package: bool) -> list[str]:
    """The targets of one name of an import statement, that of the bound name first: for "import a.b", a and a.b."""
    if isinstance(node, ast.Import):
        first = alias.name.split(".")[0]
        return [alias.name] if alias.asname or first == alias.name else [first, alias.name]
    base = node.module or ""
    if node.level:
        parts = module.split(".")
        parts = parts[: len(parts) - node.level + (1 if package else 0)]
        base = ".".join([*parts, base] if base else parts)
    return [base if alias.name == "*" else f"{base}:{alias.name}"]


def library(target: str) -> str:
    """The top-level package of an import's target: "torch.nn:functional" -> "torch"."""
    return target.partition(":")[0].partition(".")[0]


# ---------------------------------------------------------------- bound names
def bound_names(node: ast.stmt) -> list[str]:
    """The module-level names that a top-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:  # a block: whatever is bound anywhere in it
        return sorted({name for inner in here(node) for name in binds(inner)})
    parts = [part for target in targets for part in ast.walk(target)]
    names = [part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    return names + [inner.target.id for inner in here(node) if isinstance(inner, ast.NamedExpr)]


def here(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when this one does: functions, classes and lambdas, but not the nodes of their bodies."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from here(child)


def binds(node: ast.AST) -> list[str]:
    """The names that one node of a block binds by itself."""
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [a.asname or a.name.split(".")[0] for a in node.names if a.name != "*"]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
        return [node.name] if node.name else []
    if isinstance(node, ast.MatchAs | ast.MatchStar):
        return [node.name] if node.name else []
    return [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else []
