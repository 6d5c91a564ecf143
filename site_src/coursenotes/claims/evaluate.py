"""Evaluates one claim's test: on the measured results, and on each of its negative controls.

The test of a claim over results only compares: its comparisons are collected here, and decide.py draws the conclusion.
An exact claim, which reads no results, has to pass here, and to fail on each of its wrong variants.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coursenotes.claims.compare import Comparison, recording
from coursenotes.claims.controls import ClaimInputs, Control, NoEffect, Variant
from coursenotes.claims.verdicts import EXACT
from coursenotes.result import Results, Row
from coursenotes.workers.entropy import seed_generators, system_bytes

REFUTES = (AssertionError, pytest.fail.Exception)
OUTCOMES = (pytest.fail.Exception, pytest.skip.Exception)  # not Exceptions, so that `except Exception` lets them pass
LONGEST = 300  # characters kept of an error's message


@dataclass
class ControlRun:
    """A claim's test on one control. comparisons: those that it made, of a claim over results.

    rejected: whether the test failed, of an exact claim. message: how it ended, in words.
    """

    kind: str
    text: str
    comparisons: list[Comparison] = field(default_factory=list)
    rejected: bool = False
    message: str = ""


@dataclass
class Evaluation:
    """All runs of one claim's test. failure: the exception that it raised on the measured results, or None."""

    comparisons: list[Comparison] = field(default_factory=list)
    controls: list[ControlRun] = field(default_factory=list)
    failure: BaseException | None = None
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ClaimTest:
    """One claim test, ready to be called. seed: of its random input. snippets: the folder of the project's code."""

    function: Callable[..., Any]
    fixtures: Mapping[str, Any]
    scale: str
    seed: int
    snippets: Path

    @property
    def exact(self) -> bool:
        return self.scale == EXACT

    def __call__(self, inputs: ClaimInputs, made: list[Comparison] | None = None) -> None:
        """Run the test once on these inputs, and add its comparisons to made, in order."""
        own = {name: _own_copies(results) for name, results in inputs.results.items()}
        seed_generators(self.seed)
        with recording([] if made is None else made, collect=not self.exact):
            self.function(**{**self.fixtures, **own, **inputs.objects})


def evaluate(call: ClaimTest, inputs: ClaimInputs, controls: Sequence[Control]) -> Evaluation:
    """Run a claim's test on the measured results, then on each control, then on the results again."""
    evaluation = Evaluation()
    try:
        call(inputs, evaluation.comparisons)
    except (Exception, *OUTCOMES) as error:
        evaluation.failure = error
        return evaluation
    evaluation.problems += [problem for comparison in evaluation.comparisons for problem in _unused(comparison, call)]
    for control in controls:
        run = ControlRun(control.kind, control.text)
        evaluation.controls.append(run)
        (_must_fail if call.exact else _collect)(call, inputs, control, run, evaluation.problems)
    again: list[Comparison] = []
    try:
        call(inputs, again)
        same = _same(evaluation.comparisons, again)
        what = "" if call.exact or same else "it compares other numbers"
    except (Exception, *OUTCOMES) as error:
        what = first_line(error)
    if what:
        evaluation.problems.append(
            f"the test fails when it is run again on the same input, so its controls show nothing: {what}\n"
            "fix: keep no state from one run to the next, and draw no random numbers from a fixture"
        )
    return evaluation


def _collect(call: ClaimTest, inputs: ClaimInputs, control: Control, run: ControlRun, problems: list[str]) -> None:
    """Collect the comparisons that a claim over results makes on one control."""
    try:
        call(control.apply(inputs), run.comparisons)
    except NoEffect as error:
        run.message = str(error)
        problems.append(f"the control {control.text!r} changes nothing: {error}")
    except (Exception, *OUTCOMES) as error:
        run.message = f"{type(error).__name__}: {first_line(error)}"
        problems.append(
            f"the control {control.text!r} raised {run.message} ({_place(error)})\n"
            "fix: a control has to give the comparisons other numbers, not to break the test"
        )


def _must_fail(call: ClaimTest, inputs: ClaimInputs, control: Control, run: ControlRun, problems: list[str]) -> None:
    """Run an exact test on one control. It has to raise an AssertionError; anything else is a problem."""
    try:
        try:
            altered = control.apply(inputs)
        except AssertionError as error:  # of the control, not of the test
            raise RuntimeError(f"AssertionError: {error}") from error
        call(altered)
        run.message = "the test passes"
        problems.append(f"the claim cannot fail: it still holds with {control.text}")
    except NoEffect as error:
        run.message = str(error)
        problems.append(f"the control {control.text!r} changes nothing: {error}")
    except pytest.xfail.Exception as error:  # a kind of failure to pytest
        run.message = f"expected to fail: {first_line(error)}"
        problems.append(f"the control {control.text!r} called pytest.xfail()\nfix: let the assertion fail")
    except REFUTES as error:
        inside = _raised_in(error, call.snippets)
        run.message = first_line(error)
        run.rejected = inside is None and not _raised_by(error, control)
        if inside:
            problems.append(
                f"the control {control.text!r} failed inside the snippet, not in the test ({inside}): {run.message}"
            )
        elif not run.rejected:
            problems.append(
                f"the control {control.text!r} failed inside the wrong variant itself, not in the test: {run.message}"
            )
    except (Exception, *OUTCOMES) as error:
        run.message = f"{type(error).__name__}: {first_line(error)}"
        problems.append(
            f"the control {control.text!r} raised {run.message} ({_place(error)})\n"
            "fix: a control has to fail an assertion of the test, not to break it"
        )


def _unused(comparison: Comparison, call: ClaimTest) -> list[str]:
    """The problems of a comparison that was never asserted, is of single numbers, or in an exact test is false."""
    if comparison.lone and comparison.kind != "close" and not call.exact:
        return [
            f"line {comparison.line}: two single numbers, for which there is no null test: {comparison.claimed}\n"
            "fix: compare seed by seed, metric() with metric(); a bound is a number that is written out"
        ]
    if not comparison.asserted:
        return [f"line {comparison.line}: nothing asserts this comparison: {comparison.claimed}\nfix: assert it"]
    if call.exact and not comparison:
        return [
            f"line {comparison.line}: the test passes although this does not hold: {comparison!r}\n"
            "fix: assert what holds: below or above the other way round, or close() for no difference"
        ]
    return []


def _same(first: Sequence[Comparison], second: Sequence[Comparison]) -> bool:
    return len(first) == len(second) and all(
        one.line == other.line and np.array_equal(one.differences, other.differences)
        for one, other in zip(first, second, strict=True)
    )


def _own_copies(results: Results) -> Results:
    """A copy of the results, so that a test that writes into them does not affect its next run."""

    def copied(row: Row) -> Row:
        result = row.result
        arrays = {name: array.copy() for name, array in result.arrays.items()}
        texts = {name: list(values) for name, values in result.texts.items()}
        curves = {name: list(values) for name, values in result.curves.items()}
        return replace(row, result=replace(result, arrays=arrays, texts=texts, curves=curves))

    return results.replace(copied)


def _raised_by(error: BaseException, control: Control) -> bool:
    """Whether an error came through the code of one of a control's variants."""
    variants = control.objects.values() if isinstance(control, Variant) else ()
    members = [m for v in variants for m in (v, *(vars(v).values() if isinstance(v, type) else ()))]
    codes = {getattr(inspect.unwrap(m) if callable(m) else m, "__code__", None) for m in members}
    return any(frame.f_code in codes for frame, _ in traceback.walk_tb(error.__traceback__))


def fresh_seed() -> int:
    """A new seed at every call, for claims on random input; also in a worker, whose own randomness is seeded."""
    return int.from_bytes(system_bytes(4), "big")


def first_line(error: BaseException) -> str:
    """An error's message, shortened to one line."""
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
