"""The rules of acceptance and contradiction: against scipy's tests, and against simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from coursenotes.claims import statistics
from coursenotes.claims.statistics import (  # fmt: skip
    ALPHA,
    BOUND,
    CONTRADICTED,
    ENOUGH,
    LEAST_SEEDS,
    REPRODUCED,
    SEEDS,
    WITHIN,
    Assertion,
    Spread,
)


def seen(values):
    return Spread(len(values), float(np.mean(values)), float(np.std(values, ddof=1)))


def p_value(statement, spread):
    """The one-sided p value that belongs to a room."""
    return stats.t.sf(statement.room(spread) * math.sqrt(spread.n), spread.n - 1)


# ---------------------------------------------------------------- acceptance, against scipy
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind, alternative, sign", [("below", "less", -1), ("above", "greater", 1)])
def test_accepted_where_scipys_paired_t_test_is(kind, alternative, sign, seed):
    rng = np.random.default_rng(seed)
    b = rng.normal(size=SEEDS)
    a = b + sign * 1.0 + rng.normal(size=SEEDS) * rng.uniform(0.3, 1.5)
    shifted = b + sign * 0.3  # the margin as the null
    p = stats.ttest_rel(a, shifted, alternative=alternative).pvalue
    found = seen(a - b)
    assert p_value(Assertion(kind, 0.3), found) == pytest.approx(p, rel=1e-6)
    assert Assertion(kind, 0.3).accepted(found) == (p <= ALPHA)


@pytest.mark.parametrize("seed", range(20))
def test_close_is_two_one_sided_tests(seed):
    rng = np.random.default_rng(seed)
    d = rng.normal(rng.uniform(-0.5, 0.5), 0.5, SEEDS)
    low = stats.ttest_1samp(d, -0.7, alternative="greater").pvalue
    high = stats.ttest_1samp(d, 0.7, alternative="less").pvalue
    assert Assertion("close", 0.7).accepted(seen(d)) == (max(low, high) <= ALPHA)
    assert p_value(Assertion("close", 0.7), seen(d)) == pytest.approx(max(low, high), rel=1e-6)


def test_the_room_that_is_needed():
    assert statistics.needed_room(20) == pytest.approx(stats.t.ppf(0.999, 19) / math.sqrt(20))
    assert statistics.needed_room(20) == pytest.approx(0.80, abs=0.005)
    assert statistics.needed_room(8) == pytest.approx(1.69, abs=0.005)


def test_the_tolerance_bound_against_the_noncentral_t():
    expected = stats.nct.ppf(0.95, 19, stats.norm.ppf(0.9999) * math.sqrt(20)) / math.sqrt(20)
    assert statistics.tolerance_room(20) == pytest.approx(expected)
    rng = np.random.default_rng(0)
    accepted = 0
    for _ in range(4000):  # a share of runs that is just too small is accepted one time in twenty
        d = rng.normal(stats.norm.ppf(0.9999), 1, 20)
        accepted += Assertion("above", 0.0, every=True).accepted(seen(d), d.min())
    assert accepted / 4000 == pytest.approx(0.05, abs=0.02)


def test_nothing_is_accepted_without_a_spread():
    assert not Assertion("below", 0.1).accepted(Spread(20, -5.0, 0.0))
    assert not Assertion("below", 0.1).accepted(Spread(1, -5.0, 0.0))


def test_every_needs_each_run():
    far = Spread(20, 10.0, 1.0)
    assert Assertion("above", 1.0, every=True).accepted(far, worst=2.0)
    assert not Assertion("above", 1.0, every=True).accepted(far, worst=-0.1)
    assert not Assertion("above", 1.0, every=True).accepted(Spread(20, 5.0, 1.0), worst=2.0), "too near"


# ---------------------------------------------------------------- controls
@pytest.mark.parametrize("kind, near, far", [("below", 0.0, 2.0), ("above", 0.0, -2.0), ("close", 0.4, -2.0)])
def test_a_control_is_rejected_where_it_is_as_far_on_the_other_side(kind, near, far):
    statement = Assertion(kind, 0.5)
    assert statement.rejected(Spread(20, far, 1.0))
    assert not statement.rejected(Spread(20, near, 1.0))


def test_one_setting_against_itself_is_rejected():
    assert Assertion("below", 0.1).rejected(Spread(20, 0.0, 0.0))


# ---------------------------------------------------------------- a build
@pytest.mark.parametrize("kind, sign", [("below", -1), ("above", 1), ("close", 0)])
def test_standings(kind, sign):
    statement, accepted = Assertion(kind, 1.0), Spread(20, 2.0 * sign, 0.5)
    edge = BOUND * 0.5 / math.sqrt(5)
    inside, just, beyond = {
        "close": (0.9, 1 + 0.9 * edge, 1 + 1.1 * edge),
        "below": (-1.1, -1 + 0.9 * edge, -1 + 1.1 * edge),
        "above": (1.1, 1 - 0.9 * edge, 1 - 1.1 * edge),
    }[kind]
    assert statement.standing(inside, 5, accepted) == REPRODUCED
    assert statement.standing(just, 5, accepted) == WITHIN
    assert statement.standing(beyond, 5, accepted) == CONTRADICTED
    if kind == "close":
        assert statement.standing(-beyond, 5, accepted) == CONTRADICTED


def test_the_default_seeds_and_the_bound_were_chosen_together():
    """A claim that is false by two deviations is contradicted with a chance of at least 0.9, by the fewest seeds."""
    statement, accepted = Assertion("above", 2.0), Spread(20, 3.0, 1.0)
    chances = {n: statement.chance_contradicted(accepted, n, 0.0, 1.0) for n in (3, 4, 5)}
    assert chances[LEAST_SEEDS] >= ENOUGH > chances[LEAST_SEEDS - 1]
    assert chances[5] == pytest.approx(stats.norm.cdf(2 * math.sqrt(5) - BOUND))


@pytest.mark.parametrize("kind", ["below", "above", "close"])
def test_the_chance_is_what_simulation_finds(kind):
    rng, statement, accepted = np.random.default_rng(1), Assertion(kind, 0.5), Spread(20, 0.0, 0.4)
    true, sd = {"below": 0.3, "above": -0.2, "close": 1.0}[kind], 0.6
    means = rng.normal(true, sd, (20_000, 5)).mean(axis=1)
    share = np.mean([statement.standing(m, 5, accepted) == CONTRADICTED for m in means])
    assert statement.chance_contradicted(accepted, 5, true, sd) == pytest.approx(share, abs=0.015)


def test_the_chance_for_every_run():
    statement = Assertion("above", 0.0, every=True)
    assert statement.chance_contradicted(Spread(20, 9.0, 1.0), 5, 0.0, 1.0) == pytest.approx(1 - 0.5**5)


def test_accepted_claims_are_next_to_never_contradicted():
    """Replications and builds drawn at random, with true rooms from none to four: of those accepted, who fails?"""
    rng = np.random.default_rng(2)
    accepted = contradicted = 0
    statement = Assertion("above", 0.0)
    for true in rng.uniform(0, 4, 20_000):
        reference = seen(rng.normal(true, 1, SEEDS))
        if statement.accepted(reference):
            accepted += 1
            contradicted += statement.standing(rng.normal(true, 1, 5).mean(), 5, reference) == CONTRADICTED
    assert accepted > 10_000
    assert contradicted / accepted < 2e-4, f"{contradicted} of {accepted}"


# ---------------------------------------------------------------- numbers
def test_two_machines_means_lie_as_far_apart_as_seeds_make_them():
    rng = np.random.default_rng(0)
    reach = statistics.between_means(Spread(20, 0.0, 1.0), 5)
    means = rng.normal(size=(50_000, 2, 5)).mean(axis=2)
    assert np.mean(abs(means[:, 0] - means[:, 1]) > reach) == pytest.approx(2 * stats.norm.sf(BOUND), abs=1e-3)
    assert statistics.between_means(Spread(5, 0.0, 1.0), 5, estimated=True) > 1.5 * reach
    assert statistics.between_means(Spread(5, 1.0, 0.0), 5) == 0
