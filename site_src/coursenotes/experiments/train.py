"""Runs the jobs that are missing and keeps their results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coursenotes.discover.python.covered import covered
from coursenotes.discover.python.names import library
from coursenotes.errors import Problem
from coursenotes.experiments.plan import Job, Plan
from coursenotes.workers import TORCH, Pool, Task
from coursenotes.workers.progress import Progress

UNKNOWN_COST = 1.0  # seconds, for a job that was never run: after those known to be long, before the short ones
LIGHT = ("matplotlib.pyplot", "safetensors.numpy", "coursenotes.figures.draw")  # what drawing needs: no torch


def preload(plan: Plan, todo: Iterable[Task]) -> tuple[str, ...]:
    """What a warm server loads for these tasks. Loading torch takes seconds, once: worth it if some task imports it."""
    for each in todo:
        topic = each.args.get("topic") or str(each.args.get("module", "")).removeprefix("snippets.")
        summary = (
            plan.catalog.code.module(f"snippets.{topic}") if each.call.endswith((":train", "runner:run")) else None
        )
        libraries = set(map(library, summary.imports.targets())) if summary else set()
        if libraries & {"torch", "fastai"} or each.args.get("torch"):
            return TORCH
    return LIGHT


def task(plan: Plan, job: Job) -> Task:
    """What a worker is told of a job. Everything that it needs is plain JSON."""
    e = job.experiment
    before = plan.before(job)
    args = {
        "root": str(plan.paths.root),
        "slices": plan.slices(e.id, job.scale),
        "after": before and before.key,
        "takes": [name for name in job.settings if name in e.params],
        "module": e.module,
        "function": e.name,
        "path": str(e.path),
        "line": e.line,  # where it is told of when it ends without a word
        "dataset": list(e.data) if e.data else None,
        "settings": dict(job.settings),
        "seed": job.seed,
        "scale": job.scale,
        "may_diverge": e.may_diverge,
        "depends": {**plan.depends(e.id, job.scale), "settings": dict(job.settings), "seed": job.seed},
    }
    longer = 6 if job.scale == "full" else 1  # the declared limit is for the sample, where a job takes seconds
    return Task(
        id=job.label, call="coursenotes.experiments.job:train", args=args, seconds=60 * e.minutes * longer,
        gigabytes=e.gigabytes, cost=plan.last(job).get("seconds", UNKNOWN_COST), gpu=job.scale == "full",
    )  # fmt: skip


def fetch(plan: Plan, experiments: Iterable[str], pool: Pool, progress: Progress) -> list[Problem]:
    """Have the real datasets of experiments on this machine, before the clock of any job runs."""
    code = plan.catalog.code
    datasets = sorted({e.data for name in experiments if (e := plan.experiment(name)).data is not None})
    tasks = [
        Task(
            f"data of {name}",
            "coursenotes.experiments.job:have_data",
            {
                "dataset": [module, name],
                "root": str(plan.paths.root),
                "slices": covered(code, [code.closure(module, name, scale="full")]),
                **_place(plan, module, name),
            },
            seconds=3600,
        )
        for module, name in datasets
    ]
    problems = []
    for outcome in pool.run(tasks, progress.event):
        progress.done(outcome)
        problems += [outcome.problem] if outcome.problem else []
    return problems


def _place(plan: Plan, module: str, name: str) -> dict[str, Any]:
    """Where a name of a module is defined, as JSON."""
    summary = plan.catalog.code.module(module)
    line = next((statement.line for statement in summary.binding(name)), None) if summary else None
    return {"path": str(plan.paths.module_path(module)), "line": line}


def train(plan: Plan, jobs: Iterable[Job], pool: Pool, progress: Progress) -> list[Problem]:
    """Run jobs, keep what they give as they finish, and return what went wrong with the others.

    A job that comes after another is run once that one is there; where it is not, the job is not run, and says why.
    """
    problems: list[Problem] = []
    failed: dict[str, str] = {}  # key -> the label of the first of its chain that failed
    waiting = list({job.key: job for job in jobs}.values())
    while waiting:
        ready, later = _ready(plan, waiting)
        for job in [] if ready else later:  # nothing can be run any more: what they wait for failed, or is not there
            problems.append(_waits(plan, job, failed))
        problems += _wave(plan, ready, pool, progress, failed)
        waiting = later if ready else []
    return problems


def _ready(plan: Plan, jobs: list[Job]) -> tuple[list[Job], list[Job]]:
    """Those whose earlier job is in the store, and the others."""
    found: tuple[list[Job], list[Job]] = ([], [])
    for job in jobs:
        before = plan.before(job)
        found[before is not None and plan.store.get(before.key) is None].append(job)
    return found


def _waits(plan: Plan, job: Job, failed: dict[str, str]) -> Problem:
    before = plan.before(job)
    assert before is not None
    cause = failed.setdefault(before.key, before.label)
    failed[job.key] = cause
    why = f"{cause} failed" if before.key in failed else f"there is no result of {cause}"
    return Problem(
        f"{job.label} was not run: it comes after {before.label}, and {why}", job.experiment.path, job.experiment.line,
        fix="mend that one first",
    )  # fmt: skip


def _wave(plan: Plan, jobs: list[Job], pool: Pool, progress: Progress, failed: dict[str, str]) -> list[Problem]:
    """Run jobs none of which waits for another."""
    by_task = {job.label: job for job in jobs}
    problems: list[Problem] = []
    for outcome in pool.run([task(plan, job) for job in jobs], progress.event):
        job = by_task[outcome.task.id]
        progress.done(outcome)
        if outcome.problem is not None:
            problems.append(outcome.problem)
            failed[job.key] = job.label
        else:
            assert outcome.folder is not None  # a job that went well has written there
            plan.store.put(job.key, outcome.folder)
            plan.remember(job, outcome.seconds)
            plan.arrived(job)
    return problems
