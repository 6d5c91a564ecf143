"""kill -9 of the build, the server, a supervisor, a job: whatever a job started is gone soon after.

The job leaves a `setsid` child and double-forked grandchildren in sessions of their own, which a killpg would miss.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from coursenotes.workers import Pool, Task, processes
from tests.engine.workers_project import LIGHT, alive, children_of, make_project, task, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs subreapers, which only Linux has")

BUILD = """
import sys
from pathlib import Path
from coursenotes.workers import Pool, Task
with Pool(Path(sys.argv[1]), preload=["json"], slots=1) as pool:
    list(pool.run([Task("orphans", "snippets.jobs:orphans", {"pids": sys.argv[2], "wait": True})]))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture
def pids(tmp_path: Path):
    """The file in which the job writes the pids of its family; whatever is left of them is killed at the end."""
    path = tmp_path / "pids"
    path.touch()
    yield path
    for pid in alive(family(path)):
        os.kill(pid, signal.SIGKILL)


def family(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()]


class Build:
    """A build in a process of its own, with its server and supervisor, and a job whose family is complete."""

    def __init__(self, root: Path, pids: Path):
        self.process = subprocess.Popen([sys.executable, "-c", BUILD, str(root), str(pids)], stderr=subprocess.PIPE)
        assert wait_until(lambda: len(family(pids)) == 5, 20), "the job did not start its family"
        assert len(alive(family(pids))) == 5
        (self.server,) = children_of(self.process.pid)
        (self.supervisor,) = children_of(self.server)
        self.job = family(pids)[0]
        self.family = family(pids)

    @property
    def all(self) -> list[int]:
        return [self.server, self.supervisor, *self.family]


@pytest.fixture
def build(root: Path, pids: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # a killed build leaves its temporary files to the next one
    monkeypatch.setattr(tempfile, "tempdir", None)
    build = Build(root, pids)
    yield build
    build.process.kill()
    build.process.communicate()


def test_kill_9_of_the_build(build: Build):
    os.kill(build.process.pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(build.all)), alive(build.all)


def test_kill_9_of_the_server(build: Build):
    os.kill(build.server, signal.SIGKILL)
    assert wait_until(lambda: not alive(build.all)), alive(build.all)
    assert build.process.wait(10) == 0  # the build itself goes on, with a problem


def test_kill_9_of_a_supervisor(build: Build):
    os.kill(build.supervisor, signal.SIGKILL)
    assert wait_until(lambda: not alive([build.supervisor, *build.family])), alive(build.family)
    assert build.process.wait(10) == 0


def test_kill_9_of_a_job(build: Build):
    os.kill(build.job, signal.SIGKILL)
    assert wait_until(lambda: not alive([build.supervisor, *build.family])), alive(build.family)
    assert build.process.wait(10) == 0


def test_ctrl_c_at_the_terminal(build: Build):
    build.process.send_signal(signal.SIGINT)
    assert wait_until(lambda: not alive(build.all)), alive(build.all)
    assert build.process.wait(10) != 0


def test_a_job_that_returns_takes_its_family_along(root: Path, pids: Path):
    with Pool(root, preload=LIGHT, slots=1) as pool:
        (outcome,) = pool.run([task("orphans", pids=str(pids), wait=False)])
        assert outcome.ok and outcome.value == "done"
        assert len(family(pids)) == 5 and not alive(family(pids))


def test_a_job_out_of_time_takes_its_family_along(root: Path, pids: Path):
    with Pool(root, preload=LIGHT, slots=1) as pool:
        (outcome,) = pool.run([task("orphans", pids=str(pids), wait=True, seconds=1.5)])
        assert not outcome.ok and "still running" in outcome.problem.what
        assert len(family(pids)) == 5 and not alive(family(pids))


def test_a_supervisor_that_is_killed_is_a_problem_of_its_job_alone(root: Path):
    with Pool(root, preload=LIGHT, slots=2) as pool:

        def kill_supervisor(one, event) -> None:
            if one.id == "a" and "start" in event:
                supervisor = int(Path(f"/proc/{event['start']['pid']}/stat").read_text().rpartition(")")[2].split()[1])
                os.kill(supervisor, signal.SIGKILL)

        tasks = [task("wait_forever", "a"), task("mark", "b", sleep=0.3)]
        outcomes = {o.task.id: o for o in pool.run(tasks, kill_supervisor)}
    assert "supervisor" in outcomes["a"].problem.what and outcomes["b"].ok


def test_the_family_of_a_killed_supervisor_is_gone_while_the_build_goes_on(root: Path, pids: Path):
    with Pool(root, preload=LIGHT, slots=1) as pool:

        def kill_supervisor(one, event) -> None:
            if "log" in event:
                (supervisor,) = children_of(pool._server.pid)
                os.kill(supervisor, signal.SIGKILL)

        (outcome,) = pool.run([task("orphans", pids=str(pids), wait=True)], kill_supervisor)
        assert "supervisor" in outcome.problem.what and len(family(pids)) == 5
        assert wait_until(lambda: not alive(family(pids))), alive(family(pids))
        assert [o.value for o in pool.run([task("double", x=1)])] == [2]


CHAIN = """
import os, time
def f(args, folder, report):
    if os.fork() == 0:
        while True:
            os.setsid()
            time.sleep(args["rest"])
            if os.fork():
                os._exit(0)
    time.sleep(60)
"""


@pytest.mark.parametrize("rest", [0.005, 0.0])
def test_a_chain_of_processes_each_of_which_starts_the_next_and_ends_is_caught(root: Path, rest: float):
    (root / "snippets" / "chain.py").write_text(CHAIN)
    with Pool(root, preload=LIGHT, slots=1) as pool:
        (outcome,) = pool.run([Task("chain", "snippets.chain:f", {"rest": rest}, seconds=0.3)])
        assert wait_until(lambda: not processes.descendants(pool._server.pid), 1)  # its supervisor too
    assert "still running" in outcome.problem.what and not outcome.problem.details[1:]


def test_the_next_build_removes_what_a_killed_one_left(build: Build, root: Path):
    (left,) = (root / ".coursenotes" / "jobs").glob("[!.]*")
    temporary = Path((left / "temporary").read_text())
    os.kill(build.process.pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(build.all))
    assert temporary.is_dir()
    with Pool(root, preload=LIGHT, slots=1) as pool:
        assert [o.value for o in pool.run([task("double", x=1)])] == [2]
        assert not left.exists() and not temporary.exists()


def test_a_pool_used_from_a_thread_outlives_the_thread(root: Path):
    with Pool(root, preload=LIGHT, slots=1) as pool:
        values = []
        for x in (1, 2):
            worker = threading.Thread(
                target=lambda x=x: values.extend(o.value for o in pool.run([task("double", x=x)]))
            )
            worker.start()
            worker.join()
            time.sleep(0.1)
        assert values == [2, 4]
