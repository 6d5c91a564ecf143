"""Checks one claim: its test has to pass on what was measured, and to fail on everything that would refute it."""

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

from coursenotes.claims.arms import CannotAlter, Falsifier, Inputs, Variant
from coursenotes.claims.compare import Comparison, recording
from coursenotes.claims.nulls import null_arms
from coursenotes.claims.verdicts import EXACT, finite
from coursenotes.result import Results, Row

REFUTES = (AssertionError, pytest.fail.Exception)
OUTCOMES = (pytest.fail.Exception, pytest.skip.Exception)  # not Exceptions, so that `except Exception` lets them pass
LONGEST = 300  # characters kept of what an arm said


@dataclass
class Judgement:
    """What the check of one claim found. failure: what the test raised on what was measured, if it did."""

    comparisons: list[Comparison] = field(default_factory=list)
    arms: list[dict[str, Any]] = field(default_factory=list)
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

    def __call__(self, inputs: Inputs, made: list[Comparison] | None = None) -> None:
        """Run the test once on these inputs. The comparisons that it makes are added to made, in order."""
        own = {name: _own_copies(results) for name, results in inputs.results.items()}
        _seed(self.seed)
        with recording([] if made is None else made, fewer_seeds=self.scale == "full"):
            self.function(**{**self.fixtures, **own, **inputs.objects})


def judge(call: Call, inputs: Inputs, falsifiers: Sequence[Falsifier]) -> Judgement:
    """Run a claim's test on what was measured, then on each falsifier, then look at the null arms."""
    found = Judgement()
    try:
        call(inputs, found.comparisons)
    except (Exception, *OUTCOMES) as error:
        found.failure = error
        return found
    found.problems += [problem for comparison in found.comparisons for problem in _unused(comparison, call.scale)]
    for falsifier in falsifiers:
        found.arms.append(_try(call, inputs, falsifier, found.problems))
    try:
        call(inputs)
    except (Exception, *OUTCOMES) as error:
        found.problems.append(
            f"the test fails when it is run again on the same input, so its arms show nothing: {first_line(error)}\n"
            "fix: keep nothing from one run of it to the next, and draw no random numbers from a fixture"
        )
    for comparison in found.comparisons:
        for arm in null_arms(comparison, call.scale):
            found.arms.append(arm)
            if not arm["failed_as_it_must"]:
                found.problems.append(
                    f"the claim rests on noise (line {comparison.line}): {arm['text']}: {arm['message']}\n"
                    "fix: ask for a wider margin or more pairs, or run more seeds"
                )
    return found


def described(comparison: Comparison) -> dict[str, Any]:
    """A comparison as a verdict keeps it."""
    distances = comparison.distances
    chance = None if comparison.kind == "close" or comparison.single else str(comparison.chance)
    return finite(
        {
            "text": repr(comparison),
            "claimed": comparison.claimed,
            "effect": comparison.effect,
            "spread": comparison.spread,
            "held": f"{comparison.held}/{comparison.pairs}",
            "needs": f"{comparison.needs}/{comparison.pairs}",
            "smallest": float(distances.max() if comparison.kind == "close" else distances.min()),
            "chance": chance,
            "line": comparison.line,
        }
    )


def _try(call: Call, inputs: Inputs, falsifier: Falsifier, problems: list[str]) -> dict[str, Any]:
    """Run the test on one falsifier. It has to raise an AssertionError; anything else is a problem."""
    failed, message = False, ""
    try:
        try:
            altered = falsifier.apply(inputs)
        except AssertionError as error:  # of the falsifier, not of the test
            raise RuntimeError(f"AssertionError: {error}") from error
        call(altered)
        message = "the test passes"
        problems.append(f"claim cannot fail: it still holds with {falsifier.text}")
    except CannotAlter as error:
        message = str(error)
        problems.append(f"the arm {falsifier.text!r} alters nothing: {error}")
    except pytest.xfail.Exception as error:  # a kind of failure to pytest
        message = f"expected to fail: {first_line(error)}"
        problems.append(f"the arm {falsifier.text!r} called pytest.xfail()\nfix: let the assertion fail")
    except REFUTES as error:
        inside = _raised_in(error, call.snippets)
        message = first_line(error)
        failed = inside is None
        if failed and _raised_by(error, falsifier):
            failed = False
            problems.append(
                f"the arm {falsifier.text!r} failed inside the wrong variant itself, not in the test: {message}"
            )
        if inside:
            problems.append(
                f"the arm {falsifier.text!r} failed inside the snippet, not in the test ({inside}): {message}"
            )
    except (Exception, *OUTCOMES) as error:
        message = f"{type(error).__name__}: {first_line(error)}"
        problems.append(
            f"the arm {falsifier.text!r} raised {message} ({_place(error)})\n"
            "fix: what refutes a claim has to fail an assertion of its test, not to break it"
        )
    return {"kind": falsifier.kind, "text": falsifier.text, "failed_as_it_must": failed, "message": message}


def _unused(comparison: Comparison, scale: str) -> list[str]:
    """A comparison in a test that passed has to have been asked, and to have been true; over seeds, if there are."""
    if comparison.lone and comparison.kind != "close" and scale != EXACT:
        return [
            f"line {comparison.line}: two single numbers, which no null arm can try: {comparison.claimed}\n"
            "fix: compare seed by seed, metric() with metric(); a bound is a number that is written out"
        ]
    if not comparison.asked:
        return [f"line {comparison.line}: nothing asks whether this holds: {comparison.claimed}\nfix: assert it"]
    if not comparison:
        return [
            f"line {comparison.line}: the test passes although this does not hold: {comparison!r}\n"
            "fix: assert what does hold: below or above the other way round, or close() for no difference"
        ]
    return []


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
