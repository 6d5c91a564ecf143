"""The viewers: which facts about people go with their taste, and how MovieLens' people are read."""

from pathlib import Path

import numpy as np
import pytest

from snippets.datasets.ratings import generate
from snippets.datasets.viewers import AGE_BANDS, OCCUPATIONS, generate_viewers, read_viewers, viewers, with_facts

FILM = "|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0"


@pytest.fixture(scope="module")
def made():
    return generate_viewers()


@pytest.fixture
def folder(tmp_path: Path):
    """A MovieLens of four people, two films and three ratings."""
    (tmp_path / "u.data").write_text("4\t1\t5\t88\n2\t2\t3\t88\n1\t2\t1\t88\n")
    (tmp_path / "u.item").write_text(f"1|Alien (1979){FILM}\n2|Brazil (1985){FILM}\n")
    people = ["1|24|M|writer|85711", "2|53|F|other|94043", "3|7|M|writer|32067", "4|55|F|none|T8H1N"]
    (tmp_path / "u.user").write_text("\n".join(people) + "\n")
    return tmp_path


def answers(data) -> list[list[str]]:
    """What each person answered."""
    return [[name for name, has in zip(data.fact_names, row, strict=True) if has] for row in data.facts]


def of(data, names) -> np.ndarray:
    """The columns of these answers. -> (people, names), the unknown person left out"""
    return data.facts[1:, [data.fact_names.index(name) for name in names]].astype(bool)


def test_sizes(made):
    assert viewers.sample is generate_viewers
    assert made.facts.shape == (301, 14) and made.facts.dtype == np.float32
    assert made.fact_names == [*AGE_BANDS, "F", "M", *OCCUPATIONS]
    assert set(made.facts.ravel().tolist()) == {0, 1}


def test_everybody_gave_one_answer_a_question_and_the_unknown_person_none(made):
    assert not made.facts[0].any()
    for question in (AGE_BANDS, ("F", "M"), OCCUPATIONS):
        assert (of(made, question).sum(axis=1) == 1).all() and of(made, question).sum(axis=0).min() >= 15


def test_the_ratings_are_those_generated_without_facts(made):
    base = generate()
    for name in ("users", "items", "stars", "genres"):
        np.testing.assert_array_equal(getattr(made, name), getattr(base, name))
    assert made.titles == base.titles and made.n_users == base.n_users


def test_age_goes_with_the_first_factor_and_no_other(made):
    factors, band = made.truth.user_factors[1:], of(made, AGE_BANDS).argmax(axis=1)
    related = [np.corrcoef(factor, band)[0, 1] for factor in factors.T]
    assert 0.65 < related[0] < 0.85  # 0.8, less what bands lose
    assert np.abs(related[1:]).max() < 0.15


def test_occupation_goes_with_the_other_two(made):
    factors, job = made.truth.user_factors[1:] / 0.75, of(made, OCCUPATIONS).argmax(axis=1)
    for k in range(6):
        middle = factors[job == k].mean(axis=0)
        towards = np.array([np.cos(k * np.pi / 3), np.sin(k * np.pi / 3)])
        assert middle[1:] @ towards > 0.8 and abs(middle[1] * towards[1] - middle[2] * towards[0]) < 0.35
        assert abs(middle[0]) < 0.4


def test_gender_says_nothing(made):
    man, truth = of(made, ["M"])[:, 0], made.truth
    assert 0.4 < man.mean() < 0.6
    for values in (*truth.user_factors[1:].T, truth.user_bias[1:]):
        assert abs(values[man].mean() - values[~man].mean()) < 0.25 * values.std()


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    assert (generate_viewers().facts == made.facts).all()
    assert (generate_viewers(seed=9).facts != made.facts).any()


def test_ages_fall_into_bands_at_their_borders():
    base = generate(n_users=8, n_ratings=50)
    data = with_facts(base, [17, 18, 24, 25, 34, 45, 54, 55], "MMMMFFFF", ["cook"] * 8)
    said = [person[0] for person in answers(data)[1:]]
    assert said == [AGE_BANDS[i] for i in (0, 1, 1, 2, 2, 4, 4, 5)]
    assert data.fact_names == [*AGE_BANDS, "F", "M", "cook"]


def test_movielens_is_read_with_the_answers_of_each_person(folder):
    data = read_viewers(folder)
    assert data.fact_names == [*AGE_BANDS, "F", "M", "none", "other", "writer"]
    assert answers(data) == [
        [],
        ["18 to 24", "M", "writer"],
        ["45 to 54", "F", "other"],
        ["under 18", "M", "writer"],
        ["55 or over", "F", "none"],
    ]
    assert data.users.tolist() == [4, 2, 1] and data.stars.tolist() == [5, 3, 1] and data.n_users == 5
    assert [data.titles[i] for i in data.items] == ["Alien (1979)", "Brazil (1985)", "Brazil (1985)"]
