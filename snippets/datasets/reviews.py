"""Reviews that praise or blame: generated from words whose synonyms are known; and a sample of IMDB's.

sample: 2,400 short reviews. A word means something good, something bad or neither, and four words mean the same. Of the
        words of opinion in a review, seven in ten agree with its label.
full:   fastai's sample of 1,000 reviews from IMDB's, half of them positive.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File

MEANINGS, SYNONYMS = 90, 4  # the first third of the meanings is good, the second bad, the rest neither
LENGTH = 30  # words of a generated review


@dataclass(frozen=True)
class Reviews:
    """Texts in numbers, their labels, and where it is known, which words mean the same."""

    vocab: list[str]  # a word for each number
    texts: list[np.ndarray]  # (words,) int64 each
    labels: np.ndarray  # (texts,) float32: 1 for praise
    synonyms: np.ndarray | None = None  # (n_words, SYNONYMS): the words that mean the same, itself among them


def generate(n: int = 2400, seed: int = 8) -> Reviews:
    """Reviews of 30 words, a quarter of which are opinions."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n)
    opinion = rng.random((n, LENGTH)) < 0.25
    agrees = rng.random((n, LENGTH)) < 0.7
    good = agrees == (labels[:, None] == 1)
    third = MEANINGS // 3
    kind = np.where(opinion, np.where(good, 0, 1), 2)
    meaning = kind * third + rng.integers(third, size=(n, LENGTH))
    words = meaning * SYNONYMS + rng.integers(SYNONYMS, size=(n, LENGTH))
    vocab = [f"{name}{i}{letter}" for name in ("good", "bad", "word") for i in range(third) for letter in "abcd"]
    same = np.arange(MEANINGS * SYNONYMS).reshape(MEANINGS, SYNONYMS).repeat(SYNONYMS, axis=0)
    return Reviews(vocab, list(words), labels.astype(np.float32), same)


def read_sample(folder: Path) -> Reviews:
    """The reviews in lower case, without tags and marks; words that occur less than three times are left out."""
    import pandas as pd

    table = pd.read_csv(folder / "texts.csv")
    texts = [re.findall("[a-z']+", text.lower().replace("<br />", " ")) for text in table["text"]]
    counts = Counter(word for text in texts for word in text)
    vocab = sorted(word for word, count in counts.items() if count >= 3)
    number = {word: i for i, word in enumerate(vocab)}
    numbers = [np.array([number[word] for word in text if word in number]) for text in texts]
    return Reviews(vocab, numbers, (table["label"] == "positive").to_numpy(np.float32))


opinions = Dataset(title="Generated reviews", sample=generate)

reviews = Dataset(
    title="A sample of IMDB's reviews",
    full=read_sample,
    files=[
        File(
            name="texts.csv",
            sha256="91240460ea1226e2ebe64689addc2a3d7a0fd233ee42a589aec222ea973ac242",
        )
    ],
    folder="imdb_sample",
    license="for research; see the page of the dataset",
    citation="Andrew L. Maas et al., Learning Word Vectors for Sentiment Analysis, 2011; a sample by fastai",
    url="https://ai.stanford.edu/~amaas/data/sentiment/",
)
