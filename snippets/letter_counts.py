"""Guessing the next letter from counts of what followed the last few: the baseline of the note on character models."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from coursenotes import figure, plots

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


TOY = "stone store stone story stone store stone sto"


@figure()
def next_letter():
    """What followed the last 1, 3 and 6 letters of a small text: n or r, n or r, and only r."""
    ax, width = plots.canvas(wide=150, narrow=176)
    plots.label(ax, width / 2, 10, f"{TOY}?" if plots.pick(True, False) else f"… {TOY[-22:]}?", weight="bold")
    box, left, start = plots.pick(17, 13), plots.pick(120, 6), plots.pick(250, 100)
    for row, back in enumerate((1, 3, 6)):
        y, seen = 34 + row * plots.pick(38, 48), TOY[-back:]
        after = [TOY[i + back] for i in range(len(TOY) - back) if TOY[i : i + back] == seen]
        below = plots.pick(0, 15)
        at = (6, y + box / 2) if plots.pick(True, False) else (6, y)
        plots.label(ax, *at, f"looks back {back} letter{'s' * (back > 1)}", ha="left", color=plots.MUTED)
        for place, letter in enumerate(seen.replace(" ", "␣")):
            plots.frame(ax, left + place * box, y + below, box, box, color="C0", linewidth=0.8)
            plots.label(ax, left + (place + 0.5) * box, y + below + box / 2, letter)
        plots.arrow(ax, (left + back * box, y + below + box / 2), (start - 4, y + below + box / 2))
        for place, letter in enumerate(sorted(set(after))):
            share = after.count(letter) / len(after)
            x = start + place * plots.pick(104, 68)
            plots.label(ax, x + 5, y + below + box / 2, letter, weight="bold")
            long = share * plots.pick(60, 30)
            plots.frame(ax, x + 13, y + below + 2, long, box - 4, facecolor="C2", fill=True, alpha=0.6, linewidth=0)
            text = f"{after.count(letter)} of {len(after)}"
            plots.label(ax, x + 17 + long, y + below + box / 2, text, ha="left", color=plots.MUTED)
    return ax.figure
