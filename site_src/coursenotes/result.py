"""One job's result, and one experiment's results: a tidy table over settings and seeds, with arrays and texts.

Independent of how results are made and where they are kept. Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

COUNTS = {"epoch", "step", "batch", "iteration"}  # logged as the position in a run: an axis, not a result


@dataclass(frozen=True)
class JobResult:
    """The result of one job: metrics (scalars), curves (a list per logged name), arrays, texts, provenance."""

    metrics: Mapping[str, float]
    curves: Mapping[str, list[float | None]] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    texts: Mapping[str, list[str]] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One job of an experiment with its result."""

    settings: Mapping[str, Any]
    seed: int
    result: JobResult
    key: str = ""


class Results:
    """All jobs of one experiment at one scale.

    Settings are named as in @experiment(vary=...). A setting that is left out selects every value, in the declared
    order; a name or value that does not exist raises a KeyError that lists the existing ones.
    """

    def __init__(self, name: str, scale: str, rows: Iterable[Row], stale: str | None = None):
        self.name, self.scale, self.rows, self.stale = name, scale, list(rows), stale

    # -- contents
    @property
    def settings(self) -> dict[str, list[Any]]:
        """Each setting's values, in the declared order."""
        settings: dict[str, list[Any]] = {}
        for row in self.rows:
            for name, value in row.settings.items():
                values = settings.setdefault(name, [])
                if value not in values:
                    values.append(value)
        return settings

    @property
    def seeds(self) -> list[int]:
        """The seeds, ascending."""
        return sorted({row.seed for row in self.rows})

    @property
    def metrics(self) -> list[str]:
        """The names of the metrics that every job returned."""
        return sorted(set.intersection(*(set(row.result.metrics) for row in self.rows))) if self.rows else []

    @property
    def logged(self) -> list[str]:
        """The names of the curves in the order of logging, without counters such as epoch."""
        names = dict.fromkeys(name for row in self.rows for name in row.result.curves)
        return [name for name in names if name not in COUNTS]

    def select(self, **settings: Any) -> Results:
        """The jobs with these settings."""
        known = self.settings
        for name, value in settings.items():
            if name not in known:
                raise KeyError(f"{self.name} has no setting {name!r}; it varies: {', '.join(known) or 'nothing'}")
            if value not in known[name]:
                raise KeyError(f"{self.name} was not run with {name}={value!r}; there is: {known[name]}")
        rows = [row for row in self.rows if all(row.settings[k] == v for k, v in settings.items())]
        if not rows:
            raise KeyError(f"{self.name} has no job with {settings}")
        return Results(self.name, self.scale, rows, self.stale)

    # -- values, one per seed
    def metric(self, name: str, **settings: Any) -> np.ndarray:
        """One value per seed, in the order of the seeds. -> (seeds,), float64.

        Raises KeyError unless the settings select one group.
        """
        return np.array([row.result.metrics[name] for row in self._group(name, "metrics", settings)], dtype=float)

    def sweep(self, name: str, over: str, **settings: Any) -> np.ndarray:
        """A metric by the values of the setting `over`, in the declared order. -> (seeds, values), float64."""
        chosen = self.select(**settings).settings
        if over not in chosen:
            raise KeyError(f"{self.name} has no setting {over!r}; it varies: {', '.join(chosen) or 'nothing'}")
        values = chosen[over]
        return np.stack([self.metric(name, **settings, **{over: value}) for value in values], axis=1)

    def curve(self, name: str, **settings: Any) -> np.ndarray:
        """One logged curve per seed. -> (seeds, points), float64, NaN where a point was not logged."""
        rows = [row.result.curves[name] for row in self._group(name, "curves", settings)]
        longest = max(len(row) for row in rows)
        return np.array([[np.nan if v is None else v for v in row] + [np.nan] * (longest - len(row)) for row in rows])

    def arrays(self, name: str, **settings: Any) -> list[np.ndarray]:
        """One array per seed, in the order of the seeds."""
        return [row.result.arrays[name] for row in self._group(name, "arrays", settings)]

    def array(self, name: str, seed: int | None = None, **settings: Any) -> np.ndarray:
        """The array of one seed, by default the first."""
        return self._one(name, "arrays", seed, settings)

    def texts(self, name: str, seed: int | None = None, **settings: Any) -> list[str]:
        """A list of texts (titles, words, classes) of one seed, by default the first."""
        return self._one(name, "texts", seed, settings)

    def groups(self) -> list[tuple[dict[str, Any], Results]]:
        """Each combination of settings with its jobs, in the declared order."""
        groups: list[tuple[dict[str, Any], list[Row]]] = []
        for row in self.rows:
            for settings, rows in groups:
                if settings == dict(row.settings):
                    rows.append(row)
                    break
            else:
                groups.append((dict(row.settings), [row]))
        return [(settings, Results(self.name, self.scale, rows, self.stale)) for settings, rows in groups]

    # -- other arrangements of the same jobs, for controls
    def replace(self, change: Callable[[Row], Row]) -> Results:
        """The same table with each row changed."""
        return Results(self.name, self.scale, [change(row) for row in self.rows], self.stale)

    def _group(self, name: str, kind: str, settings: Mapping[str, Any]) -> Sequence[Row]:
        chosen = self.select(**settings)
        groups = chosen.groups()
        if len(groups) != 1:
            left = {k: v for k, v in chosen.settings.items() if len(v) > 1}
            raise KeyError(f"{self.name}.{name}: say which of {left}")
        rows = sorted(groups[0][1].rows, key=lambda row: row.seed)
        for row in rows:
            if name not in getattr(row.result, kind):
                known = ", ".join(sorted(getattr(row.result, kind))) or "none"
                raise KeyError(f"{self.name} returns no {kind} named {name!r}; there is: {known}")
        return rows

    def _one(self, name: str, kind: str, seed: int | None, settings: Mapping[str, Any]) -> Any:
        rows = self._group(name, kind, settings)
        for row in rows:
            if seed is None or row.seed == seed:
                return getattr(row.result, kind)[name]
        raise KeyError(f"{self.name} has no seed {seed}; there is: {[row.seed for row in rows]}")
