"""The contents of the local store: how much there is, whether it is intact, and what the current code does not use."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from coursenotes.cache import keys
from coursenotes.cache.store import read_entry
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Plan


@dataclass
class Contents:
    """The entries of a store. Sizes are in bytes."""

    entries: int = 0
    size: int = 0
    unused: list[Path] = field(default_factory=list)
    unused_size: int = 0
    bad: list[Problem] = field(default_factory=list)


def contents(plan: Plan) -> Contents:
    """Read and check every entry. Those of older code are unused; any seed counts as used, also a replication's."""
    total = Contents()
    for folder in plan.store.folders():
        size = sum(path.stat().st_size for path in folder.iterdir())
        total.entries += 1
        total.size += size
        if not _is_current(plan, folder.name):
            total.unused.append(folder)
            total.unused_size += size
        try:
            read_entry(folder)
        except CoursenotesError as error:
            total.bad += error.problems
    return total


def _is_current(plan: Plan, key: str) -> bool:
    """Whether an entry has the key of a job of the current code."""
    depends = plan.store.depends(key)
    name, scale = str(depends.get("experiment", "")).removeprefix("snippets."), depends.get("scale")
    info = plan.catalog.experiments.get(name)
    if info is None or scale not in info.scales:
        return False
    return keys.job(plan.depends(name, scale), depends["settings"], depends["seed"]) == key


def remove_unused(contents: Contents) -> None:
    """Delete the unused entries. Older code, if it is restored, is trained anew."""
    for folder in contents.unused:
        shutil.rmtree(folder)
