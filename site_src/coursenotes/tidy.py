"""What lies in the local store: how much, whether it is whole, and what no page and no code needs any more."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from coursenotes.api import SCALES
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.plan import Library
from coursenotes.store import read_entry


@dataclass
class Contents:
    """The entries of a store. Sizes are in bytes."""

    entries: int = 0
    size: int = 0
    unused: list[Path] = field(default_factory=list)
    unused_size: int = 0
    bad: list[Problem] = field(default_factory=list)


def look(library: Library) -> Contents:
    """Read every entry, and tell those that no experiment of the project asks for as its code is now."""
    needed = {
        job.key
        for experiment in library.site.experiments.values()
        for scale in SCALES
        if scale in experiment.scales
        for job in library.jobs(experiment.id, scale)
    }
    found = Contents()
    for folder in sorted(library.store.root.glob("*/*")):
        size = sum(path.stat().st_size for path in folder.iterdir())
        found.entries += 1
        found.size += size
        if folder.name not in needed:
            found.unused.append(folder)
            found.unused_size += size
        try:
            read_entry(folder)
        except CoursenotesError as error:
            found.bad += error.problems
    return found


def remove_unused(contents: Contents) -> None:
    """Delete what nothing asks for. Going back to older code will train it anew."""
    for folder in contents.unused:
        shutil.rmtree(folder)
