"""What a result depends on.

A job's fingerprint covers the code that its experiment reaches in the project, the data, the settings, the seed, the
scale, the versions of the libraries that it uses, and ENGINE. It covers neither formatting, comments nor docstrings,
neither figures nor other experiments, neither the device nor the date.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from coursenotes.discover.python import refusals
from coursenotes.discover.python.modules import candidates
from coursenotes.discover.python.reach import Closure, Code
from coursenotes.errors import Problem

ENGINE = 2  # raised when seeding, or the worker, changes what an experiment computes
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python"}
IMPLIED = {"fastai": ("torch",), "torchvision": ("torch",)}  # computes with it, whether or not the code names it


@functools.cache
def version(plan: str) -> str | None:
    """The public version of an installed library, without a build tag; None for one of Python's own."""
    if plan in sys.stdlib_module_names or plan in ("coursenotes", "__future__"):
        return None
    try:
        return importlib.metadata.version(DISTRIBUTIONS.get(plan, plan)).split("+")[0]
    except importlib.metadata.PackageNotFoundError:  # its package has another name: looked up among all, which is slow
        names = importlib.metadata.packages_distributions().get(plan)
        return importlib.metadata.version(names[0]).split("+")[0] if names else None


def libraries(closures: Iterable[Closure]) -> dict[str, str]:
    """The libraries that reached code uses, with their public versions."""
    names = {name for closure in closures for name in closure.libraries}
    names |= {implied for name in names for implied in IMPLIED.get(name, ())}
    return {name: found for name in sorted(names) if (found := version(name)) is not None}


def job_closures(code: Code, module: str, function: str, dataset: tuple[str, str] | None, scale: str) -> list[Closure]:
    """What the jobs of an experiment at one scale reach: by its function, and by its data."""
    closures = [code.closure(module, function)]
    return closures if dataset is None else [*closures, code.closure(*dataset, scale=scale)]


def job_depends(closures: list[Closure], experiment: str, scale: str) -> dict[str, Any]:
    """What all jobs of an experiment at one scale depend on.

    At full scale the libraries' versions are provenance, not part of what a result depends on.
    """
    symbols = {name: value for closure in closures for name, value in closure.symbols.items()}
    depends = {"engine": ENGINE, "experiment": experiment, "scale": scale, "code": dict(sorted(symbols.items()))}
    return depends | ({"libraries": libraries(closures)} if scale == "sample" else {})


def job_problems(closures: list[Closure], times: Iterable[str] = ()) -> list[Problem]:
    """What keeps an experiment from being run. times: the metrics that it declares to be times."""
    function, *data = closures
    everywhere = [refusals.IN_JOBS, refusals.ADDRESS, *([] if times else [refusals.CLOCK])]
    found = function.problems(refusals.SEED, *everywhere)
    return list(dict.fromkeys([*found, *(p for each in data for p in each.problems(*everywhere))]))


def slices(code: Code, closures: Iterable[Closure]) -> dict[str, Any]:
    """What of the project these closures reach, as plain JSON: module -> {"text": the digest of its file,
    "statements": indices, "datasets": {index: scale}, "acting", "idle": imports that do more than bind names}.

    Nothing else is to be run under a key that is made of them.
    """
    found: dict[str, Any] = {}
    for closure in closures:
        for module in closure.modules:
            part = found.setdefault(module, {"module": module, "statements": [], "datasets": {}})
            there = {*part["statements"], *closure.statements.get(module, ())}
            part["statements"] = sorted(there)
            part["datasets"] |= {str(i): scale for i, scale in closure.datasets.get(module, {}).items()}
    for module, part in found.items():
        summary, path = code.module(module), code.paths.module_path(module)
        if summary is not None and path is not None:
            acting = {target for _, target in summary["loads"] if any(code.acts(m) for m in candidates(target))}
            part |= {"text": code.digests[module], "package": path.name == "__init__.py"}
            idle = [t for t in summary["idle"] if all(code.module(m) is None for m in candidates(t))]
            part |= {"acting": sorted(acting), "idle": idle}
    return found


def key(depends: Mapping[str, Any], settings: Mapping[str, Any], seed: int) -> str:
    """The fingerprint of one job: sha256, in hex, over what it depends on."""
    return hash_json({**depends, "settings": dict(settings), "seed": seed})


def hash_json(value: Any) -> str:
    """The sha256, in hex, of plain JSON; the same for the same value everywhere."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def difference(old: Mapping[str, Any], new: Mapping[str, Any], short: Callable[[str], str] = str) -> list[str]:
    """What changed between what two results depended on, in words, the most telling first."""
    found: list[str] = []
    before, after = old.get("code", {}), new.get("code", {})
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(f"{short(name)} is no longer used")
        elif name not in before:
            found.append(f"{short(name)} is used now")
        elif before[name] != after[name]:
            found.append(f"{'the data' if name.endswith(']') else 'the code'} of {short(name)} changed")
    libs, now = old.get("libraries", {}), new.get("libraries", {})
    for name in sorted(libs.keys() | now.keys()):
        if libs.get(name) != now.get(name):
            found.append(f"{name} {libs.get(name, 'not used')} -> {now.get(name, 'not used')}")
    if "after" in old and "after" in new:  # what it comes after changed: told with its name
        before = short(str(new["after"]["experiment"]))
        found += [f"{before}: {text}" for text in difference(old["after"], new["after"], short)]
    elif "after" in old or "after" in new:
        found.append("what it comes after changed")
    for name in ("engine", "experiment", "scale", "settings", "seed"):
        if name in old and name in new and old[name] != new[name]:
            found.append(f"{name} {old[name]} -> {new[name]}")
    return found
