"""Text in which one name keeps coming back: how far one has to remember, and what forgetting costs, is known exactly.

Four letters of no meaning, and now and then a name, a capital. A name is nearly always the last one again. Nothing but
the last name says anything about what comes, and it may be any number of letters back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursenotes import Dataset

PLAIN, NAMES = "abcd", "KLMNPRST"
NAMED = 0.2  # the chance that a character is a name
AGAIN = 0.95  # the chance that a name is the last one again


def plogp(*chances: float) -> float:
    """The entropy of one draw with these chances, in nats."""
    return float(-np.sum(np.array(chances) * np.log(chances)))


OTHERS = len(NAMES) - 1
NEXT_NAME = plogp(AGAIN, *[(1 - AGAIN) / OTHERS] * OTHERS)  # of a name, if the last one is known
ENTROPY = plogp(NAMED, 1 - NAMED) + (1 - NAMED) * np.log(len(PLAIN)) + NAMED * NEXT_NAME


def entropy_if_forgotten(every: int) -> float:
    """The lowest possible loss, in nats per character, of a reader who forgets all before every `every` predictions.

    The first name of each stretch then costs the logarithm of the number of names. The last character before each
    stretch is still seen, since it is what the first prediction is made from.
    """
    some = 1 - (1 - NAMED) ** every  # a name among those to be predicted
    seen = NAMED  # the character before the first prediction was a name
    return ENTROPY + (1 - seen) * some * (np.log(len(NAMES)) - NEXT_NAME) / every


@dataclass(frozen=True)
class Story:
    """A text in numbers, and the lowest loss that is possible on such a text."""

    vocab: list[str]  # a character for each number
    train: np.ndarray  # (characters,) int64
    test: np.ndarray  # (characters,) int64


def generate(n_train: int = 24_000, n_test: int = 24_000, seed: int = 6) -> Story:
    """Letters and names, drawn one after the other."""
    rng = np.random.default_rng(seed)
    n = n_train + n_test
    new = rng.random(n) > AGAIN
    named, steps = rng.random(n) < NAMED, np.where(new, rng.integers(1, len(NAMES), size=n), 0)
    name = np.cumsum(np.where(named, steps, 0)) % len(NAMES)
    text = np.where(named, len(PLAIN) + name, rng.integers(len(PLAIN), size=n))
    return Story([*PLAIN, *NAMES], text[:n_train], text[n_train:])


stories = Dataset(title="Stories of one name", sample=generate)
