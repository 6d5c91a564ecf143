"""What one Python file of the project says: its statements, what each refers to, and what it declares.

Pure functions of the text, by parsing, never by importing. The summary is plain JSON, so that it can be kept by the
digest of the text, and a plan over many files parses only those that changed.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Any

from coursenotes.discover.python import effects, refusals
from coursenotes.discover.python.canonical import canonical, digest
from coursenotes.discover.python.decorators import dataset, dataset_at, declaration, strip_declaring, without_address
from coursenotes.discover.python.names import BUILTIN, bound_names, dotted, is_said, read_import
from coursenotes.discover.python.refusals import names_in_texts
from coursenotes.discover.python.uses import global_names, references
from coursenotes.paths import ENGINE

__all__ = [
    "BUILTIN", "bound_names", "canonical", "dataset_at", "digest", "dotted", "names_in_texts", "parse", "read_import",
    "reader", "strip_declaring", "summarise",
]  # fmt: skip

Summary = dict[str, Any]


@functools.cache
def reader() -> str:
    """One digest over the code that makes summaries: those that another one made are not kept."""
    here = sorted((ENGINE / "discover" / "python").glob("*.py"))
    return digest("\n".join(path.read_text(encoding="utf-8") for path in here))


# ---------------------------------------------------------------- one file
def parse(path: Path, text: str | None = None) -> ast.Module:
    """The file's syntax tree. Raises SyntaxError with the file's name."""
    return ast.parse(path.read_text(encoding="utf-8") if text is None else text, filename=str(path))


def summarise(text: str, path: Path, module: str) -> Summary:
    """Everything that discovery and fingerprints ask of one file.

    {"statements": [{"names", "line", "end", "digest", "text", "refs", "imports", "problems", "kind", "effect",
                     "assumed", "bases", "hook", "calls", "seeded"}],
     "imports": {alias: "module" or "module:name"}, "star": [[module, line]], "declared": [...], "datasets": {...},
     "kinds": {name: what it is bound to}, "loads": [[how many statements stand before it, what is imported]],
     "idle": [what is imported and used nowhere]}

    Of a statement, effect says that it may do more than bind its names, unless the names in assumed are data, and its
    bases have no hook; text is the digest of how it is written and where, words and all; calls are those that name no
    seed, and seeded is the place of a function's own.
    """
    tree = parse(path, text)
    lines = text.splitlines(keepends=True)
    imports: dict[str, str] = {}
    star: list[tuple[str, int]] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for inner in ast.walk(node):  # also inside try: and if TYPE_CHECKING:
            if isinstance(inner, ast.Import | ast.ImportFrom):
                read_import(inner, module, imports, star, path.name == "__init__.py")
    summary: Summary = {
        "module": module, "statements": [], "imports": imports, "star": star,
        "declared": [], "datasets": {}, "doc": ast.get_docstring(tree) or "", "loads": [],
    }  # fmt: skip
    bodies = [strip_declaring(node, imports) for node in tree.body if not is_said(node)]
    own = {name for node in bodies for name in bound_names(node)}
    for node in tree.body:
        if is_said(node):
            if isinstance(node, ast.Import | ast.ImportFrom):
                summary["loads"] += [[len(summary["statements"]), target] for target in _targets(node, module, path)]
            continue
        summary["statements"].append(_statement(node, lines, module, imports, star, path, own))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            summary["declared"].append(declaration(node, imports))
        found = dataset(node, imports)
        if found is not None:
            summary["datasets"][summary["statements"][-1]["names"][0]] = found
    delayed = imports.get("annotations") == "__future__:annotations"
    acting, summary["kinds"] = effects.effects(bodies, imports, delayed)
    for statement, (effect, assumed) in zip(summary["statements"], acting, strict=True):
        statement |= {"effect": effect, "assumed": assumed}
    used = {chain.split(".")[0] for s in summary["statements"] for chain in s["refs"]}
    used |= {decorator["name"].split(".")[0] for d in summary["declared"] for decorator in d["decorators"]}
    summary["idle"] = _idle(tree, used, module, path)
    return summary


def _idle(tree: ast.Module, used: set[str], module: str, path: Path) -> list[str]:
    """What is imported at the top of a file and used nowhere in it: for what importing it does."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            read_import(node, module, found, [], path.name == "__init__.py")
    unused = {target for name, target in found.items() if name.strip("? ").split(".")[0] not in used}
    return sorted(t for t in unused if t.split(":")[0].split(".")[0] not in ("coursenotes", "__future__"))


def _targets(node: ast.Import | ast.ImportFrom, module: str, path: Path) -> list[str]:
    """What an import brings: "module" or "module:name", each."""
    found: dict[str, str] = {}
    star: list[tuple[str, int]] = []
    read_import(node, module, found, star, path.name == "__init__.py")
    return [*dict.fromkeys(found.values()), *(base for base, _ in star)]


def _statement(
    node: ast.stmt,
    lines: list[str],
    module: str,
    imports: dict[str, str],
    star: list[tuple[str, int]],
    path: Path,
    own: set[str],
) -> Summary:
    local: dict[str, str] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            read_import(inner, module, local, star, path.name == "__init__.py")
    bare = strip_declaring(node, imports)
    first, called_for = first_line(node), global_names(bare) | set(local)
    written = "".join(lines[first - 1 : node.end_lineno])
    return {
        "names": bound_names(node),
        "line": first,
        "end": node.end_lineno,
        "text": digest(f"{first} {written}"),
        "digest": digest(canonical(without_address(bare, {**imports, **local}))),
        "refs": sorted(references(bare, called_for) | (names_in_texts(bare) & (own | set(imports)))),
        "imports": local,
        "problems": refusals.found(bare, {**imports, **local}, called_for, own),
        "kind": type(node).__name__,
        "calls": refusals.calls(bare, called_for),
        "seeded": refusals.seeded(node),
        "bases": effects.bases(node),
        "hook": effects.has_hook(node),
    }  # fmt: skip


def first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
