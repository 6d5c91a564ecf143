"""The slices of the project's files that some code reaches: all that may be loaded under a key made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from coursenotes.discover.python.modules import candidates
from coursenotes.discover.python.reach import Closure, Code


@dataclass(slots=True)
class Slice:
    """The part of one file that is loaded: some of its statements, and the imports that they use."""

    module: str
    text: str  # the digest of the whole file
    package: bool  # whether it is a package's __init__.py
    acting: list[str]  # targets of imports of project modules that do more than bind names
    idle: list[str]  # targets of library imports that no code uses: kept for what importing them does
    statements: list[int] = field(default_factory=list)  # indices
    datasets: dict[str, str] = field(default_factory=dict)  # index of a dataset -> the scale for which alone it counts


def covered(code: Code, closures: Iterable[Closure]) -> dict[str, dict[str, Any]]:
    """The slices of all files that these closures reach, by module, as plain JSON: each value holds a Slice's fields.

    Nothing else is to be run under a key that is made of these closures.
    """
    slices: dict[str, Slice] = {}
    for closure in closures:
        for module in closure.modules:
            if module not in code.digests:
                continue  # the cells of a page
            each = slices.setdefault(module, _empty(code, module))
            each.statements = sorted({*each.statements, *closure.statements.get(module, ())})
            each.datasets |= {str(index): scale for index, scale in closure.datasets.get(module, {}).items()}
    return {module: asdict(each) for module, each in slices.items()}


def _empty(code: Code, module: str) -> Slice:
    summary, path = code.module(module), code.paths.module_path(module)
    assert summary is not None and path is not None
    acting = {load.target for load in summary.loads if any(code.acts(each) for each in candidates(load.target))}
    idle = [t for t in summary.unused_imports if all(code.module(each) is None for each in candidates(t))]
    return Slice(module, code.digests[module], path.name == "__init__.py", sorted(acting), idle)
