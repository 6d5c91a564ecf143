"""The Pool's handle of one running job: its request, the messages received from it, and its outcome."""

from __future__ import annotations

import dataclasses
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursenotes.errors import Problem
from coursenotes.workers import failures
from coursenotes.workers.devices import Device
from coursenotes.workers.scratch import OUTPUT, REQUEST, RESULT, TRACE, tail
from coursenotes.workers.tasks import Outcome, Task


def write_request(task: Task, device: Device, root: Path, folder: Path, temporary: Path) -> dict[str, Any]:
    """Write the request, all that the supervisor and the job need, into the job's folder. -> the request."""
    request = {
        "id": task.id,
        "call": task.call,
        "args": task.args,
        "root": str(root),
        "folder": str(folder / RESULT),
        "scratch": str(temporary),
        "output": str(folder / OUTPUT),
        "trace": str(folder / TRACE),
        "seconds": task.seconds,
        "memory": int(task.gigabytes * 2**30),
        "device": {
            "name": device.name,
            "gpu": device.gpu,
            "visible": device.visible,
            "gigabytes": device.gigabytes,
        },
    }
    (folder / REQUEST).write_text(json.dumps(request))
    return request


@dataclass
class JobHandle:
    """A job that was started, and the socket to its supervisor."""

    task: Task
    device: Device
    folder: Path
    socket: socket.socket
    request: dict[str, Any]
    partial: bytes = b""  # of a line
    received: dict[str, Any] = field(default_factory=dict)  # value or problem, from the job; end, from its supervisor

    def receive(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Take bytes that were read from the socket. -> the events in them."""
        *lines, self.partial = (self.partial + data).split(b"\n")
        for message in map(json.loads, lines):
            if "event" in message:
                yield message["event"]
            else:
                self.received.update(message)

    def conclude(self) -> Outcome:
        """The outcome, once its supervisor has closed the socket."""
        problem, end = self._problem(), self.received.get("end", {})
        return Outcome(
            self.task,
            problem is None,
            self.received.get("value") if problem is None else None,
            self.folder / RESULT if problem is None else None,
            problem,
            end.get("seconds", 0.0),
            end.get("cpu_seconds", 0.0),
            end.get("peak_bytes", 0),
            self.device.name,
            tail(self.folder / OUTPUT),
        )

    def _problem(self) -> Problem | None:
        """The problem of a job that failed: at its own place, else at that of the task's code, else with its name."""
        end = self.received.get("end")
        if end is None:
            problem = Problem("its supervisor was killed", fix="run it again")
        elif end.get("reason") in ("time", "memory", "output") or self.received.keys().isdisjoint({"problem", "value"}):
            problem = failures.from_end(end, self.request)
        elif "problem" in self.received:
            problem = failures.from_plain(self.received["problem"])
        else:
            return None
        if problem.path is not None:
            return problem
        path, line = self.task.args.get("path"), self.task.args.get("line")
        what = problem.what if path is not None else f"{self.task.id}: {problem.what}"
        return dataclasses.replace(problem, what=what, path=path and Path(path), line=line)
