"""One job's keeper: starts it, passes on what it says, holds it to its limits, and leaves nothing of it behind.

Forked from the server, in a session of its own. Never returns, and runs no code of the project's.
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
from coursenotes.workers.limits import Watch

BEHIND = 2**18  # bytes that wait for the Pool, beyond which progress is dropped rather than kept
GRACE = 0.5  # seconds for a job that ran out of time to write down where it was


def main(connection: socket.socket, server: int) -> None:
    """Keep one job, whose request is the first line on the connection. Ends the process."""
    status = 1
    try:
        os.setsid()
        processes.give_way_as_a_session()
        Keeper(connection, server).run()
        status = 0
    finally:
        processes.kill_descendants()
        os._exit(status)


class Keeper:
    """The state of one job while it runs."""

    def __init__(self, connection: socket.socket, server: int):
        self.connection = connection
        self.wake, self.woken = os.pipe()
        for end in (self.wake, self.woken):
            os.set_blocking(end, False)
        self.orphaned = False
        signal.signal(signal.SIGCHLD, self._noted)
        signal.signal(signal.SIGTERM, self._noted)
        signal.set_wakeup_fd(self.woken, warn_on_full_buffer=False)
        processes.adopt_orphans()
        processes.die_with_parent(server, signal.SIGTERM)  # a signal that leaves time to take the job along
        self.waiting = bytearray()  # for the Pool
        self.partial = b""  # of a line from the job

    def run(self) -> None:
        """From the request to the last word."""
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
        self.watch = Watch(self.pid, request["seconds"], request["memory"], Path(request["output"]))
        self._send({"event": {"start": {"device": request["device"]["name"], "pid": self.pid}}})
        reason = self._until_it_ends(reading)
        seconds = time.monotonic() - self.watch.started
        if reason in ("time", "output"):
            self._ask_where_it_is(Path(request["trace"]))
        cpu, left = processes.kill_descendants(group=self.pid)
        shutil.rmtree(request["scratch"], ignore_errors=True)
        self._pass_on(reading)
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
        """Serve the job until it ends by itself (None), or why it must be ended."""
        self.status: int | None = None
        self.cpu = 0.0
        inputs: list[Any] = [reading, self.wake, self.connection]
        while True:
            ready, _, _ = select.select(inputs, [self.connection] if self.waiting else [], [], self.watch.wait())
            if self.wake in ready:
                os.read(self.wake, 4096)
            if self.orphaned or (self.connection in ready and not self._pool_is_there()):
                return "stopped"
            if reading in ready and not self._pass_on(reading):
                inputs.remove(reading)
            self._flush()
            if self._ended():
                return None
            if reason := self.watch.over():
                return reason

    def _ended(self) -> bool:
        """Reap what ended; whether the job did."""
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

    def _ask_where_it_is(self, trace: Path) -> None:
        """faulthandler in the job answers this signal by writing its stack, even from inside compiled code."""
        try:
            os.kill(self.pid, signal.SIGUSR1)
        except ProcessLookupError:
            return
        end = time.monotonic() + GRACE
        while time.monotonic() < end and not (trace.exists() and trace.stat().st_size):
            time.sleep(0.01)
        time.sleep(0.02)  # for the rest of the text

    def _pool_is_there(self) -> bool:
        try:
            return bool(self.connection.recv(1))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _pass_on(self, reading: int) -> bool:
        """Read what the job said and pass whole lines on; False at the end of the pipe."""
        while True:
            try:
                data = os.read(reading, 2**16)
            except BlockingIOError:
                return True
            if not data:
                return False
            *lines, self.partial = (self.partial + data).split(b"\n")
            for line in lines:
                if len(self.waiting) < BEHIND or not line.startswith(b'{"event"'):
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
        """Say the last word, and wait for it to be taken."""
        self._send(message)
        while self.waiting and not self.orphaned:
            inputs: list[Any] = [self.wake, self.connection]
            readable, _, _ = select.select(inputs, [self.connection], [])
            if self.wake in readable:
                os.read(self.wake, 4096)
            if self.connection in readable and not self._pool_is_there():
                return
            self._flush()

    def _noted(self, number: int, frame: FrameType | None) -> None:
        self.orphaned = self.orphaned or number == signal.SIGTERM


def start(request: dict[str, Any], writing: int, close: list[int]) -> int:
    """Start the job's process, which says what it has to say on a descriptor. -> its pid. The seam for a sandbox."""
    keeper = os.getpid()
    pid = os.fork()
    if pid == 0:
        child.main(request, writing, close, keeper)  # does not return
    return pid


def say(connection: socket.socket, message: dict[str, Any]) -> None:
    """One JSON line to the Pool, if it still listens."""
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _line(connection: socket.socket) -> str:
    """The first line; empty where the Pool is gone before it said anything."""
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
