"""Failures of jobs as problems for their authors: the line of the snippet, what happened, the fix if it is known."""

from __future__ import annotations

import errno
import linecache
import re
import signal
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from coursenotes.errors import CoursenotesError, Problem
from coursenotes.workers import devices

FOREIGN = {"site-packages", "dist-packages", "site_src", ".nox", ".venv", "venv"}
TOO_BIG = re.compile(r"can't allocate memory|Cannot allocate memory|std::bad_alloc")
Place = tuple[Path, int]
LONG, WIDE = 12, 500  # shown lines of a message, and characters of a line
SMALLER = "make it smaller, or raise its limit with @experiment(gigabytes=…)"
FASTER = "make it smaller, or raise its limit with @experiment(minutes=…)"


def plain(problem: Problem) -> dict[str, Any]:
    """A problem as JSON."""
    path = None if problem.path is None else str(problem.path)
    details = list(problem.details)
    return {"what": problem.what, "path": path, "line": problem.line, "details": details, "fix": problem.fix}


def from_plain(data: Mapping[str, Any]) -> Problem:
    """The problem of plain()."""
    path = None if data["path"] is None else Path(data["path"])
    return Problem(data["what"], path, data["line"], tuple(data["details"]), data["fix"])


def from_error(error: BaseException, root: Path, request: Mapping[str, Any]) -> Problem:
    """An exception as a problem at the innermost line of the project that it came through."""
    frames = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    place = innermost(frames, root)
    path, line = place or (None, None)
    if isinstance(error, CoursenotesError):
        first, *rest = error.problems or (Problem(str(error)),)
        if first.path is not None:
            path, line = Path(first.path), first.line
        return Problem(first.what, path, line, (*first.details, *(str(problem) for problem in rest)), first.fix)
    if isinstance(error, SyntaxError) and error.filename:
        written = innermost([(error.filename, error.lineno or 0)], root)
        if written:
            return Problem(f"{type(error).__name__}: {error.msg}", written[0], written[1], _source(written))
    what = shortened("".join(traceback.format_exception_only(error)).strip())
    details = list(_source(place)) if place else []
    if frames and (place is None or (str(place[0]), place[1]) != (str(_path(frames[-1][0], root)), frames[-1][1])):
        details.append(f"raised in {_short(frames[-1][0])}:{frames[-1][1]}")
    repair = fix(error)
    if is_memory(error):
        cause = what.splitlines()[0]
        what = f"it needs more than {request['memory'] / 2**30:g} GB of memory, its limit ({cause})"
        if type(error).__name__ == "OutOfMemoryError":
            what = f"it needs more memory than its part of the GPU has ({cause})"
            repair = f"make it smaller, or run fewer at once: {devices.VARIABLE}={request['device']['name']}*1"
    return Problem(what, path, line, tuple(details), repair)


def shortened(text: str) -> str:
    """A message cut to fit a screen: its first lines and its last, each not too wide."""
    lines = [line if len(line) <= WIDE else f"{line[:WIDE]} …" for line in text.splitlines()]
    if len(lines) > LONG:
        lines = [*lines[: LONG - 2], f"… and {len(lines) - LONG + 1} lines more", lines[-1]]
    return "\n".join(lines)


def is_memory(error: BaseException) -> bool:
    """Whether an exception means that there was not enough memory, on a CPU or a GPU."""
    return isinstance(error, MemoryError) or (
        isinstance(error, (RuntimeError, OSError))
        and (type(error).__name__ == "OutOfMemoryError" or bool(TOO_BIG.search(str(error))))
    )


def fix(error: BaseException) -> str | None:
    """How to fix the cause of an exception, where that is known; else None."""
    if is_memory(error):
        return SMALLER
    if isinstance(error, ModuleNotFoundError):
        if str(error.name).startswith("snippets."):
            return f"check the spelling: there is no {str(error.name).replace('.', '/')}.py"
        return f"check the spelling, or add {str(error.name).partition('.')[0]} to the dependencies in pyproject.toml"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some space, and run it again: finished work is kept"
    if isinstance(error, SystemExit):
        return "return the results, or raise an error; do not leave the process"
    return None


def from_end(end: Mapping[str, Any], request: Mapping[str, Any]) -> Problem:
    """The problem of a job that ended without reporting one: over its time, memory or output limit, or killed.

    Its place is the line of the project that was running, where faulthandler could write it down.
    """
    frames = in_files(stack(Path(request["trace"])), request["args"].get("places", {}))
    place = innermost(frames, Path(request["root"]))
    where = [f"it was at: {line}" for line in _source(place)] if place else []
    reason, status = end.get("reason"), end.get("status")
    repair: str | None = None
    if reason == "time":
        what, repair = f"it was still running after {_time(request['seconds'])}, its limit, and was stopped", FASTER
    elif reason == "memory":
        what = f"it used more than {request['memory'] / 2**30:g} GB of memory, its limit, and was killed"
        repair = SMALLER
    elif reason == "output":
        what, repair = "it printed more than 64 MB, and was killed", "print less; run.log keeps numbers"
    elif status is not None and status < 0:
        what = f"it was killed by signal {-status} ({_signal(-status)})"
        if status == -signal.SIGKILL:
            repair = "if nobody killed it, the machine ran out of memory: use fewer slots, or make it smaller"
    elif status is not None:
        what = f"its process ended by itself with status {status} before it returned anything"
        repair = "return the results, or raise an error; do not leave the process"
    else:
        what = "it exited without reporting a result"
    left = (f"process {pid} could not be killed" for pid in end.get("left") or ())
    path, line = place or (None, None)
    return Problem(what, path, line, (*where, *left), repair)


def stack(trace: Path) -> list[tuple[str, int]]:
    """The frames that faulthandler wrote, outermost first, one thread after another, the main one last."""
    try:
        text = trace.read_text(errors="replace")
    except OSError:
        return []
    frames: list[tuple[str, int]] = []
    thread: list[tuple[str, int]] = []
    for line in text.splitlines():
        if match := re.match(r'\s+File "(.+)", line (\d+)', line):
            thread.insert(0, (match[1], int(match[2])))
        elif thread:
            frames, thread = frames + thread, []
    return frames + thread


def in_files(frames: Iterable[tuple[str, int]], places: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The frames, with the code of cells placed in its file. places: {name of the code: [file, first line]}."""
    return [(places[name][0], places[name][1] + line - 1) if name in places else (name, line) for name, line in frames]


def innermost(frames: Iterable[tuple[str, int]], root: Path) -> Place | None:
    """The last of the frames in the project's own code, without the engine and installed packages."""
    place = None
    for name, line in frames:
        path = _path(name, root)
        if path.is_relative_to(root) and path.is_file() and not FOREIGN & set(path.relative_to(root).parts):
            place = (path, line)
    return place


def _path(name: str, root: Path) -> Path:
    """A frame's file; a relative one is relative to the root."""
    return root / name


def _source(place: Place) -> tuple[str, ...]:
    line = linecache.getline(str(place[0]), place[1]).strip()
    return (line,) if line else ()


def _short(name: str) -> str:
    """A library's file, starting at its package."""
    for mark in ("site-packages/", "dist-packages/", "site_src/"):
        if mark in name:
            return name.rpartition(mark)[2]
    return name


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


def _time(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 120 else f"{seconds / 60:g} minutes"
