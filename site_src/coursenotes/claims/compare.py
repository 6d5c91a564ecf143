"""Comparisons over paired seeds: below, above, close. Each knows its effect, its spread, and how often it holds."""

from __future__ import annotations

import ast
import linecache
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from types import FrameType
from typing import Any

import numpy as np

_recorded: ContextVar[list[Comparison] | None] = ContextVar("coursenotes_comparisons", default=None)
_seeds_may_be_fewer: ContextVar[bool] = ContextVar("coursenotes_fewer_seeds", default=False)


@dataclass(eq=False)
class Comparison:
    """The outcome of below, above or close; true where it holds in as many pairs as were asked for.

    a and b: (pairs,), float64. bound: the margin, or how wide "close" is. needs: in how many pairs it has to hold.
    names: what was written for a and b. single: one side is one number, not one a seed. lone: both are, and
    both were computed. asked: its truth was read.
    """

    kind: str
    a: np.ndarray
    b: np.ndarray
    bound: float
    needs: int
    names: tuple[str, str]
    path: str
    line: int
    single: bool
    lone: bool = False
    asked: bool = False

    @property
    def differences(self) -> np.ndarray:
        """a - b, one a pair. -> (pairs,)"""
        with np.errstate(invalid="ignore"):  # inf - inf, of runs that diverged
            return self.a - self.b

    @property
    def distances(self) -> np.ndarray:
        """By how much each pair is on the claimed side; for close, how far apart it is. -> (pairs,)"""
        return {"below": -self.differences, "above": self.differences, "close": np.abs(self.differences)}[self.kind]

    @property
    def holds_in(self) -> np.ndarray:
        """Whether each pair holds; a NaN on either side never does. -> (pairs,), bool"""
        if self.kind == "close":
            return self.distances <= self.bound
        low, high = (self.a, self.b) if self.kind == "below" else (self.b, self.a)
        return beats(low, high, self.bound)

    @property
    def held(self) -> int:
        return int(self.holds_in.sum())

    @property
    def pairs(self) -> int:
        return len(self.a)

    @property
    def effect(self) -> float:
        """The mean difference, a - b."""
        return float(self.differences.mean())

    @property
    def spread(self) -> float | None:
        """The standard deviation of the differences over the pairs; None where there is one pair."""
        return float(self.differences.std(ddof=1)) if self.pairs > 1 else None

    @property
    def chance(self) -> Fraction:
        """How often the comparison would hold were the two sides of each pair exchanged by the toss of a coin."""
        wide = int((beats(self.a, self.b, self.bound) | beats(self.b, self.a, self.bound)).sum())
        return Fraction(sum(math.comb(wide, k) for k in range(self.needs, wide + 1)), 2**wide)

    def __bool__(self) -> bool:
        self.asked = True
        return self.held >= self.needs

    def __repr__(self) -> str:
        nearest = self.distances.max() if self.kind == "close" else self.distances.min()
        word = "largest distance" if self.kind == "close" else "smallest margin"
        spread = "" if self.spread is None else f" ± {_short(self.spread)}"
        return (
            f"{self.claimed}: difference {_short(self.effect)}{spread}, "
            f"held {self.held}/{self.pairs} (needs {self.needs}/{self.pairs}), {word} {_short(nearest)}"
        )

    @property
    def claimed(self) -> str:
        """What has to hold, in words."""
        a, b = self.names
        if self.kind == "close":
            return f"{a} within {_short(self.bound)} of {b}"
        return f"{a} {self.kind} {b}" + (f" by {_short(self.bound)}" if self.bound else "")

    def per_pair(self) -> str:
        """The differences, pair by pair, those that do not hold marked."""
        marked = (f"{_short(d)}{'' if ok else '!'}" for d, ok in zip(self.differences, self.holds_in, strict=True))
        more = f", ... ({self.pairs - 12} more)" if self.pairs > 12 else ""
        return ", ".join(islice(marked, 12)) + more


def below(a: Any, b: Any, margin: float = 0.0, holds: str | None = None) -> Comparison:
    """Whether a lies below b by at least margin, seed by seed.

    a, b: one value a seed, (seeds,), paired in this order; either may be a single number. margin: 0 or more, in the
    units of a; 0 means strictly below. holds: "4/5" asks for four of five pairs, or as many of what there is, rounded
    up; left out, every pair has to hold. Raises ValueError on arguments that make no comparison.
    """
    return _compare("below", a, b, margin, holds)


def above(a: Any, b: Any, margin: float = 0.0, holds: str | None = None) -> Comparison:
    """Whether a lies above b by at least margin, seed by seed. As below, mirrored."""
    return _compare("above", a, b, margin, holds)


def close(a: Any, b: Any, within: float, holds: str | None = None) -> Comparison:
    """Whether a and b lie at most `within` apart, seed by seed. Arguments as of below."""
    return _compare("close", a, b, within, holds)


def beats(low: np.ndarray, high: np.ndarray, margin: float) -> np.ndarray:
    """Where low lies below high by the margin; by anything at all where the margin is 0. NaN never does."""
    return low <= high - margin if margin else low < high


@contextmanager
def recording(made: list[Comparison], *, fewer_seeds: bool = False) -> Iterator[None]:
    """Add the comparisons made inside to a list. fewer_seeds allows fewer pairs than `holds` counts on (full scale)."""
    tokens = _recorded.set(made), _seeds_may_be_fewer.set(fewer_seeds)
    try:
        yield
    finally:
        _recorded.reset(tokens[0])
        _seeds_may_be_fewer.reset(tokens[1])


def _compare(kind: str, a: Any, b: Any, bound: float, holds: str | None) -> Comparison:
    frame = sys._getframe(2)
    left, right = _values(a, kind), _values(b, kind)
    if not math.isfinite(bound) or bound < 0 or (kind == "close" and bound == 0):
        raise ValueError(
            f"{kind}(): {'within' if kind == 'close' else 'margin'}={bound} says nothing; it is a number above 0"
            + ("" if kind == "close" else ", or 0; for 'not much worse than', use close()")
        )
    single = left.ndim == 0 or right.ndim == 0
    lone = left.ndim == right.ndim == 0 and not {type(a), type(b)} & {int, float}
    if not single and len(left) != len(right):
        raise ValueError(
            f"{kind}(): {len(left)} values against {len(right)}; pairs need as many on both sides, or one single number"
        )
    left, right = np.broadcast_arrays(np.atleast_1d(left), np.atleast_1d(right))
    if not len(left):
        raise ValueError(f"{kind}(): nothing to compare, both sides are empty")
    found = Comparison(
        kind, left, right, float(bound), _needed(holds, len(left)), _written(frame), frame.f_code.co_filename,
        frame.f_lineno, single, lone,
    )  # fmt: skip
    recorded = _recorded.get()
    if recorded is not None:
        recorded.append(found)
    return found


def _values(value: Any, kind: str) -> np.ndarray:
    """One number or one a seed, copied as float64, so that what a test does later changes nothing. -> () or (n,)"""
    value = value.detach().cpu().numpy() if hasattr(value, "detach") else value
    array = np.array(value, dtype=float)
    if array.ndim > 1:
        raise ValueError(f"{kind}(): an array of shape {array.shape}; it takes one value a seed, or a single number")
    return array


def _needed(holds: str | None, pairs: int) -> int:
    """In how many of the pairs a comparison has to hold."""
    if holds is None:
        return pairs
    first, _, second = str(holds).partition("/")
    try:
        k, n = int(first), int(second)
    except ValueError:
        raise ValueError(f'holds={holds!r}: write how many of how many, as in holds="4/5"') from None
    if not n / 2 < k <= n:
        raise ValueError(f"holds={holds!r}: ask for more than half of the pairs, which luck gives too, and at most all")
    if pairs < n and _recorded.get() is not None and not _seeds_may_be_fewer.get():
        raise ValueError(f"holds={holds!r}, but there are {pairs} pairs; run {n} seeds, or ask for {pairs}/{pairs}")
    return math.ceil(Fraction(k, n) * pairs)


def _written(frame: FrameType) -> tuple[str, str]:
    """The two things compared, as they are written in the test: ("with_dropout", "without")."""
    try:
        where = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
        line, end, column, end_column = (int(x) for x in where if x is not None)
        lines = [text.encode() for text in linecache.getlines(frame.f_code.co_filename)[line - 1 : end]]
        lines[-1] = lines[-1][:end_column]
        lines[0] = lines[0][column:]
        call = ast.parse(b"".join(lines).decode().strip(), mode="eval").body
        assert isinstance(call, ast.Call)
        names = {k.arg: ast.unparse(k.value) for k in call.keywords}
        names |= dict(zip("ab", map(ast.unparse, call.args), strict=False))
        return names["a"][:80], names["b"][:80]
    except (AssertionError, IndexError, KeyError, StopIteration, SyntaxError, TypeError, ValueError):
        return "a", "b"  # no source at hand, or a call inside something that rewrites code


def _short(value: float) -> str:
    return f"{value:.3g}"
