"""Null tests: controls that are added to every comparison between two series.

The seeds of one setting are split into two halves, which are compared with each other. Whatever the setting is, there
is no difference, so the comparison must not be accepted. For "close" and for comparisons with a single number there is
no such test. A null test does not show that the effect has the cause that the sentence names: for that a claim has its
own controls.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from coursenotes.claims.compare import Comparison
from coursenotes.claims.statistics import Spread


def null_tests(comparison: Comparison) -> list[dict[str, Any]]:
    """The null tests of one comparison: {text, rejected} each."""
    half = comparison.pairs // 2
    if comparison.kind == "close" or comparison.single or half < 2:
        return []
    tests = []
    for name, values in zip(comparison.names, (comparison.a, comparison.b), strict=True):
        differences = values[:half] - values[half : 2 * half]
        seen = Spread(half, float(differences.mean()), float(np.std(differences, ddof=1)))
        accepted = comparison.statement.accepted(seen, min(map(comparison.statement.distance, differences.tolist())))
        text = f"{comparison.claimed}: both sides from {name}, half of its seeds against the other half"
        tests.append({"text": text, "rejected": not accepted})
    return tests
