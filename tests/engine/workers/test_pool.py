"""The pool: real processes, a light server."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from coursenotes.workers import Device, Pool, Task
from coursenotes.workers import environment as environments
from coursenotes.workers import pool as pools
from tests.engine.workers_project import LIGHT, alive, children_of, line_of, make_project, run_one, task, wait_until


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture
def pool(root: Path):
    with Pool(root, preload=LIGHT, slots=2) as pool:
        yield pool


def test_without_tasks_there_is_no_process(root: Path):
    before = children_of(os.getpid())
    with Pool(root) as pool:
        assert list(pool.run([])) == []
        assert children_of(os.getpid()) == before
    assert not (root / ".coursenotes").exists()


def test_what_comes_back(pool: Pool):
    events = []
    (outcome,) = pool.run([task("double", x=21)], lambda one, event: events.append((one.id, event)))
    assert outcome.ok and outcome.value == 42 and outcome.problem is None
    assert (outcome.folder / "x.txt").read_text() == "21"
    assert outcome.output == "doubling 21\n"
    assert outcome.device == "cpu" and 0 < outcome.seconds < 10 and 0 < outcome.cpu_seconds < 10
    assert [name for name, _ in events] == ["double", "double"]
    assert events[0][1]["start"]["device"] == "cpu"
    assert events[1][1] == {"epoch": 0, "epochs": 1}


def test_one_failure_does_not_stop_the_others_and_names_its_line(pool: Pool, root: Path):
    outcomes = {
        o.task.id: o for o in pool.run([task("divide", "bad", x=0), *(task("double", f"t{i}", x=i) for i in range(5))])
    }
    assert [outcomes[f"t{i}"].value for i in range(5)] == [0, 2, 4, 6, 8]
    bad = outcomes["bad"]
    assert not bad.ok and bad.value is None and bad.folder is None
    assert bad.problem.path == root / "snippets" / "jobs.py"
    assert bad.problem.line == line_of("the line at fault")
    assert bad.problem.what == "ZeroDivisionError: division by zero"
    assert "return 1 / x" in bad.problem.details[0]
    assert bad.output == "about to divide\n"


def test_biggest_first_then_by_id(root: Path):
    costs = {"b": 1.0, "a": 1.0, "big": 9.0, "c": 0.0}
    with Pool(root, preload=LIGHT, slots=1) as pool:
        started = []
        tasks = [task("double", name, x=1, cost=cost) for name, cost in costs.items()]
        list(pool.run(tasks, lambda one, event: started.append(one.id) if "start" in event else None))
    assert started == ["big", "a", "b", "c"]


def test_no_more_at_once_than_slots(pool: Pool):
    spans = [outcome.value for outcome in pool.run([task("mark", f"m{i}", sleep=0.1) for i in range(6)])]
    most = max(sum(begin <= at < end for begin, end in spans) for at, _ in spans)
    assert most == 2


def test_a_job_has_a_place_of_its_own(pool: Pool, root: Path):
    first, second = (o.value for o in pool.run([task("environment_of_a_job", "a"), task("environment_of_a_job", "b")]))
    assert first["cwd"] == first["temporary"] != second["cwd"] and not Path(first["cwd"]).exists()
    assert len(first["cwd"]) < 60  # a socket's address below it must stay under 108
    assert first["input"] == "" and first["cuda"] == "" and first["omp"] == "1"
    assert first["random"] == second["random"] and first["hash"] == second["hash"]
    assert first["supervisor"] != second["supervisor"]


def test_the_server_serves_again(pool: Pool):
    assert [o.value for o in pool.run([task("double", x=1)])] == [2]
    server = pool._server.pid
    assert [o.value for o in pool.run([task("double", x=2)])] == [4]
    assert pool._server.pid == server


def test_a_preload_that_fails_is_reported_and_not_fatal(root: Path):
    said = []
    with Pool(root, preload=["no_such_module", "json"], slots=1, warn=said.append) as pool:
        (outcome,) = pool.run([task("double", x=1)])
    assert outcome.ok
    assert len(said) == 1 and "no_such_module" in said[0] and "ModuleNotFoundError" in said[0]


def test_a_server_that_dies_while_it_loads_is_a_problem_and_no_hang(root: Path, tmp_path: Path, monkeypatch):
    (tmp_path / "deadly.py").write_text("import os; os._exit(7)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Pool(root, preload=["deadly"], slots=1) as pool:
        outcomes = list(pool.run([task("double", "a", x=1), task("double", "b", x=1)]))
    assert [o.ok for o in outcomes] == [False, False]
    waiting = next(o for o in outcomes if "server" in o.problem.what)
    assert "ended with status 7" in waiting.problem.what and "loading deadly" in waiting.problem.details


def test_when_the_server_is_killed_the_rest_are_problems(root: Path):
    with Pool(root, preload=LIGHT, slots=1) as pool:

        def kill_server(one: Task, event: dict) -> None:
            if "start" in event:
                os.kill(pool._server.pid, signal.SIGKILL)

        began = time.monotonic()
        outcomes = {
            o.task.id: o for o in pool.run([task("wait_forever", "a", cost=1), task("double", "b", x=1)], kill_server)
        }
        assert time.monotonic() - began < 10
        assert not outcomes["a"].ok
        assert "killed by signal 9" in outcomes["b"].problem.what and outcomes["b"].problem.fix
        # and the pool can be used again: it starts another server
        assert [o.value for o in pool.run([task("double", x=4)])] == [8]


def test_leaving_the_iteration_kills_what_runs(pool: Pool):
    pids = []

    def note(one: Task, event: dict) -> None:
        if "start" in event:
            pids.append(event["start"]["pid"])

    for _ in pool.run([task("wait_forever", "a", cost=9), task("mark", "b", sleep=0.2)], note):
        break
    assert len(pids) == 2
    assert wait_until(lambda: not alive(pids))
    assert [o.value for o in pool.run([task("double", x=1)])] == [2]


def test_ctrl_c_in_the_build_kills_what_runs(pool: Pool):
    pids = []

    def interrupt(one: Task, event: dict) -> None:
        if "start" in event:
            pids.append(event["start"]["pid"])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(pool.run([task("wait_forever")], interrupt))
    assert wait_until(lambda: not alive(pids))


def test_nothing_is_left_after_the_pool(root: Path):
    before = children_of(os.getpid())
    with Pool(root, preload=LIGHT) as pool:
        (outcome,) = pool.run([task("double", x=1)])
        moved = outcome.folder.rename(root / "taken")
    assert (moved / "x.txt").is_file()
    assert children_of(os.getpid()) == before
    assert not list((root / ".coursenotes" / "jobs").glob("[!.]*"))


def test_what_a_killed_build_left_is_removed_and_what_a_living_one_uses_is_not(root: Path):
    with Pool(root, preload=LIGHT) as living:
        list(living.run([task("double", x=1)]))
        used = living._scratch.path
        dead = used.parent / "dead"
        dead.mkdir()
        (dead / "1").mkdir()
        run_one(root, task("double", x=1))
        assert used.is_dir() and not dead.exists()


def test_a_copy_of_a_project_leaves_the_original_its_temporary_files(root: Path, tmp_path: Path):
    with Pool(root, preload=LIGHT) as living:
        list(living.run([task("double", x=1)]))
        shutil.copytree(root, tmp_path / "copy", symlinks=True)
        run_one(tmp_path / "copy", task("double", x=1))
        assert living._scratch.temporary.is_dir()
        assert [o.ok for o in living.run([task("double", x=1)])] == [True]


def test_a_change_within_a_second_that_keeps_the_size_is_seen(pool: Pool, root: Path):
    path = root / "snippets" / "fast.py"
    values = []
    for text in ("0.2", "0.5"):
        path.write_text(f"def f(args, folder, report): return {text}\n")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        compile_to_cache(path)
        values += [o.value for o in pool.run([Task("fast", "snippets.fast:f", {})])]
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert values == [0.2, 0.5]


def compile_to_cache(path: Path) -> None:
    """As another Python would have left it, from the first text only."""
    import py_compile

    if not (path.parent / "__pycache__").exists():
        py_compile.compile(str(path))


def test_a_value_that_is_no_json_is_a_problem(pool: Pool):
    (outcome,) = pool.run([task("unspeakable")])
    assert not outcome.ok and "not JSON serializable" in outcome.problem.what


def test_a_missing_module_says_how_to_mend_it(pool: Pool, root: Path):
    (root / "snippets" / "needs.py").write_text("import a_library_that_is_not_there\n")
    (outcome,) = pool.run([Task("needs", "snippets.needs:f", {})])
    assert (outcome.problem.path, outcome.problem.line) == (root / "snippets" / "needs.py", 1)
    assert "a_library_that_is_not_there" in outcome.problem.fix


def test_a_syntax_error_has_its_line(pool: Pool, root: Path):
    (root / "snippets" / "broken.py").write_text("x = 1\ndef f(:\n")
    (outcome,) = pool.run([Task("broken", "snippets.broken:f", {})])
    assert (outcome.problem.path, outcome.problem.line) == (root / "snippets" / "broken.py", 2)
    assert outcome.problem.what.startswith("SyntaxError")


def test_many_events_reach_a_slow_listener_or_are_dropped_but_the_value_arrives(pool: Pool, root: Path):
    (root / "snippets" / "chatty.py").write_text(
        "def f(args, folder, report):\n"
        "    for i in range(20000):\n"
        "        report({'log': {'loss': i}})\n"
        "    return 'said'\n"
    )
    heard = []
    for outcome in pool.run([Task("chatty", "snippets.chatty:f", {})], lambda one, event: heard.append(event)):
        assert outcome.value == "said"
    assert len(heard) > 100


def test_the_environment_of_the_server_hides_gpus_and_fixes_hashes(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    environment = environments.environment(Path("libraries"))
    assert environment["CUDA_VISIBLE_DEVICES"] == "" and environment["PYTHONHASHSEED"] == "0"
    assert environment["VECLIB_MAXIMUM_THREADS"] == environment["OMP_NUM_THREADS"] == "1"


def test_a_pool_that_is_given_gpus_only_has_a_cpu_all_the_same(root: Path):
    with Pool(root, preload=LIGHT, devices=[Device("cuda:0", 2)], slots=1) as pool:
        assert [o.value for o in pool.run([task("double", x=1)])] == [2]


def test_a_pool_in_the_background_lets_everything_else_go_first(root: Path):
    """Niceness alone would not do: Linux shares the processor out between sessions first, and each job has its own."""
    plain = run_one(root, task("priority")).value
    behind = run_one(root, task("priority"), background=True).value
    assert behind["nice"] == min(19, plain["nice"] + pools.BACKGROUND)
    if plain["group"]:
        assert [said["group"].split()[-1] for said in (plain, behind)] == [
            str(max(0, plain["nice"])),
            str(behind["nice"]),
        ]


def test_an_environment_reaches_the_jobs(root: Path):
    assert run_one(root, task("priority"), environment={"GIVEN": "yes"}).value["given"] == "yes"
    assert run_one(root, task("priority")).value["given"] is None


def test_what_the_server_prepares_is_there_for_the_jobs_and_a_failure_is_not_fatal(root: Path):
    with Pool(root, preload=LIGHT, slots=1) as pool:
        pool.prepare("os:no_such_function", {})
        pool.prepare("tabnanny:process_tokens", {})  # a module that nothing else loads
        (outcome,) = pool.run([task("loaded", which="tabnanny")])
        assert outcome.value is True
    with Pool(root, preload=LIGHT, slots=1) as pool:
        (outcome,) = pool.run([task("loaded", which="tabnanny")])
        assert outcome.value is False
