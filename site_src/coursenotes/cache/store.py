"""The store of results by key: written whole or not at all, checked when read. It never loads code."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from coursenotes.errors import CoursenotesError, Problem
from coursenotes.paths import Paths
from coursenotes.result import JobResult

SCHEMA = 1
RESULT, ARRAYS, DIGESTS = "result.json", "arrays.safetensors", "digests.json"


# ---------------------------------------------------------------- one entry
def write_entry(folder: Path, result: JobResult, depends: Mapping[str, Any] | None = None) -> None:
    """Write a result into an existing folder: result.json, arrays.safetensors, and the digests of both."""
    body = {
        "schema": SCHEMA,
        "metrics": {name: _number(value) for name, value in result.metrics.items()},
        "curves": {name: [None if v is None else _number(v) for v in curve] for name, curve in result.curves.items()},
        "labels": {name: list(values) for name, values in result.texts.items()},
        "provenance": dict(result.provenance),
        "depends": dict(depends or {}),
    }
    # safetensors silently writes an array that is not contiguous in the wrong order
    arrays = {name: np.ascontiguousarray(a).reshape(np.shape(a)) for name, a in result.arrays.items()}
    parts = {RESULT: _json(body), ARRAYS: save(arrays)}
    parts[DIGESTS] = _json({name: hashlib.sha256(data).hexdigest() for name, data in parts.items()})
    for name, data in parts.items():
        with (folder / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def read_entry(folder: Path) -> JobResult:
    """The result in a folder, its digests checked. Raises CoursenotesError on a missing, changed or unknown one."""
    return _read(folder)[0]


def _read(folder: Path) -> tuple[JobResult, dict[str, Any]]:
    try:
        digests = json.loads((folder / DIGESTS).read_bytes())
        parts = {name: (folder / name).read_bytes() for name in (RESULT, ARRAYS)}
        for name, data in parts.items():
            if hashlib.sha256(data).hexdigest() != digests.get(name):
                raise ValueError(f"{name} does not have the digest that was written with it")
        body = json.loads(parts[RESULT])
        if body["schema"] != SCHEMA:
            raise ValueError(f"schema {body['schema']}, this is {SCHEMA}")
        return JobResult(
            {name: _float(v) for name, v in body["metrics"].items()},
            {name: [None if v is None else _float(v) for v in curve] for name, curve in body["curves"].items()},
            load(parts[ARRAYS]),
            body["labels"],
            body["provenance"],
        ), body["depends"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CoursenotesError(Problem(f"a stored result cannot be read: {error}", folder)) from error


def _number(value: float) -> float | int | str:
    """A number for JSON, which has no NaN and no infinity; an experiment that may diverge has both."""
    value = float(value)
    return value if np.isfinite(value) else str(value)


def _float(value: float | str) -> float:
    return float(value)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()


# ---------------------------------------------------------------- the local store
class Store:
    """Entries below .coursenotes/store, one folder per key; safe with several builds at once."""

    def __init__(self, paths: Paths):
        self.paths = paths
        self.root = paths.store
        self.set_aside: list[Problem] = []  # damaged entries, which are recomputed
        self._read: dict[str, JobResult] = {}

    def folders(self) -> list[Path]:
        """The folders of all entries."""
        return sorted(self.root.glob("*/*"))

    def folder(self, key: str) -> Path:
        return self.root / key[:2] / key

    def get(self, key: str) -> JobResult | None:
        """The result, or None. A damaged entry is set aside and reported, and counts as missing."""
        if key not in self._read:
            if not self.folder(key).exists():
                return None
            try:
                self._read[key] = read_entry(self.folder(key))
            except CoursenotesError as error:
                self._set_aside(key, error)
                return None
        return self._read[key]

    def depends(self, key: str) -> dict[str, Any]:
        """The dependencies of the entry's result, as written; {} where there is no intact entry."""
        try:
            return _read(self.folder(key))[1]
        except CoursenotesError:
            return {}

    def put(self, key: str, folder: Path) -> None:
        """Move the folder of a finished entry into the store, whole or not at all."""
        read_entry(folder)
        target = self.folder(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.rename(target)
        except OSError:  # there is one with the same key: keep it if it is intact
            if self.get(key) is not None:
                shutil.rmtree(folder)
                return
            folder.rename(target)
        _sync(target.parent)

    def scratch(self) -> Path:
        """A new folder on the store's file system, for preparing an entry."""
        base = self.paths.scratch
        base.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=base))

    def _set_aside(self, key: str, error: CoursenotesError) -> None:
        bad = self.paths.set_aside
        bad.mkdir(parents=True, exist_ok=True)
        target = Path(tempfile.mkdtemp(dir=bad, prefix=f"{key[:12]}."))
        try:
            self.folder(key).rename(target / "entry")
        except OSError:
            return  # another build was first
        self.set_aside += [
            Problem(p.what, target / "entry", fix="nothing to do: it was set aside, and is computed again")
            for p in error.problems
        ]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write a file so that readers see the old one or the new one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(path)
