"""The process of a job, around the function that it calls. Forked from its supervisor; never returns."""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from typing import Any

from coursenotes.paths import Paths
from coursenotes.workers import failures, limits, processes
from coursenotes.workers.entropy import seed_everything


def main(request: dict[str, Any], writing: int, close: list[int], supervisor: int) -> None:
    """Run one job and send its value or its problem. Ends the process."""
    status = 1
    try:
        for descriptor in close:
            os.close(descriptor)
        prepare(request, supervisor)
        send = Sender(writing)
        try:
            value = call(request, lambda event: send({"event": event}))
            send({"value": value})
            status = 0
        except BaseException as error:
            limits.lift_memory_bound()
            send({"problem": failures.plain(failures.from_error(error, Path(request["root"]), request))})
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)  # without the clean-up of torch and the interpreter, which takes as long as a small job


def prepare(request: dict[str, Any], supervisor: int) -> None:
    """Make the forked process the job's own: signals, output, limits, device, seeds."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setpgid(0, 0)
    processes.die_with_parent(supervisor)
    redirect(Path(request["output"]))
    trace = open(request["trace"], "w")  # noqa: PTH123, SIM115 - open as long as the process lives
    faulthandler.enable(trace)
    faulthandler.register(signal.SIGUSR1, trace)
    os.environ["TMPDIR"] = tempfile.tempdir = request["scratch"]
    os.chdir(request["scratch"])
    limits.no_core_files()
    os.environ["CUDA_VISIBLE_DEVICES"] = request["device"]["visible"]
    if not request["device"]["gpu"]:
        limits.bound_memory(request["memory"])
    read_source_only(Path(request["root"]))
    seed_everything(0)


def redirect(output: Path) -> None:
    """Standard output and error go to a file, standard input is empty."""
    sys.stdout.flush()
    sys.stderr.flush()
    target = os.open(output, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)  # cells read back what they printed
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, descriptor in ((nothing, 0), (target, 1), (target, 2)):
        os.dup2(source, descriptor)
    os.close(target)
    os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="replace")  # type: ignore[union-attr]


class Sender:
    """Writes each message as one JSON line, whole."""

    def __init__(self, descriptor: int):
        self.descriptor = descriptor

    def __call__(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self.descriptor, data) :]


def call(request: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> Any:
    """Import the function and call it with (args, folder, report), on the job's device."""
    use_device(request["device"])
    module, _, name = request["call"].partition(":")
    return getattr(importlib.import_module(module), name)(request["args"], Path(request["folder"]), report)


def use_device(device: dict[str, Any]) -> None:
    """On a GPU, make it torch's default and limit the job to its slot's share of the memory; on a CPU do nothing.

    A default device set to the CPU would route the creation of every tensor through Python, at half the speed.
    """
    if device["gpu"]:
        import torch

        torch.set_default_device("cuda")
        if device["gigabytes"] is not None:
            whole = torch.cuda.get_device_properties(0).total_memory
            torch.cuda.set_per_process_memory_fraction(min(1.0, device["gigabytes"] * 2**30 / whole))


class SourceOnly(SourceFileLoader):
    """Compiles a module from its source each time.

    Python uses a stored .pyc when the source has the same size and the same second of modification. A change from p=0.2
    to p=0.5 within a second keeps both: the job would run the old code under the new key.
    """

    def path_stats(self, path: str) -> Any:  # so the loader has nothing to compare a .pyc with
        raise OSError(f"{path} is read from its source")


def read_source_only(root: Path) -> None:
    """Put the project's root on the path, and import the modules below it from source."""
    inside = FileFinder.path_hook((SourceOnly, [".py"]))
    paths = Paths(root)
    trees = [str(paths.snippets), str(paths.claims.parent)]  # a job may import their modules

    def hook(path: str) -> Any:
        if path == str(root) or any(path == tree or path.startswith(tree + os.sep) for tree in trees):
            return inside(path)
        raise ImportError("not the project's")

    sys.path_hooks.insert(0, hook)
    sys.path.insert(0, str(root))
    for path in [path for path in sys.path_importer_cache if path.startswith(str(root))]:
        del sys.path_importer_cache[path]
    importlib.invalidate_caches()
