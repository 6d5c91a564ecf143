"""The catalog of a project, and the reports of files that cannot be read."""

import pytest

from coursenotes.build.new import create
from coursenotes.cache import inputs, up_to_date
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_everything_of_the_mini_site_is_found(mini):
    site = discover(mini)
    assert set(site.experiments) == {"averages.noise", "straight_line.fit", "straight_line.start"}
    assert site.figures["straight_line.loss_by_rate"].experiments == ("straight_line.fit",)
    claim = site.claims["averages.is_the_mean"]
    assert claim.functions == ("average",) and claim.experiments == () and claim.falsifiers == 1
    assert site.claims["straight_line.any_rate"].refuted
    assert site.claims["straight_line.finds_the_slope"].experiments == ("straight_line.fit",)
    assert {ref.scheme for ref in site.pages["concepts/straight_line.md"].references} >= {"figure", "measured", "claim"}
    fit = site.experiments["straight_line.fit"]
    assert fit.data == ("snippets.datasets.points", "points") and fit.scales == ("sample",)
    assert len(fit.jobs("sample")) == 15 and fit.returns == ("error", "loss", "slope")
    assert site.dataset_card(fit)["license"] == "CC0"


def test_nothing_is_imported(mini):
    edit(mini.snippet("straight_line"), "COLOR = ", "raise SystemExit('imported')\nCOLOR = ")
    assert "straight_line.fit" in discover(mini).experiments


WRONG = {
    "computed": ("seeds=5, vary", "seeds=int('3'), vary", "seeds= of @experiment is computed: int('3')"),
    "unknown argument": ("seeds=5, vary", "seed=3, vary", 'no argument of @experiment "seed"'),
    "no such dataset": ("data=points, seeds=5", "data=SLOPE, seeds=5", "data=SLOPE is not the name of a dataset"),
    "seeds": ("seeds=5, vary", "seeds=0, vary", "seeds=0"),
    "vary": ('{"rate": [0.0, 0.1, 0.5]}', '{"rate": 0.5}', "vary= of fit is not a dict of non-empty lists"),
    "parameters": ("run: Run, rate: float", "run: Run, speed: float", "does not fit its settings"),
    "a limit of nothing": ("seeds=5, vary", "seeds=5, minutes=0, vary", "minutes=0 of fit is not a number above 0"),
    "a limit in words": ("seeds=5, vary", "seeds=5, gigabytes='a lot', vary", "gigabytes='a lot' of fit"),
    "figure of nothing": ("@figure(fit)", "@figure(fits)", "fits is not an experiment"),
    "figure of results that it does not name": ("@figure(fit)", "@figure()", "loss_by_rate names no experiment"),
    "no docstring": ('    """The slope after twenty steps of gradient descent, and its loss."""\n', "", "no docstring"),
}


@pytest.mark.parametrize("old, new, said", WRONG.values(), ids=WRONG)
def test_mistakes_are_reported_with_their_lines(mini, old, new, said):
    edit(mini.snippet("straight_line"), old, new)
    with pytest.raises(CoursenotesError) as caught:
        discover(mini)
    first = next(p for p in caught.value.problems if said in str(p))
    assert first.path == mini.snippet("straight_line") and first.line and str(first).count("\n") <= 3


def test_a_dataset_says_its_license_and_source_in_words_that_can_be_read(mini):
    """They were left out of the page of evidence, and a folder was not found, without a word."""
    points = mini.root / "snippets/datasets/points.py"
    edit(points, 'license="CC0")', 'license=LICENSES[0], folder="pts")\n')
    edit(points, "SLOPE = 2.0\n", 'SLOPE = 2.0\nLICENSES = ["CC0"]\n')
    with pytest.raises(CoursenotesError) as caught:
        discover(mini)
    problem = caught.value.problems[0]
    assert "license= of the Dataset points is computed: LICENSES[0]" in problem.what
    assert problem.path == points and problem.line == 18 and "write it out" in problem.fix


def test_all_problems_are_reported_at_once(mini):
    edit(mini.snippet("straight_line"), "@figure(fit)", "@figure(fits)")
    edit(mini.snippet("averages"), "seeds=5", "seeds=-4")
    (mini.claims / "test_average.py").write_text("def test_a(): pass\n")
    (mini.docs / "bad.md").write_text("---\ntitle: [\n---\n")
    with pytest.raises(CoursenotesError) as caught:
        discover(mini)
    said = str(caught.value)
    for wanted in ("fix: @figure(fit)", "averages.py:17: seeds=-4", "rename it to test_averages.py", "bad.md:"):
        assert wanted in said


def test_a_syntax_error_is_reported_with_its_line(mini):
    edit(mini.snippet("averages"), "def average(values):", "def average(values:")
    with pytest.raises(CoursenotesError, match=r"averages\.py:12: not Python"):
        discover(mini)


def test_a_new_topic_is_complete(mini):
    paths = create(mini, "weight_decay")
    site = discover(mini)
    assert len(paths) == 3 and "weight_decay.error" in site.experiments and "weight_decay.shrinks" in site.claims
    with pytest.raises(CoursenotesError, match="already exists"):
        create(mini, "weight_decay")
    with pytest.raises(CoursenotesError, match="cannot be the name of a topic"):
        create(mini, "Weight Decay")


def test_a_date_that_does_not_exist_is_reported(mini):
    (mini.docs / "concepts/try.md").write_text("---\nrelease: 2026-02-30\n---\nWords.\n")
    (problem,) = discover(mini).problems
    assert problem.what.startswith("front matter has a date that does not exist") and problem.path.name == "try.md"


def test_a_page_that_is_a_broken_link_is_reported(mini):
    (mini.docs / "concepts/gone.md").symlink_to("nowhere.md")
    with pytest.raises(CoursenotesError) as caught:
        discover(mini)
    (problem,) = caught.value.problems
    assert problem.what == "a link to nowhere.md, which leads nowhere" and problem.path.name == "gone.md"
    assert len(up_to_date.inputs(mini, inputs.settings(mini))) == 64
