"""Memory of earlier runs on this machine: what each job cost, and under which key it was run last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from coursenotes.cache.store import write_atomic
from coursenotes.paths import Paths


class Runs:
    """One small file an experiment, by scale, settings and seed."""

    def __init__(self, paths: Paths):
        self.folder = paths.history
        self._read: dict[str, dict[str, Any]] = {}

    def last(self, experiment: str, slot: str) -> dict[str, Any]:
        """{"key", "seconds"} of the last run, whatever the code was then; {} where there was none."""
        return self._of(experiment).get(slot, {})

    def note(self, experiment: str, slot: str, key: str, seconds: float) -> None:
        """Keep that a job was run, for the next plan's order and for `why`."""
        runs = self._of(experiment)
        runs[slot] = {"key": key, "seconds": round(seconds, 3)}
        write_atomic(self.folder / f"{experiment}.json", json.dumps(runs, indent=0))

    def _of(self, experiment: str) -> dict[str, Any]:
        if experiment not in self._read:
            try:
                self._read[experiment] = json.loads((self.folder / f"{experiment}.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                self._read[experiment] = {}
        return self._read[experiment]


def slot(scale: str, settings: Mapping[str, Any], seed: int) -> str:
    """What stands for one job whatever its code."""
    return f"{scale} {json.dumps(dict(settings), sort_keys=True)} {seed}"
