"""Replication: trains fresh seeds on fresh data, some under other kernels, and decides which claims to accept.

A build uses seeds 0 to 4 and a replication seeds from 100 on, so that no claim is judged by runs that its author saw.
Records are kept in results/ and trained jobs in the store, so an interrupted replication continues where it stopped.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursenotes.api import FRESH_DATA, Scale
from coursenotes.build import check
from coursenotes.cache import keys
from coursenotes.claims import acceptance, runner, statistics, verdicts
from coursenotes.claims.acceptance import Record
from coursenotes.claims.verdicts import Verdict
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Job, Plan
from coursenotes.experiments.train import fetch, preload, task, train
from coursenotes.workers import Pool
from coursenotes.workers.kernels import BASELINE, KERNELS, NATIVE
from coursenotes.workers.progress import Progress

SHARE, BLOCK = 0.3, 20  # of a replication's seeds, how many are trained under the baseline kernels, and in what blocks
SECONDS_UNKNOWN = 1.0
FULL_CORE_SECONDS = 4 * 3600  # two hours of two cores, for all claims at full scale together


@dataclass(frozen=True)
class Seeds:
    """The seeds of a replication, by the kernels that they are trained with. A seed always gets the same kernels."""

    native: tuple[int, ...]
    baseline: tuple[int, ...]

    @classmethod
    def of(cls, count: int, first: int = FRESH_DATA, share: float = SHARE) -> Seeds:
        """count seeds from first on, a share of them with the baseline kernels: of every twenty, the last six."""
        there = range(first, first + BLOCK * count)
        native = [seed for seed in there if (seed - first) % BLOCK < (1 - SHARE) * BLOCK]
        baseline = [seed for seed in there if seed not in native]
        others = round(share * count)
        return cls(tuple(native[: count - others]), tuple(baseline[:others]))

    @property
    def all(self) -> tuple[int, ...]:
        return (*self.native, *self.baseline)

    def groups(self) -> list[tuple[str, tuple[int, ...]]]:
        """(kernels, seeds) of each nonempty group."""
        return [(name, seeds) for name, seeds in ((NATIVE, self.native), (BASELINE, self.baseline)) if seeds]

    def __str__(self) -> str:
        """100 to 113 with native kernels, 114 to 119 with baseline kernels"""
        return ", ".join(f"{_span(seeds)} with {name} kernels" for name, seeds in self.groups())


def _span(seeds: Sequence[int]) -> str:
    return str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"


def chosen(plan: Plan, names: Sequence[str], scale: Scale) -> list[str]:
    """Claims over results, by topic or by id; all of them if no name is given."""
    able = {c.id: c for c in plan.catalog.claims.values() if c.experiments and scale in c.scales}
    if not names:
        return list(able)
    found: list[str] = []
    topics = {claim.topic for claim in plan.catalog.claims.values()}
    for name in names:
        if name in topics:
            found += [claim for claim, info in able.items() if info.topic == name]
        else:
            found.append(verdicts.find(plan, name).id)
    return [claim for claim in dict.fromkeys(found) if claim in able]


def compared(plan: Plan, claims: Iterable[str]) -> list[str]:
    """The experiments that these claims and their controls read."""
    infos = [plan.catalog.claims[claim] for claim in claims]
    return list(dict.fromkeys(name for info in infos for name in (*info.experiments, *info.controls)))


def pending(plan: Plan, claims: Iterable[str], scale: Scale) -> list[str]:
    """The claims that have no record for their current code, or one that was not accepted."""
    found = []
    for claim in claims:
        record = acceptance.load(plan, plan.catalog.claims[claim], scale)
        if record is None or not record.accepted:
            found.append(claim)
    return found


# ---------------------------------------------------------------- training
def missing(plan: Plan, claims: Iterable[str], scale: Scale, seeds: Sequence[int]) -> list[Job]:
    """The jobs with these seeds that these claims read and that have no result, and the jobs that they come after."""
    jobs = [job for name in compared(plan, claims) for job in plan.jobs(name, scale, seeds)]
    return plan.with_before(job for job in jobs if plan.result(job) is None)


def expected(plan: Plan, jobs: Iterable[Job]) -> float:
    """Estimated core-seconds of these jobs, from earlier runs of the same experiments with any seed."""
    costs: dict[str, float] = {}
    total = 0.0
    for job in jobs:
        name = job.experiment.id
        if name not in costs:
            costs[name] = _cost(plan, name, job.scale)
        total += costs[name]
    return total


def _cost(plan: Plan, name: str, scale: Scale) -> float:
    """Mean seconds of one job of an experiment: as recorded here, or as published, or a guess."""
    noted = [plan.last(job).get("seconds") for job in plan.jobs(name, scale, None)]
    found = [s for s in noted if s is not None]
    if not found and (results := plan.results(name, scale)) is not None:
        found = [s for row in results.rows if (s := row.result.provenance.get("seconds")) is not None]
    return float(np.mean(found)) if found else SECONDS_UNKNOWN


def count(plan: Plan, claims: Sequence[str], scale: Scale) -> int:
    """The number of seeds to replicate these claims with: 20, or at full scale as many as the time budget allows."""
    if scale == "sample":
        return statistics.SEEDS
    jobs = [job for name in compared(plan, claims) for job in plan.jobs(name, scale, [FRESH_DATA])]
    affordable = int(FULL_CORE_SECONDS // max(expected(plan, jobs), 1.0))
    return min(statistics.SEEDS, max(statistics.LEAST_REPLICATED, affordable))


def train_seeds(plan: Plan, claims: Sequence[str], scale: Scale, seeds: Seeds, progress: Progress) -> list[Problem]:
    """Train the missing jobs at low priority, in one pool for each kind of kernels -> problems."""
    problems: list[Problem] = []
    for kernels, some in seeds.groups():
        jobs = missing(plan, claims, scale, some)
        if not jobs:
            continue
        todo = [task(plan, job) for job in jobs]
        environment = KERNELS[kernels]
        with Pool(plan.paths.root, preload=preload(todo), environment=environment, background=True) as pool:
            progress.slots = sum(device.slots for device in pool.devices)
            progress.message(f"{len(jobs)} jobs under {kernels} kernels")
            if scale == "full":
                problems += fetch(plan, {job.experiment.id for job in jobs}, pool, progress)
            progress.plan(len(jobs), tasks=todo)
            problems += train(plan, jobs, pool, progress)
    return problems


# ---------------------------------------------------------------- evaluating
def accept(
    plan: Plan, claims: Sequence[str], scale: Scale, seeds: Seeds, progress: Progress
) -> tuple[dict[str, Record], list[Problem]]:
    """Evaluate claims on the trained seeds and keep the records -> ({claim: record}, problems)."""
    acceptance.raise_unreadable(plan)
    replicated = Plan(plan.catalog, plan.store, seeds=seeds.all)
    problems = [p for name in compared(plan, claims) for p in check.without_spread(replicated, name, scale)]
    records: dict[str, Record] = {}
    for claim, found in _evaluated(replicated, claims, scale, progress, str(seeds), problems):
        records[claim] = Record(**found)
    for topic in sorted({plan.catalog.claims[claim].topic for claim in claims}):
        of = {plan.catalog.claims[c].name: r for c, r in records.items() if plan.catalog.claims[c].topic == topic}
        acceptance.save(plan, topic, scale, of, numbers(replicated, topic, compared(plan, claims), scale))
    return records, problems


def rehearse(plan: Plan, claims: Sequence[str], scale: Scale, first: int, progress: Progress) -> list[Verdict]:
    """The verdicts of a build with other seeds: as many as each experiment declares, from first on."""
    problems: list[Problem] = []
    found: list[Verdict] = []
    for count, some in _by_seeds(plan, claims, scale).items():
        seeds = Seeds.of(count, first, 0)
        problems += train_seeds(plan, some, scale, seeds, progress)
        moved = Plan(plan.catalog, plan.store, seeds=seeds.all)
        found += [Verdict(**body) for _, body in _evaluated(moved, some, scale, progress, None, problems)]
    if problems:
        raise CoursenotesError(*problems)
    return found


def _by_seeds(plan: Plan, claims: Iterable[str], scale: Scale) -> dict[int, list[str]]:
    """{number of seeds that a build trains: claims}."""
    groups: dict[int, list[str]] = {}
    for claim in claims:
        reads = compared(plan, [claim])
        count = min(plan.declared_seeds(name, scale) for name in reads)
        groups.setdefault(count, []).append(claim)
    return groups


def _evaluated(
    plan: Plan, claims: Iterable[str], scale: Scale, progress: Progress, accept: str | None,
    problems: list[Problem],
) -> list[tuple[str, dict[str, Any]]]:  # fmt: skip
    """(claim, JSON written by its task) of every claim that could be evaluated on the plan's seeds."""
    topics: dict[str, list[list[str]]] = {}
    for claim in claims:
        why = verdicts.missing(plan, claim, scale)
        if why is None:
            topics.setdefault(plan.catalog.claims[claim].topic, []).append([claim, scale])
    tasks = [runner.task(plan, topic, some, accept) for topic, some in topics.items()]
    found = []
    with Pool(plan.paths.root, preload=preload(tasks)) as pool:
        pool.prepare(runner.PREPARE, {"root": str(plan.paths.root)})
        progress.stage("checking claims", len(tasks), tasks)
        for outcome in pool.run(tasks, progress.event):
            progress.done(outcome)
            problems += [outcome.problem] if outcome.problem else []
            for claim, _ in outcome.task.args["claims"] if outcome.ok else ():
                body = None
                if outcome.folder is not None:
                    with contextlib.suppress(OSError, ValueError):
                        body = json.loads((outcome.folder / f"{claim}.{scale}.json").read_text(encoding="utf-8"))
                if body is None:
                    problems.append(runner.unchecked(plan, outcome, claim, scale))
                else:
                    found.append((claim, body))
    return found


# ---------------------------------------------------------------- numbers
def numbers(plan: Plan, topic: str, names: Iterable[str], scale: Scale) -> dict[str, Any]:
    """Mean and spread of every metric of a topic's experiments, in the form of an acceptance file."""
    found = {}
    for name in names:
        results = plan.results(name, scale) if name.startswith(f"{topic}.") else None
        if results is None:
            continue
        rows = {}
        for settings, group in results.groups():
            pairs = {m: group.metric(m) for m in group.metrics}
            rows[acceptance.written(settings)] = {
                m: [float(v.mean()), float(v.std(ddof=1))] for m, v in pairs.items() if np.isfinite(v).all()
            }
        key = keys.hash_json(acceptance.depends(plan, name, scale))
        found[name.partition(".")[2]] = {"key": key, "n": len(results.seeds), "rows": rows}
    return found
