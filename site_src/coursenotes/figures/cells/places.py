"""Removes the paths of this machine from texts."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from pathlib import Path

ADDRESS = re.compile(r"\bat 0x[0-9a-f]+\b")


class Places:
    """Shortens paths: a library's file from its package on, a file of the project from its root on, "~" for home."""

    def __init__(self, root: Path):
        paths = sysconfig.get_paths()
        short = {str(Path.cwd()): "", str(root): "", paths["purelib"]: "", paths["platlib"]: "", paths["stdlib"]: ""}
        short |= {sys.prefix: "", sys.base_prefix: "", str(Path.home()): "~"}
        both = {**short, **{os.path.realpath(path): name for path, name in short.items()}}
        self.short = {path: name for path, name in both.items() if len(Path(path).parts) > 1}
        longest = sorted(self.short, key=len, reverse=True)
        self.pattern = re.compile(rf"(?<![\w/.~-])({'|'.join(map(re.escape, longest))})(/|(?![\w.-]))")

    def shorten(self, text: str) -> str:
        """The text with shortened paths, and without the addresses of objects in memory."""
        return ADDRESS.sub("at 0x…", self.pattern.sub(self._shortened, text))

    def _shortened(self, match: re.Match[str]) -> str:
        name = self.short[match[1]]
        return f"{name}{match[2]}" if name else ("" if match[2] else ".")
