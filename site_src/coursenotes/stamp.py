"""Whether anything changed since the last whole build: told from names, sizes and times of files, in milliseconds."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from coursenotes.knowledge import dates
from coursenotes.layout import Layout

ENGINE_FOLDER = Path(__file__).parent


def unchanged(layout: Layout, **asked: str) -> dict[str, Any] | None:
    """{"summary", "contradicted"} of the last whole build; None where something changed since, or is released today."""
    last = read(layout)
    same = bool(last) and last["digest"] == current(layout, **asked)
    if not same or last.get("until", "9") <= dates.today().isoformat():
        return None
    return {"summary": last["summary"], "contradicted": last.get("contradicted", [])}


def current(layout: Layout, **asked: str) -> str:
    """One digest over everything that the site is made from, what was asked for, and the finished site."""
    return _digest([inputs(layout, **asked)], [layout.site], [])


def inputs(layout: Layout, **asked: str) -> str:
    """One digest over everything that the site is made from, and what was asked for."""
    trees = [layout.docs, layout.snippets, layout.claims, layout.published, layout.releases]
    return _digest([asked, renderer(layout)], trees, [layout.root / "pyproject.toml"])


def renderer(layout: Layout) -> str:
    """One digest over what turns pages into a site: the engine, the theme, the settings, what is installed."""
    trees = [ENGINE_FOLDER, layout.root / "site_src" / "theme"]
    return _digest([sys.version, _installed()], trees, [layout.root / "mkdocs.yml", *layout.looked_up])


def _digest(values: Any, trees: list[Path], files: list[Path]) -> str:
    seen = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    for path in files:
        if path.is_file():
            seen.update(_line(path.name, path.stat()))
    for tree in trees:
        for line in _walk(tree, tree.name):
            seen.update(line)
    return seen.hexdigest()


def read(layout: Layout) -> dict[str, Any]:
    """{"digest", "summary", "contradicted", and "until" where something is to be released} of the last build, or {}."""
    try:
        return json.loads(_path(layout).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write(
    layout: Layout, digest: str, summary: str, until: date | None = None, contradicted: Sequence[str] = ()
) -> None:
    """Remember a whole build, what it said at its end, and the day on which it is no longer right."""
    kept: dict[str, Any] = {"digest": digest, "summary": summary, "contradicted": list(contradicted)}
    kept |= {"until": until.isoformat()} if until else {}
    _path(layout).write_text(json.dumps(kept), encoding="utf-8")


def forget(layout: Layout) -> None:
    """The next build is a whole one."""
    _path(layout).unlink(missing_ok=True)


def _path(layout: Layout) -> Path:
    layout.state.mkdir(parents=True, exist_ok=True)
    return layout.state / "stamp.json"


def _installed() -> list[str]:
    """The installed distributions with their versions, from the names of their folders."""
    return sorted(p.name for p in Path(sysconfig.get_paths()["purelib"]).glob("*.dist-info"))


def _walk(folder: Path | str, name: str) -> Iterator[bytes]:
    """A line for each file below a folder, which is called name: where the folder itself lies does not count."""
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except FileNotFoundError:
        yield b"none"
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _walk(entry.path, f"{name}/{entry.name}")
        else:
            gone = entry.is_symlink() and not Path(entry.path).exists()  # a link that leads nowhere has its own times
            yield _line(f"{name}/{entry.name}", entry.stat(follow_symlinks=not gone))


def _line(name: str, stat: os.stat_result) -> bytes:
    return f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode()
