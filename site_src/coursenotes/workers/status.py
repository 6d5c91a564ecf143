"""How a build stands: what is done and what runs, how long each stage took, about how long the rest takes."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FEW = 3  # tasks that have to be done before their mean says how long others take
UNKNOWN_COSTS = (0.0, 1.0)  # Task's default, and train.UNKNOWN_COST: nobody measured these


class Job:
    """What is known of one running job."""

    def __init__(self, now: float):
        self.started = now
        self.device, self.epoch, self.epochs = "cpu", 0, 0
        self.values: dict[str, float] = {}
        self.history: list[float] = []  # of the first value that looks like a loss

    def take(self, event: Mapping[str, Any]) -> None:
        """Note an event of Run, or the Pool's start."""
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
        if (value := self.values.get(name)) is not None:  # a display's thread may ask between two events
            parts.append(f"{name} {value:.4g}")
        return ", ".join(parts)

    def left(self, now: float, cost: float) -> float:
        """Seconds until it is done, by its epochs, else by what it is expected to take; NaN where nobody knows."""
        spent = now - self.started
        if self.epochs and self.epoch > 1:
            return max(0.0, spent / (self.epoch - 1) * (self.epochs - self.epoch + 1))
        return max(cost - spent, 0.0)  # in this order it keeps NaN


@dataclass
class Kind:
    """What is known of the tasks of an experiment, or of all claims, all drawings; planned is 0 where nobody said."""

    name: str
    planned: int = 0
    done: int = 0
    worked: int = 0
    seconds: float = 0.0  # of those that worked


class Standing:
    """The tasks of one stage after the other. slots is how many run at once."""

    def __init__(self, slots: int = 1):
        self.slots = slots
        self.total = self.stored = self.finished = self.failed = 0
        self.costs: dict[str, float] = {}  # of the tasks that are not done
        self.kinds = {"": Kind("")}  # of experiments and the like; "" is of tasks that nobody named beforehand
        self.jobs: dict[str, Job] = {}
        self._stage = "preparing"
        self._stages: list[tuple[str, float]] = []  # those before it
        self._began = time.monotonic()

    def begin(self, stage: str, total: int = 0, stored: int = 0, costs: Mapping[str, float] | None = None) -> None:
        """Another stage, in which so many tasks end; costs are those of the tasks, where they are known."""
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
        """What the build did so far, and how many seconds each took; the last may still go on."""
        now = [(self._stage, time.monotonic() - self._began)] if self._stage else []
        return [*self._stages, *now]

    def times(self) -> str:
        """How long each stage took, in a line: "training 231 s, rendering 6 s". Leaves out what took no time."""
        return ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.stages if seconds >= 0.5)

    def left(self, now: float | None = None) -> float | None:
        """Seconds until everything is done; None where that is not known yet, or nothing is left.

        By the epochs of what runs, by the costs that are known, and where they are not by the mean of what was done
        since the plan: of the same experiment, else of all.
        """
        now = time.monotonic() if now is None else now
        jobs, costs, kinds = dict(self.jobs), dict(self.costs), list(self.kinds.values())  # a thread may be asking
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
    """Of a task's id: the experiment of a job; claims, cells, draw."""
    return re.split(r"[\s:]", task, maxsplit=1)[0]
