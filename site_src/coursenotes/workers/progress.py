"""What the person at the terminal sees of a build: a live display, or plain lines where nobody watches (CI)."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import IO, Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from coursenotes.errors import Problem
from coursenotes.workers.status import Job, Kind, Standing
from coursenotes.workers.tasks import Outcome, Task

PLAIN_EVERY = 15.0  # seconds without a line, where nobody watches, after which one says how things stand
ROWS = 12  # running jobs that are shown; a machine with more cores shows how many more
SAID = 300  # characters of a printed line that are shown of a job that failed
WIDE = 90  # columns, from which there is room for bars and curves
SPARKS = "▁▂▃▄▅▆▇█"


class Progress(Standing):
    """A context manager; give it the plan, each event and each outcome, and it shows how things stand.

    On a terminal it is a live display of what runs. On anything else it is plain lines: one for each experiment that
    is done, one for each failure at once, and one whenever nothing was said for a while. NO_COLOR takes the colors
    away; plain=True or False decides instead of the terminal. slots is how many tasks run at once.
    """

    def __init__(self, file: IO[str] | None = None, plain: bool | None = None, slots: int = 1):
        super().__init__(slots)
        self.console = Console(file=file or sys.stderr, no_color="NO_COLOR" in os.environ or None, highlight=False)
        self.plain = not self.console.is_terminal if plain is None else plain
        self.problems: list[Problem] = []
        self._said = time.monotonic()
        self._live: Live | None = None
        self._lock = threading.RLock()  # what is one piece is written in one piece
        self._over = threading.Event()
        self._watch: threading.Thread | None = None

    def __enter__(self) -> Progress:
        self._began = self._said = time.monotonic()
        if self.plain:
            self._watch = threading.Thread(target=self._speak_up, name="progress", daemon=True)
            self._watch.start()
        else:
            self._live = Live(console=self.console, get_renderable=self.render, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stages, self._stage = self.stages, ""
        if self._live is not None:
            self._live.stop()
            self._live = None
        if self._watch is not None:
            self._over.set()
            self._watch.join()
            self._watch = None

    # -- what it is told
    def stage(self, text: str, total: int = 0, tasks: Iterable[Task] = ()) -> None:
        """What the build does now, and how many tasks that is: "rendering", "drawing figures".

        tasks, where they are known, tell it how many there are of each kind.
        """
        with self._lock:
            self.begin(text, total, 0, dict.fromkeys((task.id for task in tasks), 0.0))
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

        reasons are texts, or texts with how many jobs each holds for. tasks, those that will run, say how many jobs
        each experiment has, and make the time left a better guess, by their costs.
        """
        with self._lock:
            self.failed = 0
            stage = "training" if total > stored else "checking results"
            self.begin(stage, total, stored, {task.id: task.cost for task in tasks})
            line = f"{total - stored} of {_count(total, 'job')} to run"
            if stored:
                line += f", {stored} from the store"
            self._print(line if total else "nothing to run")
            numbers = reasons if isinstance(reasons, Mapping) else dict.fromkeys(reasons, 0)
            for reason, number in numbers.items():
                self._print(f"  {_count(number, 'job')}: {reason}" if number else f"  {reason}", style="dim")

    def event(self, task: Task, event: Mapping[str, Any]) -> None:
        """What a running task reported."""
        with self._lock:
            if task.id not in self.jobs:
                self.jobs[task.id] = Job(time.monotonic())
                self.slots = max(self.slots, len(self.jobs))
            self.jobs[task.id].take(event)

    def done(self, outcome: Outcome) -> None:
        """A task ended. A failure is shown at once, with the end of what it printed, and kept in problems."""
        with self._lock:
            job = self.jobs.pop(outcome.task.id, None)
            self.costs.pop(outcome.task.id, None)
            self.finished += 1
            kind = self.kind(outcome.task.id)
            kind.done += 1
            line = f"{outcome.task.id}  {_time(outcome.seconds)}"
            if job is not None and job.state():
                line += f"  {job.state()}"
            if outcome.ok:
                kind.worked, kind.seconds = kind.worked + 1, kind.seconds + outcome.seconds
                if not (self.plain and kind.planned):
                    self._print_done("✓", line)
            else:
                self._print_failure(outcome, line)
            if self.plain and kind.done == kind.planned:
                self._print_kind(kind, "core" if outcome.device == "cpu" else "GPU")

    # -- what it shows
    def standing(self) -> str:
        """How things stand, in a line: how much is done after how long, how much is left, what runs longest."""
        now = time.monotonic()
        if not self.total and not self.jobs:
            return f"  … {self._stage} ({_time(now - self._began)})"
        text = f"  … {self.stored + self.finished}/{self.total} done after {_time(now - self._began)}{self._about(now)}"
        if self.jobs:
            name, job = min(self.jobs.items(), key=lambda item: item[1].started)
            text += f"; running: {name} ({', '.join(filter(None, [_time(now - job.started), job.state()]))})"
        return text

    def render(self) -> RenderableType:
        """The live display: one line for all, one line for each running job."""
        now = time.monotonic()
        head = Text(self._stage, style="bold")
        done = self.stored + self.finished
        if self.total:
            head.append("  ")
            head.append_text(_bar(done, self.total, 30))
            head.append(f" {done}/{self.total}", style="bold")
            if self.stored:
                head.append(f"  {self.stored} from the store", style="dim")
            if self.failed:
                head.append(f"  {self.failed} failed", style="bold red")
            head.append(self._about(now, "  "), style="dim")
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

    # -- inside
    def _about(self, now: float, before: str = ", ") -> str:
        left = self.left(now)
        if left is None:
            return ""
        return f"{before}{f'about {_time(left)}' if left >= 10 else 'less than 10 s'} left"

    def _speak_up(self) -> None:
        """In a thread of its own: a line whenever nothing was said for a while."""
        while not self._over.wait(max(0.01, self._said + PLAIN_EVERY - time.monotonic())):
            with self._lock:
                if time.monotonic() - self._said >= PLAIN_EVERY:
                    self._print(self.standing())

    def _print_done(self, mark: str, text: str) -> None:
        done = self.stored + self.finished
        place = f"[{done}/{max(self.total, done)}] {mark}"
        good = mark == "✓"
        self._print(f"{place} {text}", style="green" if good else "bold red", upto=len(place) if good else None)

    def _print_kind(self, kind: Kind, place: str) -> None:
        """The last one of a kind is done."""
        number = _count(kind.done, "job" if self._stage == "training" else "task")
        if kind.worked < kind.done:
            number = f"{kind.worked} of {number}"
        about = self._about(time.monotonic())
        mark = "✓" if kind.worked == kind.done else "✗"
        self._print_done(mark, f"{kind.name}: {number}, {_time(kind.seconds)} of one {place}{about}")

    def _print_failure(self, outcome: Outcome, line: str) -> None:
        self.failed += 1
        self._print_done("✗", line)
        if outcome.problem is not None:
            self.problems.append(outcome.problem)
            self._print(_indent(str(outcome.problem)))
        said = [line[:SAID] for line in outcome.output.strip().splitlines()[-10:]]
        if said:
            self._print(_indent("\n".join(["it printed:", *(f"  {line}" for line in said)])), style="dim")

    def _print(self, text: str, style: str = "", upto: int | None = None) -> None:
        line = Text(text)
        if style:
            line.stylize(style, 0, upto)
        with self._lock:
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
