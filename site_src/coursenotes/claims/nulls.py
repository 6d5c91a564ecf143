"""Null arms: what every comparison between two groups of seeds has to fail on, added without being asked for.

For below(a, b) and above(a, b) between two arrays, two things are required.

1. **Rearranged seeds.** For each side, both sides are drawn from that one setting: its values are paired with one
   another, each used once on either side. No such pairing may hold. Rather than drawing permutations at random, the
   best pairing is computed, so the arm is deterministic, and it holds back every derangement at once. What it proves:
   the spread between the seeds of one setting, arranged as favourably as can be, does not reach what is claimed. For
   holds="n/n" this follows from arithmetic (around a cycle the differences sum to zero, so not all can be above 0);
   there the arm only guards against a comparison that says nothing. For "k/n" with k below n it bites: five different
   numbers in a circle are below their neighbour four times of five, so that "4/5" without a margin is always refused.
2. **Exchanged sides.** Were there no difference, the two sides of a pair could as well be exchanged (sign test). The
   comparison may then hold one time in four at most: 1/32 for five of five, 6/32 for four of five, 1/8 for
   three of three; a single pair holds half of the time, and is refused. At full scale, where one more seed can cost
   hours, a single seed is let through, and the verdict says that luck is not ruled out.

What they do not prove: that the seeds are independent, or that the effect is due to what the sentence says. For that a
claim names its own falsifiers. Comparisons with a single number (a baseline, a bound) and close() have no null arm.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from coursenotes.claims.compare import Comparison, beats

LUCK = Fraction(1, 4)


def null_arms(comparison: Comparison, scale: str) -> list[dict[str, Any]]:
    """The null arms of one comparison: {kind, text, failed_as_it_must, message} each; none for close and for bounds."""
    if comparison.kind == "close" or comparison.single:
        return []
    needs, pairs = comparison.needs, comparison.pairs
    arms = []
    sides = zip(comparison.names, (comparison.a, comparison.b), strict=True) if pairs > 1 else ()
    for name, values in sides:
        found = best_pairing(values, comparison.bound)
        arms.append(
            _arm(
                f"{comparison.claimed}: both sides from {name}, its seeds rearranged",
                found < needs,
                f"at best {found}/{pairs} hold, where {needs}/{pairs} are asked for",
            )
        )
    chance = comparison.chance
    alone = pairs == 1 and scale == "full"
    arms.append(
        _arm(
            f"{comparison.claimed}: the two sides exchanged at random, pair by pair",
            alone or chance <= LUCK,
            f"it would hold {chance.numerator} time{'s' if chance.numerator > 1 else ''} in {chance.denominator}"
            + ("; one seed only, so luck is not ruled out" if alone else ""),
        )
    )
    return arms


def best_pairing(values: np.ndarray, margin: float) -> int:
    """How many pairs hold at most when the values are paired with one another, each once as lower and once as upper."""
    ordered = np.sort(values)  # NaN last, where nothing beats it
    low = 0
    for high in range(len(ordered)):
        if beats(ordered[low : low + 1], ordered[high : high + 1], margin)[0]:
            low += 1
    return low


def _arm(text: str, failed: bool, message: str) -> dict[str, Any]:
    return {"kind": "null", "text": text, "failed_as_it_must": failed, "message": message}
