"""Decides, from the evaluation of a claim's test, whether a replication accepts it and a build's seeds reproduce it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from coursenotes.claims.acceptance import Record
from coursenotes.claims.compare import Comparison
from coursenotes.claims.evaluate import ControlRun, Evaluation
from coursenotes.claims.null_tests import null_tests
from coursenotes.claims.statistics import CONTRADICTED, LEAST_REPLICATED, WITHIN, Spread
from coursenotes.claims.verdicts import SUPPORTED, finite

# ---------------------------------------------------------------- over a replication


def accept(evaluation: Evaluation, key: str, date: str, seeds: str, own: int) -> Record:
    """The record of a claim from the evaluation of its test on a replication. own: how many seeds a build has."""
    problems = list(evaluation.problems)
    if evaluation.failure is not None:
        problems.append(not_a_comparison(evaluation.failure))
    elif not evaluation.comparisons:
        problems.append("its test compares nothing: assert below(...), above(...) or close(...)")
    comparisons = [_accepted(c, own) for c in evaluation.comparisons]
    for comparison, described in zip(evaluation.comparisons, comparisons, strict=True):
        if not described["accepted"]:
            problems.append(_why_not_accepted(comparison))
        problems += [
            f"line {comparison.line}: accepted without any effect: {null['text']}"
            for null in null_tests(comparison)
            if not null["rejected"]
        ]
    controls = [_replicated(evaluation.comparisons, run, own) for run in evaluation.controls]
    accepted_too = [control for control in controls if not control["rejected"]]
    problems += [f"its control is not far from accepted: {c['text']} ({_rooms(c)})" for c in accepted_too]
    return Record(key, not problems, date, seeds, comparisons, controls, list(dict.fromkeys(problems)))


def _accepted(comparison: Comparison, own: int) -> dict[str, Any]:
    statement, seen = comparison.statement, comparison.seen
    enough = seen.n >= LEAST_REPLICATED
    no_effect = None
    if statement.kind != "close" and statement.margin:
        no_effect = statement.chance_contradicted(seen, own, 0.0, seen.sd)
    return finite(
        {
            "claimed": comparison.claimed,
            "mean": seen.mean,
            "sd": seen.sd,
            "n": seen.n,
            "room": statement.room(seen),
            "needed": statement.needed_room(seen.n) if seen.n > 1 else None,
            "accepted": enough and statement.accepted(seen, comparison.worst),
            "no_effect": no_effect,
        }
    )


def _why_not_accepted(comparison: Comparison) -> str:
    seen, where = comparison.seen, f"line {comparison.line}: {comparison.claimed}"
    if seen.n < LEAST_REPLICATED:
        return f"{where}: {seen.n} seeds, and a replication needs at least {LEAST_REPLICATED}"
    if not seen.sd > 0:
        return f"{where}: every seed gives {seen.mean:.4g}, so there is no spread to compare a margin with"
    room, needed = comparison.statement.room(seen), comparison.statement.needed_room(seen.n)
    worst = f", and one run {comparison.worst:.3g}" if comparison.statement.every and comparison.worst < 0 else ""
    return (
        f"{where}: {seen.mean:.3g} ± {seen.sd:.3g} over {seen.n} seeds is a room of {room:.2f} deviations{worst}; "
        f"it has to be {needed:.2f}"
    )


def _replicated(claimed: Sequence[Comparison], run: ControlRun, own: int) -> dict[str, Any]:
    """A control in a replication: rejected where at least one of its comparisons is far from accepted."""
    rooms, chances, rejected = [], [], False
    for real, broken in zip(claimed, run.comparisons, strict=False):
        statement, seen = real.statement, broken.seen
        rejected = rejected or statement.rejected(seen)
        rooms.append(statement.room(seen))
        chances.append(statement.chance_contradicted(real.seen, own, seen.mean, seen.sd))
    return {
        "kind": run.kind,
        "text": run.text,
        "rejected": rejected,
        "room": [round(room, 3) if math.isfinite(room) else None for room in rooms],
        "chance": [round(chance, 4) for chance in chances],
    }


def _rooms(control: dict[str, Any]) -> str:
    return "room " + ", ".join("unbounded" if room is None else f"{room:.2f}" for room in control["room"])


# ---------------------------------------------------------------- over a build's own seeds
def reproduce(evaluation: Evaluation, record: Record | None) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """(SUPPORTED, WITHIN or CONTRADICTED; the comparisons; the controls) of a claim, by its acceptance."""
    spreads = record.spreads() if record is not None and record.accepted else []
    known = dict(enumerate(spreads))
    comparisons = [described(c, known.get(i)) for i, c in enumerate(evaluation.comparisons)]
    standings = {c["standing"] for c in comparisons}
    status = CONTRADICTED if CONTRADICTED in standings else WITHIN if WITHIN in standings else SUPPORTED
    return status, comparisons, [_control(run, known) for run in evaluation.controls]


def described(comparison: Comparison, accepted: Spread | None = None) -> dict[str, Any]:
    """A comparison as it is stored in a verdict."""
    seen, statement = comparison.seen, comparison.statement
    return finite(
        {
            "claimed": comparison.claimed,
            "kind": statement.kind,
            "margin": statement.margin,
            "every": statement.every,
            "effect": seen.mean,
            "spread": seen.sd if seen.n > 1 else None,
            "pairs": seen.n,
            "standing": _standing(comparison, accepted),
            "limit": None if accepted is None else statement.limit(accepted.sd, seen.n),
            "line": comparison.line,
            "accepted": None if accepted is None else {"mean": accepted.mean, "sd": accepted.sd, "n": accepted.n},
        }
    )


def _standing(comparison: Comparison, accepted: Spread | None) -> str | None:
    seen = comparison.seen
    if accepted is None:
        return None
    return comparison.statement.standing(seen.mean, seen.n, accepted, comparison.worst)


def _control(run: ControlRun, known: dict[int, Spread]) -> dict[str, Any]:
    """A control on the seeds of a build: reported, without influence on the verdict."""
    standings = [_standing(c, known.get(i)) for i, c in enumerate(run.comparisons)]
    rejected = CONTRADICTED in standings
    if not known:
        message = run.message or "; ".join(map(repr, run.comparisons[:2]))
    elif rejected:
        worst = run.comparisons[standings.index(CONTRADICTED)]
        message = f"contradicted: {worst!r}"
    else:
        message = "these seeds do not contradict it" + (", nor reproduce it" if WITHIN in standings else "")
    return {"kind": run.kind, "text": run.text, "rejected": rejected, "message": message}


def not_a_comparison(error: BaseException) -> str:
    """The problem of a test over results that raises: its comparisons all pass while they are collected."""
    if isinstance(error, AssertionError):
        return "it asserts something that is not a comparison; write assert below(...), above(...) or close(...)"
    message = error.args[0] if isinstance(error, KeyError) and error.args else error
    return f"its test cannot be run: {type(error).__name__}: {message}"
