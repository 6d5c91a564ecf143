"""Claims of docs/concepts/calendar_embeddings.md."""

import numpy as np

from coursenotes.claims import above, at, below, falsified_by, refuted, swap


def without_wrapping(n=12):
    """Count January as the first month and December as the last."""
    i, j = np.triu_indices(n, 1)
    return j - i


def of_the_means(table):
    """Average first, then subtract: more here and less there cancels."""
    i, j = np.triu_indices(len(table), 1)
    means = np.nanmean(table, axis=1)
    return np.abs(means[i] - means[j])


@at("sample")
@falsified_by(control={"model": ("trained", "wide_start")})  # retrained from N(0, 1)
@falsified_by(control={"model": ("trained", "untrained")})
def test_weekdays_follow_profiles(calendar):
    """Distances of weekdays have a rank correlation above 0.9 with their profiles, and at least 0.3 less with means."""
    profile, mean = (calendar.metric(name, model="trained") for name in ("days_by_profile", "days_by_mean"))
    assert above(profile, 0.9)
    assert above(profile, mean, margin=0.3)


@at("sample")
@falsified_by(control={"model": ("trained", "wide_start")})  # retrained from N(0, 1)
@falsified_by(control={"model": ("trained", "untrained")})
@falsified_by(swap("model", "trained", "untrained"))
def test_months_make_a_ring(calendar):
    """Distances of months have a rank correlation above 0.8 with months apart, the shorter way around."""
    assert above(calendar.metric("months_by_ring", model="trained"), 0.8)


@falsified_by(months_apart=without_wrapping)
def test_december_is_next_to_january(months_apart):
    """Of 66 pairs of months twelve are one apart, December and January among them, and none more than six."""
    apart = months_apart()
    assert (apart == 1).sum() == 12
    assert apart[10] == 1  # of the first row, January: February to December
    assert apart.max() == 6


@falsified_by(profile_distances=of_the_means)
def test_profiles_do_not_cancel(profile_distances, mean_distances):
    """A day that sells more in the east and less in the west has the mean of a plain day, and another profile."""
    more = np.random.default_rng().uniform(0.1, 1, 6)
    table = np.stack([np.zeros(12), np.concatenate([more, -more])])
    assert abs(mean_distances(table)[0]) < 1e-9
    assert profile_distances(table)[0] > 0.05


@at("full")
@falsified_by(control={"model": ("trained", "untrained")})
def test_weekdays_follow_profiles_on_real_sales(calendar):
    """On Rossmann, Monday to Saturday: a rank correlation above 0.65 with profiles, at least 0.4 less with means."""
    profile, mean = (calendar.metric(name, model="trained") for name in ("days_by_profile", "days_by_mean"))
    assert above(profile, 0.65)
    assert above(profile, mean, margin=0.4)


@refuted("similar for days of the week, and ditto for months of the year")
@at("full")
@falsified_by(control={"model": ("trained", "untrained")})
def test_real_months_make_no_ring(calendar):
    """On Rossmann, months: a rank correlation below 0.45 with months apart, above 0.4 and 0.15 higher with profiles."""
    ring, profile = (calendar.metric(name, model="trained") for name in ("months_by_ring", "months_by_profile"))
    assert below(ring, 0.45)
    assert above(profile, 0.4)
    assert above(profile, ring, margin=0.15)
