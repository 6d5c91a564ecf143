"""Claims of docs/concepts/character_model.md about counts of letters."""

from collections import Counter

import numpy as np
import torch

from coursenotes.claims import falsified_by
from snippets.datasets.letters import generate
from snippets.letter_counts import LONGEST
from snippets.letter_counts import counted_losses as right_losses


def without_fewer(train, test, n_letters, weight=2.0):
    """Falls back to equal chances, not to the counts of one letter less."""
    losses = []
    for back in range(LONGEST + 1):
        seen = Counter(tuple(train[i : i + back + 1]) for i in range(len(train) - back))
        before = Counter(tuple(train[i : i + back]) for i in range(len(train) - back))
        asked = [tuple(test[i - back : i + 1]) for i in range(LONGEST, len(test))]
        chances = [(seen[a] + weight / n_letters) / (before[a[:-1]] + weight) for a in asked]
        losses.append(-np.log(chances).mean())
    return np.array(losses)


def of_the_test_text(train, test, n_letters, weight=2.0):
    """Counts the text that is to be guessed."""
    return right_losses(test, test, n_letters, weight)


@falsified_by(counted_losses=without_fewer)
@falsified_by(counted_losses=of_the_test_text)
def test_counts_follow_the_formula(counted_losses):
    """The losses are those of the formula, worked out letter by letter with dictionaries, on random text."""
    train, test = np.random.randint(3, size=400), np.random.randint(3, size=60)
    chance = np.full(len(test) - LONGEST, 1 / 3)
    losses = counted_losses(train, test, 3)
    for back in range(LONGEST + 1):
        seen = Counter(tuple(train[i : i + back + 1]) for i in range(len(train) - back))
        for place in range(len(chance)):
            asked = tuple(test[place + LONGEST - back : place + LONGEST + 1])
            before = sum(seen[(*asked[:-1], letter)] for letter in range(3))
            chance[place] = (seen[asked] + 2 * chance[place]) / (before + 2)
        np.testing.assert_allclose(losses[back], -np.log(chance).mean())


def three_letters_more(train, test, n_letters):
    """The look-back counted wrongly."""
    return np.roll(right_losses(train, test, n_letters), -4)


def every_letter_twice(train, test, n_letters):
    """A text in which every second letter can be copied."""
    return right_losses(np.repeat(train, 2), np.repeat(test, 2), n_letters)


@falsified_by(counted_losses=three_letters_more)
@falsified_by(counted_losses=every_letter_twice)
def test_few_letters_are_not_enough(counted_losses):
    """On new generated text, counts that look back 0, 1, 2 or 3 letters stay at least 0.15 nats above the entropy."""
    text = generate(seed=int(torch.randint(10**6, (1,))))
    losses = counted_losses(text.train, text.test, len(text.vocab))
    assert losses[:4].min() > text.entropy + 0.15
