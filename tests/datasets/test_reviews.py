"""The reviews: what a word says about the label, which words mean the same, and how IMDB's sample is read."""

from pathlib import Path

import numpy as np
import pytest

from snippets.datasets.reviews import LENGTH, MEANINGS, SYNONYMS, generate, opinions, read_sample


@pytest.fixture(scope="module")
def made():
    return generate()


def test_sizes(made):
    assert opinions.sample is generate
    assert len(made.texts) == len(made.labels) == 2400 and set(made.labels) == {0, 1}
    assert all(len(text) == LENGTH for text in made.texts) and made.texts[0].dtype == np.int64
    assert len(made.vocab) == len(set(made.vocab)) == MEANINGS * SYNONYMS
    assert abs(made.labels.mean() - 0.5) < 0.05


def test_a_quarter_are_opinions_and_seven_in_ten_agree_with_the_label(made):
    kinds = np.array([{"g": 1, "b": -1, "w": 0}[word[0]] for word in made.vocab])[np.stack(made.texts)]
    assert np.mean(kinds != 0) == pytest.approx(0.25, abs=0.01)
    agrees = kinds == np.where(made.labels == 1, 1, -1)[:, None]
    assert agrees[kinds != 0].mean() == pytest.approx(0.7, abs=0.015)


def test_words_of_one_meaning_are_synonyms_and_as_frequent(made):
    counts = np.bincount(np.concatenate(made.texts), minlength=len(made.vocab))
    for word, same in enumerate(made.synonyms):
        assert word in same and {made.vocab[i][:-1] for i in same} == {made.vocab[word][:-1]}
    by_letter = counts.reshape(-1, SYNONYMS).sum(0)
    np.testing.assert_allclose(by_letter / by_letter.sum(), 1 / SYNONYMS, atol=0.01)


def test_the_same_every_time_whatever_the_global_seed():
    np.random.seed(1)
    first = generate(20)
    np.random.seed(2)
    assert np.stack(generate(20).texts).tolist() == np.stack(first.texts).tolist()
    assert np.stack(generate(20, seed=4).texts).tolist() != np.stack(first.texts).tolist()


def test_reviews_become_words_and_rare_ones_are_left_out(tmp_path: Path):
    rows = ["label,text,is_valid", 'positive,"Good film.<br />It\'s good",False', "negative,GOOD grief film,True"]
    (tmp_path / "texts.csv").write_text("\n".join([*rows, "negative,a film it's it's a,True"]), "utf-8")
    read = read_sample(tmp_path)
    assert read.vocab == ["film", "good", "it's"] and read.synonyms is None
    assert [[read.vocab[i] for i in text] for text in read.texts] == [
        ["good", "film", "it's", "good"], ["good", "film"], ["film", "it's", "it's"],
    ]  # fmt: skip
    assert read.labels.tolist() == [1, 0, 0]
