"""The input and the output of a Pool of any kind: tasks and outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursenotes.errors import Problem


@dataclass(frozen=True)
class Task:
    """Something to run: call is "package.module:function", called as function(args, folder, report).

    args are JSON; folder is an empty one to write into; report takes a dict, which is passed to on_event; the return
    value is JSON. seconds and gigabytes are its limits; cost is the expected time in seconds, by which tasks are
    ordered; gpu: it may use one; needs_torch: it imports torch, so that a server with torch loaded saves time.
    """

    id: str
    call: str
    args: dict[str, Any]
    seconds: float = 600
    gigabytes: float = 4
    cost: float = 0.0
    gpu: bool = False
    needs_torch: bool = False


@dataclass(frozen=True)
class Outcome:
    """The outcome of a task: value and folder where it succeeded, else problem.

    folder holds the files that the task wrote; it is in the project's state folder, and is removed when the Pool is
    closed, unless it was moved. seconds is wall time, cpu_seconds the CPU time of all its processes, peak_bytes the
    most memory that it used, as far as observed, beyond what it shares with the server, output the end of its output.
    """

    task: Task
    ok: bool
    value: Any = None
    folder: Path | None = None
    problem: Problem | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    device: str = "cpu"
    output: str = ""
