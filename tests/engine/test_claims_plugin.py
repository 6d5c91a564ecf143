"""The plugin, on whole little projects whose results are made up: what passes, what is refused, in what words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coursenotes.claims import verdicts
from coursenotes.discover import discover
from coursenotes.errors import CoursenotesError
from coursenotes.layout import Layout
from coursenotes.plan import Library
from coursenotes.result import JobResult
from coursenotes.store import write_entry

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
def test_generalises(drop_rate):
    """Loss at 0.5 is 0.05 nats lower."""
    with_dropout, without = (drop_rate.metric("loss", p=p) for p in (0.5, 0.0))
    assert below(with_dropout, without, margin=0.05, holds="5/5")
'''
SPREAD = [0.01, -0.02, 0.03, 0.0, -0.01]


class Project:
    """A project in a temporary folder: written, given results, and tested with pytest."""

    def __init__(self, pytester: pytest.Pytester):
        self.pytester, self.layout = pytester, Layout(pytester.path)
        self.write("mkdocs.yml", "site_name: tiny\n")
        self.write("snippets/__init__.py", "")
        self.write("snippets/dropout.py", SNIPPET)
        self.write("docs/concepts/dropout.md", "# Dropout\n\n[It generalises](claim:dropout.generalises).\n")

    def write(self, name: str, text: str) -> Path:
        path = self.layout.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def claims(self, text: str, head: str = HEAD) -> None:
        self.write("tests/claims/test_dropout.py", head + text)

    @property
    def library(self) -> Library:
        return Library(discover(self.layout))

    def measured(self, name: str, scale: str = "sample", **losses: list[float]) -> None:
        """Store a loss for each seed: measured("drop_rate", p_00=[...], p_05=[...])."""
        library = self.library
        for job in library.jobs(f"dropout.{name}", scale):
            loss = losses[f"p_{job.settings['p']:.1f}".replace(".", "")][job.seed]
            folder = library.store.scratch()
            write_entry(folder, JobResult({"loss": loss}, arrays={"order": job.seed + 1.0 * _arange(4)}))
            library.store.put(job.key, folder)

    def everything(self) -> None:
        """Results by which dropout helps, and the broken one does not."""
        self.measured("drop_rate", p_00=[0.7 + s for s in SPREAD], p_05=[0.4 + 2 * s for s in SPREAD])
        self.measured("without_rescaling", p_05=[0.9 + s for s in SPREAD])

    def pytest(self, *options: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess("-p", "coursenotes.claims.plugin", "-p", "no:cacheprovider", *options)

    def verdict(self, name: str = "generalises", scale: str = "sample") -> verdicts.Verdict:
        return verdicts.load(self.library, f"dropout.{name}", scale)


def _arange(n):
    import numpy as np

    return np.arange(n)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in [n for n in sys.modules if n.split(".")[0] == "snippets"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if not (Path(p or ".") / "snippets").is_dir()])
    return Project(pytester)


def says(result: pytest.RunResult, *lines: str) -> None:
    result.stdout.fnmatch_lines([f"*{line}*" for line in lines])


# ---------------------------------------------------------------- what passes, and what does not
def test_a_true_claim_is_supported(project):
    project.claims(GOOD)
    project.everything()
    result = project.pytest("-v")
    result.assert_outcomes(passed=1)
    says(result, "test_generalises[[]sample] PASSED", "claims: 1 supported")
    verdict = project.verdict()
    assert (verdict.status, verdict.scale, verdict.error) == ("supported", "sample", None)
    assert (verdict.path, verdict.line) == ("tests/claims/test_dropout.py", 8)
    assert [(arm["kind"], arm["failed_as_it_must"]) for arm in verdict.arms] == [
        ("control", True), ("swap", True), ("null", True), ("null", True), ("null", True),
    ]  # fmt: skip
    (comparison,) = verdict.comparisons
    assert comparison["effect"] == pytest.approx(-0.298)
    assert comparison["spread"] == pytest.approx(0.0192, abs=1e-3)
    assert comparison["held"] == comparison["needs"] == "5/5"
    assert "with_dropout below without by 0.05: difference -0.298 ± 0.0192" in comparison["text"]


def test_a_false_claim_fails_in_few_words(project):
    project.claims(GOOD)
    project.measured("drop_rate", p_00=[0.7] * 5, p_05=[0.4, 0.4, 0.68, 0.4, 0.9])
    project.measured("without_rescaling", p_05=[0.9] * 5)
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "tests/claims/test_dropout.py:11: the claim dropout.generalises does not hold at sample scale",
        '"Loss at 0.5 is 0.05 nats lower."',
        "with_dropout below without by 0.05: difference -0.144 ± *, held 3/5 (needs 5/5), smallest margin -0.2",
        "pair by pair (! does not hold): -0.3, -0.3, -0.02!, -0.3, 0.2!",
        "it stands on docs/concepts/dropout.md:3",
    )
    assert "Traceback" not in result.stdout.str()
    assert ">       assert" not in result.stdout.str()
    verdict = project.verdict()
    assert verdict.status == "failed"
    assert "held 3/5" in verdict.error
    assert verdict.comparisons[0]["held"] == "3/5"


def test_a_plain_assertion_shows_its_lines_and_the_page(project):
    project.claims(
        GOOD.replace('assert below(with_dropout, without, margin=0.05, holds="5/5")', "assert without.max() < 0")
    )
    project.everything()
    result = project.pytest()
    says(result, ">*assert without.max() < 0", "it stands on docs/concepts/dropout.md:3")
    assert project.verdict().status == "failed"


def test_a_claim_that_cannot_fail_is_rejected(project):
    empty = GOOD.replace('assert below(with_dropout, without, margin=0.05, holds="5/5")', "assert (without > -1).all()")
    project.claims(empty)
    project.everything()
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "tests/claims/test_dropout.py:8: the claim dropout.generalises holds at sample scale, and proves nothing yet",
        "claim cannot fail: it still holds with without_rescaling in place of the real model",
        "claim cannot fail: it still holds with p=0.0 and p=0.5 exchanged",
    )
    assert project.verdict().status == "failed"
    assert [arm["failed_as_it_must"] for arm in project.verdict().arms] == [False, False]


def test_a_null_arm_that_holds_rejects_the_claim(project):
    project.claims(GOOD.replace('margin=0.05, holds="5/5"', 'holds="4/5"'))
    project.measured("drop_rate", p_00=[1.0, 2.0, 3.0, 4.0, 5.0], p_05=[0.9, 1.9, 2.9, 3.9, 4.9])
    project.measured("without_rescaling", p_05=[9.0] * 5)
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "the claim rests on noise (line 11)*both sides from with_dropout*at best 4/5 hold, where 4/5 are asked for",
    )


def test_an_error_in_an_arm_names_the_arm(project):
    project.claims(
        GOOD.replace(
            "    assert below", '    if with_dropout[0] > 0.8:\n        raise IndexError("no film")\n    assert below'
        )
    )
    project.everything()
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result, "the arm 'without_rescaling in place of the real model' raised IndexError: no film (test_dropout.py:12)"
    )
    arms = project.verdict().arms
    assert [arm["failed_as_it_must"] for arm in arms] == [False, True, True, True, True]


def test_a_comparison_that_nothing_asserts_is_rejected(project):
    project.claims(GOOD + "    below(without, with_dropout)\n")
    project.everything()
    says(project.pytest(), "line 12: nothing asks whether this holds: without below with_dropout")


def test_a_comparison_that_is_false_in_a_passing_test_is_rejected(project):
    project.claims(GOOD + "    assert not below(without, with_dropout)\n")
    project.everything()
    says(project.pytest(), "line 12: the test passes although this does not hold: without below with_dropout*")


def test_refuted(project):
    project.claims('\n@refuted("Dropout never helps.")' + GOOD)
    project.everything()
    project.pytest().assert_outcomes(passed=1)
    verdict = project.verdict()
    assert (verdict.status, verdict.refutes) == ("refuted", "Dropout never helps.")


def test_a_refuted_sentence_whose_test_fails_is_failed(project):
    project.claims("\n@refuted" + GOOD)
    project.measured("drop_rate", p_00=[0.1] * 5, p_05=[0.4] * 5)
    project.measured("without_rescaling", p_05=[0.9] * 5)
    project.pytest().assert_outcomes(failed=1)
    assert project.verdict().status == "failed"


def test_what_a_test_writes_does_not_reach_its_next_run(project):
    project.claims(
        '''
@falsified_by(control="without_rescaling")
def test_generalises(drop_rate):
    """The order is as measured."""
    order = drop_rate.array("order", p=0.0)
    assert order[0] == 0, "written over"
    order[0] = 5
    assert drop_rate.metric("loss", p=0.5).max() < 0.8, "the loss is high"
'''
    )
    project.everything()
    project.pytest().assert_outcomes(passed=1)
    assert "the loss is high" in project.verdict().arms[0]["message"]


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
    project.pytest().assert_outcomes(passed=1)
    assert project.verdict(scale="full").comparisons[0]["needs"] == "3/3", "5/5 of three seeds"
    assert project.verdict(scale="sample").scale == "full", "asked for another scale, it tells the one it has"


def test_without_at_full_results_are_checked_as_well_once_they_are_there(project):
    project.claims(GOOD.replace('control="without_rescaling"', 'control={"p": 0.0}'))
    project.everything()
    assert project.pytest().parseoutcomes()["passed"] == 1
    project.measured("drop_rate", "full", p_00=[0.7, 0.71, 0.72], p_05=[0.7, 0.41, 0.42])
    result = project.pytest("-v")
    says(result, "test_generalises[[]sample] PASSED", "test_generalises[[]full] FAILED")
    assert [(v.scale, v.status) for v in verdicts.best(project.library, "dropout.generalises")] == [
        ("sample", "supported"),
        ("full", "failed"),
    ]


# ---------------------------------------------------------------- what cannot be checked
def test_missing_results_say_how_to_get_them(project):
    project.claims(GOOD)
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "tests/claims/test_dropout.py:8: the claim generalises cannot be checked",
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
        "tests/claims/test_dropout.py:8: the claim generalises cannot be checked",
        "it takes 'doubel'*did you mean double?",
        "experiments: drop_rate, without_rescaling",
        "functions: *double*",
    )
    assert "Traceback" not in result.stdout.str()


def test_a_claim_that_nothing_refutes_is_an_error_when_it_is_collected(project):
    project.claims(GOOD.replace('@falsified_by(control="without_rescaling")\n@falsified_by(swap("p", 0.0, 0.5))\n', ""))
    result = project.pytest("--collect-only")
    result.assert_outcomes(errors=1)
    says(result, "tests/claims/test_dropout.py:6: the claim generalises names nothing that would refute it")


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
    says(result, "tests/claims/test_dropout.py:10: the claim*", "*returns no metrics named 'los'; there is: loss")
    assert "Traceback" not in result.stdout.str()


def test_code_that_cannot_be_followed_is_an_error(project):
    project.claims(GOOD + '    assert eval("1 + 1") == 2\n')
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "tests/claims/test_dropout.py:12: eval() runs code that cannot be followed")


def test_a_claim_that_reads_nothing_is_an_error(project):
    project.claims('@falsified_by(shuffled("order"))\ndef test_generalises(tmp_path):\n    """It is."""\n')
    says(project.pytest(), "it reads nothing of its topic")


def test_a_project_that_cannot_be_read_says_why(project):
    project.claims(GOOD)
    project.write("snippets/dropout.py", SNIPPET.replace("seeds=5", "seds=5"))
    result = project.pytest()
    result.assert_outcomes(errors=1)
    says(result, "the project cannot be read:", "*@experiment has no argument 'seds'")
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
def test_generalises(double, tmp_path):
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
        project.pytest(f"--basetemp={project.layout.root}/tmp{i}").assert_outcomes(passed=1)
        drawn.append(next(project.layout.root.glob(f"tmp{i}/*/x")).read_text().split())
    assert drawn[0][0] == drawn[0][1]
    assert drawn[0] != drawn[1]
    verdict = project.verdict()
    assert (verdict.status, verdict.scale) == ("supported", "exact")
    assert verdict.arms[0]["text"] == "triple in place of double"


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
def test_generalises(picky):
    """It gives x back."""
    assert picky(2) == 2
'''
    )
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "the arm 'wrong in place of picky' failed inside the snippet, not in the test (dropout.py:*")
    assert [arm["failed_as_it_must"] for arm in project.verdict().arms] == [False]


def test_a_parametrised_claim_has_one_verdict(project):
    text = EXACT.replace("@falsified_by", '@pytest.mark.parametrize("k", [1, {}])\n@falsified_by')
    text = "import pytest\n" + text.replace("(double, tmp_path)", "(double, tmp_path, k)").replace("x + x", "x + k * x")
    project.claims(text.format(1))
    project.pytest().assert_outcomes(passed=2)
    assert len(project.verdict().arms) == 2
    project.claims(text.format(5))
    project.pytest().assert_outcomes(passed=1, failed=1)
    assert project.verdict().status == "failed"
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
    project.claims(GOOD.replace("0.05, holds", "0.06, holds"))
    project.pytest("--claims-missing-only").assert_outcomes(passed=1)


def test_a_failed_verdict_is_checked_again(project):
    project.claims(GOOD.replace("margin=0.05", "margin=5"))
    project.everything()
    project.pytest("--claims-missing-only").assert_outcomes(failed=1)
    project.pytest("--claims-missing-only").assert_outcomes(failed=1)


# ---------------------------------------------------------------- arms that would prove nothing
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
def test_generalises(double):
    """Twice."""
    assert double(2) == 4
'''
    )
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(
        result,
        "the arm 'checks in place of double' failed inside the wrong variant itself, not in the test: no positive",
    )


def test_a_test_that_passes_once_only_shows_nothing(project):
    project.claims(
        '''
RUNS = []


@falsified_by(swap("p", 0.0, 0.5))
def test_generalises(drop_rate):
    """Lower."""
    RUNS.append(drop_rate)
    assert len(RUNS) == 1
'''
    )
    project.everything()
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "the test fails when it is run again on the same input, so its arms show nothing")


def test_an_expected_failure_refutes_nothing(project):
    project.claims(
        '''
import pytest


@falsified_by(swap("p", 0.0, 0.5))
def test_generalises(drop_rate):
    """Lower."""
    if drop_rate.metric("loss", p=0.5)[0] > 0.5:
        pytest.xfail("known")
'''
    )
    project.everything()
    result = project.pytest()
    result.assert_outcomes(failed=1)
    says(result, "called pytest.xfail()")


@pytest.mark.parametrize("right, outcome", [('drop_rate.metric("loss", p=0.0).mean()', "failed"), ("0.5", "passed")])
def test_two_means_are_no_comparison_over_seeds(project, right, outcome):
    project.claims(
        f'''
@falsified_by(swap("p", 0.0, 0.5))
def test_generalises(drop_rate):
    """Lower."""
    assert below(drop_rate.metric("loss", p=0.5).mean(), {right})
'''
    )
    project.everything()
    result = project.pytest()
    result.assert_outcomes(**{outcome: 1})
    if outcome == "failed":
        says(result, "two single numbers, which no null arm can try")
