"""Text as letters: generated from words whose chain, and so whose entropy, is known; and two books by Nietzsche.

sample: 16 words that share many letters. Each is followed by one of four others, which were drawn once, with chances of
        0.5, 0.25, 0.15 and 0.1. So the last word says much about the next one, and a few letters do not give it.
full:   the two books as they are, with their capitals in lower case already, 600,893 characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File

WORDS = tuple("stone store storm story stand star start chair chain charm chart shore shine share sharp shade".split())
CHANCES = np.array([0.5, 0.25, 0.15, 0.1])  # of the four words that may follow


@dataclass(frozen=True)
class Letters:
    """A text in numbers, cut into one part to train on and one to test."""

    vocab: list[str]  # a character for each number
    train: np.ndarray  # (characters,) int64
    test: np.ndarray  # (characters,) int64
    entropy: float | None  # nats per character: the loss of the best possible model; None where nobody knows it

    def encode(self, text: str) -> np.ndarray:
        """The numbers of a text's characters. -> (characters,)"""
        number = {character: i for i, character in enumerate(self.vocab)}
        return np.array([number[character] for character in text])

    def decode(self, numbers) -> str:
        """The text of these numbers."""
        return "".join(self.vocab[n] for n in numbers)


def transitions(rng: np.random.Generator) -> np.ndarray:
    """The chance of each word after each word: four words follow each, and all are as frequent. -> (words, words)"""
    table = np.zeros((len(WORDS), len(WORDS)))
    for chance in CHANCES:  # a shuffled list of all words for each chance, so that every word follows as often
        free = False
        while not free:
            following = rng.permutation(len(WORDS))
            free = not table[np.arange(len(WORDS)), following].any() and (following != np.arange(len(WORDS))).all()
        table[np.arange(len(WORDS)), following] = chance
    return table


def entropy(table: np.ndarray) -> float:
    """Of words that follow each other by this table and are equally frequent, with a space after each, in nats.

    The words can be read off the letters, so a letter's entropy is that of the next word, divided by the letters of a
    word and its space.
    """
    per_word = -np.sum(table * np.log(np.where(table > 0, table, 1))) / len(WORDS)
    return per_word / np.mean([len(word) + 1 for word in WORDS])


def generate(n_train: int = 30_000, n_test: int = 10_000, seed: int = 5) -> Letters:
    """Words by a chain that is drawn once, with a space after each."""
    rng = np.random.default_rng(seed)
    table = transitions(rng)
    word, text = int(rng.integers(len(WORDS))), ""
    while len(text) < n_train + n_test:
        text += WORDS[word] + " "
        word = int(rng.choice(len(WORDS), p=table[word]))
    whole = cut(text[: n_train + n_test], n_train)
    return Letters(whole.vocab, whole.train, whole.test, entropy(table))


def cut(text: str, n_train: int) -> Letters:
    """The first characters to train on, the rest to test."""
    whole = Letters(sorted(set(text)), np.empty(0, int), np.empty(0, int), None)
    numbers = whole.encode(text)
    return Letters(whole.vocab, numbers[:n_train], numbers[n_train:], None)


def read_nietzsche(folder: Path) -> Letters:
    """The books, character by character: the first nine tenths to train on, the rest to test."""
    text = (folder / "nietzsche.txt").read_text("utf-8")
    return cut(text, len(text) * 9 // 10)


letters = Dataset(
    title="Nietzsche in English, letter by letter",
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
