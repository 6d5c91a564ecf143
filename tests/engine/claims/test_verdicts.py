"""Verdicts: their file, and what their key depends on."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from coursenotes.cache.memo import Memo
from coursenotes.cache.store import write_entry
from coursenotes.claims import runner, verdicts
from coursenotes.claims.verdicts import Verdict
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.plan import Plan
from coursenotes.result import JobResult
from coursenotes.workers import Outcome, Pool

CLAIM = "averages.less_noisy"


def plan(paths):
    return Plan(discover(paths))


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def measure(paths, noise=(0.8, 0.08)):
    """Store the mini site's results, made up: the truth, and errors that shrink with n. Its claims are accepted."""
    there = plan(paths)
    for experiment, info in there.catalog.experiments.items():
        for job in there.jobs(experiment, "sample"):
            rate = job.settings.get("rate", 0.0)
            error = {0.0: 1.0, 0.1: 0.4, 0.5: 0.01}[rate] if info.name == "fit" else noise[job.settings.get("n") == 100]
            folder = there.store.scratch()
            write_entry(folder, JobResult({"error": error + job.seed / 1000, "loss": error, "slope": 2.0}))
            there.store.put(job.key, folder)


def test_json_round_trip():
    verdict = Verdict(
        "a.b", "sample", "supported", "Ä sentence.",
        [{"claimed": "a below b", "effect": None, "spread": 0.1, "standing": "reproduced"}],
        [{"kind": "swap", "text": "x", "rejected": True, "message": "m"}],
        {"accepted": True},
        "2024-01-01T00:00:00+00:00", None, "tests/claims/test_a.py", 3, "ff", "The lecture's.",
    )  # fmt: skip
    assert Verdict.from_json(verdict.to_json()) == verdict


@pytest.mark.parametrize(
    "change", [{"status": "great"}, {"claim": 3}, {"controls": None}, {"more": 1}, {"line": "3"}, {"record": []}]
)
def test_what_is_no_verdict_is_refused(change):
    import json

    body = {**dataclasses.asdict(Verdict("a.b", "sample", "contradicted", "s")), **change}
    with pytest.raises(ValueError, match="not a verdict"):
        Verdict.from_json(json.dumps(body))


def test_numbers_that_json_cannot_say_become_none():
    assert verdicts.finite({"a": float("nan"), "b": float("inf"), "c": 1.5, "d": "x"}) == {
        "a": None, "b": None, "c": 1.5, "d": "x",
    }  # fmt: skip


def test_the_key_changes_with_the_test_the_results_and_the_functions(mini):
    keys = [verdicts.key(plan(mini), CLAIM, "sample")]
    tests, snippet = mini.claims / "test_averages.py", mini.snippet("averages")
    edit(tests, "margin=0.3", "margin=0.2")
    keys.append(verdicts.key(plan(mini), CLAIM, "sample"))
    edit(tests, 'swap("n", 1, 100)', 'control={"n": 1}')
    keys.append(verdicts.key(plan(mini), CLAIM, "sample"))
    edit(snippet, "range(200)", "range(300)")
    keys.append(verdicts.key(plan(mini), CLAIM, "sample"))
    assert len(set(keys)) == 4
    mini.acceptance_file("averages", "sample").unlink()
    assert verdicts.key(plan(mini), CLAIM, "sample") == keys[-1], "its acceptance was of other code"
    exact = [verdicts.key(plan(mini), "averages.is_the_mean", "sample")]
    edit(snippet, "sum(values) / len(values)", "sum(values) * (1 / len(values))")
    exact.append(verdicts.key(plan(mini), "averages.is_the_mean", "sample"))
    edit(tests, "average=max", "average=min")
    exact.append(verdicts.key(plan(mini), "averages.is_the_mean", "sample"))
    assert len(set(exact)) == 3


def test_the_key_changes_with_its_acceptance(mini):
    before = verdicts.key(plan(mini), CLAIM, "sample")
    edit(mini.acceptance_file("averages", "sample"), '"n": 20, "room"', '"n": 21, "room"')
    changed = verdicts.key(plan(mini), CLAIM, "sample")
    mini.acceptance_file("averages", "sample").unlink()
    assert len({before, changed, verdicts.key(plan(mini), CLAIM, "sample")}) == 3


def test_the_key_changes_with_a_control_experiment(mini):
    edit(mini.snippet("averages"), "@figure(noise)", CONTROL)
    edit(mini.claims / "test_averages.py", 'swap("n", 1, 100)', 'control="constant"')
    before = verdicts.key(plan(mini), CLAIM, "sample")
    edit(mini.snippet("averages"), "1.0 * n", "2.0 * n")
    assert verdicts.key(plan(mini), CLAIM, "sample") != before


CONTROL = '''@experiment(seeds=4, vary={"n": [1, 100]})
def constant(run: Run, n: int):
    """An error that does not shrink."""
    return {"error": 1.0 * n}


@figure(noise)'''


def test_the_key_does_not_change_with_prose_or_sentence(mini):
    before = verdicts.key(plan(mini), CLAIM, "sample")
    tests = mini.claims / "test_averages.py"
    edit(tests, "is at least 0.3 nearer", "lies 0.3 nearer")
    edit(tests, "import numpy as np", "import numpy as np  # for the other claim")
    edit(mini.docs / "concepts" / "averages.md", "Why measure twice?", "Why?")
    assert verdicts.key(plan(mini), CLAIM, "sample") == before


def test_the_key_changes_with_the_fixtures_that_the_test_takes(mini):
    tests = mini.claims / "test_averages.py"
    edit(tests, "import numpy as np", "import numpy as np\nimport pytest")
    edit(
        tests, "def test_less_noisy(noise)", "@pytest.fixture\ndef f(g):\n    return g\n\ndef test_less_noisy(noise, f)"
    )
    (mini.claims / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef g():\n    return 1\n")
    text = (
        tests.read_text()
        .replace("@falsified_by(swap", "FALSE = falsified_by(swap")
        .replace("def test_less", "@FALSE\ndef test_less")
    )
    tests.write_text(text)
    before = verdicts.key(plan(mini), CLAIM, "sample")
    edit(mini.claims / "conftest.py", "return 1", "return 2")
    assert verdicts.key(plan(mini), CLAIM, "sample") != before


def test_a_changed_number_in_a_published_file_changes_the_key(mini):
    edit(mini.claims / "test_straight_line.py", "@falsified_by(swap", '@at("full")\n@falsified_by(swap')
    edit(mini.claims / "test_straight_line.py", "import above", "import at, above")
    there = plan(mini)
    published = mini.published_file("straight_line", "fit")
    published.parent.mkdir(parents=True, exist_ok=True)
    published.write_text("0.1")
    before = verdicts.key(there, "straight_line.finds_the_slope", "full")
    published.write_text("0.2")
    assert verdicts.key(there, "straight_line.finds_the_slope", "full") != before


def test_a_stored_verdict_is_found_until_something_changes(mini):
    measure(mini)
    there = plan(mini)
    assert verdicts.load(there, CLAIM).status == "unchecked"
    verdict = verdicts.blank(there, CLAIM, "sample", "supported")
    verdicts.save(there, verdict)
    assert verdicts.load(plan(mini), CLAIM) == verdict
    edit(mini.claims / "test_averages.py", "at least 0.3 nearer", "0.3 nearer")
    assert "is 0.3 nearer" in verdicts.load(plan(mini), CLAIM).sentence
    edit(mini.claims / "test_averages.py", "margin=0.3", "margin=0.1")
    found = verdicts.load(plan(mini), CLAIM)
    assert found.status == "unchecked"
    assert "changed" in found.error


def test_a_damaged_verdict_counts_as_none(mini):
    measure(mini)
    there = plan(mini)
    verdict = verdicts.blank(there, CLAIM, "sample", "supported")
    verdicts.save(there, verdict)
    Memo(there.paths, verdicts.KIND).path(verdict.key).write_text("{")
    assert verdicts.load(there, CLAIM).status == "unchecked"
    wrong = dataclasses.replace(verdict, claim="averages.is_the_mean")
    Memo(there.paths, verdicts.KIND).path(verdict.key).write_text(wrong.to_json())
    assert verdicts.load(there, CLAIM).status == "unchecked"


def test_missing_results_are_the_reason(mini):
    found = verdicts.load(plan(mini), CLAIM)
    assert "results of averages.noise at sample scale are missing" in found.error


def test_an_unknown_claim_names_the_nearest(mini):
    with pytest.raises(CoursenotesError, match=r'no claim "averages.less_nois"[\s\S]*averages.less_noisy'):
        verdicts.load(plan(mini), "averages.less_nois")


# ---------------------------------------------------------------- in a build
def test_only_claims_without_a_verdict_become_tasks(mini):
    measure(mini)
    there = plan(mini)
    assert {t.id for t in runner.tasks(there)} == {"claims:averages", "claims:straight_line"}
    verdicts.save(there, verdicts.blank(there, CLAIM, "sample", "contradicted"))
    verdicts.save(there, verdicts.blank(there, "averages.is_the_mean", "exact", "contradicted"))
    by_id = {t.id: t.args["claims"] for t in runner.tasks(there)}
    assert by_id["claims:averages"] == [["averages.is_the_mean", "exact"]], "its next input is another"


def test_claims_without_results_are_no_tasks(mini):
    assert [t.args["claims"] for t in runner.tasks(plan(mini))] == [[["averages.is_the_mean", "exact"]]]


def test_a_pool_checks_and_keeps(mini):
    measure(mini, noise=(0.3, 0.29))
    there = plan(mini)
    problems, events = [], []
    with Pool(mini.root, preload=(), slots=2) as pool:
        pool.prepare(runner.PREPARE, {"root": str(mini.root)})
        for outcome in pool.run(runner.tasks(there), lambda task, event: events.append(event)):
            problems += runner.keep(there, outcome)
    assert problems == [], "a claim that is contradicted keeps no site from being written"
    assert {v.claim: v.status for claim in there.catalog.claims for v in verdicts.best(there, claim)} == {
        "averages.less_noisy": "contradicted",
        "averages.is_the_mean": "supported",
        "straight_line.finds_the_slope": "supported",
        "straight_line.any_rate": "refuted",
    }
    problem = runner.failure(there, verdicts.load(there, CLAIM))
    assert problem.what == "the claim averages.less_noisy is contradicted here at sample scale"
    assert (problem.path, problem.line) == (mini.claims / "test_averages.py", 11)
    assert any("difference -0.01 ± 0 over 5 seeds" in detail for detail in problem.details)
    assert any("accepted: -0.724 ± 0.0418 over 20 seeds" in detail for detail in problem.details)
    assert {"claim": "averages.is_the_mean", "scale": "exact", "status": "supported"} in events
    assert runner.tasks(there) == []


def test_what_the_server_prepared_is_what_its_workers_use(mini):
    """The project is read once for all topics: what is written to it afterwards is not seen by this build."""
    measure(mini)
    there = plan(mini)
    with Pool(mini.root, preload=(), slots=1) as pool:
        pool.prepare(runner.PREPARE, {"root": str(mini.root)})
        list(pool.run([]))
        tasks = runner.tasks(there)
        outcomes = pool.run([t for t in tasks if t.id == "claims:averages"])
        assert runner.keep(there, next(outcomes)) == []
        (mini.snippets / "broken.py").write_text("def (")
        (outcome,) = pool.run([t for t in tasks if t.id == "claims:straight_line"])
        assert runner.keep(there, outcome) == []


def test_a_claims_file_that_cannot_be_imported_is_a_problem_for_each_of_its_claims(mini):
    measure(mini)
    edit(mini.claims / "test_averages.py", "import numpy as np", "import numpy as np\nimport no_such_package")
    there = plan(mini)
    tasks = [t for t in runner.tasks(there) if t.id == "claims:averages"]
    with Pool(mini.root, preload=(), slots=1) as pool:
        (outcome,) = pool.run(tasks)
        problems = runner.keep(there, outcome)
    assert [p.what for p in problems] == [
        "the claim averages.less_noisy could not be checked (sample)",
        "the claim averages.is_the_mean could not be checked (exact)",
    ]
    assert any("no_such_package" in detail for detail in problems[0].details)


def test_a_verdict_about_something_else_is_not_kept(mini, tmp_path):
    measure(mini)
    there = plan(mini)
    (task,) = [t for t in runner.tasks(there) if t.id == "claims:straight_line"]
    verdict = verdicts.blank(there, "straight_line.any_rate", "sample", "refuted")
    (tmp_path / "straight_line.any_rate.sample.json").write_text(dataclasses.replace(verdict, key="0" * 64).to_json())
    problems = runner.keep(there, Outcome(task, True, {"exit": 0}, tmp_path))
    assert len(problems) == 2
    assert verdicts.load(there, "straight_line.any_rate").status == "unchecked"


def test_exact_claims_get_new_input_in_workers_too():
    """A worker's randomness is seeded, os.urandom with it: the input of an exact claim is new all the same."""
    code = (
        "from coursenotes.workers.entropy import seed_everything; from coursenotes.claims.evaluate import fresh_seed\n"
        "seed_everything(0); print(fresh_seed())"
    )
    seeds = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in range(3)}
    assert len(seeds) == 3 and "" not in seeds
