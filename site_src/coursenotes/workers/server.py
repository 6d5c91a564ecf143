"""The warm server: has the heavy libraries loaded, and forks a keeper for each job. Single-threaded.

Run as `python -m coursenotes.workers.server FD PRELOAD [NICE]` by local.py, which sets the environment. FD is a
socket; for each JOB byte with one descriptor that comes over it, a job is started, whose request is read from that
descriptor. For each PREPARE byte, a function that is named on the descriptor is called here, so that the jobs after it
need not. It ends when the socket does. It first says, as one JSON line, what it could not load; that is not fatal.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from types import FrameType
from typing import Any

from coursenotes.errors import Problem
from coursenotes.workers import environment, failures, processes, supervisor, torchvision_compat

JOB, PREPARE = b"j", b"p"


def main(descriptor: int, preload: list[str]) -> None:
    """Load, say so, and serve until the socket ends."""
    control = socket.socket(fileno=descriptor)
    processes.adopt_orphans()  # of a keeper that was killed
    torchvision_compat.install()
    started = time.monotonic()
    failed = load(preload)
    ready = {"failed": failed, "seconds": time.monotonic() - started, "cpu_seconds": time.process_time()}
    control.sendall(json.dumps({"ready": ready}).encode() + b"\n")
    try:
        serve(control)
    finally:
        control.close()
        processes.kill_descendants()  # the keepers end by themselves; this waits for them, and for what they left


def load(names: list[str]) -> dict[str, str]:
    """Import the modules and make torch ready to be forked. -> for each that failed, why."""
    failed = {}
    for name in names:
        print("loading", name, file=sys.stderr, flush=True)  # the last of these names the culprit of a crash
        try:
            importlib.import_module(name)
            if name == "torch":
                prepare_torch()
        except BaseException as error:
            failed[name] = f"{type(error).__name__}: {error}"
    if (torch := sys.modules.get("torch")) is not None and torch.cuda.is_initialized():
        raise SystemExit("a preloaded module initialised CUDA, and then no forked job could use a GPU")
    threads = thread_count()
    if threads > 1:
        print(f"{threads} threads run before the first fork; their locks may be held in a job", file=sys.stderr)
    print("loaded", file=sys.stderr, flush=True)
    if "fastai.imports" in sys.modules:
        sys.modules["fastcore.foundation"].defaults.cpus = 0  # else each of its loaders forks a process a core
    environment.reset_libraries()
    gc.collect()
    gc.freeze()  # the collector of a job does not touch, and so does not copy, what the server holds
    return failed


def prepare_torch() -> None:
    """One thread, before any tensor is made, and one optimiser, whose first step imports torch._dynamo (a second)."""
    import torch

    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)  # by hand: a backward pass may start threads, and then autograd refuses to be forked
    torch.optim.SGD([weight], lr=0.1).step()


def thread_count() -> int:
    """How many threads this process has; 1 where the system does not say."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208
    except OSError:
        return 1


def serve(control: socket.socket) -> None:
    """Fork a keeper for each descriptor that comes, and reap those that ended, until the socket ends."""
    keepers: set[int] = set()
    wake, woken = os.pipe()
    for end in (wake, woken):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, _noted)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    inputs: list[Any] = [control, wake]
    while True:
        ready, _, _ = select.select(inputs, [], [])
        if wake in ready:
            os.read(wake, 4096)
            keepers -= processes.reap()[0].keys()
            if set(processes.children(os.getpid())) - keepers:
                _kill_orphans(keepers)
        if control in ready:
            asked, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not asked:
                return
            connection = socket.socket(fileno=descriptors[0])
            if asked == PREPARE:
                prepare(connection)
                continue
            server = os.getpid()
            try:
                pid = os.fork()
            except OSError as error:
                problem = Problem(f"no process could be started: {error}", fix="free some memory, or use fewer slots")
                supervisor.say(connection, {"problem": failures.plain(problem), "end": {"reason": "fork"}})
                connection.close()
                continue
            if pid == 0:
                signal.set_wakeup_fd(-1)
                for end in (wake, woken):
                    os.close(end)
                control.close()
                supervisor.main(connection, server)  # does not return
            keepers.add(pid)
            connection.close()


def prepare(connection: socket.socket) -> None:
    """Call a function with arguments, both read from the connection as a line of JSON; a failure is not fatal.

    What it loads stays here for the jobs to find; each does without, or meets the same error where it can be told.
    """
    with connection, connection.makefile("r", encoding="utf-8") as file:
        asked = json.loads(file.readline())
        module, _, name = asked["call"].partition(":")
        try:
            getattr(importlib.import_module(module), name)(asked["args"])
        except Exception as error:
            print(f"{asked['call']}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    gc.collect()
    gc.freeze()


def _kill_orphans(keepers: set[int]) -> None:
    """A keeper was killed, and what its job had started came here: kill that, and leave the other keepers be."""
    for orphan in set(processes.children(os.getpid())) - keepers:
        for pid in [*processes.descendants(orphan), orphan]:
            processes.send(pid, signal.SIGKILL)


def _noted(number: int, frame: FrameType | None) -> None:
    """A handler, since an ignored signal would not wake the select."""


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build, which then closes the socket
    if len(sys.argv) > 3:
        os.nice(int(sys.argv[3]))  # everything that is forked from here lets others on this machine go first
        processes.give_way_as_a_session()
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
    sys.stderr.flush()
    os._exit(0)  # tidying up torch takes longer than all that is left to do
