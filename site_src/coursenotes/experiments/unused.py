"""What lies in the local store: how much, whether it is whole, and what no page and no code needs any more."""

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


def look(plan: Plan) -> Contents:
    """Read every entry, and tell those of code that is no longer there. Any seed counts, a replication's too."""
    found = Contents()
    for folder in sorted(plan.store.root.glob("*/*")):
        size = sum(path.stat().st_size for path in folder.iterdir())
        found.entries += 1
        found.size += size
        if not _is_current(plan, folder.name):
            found.unused.append(folder)
            found.unused_size += size
        try:
            read_entry(folder)
        except CoursenotesError as error:
            found.bad += error.problems
    return found


def _is_current(plan: Plan, key: str) -> bool:
    """Whether an entry is what a job of the project's code, as it is now, would give."""
    depends = plan.store.depends(key)
    name, scale = str(depends.get("experiment", "")).removeprefix("snippets."), depends.get("scale")
    info = plan.catalog.experiments.get(name)
    if info is None or scale not in info.scales:
        return False
    return keys.job(plan.depends(name, scale), depends["settings"], depends["seed"]) == key


def remove_unused(contents: Contents) -> None:
    """Delete what nothing asks for. Going back to older code will train it anew."""
    for folder in contents.unused:
        shutil.rmtree(folder)
