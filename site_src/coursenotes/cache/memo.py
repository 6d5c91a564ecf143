"""The memo on disk: derived texts, each under the key of everything that it depends on (cache/keys.py)."""

from __future__ import annotations

import os
import time
from pathlib import Path

from coursenotes.cache.store import write_atomic
from coursenotes.paths import Paths


class Memo:
    """Texts of one kind by key, a file each: drawings, verdicts, outputs of cells, pages, copies of notebooks."""

    def __init__(self, paths: Paths, kind: str, suffix: str = ""):
        self.folder, self.suffix = paths.memo / kind, suffix

    def path(self, key: str) -> Path:
        """The file of an entry, which need not exist."""
        return self.folder / key[:2] / f"{key}{self.suffix}"

    def get(self, key: str) -> str | None:
        """The text under a key, or None. It counts as used now."""
        try:
            text = self.path(key).read_text(encoding="utf-8")
            os.utime(self.path(key))
        except (OSError, ValueError):
            return None
        return text

    def put(self, key: str, text: str) -> Path:
        """Store a text. -> its file."""
        write_atomic(self.path(key), text)
        return self.path(key)

    def sweep(self, days: float) -> None:
        """Remove the entries that were not used for so many days."""
        for path in self.folder.glob("*/*"):
            if path.stat().st_mtime < time.time() - days * 24 * 3600:
                path.unlink(missing_ok=True)
