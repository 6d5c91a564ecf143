"""Whether a test function is a claim that can be checked; if not, why: seen before anything is run."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from coursenotes.claims import verdicts
from coursenotes.claims.arms import Names
from coursenotes.claims.marks import Marks, marks
from coursenotes.discover import ClaimInfo
from coursenotes.errors import CoursenotesError, Problem, nearest
from coursenotes.plan import Library


def claim_id(path: Path, test: str) -> str:
    """The id of the claim that a test in this file is: test_dropout.py, test_helps -> dropout.helps."""
    return f"{path.stem.removeprefix('test_')}.{test.removeprefix('test_')}"


def problem(library: Library, module: pytest.Module, name: str, obj: Any) -> Problem | None:
    """What keeps a test from being a claim: one problem, with everything about it, or None."""
    line = getattr(getattr(obj, "__code__", None), "co_firstlineno", None)
    if not inspect.isfunction(obj):
        return Problem(f"{name} is not a plain function, which a claim has to be", module.path, line)
    try:
        info = verdicts.find(library, claim_id(module.path, name))
    except CoursenotesError as error:
        return Problem(error.problems[0].what, module.path, line, error.problems[0].details)
    found = marks(obj)
    if not found.falsifiers:
        fix = "add @falsified_by(control=...), swap(...), shuffled(...), or a wrong variant of a function"
        return Problem(f"the claim {info.name} names nothing that would refute it", info.path, info.line, fix=fix)
    details = _arms(library, info, found) + _parameters(library, module, info, obj) + _followed(library, info)
    if not info.experiments and not info.functions and not details:
        details.append("it reads nothing of its topic; take an experiment or a function of the snippet as a parameter")
    if details:
        return Problem(f"the claim {info.name} cannot be checked", info.path, info.line, tuple(details))
    return None


def _arms(library: Library, info: ClaimInfo, found: Marks) -> list[str]:
    """Experiments, settings, values and functions that its falsifiers name and that are not there."""
    varied = {e.name: e.vary for e in library.site.experiments.values() if e.topic == info.topic}
    names = Names(varied, tuple(e.split(".")[1] for e in info.experiments), info.functions)
    return [text for falsifier in found.falsifiers for text in falsifier.problems(names)]


def _parameters(library: Library, module: pytest.Module, info: ClaimInfo, obj: Any) -> list[str]:
    """Parameters that nothing gives, and what there is instead."""
    unknown = [param for param in info.params if not _is_given(module, obj, info, param)]
    if not unknown:
        return []
    experiments = [e.name for e in library.site.experiments.values() if e.topic == info.topic]
    functions = [name for name in library.site.symbols.get(info.topic, ()) if name not in experiments]
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


def _is_given(module: pytest.Module, obj: Any, info: ClaimInfo, param: str) -> bool:
    """Whether something gives a claim this parameter: its topic, a fixture, or @pytest.mark.parametrize."""
    if param in info.functions or f"{info.topic}.{param}" in info.experiments or param == "request":
        return True
    for mark in getattr(obj, "pytestmark", ()):
        names = mark.args[0] if mark.name == "parametrize" and mark.args else ()
        if param in (names.replace(",", " ").split() if isinstance(names, str) else names):
            return True
    return bool(module.session._fixturemanager.getfixturedefs(param, module))


def _followed(library: Library, info: ClaimInfo) -> list[str]:
    """What cannot be followed in the code that the verdict depends on, so that its key would miss changes."""
    code = library.site.code
    found = list(code.closure(library.layout.module(info.path), f"test_{info.name}").problems)
    for name in info.functions:
        found += code.closure(f"snippets.{info.topic}", name).problems
    return list(dict.fromkeys(str(p) for p in found))
