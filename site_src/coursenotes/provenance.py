"""Where results come from, in a few words: how many seeds, on what device, when, with which libraries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coursenotes.result import Results, Row

MAIN = ("torch", "fastai", "torchvision", "scikit-learn", "numpy")  # named first; numpy only where it stands alone


def devices(rows: Iterable[Row]) -> str:
    """CPU, or the GPU's name; several joined."""
    return _joined(_device(row.result.provenance) for row in rows)


def date(rows: Iterable[Row]) -> str:
    """The day of the last job, 2026-11-21; an empty string where none was noted."""
    return max((str(row.result.provenance.get("date", ""))[:10] for row in rows), default="")


def libraries(rows: Iterable[Row], everything: bool = False) -> list[str]:
    """["torch 2.13.0+cpu", "fastai 2.8.12"]: the main ones, or everything that was noted."""
    versions: dict[str, list[str]] = {}
    for row in rows:
        for name, version in (row.result.provenance.get("libraries") or {}).items():
            there = versions.setdefault(name, [])
            if version not in there:
                there.append(version)
    if everything:
        names = sorted(versions)
    else:
        names = [name for name in MAIN if name in versions and name != "numpy"] or [n for n in MAIN if n in versions]
    return [f"{name} {' and '.join(sorted(versions[name]))}" for name in names]


def seconds(rows: Iterable[Row]) -> float:
    """What the jobs took together."""
    return float(sum(row.result.provenance.get("seconds") or 0 for row in rows))


def summary(results: Results, fingerprint: str) -> list[str]:
    """The facts behind a number, one a line."""
    n = len(results.seeds)
    facts = [f"{n} seed{'s' * (n != 1)}, {results.scale} scale", devices(results.rows), date(results.rows)]
    facts += [", ".join(libraries(results.rows)), fingerprint[:12]]
    return [fact for fact in facts if fact]


def _device(provenance: Mapping[str, Any]) -> str:
    return str(provenance.get("gpu") or str(provenance.get("device") or "").upper())


def _joined(words: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(word for word in words if word))
