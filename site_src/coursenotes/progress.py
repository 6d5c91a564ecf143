"""What the person at the terminal sees of a build: a live display, or plain lines where nobody watches (CI)."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import IO, Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from coursenotes.errors import Problem
from coursenotes.workers.tasks import Outcome, Task

PLAIN_EVERY = 10.0  # seconds between two lines on jobs that still run, where nobody watches
ROWS = 12  # running jobs that are shown; a machine with more cores shows how many more
SAID = 300  # characters of a printed line that are shown of a job that failed
WIDE = 90  # columns, from which there is room for bars and curves
SPARKS = "▁▂▃▄▅▆▇█"


class Job:
    """What is known of one running job."""

    def __init__(self, cost: float, now: float):
        self.cost, self.started = cost, now
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
        if (name := self.shown()) is not None:
            parts.append(f"{name} {self.values[name]:.4g}")
        return ", ".join(parts)

    def left(self, now: float) -> float:
        """Seconds until it is done, by its epochs, else by its last known cost."""
        spent = now - self.started
        if self.epochs and self.epoch > 1:
            return max(0.0, spent / (self.epoch - 1) * (self.epochs - self.epoch + 1))
        return max(0.0, self.cost - spent)


class Progress:
    """A context manager; give it the plan, each event and each outcome, and it shows how things stand.

    On a terminal it is a live display of what runs, on anything else plain lines. NO_COLOR takes the colours away;
    plain=True or False decides instead of the terminal.
    """

    def __init__(self, file: IO[str] | None = None, plain: bool | None = None, slots: int = 1):
        self.console = Console(file=file or sys.stderr, no_color="NO_COLOR" in os.environ or None, highlight=False)
        self.plain = not self.console.is_terminal if plain is None else plain
        self.slots = slots
        self.total = self.stored = self.finished = self.failed = 0
        self.costs: dict[str, float] = {}  # of the tasks that are not done
        self.jobs: dict[str, Job] = {}
        self.problems: list[Problem] = []
        self._stage = ""
        self._said = time.monotonic()
        self._live: Live | None = None

    def __enter__(self) -> Progress:
        if not self.plain:
            self._live = Live(console=self.console, get_renderable=self.render, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    # -- what it is told
    def stage(self, text: str, total: int = 0) -> None:
        """What the build does now, and how many tasks that is: "rendering", "drawing figures"."""
        self._stage = text
        self.total, self.stored, self.finished = total, 0, 0
        if self.plain:
            self._print(text)

    def say(self, text: str) -> None:
        """One line that stays."""
        self._print(text)

    def plan(
        self,
        total: int,
        stored: int = 0,
        reasons: Mapping[str, int] | Sequence[str] = (),
        tasks: Iterable[Task] = (),
    ) -> None:
        """How many jobs there are, how many of them came from the store, and why the others did not.

        reasons are texts, or texts with how many jobs each holds for. tasks, those that will run, make the time left
        a better guess, by their costs.
        """
        self.total, self.stored, self.finished, self.failed = total, stored, 0, 0
        self.costs = {task.id: task.cost for task in tasks}
        line = f"{total - stored} of {_count(total, 'job')} to run"
        if stored:
            line += f", {stored} from the store"
        self._print(line if total else "nothing to run")
        numbers = reasons if isinstance(reasons, Mapping) else dict.fromkeys(reasons, 0)
        for reason, number in numbers.items():
            self._print(f"  {_count(number, 'job')}: {reason}" if number else f"  {reason}", style="dim")

    def event(self, task: Task, event: Mapping[str, Any]) -> None:
        """What a running task reported."""
        now = time.monotonic()
        if task.id not in self.jobs:
            self.jobs[task.id] = Job(task.cost, now)
        self.jobs[task.id].take(event)
        if self.plain and now - self._said >= PLAIN_EVERY:
            for name, job in self.jobs.items():
                self._print(f"  … {name}: {job.state() or 'running'} ({_time(now - job.started)})")

    def done(self, outcome: Outcome) -> None:
        """A task ended. A failure is shown at once, with the end of what it printed, and kept in problems."""
        job = self.jobs.pop(outcome.task.id, None)
        self.costs.pop(outcome.task.id, None)
        self.finished += 1
        place = f"[{self.stored + self.finished}/{max(self.total, self.stored + self.finished)}]"
        state = f"  {job.state()}" if job is not None and job.state() else ""
        if outcome.ok:
            self._print(
                f"{place} ✓ {outcome.task.id}  {_time(outcome.seconds)}{state}", style="green", upto=len(place) + 2
            )
            return
        self.failed += 1
        self._print(f"{place} ✗ {outcome.task.id}  {_time(outcome.seconds)}{state}", style="bold red")
        if outcome.problem is not None:
            self.problems.append(outcome.problem)
            self._print(_indent(str(outcome.problem)))
        said = [line[:SAID] for line in outcome.output.strip().splitlines()[-10:]]
        if said:
            self._print(_indent("\n".join(["it printed:", *(f"  {line}" for line in said)])), style="dim")

    # -- what it shows
    def left(self, now: float | None = None) -> float | None:
        """Seconds until everything is done, by known costs and epochs; None where nothing is known."""
        now = time.monotonic() if now is None else now
        running = [job.left(now) for job in self.jobs.values()]
        waiting = [cost for name, cost in self.costs.items() if name not in self.jobs]
        if not any(running) and not any(waiting):
            return None
        return max([sum([*running, *waiting]) / max(1, self.slots), *running])

    def render(self) -> RenderableType:
        """The live display: one line for all, one line for each running job."""
        now = time.monotonic()
        head = Text(self._stage or "Running", style="bold")
        done = self.stored + self.finished
        if self.total:
            head.append("  ")
            head.append_text(_bar(done, self.total, 30))
            head.append(f" {done}/{self.total}", style="bold")
            if self.stored:
                head.append(f"  {self.stored} from the store", style="dim")
            if self.failed:
                head.append(f"  {self.failed} failed", style="bold red")
            if (left := self.left(now)) is not None:
                head.append(f"  about {_time(left)} left", style="dim")
        wide = self.console.width >= WIDE
        rows = Table.grid(padding=(0, 2))
        for name, job in list(self.jobs.items())[:ROWS]:
            cells = [Text(f"  {name}", overflow="ellipsis", no_wrap=True)]
            if wide:
                cells.append(_bar(job.epoch, job.epochs, 10) if job.epochs else Text("·" * 10, style="dim"))
            cells.append(Text(job.state() or "starting", no_wrap=True))
            if wide:
                cells.append(Text(sparkline(job.history), style="cyan"))
                on = "" if job.device == "cpu" else f" {job.device}"
                cells.append(Text(_time(now - job.started) + on, style="dim", no_wrap=True))
            rows.add_row(*cells)
        parts: list[RenderableType] = [head, rows] if self.jobs else [head]
        if len(self.jobs) > ROWS:
            parts.append(Text(f"  and {len(self.jobs) - ROWS} more", style="dim"))
        return Group(*parts)

    def _print(self, text: str, style: str = "", upto: int | None = None) -> None:
        line = Text(text)
        if style:
            line.stylize(style, 0, upto)
        self.console.print(line, soft_wrap=True)
        self._said = time.monotonic()


def sparkline(values: Sequence[float], width: int = 16) -> str:
    """The last values as a line of small bars, scaled between their least and their greatest."""
    if len(values) < 2:
        return ""
    step = max(1, math.ceil(len(values) / width))
    shown = list(values)[::-1][::step][::-1]  # the last value is always among them
    low, high = min(shown), max(shown)
    return "".join(SPARKS[round((v - low) / ((high - low) or 1) * (len(SPARKS) - 1))] for v in shown)


def _bar(done: int, total: int, width: int) -> Text:
    full = min(width, round(width * done / total)) if total else 0
    return Text.assemble(("━" * full, "green"), ("━" * (width - full), "bright_black"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _time(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d} h"
