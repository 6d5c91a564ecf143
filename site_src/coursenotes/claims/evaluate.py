"""What the runs of a claim's test come to: accepted by a replication, or what a build's own seeds say of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from coursenotes.claims.acceptance import Record
from coursenotes.claims.compare import Comparison
from coursenotes.claims.judge import Judgement, Tried
from coursenotes.claims.null_tests import null_tests
from coursenotes.claims.statistics import CONTRADICTED, LEAST_REPLICATED, WITHIN, Spread
from coursenotes.claims.verdicts import SUPPORTED, finite

# ---------------------------------------------------------------- over a replication


def accept(judged: Judgement, key: str, date: str, seeds: str, own: int) -> Record:
    """The record of a claim from the runs of its test on a replication. own: how many seeds a build has."""
    problems = list(judged.problems)
    if judged.failure is not None:
        problems.append(not_a_comparison(judged.failure))
    elif not judged.comparisons:
        problems.append("its test compares nothing: assert below(...), above(...) or close(...)")
    comparisons = [_accepted(c, own) for c in judged.comparisons]
    for comparison, found in zip(judged.comparisons, comparisons, strict=True):
        if not found["accepted"]:
            problems.append(_too_little(comparison))
        problems += [
            f"line {comparison.line}: accepted without any effect: {null['text']}"
            for null in null_tests(comparison)
            if not null["failed_as_it_must"]
        ]
    controls = [_rejected(judged.comparisons, tried, own) for tried in judged.tried]
    problems += [
        f"its control is not far from accepted: {c['text']} ({_rooms(c)})" for c in controls if not c["rejected"]
    ]
    accepted = not problems
    return Record(key, accepted, date, seeds, comparisons, controls, list(dict.fromkeys(problems)))


def _accepted(comparison: Comparison, own: int) -> dict[str, Any]:
    statement, seen = comparison.statement, comparison.seen
    enough = seen.n >= LEAST_REPLICATED
    nothing = None
    if statement.kind != "close" and statement.margin:
        nothing = statement.chance_contradicted(seen, own, 0.0, seen.sd)
    return finite(
        {
            "claimed": comparison.claimed,
            "mean": seen.mean,
            "sd": seen.sd,
            "n": seen.n,
            "room": statement.room(seen),
            "needed": statement.needed_room(seen.n) if seen.n > 1 else None,
            "accepted": enough and statement.accepted(seen, comparison.worst),
            "no_effect": nothing,
        }
    )


def _too_little(comparison: Comparison) -> str:
    seen, where = comparison.seen, f"line {comparison.line}: {comparison.claimed}"
    if seen.n < LEAST_REPLICATED:
        return f"{where}: {seen.n} seeds, where a replication needs {LEAST_REPLICATED} at least"
    if not seen.sd > 0:
        return f"{where}: every seed gives {seen.mean:.4g}, so there is no spread to hold a margin against"
    room, needed = comparison.statement.room(seen), comparison.statement.needed_room(seen.n)
    worst = f", and one run {comparison.worst:.3g}" if comparison.statement.every and comparison.worst < 0 else ""
    return (
        f"{where}: {seen.mean:.3g} ± {seen.sd:.3g} over {seen.n} seeds is a room of {room:.2f} deviations{worst}, "
        f"and it takes {needed:.2f}"
    )


def _rejected(claimed: Sequence[Comparison], tried: Tried, own: int) -> dict[str, Any]:
    """What a control comes to: rejected where at least one of its comparisons is far from accepted."""
    rooms, chances, rejected = [], [], False
    for real, broken in zip(claimed, tried.comparisons, strict=False):
        statement, seen = real.statement, broken.seen
        rejected = rejected or statement.rejected(seen)
        rooms.append(statement.room(seen))
        chances.append(statement.chance_contradicted(real.seen, own, seen.mean, seen.sd))
    plain = [None if not math.isfinite(room) else round(room, 3) for room in rooms]
    return {
        "kind": tried.kind,
        "text": tried.text,
        "rejected": rejected,
        "room": plain,
        "chance": [round(chance, 4) for chance in chances],
    }


def _rooms(control: dict[str, Any]) -> str:
    return "room " + ", ".join("unbounded" if room is None else f"{room:.2f}" for room in control["room"])


# ---------------------------------------------------------------- over a build's own seeds
def stand(judged: Judgement, record: Record | None) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """(SUPPORTED, WITHIN or CONTRADICTED; the comparisons; the arms) of a claim, by what was accepted."""
    spreads = record.spreads() if record is not None and record.accepted else []
    known = dict(enumerate(spreads))
    comparisons = [described(c, known.get(i)) for i, c in enumerate(judged.comparisons)]
    standings = {c["standing"] for c in comparisons}
    status = CONTRADICTED if CONTRADICTED in standings else WITHIN if WITHIN in standings else SUPPORTED
    arms = [_arm(judged.comparisons, tried, known) for tried in judged.tried]
    return status, comparisons, arms


def described(comparison: Comparison, accepted: Spread | None = None) -> dict[str, Any]:
    """A comparison as a verdict keeps it."""
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


def _arm(claimed: Sequence[Comparison], tried: Tried, known: dict[int, Spread]) -> dict[str, Any]:
    """How a control fares on the seeds of a build: reported, and no verdict hangs on it."""
    standings = [_standing(c, known.get(i)) for i, c in enumerate(tried.comparisons)]
    failed = CONTRADICTED in standings
    if not known:
        message = tried.message or "; ".join(map(repr, tried.comparisons[:2]))
    elif failed:
        worst = tried.comparisons[standings.index(CONTRADICTED)]
        message = f"contradicted: {worst!r}"
    else:
        message = "these seeds do not contradict it" + (", nor reproduce it" if WITHIN in standings else "")
    return {"kind": tried.kind, "text": tried.text, "failed_as_it_must": failed, "message": message}


def not_a_comparison(error: BaseException) -> str:
    """What a test over results says that raises anything: all its comparisons pass while they are collected."""
    if isinstance(error, AssertionError):
        return "it asserts something that is no comparison; write assert below(...), above(...) or close(...)"
    said = error.args[0] if isinstance(error, KeyError) and error.args else error
    return f"its test cannot be run: {type(error).__name__}: {said}"
