"""What one Python file of the project says: its statements, what each refers to, and what it declares.

Pure functions of the text, by parsing, never by importing. The summary is plain JSON, so that it can be kept by the
digest of the text, and a plan over many files parses only those that changed.
"""

from __future__ import annotations

import ast
import copy
import symtable
from pathlib import Path
from typing import Any, TypeVar

from coursenotes.canonical import canonical, digest
from coursenotes.source.names import BUILTIN, binds, bound_names, called, changes, dotted, is_said, read_import

__all__ = ["BUILTIN", "bound_names", "canonical", "digest", "dotted", "parse", "strip_declaring", "summarise"]

SUMMARY_VERSION = 3
DECLARING = {"coursenotes.experiment", "coursenotes.figure", "coursenotes.api.experiment", "coursenotes.api.figure"}
DATASET = {"coursenotes.Dataset", "coursenotes.api.Dataset"}
FILE = {"coursenotes.File", "coursenotes.api.File"}
DATASET_FIELDS = ("title", "sample", "full", "files", "folder", "licence", "citation", "url")
SURROUNDINGS = ("the environment is no part of the key", "write the value out, or make it a setting")
FOR_SCALE = {"sample": {"sample"}, "full": {"full", "files"}}
Summary = dict[str, Any]


# ---------------------------------------------------------------- one file
def parse(path: Path, text: str | None = None) -> ast.Module:
    """The file's syntax tree. Raises SyntaxError with the file's name."""
    return ast.parse(path.read_text(encoding="utf-8") if text is None else text, filename=str(path))


def summarise(text: str, path: Path, module: str) -> Summary:
    """Everything that discovery and fingerprints ask of one file.

    {"statements": [{"names", "line", "end", "digest", "refs", "imports", "problems", "effect"}],
     "imports": {alias: "module" or "module:name"}, "star": [[module, line]], "declared": [...], "datasets": {...}}
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
        "version": SUMMARY_VERSION, "module": module, "statements": [], "imports": imports, "star": star,
        "declared": [], "datasets": {}, "doc": ast.get_docstring(tree) or "",
    }  # fmt: skip
    for node in tree.body:
        if is_said(node):
            continue
        summary["statements"].append(_statement(node, lines, module, imports, star, path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            summary["declared"].append(_declaration(node, imports))
        dataset = _dataset(node, imports)
        if dataset is not None:
            summary["datasets"][summary["statements"][-1]["names"][0]] = dataset
    bodies = [node for node in tree.body if not is_said(node)]
    for statement, effect in zip(summary["statements"], changes(bodies, imports), strict=True):
        statement["effect"] = effect
    return summary


def _statement(
    node: ast.stmt, lines: list[str], module: str, imports: dict[str, str], star: list[tuple[str, int]], path: Path
) -> Summary:
    local: dict[str, str] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            read_import(inner, module, local, star, path.name == "__init__.py")
    bare = strip_declaring(node, imports)
    names = bound_names(node)
    return {
        "names": names,
        "line": first_line(node),
        "end": node.end_lineno,
        "digest": digest(canonical(_without_address(bare, {**imports, **local}))),
        "refs": sorted(_references(bare, set(local))),
        "imports": local,
        "problems": _dynamic(bare, {**imports, **local}),
        "kind": type(node).__name__,
    }  # fmt: skip


def first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def strip_declaring(node: ast.stmt, imports: dict[str, str]) -> ast.stmt:
    """The statement without @experiment and @figure, whose arguments enter the key by value."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node
    kept = [d for d in node.decorator_list if called(d, imports) not in DECLARING]
    if len(kept) == len(node.decorator_list):
        return node
    node = copy.copy(node)
    node.decorator_list = kept
    return node


# ---------------------------------------------------------------- what a statement refers to
def _references(node: ast.stmt, local_imports: set[str]) -> set[str]:
    """Global names, with the attributes that follow them (a.b.c), which a statement reads or writes."""
    names = _global_names(node) | local_imports
    found: set[str] = set()
    if isinstance(node, ast.ClassDef):  # what a class imports is its attribute
        found = {name for inner in node.body if is_said(inner) for name in binds(inner)}
    inside: set[int] = set()
    for inner in ast.walk(node):
        if id(inner) in inside:
            continue
        if isinstance(inner, ast.Attribute):
            chain = dotted(inner)
            if chain:
                part: ast.AST = inner
                while isinstance(part, ast.Attribute):
                    part = part.value
                    inside.add(id(part))
                if chain.split(".")[0] in names:
                    found.add(chain)
        elif isinstance(inner, ast.Name) and inner.id in names:
            found.add(inner.id)
    return found


def _global_names(node: ast.stmt) -> set[str]:
    """The names that a statement looks up in the module, told by Python's own symbol table.

    The statement is put into a function, where a comprehension's variables are local on every Python; what the
    statement itself binds is local there too, and is of no interest.
    """
    indented = "\n".join(f" {line}" for line in ast.unparse(_for_a_body(node)).splitlines())
    table = symtable.symtable(f"def statement():\n{indented}", "statement", "exec")
    found: set[str] = set()
    todo = list(table.get_children())
    while todo:
        scope = todo.pop()
        todo += scope.get_children()
        for symbol in scope.get_symbols():
            # in a class body a name that is assigned may have been read from the module before
            if symbol.is_global() or (str(scope.get_type()).endswith("class") and symbol.is_referenced()):
                found.add(symbol.get_name())
    return found


def _for_a_body(node: ast.stmt) -> ast.stmt:
    """The statement as a function's body may hold it: without star imports, which are reported elsewhere."""
    node = copy.deepcopy(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.ImportFrom) and inner.names[0].name == "*":
            inner.names = [ast.alias(name="_", asname="_")]
    return ast.fix_missing_locations(node)


def _dynamic(node: ast.stmt, imports: dict[str, str]) -> list[tuple[int, str, str]]:
    """(line, what, fix) for code whose dependencies cannot be read off the text."""
    found: list[tuple[int, str, str]] = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            name = called(inner, imports)
            line = inner.lineno
            if name.removeprefix("builtins.") in ("exec", "eval", "compile"):
                found.append((line, f"{name}() runs code that cannot be followed", "write the code out"))
            elif name == "globals":
                found.append((line, "globals() reaches names that cannot be followed", "name what is used"))
            elif name in ("importlib.import_module", "__import__"):
                found.append((line, "a computed import cannot be followed", "write an import statement"))
            elif name == "getattr" and len(inner.args) > 1 and not isinstance(inner.args[1], ast.Constant):
                chain = dotted(inner.args[0])  # only a project module's names are lost: told when it is resolved
                found.append((line, f"getattr:{chain}", "name the attribute, or use a dict of the choices"))
            elif name == "os.getenv":
                found.append((line, *SURROUNDINGS))
        elif isinstance(inner, ast.Name) and inner.id == "__file__":
            found.append(
                (inner.lineno, "__file__ leads to files that are no part of the key", "give a Dataset File()s")
            )
        elif isinstance(inner, ast.Name | ast.Attribute) and called(inner, imports) == "os.environ":
            found.append((inner.lineno, *SURROUNDINGS))
        elif isinstance(inner, ast.Attribute) and dotted(inner) == "sys.modules":
            found.append((inner.lineno, "sys.modules reaches modules that cannot be followed", "import by statement"))
        elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store | ast.Del):
            chain = dotted(inner)
            if chain.split(".")[0] in imports:
                found.append((inner.lineno, f"write:{chain}", "pass the value as an argument instead"))
    return found


# ---------------------------------------------------------------- what is declared
def _declaration(node: ast.FunctionDef | ast.AsyncFunctionDef, imports: dict[str, str]) -> Summary:
    a = node.args
    return {
        "name": node.name,
        "line": node.lineno,
        "doc": ast.get_docstring(node) or "",
        "params": [p.arg for p in [*a.posonlyargs, *a.args, *a.kwonlyargs]],
        "decorators": [
            {
                "name": called(d, imports),
                "line": d.lineno,
                "args": [_literal(x) for x in d.args] if isinstance(d, ast.Call) else [],
                "kwargs": {k.arg or "**": _literal(k.value) for k in d.keywords} if isinstance(d, ast.Call) else {},
            }
            for d in node.decorator_list
        ],
        "returns": _returned_keys(node),
    }


def _literal(node: ast.expr) -> Any:
    """{"value": a literal} or {"name": a dotted name} or {"code": text}, plain JSON."""
    try:
        return {"value": _plain(ast.literal_eval(node))}
    except (ValueError, TypeError):
        chain = dotted(node)
        return {"name": chain} if chain else {"code": ast.unparse(node)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(type(value).__name__)


def _returned_keys(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str] | None:
    """The keys of every dict that the function returns, or None where they cannot be read off."""
    keys: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.Lambda) and inner is not node:
            continue
        if isinstance(inner, ast.Return):
            if not isinstance(inner.value, ast.Dict):
                return None
            for key in inner.value.keys:
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    return None
                keys.add(key.value)
    return sorted(keys) or None


def _dataset(node: ast.stmt, imports: dict[str, str]) -> Summary | None:
    """For NAME = Dataset(...): what the key takes from it at each scale, and its card."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Call) or called(value, imports) not in DATASET:
        return None
    given = dict(zip(DATASET_FIELDS, value.args, strict=False)) | {k.arg: k.value for k in value.keywords if k.arg}
    card = {k: lit["value"] for k, v in given.items() if "value" in (lit := _literal(v))}
    scales = {}
    for scale, fields in FOR_SCALE.items():
        if scale not in given or card.get(scale, ...) is None:
            continue
        kept = ast.Tuple([_without_address(given[k], imports) for k in sorted(given.keys() & fields)], ast.Load())
        statement = ast.copy_location(ast.Expr(kept), node)
        scales[scale] = {"digest": digest(canonical(kept)), "refs": sorted(_references(statement, set()))}
    computed = any(isinstance(a, ast.Starred) for a in value.args) or any(k.arg is None for k in value.keywords)
    return {"scales": scales, "card": card, "computed": computed}


Node = TypeVar("Node", bound=ast.AST)


def _without_address(node: Node, imports: dict[str, str]) -> Node:
    """Files without where they are fetched from: only the digests say what they are."""
    if not any(isinstance(inner, ast.Call) and called(inner, imports) in FILE for inner in ast.walk(node)):
        return node
    node = copy.deepcopy(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and called(inner, imports) in FILE:
            inner.keywords = [k for k in inner.keywords if k.arg != "url"]
            inner.args = inner.args[:1] + inner.args[2:]
    return node
