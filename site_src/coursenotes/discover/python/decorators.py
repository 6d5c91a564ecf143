"""The declarations of a file: functions with their decorators, and datasets; parsed, never run."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Mapping
from typing import TypeVar

from coursenotes.discover.python.canonical import canonical, digest
from coursenotes.discover.python.names import called, dotted
from coursenotes.discover.python.records import Argument, DatasetCall, Decorator, Function, ScalePart
from coursenotes.discover.python.uses import global_names, references

DECLARING = {"coursenotes.experiment", "coursenotes.figure", "coursenotes.api.experiment", "coursenotes.api.figure"}
DATASET = {"coursenotes.Dataset", "coursenotes.api.Dataset"}
FILE = {"coursenotes.File", "coursenotes.api.File"}
DESCRIPTION = ("title", "folder", "license", "citation", "url")  # of a Dataset, shown beside its results
DATASET_FIELDS = ("title", "sample", "full", "files", "folder", "license", "citation", "url")
FOR_SCALE = {"sample": {"sample"}, "full": {"full", "files"}}


def strip_declaring(node: ast.stmt, imports: Mapping[str, str]) -> ast.stmt:
    """The statement without @experiment and @figure, whose arguments enter the key by value."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node
    kept = [d for d in node.decorator_list if called(d, imports) not in DECLARING]
    if len(kept) == len(node.decorator_list):
        return node
    node = copy.copy(node)
    node.decorator_list = kept
    return node


def function(node: ast.FunctionDef | ast.AsyncFunctionDef, imports: Mapping[str, str]) -> Function:
    """A top-level function, with its decorators and what it returns."""
    a = node.args
    params = [p.arg for p in [*a.posonlyargs, *a.args, *a.kwonlyargs]]
    decorators = [_decorator(each, imports) for each in node.decorator_list]
    return Function(node.name, node.lineno, ast.get_docstring(node) or "", params, decorators, _returned_keys(node))


def _decorator(node: ast.expr, imports: Mapping[str, str]) -> Decorator:
    args, keywords = (node.args, node.keywords) if isinstance(node, ast.Call) else ([], [])
    kwargs = {keyword.arg or "**": _argument(keyword.value) for keyword in keywords}
    return Decorator(called(node, imports), node.lineno, [_argument(arg) for arg in args], kwargs)


def _argument(node: ast.expr) -> Argument:
    try:
        return Argument(json.loads(json.dumps(ast.literal_eval(node))))  # as it will be read from the memo
    except (ValueError, TypeError):
        chain = dotted(node)
        return Argument(name=chain) if chain else Argument(code=ast.unparse(node))


def _returned_keys(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str] | None:
    """The keys of all dicts that the function returns, or None where they cannot be read."""
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


def dataset(node: ast.stmt, imports: Mapping[str, str]) -> DatasetCall | None:
    """The call of NAME = Dataset(...), with the part of it that counts at each scale; None for other statements."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Call) or called(value, imports) not in DATASET:
        return None
    nodes = _arguments(value)
    arguments = {name: _argument(each) for name, each in nodes.items()}
    card = {name: argument.value for name, argument in arguments.items() if argument.is_literal}
    scales = {}
    for scale, fields in FOR_SCALE.items():
        if scale not in nodes or card.get(scale, ...) is None:
            continue
        kept = ast.Tuple([without_address(nodes[k], imports) for k in sorted(nodes.keys() & fields)], ast.Load())
        statement = ast.copy_location(ast.Expr(kept), node)
        scales[scale] = ScalePart(digest(canonical(kept)), sorted(references(statement, global_names(statement))))
    computed = any(isinstance(a, ast.Starred) for a in value.args) or any(k.arg is None for k in value.keywords)
    unread = {name: arguments[name].source for name in DESCRIPTION if name in arguments and name not in card}
    return DatasetCall(scales, card, computed, unread)


def dataset_at(node: ast.stmt, scale: str) -> ast.stmt:
    """NAME = Dataset(...) with only its literal arguments and those that one scale reads."""
    node = copy.deepcopy(node)
    assert isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
    kept = {k: v for k, v in _arguments(node.value).items() if k in FOR_SCALE[scale] or _argument(v).is_literal}
    kept.setdefault("title", ast.Constant(""))
    node.value.args, node.value.keywords = [], [ast.keyword(name, value) for name, value in kept.items()]
    return node


def _arguments(call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of Dataset(...) by name; those after a * or ** are not known."""
    positional = dict(zip(DATASET_FIELDS, call.args, strict=False))
    return positional | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


Node = TypeVar("Node", bound=ast.AST)


def without_address(node: Node, imports: Mapping[str, str]) -> Node:
    """The code without the URLs of its File()s, which their digests identify already."""
    if not any(isinstance(inner, ast.Call) and called(inner, imports) in FILE for inner in ast.walk(node)):
        return node
    node = copy.deepcopy(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and called(inner, imports) in FILE:
            inner.keywords = [k for k in inner.keywords if k.arg != "url"]
            inner.args = inner.args[:1] + inner.args[2:]
    return node
