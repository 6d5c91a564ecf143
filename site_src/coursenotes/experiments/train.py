"""Runs the jobs that are missing and keeps their results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coursenotes.discover.python.covered import covered
from coursenotes.errors import Problem
from coursenotes.experiments.plan import Job, Plan
from coursenotes.workers import TORCH_PRELOAD, Pool, Task
from coursenotes.workers.progress import Progress

UNKNOWN_COST = 1.0  # seconds, for a job that was never run: after those known to be long, before the short ones
DRAWING_PRELOAD = ("matplotlib.pyplot", "safetensors.numpy", "coursenotes.figures.draw")  # without torch


def preload(tasks: Iterable[Task]) -> tuple[str, ...]:
    """The modules that a warm server loads for these tasks. Loading torch takes seconds, so only where one needs it."""
    return TORCH_PRELOAD if any(task.needs_torch for task in tasks) else DRAWING_PRELOAD


def task(plan: Plan, job: Job) -> Task:
    """The task of a job, with everything that a worker needs as plain JSON."""
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
        "line": e.line,  # the place of its problem where it ends without reporting one
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
        needs_torch=plan.imports_torch(e.topic),
    )  # fmt: skip


def fetch(plan: Plan, experiments: Iterable[str], pool: Pool, progress: Progress) -> list[Problem]:
    """Fetch the real datasets of experiments, so that no job spends its time limit on a download."""
    code = plan.catalog.code
    datasets = sorted({e.data for name in experiments if (e := plan.experiment(name)).data is not None})
    tasks = [
        Task(
            f"data of {name}",
            "coursenotes.experiments.job:fetch_data",
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
    """Run jobs, and store each result as it arrives. -> the problems of the others.

    A job that comes after another is run once that one's result is stored; without it the job is not run, which is a
    problem too.
    """
    problems: list[Problem] = []
    failed: dict[str, str] = {}  # key -> the label of the first of its chain that failed
    waiting = list({job.key: job for job in jobs}.values())
    while waiting:
        ready, later = _ready(plan, waiting)
        for job in [] if ready else later:  # none can be run: the earlier jobs failed, or have no results
            problems.append(_not_run(plan, job, failed))
        problems += _wave(plan, ready, pool, progress, failed)
        waiting = later if ready else []
    return problems


def _ready(plan: Plan, jobs: list[Job]) -> tuple[list[Job], list[Job]]:
    """The jobs whose earlier job has a stored result, and the others."""
    ready: list[Job] = []
    later: list[Job] = []
    for job in jobs:
        before = plan.before(job)
        (ready if before is None or plan.store.get(before.key) is not None else later).append(job)
    return ready, later


def _not_run(plan: Plan, job: Job, failed: dict[str, str]) -> Problem:
    before = plan.before(job)
    assert before is not None
    cause = failed.setdefault(before.key, before.label)
    failed[job.key] = cause
    why = f"{cause} failed" if before.key in failed else f"there is no result of {cause}"
    what = f"{job.label} was not run: it comes after {before.label}, and {why}"
    return Problem(what, job.experiment.path, job.experiment.line, fix="fix that one first")


def _wave(plan: Plan, jobs: list[Job], pool: Pool, progress: Progress, failed: dict[str, str]) -> list[Problem]:
    """Run jobs that do not depend on one another."""
    by_task = {job.label: job for job in jobs}
    problems: list[Problem] = []
    for outcome in pool.run([task(plan, job) for job in jobs], progress.event):
        job = by_task[outcome.task.id]
        progress.done(outcome)
        if outcome.problem is not None:
            problems.append(outcome.problem)
            failed[job.key] = job.label
        else:
            assert outcome.folder is not None  # a job that succeeded has written there
            plan.store.put(job.key, outcome.folder)
            plan.remember(job, outcome.seconds)
            plan.arrived(job)
    return problems
