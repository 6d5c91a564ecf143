"""Comparisons over seeds: what they count, what they say, what they refuse."""

from fractions import Fraction

import numpy as np
import pytest

from coursenotes.claims import above, below, close
from coursenotes.claims.compare import recording
from coursenotes.claims.nulls import best_pairing, null_arms

LOW, HIGH = [0.1, 0.2, 0.3, 0.4, 0.5], [1.1, 1.0, 1.3, 1.4, 1.5]


def test_counts_paired_seeds():
    found = below([1, 5, 2], [2, 4, 3], margin=0.5)
    assert not found
    assert found.holds_in.tolist() == [True, False, True]
    assert bool(below([1, 5, 2], [2, 4, 3], margin=0.5, holds="2/3"))


@pytest.mark.parametrize("margin, holds", [(0.5, True), (0.75, False)])
def test_the_margin_itself_is_enough(margin, holds):
    assert bool(below([1.0, 2.0], [1.5, 2.5], margin=margin)) is holds
    assert bool(above([1.5, 2.5], [1.0, 2.0], margin=margin)) is holds


def test_without_a_margin_equal_is_not_below():
    assert not below([1.0, 1.0], [1.0, 2.0])
    assert below([1.0, 1.0], [1.5, 2.0])


def test_close_is_two_sided():
    assert close([0.9, 1.1], 1, within=0.11)
    assert not close([0.9, 1.2], 1, within=0.11)
    assert not close([0.8, 1.1], 1, within=0.11)


def test_a_single_number_on_either_side():
    assert below(LOW, 0.6)
    assert above(0.6, LOW)
    assert below(np.float64(0.0), LOW).single


def test_nan_never_holds():
    nan = float("nan")
    for compare in (below, above):
        assert compare([nan, 1], [2, 2], holds="2/2").holds_in[0] == np.False_
        assert compare([1, 1], [nan, 2], holds="2/2").holds_in[0] == np.False_
    assert not close([nan], 1, within=5)


def test_repr_says_effect_spread_and_count():
    with_dropout, without = np.array([0.4, 0.5, 0.9]), np.array([0.7, 0.7, 0.8])
    text = repr(below(with_dropout, without, margin=0.05, holds="2/3"))
    assert text == (
        "with_dropout below without by 0.05: difference -0.133 ± 0.208, held 2/3 (needs 2/3), smallest margin -0.1"
    )


def test_names_come_from_a_call_over_several_lines():
    values = {"p": LOW}
    found = below(
        values["p"],
        b=np.array(HIGH),
    )
    assert found.names == ("values['p']", "np.array(HIGH)")


def test_tensors_are_values():
    torch = pytest.importorskip("torch")
    assert below(torch.tensor(LOW, requires_grad=True), torch.tensor(HIGH))


def test_later_changes_do_not_reach_a_comparison():
    values = np.array(LOW)
    found = below(values, HIGH)
    values += 100
    assert found


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: below(LOW, HIGH, margin=-0.1), "margin=-0.1"),
        (lambda: below(LOW, HIGH, margin=float("nan")), "margin=nan"),
        (lambda: close(LOW, HIGH, within=0), "within=0"),
        (lambda: below(LOW, HIGH[:3]), "5 values against 3"),
        (lambda: below(LOW, [1.0]), "5 values against 1"),
        (lambda: below([], []), "nothing to compare"),
        (lambda: below(np.ones((2, 2)), 1), "shape (2, 2)"),
        (lambda: below(LOW, HIGH, holds="most"), "holds='most'"),
        (lambda: below(LOW, HIGH, holds="2/5"), "more than half"),
        (lambda: below(LOW, HIGH, holds="6/5"), "at most all"),
    ],
)
def test_refuses_what_is_no_comparison(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


def test_fewer_seeds_than_counted_on_is_refused_in_a_claim_at_sample_scale():
    made: list = []
    with recording(made), pytest.raises(ValueError, match="there are 3 pairs"):
        below(LOW[:3], HIGH[:3], holds="5/5")
    with recording(made, fewer_seeds=True):
        assert below(LOW[:3], HIGH[:3], holds="4/5").needs == 3
    assert len(made) == 1


def test_more_seeds_than_counted_on_keep_the_share():
    assert below(np.arange(10), 20, holds="4/5").needs == 8


def test_recording_ends_with_its_block():
    made: list = []
    with recording(made):
        below(LOW, HIGH)
    below(LOW, HIGH)
    assert len(made) == 1


# ---------------------------------------------------------------- null arms
@pytest.mark.parametrize(
    "n, margin, most", [(5, 0.0, 4), (5, 1.0, 4), (5, 1.5, 3), (5, 2.0, 3), (5, 4.0, 1), (5, 5.0, 0)]
)
def test_best_pairing_of_evenly_spaced_seeds(n, margin, most):
    assert best_pairing(np.random.default_rng(0).permutation(n).astype(float), margin) == most


def test_best_pairing_is_the_best_of_all_permutations():
    from itertools import permutations

    rng = np.random.default_rng(1)
    for _ in range(30):
        values, margin = rng.normal(size=5), rng.uniform(0, 1)
        everything = max(int((np.array(p) <= values - margin).sum()) for p in permutations(values))
        assert best_pairing(values, margin) == everything


def test_null_arms_fail_for_an_effect_beyond_the_noise():
    arms = null_arms(below(LOW, HIGH, margin=0.5), "sample")
    assert [arm["failed_as_it_must"] for arm in arms] == [True, True, True]
    assert "it would hold 1 time in 32" in arms[2]["message"]


def test_a_null_arm_holds_where_the_margin_is_within_the_spread():
    arms = null_arms(below([1, 2, 3, 4, 5], [2, 3, 4, 5, 4.5], holds="4/5"), "sample")
    assert [arm["failed_as_it_must"] for arm in arms] == [False, False, True]


def test_what_luck_gives_half_of_the_time_is_refused():
    assert below(LOW[:3], HIGH[:3], holds="2/3").chance == Fraction(1, 2)
    assert not null_arms(below(LOW[:3], HIGH[:3], margin=0.5, holds="2/3"), "sample")[-1]["failed_as_it_must"]
    assert not null_arms(below([1], [2], margin=0.5), "sample")[-1]["failed_as_it_must"]


def test_one_seed_passes_at_full_scale_and_says_so():
    (arm,) = null_arms(below([1], [2], margin=0.5), "full")
    assert arm["failed_as_it_must"]
    assert "luck is not ruled out" in arm["message"]


def test_no_null_arm_against_a_bound_nor_for_close():
    assert null_arms(below(LOW, 0.6), "sample") == []
    assert null_arms(close(LOW, LOW, within=0.1), "sample") == []
