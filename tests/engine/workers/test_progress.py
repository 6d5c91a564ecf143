"""What the person at the terminal sees, and what a CI log holds."""

from __future__ import annotations

import io
import re
import time
from types import SimpleNamespace

import pytest

from coursenotes.errors import Problem
from coursenotes.experiments import train
from coursenotes.workers import Outcome, Task, status
from coursenotes.workers import progress as module
from coursenotes.workers.progress import Progress, sparkline
from coursenotes.workers.status import RunningJob


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
def colors(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")


def lines(out: io.StringIO, mark: str) -> list[str]:
    return [line for line in out.getvalue().splitlines() if mark in line]


def soon(out: io.StringIO, wanted: str) -> bool:
    """Whether a log says something within seconds, though nobody tells it of anything."""
    until = time.monotonic() + 10
    while wanted not in out.getvalue() and time.monotonic() < until:
        time.sleep(0.01)
    return wanted in out.getvalue()


def test_a_log_has_one_line_an_experiment_and_no_escapes():
    out = io.StringIO()
    tasks = [task("a.b p=0.1 seed 0"), task("a.b p=0.1 seed 1"), task("a.bc seed 0")]
    with Progress(out) as progress:
        progress.plan(4, stored=1, reasons={"the function changed": 3}, tasks=tasks)
        progress.event(tasks[0], {"start": {"device": "cpu"}})
        progress.event(tasks[0], {"epoch": 1, "epochs": 2})
        progress.event(tasks[0], {"log": {"valid_loss": 0.43125}})
        progress.done(ended(tasks[0].id))
        progress.done(ended(tasks[2].id))
        progress.done(ended(tasks[1].id, seconds=40.0))
    assert out.getvalue().splitlines() == [
        "3 of 4 jobs to run, 1 from the store",
        "  3 jobs: the function changed",
        "[3/4] ✓ a.bc: 1 job, 1.2 s of one core",
        "[4/4] ✓ a.b: 2 jobs, 41 s of one core",
    ]


def test_a_hundred_jobs_of_four_experiments_are_four_lines():
    out = io.StringIO()
    tasks = [task(f"t{e}.x p={p} seed {seed}") for seed in range(5) for p in range(5) for e in range(4)]
    with Progress(out, slots=2) as progress:
        progress.plan(100, tasks=tasks)
        for each in tasks:
            progress.event(each, {"start": {"device": "cpu"}})
            progress.done(ended(each.id, seconds=10.0))
    assert [line.split(",")[0] for line in lines(out, "✓")] == [f"[{97 + e}/100] ✓ t{e}.x: 25 jobs" for e in range(4)]
    assert lines(out, "✓")[0].endswith("✓ t0.x: 25 jobs, 4:10 min of one core, about 15 s left")
    assert len(out.getvalue().splitlines()) == 5


def test_a_stage_has_one_line_a_kind():
    tasks = [task("claims:a"), task("claims:b"), task("cells of a"), task("draw a.x"), task("draw a.x#curves")]
    out = io.StringIO()
    with Progress(out) as progress:
        progress.plan(0)
        progress.stage("judging, drawing", 5, tasks)
        for each in tasks:
            progress.done(ended(each.id))
    assert out.getvalue().splitlines()[1:] == [
        "judging, drawing",
        "[2/5] ✓ claims: 2 tasks, 2.5 s of one core",
        "[3/5] ✓ cells: 1 task, 1.2 s of one core, less than 10 s left",
        "[5/5] ✓ draw: 2 tasks, 2.5 s of one core",
    ]
    out = io.StringIO()
    with Progress(out) as progress:
        progress.stage("judging, drawing", 5)  # of which nobody says what they are
        for each in tasks:
            progress.done(ended(each.id))
    assert out.getvalue() == "judging, drawing\n[5/5] ✓ judging, drawing: 5 tasks, 6.2 s of one core\n"


def test_what_nobody_planned_has_a_line_of_its_own():
    out = io.StringIO()
    with Progress(out) as progress:
        progress.done(ended("data of ratings"))
        progress.done(ended("data of words"))
    assert out.getvalue() == "[1/1] ✓ data of ratings  1.2 s\n[2/2] ✓ data of words  1.2 s\n"


def test_a_gpu_is_no_core():
    out = io.StringIO()
    with Progress(out) as progress:
        progress.plan(1, tasks=[task("a.b full seed 0")])
        progress.done(ended("a.b full seed 0", device="cuda:0"))
    assert "1.2 s of one GPU" in out.getvalue()


def test_a_failure_is_shown_at_once_and_its_experiment_did_not_work():
    out = io.StringIO()
    tasks = [task("a.b seed 0"), task("a.b seed 1"), task("a.b seed 2")]
    with Progress(out) as progress:
        progress.plan(3, tasks=tasks)
        progress.done(ended("a.b seed 1", ok=False, seconds=0.5, problem=Problem("it broke", "x.py", 7)))
        assert lines(out, "✗") == ["[1/3] ✗ a.b seed 1  0.5 s"] and "    x.py:7: it broke\n" in out.getvalue()
        progress.done(ended("a.b seed 0"))
        progress.done(ended("a.b seed 2"))
    assert lines(out, "✓") == [] and lines(out, "✗")[1:] == ["[3/3] ✗ a.b: 2 of 3 jobs, 2.5 s of one core"]


def test_a_failure_shows_its_problem_and_what_it_printed():
    out = io.StringIO()
    printed = "\n".join(f"line {i}" for i in range(30))
    with Progress(out) as progress:
        progress.plan(1)
        progress.done(ended("a", ok=False, problem=Problem("it broke", "x.py", 7, fix="change it"), output=printed))
    said = out.getvalue()
    assert "[1/1] ✗ a" in said and "    x.py:7: it broke\n      fix: change it\n" in said
    assert "line 29" in said and "line 20" in said and "line 19" not in said
    assert progress.failed == 1 and progress.problems[0].line == 7


def test_a_job_that_says_nothing_is_told_of(monkeypatch):
    monkeypatch.setattr(module, "PLAIN_EVERY", 0.05)
    out = io.StringIO()
    tasks = [task("slow.one seed 0"), task("later.one seed 0")]
    with Progress(out) as progress:
        progress.plan(2, tasks=tasks)
        progress.event(tasks[0], {"start": {"device": "cpu"}})
        assert soon(out, "; running: slow.one seed 0 (")
        progress.event(tasks[0], {"epoch": 1, "epochs": 9})
        progress.event(tasks[1], {"start": {"device": "cpu"}})
        assert soon(out, " s, epoch 2/9)")
        progress.done(ended(tasks[0].id))
        assert soon(out, "; running: later.one seed 0 (")
        watch = progress._watch
    assert watch is not None and not watch.is_alive()  # it is over
    assert re.fullmatch(r"  … 0/2 done after \d+\.\d s; running: slow\.one seed 0 \(\d+\.\d s\)", lines(out, "…")[0])


def test_a_stage_without_tasks_is_told_of(monkeypatch):
    monkeypatch.setattr(module, "PLAIN_EVERY", 0.05)
    out = io.StringIO()
    with Progress(out) as progress:
        assert soon(out, "  … preparing (")
        progress.stage("rendering")
        assert soon(out, "  … rendering (")


def test_nobody_waits_longer_than_twenty_seconds_or_hears_more_than_they_need(monkeypatch):
    assert 5 <= module.PLAIN_EVERY <= 18
    monkeypatch.setattr(module, "PLAIN_EVERY", 1.0)
    out = io.StringIO()
    with Progress(out) as progress:
        for i in range(70):  # something is said all the time
            progress.message(f"{i}")
            time.sleep(0.02)
    assert "…" not in out.getvalue()


def test_lines_of_two_threads_do_not_mix(monkeypatch):
    monkeypatch.setattr(module, "PLAIN_EVERY", 0.0)
    monkeypatch.setattr(Progress, "status", lambda self: "  … status")

    class Slow(io.StringIO):
        def write(self, said: str) -> int:
            time.sleep(0.002)  # long enough for the other thread to say something
            return super().write(said)

    out = Slow()
    with Progress(out) as progress:
        for i in range(30):
            progress.done(ended(f"a {i}", ok=False, problem=Problem("it broke"), output="said\nmore"))
            time.sleep(0.02)
    block = r"\[\d+/\d+\] ✗ a \d+  1.2 s\n    it broke\n    it printed:\n      said\n      more\n"
    assert len(re.findall(block, out.getvalue())) == 30 and "… status" in out.getvalue()
    assert re.sub(block, "", out.getvalue()).replace("  … status\n", "") == ""


def test_how_long_each_stage_took(monkeypatch):
    clock = SimpleNamespace(now=100.0)
    for each in (module, status):
        monkeypatch.setattr(each, "time", SimpleNamespace(monotonic=lambda: clock.now))
    progress = Progress(Terminal(), plain=False)
    clock.now += 0.2
    progress.plan(1, tasks=[task("a.b seed 0")])
    clock.now += 231
    progress.stage("judging claims, drawing figures", 3)
    clock.now += 41.4
    progress.stage("rendering")
    clock.now += 6
    assert progress.times() == "training 231 s, judging claims, drawing figures 41 s, rendering 6 s"
    progress.__exit__(None, None, None)
    clock.now += 50  # a person looks at the site
    names, seconds = zip(*progress.stages, strict=True)
    assert names == ("preparing", "training", "judging claims, drawing figures", "rendering")
    assert seconds == pytest.approx((0.2, 231, 41.4, 6))


def test_where_everything_is_stored_nothing_was_trained():
    with Progress(io.StringIO()) as progress:
        progress.plan(19, stored=19)
    assert [name for name, _ in progress.stages] == ["preparing", "checking results"]


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
        progress.done(ended(name))
    assert progress.left(now) == pytest.approx(16)


def test_the_time_left_where_no_cost_is_known():
    assert train.UNKNOWN_COST in status.UNKNOWN_COSTS
    tasks = [task(f"{name} seed {seed}", train.UNKNOWN_COST) for name in ("a.b", "c.d") for seed in range(10)]
    progress = Progress(io.StringIO(), slots=2)
    progress.plan(20, tasks=tasks)
    assert progress.left() is None and "left" not in text(progress)  # not twenty seconds
    for each in (tasks[0], tasks[1], tasks[10]):
        assert progress.left() is None
        progress.done(ended(each.id, seconds=30.0 if each is tasks[10] else 3.0))
    assert progress.left() == pytest.approx((8 * 3 + 9 * 30) / 2)
    assert "about 2:27 min left" in text(progress) and ", about 2:27 min left" in progress.status()
    now = time.monotonic()
    progress.event(tasks[11], {"start": {"device": "cpu"}})
    progress.jobs[tasks[11].id].started = now - 10
    assert progress.left(now) == pytest.approx((8 * 3 + 8 * 30 + 20) / 2)


def test_an_experiment_of_which_nothing_is_done_takes_as_long_as_the_others():
    progress = Progress(io.StringIO())
    progress.plan(5, tasks=[task("a seed 0"), task("a seed 1"), task("b seed 0"), task("c seed 0"), task("d", 50)])
    for name, seconds in (("a seed 0", 2.0), ("a seed 1", 4.0), ("b seed 0", 9.0)):
        progress.done(ended(name, seconds=seconds))
    assert progress.left() == pytest.approx(5 + 50)  # what is known is not estimated


def test_a_job_that_runs_and_of_which_nothing_is_known():
    progress = Progress(io.StringIO())
    progress.plan(2, tasks=[task("a", train.UNKNOWN_COST), task("b", 50)])
    progress.event(task("a"), {"start": {"device": "cpu"}})
    assert progress.left() is None
    progress.event(task("a"), {"epoch": 1, "epochs": 2})
    assert progress.left() == pytest.approx(50, abs=1)


def test_a_task_that_failed_says_nothing_of_how_long_others_take():
    progress = Progress(io.StringIO())
    progress.stage("drawing", 6)
    for i in range(4):
        progress.done(ended(f"draw {i}", ok=i > 0, seconds=8.0 if i else 0.1))
    assert progress.left() == pytest.approx(2 * 8)


def test_more_tasks_at_once_than_anybody_said():
    progress = Progress(io.StringIO())
    tasks = [task(name, 10) for name in "abcd"]
    progress.plan(4, tasks=tasks)
    for each in tasks:
        progress.event(each, {"start": {"device": "cpu"}})
    assert progress.left(time.monotonic()) == pytest.approx(10, abs=0.5)


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
    job = RunningJob(0)
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
