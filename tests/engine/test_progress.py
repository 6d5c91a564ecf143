"""What the person at the terminal sees, and what a CI log holds."""

from __future__ import annotations

import io
import re
import time
from types import SimpleNamespace

import pytest

from coursenotes.errors import Problem
from coursenotes.progress import Job, Progress, sparkline
from coursenotes.workers import Outcome, Task


def task(name: str, cost: float = 0.0) -> Task:
    return Task(name, "m:f", {}, cost=cost)


def ended(name: str, **changes) -> Outcome:
    return Outcome(task(name), **{"ok": True, "seconds": 1.25, **changes})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def text(progress: Progress) -> str:
    """The live display as plain text."""
    with progress.console.capture() as captured:
        progress.console.print(progress.render())
    return re.sub(r"\x1b\[[0-9;]*m", "", captured.get())


@pytest.fixture(autouse=True)
def colours(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")


def test_a_log_has_one_line_a_job_and_no_escapes():
    out = io.StringIO()
    with Progress(out) as progress:
        progress.stage("Training")
        progress.plan(3, stored=1, reasons={"the function changed": 2})
        progress.event(task("a"), {"start": {"device": "cpu"}})
        progress.event(task("a"), {"epoch": 1, "epochs": 2})
        progress.event(task("a"), {"log": {"valid_loss": 0.43125}})
        progress.done(ended("a"))
        progress.done(ended("b"))
    lines = out.getvalue().splitlines()
    assert lines == [
        "Training",
        "2 of 3 jobs to run, 1 from the store",
        "  2 jobs: the function changed",
        "[2/3] ✓ a  1.2 s  epoch 2/2, valid_loss 0.4313",
        "[3/3] ✓ b  1.2 s",
    ]


def test_a_failure_shows_its_problem_and_what_it_printed():
    out = io.StringIO()
    printed = "\n".join(f"line {i}" for i in range(30))
    with Progress(out) as progress:
        progress.plan(1)
        progress.done(ended("a", ok=False, problem=Problem("it broke", "x.py", 7, fix="mend it"), output=printed))
    said = out.getvalue()
    assert "[1/1] ✗ a" in said and "    x.py:7: it broke\n      fix: mend it\n" in said
    assert "line 29" in said and "line 20" in said and "line 19" not in said
    assert progress.failed == 1 and progress.problems[0].line == 7


def test_long_jobs_say_that_they_live(monkeypatch):
    out = io.StringIO()
    with Progress(out) as progress:
        progress.plan(1)
        progress.event(task("slow"), {"epoch": 0, "epochs": 9})
        assert "slow" not in out.getvalue()
        progress._said -= 11
        progress.event(task("slow"), {"epoch": 1, "epochs": 9})
        progress.event(task("slow"), {"epoch": 2, "epochs": 9})
    assert out.getvalue().count("… slow: epoch 2/9") == 1 and "epoch 3/9" not in out.getvalue()


def test_nothing_to_run():
    out = io.StringIO()
    with Progress(out) as progress:
        progress.plan(0)
    assert out.getvalue() == "nothing to run\n"


def test_a_terminal_gets_a_live_display():
    out = Terminal()
    with Progress(out) as progress:
        progress.plan(4, stored=1)
        progress.event(task("dropout.drop_rate"), {"start": {"device": "cuda:0"}})
        progress.event(task("dropout.drop_rate"), {"epoch": 2, "epochs": 10})
        for loss in (3.0, 2.0, 1.0):
            progress.event(task("dropout.drop_rate"), {"log": {"epoch": 1, "train_loss": 9, "valid_loss": loss}})
        shown = text(progress)
        progress.done(ended("other"))
        time.sleep(0.3)  # a refresh or two
    assert "dropout.drop_rate" in shown and "epoch 3/10, valid_loss 1" in shown
    assert "1/4" in shown and "1 from the store" in shown and "cuda:0" in shown
    assert "█" in shown and "▁" in shown
    drawn = out.getvalue()
    assert "\x1b[?25l" in drawn and drawn.rstrip("\n").count("\x1b[?25h") == 1  # the cursor was hidden, and is back
    assert "\x1b[32m[2/4] ✓\x1b[0m other" in drawn


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    with Progress(out) as progress:
        progress.plan(1)
        progress.done(ended("a", ok=False))
    assert "\x1b[32m" not in out.getvalue() and "\x1b[31m" not in out.getvalue() and ";31m" not in out.getvalue()


def test_the_display_goes_when_the_build_breaks():
    out = Terminal()
    with pytest.raises(KeyboardInterrupt), Progress(out) as progress:
        progress.plan(1)
        raise KeyboardInterrupt
    assert "\x1b[?25h" in out.getvalue()


def test_the_time_left():
    progress = Progress(io.StringIO(), slots=2)
    assert progress.left() is None
    tasks = [task("a", 10), task("b", 10), task("c", 10), task("d", 10)]
    progress.plan(4, tasks=tasks)
    now = time.monotonic()
    assert progress.left(now) == pytest.approx(20)
    progress.event(tasks[0], {"start": {"device": "cpu"}})
    progress.jobs["a"].started = now - 4
    assert progress.left(now) == pytest.approx((6 + 30) / 2)
    progress.jobs["a"].take({"epoch": 2, "epochs": 10})  # two of ten epochs in 4 s: 16 s to go
    assert progress.left(now) == pytest.approx((16 + 30) / 2)
    for name in "bcd":
        progress.done(SimpleNamespace(task=task(name), ok=True, problem=None, seconds=1, output=""))
    assert progress.left(now) == pytest.approx(16)


def test_more_jobs_than_rows_and_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    progress = Progress(Terminal())
    for i in range(20):
        progress.event(task(f"a_topic_with_a_long_name.experiment_{i}[p=0.5, seed=3]"), {"log": {"loss": i}})
    shown = text(progress)
    assert "and 8 more" in shown
    assert all(len(line) <= 40 for line in shown.splitlines())
    assert len(shown.splitlines()) == 14


def test_the_value_that_is_shown():
    job = Job(0, 0)
    job.take({"log": {"accuracy": 0.5, "train_loss": 2.0}})
    assert job.shown() == "train_loss"
    job.take({"log": {"train_loss": float("nan"), "valid_loss": 1.0}})
    assert job.shown() == "valid_loss" and job.history == [2.0, 1.0]
    job.take({"log": {"valid_loss": float("nan")}})
    assert job.state() == "valid_loss nan" and job.history == [2.0, 1.0]


def test_sparkline():
    assert sparkline([]) == sparkline([1.0]) == ""
    assert sparkline([0.0, 1.0]) == "▁█"
    assert sparkline([1.0, 1.0]) == "▁▁"
    assert len(sparkline(list(range(1000)))) <= 16 and sparkline(list(range(1000)))[-1] == "█"
