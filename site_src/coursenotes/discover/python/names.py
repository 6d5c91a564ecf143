"""What the statements of a file bind, import, and call by which name."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping

from coursenotes.discover.python.canonical import is_text

BUILTIN = frozenset(dir(builtins))


def dotted(node: ast.AST) -> str:
    """a.b.c for names and attributes of names, else an empty string."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def called(node: ast.expr, imports: Mapping[str, str]) -> str:
    """The full name of what is called or named, through the file's imports: coursenotes.experiment."""
    chain = dotted(node.func if isinstance(node, ast.Call) else node)
    if not chain:
        return ""
    first, _, rest = chain.partition(".")
    full = imports.get(first, first).replace(":", ".")
    return f"{full}.{rest}" if rest else full


def is_said(node: ast.stmt) -> bool:
    """An import or words: no statement of its own."""
    return isinstance(node, ast.Import | ast.ImportFrom) or is_text(node)


def read_import(
    node: ast.Import | ast.ImportFrom, module: str, imports: dict[str, str], star: list[tuple[str, int]], package: bool
) -> None:
    """Note what an import binds (alias -> "module" or "module:name"), and what it brings with a star."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                _bind(imports, alias.asname, alias.name)
            else:  # "import a.b" binds a; several such imports share it
                first = alias.name.split(".")[0]
                _bind(imports, first, first)
                imports[f" {alias.name}"] = alias.name  # not a name: remembered as loaded
        return
    base = node.module or ""
    if node.level:
        parts = module.split(".")
        parts = parts[: len(parts) - node.level + (1 if package else 0)]
        base = ".".join([*parts, base] if base else parts)
    for alias in node.names:
        if alias.name == "*":
            star.append((base, node.lineno))
        else:
            _bind(imports, alias.asname or alias.name, f"{base}:{alias.name}")


def _bind(imports: dict[str, str], alias: str, target: str) -> None:
    """Note an import. What an earlier one bound to the name is kept as ?name: either may be the one that runs."""
    old = imports.get(alias, target)
    imports[alias] = target
    if old != target:
        _bind(imports, f"?{alias}", old)


# ---------------------------------------------------------------- what it binds
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
    found = [t for target in targets for t in ast.walk(target)]
    names = [t.id for t in found if isinstance(t, ast.Name) and isinstance(t.ctx, ast.Store)]
    return names + [inner.target.id for inner in here(node) if isinstance(inner, ast.NamedExpr)]


def here(node: ast.AST) -> Iterator[ast.AST]:
    """What is run where the node stands: not the bodies of functions, classes and lambdas, which are given whole."""
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
