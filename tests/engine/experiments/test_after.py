"""Experiments that come after others: their inputs, their keys, and the problem of a missing one."""
# ruff: noqa: E501 - a case a line

from __future__ import annotations

import dataclasses

import pytest

from coursenotes.claims import acceptance
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.plan import Plan
from coursenotes.experiments.train import train
from coursenotes.knowledge.base import Knowledge
from coursenotes.workers import Pool
from coursenotes.workers.progress import Progress

FIRST = '''"""T."""
import numpy as np
from coursenotes import Run, experiment


@experiment(seeds=2, vary={"n": [1, 2, 3]})
def weights(run: Run, n: int):
    """Some weights."""
    return {"loss": run.seed + n / 10, "w": np.arange(n) + float(run.seed), "words": ["a"] * n}
'''
AFTER = '''

@experiment(after=weights)
def total(model, run: Run):
    """Their sum."""
    return {"sum": float(model.arrays["w"].sum()), "loss": model.metrics["loss"], "words": len(model.texts["words"])}
'''
LATER = '''"""U."""
from coursenotes import Run, experiment
from snippets.t import total


@experiment(after=total, vary={"n": [2, 3], "by": [10, 100]})
def times(model, run: Run, n: int, by: int):
    """The sum, times something."""
    return {"product": by * model.metrics["sum"], "n": n}
'''


def plan(mini, after: str = AFTER, later: str | None = LATER) -> Plan:
    (mini.snippets / "t.py").write_text(FIRST + after)
    if later is not None:
        (mini.snippets / "u.py").write_text(later)
    return Plan(discover(mini))


def run(mini, found: Plan, *names: str):
    jobs = found.missing((name, "sample") for name in names)
    with Pool(mini.root, preload=("numpy",)) as pool:
        return train(found, jobs, pool, Progress())


def test_it_has_the_seeds_and_settings_of_what_it_comes_after(mini):
    found = plan(mini)
    assert [(j.settings, j.seed) for j in found.jobs("t.total", "sample")] == [
        ({"n": n}, seed) for n in (1, 2, 3) for seed in (0, 1)
    ]
    assert [(j.settings, j.seed) for j in found.jobs("u.times", "sample")] == [
        ({"n": n, "by": by}, seed) for n in (2, 3) for by in (10, 100) for seed in (0, 1)
    ]


def test_it_is_given_what_the_job_of_the_same_seed_and_settings_returned(mini):
    found = plan(mini)
    assert run(mini, found, "u.times") == []
    results = found.results("u.times", "sample")
    assert results.metric("product", n=3, by=10).tolist() == [30.0, 60.0]  # 0+1+2 and 1+2+3
    assert found.results("t.total", "sample") is None  # n=1 was not asked for
    assert run(mini, found, "t.total") == []
    assert found.results("t.total", "sample").metric("words", n=3).tolist() == [3, 3]


def test_it_runs_its_own_jobs_only_where_the_earlier_ones_are_there(mini):
    found = plan(mini)
    run(mini, found, "t.weights")
    assert {job.experiment.id for job in found.missing([("u.times", "sample")])} == {"t.total", "u.times"}
    run(mini, found, "u.times")
    changed = plan(mini, later=LATER.replace("by * model", "2 * by * model"))
    assert {job.experiment.id for job in changed.missing([("u.times", "sample")])} == {"u.times"}
    upstream = plan(mini, after=AFTER.replace(".sum()", ".mean()"))
    assert {job.experiment.id for job in upstream.missing([("u.times", "sample")])} == {"t.total", "u.times"}


def test_why_names_the_change_upstream(mini):
    found = plan(mini)
    run(mini, found, "u.times")
    (mini.snippets / "t.py").write_text(FIRST.replace("n / 10", "n / 20") + AFTER)
    now = Plan(discover(mini))
    assert now.why(now.jobs("u.times", "sample")[0]) == ["t.total: t.weights: the code of t.weights changed"]


def test_acceptance_depends_on_what_comes_before_but_not_on_its_libraries(mini, monkeypatch):
    before = acceptance.depends(plan(mini), "u.times", "sample")
    monkeypatch.setattr("coursenotes.cache.keys.version", lambda name: "99.0" if name == "numpy" else None)
    assert acceptance.depends(plan(mini), "u.times", "sample") == before
    (mini.snippets / "t.py").write_text(FIRST.replace("n / 10", "n / 20") + AFTER)
    assert acceptance.depends(Plan(discover(mini)), "u.times", "sample") != before


def test_one_that_fails_names_itself_in_all_that_wait_for_it(mini):
    (mini.snippets / "t.py").write_text(FIRST.replace("    return", "    assert n < 3\n    return") + AFTER)
    (mini.snippets / "u.py").write_text(LATER)
    found = Plan(discover(mini))
    messages = sorted({str(p) for p in run(mini, found, "u.times")})
    failed = [one for one in messages if "AssertionError" in one]
    waits = [one for one in messages if "was not run" in one]
    assert len(failed) == 1 and len(waits) == 2 + 4  # total n=3, and times n=3 by 10 and 100, of two seeds each
    assert "t.total n=3 seed 0 was not run: it comes after t.weights n=3 seed 0, and t.weights n=3 seed 0 failed" in (
        " ".join(waits)
    )
    assert any("u.py:7: u.times n=3 by=10 seed 1" in one and "t.weights n=3 seed 1 failed" in one for one in waits)
    assert found.results("t.weights", "sample") is None and len(found.missing([("u.times", "sample")])) == 2 + 2 + 4


def test_the_order_in_which_files_are_read_does_not_matter(mini):
    """A topic's experiment may come after one of a topic that is read later."""
    (mini.snippets / "z.py").write_text(FIRST)
    (mini.snippets / "a.py").write_text(
        AFTER.replace(
            "\n\n@", '"""A."""\nfrom coursenotes import Run, experiment\nfrom snippets.z import weights\n@', 1
        )
    )
    assert Plan(discover(mini)).experiment("a.total").after == "z.weights"


WRONG = {
    "a circle": ("\n@experiment(after=b)\ndef a(model, run):\n    'A.'\n@experiment(after=a)\ndef b(model, run):\n    'B.'\n",
                 "a comes after itself: a after b after a"),
    "itself": ("\n@experiment(after=a)\ndef a(model, run):\n    'A.'\n", "a comes after itself: a after a"),
    "no experiment": ("\n@experiment(after=np.mean)\ndef a(model, run):\n    'A.'\n", "after=np.mean of a is not an experiment"),
    "a text": ("\n@experiment(after='weights')\ndef a(model, run):\n    'A.'\n", "after='weights' of a is not an experiment"),
    "no model": ("\n@experiment(after=weights)\ndef a(run):\n    'A.'\n", "a(run) does not fit its settings"),
    "a model with the name of a setting": (
        "\n@experiment(after=weights)\ndef a(n, run):\n    'A.'\n",
        "does not fit its settings",
    ),
    "a setting that is not there": ("\n@experiment(after=weights)\ndef a(model, run, p):\n    'A.'\n", "does not fit its settings"),
    "a value that is not there": ("\n@experiment(after=weights, vary={'n': [7]})\ndef a(model, run):\n    'A.'\n",
                                  "a comes after weights, which has no n=7"),
    "more seeds": ("\n@experiment(after=weights, seeds=3)\ndef a(model, run):\n    'A.'\n", "a has more seeds than weights"),
}  # fmt: skip


@pytest.mark.parametrize("after, said", WRONG.values(), ids=WRONG)
def test_what_cannot_come_after_is_told_with_its_line(mini, after, said):
    with pytest.raises(CoursenotesError) as caught:
        plan(mini, after, None)
    assert said in str(caught.value) and "snippets/t.py:" in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(mini):
    both = WRONG["no model"][0] + WRONG["more seeds"][0].replace("def a", "def b")
    with pytest.raises(CoursenotesError) as caught:
        plan(mini, both, None)
    assert len(caught.value.problems) == 2


def test_a_restricted_setting_is_its_own_jobs_only(mini):
    found = plan(mini)
    info = found.experiment("u.times")
    assert info.vary == {"n": [2, 3], "by": [10, 100]} and dataclasses.is_dataclass(info)
    assert [found.before(job).settings for job in found.jobs("u.times", "sample", [0])] == [{"n": 2}] * 2 + [
        {"n": 3}
    ] * 2


def test_what_a_listed_page_rests_on_is_listed_with_all_that_it_comes_after(mini):
    page = mini.docs / "concepts" / "averages.md"
    page.write_text(page.read_text() + "\n[](measured:u.times.product?n=2&by=10)\n")
    found = plan(mini)
    listed = Knowledge(found.catalog).visibility.experiment
    assert listed("u.times") and listed("t.total") and listed("t.weights") and not listed("averages.none")
    assert {("t.weights", "sample"), ("t.total", "sample")} <= set(found.wanted())
