"""The warm server: loads the heavy libraries once, and forks a supervisor for each job. Single-threaded.

Run as `python -m coursenotes.workers.server FD PRELOAD [NICE]` by pool.py, which sets the environment. FD is a socket.
For each JOB byte with one descriptor that arrives on it, a job is started, whose request is read from that descriptor.
For each PREPARE byte, a function that is named on the descriptor is called here, so that later jobs need not call it.
It ends when the socket does. Its first message, one JSON line, lists the modules that failed to load; that is not
fatal.
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
    """Load the modules, report it, and serve until the socket ends."""
    control = socket.socket(fileno=descriptor)
    processes.adopt_orphans()  # of a supervisor that was killed
    torchvision_compat.install()
    started = time.monotonic()
    failed = load(preload)
    ready = {"failed": failed, "seconds": time.monotonic() - started, "cpu_seconds": time.process_time()}
    control.sendall(json.dumps({"ready": ready}).encode() + b"\n")
    try:
        serve(control)
    finally:
        control.close()
        processes.kill_descendants()  # supervisors end by themselves; this waits for them


def load(names: list[str]) -> dict[str, str]:
    """Import the modules and prepare torch for forks. -> the error of each module that failed."""
    failed = {}
    for name in names:
        print("loading", name, file=sys.stderr, flush=True)  # after a crash, the last of these lines names the module
        try:
            importlib.import_module(name)
            if name == "torch":
                prepare_torch()
        except BaseException as error:
            failed[name] = f"{type(error).__name__}: {error}"
    if (torch := sys.modules.get("torch")) is not None and torch.cuda.is_initialized():
        raise SystemExit("a preloaded module initialized CUDA, so that no forked job could use a GPU")
    threads = thread_count()
    if threads > 1:
        print(f"{threads} threads run before the first fork; their locks may be held in a job", file=sys.stderr)
    print("loaded", file=sys.stderr, flush=True)
    if "fastai.imports" in sys.modules:
        sys.modules["fastcore.foundation"].defaults.cpus = 0  # else each of its loaders forks a process per core
    environment.reset_libraries()
    gc.collect()
    gc.freeze()  # so that the collector of a job neither touches nor copies the server's objects
    return failed


def prepare_torch() -> None:
    """Set one thread, before any tensor is made, and take one optimizer step, which imports torch._dynamo (1 s)."""
    import torch

    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)  # by hand: a backward pass may start threads, after which autograd cannot be forked
    torch.optim.SGD([weight], lr=0.1).step()


def thread_count() -> int:
    """The number of threads of this process; 1 where the system does not report it."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208
    except OSError:
        return 1


def serve(control: socket.socket) -> None:
    """Fork a supervisor for each descriptor that arrives, and reap those that ended, until the socket ends."""
    supervisors: set[int] = set()
    wake, woken = os.pipe()
    for end in (wake, woken):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, _wake_select)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    inputs: list[Any] = [control, wake]
    while True:
        ready, _, _ = select.select(inputs, [], [])
        if wake in ready:
            os.read(wake, 4096)
            supervisors -= processes.reap()[0].keys()
            if set(processes.children(os.getpid())) - supervisors:
                _kill_orphans(supervisors)
        if control in ready:
            kind, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not kind:
                return
            connection = socket.socket(fileno=descriptors[0])
            if kind == PREPARE:
                prepare(connection)
                continue
            server = os.getpid()
            try:
                pid = os.fork()
            except OSError as error:
                problem = Problem(f"no process could be started: {error}", fix="free some memory, or use fewer slots")
                supervisor.send(connection, {"problem": failures.plain(problem), "end": {"reason": "fork"}})
                connection.close()
                continue
            if pid == 0:
                signal.set_wakeup_fd(-1)
                for end in (wake, woken):
                    os.close(end)
                control.close()
                supervisor.main(connection, server)  # does not return
            supervisors.add(pid)
            connection.close()


def prepare(connection: socket.socket) -> None:
    """Call a function with arguments, both read from the connection as a line of JSON.

    The modules and data that it loads are there in later jobs. A failure is not fatal: jobs work without it, or meet
    the same error where it can be reported.
    """
    with connection, connection.makefile("r", encoding="utf-8") as file:
        request = json.loads(file.readline())
        module, _, name = request["call"].partition(":")
        try:
            getattr(importlib.import_module(module), name)(request["args"])
        except Exception as error:
            print(f"{request['call']}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    gc.collect()
    gc.freeze()


def _kill_orphans(supervisors: set[int]) -> None:
    """Kill the processes that this server adopted from a supervisor that was killed; not the other supervisors."""
    for orphan in set(processes.children(os.getpid())) - supervisors:
        for pid in [*processes.descendants(orphan), orphan]:
            processes.send(pid, signal.SIGKILL)


def _wake_select(number: int, frame: FrameType | None) -> None:
    """A handler that does nothing, since an ignored signal would not wake select()."""


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the build, which then closes the socket
    if len(sys.argv) > 3:
        os.nice(int(sys.argv[3]))  # for everything that is forked from here
        processes.renice_session()
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
    sys.stderr.flush()
    os._exit(0)  # without the clean-up of torch, which takes longer than all the rest
