"""Runs one claim's test: on what was measured, and on everything that would refute it.

A claim over results only compares: all of its comparisons are collected, and judged together by those who ask
(acceptance.py over a replication, verdicts.py over a build's own seeds). An exact claim, which reads no results, has to
pass here, and to fail on each of its wrong variants.
"""

from __future__ import annotations

import inspect
import os
import random
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coursenotes.claims.compare import Comparison, recording
from coursenotes.claims.controls import CannotAlter, Falsifier, Inputs, Variant
from coursenotes.claims.verdicts import EXACT
from coursenotes.result import Results, Row

REFUTES = (AssertionError, pytest.fail.Exception)
OUTCOMES = (pytest.fail.Exception, pytest.skip.Exception)  # not Exceptions, so that `except Exception` lets them pass
LONGEST = 300  # characters kept of what an arm said


@dataclass
class Tried:
    """A claim's test on one falsifier. comparisons: what it compared there, of a claim over results.

    failed: whether the test failed, of an exact claim. message: what it said.
    """

    kind: str
    text: str
    comparisons: list[Comparison] = field(default_factory=list)
    failed: bool = False
    message: str = ""


@dataclass
class Judgement:
    """What the runs of one claim's test found. failure: what it raised on what was measured, if it did."""

    comparisons: list[Comparison] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    failure: BaseException | None = None
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """One claim test, ready to be called: its fixtures, its seed for random input, and where its project's code is."""

    function: Callable[..., Any]
    fixtures: Mapping[str, Any]
    scale: str
    seed: int
    snippets: Path

    @property
    def exact(self) -> bool:
        return self.scale == EXACT

    def __call__(self, inputs: Inputs, made: list[Comparison] | None = None) -> None:
        """Run the test once on these inputs. The comparisons that it makes are added to made, in order."""
        own = {name: _own_copies(results) for name, results in inputs.results.items()}
        _seed(self.seed)
        with recording([] if made is None else made, collect=not self.exact):
            self.function(**{**self.fixtures, **own, **inputs.objects})


def judge(call: Call, inputs: Inputs, falsifiers: Sequence[Falsifier]) -> Judgement:
    """Run a claim's test on what was measured, then on each falsifier, then once more."""
    found = Judgement()
    try:
        call(inputs, found.comparisons)
    except (Exception, *OUTCOMES) as error:
        found.failure = error
        return found
    found.problems += [problem for comparison in found.comparisons for problem in _unused(comparison, call)]
    for falsifier in falsifiers:
        tried = Tried(falsifier.kind, falsifier.text)
        found.tried.append(tried)
        (_must_fail if call.exact else _collect)(call, inputs, falsifier, tried, found.problems)
    again: list[Comparison] = []
    try:
        call(inputs, again)
        same = _same(found.comparisons, again)
        what = "" if call.exact or same else "it compares other numbers"
    except (Exception, *OUTCOMES) as error:
        what = first_line(error)
    if what:
        found.problems.append(
            f"the test fails when it is run again on the same input, so its arms show nothing: {what}\n"
            "fix: keep nothing from one run of it to the next, and draw no random numbers from a fixture"
        )
    return found


def _collect(call: Call, inputs: Inputs, falsifier: Falsifier, tried: Tried, problems: list[str]) -> None:
    """What a claim over results compares on one falsifier."""
    try:
        call(falsifier.apply(inputs), tried.comparisons)
    except CannotAlter as error:
        tried.message = str(error)
        problems.append(f"the arm {falsifier.text!r} alters nothing: {error}")
    except (Exception, *OUTCOMES) as error:
        tried.message = f"{type(error).__name__}: {first_line(error)}"
        problems.append(
            f"the arm {falsifier.text!r} raised {tried.message} ({_place(error)})\n"
            "fix: what refutes a claim has to give other numbers to its comparisons, not to break its test"
        )


def _must_fail(call: Call, inputs: Inputs, falsifier: Falsifier, tried: Tried, problems: list[str]) -> None:
    """Run an exact test on one falsifier. It has to raise an AssertionError; anything else is a problem."""
    try:
        try:
            altered = falsifier.apply(inputs)
        except AssertionError as error:  # of the falsifier, not of the test
            raise RuntimeError(f"AssertionError: {error}") from error
        call(altered)
        tried.message = "the test passes"
        problems.append(f"claim cannot fail: it still holds with {falsifier.text}")
    except CannotAlter as error:
        tried.message = str(error)
        problems.append(f"the arm {falsifier.text!r} alters nothing: {error}")
    except pytest.xfail.Exception as error:  # a kind of failure to pytest
        tried.message = f"expected to fail: {first_line(error)}"
        problems.append(f"the arm {falsifier.text!r} called pytest.xfail()\nfix: let the assertion fail")
    except REFUTES as error:
        inside = _raised_in(error, call.snippets)
        tried.message = first_line(error)
        tried.failed = inside is None and not _raised_by(error, falsifier)
        if inside:
            problems.append(
                f"the arm {falsifier.text!r} failed inside the snippet, not in the test ({inside}): {tried.message}"
            )
        elif not tried.failed:
            problems.append(
                f"the arm {falsifier.text!r} failed inside the wrong variant itself, not in the test: {tried.message}"
            )
    except (Exception, *OUTCOMES) as error:
        tried.message = f"{type(error).__name__}: {first_line(error)}"
        problems.append(
            f"the arm {falsifier.text!r} raised {tried.message} ({_place(error)})\n"
            "fix: what refutes a claim has to fail an assertion of its test, not to break it"
        )


def _unused(comparison: Comparison, call: Call) -> list[str]:
    """A comparison has to have been asked, and in an exact test to have been true; it is over seeds, if there are."""
    if comparison.lone and comparison.kind != "close" and not call.exact:
        return [
            f"line {comparison.line}: two single numbers, which no null test can try: {comparison.claimed}\n"
            "fix: compare seed by seed, metric() with metric(); a bound is a number that is written out"
        ]
    if not comparison.asked:
        return [f"line {comparison.line}: nothing asks whether this holds: {comparison.claimed}\nfix: assert it"]
    if call.exact and not comparison:
        return [
            f"line {comparison.line}: the test passes although this does not hold: {comparison!r}\n"
            "fix: assert what does hold: below or above the other way round, or close() for no difference"
        ]
    return []


def _same(first: Sequence[Comparison], second: Sequence[Comparison]) -> bool:
    return len(first) == len(second) and all(
        one.line == other.line and np.array_equal(one.differences, other.differences)
        for one, other in zip(first, second, strict=True)
    )


def _own_copies(results: Results) -> Results:
    """The results with values of their own: what a test writes into them does not reach the next run of it."""

    def copied(row: Row) -> Row:
        given = row.result
        arrays = {name: array.copy() for name, array in given.arrays.items()}
        labels = {name: list(values) for name, values in given.labels.items()}
        curves = {name: list(values) for name, values in given.curves.items()}
        return replace(row, result=replace(given, arrays=arrays, labels=labels, curves=curves))

    return results.replace(copied)


def _raised_by(error: BaseException, falsifier: Falsifier) -> bool:
    """Whether an error came through the code of one of a falsifier's variants."""
    variants = falsifier.objects.values() if isinstance(falsifier, Variant) else ()
    members = [m for v in variants for m in (v, *(vars(v).values() if isinstance(v, type) else ()))]
    codes = {getattr(inspect.unwrap(m) if callable(m) else m, "__code__", None) for m in members}
    return any(frame.f_code in codes for frame, _ in traceback.walk_tb(error.__traceback__))


def fresh_seed() -> int:
    """A seed that no run had before, for claims on random input."""
    return int.from_bytes(os.urandom(4), "big")


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def first_line(error: BaseException) -> str:
    """What an error says, shortened to one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "no place"


def _raised_in(error: BaseException, folder: Path) -> str | None:
    """file:line of the folder's code that the error came through, or None."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(folder):
            return f"{Path(frame.filename).name}:{frame.lineno}"
    return None
