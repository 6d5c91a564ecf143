"""Comparisons over seeds: what they see, what they say, what they refuse."""

import numpy as np
import pytest

from coursenotes.claims import above, below, close
from coursenotes.claims.compare import recording
from coursenotes.claims.null_tests import null_tests

LOW, HIGH = [0.1, 0.2, 0.3, 0.4, 0.5], [1.1, 1.0, 1.3, 1.4, 1.5]


def test_it_is_about_the_mean_difference():
    found = below([1, 5, 2], [3, 4, 4], margin=0.5)
    assert found, "the mean difference is -1, though one pair of three is the other way round"
    assert (found.seen.n, found.seen.mean) == (3, -1.0)
    assert found.seen.sd == pytest.approx(np.std([-2, 1, -2], ddof=1))
    assert not below([1, 5, 2], [3, 4, 4], margin=1.5)


def test_every_is_about_each_run():
    assert not below([1, 5, 2], [3, 4, 4], margin=0.5, every=True)
    assert below([1, 3, 2], [3, 4, 4], margin=0.5, every=True)
    assert "in every run" in repr(below([1, 3, 2], [3, 4, 4], margin=0.5, every=True))


@pytest.mark.parametrize("margin, holds", [(0.5, True), (0.75, False)])
def test_the_margin_itself_is_enough(margin, holds):
    assert bool(below([1.0, 2.0], [1.5, 2.5], margin=margin)) is holds
    assert bool(above([1.5, 2.5], [1.0, 2.0], margin=margin)) is holds


def test_close_is_two_sided():
    assert close([0.9, 1.1], 1, within=0.01)
    assert not close([1.1, 1.2], 1, within=0.11)
    assert not close([0.8, 0.9], 1, within=0.11)
    assert not close([0.9, 1.2], 1, within=0.11, every=True)


def test_a_single_number_on_either_side_may_be_the_bound():
    assert below(LOW, 0.6)
    assert above(0.6, LOW)
    assert below(np.float64(0.0), LOW).single


def test_repr_says_effect_spread_and_seeds():
    with_dropout, without = np.array([0.4, 0.5, 0.9]), np.array([0.7, 0.7, 0.8])
    text = repr(below(with_dropout, without, margin=0.05))
    assert text == "with_dropout below without by 0.05: difference -0.133 ± 0.208 over 3 seeds"
    assert below(with_dropout, without, margin=0.05).per_pair() == "-0.3, -0.2, 0.1!"


def test_names_come_from_a_call_over_several_lines():
    values = {"p": LOW}
    found = below(
        values["p"],
        b=np.array(HIGH),
        margin=0.1,
    )
    assert found.names == ("values['p']", "np.array(HIGH)")


def test_tensors_are_values():
    torch = pytest.importorskip("torch")
    assert below(torch.tensor(LOW, requires_grad=True), torch.tensor(HIGH), margin=0.1)


def test_later_changes_do_not_reach_a_comparison():
    values = np.array(LOW)
    found = below(values, HIGH, margin=0.1)
    values += 100
    assert found


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: below(LOW, HIGH), "two series need a margin"),
        (lambda: above(HIGH, LOW, 0), "two series need a margin"),
        (lambda: below(LOW, HIGH, margin=-0.1), "margin=-0.1"),
        (lambda: below(LOW, HIGH, margin=float("nan")), "margin=nan"),
        (lambda: close(LOW, HIGH, within=0), "within=0"),
        (lambda: below(LOW, HIGH[:3], margin=1), "5 values against 3"),
        (lambda: below(LOW, [1.0], margin=1), "5 values against 1"),
        (lambda: below([], [], margin=1), "nothing to compare"),
        (lambda: below(np.ones((2, 2)), 1), "shape (2, 2)"),
        (lambda: below([1.0, float("nan")], 2), "a claim cannot be about a run that diverges"),
        (lambda: above(LOW, [float("inf")] * 5, margin=1), "a claim cannot be about a run that diverges"),
    ],
)
def test_refuses_what_is_no_comparison(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


def test_how_many_seeds_hold_is_no_longer_asked():
    with pytest.raises(TypeError, match="holds"):
        below(LOW, HIGH, margin=0.1, holds="4/5")


def test_recording_ends_with_its_block():
    made: list = []
    with recording(made):
        below(LOW, HIGH, margin=0.1)
    below(LOW, HIGH, margin=0.1)
    assert len(made) == 1


def test_while_collecting_every_comparison_passes_and_is_noted_as_asked():
    made: list = []
    with recording(made, collect=True):
        assert below(HIGH, LOW, margin=0.1)
        below(LOW, HIGH, margin=0.1)
    assert [c.asserted for c in made] == [True, False]
    assert [c.holds for c in made] == [False, True]
    assert not below(HIGH, LOW, margin=0.1), "outside, a comparison is what it is"


# ---------------------------------------------------------------- null tests
def test_half_of_the_seeds_against_the_other_half_is_not_accepted():
    rng = np.random.default_rng(3)
    tests = null_tests(below(rng.normal(0, 1, 20), rng.normal(9, 1, 20), margin=2))
    assert [t["rejected"] for t in tests] == [True, True]
    assert "half of its seeds against the other half" in tests[0]["text"]


def test_a_margin_below_the_drift_of_a_setting_is_found_out():
    """Seeds that are not independent: the second half is another model."""
    drifting = np.r_[0.01 * np.arange(10), 5 + 0.02 * np.arange(10)]
    steady = 20 + np.random.default_rng(0).normal(size=20)
    tests = null_tests(below(drifting, steady, margin=0.5))
    assert [t["rejected"] for t in tests] == [False, True]


def test_no_null_test_against_a_bound_nor_for_close():
    assert null_tests(below(LOW, 0.6)) == []
    assert null_tests(close(LOW, LOW, within=0.1)) == []
