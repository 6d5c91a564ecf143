"""Which statements of the project's files some code reaches: all that may be loaded under a key made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coursenotes.discover.python.modules import candidates
from coursenotes.discover.python.reach import Closure, Code


def covered(code: Code, closures: Iterable[Closure]) -> dict[str, Any]:
    """What of the project these closures reach, as plain JSON: module -> {"text": the digest of its file,
    "statements": indices, "datasets": {index: scale}, "acting", "idle": imports that do more than bind names}.

    Nothing else is to be run under a key that is made of them.
    """
    found: dict[str, Any] = {}
    for closure in closures:
        for module in closure.modules:
            part = found.setdefault(module, {"module": module, "statements": [], "datasets": {}})
            there = {*part["statements"], *closure.statements.get(module, ())}
            part["statements"] = sorted(there)
            part["datasets"] |= {str(i): scale for i, scale in closure.datasets.get(module, {}).items()}
    for module, part in found.items():
        summary, path = code.module(module), code.paths.module_path(module)
        if summary is not None and path is not None:
            acting = {target for _, target in summary["loads"] if any(code.acts(m) for m in candidates(target))}
            part |= {"text": code.digests[module], "package": path.name == "__init__.py"}
            idle = [t for t in summary["idle"] if all(code.module(m) is None for m in candidates(t))]
            part |= {"acting": sorted(acting), "idle": idle}
    return found
