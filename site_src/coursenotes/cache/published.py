"""Published full-scale results: one small text file per experiment, which a pull request shows line by line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coursenotes.cache.store import write_atomic
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.result import JobResult, Row

SCHEMA = 1
LIMIT = 100_000  # bytes of arrays and texts per experiment: what figures read, without the trained weights
DIGITS = 6  # significant, of arrays and curves
WIDE = 240  # characters of a mapping that may be on one line


def write(path: Path, experiment: str, depends: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Write an experiment's full-scale results. Raises CoursenotesError where the arrays are too large for a text."""
    jobs = [_job(row) for row in rows]
    size = sum(len(as_text(job["arrays"])) + len(as_text(job["labels"])) for job in jobs)
    if size > LIMIT:
        what = f"{experiment} gives {size / 1000:.0f} KB of arrays and texts at full scale, over {LIMIT // 1000} KB"
        fix = "return only what its figures draw, or from the first seed only"
        raise CoursenotesError(Problem(what, path, fix=fix))
    body = {"schema": SCHEMA, "experiment": experiment, "depends": dict(depends), "jobs": jobs}
    write_atomic(path, as_text(body) + "\n")


def read(path: Path) -> tuple[dict[str, Any], list[Row]]:
    """(the dependencies of the jobs, the jobs) of a published file. Raises CoursenotesError on a bad one."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["schema"] != SCHEMA:
            raise ValueError(f"schema {body['schema']}, this is {SCHEMA}")
        return body["depends"], [_row(job) for job in body["jobs"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CoursenotesError(
            Problem(
                f"a published result cannot be read: {error!r}", path, fix="restore it from git, or publish it again"
            )
        ) from error


def _job(row: Row) -> dict[str, Any]:
    result = row.result
    return {
        "settings": dict(row.settings),
        "seed": row.seed,
        "key": row.key,
        "metrics": {name: _number(value, 10) for name, value in sorted(result.metrics.items())},
        "curves": {name: [_number(v) for v in curve] for name, curve in sorted(result.curves.items())},
        "labels": {name: list(values) for name, values in sorted(result.texts.items())},
        "arrays": {
            name: {"dtype": str(a.dtype), "shape": list(a.shape), "values": [_number(v) for v in a.ravel().tolist()]}
            for name, a in sorted(result.arrays.items())
            if not name.startswith("_")  # for later experiments only: weights, which would be megabytes of text
        },
        "provenance": dict(result.provenance),
    }


def _row(job: Mapping[str, Any]) -> Row:
    arrays = {
        name: np.array([_float(v) for v in a["values"]], dtype=a["dtype"]).reshape(a["shape"])
        for name, a in job["arrays"].items()
    }
    metrics = {name: _float(v) for name, v in job["metrics"].items()}
    curves = {name: [None if v is None else _float(v) for v in curve] for name, curve in job["curves"].items()}
    result = JobResult(metrics, curves, arrays, job["labels"], job["provenance"])
    return Row(job["settings"], job["seed"], result, job["key"])


def _number(value: Any, digits: int = DIGITS) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if not math.isfinite(value):
        return str(value)
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value


def as_text(value: Any, indent: int = 0, flat: bool = False) -> str:
    """JSON with a line for each name, and lists of scalars folded to lines, so that a difference is small.

    flat: put mappings of small values on one line.
    """
    pad = " " * (indent + 1)
    small = flat and indent and len(line := json.dumps(value, ensure_ascii=False)) <= WIDE and "{" not in line[1:]
    if isinstance(value, Mapping) and value and not small:
        inner = ",\n".join(f"{pad}{json.dumps(str(k))}: {as_text(v, indent + 1, flat)}" for k, v in value.items())
        return f"{{\n{inner}\n{' ' * indent}}}"
    if isinstance(value, list) and not small and any(isinstance(v, Mapping | list) for v in value):
        return "[\n" + ",\n".join(f"{pad}{as_text(v, indent + 1, flat)}" for v in value) + f"\n{' ' * indent}]"
    if isinstance(value, list) and len(value) > 12:
        rows = (value[i : i + 12] for i in range(0, len(value), 12))
        lines = [pad + json.dumps(row, ensure_ascii=False, separators=(",", ":"))[1:-1] for row in rows]
        return "[\n" + ",\n".join(lines) + f"\n{' ' * indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
