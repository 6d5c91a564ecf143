"""The Pool: this machine's devices and one warm server, which gets the tasks, those of the highest cost first."""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from coursenotes.errors import Problem
from coursenotes.paths import Paths
from coursenotes.workers.devices import Device, choose, cores, detect
from coursenotes.workers.environment import environment
from coursenotes.workers.job_handle import JobHandle, write_request
from coursenotes.workers.scratch import REQUEST, SERVER_LOG, Scratch, tail
from coursenotes.workers.server import JOB, PREPARE
from coursenotes.workers.tasks import Outcome, Task

TORCH_PRELOAD = (
    "torch",
    "fastai.basics",
    "fastai.collab",
    "matplotlib.pyplot",
    "sklearn.datasets",
    "safetensors.numpy",
    "coursenotes.experiments.job",
)
BACKGROUND = 10  # added to the niceness of a Pool in the background
PATIENCE = 15.0  # seconds for the server to end by itself


class Pool:
    """Runs tasks in processes of their own. A context manager: nothing that it started outlives it.

    root is the project's root, from which the tasks import. preload are the modules that the server loads before the
    first task; the server is started by the first task, so that a Pool without tasks costs nothing. slots replaces
    the number of CPU slots. warn is called with one line for each preload that failed (default: print it to standard
    error). environment is set in the server, and so in every job, before anything is loaded; None removes a variable.
    background gives everything else on this machine priority.
    """

    def __init__(
        self,
        root: Path,
        *,
        preload: Sequence[str] = TORCH_PRELOAD,
        devices: Sequence[Device] | None = None,
        slots: int | None = None,
        warn: Callable[[str], None] | None = None,
        environment: Mapping[str, str | None] | None = None,
        background: bool = False,
    ):
        self.paths, self.preload = Paths(Path(root).resolve()), list(preload)
        self._devices, self._slots = devices, slots
        self._environment, self._background = dict(environment or {}), background
        self._warn = warn or (lambda text: print(text, file=sys.stderr))
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._partial = b""  # of a line from the server
        self._scratch: Scratch | None = None
        self._running: dict[socket.socket, JobHandle] = {}
        self.ready: dict[str, Any] = {}  # the server's report: failed, seconds, cpu_seconds

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def devices(self) -> list[Device]:
        """The devices, the CPU first; detected on first use."""
        if self._devices is None:
            self._devices = detect(self._slots)
        if not any(not device.gpu for device in self._devices):
            self._devices = [Device("cpu", self._slots or cores()), *self._devices]
        return list(self._devices)

    def run(
        self, tasks: Iterable[Task], on_event: Callable[[Task, dict[str, Any]], None] | None = None
    ) -> Iterator[Outcome]:
        """Run the tasks and yield their outcomes as they finish; one that fails does not stop the others.

        They start by descending cost, then by id. on_event is called with {"start": {…}} when a task starts, and then
        with its reports. Leaving the iteration (an exception, Ctrl-C, break) kills the running tasks.
        """
        waiting = sorted(tasks, key=lambda task: (-task.cost, task.id))
        try:
            if waiting:
                self.warm()
            while waiting or self._running:
                if self._control is None:
                    problem = self._server_problem()
                    yield from (Outcome(task, False, problem=problem) for task in waiting)
                    waiting = []
                else:
                    self._start_waiting(waiting)
                yield from self._wait(on_event)
        finally:
            for running in list(self._running.values()):
                self._forget(running)

    def warm(self) -> None:
        """Start the server, if there is none, without waiting for it."""
        if self._server is not None and self._control is not None:
            return
        if self._scratch is None:
            self._scratch = Scratch(self.paths.jobs)
        scratch = self._scratch.path
        libraries = self.paths.libraries_state
        libraries.mkdir(parents=True, exist_ok=True)
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-m", "coursenotes.workers.server", str(theirs.fileno()), json.dumps(self.preload)]
        command += [str(BACKGROUND)] if self._background else []
        with theirs, (scratch / SERVER_LOG).open("wb") as log:
            self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=scratch,
                env={k: v for k, v in {**environment(libraries), **self._environment}.items() if v is not None},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._partial = b""

    def prepare(self, call: str, args: Mapping[str, Any]) -> None:
        """Have the server call a function of the engine, "package.module:function", before it starts further jobs.

        Jobs need not load what it loads. It must not start a thread or import code of the project.
        """
        self.warm()
        assert self._control is not None
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                socket.send_fds(self._control, [PREPARE], [theirs.fileno()])
                ours.sendall(json.dumps({"call": call, "args": dict(args)}).encode() + b"\n")
            except OSError:
                self._hang_up()  # the server is gone, which the next job reports

    def close(self) -> None:
        """Kill the running jobs, end the server, wait for both, and remove the files that were not moved away."""
        for running in list(self._running.values()):
            self._forget(running)
        self._hang_up()
        if self._server is not None:
            try:
                self._server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    # -- starting
    def _start_waiting(self, waiting: list[Task]) -> None:
        """Start the tasks that have a free slot, in order."""
        busy = Counter(running.device.name for running in self._running.values())
        for task in list(waiting):
            device = choose(task.gpu, self.devices, busy)
            if device is not None:
                try:
                    self._start(task, device)
                except (BrokenPipeError, ConnectionError):
                    self._hang_up()
                    return
                waiting.remove(task)
                busy[device.name] += 1

    def _start(self, task: Task, device: Device) -> None:
        assert self._control is not None and self._scratch is not None
        folder, temporary = self._scratch.job()
        request = write_request(task, device, self.paths.root, folder, temporary)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [JOB], [theirs.fileno()])
                ours.sendall(os.fsencode(folder / REQUEST) + b"\n")
            except OSError:
                ours.close()
                raise
        self._running[ours] = JobHandle(task, device, folder, ours, request)

    # -- listening
    def _wait(self, on_event: Callable[[Task, dict[str, Any]], None] | None) -> Iterator[Outcome]:
        """Wait for messages, and yield the outcomes of jobs that ended."""
        if not self._running and self._control is None:
            return
        with selectors.DefaultSelector() as selector:
            for sock in [*self._running, *([self._control] if self._control else [])]:
                selector.register(sock, selectors.EVENT_READ)
            ready = [cast(socket.socket, key.fileobj) for key, _ in selector.select()]
        for sock in ready:
            try:
                data = sock.recv(2**16)
            except ConnectionError:
                data = b""
            if sock is self._control:
                self._server_message(data)
            elif (running := self._running.get(sock)) is not None:
                for event in running.receive(data):
                    if on_event is not None:
                        on_event(running.task, event)
                if not data:
                    outcome = running.conclude()
                    self._forget(running)
                    yield outcome

    def _server_message(self, data: bytes) -> None:
        """Take the server's report that it is ready, or close the connection where it ended."""
        if not data:
            self._hang_up()
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self.ready = json.loads(line)["ready"]
            for name, error in self.ready["failed"].items():
                self._warn(f"{name} could not be preloaded: {error}")

    def _forget(self, running: JobHandle) -> None:
        """Close the job's socket, at which its supervisor kills whatever is left of it."""
        running.socket.close()
        self._running.pop(running.socket, None)

    def _hang_up(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None

    def _server_problem(self) -> Problem:
        """The problem of tasks that were not run since the server ended, with the end of its log."""
        status = self._server.wait() if self._server is not None else None
        assert self._scratch is not None
        log = tail(self._scratch.path / SERVER_LOG).strip().splitlines()[-12:]
        how = f"was killed by signal {-status}" if status is not None and status < 0 else f"ended with status {status}"
        return Problem(f"the server that starts jobs {how}; this was not run", details=tuple(log), fix="run it again")
