"""Text as numbers: which word follows which, and which words are of one class.

sample: generated. 24,000 words of sentences from a small grammar whose word classes are known. A class says much about
        how frequent its words are, since sentences ask for some classes more often, and few words share them. Within
        a class some words are far more frequent than others, in an order drawn at random.
full:   the 500 most frequent words and marks of two books by Nietzsche in English. The closed classes of its grammar
        were listed before anything was trained.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File

OTHER = "#other#"  # stands for every word that is too rare to have a number

CLASSES = {
    "determiner": "the a this every some",
    "adjective": "small old red quiet heavy young green strange warm empty broad wild",
    "animal": "dog cat horse crow goat fox duck sheep mouse bear wolf hen",
    "food": "bread apple soup cheese rice honey plum cake salt corn pear bean",
    "place": "house forest river market garden hill bridge field road cellar island tower",
    "eats": "eats wants finds likes smells hides steals keeps",
    "goes": "walks runs returns comes crawls wanders flees sails",
    "preposition": "to from near towards behind through",
}
SENTENCES = (  # each slot is a class, or a word of its own
    "determiner animal eats determiner food .",
    "determiner adjective animal eats determiner food .",
    "determiner animal eats determiner adjective food .",
    "determiner animal goes preposition determiner place .",
    "determiner adjective animal goes preposition determiner place .",
    "determiner animal goes preposition determiner adjective place .",
)
# What follows a class in the grammar, where it also follows another; the other classes are told apart by what follows.
FOLLOWED = {"food": "end", "place": "end", "eats": "determiner", "preposition": "determiner"}

CLOSED = {  # of the words of English grammar, those of a class that takes no new members
    "pronoun": "i you he she it we they me him us them",
    "possessive": "my your his her its our their",
    "preposition": "of in to for with by from on at upon into through over under between among against without "
    "towards toward after before",
    "modal": "can could may might must shall should will would",
    "auxiliary": "is are was were be been being am has have had do does did",
    "demonstrative": "this that these those",
    "quantifier": "all some any every each many few no several both",
    "numeral": "one two three four first second third",
}


@dataclass(frozen=True)
class Text:
    """A text in numbers. Number 0 is the word that stands for all rare ones."""

    vocab: list[str]  # a word for each number
    train: list[np.ndarray]  # stretches of text, (words,) int64 each: nothing is known of what lies between two
    test: list[np.ndarray]
    classes: list[str]  # one for each number, "" where it is of none or of several

    def pairs(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Each word and the one after it. -> (pairs,) and (pairs,)"""
        stretches = self.train if part == "train" else self.test
        return np.concatenate([s[:-1] for s in stretches]), np.concatenate([s[1:] for s in stretches])

    def shuffled(self, seed: int) -> Text:
        """The training text in random order, so that a word says nothing about the next one."""
        rng = np.random.default_rng(seed)
        return replace(self, train=[rng.permutation(np.concatenate(self.train))])

    def plain_words(self) -> np.ndarray:
        """The numbers of words, without punctuation and OTHER. -> (n,)"""
        return np.array([i for i, word in enumerate(self.vocab) if word.isalpha()])

    def frequency(self) -> np.ndarray:
        """How often each word occurs in the training text. -> (n_words,)"""
        return np.bincount(np.concatenate(self.train), minlength=len(self.vocab))


def cut(numbers: np.ndarray, vocab: list[str], classes: list[str], block: int = 1000) -> Text:
    """Every fifth block of a thousand words is kept out of training."""
    blocks = np.split(numbers, range(block, len(numbers), block))
    return Text(vocab, [b for i, b in enumerate(blocks) if i % 5 != 4], blocks[4::5], classes)


def generate(n_words: int = 24_000, seed: int = 3) -> Text:
    """Sentences with a word for each slot, the r-th of a class with a chance like 1/r, in an order drawn once."""
    rng = np.random.default_rng(seed)
    members = {name: rng.permutation(words.split()) for name, words in CLASSES.items()}
    chances = {name: 1 / np.arange(1, len(words) + 1) for name, words in members.items()}
    text: list[str] = []
    while len(text) < n_words:
        for slot in SENTENCES[rng.integers(len(SENTENCES))].split():
            p = chances.get(slot)
            text.append(slot if p is None else str(rng.choice(members[slot], p=p / p.sum())))
    vocab = [OTHER, *sorted(set(text))]
    name_of = {word: name for name, words in members.items() for word in words}
    number = {word: i for i, word in enumerate(vocab)}
    return cut(np.array([number[w] for w in text]), vocab, [name_of.get(w, "") for w in vocab])


def read_nietzsche(folder: Path, size: int = 500) -> Text:
    """The books in lower case, split into words and marks; what is not among the most frequent is OTHER."""
    text = re.findall(r"[^\W\d_]+|[.,;:!?]", (folder / "nietzsche.txt").read_text("utf-8").lower())
    vocab = [OTHER, *(word for word, _ in Counter(text).most_common(size))]
    number = {word: i for i, word in enumerate(vocab)}
    listed = Counter(word for words in CLOSED.values() for word in words.split())
    name_of = {word: name for name, words in CLOSED.items() for word in words.split() if listed[word] == 1}
    return cut(np.array([number.get(w, 0) for w in text]), vocab, [name_of.get(w, "") for w in vocab])


words = Dataset(
    title="Nietzsche in English, as numbers",
    sample=generate,
    full=read_nietzsche,
    files=[
        File(
            name="nietzsche.txt",
            url="https://s3.amazonaws.com/text-datasets/nietzsche.txt",
            sha256="9cb94a5f1f8d1359e2e018fa67306eba4ae03942b8c44643eececded39e096df",
        )
    ],
    folder="text",
    license="public domain",
    citation="Friedrich Nietzsche, Beyond Good and Evil, and parts of Human, All Too Human, in English translations "
    "that are in the public domain, as collected for the examples of Keras",
    url="https://s3.amazonaws.com/text-datasets/nietzsche.txt",
)
