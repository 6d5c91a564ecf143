"""What a file declares: experiments and figures by decorators, datasets by their calls; read off, never run."""

from __future__ import annotations

import ast
import copy
from typing import Any, TypeVar

from coursenotes.discover.python.canonical import canonical, digest
from coursenotes.discover.python.names import called, dotted
from coursenotes.discover.python.uses import global_names, references

DECLARING = {"coursenotes.experiment", "coursenotes.figure", "coursenotes.api.experiment", "coursenotes.api.figure"}
DATASET = {"coursenotes.Dataset", "coursenotes.api.Dataset"}
FILE = {"coursenotes.File", "coursenotes.api.File"}
DATASET_FIELDS = ("title", "sample", "full", "files", "folder", "licence", "citation", "url")
FOR_SCALE = {"sample": {"sample"}, "full": {"full", "files"}}
Summary = dict[str, Any]


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


def declaration(node: ast.FunctionDef | ast.AsyncFunctionDef, imports: dict[str, str]) -> Summary:
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


def dataset(node: ast.stmt, imports: dict[str, str]) -> Summary | None:
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
        kept = ast.Tuple([without_address(given[k], imports) for k in sorted(given.keys() & fields)], ast.Load())
        statement = ast.copy_location(ast.Expr(kept), node)
        scales[scale] = {
            "digest": digest(canonical(kept)),
            "refs": sorted(references(statement, global_names(statement))),
        }
    computed = any(isinstance(a, ast.Starred) for a in value.args) or any(k.arg is None for k in value.keywords)
    return {"scales": scales, "card": card, "computed": computed}


def dataset_at(node: ast.stmt, scale: str) -> ast.stmt:
    """NAME = Dataset(...) with what one scale reads, and with what of its card is written out."""
    node = copy.deepcopy(node)
    assert isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
    given = dict(zip(DATASET_FIELDS, node.value.args, strict=False)) | {k.arg: k.value for k in node.value.keywords}
    kept = {k: v for k, v in given.items() if k and (k in FOR_SCALE[scale] or "value" in _literal(v))}
    kept.setdefault("title", ast.Constant(""))
    node.value.args, node.value.keywords = [], [ast.keyword(name, value) for name, value in kept.items()]
    return node


Node = TypeVar("Node", bound=ast.AST)


def without_address(node: Node, imports: dict[str, str]) -> Node:
    """Files without where they are fetched from: only the digests say what they are."""
    if not any(isinstance(inner, ast.Call) and called(inner, imports) in FILE for inner in ast.walk(node)):
        return node
    node = copy.deepcopy(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and called(inner, imports) in FILE:
            inner.keywords = [k for k in inner.keywords if k.arg != "url"]
            inner.args = inner.args[:1] + inner.args[2:]
    return node
