"""Which files, reached through links, git is told to ignore: they lie in the project and are not part of it."""

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

    Read from the project's own files, not asked of git: who has no repository, or rules of his own, gets the same.
    """
    root, docs = os.path.realpath(paths.root), os.path.realpath(paths.docs)
    led = [entry for entry in entries if entry.real and not entry.wrong and not inside(docs, entry.real)]
    return {e.name: e.real[len(root) + 1 :] for e in led if _is_ignored(root, e.real[len(root) + 1 :], e.folder)}


def _is_ignored(root: str, below: str, folder: bool) -> bool:
    parts = [*below.split("/"), *([""] if folder else [])]  # a rule of folders asks for the slash at the end
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
    from pathspec import GitIgnoreSpec  # here, since hardly any project has such links

    return GitIgnoreSpec.from_lines(text.splitlines())
