"""Runs one job of an experiment: seeds it, loads its data, calls its function, checks and writes the result.

Called by workers/child.py in the job's own process.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib
import inspect
import math
import platform
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from coursenotes.api import FRESH_DATA, Dataset, Run
from coursenotes.cache import store
from coursenotes.errors import CoursenotesError, Problem, Problems
from coursenotes.experiments import datafiles
from coursenotes.paths import Paths
from coursenotes.result import JobResult
from coursenotes.workers import kernels, slices
from coursenotes.workers.entropy import seed_everything
from coursenotes.workers.file_guard import FileWatch

LIBRARIES = ("torch", "torchvision", "fastai", "fastcore", "numpy", "scipy", "scikit-learn", "pandas", "safetensors")
ALLOWED = "an experiment can return numbers, NumPy or torch arrays of numbers, and lists of texts"


def train(args: Mapping[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Run one job and write its result into the folder. -> {"metrics": how many it returned}.

    args: module, function, path (of the snippet), dataset ([module, name] or None), settings, seed, scale,
    may_diverge; root and slices, the only code of the project that is loaded; after, the key of the earlier result
    that the function takes, or None; depends, written with the result; takes, the settings that are its parameters.
    Raises CoursenotesError where the data is not available, a file is read that no key covers or the function returned
    something that cannot be stored, and whatever the snippet raises.
    """
    model = [] if args.get("after") is None else [_earlier_result(args)]
    run = Run(args["seed"], args["scale"], device_in_use(), report)
    with loaded_slices(args, folder) as watched:
        seed_everything(args["seed"])  # before the modules are imported, which may draw numbers
        function = getattr(importlib.import_module(args["module"]), args["function"])
        seed_everything(args["seed"])
        data = []
        if args["dataset"] is not None:
            module, name = args["dataset"]
            data = [load_data(module, name, args["scale"], run.device, args["seed"], watched)]
        seed_everything(args["seed"])  # again, so that random numbers of a loader do not affect the training
        takes = args.get("takes", list(args["settings"]))
        started, cpu = time.monotonic(), _cpu_seconds()
        returned = function(*data, *model, run, **{name: args["settings"][name] for name in takes})
        seconds, cpu = time.monotonic() - started, _cpu_seconds() - cpu
    result = as_result(returned, Path(args["path"]), args["function"], bool(args.get("may_diverge")))
    provenance = {**machine(run.device), "seconds": round(seconds, 3), "cpu_seconds": round(cpu, 3)}
    result = dataclasses.replace(result, curves=run.curves, provenance=provenance)
    store.write_entry(folder, result, args.get("depends"))
    return {"metrics": len(result.metrics)}


def loaded_slices(args: Mapping[str, Any], folder: Path) -> contextlib.AbstractContextManager[FileWatch | None]:
    """Load only args["slices"] of the project's code; inside the context, no other file of it may be read."""
    if "slices" not in args:
        return contextlib.nullcontext()
    paths = Paths(Path(args["root"]))
    slices.install(paths, args["slices"])
    return FileWatch(paths.root, [folder, Path.cwd(), paths.libraries_state])


def _earlier_result(args: Mapping[str, Any]) -> JobResult:
    """The result of the job that this one comes after."""
    result = store.Store(Paths(Path(args["root"]))).get(args["after"])
    if result is None:
        what = "the result of the experiment that it comes after is gone"
        raise CoursenotesError(Problem(what, args["path"], args.get("line"), fix="run it again"))
    return result


def fetch_data(args: Mapping[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]) -> None:
    """Fetch and check a real dataset's files. args: dataset ([module, name]). Raises CoursenotesError."""
    module, name = args["dataset"]
    if "slices" in args:
        slices.install(Paths(Path(args["root"])), args["slices"])
    datafiles.fetch(getattr(importlib.import_module(module), name))


def device_in_use() -> str:
    """ "cuda" where the job has a GPU, else "cpu"."""
    torch = sys.modules.get("torch")
    return str(torch.get_default_device().type) if torch is not None else "cpu"


def load_data(
    module: str, name: str, scale: str, device: str = "cpu", seed: int = 0, watched: FileWatch | None = None
) -> Any:
    """A dataset's object at a scale. It is loaded on the CPU, and its tensors are moved to the device afterwards.

    So a loader is the same code everywhere, with NumPy and generators of its own. A build's seeds share one dataset,
    the one that pages show; seeds from FRESH_DATA on, those of a replication, generate their data anew: they are
    passed to a sample= function that takes a seed. Raises CoursenotesError where the dataset has nothing at this
    scale, or its files are not available.
    """
    dataset: Dataset = getattr(importlib.import_module(module), name)
    make = dataset.sample if scale == "sample" else dataset.full
    if make is None:
        raise CoursenotesError(
            Problem(f"{module}.{name} has no data at scale {scale!r}", fix=f"give its Dataset a function {scale}=")
        )
    with watched.paused() if watched else contextlib.nullcontext():  # the files are checked by their digests
        arguments = [] if scale == "sample" else [datafiles.fetch(dataset)]
    for folder in arguments if watched else ():
        watched.allow(folder)  # type: ignore[union-attr]
    fresh = scale == "sample" and seed >= FRESH_DATA and "seed" in inspect.signature(make).parameters
    named = {"seed": seed} if fresh else {}
    if device == "cpu":
        return make(*arguments, **named)
    import torch

    with torch.device("cpu"):
        data = make(*arguments, **named)
    return moved(data, device)


def moved(data: Any, device: str) -> Any:
    """The same object with its tensors on a device: looks into tuples, lists, dicts and dataclasses."""
    import torch

    if isinstance(data, torch.Tensor):
        return data.to(device)
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(moved(value, device) for value in data))
    if isinstance(data, (list, tuple)):
        return type(data)(moved(value, device) for value in data)
    if isinstance(data, dict):
        return {name: moved(value, device) for name, value in data.items()}
    if dataclasses.is_dataclass(data) and not isinstance(data, type):
        fields = {f.name: moved(getattr(data, f.name), device) for f in dataclasses.fields(data) if f.init}
        return dataclasses.replace(data, **fields)
    return data


def as_result(returned: Any, path: Path, function: str, may_diverge: bool = False) -> JobResult:
    """The return value of an experiment as metrics, arrays and texts. Raises CoursenotesError with every problem."""
    if not isinstance(returned, Mapping):
        what, fix = f"{function} returned {_kind(returned)}, not a dict", 'return {"valid_loss": valid_loss, …}'
        raise CoursenotesError(Problem(what, path, returning_line(path, function), fix=fix))
    problems = Problems()
    metrics: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {}
    texts: dict[str, list[str]] = {}
    for name, value in returned.items():
        line = returning_line(path, function, name)
        if not isinstance(name, str) or not name.isidentifier():
            problems.add(f"{function} returns {name!r}: not a name", path, line, fix="use letters, digits and _")
            continue
        array = as_array(value)
        if array is not None and array.ndim == 0:
            number = array.item()
            if not may_diverge and not math.isfinite(number):
                fix = "find where it diverges; or, if that is intended, declare @experiment(may_diverge=True)"
                problems.add(f"{function} returned {name} = {number}", path, line, fix=fix)
            metrics[name] = int(number) if isinstance(number, bool) else number
        elif array is not None:
            arrays[name] = array
        elif isinstance(value, (list, tuple)) and value and all(isinstance(text, str) for text in value):
            texts[name] = [str(text) for text in value]
        else:
            what = f"{function} returned {name} as {_kind(value)}"
            problems.add(what, path, line, details=[ALLOWED], fix=_fix(value))
    problems.raise_if_any()
    return JobResult(metrics, {}, arrays, texts)


def as_array(value: Any) -> np.ndarray | None:
    """Numbers of any kind as a contiguous array, () for one number. None for any other value."""
    if hasattr(value, "detach"):
        value = value.detach()
        if value.device.type == "meta":
            return None
        value = value.cpu()
        if str(value.dtype) == "torch.bfloat16":  # which NumPy does not have
            value = value.float()
        try:
            value = value.resolve_conj().resolve_neg().numpy()
        except (NotImplementedError, RuntimeError, TypeError):  # sparse, or without values
            return None
    if not isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        return None
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    return np.ascontiguousarray(native).reshape(array.shape)


def returning_line(path: Path, function: str, name: Any = None) -> int | None:
    """The line of a snippet on which a function returns a name; else its last return; else its def."""
    try:
        tree = ast.parse(path.read_text())
    except (OSError, SyntaxError):
        return None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            returns = [inner for inner in ast.walk(node) if isinstance(inner, ast.Return)]
            for value in (inner.value for inner in returns):
                if isinstance(value, ast.Dict):
                    for key in value.keys:
                        if isinstance(key, ast.Constant) and key.value == name:
                            return key.lineno
            return max((inner.lineno for inner in returns), default=node.lineno)
    return None


def machine(device: str) -> dict[str, Any]:
    """The machine, device, libraries and date of a result: shown with it, and not part of its key."""
    torch = sys.modules.get("torch")
    return {
        "device": device,
        "gpu": torch.cuda.get_device_name(0) if torch is not None and device == "cuda" else None,
        "threads": torch.get_num_threads() if torch is not None else 1,
        "kernels": kernels.in_use(),
        "capability": torch.backends.cpu.get_cpu_capability() if torch is not None else None,
        "libraries": versions(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def versions() -> dict[str, str]:
    """The installed versions of the libraries that compute, with their builds (2.13.0+cpu)."""
    installed = {}
    for name in LIBRARIES:
        try:
            installed[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return installed


def _cpu_seconds() -> float:
    """The CPU time of this process and of the children that it waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _kind(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        return f"an array of {value.dtype}"
    return "None" if value is None else f"{type(value).__module__}.{type(value).__qualname__}".replace("builtins.", "")


def _fix(value: Any) -> str | None:
    if hasattr(value, "to_dense"):
        return "give a dense tensor of numbers: .to_dense()"
    if isinstance(value, (list, tuple)):
        return "wrap numbers in np.array(…), and leave an empty list out"
    if isinstance(value, np.ndarray):
        return "give texts as a list: .tolist()"
    if hasattr(value, "to_numpy"):
        return "give its numbers: .to_numpy()"
    return None
