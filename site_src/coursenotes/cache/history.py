"""A history of runs on this machine: the last key and the time of each job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from coursenotes.cache.store import write_atomic
from coursenotes.paths import Paths


class Runs:
    """One small file per experiment, by scale, settings and seed."""

    def __init__(self, paths: Paths):
        self.paths = paths
        self._read: dict[str, dict[str, Any]] = {}

    def last(self, experiment: str, slot: str) -> dict[str, Any]:
        """{"key", "seconds"} of the last run, whatever the code was then; {} where there was none."""
        return self._of(experiment).get(slot, {})

    def note(self, experiment: str, slot: str, key: str, seconds: float) -> None:
        """Record that a job was run, for the order of the next plan and for `why`."""
        runs = self._of(experiment)
        runs[slot] = {"key": key, "seconds": round(seconds, 3)}
        write_atomic(self.paths.history_file(experiment), json.dumps(runs, indent=0))

    def _of(self, experiment: str) -> dict[str, Any]:
        if experiment not in self._read:
            try:
                self._read[experiment] = json.loads(self.paths.history_file(experiment).read_text(encoding="utf-8"))
            except (OSError, ValueError):
                self._read[experiment] = {}
        return self._read[experiment]


def slot(scale: str, settings: Mapping[str, Any], seed: int) -> str:
    """The name of one job within its experiment, whatever its code."""
    return f"{scale} {json.dumps(dict(settings), sort_keys=True)} {seed}"
