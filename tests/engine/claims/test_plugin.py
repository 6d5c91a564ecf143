"""The plugin, on whole little projects whose results are made up: what passes, what is refused, in what words."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.special  # noqa: F401 - once for all: pytester unloads what its runs import, and numpy loads once only

from coursenotes.cache.store import write_entry
from coursenotes.claims import acceptance, verdicts
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.plan import Plan
from coursenotes.paths import Paths
from coursenotes.result import JobResult

SNIPPET = '''
"""Dropout."""

from coursenotes import Dataset, Run, experiment

rows = Dataset(title="rows", sample=lambda: 1, full=lambda folder: 2)


def double(x):
    """Twice x."""
    return 2 * x


def picky(x):
    """x, which is positive."""
    assert x > 0, "not positive"
    return x


@experiment(data=rows, seeds={"sample": 5, "full": 3}, vary={"p": [0.0, 0.5]})
def drop_rate(data, run: Run, p: float):
    """Loss."""
    return {"loss": 1}


@experiment(data=rows, seeds=5, vary={"p": [0.5]})
def without_rescaling(data, run: Run, p: float):
    """Loss of a broken one."""
    return {"loss": 1}
'''
HEAD = "from coursenotes.claims import *\nfrom coursenotes.claims import falsified_by\n\n\n"
GOOD = '''
@falsified_by(control="without_rescaling")
@falsified_by(swap("p", 0.0, 0.5))
def test_generalizes(drop_rate):
    """Loss at 0.5 is 0.05 nats lower."""
    with_dropout, without = (drop_rate.metric("loss", p=p) for p in (0.5, 0.0))
    assert below(with_dropout, without, margin=0.05)
'''
SPREAD = [0.01, -0.02, 0.03, 0.0, -0.01]


class Project:
    """A project in a temporary folder: written, given results, and tested with pytest."""

    def __init__(self, pytester: pytest.Pytester):
        self.pytester, self.paths = pytester, Paths(pytester.path)
        self.write("mkdocs.yml", "site_name: tiny\n")
        self.write("snippets/__init__.py", "")
        self.write("snippets/dropout.py", SNIPPET)
        self.write("docs/concepts/dropout.md", "# Dropout\n\n[It generalizes](claim:dropout.generalizes).\n")

    def write(self, name: str, text: str) -> Path:
        path = self.paths.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def claims(self, text: str, head: str = HEAD) -> None:
        self.write("tests/claims/test_dropout.py", head + text)

    @property
    def plan(self) -> Plan:
        return Plan(discover(self.paths))

    def measured(self, name: str, scale: str = "sample", **losses: list[float]) -> None:
        """Store a loss for each seed: measured("drop_rate", p_00=[...], p_05=[...])."""
        plan = self.plan
        for job in plan.jobs(f"dropout.{name}", scale):
            self._store(plan, job, losses[f"p_{job.settings['p']:.1f}".replace(".", "")][job.seed])

    def _store(self, plan: Plan, job, loss: float) -> None:
        shutil.rmtree(plan.store.folder(job.key), ignore_errors=True)
        folder = plan.store.scratch()
        write_entry(folder, JobResult({"loss": loss}, arrays={"order": job.seed + 1.0 * np.arange(4)}))
        plan.store.put(job.key, folder)

    def everything(self) -> None:
        """Results by which dropout helps, and the broken one does not, and the acceptance of what can be accepted."""
        self.measured("drop_rate", p_00=[0.7 + s for s in SPREAD], p_05=[0.4 + 2 * s for s in SPREAD])
        self.measured("without_rescaling", p_05=[0.9 + s for s in SPREAD])
        self.replicated()

    def replicated(self, scale: str = "sample", effect: float = 0.3, sd: float = 0.02, seeds: int = 20) -> None:
        """Accept what there is, by a replication whose losses are made up: a mean effect, and its spread."""
        plan = Plan(discover(self.paths), seeds=range(100, 100 + seeds))
        rng = np.random.default_rng(0)
        none, dropped, broken = rng.normal([0.7, 0.7 - effect, 0.9], sd, (seeds, 3)).T
        for name in ("drop_rate", "without_rescaling") if scale == "sample" else ("drop_rate",):
            for job in plan.jobs(f"dropout.{name}", scale):
                values = broken if name == "without_rescaling" else none if job.settings["p"] == 0 else dropped
                self._store(plan, job, float(values[job.seed - 100]))
        sent = Sent(plan)
        options = ["-p", "coursenotes.claims.plugin", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
        self.pytester.runpytest_inprocess(*options, "--claims-accept", plugins=[sent])
        here = self.plan
        for kept in {k for _, k in sent.records}:
            records = {name: record for (name, k), record in sent.records.items() if k == kept}
            acceptance.save(here, "dropout", kept, records, {})

    def forget(self) -> None:
        """Take the build's own results away; the replication's stay."""
        plan = self.plan
        for name in ("drop_rate", "without_rescaling"):
            for job in plan.jobs(f"dropout.{name}", "sample"):
                if name == "drop_rate":
                    shutil.rmtree(plan.store.folder(job.key), ignore_errors=True)

    def record(self, name: str = "generalizes", scale: str = "sample") -> acceptance.Record | None:
        plan = self.plan
        return acceptance.load(plan, plan.catalog.claims[f"dropout.{name}"], scale)

    def pytest(self, *options: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess(
            "-p", "coursenotes.claims.plugin", "-p", "no:cacheprovider", "-p", "no:randomly", *options
        )

    def verdict(self, name: str = "generalizes", scale: str = "sample") -> verdicts.Verdict:
        return verdicts.load(self.plan, f"dropout.{name}", scale)


class Sent:
    """A plugin that gives claims a replication, and takes what is found of them."""

    def __init__(self, plan: Plan):
        self.plan, self.records = plan, {}

    def pytest_coursenotes_plan(self):
        return self.plan

    def pytest_coursenotes_seeds(self):
        return "100 to 119 native kernels"

    def pytest_coursenotes_record(self, claim, scale, record):
        self.records[claim.partition(".")[2], scale] = record
        return True


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("CI", raising=False)  # what is not accepted yet is a remark, as on a person's machine
    monkeypatch.setattr(sys, "path", [p for p in sys.path if not (Path(p or ".") / "snippets").is_dir()])
    return Project(pytester)


def says(result: pytest.RunResult, *lines: str) -> None:
    result.stdout.fnmatch_lines([f"*{line}*" for line in lines])


# ---------------------------------------------------------------- what a build's own seeds say
def test_an_accepted_claim_that_is_reproduced_is_supported(project):
    project.claims(GOOD)
    project.everything()
    result = project.pytest("-v")
    result.assert_outcomes(passed=1)
    says(result, "test_generalizes[[]sample] PASSED", "claims: 1 supported")
    verdict = project.verdict()
    assert (verdict.status, verdict.scale, verdict.error) == ("supported", "sample", None)
    assert (verdict.path, verdict.line) == ("tests/claims/test_dropout.py", 8)
    assert [(run["kind"], run["rejected"]) for run in verdict.controls] == [("control", True), ("swap", True)]
    (comparison,) = verdict.comparisons
    assert comparison["effect"] == pytest.approx(-0.298)
    assert comparison["spread"] == pytest.approx(0.0192, abs=1e-3)
    assert (comparison["standing"], comparison["pairs"]) == ("reproduced", 5)
    assert comparison["claimed"] == "with_dropout below without by 0.05"
    assert comparison["accepted"]["n"] == 20
    assert verdict.record["seeds"] == "100 to 119 native kernels"


def test_one_seed_that_does_not_hold_breaks_nothing(project):
    project.claims(GOOD)
    project.everything()
    project.forget()
    project.measured("drop_rate", p_00=[0.7] * 5, p_05=[0.4, 0.4, 0.72, 0.4, 0.4])
    project.pytest().assert_outcomes(passed=1)
    assert project.verdict().status == "supported"


def test_short_of_the_margin_by_less_than_seeds_differ_is_within_the_spread(project):
    project.claims(GOOD)
    project.everything()
    project.forget()
    project.measured("drop_rate", p_00=[0.7 + s for s in SPREAD], p_05=[0.67] * 5)
    project.pytest().assert_outcomes(passed=1)
    verdict = project.verdict()
    assert (verdict.status, verdict.comparisons[0]["standing"]) == ("within", "within")


def test_beyond_the_spread_it_is_contradicted_in_few_words(project):
    project.claims(GOOD)
    project.everything()
    project.forget()
    project.measured("drop_rate", p_00=[0.7] * 5, p_05=[0.7, 0.71, 0.68, 0.75, 0.9])
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "tests/claims/test_dropout.py:11: the claim dropout.generalizes is contradicted here at sample scale",
        '"Loss at 0.5 is 0.05 nats lower."',
        "with_dropout below without by 0.05: difference 0.048 ± *over 5 seeds",
        "accepted: -0.3* over 20 seeds",
        "pair by pair (! beyond the margin): 0!, 0.01!, -0.02!, 0.05!, 0.2!",
        "it is cited in docs/concepts/dropout.md:3",
    )
    assert "Traceback" not in result.stdout.str()
    verdict = project.verdict()
    assert verdict.status == "contradicted"
    assert not verdict.good and verdict.final


def test_a_refuted_sentence(project):
    project.claims('\n@refuted("Dropout never helps.")' + GOOD)
    project.everything()
    project.pytest().assert_outcomes(passed=1)
    verdict = project.verdict()
    assert (verdict.status, verdict.refutes) == ("refuted", "Dropout never helps.")
    project.forget()
    project.measured("drop_rate", p_00=[0.1] * 5, p_05=[0.4] * 5)
    project.pytest().assert_outcomes(failed=1)
    assert project.verdict().status == "contradicted"


# ---------------------------------------------------------------- acceptance
def test_without_acceptance_it_is_a_remark_to_whoever_writes_and_a_failure_in_ci(project, monkeypatch):
    project.claims(GOOD)
    project.everything()
    project.paths.acceptance_file("dropout", "sample").unlink()
    monkeypatch.delenv("CI", raising=False)
    result = project.pytest("-rs")
    result.assert_outcomes(skipped=1)
    says(result, "not accepted yet: run coursenotes replicate dropout")
    assert project.verdict().status == "unaccepted"
    monkeypatch.setenv("CI", "true")
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "tests/claims/test_dropout.py:8: the claim dropout.generalizes: not accepted yet*")


def test_acceptance_belongs_to_the_code_of_its_test_and_of_its_experiment(project):
    project.claims(GOOD)
    project.everything()
    assert project.record().accepted
    project.claims(GOOD.replace("0.05", "0.06"))
    assert project.record() is None
    project.claims(GOOD.replace('"""Loss at', '"""The loss at'))
    assert project.record().accepted, "the sentence is no part of it"
    project.write("snippets/dropout.py", SNIPPET.replace('"loss": 1', '"loss": 2', 1))
    assert project.record() is None


def test_a_verdict_changes_with_its_acceptance(project):
    project.claims(GOOD)
    project.everything()
    project.pytest().assert_outcomes(passed=1)
    project.replicated(effect=0.4)
    assert project.verdict().status == "unchecked"


@pytest.mark.parametrize("effect, accepted", [(0.3, True), (0.07, False), (0.0, False)])
def test_room_decides(project, effect, accepted):
    project.claims(GOOD)
    project.everything()
    project.replicated(effect=effect, sd=0.03)
    record = project.record()
    assert record.accepted is accepted
    assert record.comparisons[0]["n"] == 20
    assert record.comparisons[0]["needed"] == pytest.approx(0.8, abs=0.001)
    if not accepted:
        (problem, *_) = record.problems
        assert "line 11: with_dropout below without by 0.05" in problem
        assert "it has to be 0.80" in problem
        project.pytest().assert_outcomes(skipped=1)
        assert "its replication does not suffice" in project.verdict().error


def test_fewer_than_eight_seeds_accept_nothing(project):
    project.claims(GOOD)
    project.everything()
    project.replicated(seeds=7)
    assert "7 seeds, and a replication needs at least 8" in project.record().problems[0]


def test_a_control_that_is_accepted_too_refuses_the_claim(project):
    text = GOOD.replace('@falsified_by(swap("p", 0.0, 0.5))\n', "")
    text = text.replace("with_dropout, without, margin=0.05", "with_dropout, 1")
    project.claims(text)
    project.everything()
    record = project.record()
    assert not record.accepted
    assert "its control is not far from accepted: without_rescaling in place of the real model" in record.problems[-1]


def test_the_record_tells_what_one_build_can_refute(project):
    project.claims(GOOD)
    project.everything()
    record = project.record()
    assert record.comparisons[0]["no_effect"] > 0.9
    assert [c["rejected"] for c in record.controls] == [True, True]
    assert record.controls[0]["chance"] == [pytest.approx(1, abs=1e-3)]
    project.claims(GOOD.replace("margin=0.05", "margin=0.01"))
    project.replicated()
    assert project.record().comparisons[0]["no_effect"] < 0.9


def test_metrics_without_spread_are_not_accepted(project):
    project.claims(GOOD)
    project.everything()
    project.replicated(sd=0.0)
    assert "every seed gives" in project.record().problems[0]


def test_a_damaged_acceptance_file_is_told_and_counts_as_none(project):
    project.claims(GOOD)
    project.everything()
    path = project.paths.acceptance_file("dropout", "sample")
    path.write_text(path.read_text()[:-20])
    (problem,) = acceptance.problems(project.plan)
    assert problem.path == path
    assert project.record() is None
    with pytest.raises(CoursenotesError, match="acceptance file cannot be read"):
        acceptance.raise_unreadable(project.plan)


# ---------------------------------------------------------------- what is refused with its line
@pytest.mark.parametrize(
    "line, words",
    [
        ("assert without.max() < 0", "line 12: it asserts without.max() < 0"),
        ("assert (without > with_dropout).all()", "line 12: it asserts (without > with_dropout).all()"),
        ("np.testing.assert_array_less(0, without)", "line 12: it calls assert_array_less"),
        (
            "below(with_dropout, without, margin=1)",
            "line 12: it does not assert below(with_dropout, without, margin=1)",
        ),
        ("assert not below(without, with_dropout, margin=1)", "line 12: it asserts not below("),
        ("assert below(without, 1) or above(without, 2)", "line 12: it asserts below(without, 1) or above(without, 2)"),
        ("assert all(below(w, 1) for w in [without])", "line 12: it asserts all("),
        ("raise AssertionError", "line 12: it raises an error of its own"),
        ('pytest.fail("no")', "line 12: it calls fail"),
    ],
)
def test_a_claim_over_results_asserts_nothing_but_comparisons(project, line, words):
    project.claims(f"import numpy as np\n{GOOD}    {line}\n".replace("import numpy as np\n\n", "import numpy as np\n"))
    project.measured("drop_rate", p_00=[0.7] * 5, p_05=[0.4] * 5)
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, words.replace("[", "[[]"))
    assert "Traceback" not in result.stdout.str()


def test_an_assertion_behind_a_helper_is_refused_when_it_is_run(project):
    project.claims(
        "def helper(x):\n    assert x.max() < 0\n\n\n" + GOOD.replace("    assert", "    helper(without)\n    assert")
    )
    project.everything()
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "cannot be checked at sample scale", "it asserts something that is not a comparison")
    assert project.verdict().status == "unchecked"


def test_a_claim_over_results_is_not_parametrized(project):
    project.claims(
        'import pytest\n\n\n@pytest.mark.parametrize("k", [1, 2])' + GOOD.replace("(drop_rate)", "(drop_rate, k)")
    )
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "a claim over results is one sentence")


def test_fewer_than_five_seeds_are_refused(project):
    project.claims(GOOD)
    project.write("snippets/dropout.py", SNIPPET.replace('"sample": 5', '"sample": 4'))
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "it reads dropout.drop_rate, which has 4 seeds: a claim needs 5")


def test_an_error_in_an_arm_names_the_arm(project):
    project.claims(GOOD.replace("    assert below", "    without[0] > 0.8 or {}[0]\n    assert below"))
    project.everything()
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "its test cannot be run: KeyError: 0")


def test_what_a_test_writes_does_not_reach_its_next_run(project):
    project.claims(
        GOOD.replace("    assert below", '    drop_rate.array("order", p=0.0)[0] += 5\n    assert below').replace(
            "margin=0.05)", 'margin=0.05)\n    assert below(drop_rate.array("order", p=0.0, seed=0)[0] - without, 6)'
        )
    )
    project.everything()
    project.pytest().assert_outcomes(skipped=1)
    assert "again" not in project.verdict().error


# ---------------------------------------------------------------- scales
def test_at_full_is_skipped_until_there_are_full_results(project):
    project.claims('\n@at("full")' + GOOD.replace('control="without_rescaling"', 'control={"p": 0.0}'))
    project.everything()
    result = project.pytest("-rs")
    result.assert_outcomes(skipped=1)
    says(result, "SKIPPED * tests/claims/test_dropout.py:*run `coursenotes run dropout.drop_rate --scale full`")
    assert project.verdict(scale="full").status == "unchecked"
    assert "results of dropout.drop_rate at full scale are missing" in project.verdict(scale="full").error
    project.measured("drop_rate", "full", p_00=[0.7, 0.71, 0.72], p_05=[0.4, 0.41, 0.42])
    project.pytest().assert_outcomes(skipped=1)
    assert "replicate dropout --scale full" in project.verdict(scale="full").error
    project.replicated("full", seeds=8)
    project.pytest().assert_outcomes(passed=1)
    assert project.verdict(scale="full").comparisons[0]["accepted"]["n"] == 8
    assert project.verdict(scale="sample").scale == "full", "asked for another scale, it tells the one it has"


def test_without_at_full_results_are_checked_as_well_once_they_are_there(project):
    project.claims(GOOD.replace('control="without_rescaling"', 'control={"p": 0.0}'))
    project.everything()
    assert project.pytest().parseoutcomes()["passed"] == 1
    project.measured("drop_rate", "full", p_00=[0.7, 0.71, 0.72], p_05=[0.7, 0.41, 0.42])
    result = project.pytest("-v")
    says(result, "test_generalizes[[]sample] PASSED", "test_generalizes[[]full] SKIPPED*")
    assert [(v.scale, v.status) for v in verdicts.best(project.plan, "dropout.generalizes")] == [
        ("sample", "supported"),
        ("full", "unaccepted"),
    ]


def test_in_ci_full_scale_may_wait(project, monkeypatch):
    monkeypatch.setenv("CI", "true")
    project.claims('\n@at("full")' + GOOD.replace('control="without_rescaling"', 'control={"p": 0.0}'))
    project.measured("drop_rate", "full", p_00=[0.7, 0.71, 0.72], p_05=[0.4, 0.41, 0.42])
    project.pytest().assert_outcomes(skipped=1)


# ---------------------------------------------------------------- what cannot be checked
def test_missing_results_say_how_to_get_them(project):
    project.claims(GOOD)
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "tests/claims/test_dropout.py:8: the claim generalizes cannot be checked",
        "results of dropout.drop_rate at sample scale are missing: run `coursenotes run dropout.drop_rate`",
        "results of dropout.without_rescaling at sample scale are missing*",
    )
    assert "Traceback" not in result.stdout.str()
    assert project.verdict().status == "unchecked"


def test_an_unknown_parameter_is_one_error_with_the_nearest_spelling(project):
    project.claims(GOOD.replace("drop_rate", "drop_rat"))
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "it takes 'drop_rat'*; did you mean drop_rate?")
    project.claims(GOOD.replace("(drop_rate)", "(drop_rate, doubel, tmp_path)"))
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(
        result,
        "tests/claims/test_dropout.py:8: the claim generalizes cannot be checked",
        "it takes 'doubel'*did you mean double?",
        "experiments: drop_rate, without_rescaling",
        "functions: *double*",
    )
    assert "Traceback" not in result.stdout.str()


def test_a_claim_that_nothing_refutes_is_an_error_when_it_is_collected(project):
    project.claims(GOOD.replace('@falsified_by(control="without_rescaling")\n@falsified_by(swap("p", 0.0, 0.5))\n', ""))
    result = project.pytest("--collect-only")
    result.assert_outcomes(errors=1)
    says(result, "tests/claims/test_dropout.py:6: the claim generalizes names nothing that would refute it")


def test_an_arm_that_names_what_is_not_there_is_an_error_when_it_is_collected(project):
    project.claims(GOOD.replace('swap("p", 0.0, 0.5)', 'swap("p", 0.0, 0.6)'))
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "p=0.6 was not run; there is: 0.0, 0.5")


def test_one_bad_claim_leaves_the_others_of_its_file(project):
    project.claims(GOOD + '\n\ndef test_other(drop_rate):\n    """Nothing refutes this."""\n')
    project.everything()
    project.pytest("--continue-on-collection-errors").assert_outcomes(passed=1, errors=1)
    assert project.verdict().status == "supported"


def test_an_unknown_metric_is_told_in_the_words_of_the_results(project):
    project.claims(GOOD.replace('"loss"', '"los"'))
    project.everything()
    result = project.pytest()
    says(result, "tests/claims/test_dropout.py:10: the claim*", "*returns no metrics named 'los'; there is: loss*")
    assert "Traceback" not in result.stdout.str()


def test_code_that_cannot_be_followed_is_an_error(project):
    project.claims(GOOD + '    eval("1 + 1")\n')
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "tests/claims/test_dropout.py:12: eval runs code that cannot be followed")


def test_a_claim_that_reads_nothing_is_an_error(project):
    project.claims('@falsified_by(shuffled("order"))\ndef test_generalizes(tmp_path):\n    """It is."""\n')
    says(project.pytest(), "it reads nothing of its topic")


def test_a_project_that_cannot_be_read_says_why(project):
    project.claims(GOOD)
    project.write("snippets/dropout.py", SNIPPET.replace("seeds=5", "seds=5"))
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "the project cannot be read:", '*no argument of @experiment "seds"')
    assert "Traceback" not in result.stdout.str()


def test_a_class_is_no_claim(project):
    project.claims("class TestDropout:\n    def test_it(self):\n        pass\n")
    says(project.pytest(), "TestDropout is not a plain function")


def test_other_tests_are_left_alone(project):
    project.claims(GOOD)
    project.everything()
    project.write("tests/engine/test_other.py", "def test_free(tmp_path):\n    assert tmp_path.exists()\n")
    project.pytest().assert_outcomes(passed=2)


# ---------------------------------------------------------------- exact claims
EXACT = '''
import random
from snippets.dropout import double as real


def triple(x):
    return 3 * x


@falsified_by(double=triple)
def test_generalizes(double, tmp_path):
    """Twice x is x + x."""
    x = random.random()
    with (tmp_path / "x").open("a") as file:
        print(x, file=file)
    assert double(x) == x + x
'''


def test_an_exact_claim_gets_fresh_input_each_time_and_the_same_in_its_arms(project):
    project.claims(EXACT)
    drawn = []
    for i in range(2):
        project.pytest(f"--basetemp={project.paths.root}/tmp{i}").assert_outcomes(passed=1)
        drawn.append(next(project.paths.root.glob(f"tmp{i}/*/x")).read_text().split())
    assert drawn[0][0] == drawn[0][1]
    assert drawn[0] != drawn[1]
    verdict = project.verdict()
    assert (verdict.status, verdict.scale) == ("supported", "exact")
    assert verdict.controls[0]["text"] == "triple in place of double"


def test_a_failing_exact_claim_tells_its_seed(project):
    project.claims(EXACT.replace("assert double(x) == x + x", "assert double(x) == x * x, x"))
    says(project.pytest("--claims-seed", "11"), "its random input had seed 11*--claims-seed 11")
    first, second = project.pytest("--claims-seed", "11"), project.pytest("--claims-seed", "11")
    pick = [next(t for t in r.stdout.lines if "AssertionError: 0." in t) for r in (first, second)]
    assert pick[0] == pick[1]


def test_an_assertion_inside_the_snippet_refutes_nothing(project):
    project.claims(
        '''
from snippets.dropout import picky as real


def wrong(x):
    return real(-x)


@falsified_by(picky=wrong)
def test_generalizes(picky):
    """It gives x back."""
    assert picky(2) == 2
'''
    )
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "the control 'wrong in place of picky' failed inside the snippet, not in the test (dropout.py:*")
    assert project.verdict().status == "unchecked"


def test_a_parametrised_claim_has_one_verdict(project):
    text = EXACT.replace("@falsified_by", '@pytest.mark.parametrize("k", [1, {}])\n@falsified_by')
    text = "import pytest\n" + text.replace("(double, tmp_path)", "(double, tmp_path, k)").replace("x + x", "x + k * x")
    project.claims(text.format(1))
    project.pytest().assert_outcomes(passed=2)
    assert len(project.verdict().controls) == 2
    project.claims(text.format(5))
    project.pytest().assert_outcomes(passed=1, failed=1)
    assert project.verdict().status == "contradicted"
    project.claims(text.format(1) + "# as before\n")
    assert project.verdict().status == "supported"
    project.claims(text.format(2))
    project.pytest("-k", "1").assert_outcomes(passed=1, deselected=1)
    assert project.verdict().status == "unchecked", "half a claim is no verdict"


# ---------------------------------------------------------------- what is kept
def test_missing_only_leaves_what_is_known(project):
    project.claims(GOOD)
    project.everything()
    project.pytest("--claims-missing-only").assert_outcomes(passed=1)
    project.pytest("--claims-missing-only").assert_outcomes(deselected=1)
    project.pytest().assert_outcomes(passed=1)
    project.claims(GOOD.replace("0.05", "0.06"))
    project.pytest("--claims-missing-only").assert_outcomes(skipped=1)
    project.pytest("--claims-missing-only").assert_outcomes(deselected=1)


def test_an_exact_claim_that_failed_is_tried_on_other_input(project):
    project.claims(EXACT.replace("assert double(x) == x + x", "assert double(x) == x * x"))
    project.pytest("--claims-missing-only").assert_outcomes(failed=1)
    assert project.verdict().status == "contradicted"
    project.pytest("--claims-missing-only").assert_outcomes(failed=1)


# ---------------------------------------------------------------- controls that would show nothing
def test_a_control_that_was_never_run_refutes_nothing(project):
    text = GOOD.replace('control="without_rescaling"', "control=CONTROL[0]")
    project.claims('CONTROL = ["without_rescaling"]\n' + text)
    project.measured("drop_rate", p_00=[0.7 + s for s in SPREAD], p_05=[0.4 + 2 * s for s in SPREAD])
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "raised LookupError: no results of dropout.without_rescaling at sample scale")


def test_a_control_by_a_name_is_an_error(project):
    project.claims('CONTROL = "without_rescaling"\n' + GOOD.replace('control="without_rescaling"', "control=CONTROL"))
    with pytest.raises(CoursenotesError, match="control= of @falsified_by is computed"):
        project.everything()


def test_a_variant_that_fails_by_itself_refutes_nothing(project):
    project.claims(
        '''
def checks(x):
    assert x < 0, "no positive numbers"
    return x


@falsified_by(double=checks)
def test_generalizes(double):
    """Twice."""
    assert double(2) == 4
'''
    )
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "the control 'checks in place of double' failed inside the wrong variant itself, not in the test: no positive",
    )


def test_a_test_that_gives_other_numbers_each_time_shows_nothing(project):
    project.claims(
        "RUNS = []\n\n"
        + GOOD.replace("    assert below(with_dropout", "    RUNS.append(1)\n    assert below(with_dropout * len(RUNS)")
    )
    project.everything()
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "the test fails when it is run again on the same input*it compares other numbers")


@pytest.mark.parametrize("right, outcome", [('drop_rate.metric("loss", p=0.0).mean()', "failed"), ("0.5", "skipped")])
def test_two_means_are_no_comparison_over_seeds(project, right, outcome):
    project.claims(
        f'''
@falsified_by(swap("p", 0.0, 0.5))
def test_generalizes(drop_rate):
    """Lower."""
    assert below(drop_rate.metric("loss", p=0.5).mean(), {right})
'''
    )
    project.everything()
    result = project.pytest()
    result.assert_outcomes(**{outcome: 1})
    if outcome == "failed":
        says(result, "two single numbers, for which there is no null test")
