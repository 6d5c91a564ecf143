"""The letters: the chain of words, its entropy against the best possible reader, and how the books are read."""

import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from snippets.datasets.letters import CHANCES, WORDS, cut, entropy, generate, letters, read_nietzsche, transitions


@pytest.fixture(scope="module")
def made():
    return generate(n_train=200_000, n_test=1000)


def test_sizes(made):
    assert letters.sample is generate
    text = generate()
    assert (len(text.train), len(text.test)) == (30_000, 10_000) and text.train.dtype == np.int64
    assert set(text.decode(text.train).split()[:-1]) == set(WORDS)
    assert text.encode(text.decode(text.test)).tolist() == text.test.tolist()


def test_four_words_follow_each_and_all_are_as_frequent():
    assert CHANCES.tolist() == [0.5, 0.25, 0.15, 0.1]
    for seed in range(5):
        table = transitions(np.random.default_rng(seed))
        assert ((table > 0).sum(1) == 4).all() and not table.diagonal().any()
        np.testing.assert_allclose(np.sort(table, 1)[:, -4:], np.sort(CHANCES)[None].repeat(len(WORDS), 0))
        np.testing.assert_allclose(table.sum(0), 1)  # so that the uniform distribution stays as it is


def test_the_text_follows_the_chain(made):
    words = made.decode(made.train).split()[:-1]
    pairs = Counter(itertools.pairwise(words))
    table = np.array([[pairs[first, second] for second in WORDS] for first in WORDS], float)
    shares = np.sort(table / table.sum(1, keepdims=True), 1)
    np.testing.assert_allclose(shares[:, -4:], np.sort(CHANCES)[None].repeat(len(WORDS), 0), atol=0.05)
    assert not shares[:, :-4].any()


def test_the_entropy_is_the_loss_of_a_reader_who_knows_the_chain(made):
    words = made.decode(made.train).split()[:-1]
    pairs = Counter(itertools.pairwise(words))
    of_first = Counter(words[:-1])
    nats = -sum(count * np.log(count / of_first[first]) for (first, _), count in pairs.items())
    assert nats / sum(len(word) + 1 for word in words[1:]) == pytest.approx(made.entropy, abs=0.002)


def test_the_entropy_of_words_that_are_certain_is_zero_and_of_equal_ones_a_logarithm():
    n, length = len(WORDS), np.mean([len(word) + 1 for word in WORDS])
    assert entropy(np.roll(np.eye(n), 1, 1)) == 0
    assert entropy(np.full((n, n), 1 / n)) == pytest.approx(np.log(n) / length)


def test_the_same_every_time_whatever_the_global_seed():
    np.random.seed(1)
    first = generate(1000)
    np.random.seed(2)
    assert generate(1000).train.tolist() == first.train.tolist() != generate(1000, seed=4).train.tolist()


def test_a_text_is_cut_in_two():
    text = cut("abcab", 3)
    assert (text.vocab, text.train.tolist(), text.test.tolist()) == (["a", "b", "c"], [0, 1, 2], [0, 1])


def test_a_book_is_read_as_it_is(tmp_path: Path):
    (tmp_path / "nietzsche.txt").write_text("preface\nthe übermensch!", "utf-8")
    text = read_nietzsche(tmp_path)
    assert text.decode(np.concatenate([text.train, text.test])) == "preface\nthe übermensch!"
    assert len(text.train) == 20 and text.entropy is None
