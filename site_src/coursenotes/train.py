"""Runs the jobs that are missing and keeps their results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coursenotes.errors import Problem
from coursenotes.plan import Job, Library
from coursenotes.progress import Progress
from coursenotes.workers import TORCH, Pool, Task

UNKNOWN_COST = 1.0  # seconds, for a job that was never run: after those known to be long, before the short ones
LIGHT = ("matplotlib.pyplot", "safetensors.numpy", "coursenotes.draw")  # what drawing needs: no torch


def preload(library: Library, todo: Iterable[Task]) -> tuple[str, ...]:
    """What a warm server loads for these tasks. Loading torch takes seconds, once: worth it if some task imports it."""
    for each in todo:
        topic = each.args.get("topic") or str(each.args.get("module", "")).removeprefix("snippets.")
        summary = (
            library.site.code.module(f"snippets.{topic}") if each.call.endswith((":train", "runner:run")) else None
        )
        names = {target.split(":")[0].split(".")[0] for target in summary["imports"].values()} if summary else set()
        if names & {"torch", "fastai"} or each.args.get("torch"):
            return TORCH
    return LIGHT


def task(library: Library, job: Job) -> Task:
    """What a worker is told of a job. Everything that it needs is plain JSON."""
    e = job.experiment
    args = {
        "module": e.module,
        "function": e.name,
        "path": str(e.path),
        "line": e.line,  # where it is told of when it ends without a word
        "dataset": list(e.data) if e.data else None,
        "settings": dict(job.settings),
        "seed": job.seed,
        "scale": job.scale,
        "may_diverge": e.may_diverge,
        "depends": {**library.depends(e.id, job.scale), "settings": dict(job.settings), "seed": job.seed},
    }
    longer = 6 if job.scale == "full" else 1  # the declared limit is for the sample, where a job takes seconds
    return Task(
        id=job.label, call="coursenotes.workers.job:train", args=args, seconds=60 * e.minutes * longer,
        gigabytes=e.gigabytes, cost=library.last(job).get("seconds", UNKNOWN_COST), gpu=job.scale == "full",
    )  # fmt: skip


def fetch(library: Library, experiments: Iterable[str], pool: Pool, progress: Progress) -> list[Problem]:
    """Have the real datasets of experiments on this machine, before the clock of any job runs."""
    datasets = sorted({e.data for name in experiments if (e := library.experiment(name)).data is not None})
    tasks = [
        Task(
            f"data of {name}",
            "coursenotes.workers.job:have_data",
            {"dataset": [module, name], **_place(library, module, name)},
            seconds=3600,
        )
        for module, name in datasets
    ]
    problems = []
    for outcome in pool.run(tasks, progress.event):
        progress.done(outcome)
        problems += [outcome.problem] if outcome.problem else []
    return problems


def _place(library: Library, module: str, name: str) -> dict[str, Any]:
    """Where a name of a module is defined, as JSON."""
    summary = library.site.code.module(module)
    line = next((s["line"] for s in summary["statements"] if name in s["names"]), None) if summary else None
    return {"path": str(library.layout.module_path(module)), "line": line}


def train(library: Library, jobs: Iterable[Job], pool: Pool, progress: Progress) -> list[Problem]:
    """Run jobs, keep what they give as they finish, and return what went wrong with the others."""
    by_task = {}
    for job in jobs:
        by_task[job.label] = job
    problems: list[Problem] = []
    for outcome in pool.run([task(library, job) for job in by_task.values()], progress.event):
        job = by_task[outcome.task.id]
        progress.done(outcome)
        problem = outcome.problem
        if outcome.ok and problem is None:
            problem = _strangers(library, job, outcome.value)
        if problem is not None:
            problems.append(problem)
        else:
            assert outcome.folder is not None  # a job that went well has written there
            library.store.put(job.key, outcome.folder)
            library.remember(job, outcome.seconds)
            library.arrived(job)
    return problems


def _strangers(library: Library, job: Job, value: dict) -> Problem | None:
    """Project modules that the job loaded, though nothing says that its experiment imports them."""
    known = library.modules(job.experiment.id, job.scale)
    extra = sorted(m for m in value.get("modules", []) if m not in known and library.site.code.module(m) is not None)
    extra = [m for m in extra if not _is_package_of(m, known)]
    if not extra:
        return None
    return Problem(
        f"{job.experiment.id} loaded {', '.join(extra)}, which no import statement that it reaches names",
        job.experiment.path, job.experiment.line,
        fix="import it by statement, so that its code is part of what the result depends on",
    )  # fmt: skip


def _is_package_of(module: str, known: set[str]) -> bool:
    return any(name.startswith(f"{module}.") for name in known)
