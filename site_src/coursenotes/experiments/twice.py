"""Whether an experiment is reproducible: one job is run twice, in processes with nothing in common.

Everything is compared bit by bit, except for the metrics that are declared to be times. The second server allocates
memory from the system in place of Python's pools, so that addresses differ, and with them the order of sets of objects.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from coursenotes.api import Scale
from coursenotes.cache import keys
from coursenotes.cache.store import read_entry
from coursenotes.discover.files.revision import at_revision
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Job, Plan, load
from coursenotes.experiments.train import preload, task, train
from coursenotes.paths import Paths
from coursenotes.result import JobResult
from coursenotes.workers import Pool
from coursenotes.workers.progress import Progress

FIX = (
    "draw from torch, numpy or random, which each run seeds; sort what comes from sets of objects; durations are "
    "declared: @experiment(times=[…])"
)


def compare(plan: Plan, names: Iterable[str], scale: Scale, progress: Progress) -> tuple[int, list[Problem]]:
    """Run the first job of each experiment twice. -> how many gave the same, and the problems of the others.

    An earlier job that it comes after is run once, if its result is not in the store.
    """
    jobs = {job.label: job for job in (plan.jobs(name, scale)[0] for name in names)}
    problems = _run_earlier(plan, jobs.values(), progress)
    results: dict[str, list[JobResult]] = {}
    for environment in ({}, {"PYTHONMALLOC": "malloc"}):  # of a server, and so of all that it starts
        tasks = [task(plan, job) for job in jobs.values() if _may_run(plan, job)]
        with Pool(plan.paths.root, preload=preload(tasks), environment=environment) as pool:
            progress.slots = sum(device.slots for device in pool.devices)
            progress.plan(len(tasks), tasks=tasks)
            for outcome in pool.run(tasks, progress.event):
                progress.done(outcome)
                if outcome.folder is None or outcome.problem is not None:
                    problems += [outcome.problem] if outcome.problem and outcome.problem not in problems else []
                else:
                    results.setdefault(outcome.task.id, []).append(read_entry(outcome.folder))
    both = {label: pair for label, pair in results.items() if len(pair) == 2}
    different = [p for label, (one, two) in both.items() if (p := _problem(jobs[label], one, two)) is not None]
    return len(both) - len(different), [*problems, *different]


def _run_earlier(plan: Plan, jobs: Iterable[Job], progress: Progress) -> list[Problem]:
    """Run the jobs that these jobs come after."""
    chain = plan.with_before(jobs)
    awaited = {before.key for job in chain if (before := plan.before(job)) is not None}
    missing = [job for job in chain if job.key in awaited and plan.store.get(job.key) is None]
    if not missing:
        return []
    tasks = [task(plan, job) for job in missing]
    with Pool(plan.paths.root, preload=preload(tasks)) as pool:
        progress.plan(len(tasks), tasks=tasks)
        return train(plan, missing, pool, progress)


def _may_run(plan: Plan, job: Job) -> bool:
    before = plan.before(job)
    return before is None or plan.store.get(before.key) is not None


def _problem(job: Job, one: JobResult, two: JobResult) -> Problem | None:
    details = differences(one, two, job.experiment.times)
    if not details:
        return None
    what = f"{job.label} gives something else when it is run again"
    return Problem(what, job.experiment.path, job.experiment.line, tuple(details), FIX)


def differences(one: JobResult, two: JobResult, times: Iterable[str] = ()) -> list[str]:
    """The differences between two results, one per line, without the metrics and arrays that are times."""
    lines = []
    for kind in ("metrics", "curves", "arrays", "texts"):
        a, b = getattr(one, kind), getattr(two, kind)
        for name in sorted((a.keys() | b.keys()) - set(times)):
            if name not in a or name not in b:
                lines.append(f"{name} is there in one run only")
            elif not _same(a[name], b[name]):
                lines.append(f"{name}: {_shown(a[name])}, then {_shown(b[name])}")
    return lines


def _same(a: object, b: object) -> bool:
    """Bit by bit; NaN is NaN."""
    one, two = np.asarray(a), np.asarray(b)
    if one.dtype != two.dtype or one.shape != two.shape:
        return False
    return one.tobytes() == two.tobytes() if one.dtype != object else list(one.ravel()) == list(two.ravel())


def _shown(value: object) -> str:
    array = np.asarray(value)
    text = repr(value) if array.ndim == 0 else f"{array.ravel()[:3].tolist()}"
    return text if array.size <= 3 else f"{text[:-1]}, …]"


# ---------------------------------------------------------------- since a revision
def changed_since(plan: Plan, revision: str, scale: Scale) -> list[str]:
    """The experiments of which something that they depend on changed since a revision of the repository.

    All of them, where today's rules refuse the snippets of that revision. Raises CoursenotesError where there is no
    such revision.
    """
    paths = plan.paths
    names = [paths.snippets.name, paths.settings.name]
    with at_revision(paths.root, revision, *names) as folder:
        try:
            before = load(Paths(folder))
        except CoursenotesError:  # a rule of today refuses what stood there: everything counts as changed
            return list(plan.catalog.experiments)
        old = {name: _depends(before, name, scale) for name in before.catalog.experiments}
    return [name for name in plan.catalog.experiments if _depends(plan, name, scale) != old.get(name)]


def _depends(plan: Plan, name: str, scale: Scale) -> str | None:
    if scale not in plan.experiment(name).scales:
        return None
    try:
        declared = dataclasses.asdict(plan.experiment(name))
        kept = {k: declared[k] for k in ("vary", "times", "after")}
        return keys.hash_json([plan.depends(name, scale), kept])
    except CoursenotesError:
        return None
