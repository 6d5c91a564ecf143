"""Chance: what nobody seeded is seeded, and what cannot be is found by running a job twice."""
# ruff: noqa: E501 - a case a line

from __future__ import annotations

import math

import numpy as np
import pytest

from coursenotes import Run
from coursenotes.cli import main
from coursenotes.discover.project import discover
from coursenotes.experiments import twice
from coursenotes.experiments.plan import Plan
from coursenotes.result import JobResult
from coursenotes.workers.progress import Progress
from tests.engine import one_job


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with one_job.project(tmp_path_factory.mktemp("project"), "numpy", "pandas", "torch") as found:
        yield found


UNSEEDED = {
    "numpy": "np.random.default_rng().normal()",
    "numpy's old generators": "np.random.RandomState().normal()",
    "numpy's bits": "np.random.Generator(np.random.PCG64()).normal()",
    "numpy's global one": "np.random.normal()",
    "python": "random.Random().random()",
    "python's global one": "random.random()",
    "torch": "torch.rand(()).item()",
    "pandas": "pd.DataFrame({'r': range(1000)}).sample(1).r.item()",
    "a generator of the module": "RNG.normal()",
    "the order of a set of texts": "sum(i * len(t) for i, t in enumerate({str(n) * n for n in range(9)})) + random.random()",
}


@pytest.mark.parametrize("draw", UNSEEDED.values(), ids=UNSEEDED)
def test_what_nobody_seeded_is_the_same_for_a_seed_and_differs_between_seeds(project, draw):
    text = f"import random\nRNG = np.random.default_rng()\ndef f(x): return {draw}"
    (_, one), (_, again), (_, other) = (project.put({"t": text}, seed) for seed in (0, 0, 1))
    assert one == again != other


def test_a_shared_seed_is_the_same_in_every_run_and_differs_by_its_name():
    assert Run(seed=1).fixed("split") == Run(seed=2).fixed("split") != Run(seed=1).fixed("folds")
    np.random.default_rng(Run().fixed("split"))
    assert 0 <= Run().fixed("split") < 2**32  # what scikit-learn takes


def result(**values) -> JobResult:
    return JobResult(
        values.pop("metrics", {}), values.pop("curves", {}), values.pop("arrays", {}), values.pop("texts", {})
    )


DIFFERENT = {
    "a metric": (
        result(metrics={"m": 1.0}),
        result(metrics={"m": math.nextafter(1, 2)}),
        "m: 1.0, then 1.0000000000000002",
    ),
    "an array": (
        result(arrays={"w": np.ones(2)}),
        result(arrays={"w": np.array([1, 2.0])}),
        "w: [1.0, 1.0], then [1.0, 2.0]",
    ),
    "a sign": (result(arrays={"w": np.array([0.0])}), result(arrays={"w": np.array([-0.0])}), "w: [0.0], then [-0.0]"),
    "a type": (result(arrays={"w": np.ones(1)}), result(arrays={"w": np.ones(1, np.float32)}), "w: "),
    "a curve": (result(curves={"c": [1.0, None]}), result(curves={"c": [None, 1.0]}), "c: "),
    "a text": (result(texts={"t": ["a"]}), result(texts={"t": ["b"]}), "t: ['a'], then ['b']"),
    "a name": (result(metrics={"m": 1.0}), result(), "m is there in one run only"),
}


@pytest.mark.parametrize("one, two, said", DIFFERENT.values(), ids=DIFFERENT)
def test_two_runs_are_compared_bit_by_bit(one, two, said):
    (message,) = twice.differences(one, two)
    assert message.startswith(said)
    assert twice.differences(one, one) == []


def test_declared_times_are_not_compared():
    one, two = (
        result(metrics={"s": 1.0}, arrays={"all": np.ones(1)}),
        result(metrics={"s": 2.0}, arrays={"all": np.zeros(1)}),
    )
    assert twice.differences(one, two, ["s", "all"]) == []
    assert len(twice.differences(one, two, ["s"])) == 1


def test_not_a_number_is_itself():
    one = result(metrics={"m": math.nan}, curves={"c": [math.nan, None]})
    assert twice.differences(one, one) == []


SNIPPET = '''"""T."""
from time import perf_counter
from coursenotes import Run, experiment


class Thing:
    pass


@experiment(seeds=2)
def addresses(run: Run):
    """The order of a set of objects, which is that of their addresses."""
    things = [Thing() for _ in range(50)]
    return {"order": [str(things.index(thing)) for thing in set(things)], "n": 50}


@experiment(seeds=2, times=["seconds"])
def steady(run: Run):
    """The same each time, and how long it took."""
    return {"n": 1, "seconds": perf_counter()}
'''


def test_twice_finds_what_reading_cannot_see(mini, capsys):
    (mini.snippets / "t.py").write_text(SNIPPET)
    plan = Plan(discover(mini))
    same, problems = twice.compare(plan, ["t.addresses", "t.steady", "straight_line.fit"], "sample", Progress())
    assert same == 2
    assert ["snippets/t.py:11: t.addresses seed 0 gives something else" in str(p) for p in problems] == [True]
    assert "order: [" in str(problems[0])


def test_twice_on_the_command_line(mini, capsys):
    (mini.snippets / "t.py").write_text(SNIPPET)
    assert main(["--project", str(mini.root), "run", "--twice", "t.steady"]) == 0
    assert "1 of 1 experiments return the same" in capsys.readouterr().out
    assert main(["--project", str(mini.root), "run", "--twice", "t"]) == 1
    assert "gives something else when it is run again" in capsys.readouterr().err


def test_since_takes_what_a_change_touches(mini, monkeypatch):
    import subprocess

    def git(*args: str) -> None:
        subprocess.run(
            ["git", "-C", str(mini.root), "-c", "user.name=a", "-c", "user.email=a@b", *args],
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    assert twice.changed_since(Plan(discover(mini)), "HEAD", "sample") == []
    steps = mini.snippets / "steps.py"
    steps.write_text(steps.read_text().replace("return 2 * np.mean", "return 3 * np.mean") + "# a remark\n")
    assert twice.changed_since(Plan(discover(mini)), "HEAD", "sample") == ["straight_line.fit"]
    points = mini.snippets / "datasets" / "points.py"
    points.write_text(points.read_text().replace('license="CC0"', 'license="CC" + "0"'))
    git("commit", "-qam", "a revision that is refused today")
    points.write_text(points.read_text().replace('"CC" + "0"', '"CC0"'))
    plan = Plan(discover(mini))
    assert twice.changed_since(plan, "HEAD", "sample") == list(plan.catalog.experiments)
