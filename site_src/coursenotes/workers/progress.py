"""The progress of a build on the terminal: a live display, or plain lines where there is no terminal (CI)."""

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
from coursenotes.workers.status import Kind, RunningJob, Status
from coursenotes.workers.tasks import Outcome, Task

PLAIN_EVERY = 15.0  # seconds without a plain line, after which a status line is printed
ROWS = 12  # running jobs that are shown; beyond them, only their number
LONGEST = 300  # shown characters of a line that a failed job printed
WIDE = 90  # columns that bars and curves need
SPARKS = "▁▂▃▄▅▆▇█"


class Progress(Status):
    """A context manager that shows the plan, each event and each outcome that it is given.

    On a terminal it is a live display of the running tasks. Elsewhere it prints plain lines: one for each experiment
    that is done, one for each failure at once, and a status line after a while without output. NO_COLOR removes the
    colors; plain=True or False overrides the detection of a terminal. slots is how many tasks run at once.
    """

    def __init__(self, file: IO[str] | None = None, plain: bool | None = None, slots: int = 1):
        super().__init__(slots)
        self.console = Console(file=file or sys.stderr, no_color="NO_COLOR" in os.environ or None, highlight=False)
        self.plain = not self.console.is_terminal if plain is None else plain
        self.problems: list[Problem] = []
        self._printed = time.monotonic()
        self._live: Live | None = None
        self._lock = threading.RLock()  # so that each piece is written whole
        self._over = threading.Event()
        self._watch: threading.Thread | None = None

    def __enter__(self) -> Progress:
        self._began = self._printed = time.monotonic()
        if self.plain:
            self._watch = threading.Thread(target=self._print_status, name="progress", daemon=True)
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

    # -- input
    def stage(self, text: str, total: int = 0, tasks: Iterable[Task] = ()) -> None:
        """Begin a stage, such as "rendering" or "drawing figures", with a total number of tasks.

        tasks, where they are known, give the number of each kind.
        """
        with self._lock:
            self.begin(text, total, 0, dict.fromkeys((task.id for task in tasks), 0.0))
            if self.plain:
                self._print(text)

    def message(self, text: str) -> None:
        """One line that stays."""
        self._print(text)

    def plan(
        self,
        total: int,
        stored: int = 0,
        reasons: Mapping[str, int] | Sequence[str] = (),
        tasks: Iterable[Task] = (),
    ) -> None:
        """Begin training: total jobs, of which stored are in the store, and the reasons for running the others.

        reasons are texts, or texts with their numbers of jobs. tasks, those that will run, give the number of jobs of
        each experiment, and by their costs a better estimate of the time left.
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
        """Take an event that a running task reported."""
        with self._lock:
            if task.id not in self.jobs:
                self.jobs[task.id] = RunningJob(time.monotonic())
                self.slots = max(self.slots, len(self.jobs))
            self.jobs[task.id].take(event)

    def done(self, outcome: Outcome) -> None:
        """Take the outcome of a task. A failure is shown at once, with the end of its output, and kept in problems."""
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

    # -- display
    def status(self) -> str:
        """The status in a line: what is done and after how long, the time left, and the task that runs longest."""
        now = time.monotonic()
        if not self.total and not self.jobs:
            return f"  … {self._stage} ({_time(now - self._began)})"
        text = f"  … {self.stored + self.finished}/{self.total} done after {_time(now - self._began)}{self._about(now)}"
        if self.jobs:
            name, job = min(self.jobs.items(), key=lambda item: item[1].started)
            text += f"; running: {name} ({', '.join(filter(None, [_time(now - job.started), job.state()]))})"
        return text

    def render(self) -> RenderableType:
        """The live display: one line for the stage, one line for each running job."""
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

    def _print_status(self) -> None:
        """In a thread of its own: print a status line after a while without output."""
        while not self._over.wait(max(0.01, self._printed + PLAIN_EVERY - time.monotonic())):
            with self._lock:
                if time.monotonic() - self._printed >= PLAIN_EVERY:
                    self._print(self.status())

    def _print_done(self, mark: str, text: str) -> None:
        done = self.stored + self.finished
        place = f"[{done}/{max(self.total, done)}] {mark}"
        good = mark == "✓"
        self._print(f"{place} {text}", style="green" if good else "bold red", upto=len(place) if good else None)

    def _print_kind(self, kind: Kind, place: str) -> None:
        """Print the line of an experiment, or of another kind, whose last task is done."""
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
        output = [line[:LONGEST] for line in outcome.output.strip().splitlines()[-10:]]
        if output:
            self._print(_indent("\n".join(["it printed:", *(f"  {line}" for line in output)])), style="dim")

    def _print(self, text: str, style: str = "", upto: int | None = None) -> None:
        line = Text(text)
        if style:
            line.stylize(style, 0, upto)
        with self._lock:
            self.console.print(line, soft_wrap=True)
            self._printed = time.monotonic()


def sparkline(values: Sequence[float], width: int = 16) -> str:
    """The last values as a line of small bars, scaled between their least and their greatest."""
    if len(values) < 2:
        return ""
    step = max(1, math.ceil(len(values) / width))
    shown = list(values)[::-1][::step][::-1]  # including the last value
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
