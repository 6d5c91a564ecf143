"""The provenance of results, in a few words: the number of seeds, the device, the date, the libraries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from coursenotes.cache import keys
from coursenotes.result import Results, Row

if TYPE_CHECKING:
    from coursenotes.experiments.plan import Plan

_used: WeakKeyDictionary[Plan, dict[str, set[str]]] = WeakKeyDictionary()  # looked up for every number of a page
MAIN = ("torch", "fastai", "torchvision", "scikit-learn", "numpy")  # named first; numpy only where it is the only one


def devices(rows: Iterable[Row]) -> str:
    """CPU, or the GPU's name; several joined."""
    return _joined(_device(row.result.provenance) for row in rows)


def date(rows: Iterable[Row]) -> str:
    """The day of the last job, 2026-11-21; an empty string where there is none."""
    return max((str(row.result.provenance.get("date", ""))[:10] for row in rows), default="")


def used(plan: Plan, experiment: str) -> set[str]:
    """The libraries, as they are installed by name, that an experiment's code and data use."""
    known = _used.setdefault(plan, {})
    if experiment not in known:
        info = plan.catalog.experiments[experiment]
        reached = [(info.module, info.name), *([info.data] if info.data else [])]
        names = keys.libraries(plan.catalog.code.closure(*place) for place in reached)
        known[experiment] = {keys.DISTRIBUTIONS.get(name, name) for name in names}
    return known[experiment]


def libraries(rows: Iterable[Row], of: Collection[str] | None = None) -> list[str]:
    """["torch 2.13.0+cpu", "fastai 2.8.12"]: the main ones among those named, or all that are recorded."""
    versions: dict[str, list[str]] = {}
    for row in rows:
        for name, version in (row.result.provenance.get("libraries") or {}).items():
            known = versions.setdefault(name, [])
            if version not in known:
                known.append(version)
    names = sorted(versions) if of is None else [name for name in MAIN if name in versions and name in of]
    if of is not None and len(names) > 1:
        names = [name for name in names if name != "numpy"]
    return [f"{name} {' and '.join(sorted(versions[name]))}" for name in names]


def seconds(rows: Iterable[Row]) -> float:
    """The time of all jobs together."""
    return float(sum(row.result.provenance.get("seconds") or 0 for row in rows))


def summary(plan: Plan, results: Results) -> list[str]:
    """The facts behind a number, one a line; the last is the key of its experiment's results."""
    n = len(results.seeds)
    facts = [f"{n} seed{'s' * (n != 1)}, {results.scale} scale", devices(results.rows), date(results.rows)]
    facts.append(", ".join(libraries(results.rows, used(plan, results.name))))
    facts.append(plan.results_key(results.name, results.scale)[:12])
    return [fact for fact in facts if fact]


def _device(provenance: Mapping[str, Any]) -> str:
    return str(provenance.get("gpu") or str(provenance.get("device") or "").upper())


def _joined(words: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(word for word in words if word))
