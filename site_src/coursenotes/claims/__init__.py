"""The functions that a claim test imports: comparisons over seeds, negative controls, and the scales of a claim."""

from coursenotes.claims.compare import Comparison, above, below, close
from coursenotes.claims.controls import shuffled, swap
from coursenotes.claims.decorators import at, falsified_by, refuted

__all__ = ["Comparison", "above", "at", "below", "close", "falsified_by", "refuted", "shuffled", "swap"]
