"""Guessing the next letter from counts of what followed the last few: the baseline of the note on character models."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

LONGEST = 9  # letters that the counts look back at most


def occurrences(numbers, sought, n: int):  # (a, n), (b, n) numbers below n_letters -> (b,)
    """How often each of the sought stretches of letters is among the given ones."""
    known, counts = np.unique(numbers @ n ** np.arange(numbers.shape[1]), return_counts=True)
    wanted = sought @ n ** np.arange(numbers.shape[1])
    place = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return np.where(known[place] == wanted, counts[place], 0)


def counted_losses(train, test, n_letters: int, weight: float = 2.0):  # (a,), (b,) -> (LONGEST + 1,)
    """Loss on the test letters, in nats per letter, of counts that look back 0, 1, 2, ... letters.

    P(letter after these) = (times it came after them + weight * P(letter after one less)) / (times of these + weight)
    """
    chance, losses = np.full(len(test) - LONGEST, 1 / n_letters), []
    for back in range(LONGEST + 1):
        seen = sliding_window_view(train, back + 1)  # (stretches, back + 1): the letters before, then the letter
        asked = sliding_window_view(test[LONGEST - back :], back + 1)
        whole = occurrences(seen, asked, n_letters)
        before = occurrences(seen[:, :-1], asked[:, :-1], n_letters)
        chance = (whole + weight * chance) / (before + weight)
        losses.append(-np.log(chance).mean())
    return np.array(losses)
