"""Every way for a job to end badly is said clearly, with its line, and soon."""

from __future__ import annotations

import errno
import time
from pathlib import Path

import pytest

from coursenotes.workers import Task, failures
from tests.engine.workers_project import line_of, make_project, run_one, task


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.mark.parametrize("function", ["wait_forever", "wait_beside_a_thread"])
def test_time(root: Path, function: str):
    began = time.monotonic()
    outcome = run_one(root, task(function, seconds=0.4))
    assert time.monotonic() - began < 5
    assert not outcome.ok and 0.4 <= outcome.seconds < 3
    assert "still running after 0.4 s" in outcome.problem.what
    assert outcome.problem.path == root / "snippets" / "jobs.py"
    assert abs(outcome.problem.line - line_of("where it waits")) <= 1  # the loop, or the sleep in it
    assert "minutes=" in outcome.problem.fix


def test_memory_of_one_process(root: Path):
    outcome = run_one(root, task("allocate", bytes=2**29, gigabytes=0.25))
    assert not outcome.ok
    assert "needs more than 0.25 GB of memory, its limit (MemoryError)" in outcome.problem.what
    assert outcome.problem.line == line_of("held = bytearray")
    assert "gigabytes=" in outcome.problem.fix


def test_memory_within_the_limit_is_fine(root: Path):
    outcome = run_one(root, task("allocate", bytes=2**28, gigabytes=0.5))
    assert outcome.ok and outcome.value == 2**28


def test_memory_of_a_family(root: Path):
    outcome = run_one(root, task("family", bytes=2**27, gigabytes=0.2))
    assert not outcome.ok
    assert "used more than 0.2 GB of memory" in outcome.problem.what
    assert outcome.peak_bytes > 0.2 * 2**30


def test_output(root: Path):
    outcome = run_one(root, task("print_forever", seconds=30))
    assert not outcome.ok and "printed more than 64 MB" in outcome.problem.what
    assert outcome.output.endswith("x" * 100) or outcome.output.endswith("x\n")


def test_a_crash_in_compiled_code_has_its_line(root: Path):
    outcome = run_one(root, task("crash"))
    assert "killed by signal 11 (SIGSEGV)" in outcome.problem.what
    assert outcome.problem.line == line_of("ctypes.string_at(0)")


def test_killed_from_outside(root: Path):
    outcome = run_one(root, task("kill_itself"))
    assert "killed by signal 9 (SIGKILL)" in outcome.problem.what and "memory" in outcome.problem.fix


def test_left_without_a_word(root: Path):
    outcome = run_one(root, task("leave"))
    assert not outcome.ok and "ended by itself with status 3" in outcome.problem.what


def test_sys_exit(root: Path):
    outcome = run_one(root, task("sys_exit"))
    assert not outcome.ok and outcome.problem.what == "SystemExit: enough"
    assert outcome.problem.line == line_of('sys.exit("enough")')


def test_an_end_without_a_word_is_placed_where_the_task_is(root: Path):
    plain = task("leave")
    placed = Task(plain.id, plain.call, {**plain.args, "path": str(root / "snippets" / "jobs.py"), "line": 3})
    assert run_one(root, plain).problem.what.startswith(f"{plain.id}: its process ended")
    problem = run_one(root, placed).problem
    assert (problem.path, problem.line) == (root / "snippets" / "jobs.py", 3)
    assert problem.what.startswith("its process ended")


def test_a_long_message_is_shortened():
    text = failures.shortened("\n".join(["first", *["x" * 10_000] * 300, "last"]))
    assert len(text.splitlines()) == failures.LONG and len(text) < 7_000
    assert text.startswith("first\n") and text.endswith("… and 291 lines more\nlast")
    assert failures.shortened("short") == "short"


def test_a_full_disk_says_what_to_do():
    assert "free some space" in failures.fix(OSError(errno.ENOSPC, "No space left on device"))


def test_a_snippet_that_is_not_there_is_no_dependency():
    assert "no snippets/nothere.py" in failures.fix(ModuleNotFoundError("No module", name="snippets.nothere"))
    assert "add torchx to the dependencies" in failures.fix(ModuleNotFoundError("No module", name="torchx.nn"))
