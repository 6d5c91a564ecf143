"""Whether an experiment gives the same when it is run again: one job, twice, in processes with nothing in common.

Everything is compared bit by bit but the metrics that are declared to be times. The second server takes its memory from
the system in place of Python's pools, so that addresses differ, by which sets of objects are ordered.
"""

from __future__ import annotations

import dataclasses
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np

from coursenotes.api import Scale
from coursenotes.cache import keys
from coursenotes.cache.store import read_entry
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Job, Plan, load
from coursenotes.experiments.train import preload, task, train
from coursenotes.paths import Paths
from coursenotes.result import JobResult
from coursenotes.workers import Pool
from coursenotes.workers.progress import Progress


def compare(plan: Plan, names: Iterable[str], scale: Scale, progress: Progress) -> tuple[int, list[Problem]]:
    """Run the first job of each experiment twice. -> how many gave the same, and what is wrong with the others.

    What a job comes after is run once, where it is not in the store.
    """
    jobs = {job.label: job for job in (plan.jobs(name, scale)[0] for name in names)}
    problems = _earlier(plan, jobs.values(), progress)
    found: dict[str, list[JobResult]] = {}
    for environment in ({}, {"PYTHONMALLOC": "malloc"}):  # that of a server, and so of all that it starts
        tasks = [task(plan, job) for job in jobs.values() if _may_run(plan, job)]
        with Pool(plan.paths.root, preload=preload(tasks), environment=environment) as pool:
            progress.slots = sum(device.slots for device in pool.devices)
            progress.plan(len(tasks), tasks=tasks)
            for outcome in pool.run(tasks, progress.event):
                progress.done(outcome)
                if outcome.folder is None or outcome.problem is not None:
                    problems += [outcome.problem] if outcome.problem and outcome.problem not in problems else []
                else:
                    found.setdefault(outcome.task.id, []).append(read_entry(outcome.folder))
    both = {label: pair for label, pair in found.items() if len(pair) == 2}
    different = [p for label, (one, two) in both.items() if (p := _problem(jobs[label], one, two)) is not None]
    return len(both) - len(different), [*problems, *different]


def _earlier(plan: Plan, jobs: Iterable[Job], progress: Progress) -> list[Problem]:
    """Run what these jobs come after."""
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
    return Problem(
        what, job.experiment.path, job.experiment.line, tuple(details),
        "draw from torch, numpy or random, which each run seeds; sort what comes from sets of objects; durations are "
        "declared: @experiment(times=[…])",
    )  # fmt: skip


def differences(one: JobResult, two: JobResult, times: Iterable[str] = ()) -> list[str]:
    """What differs between two results, a line each; the metrics and arrays that are times are left out."""
    found = []
    for kind in ("metrics", "curves", "arrays", "texts"):
        a, b = getattr(one, kind), getattr(two, kind)
        for name in sorted((a.keys() | b.keys()) - set(times)):
            if name not in a or name not in b:
                found.append(f"{name} is there in one run only")
            elif not _same(a[name], b[name]):
                found.append(f"{name}: {_shown(a[name])}, then {_shown(b[name])}")
    return found


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


# ---------------------------------------------------------------- what a change touches
def changed_since(plan: Plan, revision: str, scale: Scale) -> list[str]:
    """The experiments that depend on something else than they did at a revision of the repository.

    Raises CoursenotesError where the revision is not there.
    """
    root = plan.paths.root
    asked = ["git", "-C", str(root), "archive", revision, "snippets", "mkdocs.yml"]
    archive = subprocess.run(asked, capture_output=True)
    if archive.returncode:
        said = archive.stderr.decode(errors="replace").strip()
        fix = "fetch more of the history, such as git fetch --deepen=1"
        raise CoursenotesError(Problem(f"there is no revision {revision!r} to compare with", details=(said,), fix=fix))
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        before = load(Paths(Path(folder)))
        there = {name: _depends(before, name, scale) for name in before.catalog.experiments}
    return [name for name in plan.catalog.experiments if _depends(plan, name, scale) != there.get(name)]


def _depends(plan: Plan, name: str, scale: Scale) -> str | None:
    if scale not in plan.experiment(name).scales:
        return None
    try:
        declared = dataclasses.asdict(plan.experiment(name))
        kept = {k: declared[k] for k in ("vary", "times", "after")}
        return keys.hash_json([plan.depends(name, scale), kept])
    except CoursenotesError:
        return None
