"""The state of a build: finished and running tasks, the time of each stage, and the estimated time left."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FEW = 3  # finished tasks that their mean needs to be an estimate for others
UNKNOWN_COSTS = (0.0, 1.0)  # Task's default, and train.UNKNOWN_COST: not measured


class RunningJob:
    """The state of one running job."""

    def __init__(self, now: float):
        self.started = now
        self.device, self.epoch, self.epochs = "cpu", 0, 0
        self.values: dict[str, float] = {}
        self.history: list[float] = []  # of the first value that looks like a loss

    def take(self, event: Mapping[str, Any]) -> None:
        """Take an event of Run, or the Pool's start event."""
        if "start" in event:
            self.device = event["start"].get("device", self.device)
        if "epochs" in event:
            self.epoch, self.epochs = int(event["epoch"]) + 1, int(event["epochs"])
        if "log" in event:
            self.values = {k: v for k, v in event["log"].items() if k != "epoch" and isinstance(v, (int, float))}
            if (name := self.shown()) is not None and math.isfinite(self.values[name]):
                self.history.append(float(self.values[name]))

    def shown(self) -> str | None:
        """The name of the value to show: a validation loss, else a loss, else the last."""
        for wanted in ("valid_loss", "loss"):
            for name in self.values:
                if wanted in name:
                    return name
        return next(reversed(self.values), None)

    def state(self) -> str:
        """ "epoch 3/10, valid_loss 0.431"; empty at first."""
        parts = [f"epoch {self.epoch}/{self.epochs}"] if self.epochs else []
        name = self.shown() or ""
        if (value := self.values.get(name)) is not None:  # a display's thread may call this between two events
            parts.append(f"{name} {value:.4g}")
        return ", ".join(parts)

    def left(self, now: float, cost: float) -> float:
        """Seconds until it is done, by its epochs, else by its expected cost; NaN where that is unknown."""
        spent = now - self.started
        if self.epochs and self.epoch > 1:
            return max(0.0, spent / (self.epoch - 1) * (self.epochs - self.epoch + 1))
        return max(cost - spent, 0.0)  # in this order it keeps NaN


@dataclass
class Kind:
    """The tasks of one experiment, or all claims, or all drawings; planned is 0 where the number is unknown."""

    name: str
    planned: int = 0
    done: int = 0
    worked: int = 0
    seconds: float = 0.0  # of those that worked


class Status:
    """The tasks of each stage in turn. slots is how many run at once."""

    def __init__(self, slots: int = 1):
        self.slots = slots
        self.total = self.stored = self.finished = self.failed = 0
        self.costs: dict[str, float] = {}  # of the tasks that are not finished
        self.kinds = {"": Kind("")}  # by experiment, claims, draw ...; "" is for tasks that were not planned
        self.jobs: dict[str, RunningJob] = {}
        self._stage = "preparing"
        self._stages: list[tuple[str, float]] = []  # earlier ones
        self._began = time.monotonic()

    def begin(self, stage: str, total: int = 0, stored: int = 0, costs: Mapping[str, float] | None = None) -> None:
        """Begin another stage with a total of tasks, of which stored are done; costs are by task, where known."""
        now = time.monotonic()
        self._stages, self._stage, self._began = self.stages, stage, now
        self.total, self.stored, self.finished, self.costs = total, stored, 0, dict(costs or {})
        numbers = Counter(map(_first_word, self.costs))
        rest = Kind(stage, 0 if numbers else total - stored)
        self.kinds = {"": rest, **{name: Kind(name, number) for name, number in numbers.items()}}

    def kind(self, task: str) -> Kind:
        kinds = self.kinds
        return kinds.get(_first_word(task), kinds[""])

    @property
    def stages(self) -> list[tuple[str, float]]:
        """The stages so far, each with its seconds; the last may still be running."""
        now = [(self._stage, time.monotonic() - self._began)] if self._stage else []
        return [*self._stages, *now]

    def times(self) -> str:
        """The time of each stage in a line: "training 231 s, rendering 6 s"; without stages that took no time."""
        return ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.stages if seconds >= 0.5)

    def left(self, now: float | None = None) -> float | None:
        """Seconds until everything is done; None where that is not known yet, or nothing is left.

        Estimated by the epochs of running jobs and by known costs; for unknown costs by the mean of the tasks finished
        in this stage, those of the same experiment first.
        """
        now = time.monotonic() if now is None else now
        jobs, costs, kinds = dict(self.jobs), dict(self.costs), list(self.kinds.values())  # a thread may be calling
        worked = sum(kind.worked for kind in kinds)
        mean = sum(kind.seconds for kind in kinds) / worked if worked >= FEW else math.nan

        def expected(name: str) -> float:
            if (cost := costs.get(name, 0.0)) not in UNKNOWN_COSTS:
                return cost
            kind = self.kind(name)
            return kind.seconds / kind.worked if kind.worked and worked >= FEW else mean

        running = [job.left(now, expected(name)) for name, job in jobs.items()]
        waiting = [expected(name) for name in costs if name not in jobs]
        waiting += [mean] * (self.total - self.stored - self.finished - len(running) - len(waiting))
        total = sum([*running, *waiting])  # NaN where one of them is
        return max([total / max(1, self.slots), *running]) if total > 0 else None


def _first_word(task: str) -> str:
    """The first word of a task's id: the experiment of a job; claims, cells, draw."""
    return re.split(r"[\s:]", task, maxsplit=1)[0]
