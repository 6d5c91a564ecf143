"""Whether anything changed since the last whole build: told from names, sizes and times of files, in milliseconds."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from coursenotes.layout import Layout

ENGINE_FOLDER = Path(__file__).parent


def current(layout: Layout, **asked: str) -> str:
    """One digest over everything that the site is made from, what was asked for, and the finished site."""
    seen = hashlib.sha256(json.dumps([asked, sys.version, _installed()], sort_keys=True).encode())
    trees = [layout.docs, layout.snippets, layout.claims, layout.published, layout.site, ENGINE_FOLDER]
    trees += [layout.root / "site_src" / "theme"]
    for path in [layout.root / "mkdocs.yml", layout.root / "pyproject.toml"]:
        if path.is_file():
            seen.update(_line(path, path.stat()))
    for tree in trees:
        for line in _walk(tree):
            seen.update(line)
    return seen.hexdigest()


def read(layout: Layout) -> dict[str, str]:
    """{"digest", "summary"} of the last whole build, or {}."""
    try:
        return json.loads(_path(layout).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write(layout: Layout, digest: str, summary: str) -> None:
    """Remember a whole build, and what it said at its end."""
    _path(layout).write_text(json.dumps({"digest": digest, "summary": summary}), encoding="utf-8")


def forget(layout: Layout) -> None:
    """The next build is a whole one."""
    _path(layout).unlink(missing_ok=True)


def _path(layout: Layout) -> Path:
    layout.state.mkdir(parents=True, exist_ok=True)
    return layout.state / "stamp.json"


def _installed() -> list[str]:
    """The installed distributions with their versions, from the names of their folders."""
    return sorted(p.name for p in Path(sysconfig.get_paths()["purelib"]).glob("*.dist-info"))


def _walk(folder: Path) -> Iterator[bytes]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except FileNotFoundError:
        yield b"none"
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _walk(Path(entry.path))
        else:
            yield _line(entry.path, entry.stat())


def _line(path: Path | str, stat: os.stat_result) -> bytes:
    return f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode()
