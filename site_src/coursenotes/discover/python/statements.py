"""Parses one Python file of the project: its statements, what each refers to, and what the file declares.

Pure functions of the text, by parsing, never by importing.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from coursenotes.discover.python import effects, refusals
from coursenotes.discover.python.canonical import canonical, digest
from coursenotes.discover.python.decorators import dataset, function, strip_declaring, without_address
from coursenotes.discover.python.names import bound_names, has_no_code, import_targets, library, read_import
from coursenotes.discover.python.records import NO_IMPORTS, FileSummary, Imports, Load, Statement, from_json
from coursenotes.discover.python.refusals import names_in_texts
from coursenotes.discover.python.uses import global_names, references
from coursenotes.paths import ENGINE


@functools.cache
def reader() -> str:
    """One digest over the code that makes summaries, and Python's version: summaries of any other are parsed again."""
    here = sorted((ENGINE / "discover" / "python").glob("*.py"))
    return digest("\n".join([str(sys.version_info[:2]), *(path.read_text(encoding="utf-8") for path in here)]))


def kept(path: Path) -> dict[str, FileSummary]:
    """The summaries in a file of an earlier build, by key; none where it is missing, damaged or another reader's."""
    try:
        return from_json(path.read_text(encoding="utf-8"), reader())
    except (OSError, ValueError):
        return {}


def parse(path: Path, text: str | None = None) -> ast.Module:
    """The file's syntax tree. Raises SyntaxError with the file's name."""
    return ast.parse(path.read_text(encoding="utf-8") if text is None else text, filename=str(path))


def summarize(text: str, path: Path, module: str) -> FileSummary:
    """Everything that discovery and keys need of one file. Raises SyntaxError."""
    tree = parse(path, text)
    package = path.name == "__init__.py"
    lines = text.splitlines(keepends=True)
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    imports = imports_of([node for node in tree.body if not isinstance(node, definitions)], module, package)
    bodies = [strip_declaring(node, imports.names) for node in tree.body if not has_no_code(node)]
    own = {name for node in bodies for name in bound_names(node)}
    acting, data_names = effects.effects(bodies, imports.names)
    summary = FileSummary(module, imports, [], [], {}, data_names, [], [])
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            targets = [target for alias in node.names for target in import_targets(node, alias, module, package)]
            summary.loads += [Load(len(summary.statements), target) for target in dict.fromkeys(targets)]
        if has_no_code(node):
            continue
        statement = _statement(node, lines, imports, own, imports_of([node], module, package))
        statement.effect, statement.assumed_data = acting[len(summary.statements)]
        summary.statements.append(statement)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            summary.functions.append(function(node, imports.names))
        call = dataset(node, imports.names)
        if call is not None:
            summary.datasets[statement.names[0]] = call
    summary.unused_imports = _unused(tree, summary, package)
    return summary


def imports_of(nodes: Sequence[ast.stmt], module: str, package: bool) -> Imports:
    """All imports in these statements of a module, also inside a try or an if."""
    imports = Imports()
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                read_import(inner, module, imports, package)
    return imports if imports.targets() else NO_IMPORTS


def _unused(tree: ast.Module, summary: FileSummary, package: bool) -> list[str]:
    """The targets of top-level imports that nothing in the file uses: imported for what importing them does."""
    used = {chain.split(".")[0] for statement in summary.statements for chain in statement.references}
    used |= {decorator.name.split(".")[0] for each in summary.functions for decorator in each.decorators}
    top = imports_of([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], summary.module, package)
    unused = {target for name, target in top.names.items() if name not in used}
    unused |= {target for name, targets in top.earlier.items() for target in targets if name not in used}
    unused |= {module for module in top.loaded if library(module) not in used}
    return sorted(target for target in unused if library(target) not in ("coursenotes", "__future__"))


def _statement(node: ast.stmt, lines: list[str], imports: Imports, own: set[str], local: Imports) -> Statement:
    bare, visible = strip_declaring(node, imports.names), {**imports.names, **local.names}
    first, looked_up = first_line(node), global_names(bare) | set(local.names)
    source = "".join(lines[first - 1 : node.end_lineno])
    return Statement(
        names=bound_names(node),
        line=first,
        end=node.end_lineno or node.lineno,
        kind=type(node).__name__,
        digest=digest(canonical(without_address(bare, visible))),
        source_digest=digest(f"{first} {source}"),
        references=sorted(references(bare, looked_up) | (names_in_texts(bare) & (own | imports.names.keys()))),
        seed_position=refusals.seed_position(node),
        bases=effects.bases(node),
        has_hook=effects.has_hook(node),
        imports=local,
        refusals=refusals.refusals(bare, visible, looked_up, own),
        calls=refusals.calls(bare, looked_up),
    )


def first_line(node: ast.stmt) -> int:
    """The line on which a statement begins, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
