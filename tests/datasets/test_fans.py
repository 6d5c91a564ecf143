"""The ratings with fans: who rates what, and what the fans' ratings are made of. MovieLens: test_dataset_ratings."""

import numpy as np
import pytest

from snippets.datasets.fans import fans, generate
from snippets.datasets.ratings import UNKNOWN, ratings


@pytest.fixture(scope="module")
def made():
    return generate()


@pytest.fixture(scope="module")
def fandom(made):
    """(n_items,) bool: the films of the fans' genre."""
    return made.genres[:, made.genre_names.index("fandom")]


def as_table(made):
    """Stars, (n_users, n_items), NaN where there is no rating."""
    table = np.full((made.n_users, made.n_items), np.nan)
    table[made.users, made.items] = made.stars
    return table


def by_fans(made):
    """The part of each film's ratings that fans give, the unknown film left out."""
    seen = ~np.isnan(as_table(made))[:, 1:]
    return seen[made.fans].sum(axis=0) / seen.sum(axis=0)


def test_sizes(made, fandom):
    assert fans.sample is generate
    assert (made.n_users, made.n_items, len(made.stars)) == (321, 151, 40 * 15 + 40 * 15 + 70 * 70)
    assert made.titles[0] == UNKNOWN and len(set(made.titles)) == 151
    assert made.fans.sum() == 16 and fandom.sum() == 40 and made.fans.dtype == fandom.dtype == bool
    assert (made.genres[1:].sum(axis=1) == 1).all() and not made.genres[0].any() and not made.fans[0]
    assert made.stars.dtype == np.float32 and sorted(set(made.stars.tolist())) == [1, 2, 3, 4, 5]


def test_numbers_start_at_one_and_no_pair_comes_twice(made):
    assert made.users.min() == 1 and made.items.min() == 1
    assert made.users.max() < made.n_users and made.items.max() < made.n_items
    assert len(np.unique(made.users * 1000 + made.items)) == len(made.stars)


def test_titles_name_the_genre(made):
    for title, row in zip(made.titles[1:], made.genres[1:], strict=True):
        assert title.endswith(f"({made.genre_names[int(row.argmax())]})")


def test_films_of_the_fans_and_as_many_others_are_seldom_rated(made, fandom):
    counts = np.bincount(made.items)
    assert set(counts[fandom]) == {15}
    assert sorted(counts[~fandom][1:].tolist()) == [15] * 40 + [70] * 70


@pytest.mark.parametrize("share", [0, 0.4, 0.8, 1])
def test_fans_give_their_share_of_the_ratings_of_their_films_and_of_no_others(share, fandom):
    data = generate(share)
    np.testing.assert_allclose(by_fans(data)[fandom[1:]], share)
    assert by_fans(data)[~fandom[1:]].max() < 0.07  # they are 5% of the people
    assert (np.bincount(data.items) == np.bincount(generate().items)).all()


def test_what_the_share_is_changes_no_opinion(made):
    other = generate(0.0)
    assert (other.expected == made.expected).all() and np.array_equal(other.titles, made.titles)
    tables = as_table(other), as_table(made)
    both = ~np.isnan(tables[0]) & ~np.isnan(tables[1])
    assert both.sum() > 4000 and (tables[0][both] == tables[1][both]).all()


def test_fans_love_their_films_and_nobody_else_does(made, fandom):
    truth = made.truth
    usual = 3.2 + truth.user_bias[:, None] + truth.item_bias + truth.user_factors @ truth.item_factors.T
    extra = (made.expected - usual)[1:, 1:]
    inside = ((made.expected > 1) & (made.expected < 5))[1:, 1:]  # where nothing was clipped
    love = 1.2 * np.outer(made.fans, fandom)[1:, 1:]
    np.testing.assert_allclose(extra[inside], love[inside], atol=1e-9)
    assert inside.mean() > 0.8 and inside[love > 0].any() and not made.expected[0].any()
    assert made.expected[1:, 1:].min() == 1 and made.expected[1:, 1:].max() == 5


def test_a_rating_is_what_is_expected_and_noise(made):
    expected = made.expected[made.users, made.items]
    inside = (expected > 1.5) & (expected < 4.5)  # away from where ratings are clipped
    left = made.stars[inside] - expected[inside]
    assert abs(left.mean()) < 0.03
    assert 0.35**2 < left.var() < 0.35**2 + 1.5 / 12  # the noise, and the rounding to whole stars


def test_ratings_come_in_no_order(made):
    for column in (made.users, made.items):
        assert abs(np.corrcoef(column, np.arange(len(column)))[0, 1]) < 0.05


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    again = generate()
    assert (again.stars == made.stars).all() and (again.users == made.users).all()
    assert (generate(seed=1).expected != made.expected).any()


def test_the_real_one_is_movielens():
    assert fans.full is ratings.full and fans.files == ratings.files and fans.folder == ratings.folder
