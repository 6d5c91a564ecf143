"""The one list of a project's files: those that a build reads and mkdocs copies; everything else is refused.

files = look(paths)                       raises CoursenotesError with every bad link, FIFO and clash, all at once
files.below(paths.docs, ".md")            the pages
for entry in walk(root, "docs"): ...      everything in a tree, refused or not, without opening any of it
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coursenotes.discover.files.clashes import clashes
from coursenotes.discover.files.ignored import ignored
from coursenotes.discover.files.tree import COPY, Entry, read_text, walk
from coursenotes.errors import Problems
from coursenotes.paths import Paths

__all__ = ["Entry", "Files", "look", "read_text", "trees", "walk"]


@dataclass(frozen=True)
class Files:
    """The files of a project's trees by their names below its root, with slashes."""

    paths: Paths
    names: frozenset[str] = frozenset()

    def below(self, folder: Path, *endings: str) -> list[Path]:
        """The files in a folder and in the folders in it, without hidden ones, sorted by path."""
        start = f"{folder.relative_to(self.paths.root).as_posix()}/"
        names = [n for n in self.names if n.startswith(start) and n.endswith(endings or "")]
        return sorted(self.paths.root / n for n in names if not n.startswith(".") and "/." not in n)

    def has(self, path: Path | str) -> bool:
        """Whether a path, with each ".." resolved, is that of a file in the list."""
        clean, root = os.path.normpath(path), f"{self.paths.root}{os.sep}"
        return clean.startswith(root) and clean.removeprefix(root).replace(os.sep, "/") in self.names


def trees(paths: Paths) -> tuple[Path, ...]:
    """The folders, and the file, that a build reads and copies from."""
    settings = paths.settings
    return (paths.docs, paths.snippets, paths.claims, paths.published, paths.releases, paths.theme, settings)


def look(paths: Paths, more: Iterable[Path] = ()) -> Files:
    """The files of the project's trees, and of more folders. Raises CoursenotesError with every refused file."""
    problems, entries = Problems(), dict[str, Entry]()
    for tree in dict.fromkeys([*trees(paths), *more]):
        if tree.is_relative_to(paths.root):
            name = tree.relative_to(paths.root).as_posix()
            entries |= {entry.name: entry for entry in walk(os.fspath(paths.root), name)}
    unseen = ignored(paths, entries.values())
    for entry in entries.values():
        if entry.name in unseen:
            problems.add(f"leads to {unseen[entry.name]}, which git ignores", paths.root / entry.name, fix=COPY)
        elif entry.wrong and (entry.folder or not entry.hidden):  # an editor's lock is a hidden link to nowhere
            problems.add(entry.wrong, paths.root / entry.name, fix=entry.fix)
    names = [e.name for e in entries.values() if not (e.wrong or e.folder or e.name in unseen)]
    problems.extend(clashes(paths, sorted(names)))
    problems.raise_if_any()
    return Files(paths, frozenset(names))
