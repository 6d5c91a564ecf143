"""Controls: which rows and functions they replace, and what they refuse."""

import numpy as np
import pytest

from coursenotes.claims import at, falsified_by, refuted, shuffled, swap
from coursenotes.claims.controls import BrokenModel, ClaimInputs, Names, NoEffect
from coursenotes.claims.decorators import marks
from coursenotes.result import JobResult, Results, Row


def table(name, offset=0.0, seeds=2, **settings):
    """A table over one setting, whose loss is the setting's value + seed / 10 + offset."""
    (setting, values), *_ = settings.items() or [("", [0])]
    rows = []
    for value in values:
        for seed in range(seeds):
            result = JobResult(
                {"loss": value + seed / 10 + offset},
                {},
                {"table": np.arange(6).reshape(3, 2)},
                {"titles": [f"film {i}" for i in range(8)]},
            )
            rows.append(Row({setting: value} if setting else {}, seed, result))
    return Results(name, "sample", rows)


def inputs(controls=(), **results):
    return ClaimInputs(results, {"f": len}, dict(controls).__getitem__)


def losses(found, param="drop_rate", **settings):
    return found.results[param].metric("loss", **settings).tolist()


BASE = table("drop_rate", p=[0.0, 0.2, 0.5])


def test_swap_exchanges_two_settings_and_keeps_the_third():
    found = swap("p", 0.0, 0.5).apply(inputs(drop_rate=BASE))
    assert losses(found, p=0.0) == [0.5, 0.6]
    assert losses(found, p=0.5) == [0.0, 0.1]
    assert losses(found, p=0.2) == losses(inputs(drop_rate=BASE), p=0.2)


def test_control_value_stands_everywhere():
    found = BrokenModel({"p": 0.0}).apply(inputs(drop_rate=BASE))
    assert losses(found, p=0.5) == losses(found, p=0.2) == losses(found, p=0.0) == [0.0, 0.1]


def test_control_pair_replaces_one_value():
    found = BrokenModel({"p": (0.5, 0.0)}).apply(inputs(drop_rate=BASE))
    assert losses(found, p=0.5) == [0.0, 0.1]
    assert losses(found, p=0.2) == [0.2, pytest.approx(0.3)]


def test_settings_that_are_lists_can_be_named():
    rows = [Row({"layers": layers}, 0, JobResult({"loss": float(len(layers))})) for layers in ([3], [3, 3])]
    found = BrokenModel({"layers": ([3, 3], [3])}).apply(inputs(drop_rate=Results("drop_rate", "sample", rows)))
    assert losses(found, layers=[3, 3]) == [1.0]


def test_control_experiment_replaces_rows_with_the_same_settings():
    broken = table("broken", offset=100, p=[0.5])
    found = BrokenModel("broken").apply(inputs({"broken": broken}, drop_rate=BASE))
    assert losses(found, p=0.5) == [100.5, 100.6]
    assert losses(found, p=0.0) == [0.0, 0.1]


def test_control_experiment_without_settings_matches_every_value():
    broken = table("broken", offset=100)
    found = BrokenModel("broken").apply(inputs({"broken": broken}, drop_rate=BASE))
    assert losses(found, p=0.5) == losses(found, p=0.0) == [100.0, 100.1]


def test_control_experiment_stands_in_the_first_experiment_that_it_fits():
    broken = table("broken", offset=100, p=[0.5])
    other = table("width", w=[8])
    found = BrokenModel("broken").apply(inputs({"broken": broken}, width=other, drop_rate=BASE))
    assert found.results["width"] is other
    assert losses(found, p=0.5) == [100.5, 100.6]


def test_an_arm_that_changes_no_row_is_refused():
    with pytest.raises(NoEffect, match="no row"):
        BrokenModel("broken").apply(inputs({"broken": table("broken", p=[0.9])}, drop_rate=BASE))


def test_shuffled_moves_every_entry_and_keeps_rows_whole():
    found = shuffled("titles").apply(inputs(drop_rate=BASE)).results["drop_rate"]
    before, after = BASE.texts("titles", p=0.5), found.texts("titles", p=0.5)
    assert sorted(after) == sorted(before)
    assert all(a != b for a, b in zip(after, before, strict=True))
    assert after != found.texts("titles", seed=1, p=0.5), "each seed has its own order"
    assert after == found.texts("titles", p=0.0), "and it is the same in all rows of a seed"
    moved = shuffled("table").apply(inputs(drop_rate=BASE)).results["drop_rate"].array("table", p=0.5)
    assert sorted(map(tuple, moved)) == [(0, 1), (2, 3), (4, 5)]
    assert (moved != BASE.array("table", p=0.5)).all()


def test_shuffling_what_is_not_there_says_what_is():
    with pytest.raises(NoEffect, match="there is: table, titles; did you mean titles"):
        shuffled("title").apply(inputs(drop_rate=BASE))


def test_an_arm_leaves_the_results_alone():
    before = losses(inputs(drop_rate=BASE), p=0.5), BASE.texts("titles", p=0.5)
    swap("p", 0.0, 0.5).apply(inputs(drop_rate=BASE))
    shuffled("titles").apply(inputs(drop_rate=BASE))
    assert before == (losses(inputs(drop_rate=BASE), p=0.5), BASE.texts("titles", p=0.5))


def test_variants_are_put_in_together():
    control = marks(falsified_by(f=max, g=min)(lambda f, g: None)).controls[0]
    assert control.apply(inputs()).objects == {"f": max, "g": min}
    assert control.text == "max in place of f; min in place of g"


NAMES = Names({"drop_rate": {"p": [0.0, 0.5]}, "broken": {"p": [0.5]}, "wide": {"w": [8]}}, ("drop_rate",), ("f",))


@pytest.mark.parametrize(
    "decorator, words",
    [
        (
            falsified_by(control="brokn"),
            "no experiment 'brokn' in this topic; there is: broken, drop_rate, wide; did you",
        ),
        (falsified_by(control="wide"), "varies w, which no experiment of the test varies"),
        (falsified_by(control={"q": 1}), "no setting 'q' that is varied; there is: p"),
        (falsified_by(control={"p": 0.7}), "p=0.7 was not run; there is: 0.0, 0.5"),
        (falsified_by(control={"p": (0.5, 0.7)}), "p=0.7 was not run"),
        (falsified_by(control={"p": (0.5, 0.0, 0.2)}), "give one value"),
        (falsified_by(swap("p", 0.0, 0.9)), "p=0.9 was not run"),
        (falsified_by(swap("P", 0.0, 0.5)), "no setting 'P'"),
        (falsified_by(g=len), "no function 'g' among the test's parameters; there is: f"),
    ],
)
def test_names_are_checked_before_anything_runs(decorator, words):
    (control,) = marks(decorator(lambda drop_rate, f: None)).controls
    (problem,) = control.problems(NAMES)
    assert words in problem


def test_good_names_are_no_problem():
    @falsified_by(shuffled("titles"))
    @falsified_by(swap("p", 0.0, 0.5), control="broken", f=len)
    @falsified_by(control={"p": (0.5, 0.0)})
    def test(drop_rate, f):
        pass

    found = marks(test).controls
    assert [control.kind for control in found] == ["shuffled", "swap", "control", "variant", "control"]
    assert [control.problems(NAMES) for control in found] == [[]] * 5


def test_marks_leave_the_function_as_it_is():
    def test():
        return 7

    assert at("full")(refuted("more is better")(test)) is test
    assert refuted(test) is test
    assert (marks(test).scales, marks(test).refuted) == (("full",), True)
    with pytest.raises(ValueError, match="sample"):
        at("big")
