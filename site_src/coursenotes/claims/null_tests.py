"""Null tests: what every comparison between two series must not be accepted on, added without being asked for.

The seeds of one setting are split into two halves, and the comparison is made between the halves: there is no
difference, whatever the setting is. It must not be accepted. For "close" and for comparisons with a single number
there is no such test. What it does not prove: that the effect is due to what the sentence says. For that a claim
names its own controls.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from coursenotes.claims.compare import Comparison
from coursenotes.claims.statistics import Spread


def null_tests(comparison: Comparison) -> list[dict[str, Any]]:
    """The null tests of one comparison: {kind, text, failed_as_it_must, message} each."""
    half = comparison.pairs // 2
    if comparison.kind == "close" or comparison.single or half < 2:
        return []
    found = []
    for name, values in zip(comparison.names, (comparison.a, comparison.b), strict=True):
        differences = values[:half] - values[half : 2 * half]
        seen = Spread(half, float(differences.mean()), float(np.std(differences, ddof=1)))
        accepted = comparison.statement.accepted(seen, min(map(comparison.statement.distance, differences.tolist())))
        found.append(
            {
                "kind": "null",
                "text": f"{comparison.claimed}: both sides from {name}, half of its seeds against the other half",
                "failed_as_it_must": not accepted,
                "message": f"room {comparison.statement.room(seen):.2g} deviations"
                if seen.sd
                else "all its seeds give the same",
            }
        )
    return found
