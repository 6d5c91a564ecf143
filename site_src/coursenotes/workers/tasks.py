"""What a Pool of any kind is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursenotes.errors import Problem


@dataclass(frozen=True)
class Task:
    """Something to run: call is "package.module:function", called as function(args, folder, report).

    args are JSON; folder is an empty one to write into; report takes a dict, which reaches on_event; what the
    function returns is JSON. seconds and gigabytes are its limits; cost is what it is expected to take, by which
    tasks are ordered; gpu says that it may use one.
    """

    id: str
    call: str
    args: dict[str, Any]
    seconds: float = 600
    gigabytes: float = 4
    cost: float = 0.0
    gpu: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a task. value and folder where it went well, else problem.

    folder holds what the task wrote, lies in the project's state folder, and is gone when the Pool is closed, unless
    it was moved. seconds is wall time, cpu_seconds that of all its processes, peak_bytes the most memory that it was
    seen to use beyond what it shares with the server, output the end of what it printed.
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
