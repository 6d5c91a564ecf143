"""The words: the grammar that the generated text follows, how a text is cut, and how the books are read."""

from collections import Counter
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import pytest

from snippets.datasets import words as module
from snippets.datasets.words import CLASSES, CLOSED, OTHER, SENTENCES, cut, generate, read_nietzsche, words


@pytest.fixture(scope="module")
def made():
    return generate()


@pytest.fixture(scope="module")
def whole(made):
    """The text in its order: after every four stretches to train on comes one for testing."""
    fours = [made.train[i : i + 4] for i in range(0, len(made.train), 4)]
    return np.concatenate(list(chain(*([*four, test] for four, test in zip_longest(fours, made.test)))))


def book(folder: Path, text: str):
    (folder / "nietzsche.txt").write_text(text, "utf-8")
    return folder


def numbers(stretches):
    return [stretch.tolist() for stretch in stretches]


def test_sizes(made, whole):
    assert words.sample is generate
    assert 24_000 <= len(whole) < 24_010 and whole.dtype == np.int64
    assert len(made.vocab) == len(set(made.vocab)) == len(made.classes) == 77
    assert made.vocab[0] == OTHER and sorted(set(whole)) == list(range(1, 77))  # nothing is rare here


def test_every_sentence_is_of_the_grammar_and_all_kinds_are_as_frequent(made, whole):
    text = " ".join(made.classes[n] or made.vocab[n] for n in whole)
    kinds = Counter(f"{sentence.strip()} ." for sentence in text.removesuffix(" .").split(" ."))
    assert set(kinds) == set(SENTENCES)
    assert max(kinds.values()) < 1.15 * min(kinds.values())


def test_no_word_is_of_two_classes_and_each_has_its_own(made):
    assert len(set(" ".join(CLASSES.values()).split())) == sum(len(w.split()) for w in CLASSES.values()) == 75
    for word, name in zip(made.vocab[1:], made.classes[1:], strict=True):
        assert (name == "") == (word == ".") and (word == "." or word in CLASSES[name].split())
    assert made.classes[0] == ""


def test_within_a_class_words_are_as_frequent_as_one_over_their_rank(made, whole):
    counts = np.bincount(whole)
    for name, listed in CLASSES.items():
        of_class = np.sort(counts[np.array(made.classes) == name])[::-1]
        expected = 1 / np.arange(1, len(listed.split()) + 1)
        np.testing.assert_allclose(of_class / of_class.sum(), expected / expected.sum(), atol=0.03)


def test_the_order_of_the_listing_says_nothing_about_how_frequent_a_word_is(made, whole):
    count = dict(zip(made.vocab, np.bincount(whole).tolist(), strict=True))
    ranks = {name: np.argsort([-count[word] for word in listed.split()]) for name, listed in CLASSES.items()}
    assert sum(ranks[name][0] == 0 for name in CLASSES) <= 2
    rising = [np.corrcoef(order, np.arange(len(order)))[0, 1] for order in ranks.values()]
    assert abs(np.mean(rising)) < 0.3


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    again = generate()
    assert numbers(again.train + again.test) == numbers(made.train + made.test)
    assert again.vocab == made.vocab and again.classes == made.classes
    assert numbers(generate(2000, seed=4).train) != numbers(generate(2000).train)


def test_every_fifth_block_is_kept_out_and_nothing_is_lost():
    text = cut(np.arange(21), ["v"], ["c"], block=2)
    assert numbers(text.test) == [[8, 9], [18, 19]]
    assert numbers(text.train) == [[0, 1], [2, 3], [4, 5], [6, 7], [10, 11], [12, 13], [14, 15], [16, 17], [20]]


def test_pairs_are_neighbors_and_never_span_what_was_cut():
    text = cut(np.arange(15), [], [], block=3)
    before, after = text.pairs("train")
    assert before.tolist() == [0, 1, 3, 4, 6, 7, 9, 10] and after.tolist() == [1, 2, 4, 5, 7, 8, 10, 11]
    before, after = text.pairs("test")
    assert before.tolist() == [12, 13] and after.tolist() == [13, 14]


def test_pairs_of_the_generated_text_are_its_own(made, whole):
    all_pairs = Counter(zip(whole[:-1].tolist(), whole[1:].tolist(), strict=True))
    for part, stretches in (("train", made.train), ("test", made.test)):
        before, after = made.pairs(part)
        assert len(before) == len(after) == sum(len(s) - 1 for s in stretches)
        assert not Counter(zip(before.tolist(), after.tolist(), strict=True)) - all_pairs


def test_a_book_becomes_words_and_marks_in_lower_case(tmp_path):
    text = read_nietzsche(book(tmp_path, "The end, OF the\nend; Übermensch_2 of 7 the-end? (No!)"), size=20)
    found = [text.vocab[n] for n in text.train[0]]
    assert found == "the end , of the end ; übermensch of the end ? no !".split()


def test_only_the_most_frequent_have_a_number(tmp_path):
    text = read_nietzsche(book(tmp_path, "b a a a b c a b d"), size=2)
    assert text.vocab == [OTHER, "a", "b"]
    assert numbers(text.train) == [[2, 1, 1, 1, 2, 0, 1, 2, 0]] and text.train[0].dtype == np.int64


def test_words_of_a_closed_class_are_named_and_those_of_two_are_not(tmp_path, monkeypatch):
    folder = book(tmp_path, "you must love three of them .")
    assert read_nietzsche(folder).classes == ["", "pronoun", "modal", "", "numeral", "preposition", "pronoun", ""]
    monkeypatch.setattr(module, "CLOSED", {**CLOSED, "number": "three"})
    assert read_nietzsche(folder).classes[4] == ""
