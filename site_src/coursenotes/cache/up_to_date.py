"""Whether anything changed since the last whole build, by names, sizes and times of files, in milliseconds."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from coursenotes import dates
from coursenotes.discover.files.listing import Entry, walk
from coursenotes.paths import ENGINE, Paths

if TYPE_CHECKING:  # the build collects its inputs; here they are only compared
    from coursenotes.cache.inputs import Inputs


def unchanged(paths: Paths, **options: str) -> dict[str, Any] | None:
    """{"summary", "contradicted"} of the last whole build; None where something changed since, or appears today."""
    last = read(paths)
    same = bool(last) and last["digest"] == _current(paths, last.get("files", ()), last.get("variables", ()), options)
    if not same or last.get("until", "9") <= dates.today().isoformat():
        return None
    return {"summary": last["summary"], "contradicted": last.get("contradicted", [])}


def inputs(paths: Paths, more: Inputs, **options: str) -> str:
    """One digest over everything that the site is made from, and the options of the build."""
    return _inputs(paths, more.files, more.variables, options)


def renderer(paths: Paths, more: Inputs) -> str:
    """One digest over everything that renders pages: the engine, the theme, the settings, the installed libraries."""
    return _renderer(paths, more.files, more.variables)


def current(paths: Paths, more: Inputs, **options: str) -> str:
    """One digest over everything that the site is made from, the options of the build, and the finished site."""
    return _current(paths, more.files, more.variables, options)


def write(
    paths: Paths,
    digest: str,
    more: Inputs,
    summary: str,
    until: date | None = None,
    contradicted: Sequence[str] = (),
) -> None:
    """Record a whole build, its summary, and the day on which it expires."""
    kept: dict[str, Any] = {"digest": digest, "summary": summary, "contradicted": list(contradicted)}
    kept |= {"files": more.files, "variables": more.variables}
    kept |= {"until": until.isoformat()} if until else {}
    _path(paths).write_text(json.dumps(kept), encoding="utf-8")


def read(paths: Paths) -> dict[str, Any]:
    """The record of the last build, or {}."""
    try:
        return json.loads(_path(paths).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def forget(paths: Paths) -> None:
    """Make the next build a whole one."""
    _path(paths).unlink(missing_ok=True)


def _path(paths: Paths) -> Path:
    paths.state.mkdir(parents=True, exist_ok=True)
    return paths.stamp


# ---------------------------------------------------------------- digests
def _current(paths: Paths, files: Iterable[str], variables: Iterable[str], options: dict[str, str]) -> str:
    return _digest(_inputs(paths, files, variables, options), _lines(paths.root, [paths.site.name]))


def _inputs(paths: Paths, files: Iterable[str], variables: Iterable[str], options: dict[str, str]) -> str:
    trees = (paths.docs, paths.snippets, paths.claims, paths.published, paths.releases)
    names = [*(tree.relative_to(paths.root).as_posix() for tree in trees), "pyproject.toml"]
    ours = {k: v for k, v in os.environ.items() if k.startswith("COURSENOTES_") or k == "SOURCE_DATE_EPOCH"}
    return _digest([options, ours, _renderer(paths, files, variables)], _lines(paths.root, names))


def _renderer(paths: Paths, files: Iterable[str], variables: Iterable[str]) -> str:
    known = [paths.theme, paths.settings, *paths.looked_up]
    names = [path.relative_to(paths.root).as_posix() for path in known]
    values = [sys.version, _installed(), [[name, os.environ.get(name)] for name in variables]]
    engine = _digest(values, _lines(ENGINE.parent, [ENGINE.name]))
    return _digest(engine, _lines(paths.root, [*names, *files]))


def _digest(values: Any, lines: Iterable[str]) -> str:
    seen = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    for line in lines:
        seen.update(os.fsencode(line))
    return seen.hexdigest()


def _installed() -> list[str]:
    """The installed distributions with their versions, from the names of their folders."""
    return sorted(p.name for p in Path(sysconfig.get_paths()["purelib"]).glob("*.dist-info"))


def _lines(root: Path, names: Iterable[str]) -> Iterator[str]:
    """A line for each file in these trees below the root, independent of the place of the root."""
    start = str(root)
    for name in names:
        elsewhere = name.startswith("/")
        try:
            entry = os.lstat(name if elsewhere else f"{start}/{name}")
        except OSError:
            yield f"{name}\0none\n"
            continue
        if S_ISREG(entry.st_mode):
            yield _line(Entry(name, entry))
            continue
        yield f"{name}\0tree\n"
        if name == ".":
            inner = (each.name for each in os.scandir(start) if not _is_apart(each))
            yield from _lines(root, sorted(inner))
        else:
            yield from map(_line, walk(*(os.path.split(name) if elsewhere else (start, name))))


def _is_apart(entry: os.DirEntry[str]) -> bool:
    """Whether a folder of the root is not a source: hidden, the finished site, or an environment of Python."""
    ours = entry.name == "site" or entry.name.startswith((".", "site.new."))
    return ours or Path(entry.path, "pyvenv.cfg").exists()


def _line(entry: Entry) -> str:
    if entry.stat is None or entry.folder:
        return f"{entry.name}\0{entry.link}\0{entry.wrong}\n"
    return f"{entry.name}\0{entry.link}\0{entry.stat.st_size}\0{entry.stat.st_mtime_ns}\n"
