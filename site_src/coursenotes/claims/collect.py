"""Whether a test function is a claim that can be checked, and if not, why: decided before anything is run."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from pathlib import Path
from typing import Any

import pytest

from coursenotes.claims import verdicts
from coursenotes.claims.controls import Names
from coursenotes.claims.decorators import Marks, marks
from coursenotes.claims.statistics import LEAST_SEEDS
from coursenotes.discover.project import ClaimInfo
from coursenotes.discover.python import refusals
from coursenotes.errors import CoursenotesError, Problem, nearest
from coursenotes.experiments.plan import Plan

COMPARISONS = ("below", "above", "close")
STRICT = (refusals.IN_JOBS, refusals.CLOCK)


def claim_id(path: Path, test: str) -> str:
    """The claim's id of a test in this file: test_dropout.py, test_helps -> dropout.helps."""
    return f"{path.stem.removeprefix('test_')}.{test.removeprefix('test_')}"


def problem(plan: Plan, module: pytest.Module, name: str, obj: Any) -> Problem | None:
    """The one problem, with all details, of a test that cannot be a claim as it is written; or None."""
    line = getattr(getattr(obj, "__code__", None), "co_firstlineno", None)
    if not inspect.isfunction(obj):
        return Problem(f"{name} is not a plain function, which a claim has to be", module.path, line)
    try:
        info = verdicts.find(plan, claim_id(module.path, name))
    except CoursenotesError as error:
        return dataclasses.replace(error.problems[0], path=module.path, line=line)
    own = marks(obj)
    if not own.controls:
        fix = "add @falsified_by(control=...), swap(...), shuffled(...), or a wrong variant of a function"
        return Problem(f"the claim {info.name} names nothing that would refute it", info.path, info.line, fix=fix)
    details = _controls(plan, info, own) + _parameters(plan, module, info, obj) + _followed(plan, info)
    details += _not_compared(info) + _too_few_seeds(plan, info)
    if info.experiments and any(mark.name == "parametrize" for mark in getattr(obj, "pytestmark", ())):
        details.append(
            "a claim over results is one sentence: write several claims in place of @pytest.mark.parametrize"
        )
    if not info.experiments and not info.functions and not details:
        details.append("it reads nothing of its topic; take an experiment or a function of the snippet as a parameter")
    if details:
        return Problem(f"the claim {info.name} cannot be checked", info.path, info.line, tuple(details))
    return None


def _controls(plan: Plan, info: ClaimInfo, own: Marks) -> list[str]:
    """Experiments, settings, values and functions that its controls name and that do not exist."""
    varied = {e.name: e.vary for e in plan.catalog.experiments.values() if e.topic == info.topic}
    names = Names(varied, tuple(e.split(".")[1] for e in info.experiments), info.functions)
    return [text for control in own.controls for text in control.problems(names)]


def _not_compared(info: ClaimInfo) -> list[str]:
    """The assertions of a claim over results that are not comparisons, and so could never be accepted."""
    if not info.experiments:
        return []
    problems: list[tuple[int, str]] = []
    tree = ast.parse(textwrap.dedent(info.source))
    asserted = [node.test for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    for node in ast.walk(tree):
        called = _called(node)
        if isinstance(node, ast.Assert) and _called(node.test) not in COMPARISONS:
            problems.append((node.lineno, f"asserts {ast.unparse(node.test)[:60]}"))
        elif isinstance(node, ast.Raise):
            problems.append((node.lineno, "raises an error of its own"))
        elif isinstance(node, ast.Call) and called in COMPARISONS and node not in asserted:
            problems.append((node.lineno, f"does not assert {ast.unparse(node)[:60]} by itself"))
        elif isinstance(node, ast.Call) and (called or "").startswith(("assert_", "fail")):
            problems.append((node.lineno, f"calls {called}"))
    first = info.line - getattr(tree.body[0], "lineno", 1)
    return [
        f"line {first + line}: it {what}; a claim over results asserts below(...), above(...) or close(...), one each"
        for line, what in sorted(problems)
    ]


def _called(node: ast.AST) -> str | None:
    """The last name of the function that a call calls; None for other nodes."""
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _too_few_seeds(plan: Plan, info: ClaimInfo) -> list[str]:
    """Experiments that the claim reads and that have fewer seeds than a claim needs."""
    if "sample" not in info.scales:
        return []  # published results are compared with a replication of eight seeds or more
    problems = []
    for name in dict.fromkeys((*info.experiments, *info.controls)):
        seeds = plan.declared_seeds(name, "sample")
        if seeds < LEAST_SEEDS:
            problems.append(f"it reads {name}, which has {seeds} seed{'s' * (seeds != 1)}: a claim needs {LEAST_SEEDS}")
    return problems


def _parameters(plan: Plan, module: pytest.Module, info: ClaimInfo, obj: Any) -> list[str]:
    """Parameters that are neither of the topic nor fixtures, and the names that there are."""
    unknown = [param for param in info.params if not _is_known(module, obj, info, param)]
    if not unknown:
        return []
    experiments = [e.name for e in plan.catalog.experiments.values() if e.topic == info.topic]
    functions = [name for name in plan.catalog.symbols.get(info.topic, ()) if name not in experiments]
    details = []
    for param in unknown:
        close = nearest(param, [*experiments, *functions])
        what = f"it takes {param!r}, which is neither an experiment nor a function of {info.topic}, nor a fixture"
        details.append(f"{what}; did you mean {close}?" if close else what)
    return [
        *details,
        f"experiments: {', '.join(experiments) or 'none'}",
        f"functions: {', '.join(functions) or 'none'}",
    ]


def _is_known(module: pytest.Module, obj: Any, info: ClaimInfo, param: str) -> bool:
    """Whether a claim's parameter is of its topic, a fixture, or of @pytest.mark.parametrize."""
    if param in info.functions or f"{info.topic}.{param}" in info.experiments or param == "request":
        return True
    for mark in getattr(obj, "pytestmark", ()):
        names = mark.args[0] if mark.name == "parametrize" and mark.args else ()
        if param in (names.replace(",", " ").split() if isinstance(names, str) else names):
            return True
    return bool(module.session._fixturemanager.getfixturedefs(param, module))


def _followed(plan: Plan, info: ClaimInfo) -> list[str]:
    """The code that cannot be followed among that which the verdict depends on: its key would miss changes."""
    code = plan.catalog.code
    problems = code.closure(plan.paths.module(info.path), f"test_{info.name}").problems(*STRICT)
    for name in info.functions:
        problems += code.closure(f"snippets.{info.topic}", name).problems(*STRICT)
    return list(dict.fromkeys(str(p) for p in problems))
