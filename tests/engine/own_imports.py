"""Imports of snippets that end with a test: several projects in one process, each with snippets of its own."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def own_imports() -> Iterator[None]:
    """Import snippets of any project in here: those that were loaded before are put aside, and are back afterwards."""
    paths, finders, snippets = list(sys.path), list(sys.meta_path), _take_snippets()
    try:
        yield
    finally:
        sys.path[:], sys.meta_path[:] = paths, finders
        _take_snippets()
        sys.modules.update(snippets)


def _take_snippets() -> dict[str, object]:
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "snippets"}
