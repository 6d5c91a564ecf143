"""The supervisor of one job: starts it, forwards its messages, enforces its limits, and kills all of its processes.

Forked from the server, in a session of its own. Never returns, and runs no code of the project.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import time
from pathlib import Path
from types import FrameType
from typing import Any

from coursenotes.errors import Problem
from coursenotes.workers import child, failures, processes
from coursenotes.workers.limits import LimitWatch

BACKLOG = 2**18  # bytes waiting for the Pool, beyond which progress is dropped
GRACE = 0.5  # seconds for a job over its limit to write its stack


def main(connection: socket.socket, server: int) -> None:
    """Supervise one job, whose request is the first line on the connection. Ends the process."""
    status = 1
    try:
        os.setsid()
        processes.renice_session()
        Supervisor(connection, server).run()
        status = 0
    finally:
        processes.kill_descendants()
        os._exit(status)


class Supervisor:
    """The state of one job while it runs."""

    def __init__(self, connection: socket.socket, server: int):
        self.connection = connection
        self.wake, self.woken = os.pipe()
        for end in (self.wake, self.woken):
            os.set_blocking(end, False)
        self.orphaned = False
        signal.signal(signal.SIGCHLD, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.set_wakeup_fd(self.woken, warn_on_full_buffer=False)
        processes.adopt_orphans()
        processes.die_with_parent(server, signal.SIGTERM)  # a signal that leaves time to kill the job
        self.waiting = bytearray()  # for the Pool
        self.partial = b""  # of a line from the job

    def run(self) -> None:
        """Everything from the request to the last message."""
        path = _line(self.connection)
        if not path or self.orphaned:
            return
        request = json.loads(Path(path).read_bytes())
        self.connection.setblocking(False)
        reading, writing = os.pipe()
        try:
            self.pid = start(request, writing, [reading, self.wake, self.woken, self.connection.fileno()])
        except OSError as error:
            problem = Problem(f"no process could be started: {error}", fix="free some memory, or use fewer slots")
            self._finish({"problem": failures.plain(problem), "end": {"reason": "fork"}})
            return
        os.close(writing)
        os.set_blocking(reading, False)
        self.watch = LimitWatch(self.pid, request["seconds"], request["memory"], Path(request["output"]))
        self._send({"event": {"start": {"device": request["device"]["name"], "pid": self.pid}}})
        reason = self._until_it_ends(reading)
        seconds = time.monotonic() - self.watch.started
        if reason in ("time", "output"):
            self._request_stack(Path(request["trace"]))
        cpu, left = processes.kill_descendants(group=self.pid)
        shutil.rmtree(request["scratch"], ignore_errors=True)
        self._forward(reading)
        end = {
            "reason": reason,
            "status": self.status,
            "seconds": seconds,
            "cpu_seconds": self.cpu + cpu,
            "peak_bytes": self.watch.peak,
            "left": left,
        }
        if reason != "stopped":
            self._finish({"end": end})

    def _until_it_ends(self, reading: int) -> str | None:
        """Serve the job until it ends by itself. -> None, or the reason why it must be killed."""
        self.status: int | None = None
        self.cpu = 0.0
        inputs: list[Any] = [reading, self.wake, self.connection]
        while True:
            ready, _, _ = select.select(inputs, [self.connection] if self.waiting else [], [], self.watch.wait())
            if self.wake in ready:
                os.read(self.wake, 4096)
            if self.orphaned or (self.connection in ready and not self._pool_is_alive()):
                return "stopped"
            if reading in ready and not self._forward(reading):
                inputs.remove(reading)
            self._flush()
            if self._ended():
                return None
            if reason := self.watch.over():
                return reason

    def _ended(self) -> bool:
        """Reap the processes that ended. -> whether the job did."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            self.cpu += usage.ru_utime + usage.ru_stime
            if pid == self.pid:
                self.status = os.waitstatus_to_exitcode(status)
                return True

    def _request_stack(self, trace: Path) -> None:
        """Have faulthandler in the job write its stack, which works even inside compiled code."""
        try:
            os.kill(self.pid, signal.SIGUSR1)
        except ProcessLookupError:
            return
        end = time.monotonic() + GRACE
        while time.monotonic() < end and not (trace.exists() and trace.stat().st_size):
            time.sleep(0.01)
        time.sleep(0.02)  # for the rest of the text

    def _pool_is_alive(self) -> bool:
        try:
            return bool(self.connection.recv(1))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _forward(self, reading: int) -> bool:
        """Read the job's messages and forward whole lines; False at the end of the pipe."""
        while True:
            try:
                data = os.read(reading, 2**16)
            except BlockingIOError:
                return True
            if not data:
                return False
            *lines, self.partial = (self.partial + data).split(b"\n")
            for line in lines:
                if len(self.waiting) < BACKLOG or not line.startswith(b'{"event"'):
                    self.waiting += line + b"\n"

    def _send(self, message: dict[str, Any]) -> None:
        self.waiting += json.dumps(message).encode() + b"\n"
        self._flush()

    def _flush(self) -> None:
        try:
            while self.waiting:
                del self.waiting[: self.connection.send(self.waiting)]
        except BlockingIOError:
            pass
        except OSError:
            self.waiting.clear()  # the Pool is gone, which the next read shows

    def _finish(self, message: dict[str, Any]) -> None:
        """Send the last message, and wait until it is read."""
        self._send(message)
        while self.waiting and not self.orphaned:
            inputs: list[Any] = [self.wake, self.connection]
            readable, _, _ = select.select(inputs, [self.connection], [])
            if self.wake in readable:
                os.read(self.wake, 4096)
            if self.connection in readable and not self._pool_is_alive():
                return
            self._flush()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.orphaned = self.orphaned or number == signal.SIGTERM


def start(request: dict[str, Any], writing: int, close: list[int]) -> int:
    """Start the job's process, which writes its messages to a descriptor. -> its pid. A sandbox would go here."""
    supervisor = os.getpid()
    pid = os.fork()
    if pid == 0:
        child.main(request, writing, close, supervisor)  # does not return
    return pid


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one JSON line to the Pool, if it is still there."""
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _line(connection: socket.socket) -> str:
    """The first line; empty where the Pool ended before it sent one."""
    data = b""
    while not data.endswith(b"\n"):
        try:
            more = connection.recv(4096)
        except OSError:
            return ""
        if not more:
            return ""
        data += more
    return os.fsdecode(data).rstrip("\n")
