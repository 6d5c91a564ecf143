"""Comparisons over paired seeds: below, above, close. They are evaluated elsewhere, all of a claim's at once."""

from __future__ import annotations

import ast
import linecache
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import Any

import numpy as np

from coursenotes.claims.statistics import Assertion, Spread

ROUNDING = 1e-12  # of what is compared: differences between seeds that are smaller are the computer's

_recorded: ContextVar[list[Comparison] | None] = ContextVar("coursenotes_comparisons", default=None)
_collecting: ContextVar[bool] = ContextVar("coursenotes_collecting", default=False)


@dataclass(eq=False)
class Comparison:
    """One call of below, above or close, with the differences seed by seed.

    a and b: (pairs,), float64. statement: the kind, the margin, and whether it is about every run. names: the source
    of a and b. single: one side is one number, not one per seed. lone: both are, and both were computed.
    asserted: whether its truth value was read.
    """

    statement: Assertion
    a: np.ndarray
    b: np.ndarray
    names: tuple[str, str]
    path: str
    line: int
    single: bool
    lone: bool = False
    collected: bool = False
    asserted: bool = False

    @property
    def kind(self) -> str:
        return self.statement.kind

    @property
    def differences(self) -> np.ndarray:
        """a - b, one per pair. -> (pairs,)"""
        return self.a - self.b

    @property
    def pairs(self) -> int:
        return len(self.a)

    @property
    def seen(self) -> Spread:
        """The mean of the differences and their standard deviation: 0 for one pair, and for mere rounding."""
        differences = self.differences
        rounding = ROUNDING * max(np.abs(self.a).max(), np.abs(self.b).max())
        sd = float(differences.std(ddof=1)) if self.pairs > 1 and np.ptp(differences) > rounding else 0.0
        return Spread(self.pairs, float(differences.mean()), sd)

    @property
    def worst(self) -> float:
        """The smallest distance of a pair on the claimed side of the margin; below 0 where a pair does not hold."""
        return min(self.statement.distance(float(d)) for d in self.differences)

    @property
    def holds(self) -> bool:
        """Whether the mean difference, or with every=True each difference, is on the claimed side of the margin."""
        return self.worst >= 0 if self.statement.every else self.statement.distance(self.seen.mean) >= 0

    def __bool__(self) -> bool:
        self.asserted = True
        return self.collected or self.holds

    def __repr__(self) -> str:
        return f"{self.claimed}: {differing(self.seen)}"

    @property
    def claimed(self) -> str:
        """The claimed relation, in words."""
        a, b = self.names
        every = ", in every run" if self.statement.every else ""
        if self.kind == "close":
            return f"{a} within {short(self.statement.margin)} of {b}{every}"
        return f"{a} {self.kind} {b}" + (f" by {short(self.statement.margin)}" if self.statement.margin else "") + every

    def per_pair(self) -> str:
        """The differences, pair by pair, those on the wrong side of the margin marked."""
        marked = (f"{short(d)}{'' if self.statement.distance(float(d)) >= 0 else '!'}" for d in self.differences)
        more = f", ... ({self.pairs - 12} more)" if self.pairs > 12 else ""
        return ", ".join(islice(marked, 12)) + more


def below(a: Any, b: Any, margin: float = 0.0, *, every: bool = False) -> Comparison:
    """Whether a lies below b by margin, on average over seeds.

    a, b: one value per seed, (seeds,), paired in this order; either may be a single number. margin: the smallest
    difference worth stating, in the units of a. Between two series it is above 0; against a single number it may be
    left out, where that number is the bound. every: in each run, not on average. Raises ValueError on arguments
    that cannot be compared.
    """
    return _compare("below", a, b, margin, every)


def above(a: Any, b: Any, margin: float = 0.0, *, every: bool = False) -> Comparison:
    """Whether a lies above b by margin, on average over seeds. As below, mirrored."""
    return _compare("above", a, b, margin, every)


def close(a: Any, b: Any, within: float, *, every: bool = False) -> Comparison:
    """Whether a and b lie at most `within` apart, on average over seeds. Arguments as of below."""
    return _compare("close", a, b, within, every)


@contextmanager
def recording(made: list[Comparison], *, collect: bool = False) -> Iterator[None]:
    """Add the comparisons made inside to a list. collect: treat each as true, so that the test makes all of them."""
    tokens = _recorded.set(made), _collecting.set(collect)
    try:
        yield
    finally:
        _recorded.reset(tokens[0])
        _collecting.reset(tokens[1])


def differing(seen: Spread) -> str:
    """difference -0.23 ± 0.05 over 20 seeds"""
    spread = f" ± {short(seen.sd)}" if seen.n > 1 else ""
    return f"difference {short(seen.mean)}{spread} over {seen.n} seed{'s' * (seen.n != 1)}"


def short(value: float) -> str:
    """Three significant digits."""
    return f"{value:.3g}"


def _compare(kind: str, a: Any, b: Any, margin: float, every: bool) -> Comparison:
    frame = sys._getframe(2)
    left, right = _values(a, kind), _values(b, kind)
    single = left.ndim == 0 or right.ndim == 0
    word = "within" if kind == "close" else "margin"
    if not math.isfinite(margin) or margin < 0 or (kind == "close" and margin == 0):
        raise ValueError(f"{kind}(): {word}={margin}; it has to be a number above 0, in the units of the values")
    if not margin and not single:
        raise ValueError(
            f"{kind}(): two series need a margin: the smallest difference worth stating, such as margin=0.02"
        )
    lone = left.ndim == right.ndim == 0 and not {type(a), type(b)} & {int, float}
    if not single and len(left) != len(right):
        raise ValueError(
            f"{kind}(): {len(left)} values against {len(right)}; both sides need as many, or one is a single number"
        )
    left, right = np.broadcast_arrays(np.atleast_1d(left), np.atleast_1d(right))
    if not len(left):
        raise ValueError(f"{kind}(): nothing to compare, both sides are empty")
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        raise ValueError(f"{kind}(): a value is not finite; a claim cannot be about a run that diverges")
    comparison = Comparison(
        Assertion(kind, float(margin), bool(every)), left, right, _sources(frame), frame.f_code.co_filename,
        frame.f_lineno, single, lone, _collecting.get(),
    )  # fmt: skip
    recorded = _recorded.get()
    if recorded is not None:
        recorded.append(comparison)
    return comparison


def _values(value: Any, kind: str) -> np.ndarray:
    """One number or one per seed, as a copy in float64, which the test cannot change later. -> () or (n,)"""
    value = value.detach().cpu().numpy() if hasattr(value, "detach") else value
    array = np.array(value, dtype=float)
    if array.ndim > 1:
        raise ValueError(f"{kind}(): an array of shape {array.shape}; it takes one value per seed, or a single number")
    return array


def _sources(frame: FrameType) -> tuple[str, str]:
    """The source of both sides in the test: ("with_dropout", "without")."""
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
        return "a", "b"  # no source available, or a call inside something that rewrites code
