"""Finds files, reached through links, that git ignores: they are in the project's folder but not part of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from coursenotes.discover.files.tree import Entry, inside
from coursenotes.paths import Paths

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def ignored(paths: Paths, entries: Iterable[Entry]) -> dict[str, str]:
    """{name: the path below the root that it leads to} of entries whose files, outside docs/, git ignores.

    Reads the project's .gitignore files and does not call git, so that a copy without a repository gives the same.
    """
    root, docs = os.path.realpath(paths.root), os.path.realpath(paths.docs)
    linked = [entry for entry in entries if entry.real and not entry.wrong and not inside(docs, entry.real)]
    return {e.name: e.real[len(root) + 1 :] for e in linked if _is_ignored(root, e.real[len(root) + 1 :], e.folder)}


def _is_ignored(root: str, below: str, folder: bool) -> bool:
    parts = [*below.split("/"), *([""] if folder else [])]  # a rule for folders matches only with a slash at the end
    for depth in range(len(parts)):
        for file in (".gitignore", ".git/info/exclude") if depth == 0 else (".gitignore",):
            rules = _rules("/".join([root, *parts[:depth], file]))
            if rules is not None and rules.match_file("/".join(parts[depth:])):
                return True
    return False


def _rules(path: str) -> GitIgnoreSpec | None:
    try:
        return _parsed(Path(path).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


@cache
def _parsed(text: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # imported here, since hardly any project has such links

    return GitIgnoreSpec.from_lines(text.splitlines())
