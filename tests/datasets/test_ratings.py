"""The ratings: what the generated ones are made of, and how MovieLens is read."""

import numpy as np
import pytest

from snippets.datasets.ratings import UNKNOWN, generate, read_movielens, short_title

FILMS = [
    "1|Toy Story (1995)|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0",
    "2|Misérables, Les (1995)|01-Jan-1995||http://x|0|0|0|0|0|0|0|0|1|0|0|0|1|0|0|0|0|0|0",
    "3|Toy Story (1995)|01-Jan-1995||http://x|0|0|0|0|0|0|0|0|0|0|0|0|1|0|0|0|0|0|0",
]


@pytest.fixture(scope="module")
def made():
    return generate()


@pytest.fixture
def folder(tmp_path):
    """A MovieLens of three film ids, two titles, and four ratings."""
    (tmp_path / "u.data").write_text("1\t1\t5\t88\n2\t2\t3\t88\n2\t3\t1\t88\n4\t1\t4\t88\n")
    (tmp_path / "u.item").write_bytes("\n".join(FILMS).encode("latin-1") + b"\n")
    return tmp_path


def test_sizes(made):
    assert (made.n_users, made.n_items, len(made.stars)) == (301, 241, 20_000)
    assert made.titles[0] == UNKNOWN and len(set(made.titles)) == 241
    assert made.genres.shape == (241, 4) and (made.genres[1:].sum(axis=1) == 1).all() and not made.genres[0].any()


def test_numbers_start_at_one_and_no_pair_comes_twice(made):
    assert made.users.min() >= 1 and made.items.min() >= 1
    assert made.users.max() < made.n_users and made.items.max() < made.n_items
    assert len(np.unique(made.users * 1000 + made.items)) == 20_000


def test_stars_are_whole_and_all_occur(made):
    assert made.stars.dtype == np.float32
    assert sorted(set(made.stars.tolist())) == [1, 2, 3, 4, 5]


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    again = generate()
    assert (again.stars == made.stars).all() and (again.users == made.users).all()
    assert (generate(seed=21).stars != made.stars).any()


def test_a_rating_is_what_it_is_said_to_be_made_of(made):
    truth, users, items = made.truth, made.users, made.items
    expected = 3.2 + truth.user_bias[users] + truth.item_bias[items]
    expected += (truth.user_factors[users] * truth.item_factors[items]).sum(axis=1)
    inside = (expected > 1.5) & (expected < 4.5)  # away from where ratings are clipped
    left = made.stars[inside] - expected[inside]
    assert abs(left.mean()) < 0.03
    assert 0.35**2 < left.var() < 0.35**2 + 1.5 / 12  # the noise, and the rounding to whole stars


def test_titles_name_the_genre(made):
    for title, row in zip(made.titles[1:], made.genres[1:], strict=True):
        assert title.endswith(f"({made.genre_names[int(row.argmax())]})")


def test_picky_people_see_what_they_like(made):
    truth = made.truth
    liking = (truth.user_factors @ truth.item_factors.T)[1:, 1:]
    seen = np.bincount(made.users - 1, weights=liking[made.users - 1, made.items - 1])
    gain = seen / np.bincount(made.users - 1) - liking.mean(axis=1)
    picky = truth.pickiness[1:] > 1.5
    assert gain[picky].mean() > gain[truth.pickiness[1:] < 0.5].mean() + 0.2


def test_most_rated_comes_first(made):
    counts = np.bincount(made.items, minlength=made.n_items)
    first = made.most_rated(10)
    assert counts[first].tolist() == sorted(counts, reverse=True)[:10]


def test_movielens_merges_ids_that_share_a_title(folder):
    data = read_movielens(folder)
    assert data.titles == [UNKNOWN, "Misérables, Les (1995)", "Toy Story (1995)"]
    assert data.items.tolist() == [2, 1, 2, 2]
    assert data.users.tolist() == [1, 2, 2, 4] and data.n_users == 5
    assert data.stars.tolist() == [5, 3, 1, 4] and data.truth is None


def test_movielens_genres_of_merged_ids_are_joined(folder):
    data = read_movielens(folder)
    named = [{name for name, has in zip(data.genre_names, row, strict=True) if has} for row in data.genres]
    assert named == [set(), {"Drama", "Musical"}, {"Animation", "Children's", "Comedy", "Musical"}]


def test_short_titles():
    assert short_title("Rock, The (1996)") == "The Rock"
    assert short_title("Misérables, Les (1995)") == "Les Misérables"
    assert short_title("Cry, the Beloved Country (1995)") == "Cry, the Beloved Country"
    assert short_title("film 17 (horror)") == "film 17"
