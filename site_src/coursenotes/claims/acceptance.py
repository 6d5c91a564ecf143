"""The record of each claim's replication: stored as text under results/, so that a pull request shows it.

There is one file per topic and scale. A claim's record depends on the code of its test, of its experiments and their
data, and of the functions that it takes, but not on the versions of libraries: with a newer torch the claim is the
same, and the accepted spread still applies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from coursenotes.cache import keys
from coursenotes.cache.published import as_text
from coursenotes.cache.store import write_atomic
from coursenotes.claims.statistics import Spread
from coursenotes.errors import CoursenotesError, Problem

if TYPE_CHECKING:
    from coursenotes.discover.project import ClaimInfo
    from coursenotes.experiments.plan import Plan

SCHEMA = 1
DIGITS = 6
_read_files: WeakKeyDictionary[Plan, dict[tuple[str, str], dict[str, Any]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Record:
    """The record of one claim's replication.

    seeds: a description of the seeds and kernels. comparisons: {claimed, mean, sd, n, room, needed, accepted,
    no_effect} each; no_effect is the chance that a build's own seeds contradict a claim without any effect, or None
    where that is not defined. controls: {kind, text, rejected, room, chance} each, with one room and one chance per
    comparison. problems: the reasons why it is not accepted, in words.
    """

    key: str
    accepted: bool
    date: str
    seeds: str
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    controls: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def spreads(self) -> list[Spread]:
        """The accepted mean and spread of each comparison, in the order of the test."""
        return [Spread(c["n"], c["mean"], c["sd"]) for c in self.comparisons]

    def digest(self) -> str:
        return keys.hash_json(vars(self))


def key(plan: Plan, info: ClaimInfo, scale: str) -> str:
    """The key of a claim's acceptance."""
    reads = dict.fromkeys((*info.experiments, *info.controls))
    test = code(plan, plan.paths.module(info.path), f"test_{info.name}")
    functions = {name: code(plan, f"snippets.{info.topic}", name) for name in info.functions}
    return keys.acceptance(info.id, scale, test, functions, {name: depends(plan, name, scale) for name in reads})


def code(plan: Plan, module: str, name: str) -> dict[str, str]:
    """The project's code that a name reaches, without the libraries."""
    return plan.catalog.code.closure(module, name).symbols


def depends(plan: Plan, experiment: str, scale: str) -> dict[str, Any]:
    """Everything that an experiment's results depend on at a scale, without the versions of libraries."""
    return keys.without_libraries(plan.depends(experiment, scale))


# ---------------------------------------------------------------- looking up
def load(plan: Plan, info: ClaimInfo, scale: str) -> Record | None:
    """The record of a claim as its code is now, accepted or not; None where there is none."""
    body = _read(plan, info.topic, scale)["claims"].get(info.name)
    if body is None or body["key"] != key(plan, info, scale):
        return None
    return Record(**body)


def number(plan: Plan, experiment: str, scale: str, metric: str, settings: Mapping[str, Any]) -> Spread | None:
    """The mean and spread of one metric over the seeds of a replication; None where there was none for this code.

    settings: a value for each setting of the experiment.
    """
    body = numbers(plan, experiment, scale)
    if body is None or body["key"] != keys.hash_json(depends(plan, experiment, scale)):
        return None
    row = body["rows"].get(written(settings), {}).get(metric)
    return None if row is None else Spread(body["n"], *row)


def numbers(plan: Plan, experiment: str, scale: str) -> dict[str, Any] | None:
    """The metrics of an experiment in a replication, as stored; None where there was none."""
    topic, _, name = experiment.partition(".")
    return _read(plan, topic, scale)["numbers"].get(name)


def written(settings: Mapping[str, Any]) -> str:
    """Settings as the name of a row: p=0.5 head="max"."""
    return " ".join(f"{name}={json.dumps(settings[name], ensure_ascii=False)}" for name in sorted(settings))


def problems(plan: Plan) -> list[Problem]:
    """Acceptance files that cannot be read. They count as empty, so that their claims are not accepted yet."""
    unreadable = []
    for path in plan.paths.acceptance_files():
        try:
            _parsed(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            what, fix = f"an acceptance file cannot be read: {error!r}", "restore it from git, or run nox -s replicate"
            unreadable.append(Problem(what, path, fix=fix))
    return unreadable


def _read(plan: Plan, topic: str, scale: str) -> dict[str, Any]:
    read = _read_files.setdefault(plan, {})
    if (topic, scale) not in read:
        try:
            text = plan.paths.acceptance_file(topic, scale).read_text(encoding="utf-8")
            read[topic, scale] = _parsed(text)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            read[topic, scale] = {"claims": {}, "numbers": {}}
    return read[topic, scale]


def _parsed(text: str) -> dict[str, Any]:
    body = json.loads(text)
    if body["schema"] != SCHEMA:
        raise ValueError(f"schema {body['schema']}, this is {SCHEMA}")
    for claim in body["claims"].values():
        Record(**claim).spreads()
    for experiment in body["numbers"].values():
        for row in experiment["rows"].values():
            _ = [Spread(experiment["n"], *pair) for pair in row.values()]
    return body


# ---------------------------------------------------------------- keeping
def save(plan: Plan, topic: str, scale: str, records: Mapping[str, Record], numbers: Mapping[str, Any]) -> None:
    """Write a topic's acceptance: these records and numbers, and the older ones of other claims and experiments."""
    paths, before = plan.paths, _read(plan, topic, scale)
    claims = {info.name for info in plan.catalog.claims.values() if info.topic == topic and info.experiments}
    experiments = {e.name for e in plan.catalog.experiments.values() if e.topic == topic}
    body = {
        "schema": SCHEMA,
        "claims": {n: r for n, r in sorted({**before["claims"], **_plain(records)}.items()) if n in claims},
        "numbers": {n: r for n, r in sorted({**before["numbers"], **numbers}.items()) if n in experiments},
    }
    path = paths.acceptance_file(topic, scale)
    if body["claims"] or body["numbers"]:
        write_atomic(path, as_text(rounded(body), flat=True) + "\n")
    else:
        path.unlink(missing_ok=True)
    _read_files.pop(plan, None)
    plan.revision += 1


def rounded(value: Any) -> Any:
    """The same with numbers of six digits: further digits differ between machines."""
    if isinstance(value, Mapping):
        return {name: rounded(v) for name, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _plain(records: Mapping[str, Record]) -> dict[str, dict[str, Any]]:
    return {name: dict(vars(record)) for name, record in records.items()}


def raise_unreadable(plan: Plan) -> None:
    """Raise CoursenotesError where an acceptance file cannot be read: a replication would overwrite it."""
    if unreadable := problems(plan):
        raise CoursenotesError(*unreadable)
