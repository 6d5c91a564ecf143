"""A whole build, in order: discover, check, train, evaluate claims, draw, render, exchange."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import fcntl
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coursenotes.build import check
from coursenotes.cache import inputs, up_to_date
from coursenotes.cache.memo import Memo
from coursenotes.claims import runner, verdicts
from coursenotes.errors import Problem, Problems
from coursenotes.experiments.plan import Job, Plan
from coursenotes.experiments.train import DRAWING_PRELOAD, preload, task, train
from coursenotes.figures import draw
from coursenotes.figures.cells import lookup
from coursenotes.paths import Paths
from coursenotes.project import Project, load
from coursenotes.workers import TORCH_PRELOAD, Outcome, Pool, Task
from coursenotes.workers.progress import Progress

Render = Callable[[Project, Path], None]  # (project, folder to write the site into)


@dataclass
class BuildResult:
    """The project as built, how many jobs ran, and every verdict."""

    project: Project
    jobs: int = 0
    stored: int = 0
    verdicts: list[verdicts.Verdict] = field(default_factory=list)

    def summary(self, jobs: int | None = None) -> str:
        """Jobs and verdicts in one line. jobs: how many to report as run now, by default all that ran."""
        counts = Counter(verdict.status for verdict in self.verdicts)
        words = [f"{counts[s]} {verdicts.WORDS[s]}" for s in verdicts.STATUSES if counts[s]]
        ran = self.jobs if jobs is None else jobs
        done = f"{ran} job{'' if ran == 1 else 's'} ran, {self.stored + self.jobs - ran} came from the store"
        return f"{done}; claims: {', '.join(words) or 'none'}"

    def contradicted(self) -> list[str]:
        """One error text for each claim that the runs of this machine contradict."""
        against = [v for v in self.verdicts if v.status == verdicts.CONTRADICTED]
        return [str(runner.failure(self.project.plan, verdict)) for verdict in against]

    def unaccepted(self) -> list[str]:
        """The claims that have no sufficient replication yet, at the scale of a build."""
        return [v.claim for v in self.verdicts if v.status == verdicts.UNACCEPTED and v.scale == "sample"]


# ---------------------------------------------------------------- preparing
def prepare(paths: Paths, progress: Progress, *, claims: bool) -> BuildResult:
    """Compute everything that pages refer to and that is not stored: results, drawings, cells, verdicts if claims.

    Raises CoursenotesError with everything that went wrong; whatever succeeded is kept.
    """
    _sweep(paths)
    project = load(paths)
    problems = Problems()
    problems.extend(check.static(project))
    problems.raise_if_any()
    wanted = project.plan.wanted()
    missing = project.plan.missing(wanted)
    total = sum(len(project.plan.jobs(*w)) for w in wanted)
    todo = [task(project.plan, job) for job in missing]
    progress.plan(total, total - len(missing), _reasons(project, missing), todo)
    done = BuildResult(project, len(missing), total - len(missing))
    with contextlib.ExitStack() as pools:
        pool = pools.enter_context(Pool(paths.root, preload=preload(todo)))
        progress.slots = sum(device.slots for device in pool.devices)
        problems.extend(train(project.plan, missing, pool, progress))
        problems.raise_if_any()
        problems.extend(check.after_training(project))
        problems.raise_if_any()
        makers = _makers(project, claims=claims)
        rest = [each for _, tasks in makers for each in tasks]
        if preload(rest) != DRAWING_PRELOAD and pool.preload == list(DRAWING_PRELOAD):
            pool = pools.enter_context(Pool(paths.root, preload=TORCH_PRELOAD))
        if makers[0][1]:
            pool.prepare(runner.PREPARE, {"root": str(paths.root)})
        problems.extend(_derive(project, makers, pool, progress))
        for unreadable in draw.illegible(project.plan, draw.wanted(project.plan)):
            progress.message(str(unreadable))
    problems.extend(project.plan.store.set_aside if problems else [])
    done.verdicts = [v for claim in project.catalog.claims for v in verdicts.best(project.plan, claim)]
    problems.raise_if_any()
    return done


Makers = list[tuple[Callable[[Plan, Outcome], list[Problem]], list[Task]]]  # (keeps an outcome, tasks to run)


def _makers(project: Project, *, claims: bool) -> Makers:
    """The tasks for everything derived from results that is missing: verdicts, cells, drawings."""
    pages = list(project.catalog.pages.values())
    return [
        (runner.keep, runner.tasks(project.plan) if claims else []),
        (lookup.keep, lookup.tasks(project.plan, pages)),
        (draw.keep, draw.tasks(project.plan, draw.wanted(project.plan))),
    ]


def _derive(project: Project, makers: Makers, pool: Pool, progress: Progress) -> list[Problem]:
    """Evaluate claims, run cells, draw figures -> problems."""
    todo = [each for _, tasks in makers for each in tasks]
    keepers = {each.id: keep for keep, tasks in makers for each in tasks}
    problems: list[Problem] = []
    if todo:
        progress.stage("checking claims, running cells, drawing figures", len(todo), todo)
    for outcome in pool.run(todo, progress.event):
        progress.done(outcome)
        problems += keepers[outcome.task.id](project.plan, outcome)
        for note in lookup.notes(outcome):
            progress.message(note)
    return problems


def _reasons(project: Project, missing: list[Job]) -> dict[str, int]:
    """{"experiment: reason": number of jobs}, for the progress display."""
    return dict(Counter(f"{job.experiment.id}: {'; '.join(project.plan.why(job))}" for job in missing))


# ---------------------------------------------------------------- the whole build
def build(paths: Paths, progress: Progress, render: Render) -> tuple[str, list[str]]:
    """Build the site next to site/ and exchange the two -> (summary, error texts of contradicted claims).

    Does nothing if nothing has changed since the last whole build.
    """
    last = up_to_date.unchanged(paths, scale="sample")
    if last is not None:
        return f"Nothing changed: {last['summary']}", last["contradicted"]
    began, seen = time.monotonic(), up_to_date.inputs(paths, inputs.settings(paths), scale="sample")
    done = prepare(paths, progress, claims=True)
    progress.stage("rendering")
    fresh = paths.fresh_site(os.getpid())
    try:
        render(done.project, fresh)
        with locked(paths):
            exchange(fresh, paths.site)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    summary, contradicted = f"{done.summary()}; {time.monotonic() - began:.0f} s", done.contradicted()
    progress.message(progress.times())
    if waiting := done.unaccepted():
        progress.message(f"not accepted yet: {', '.join(waiting)}\n  to accept: nox -s replicate")
    depends = inputs.everything(done.project.paths, done.project.catalog.code)
    digest = up_to_date.current(paths, depends, scale="sample")
    same = up_to_date.inputs(paths, inputs.settings(paths), scale="sample") == seen
    if same and inputs.as_read(done.project.catalog.code):
        up_to_date.write(paths, digest, depends, done.summary(jobs=0), done.project.knowledge.next_change, contradicted)
    else:  # files changed during the build, so the site may be older than they are
        up_to_date.forget(paths)
    return summary, contradicted


@contextlib.contextmanager
def locked(paths: Paths) -> Iterator[None]:
    """A lock held while site/ is exchanged; the kernel releases it when the process dies."""
    paths.state.mkdir(parents=True, exist_ok=True)
    with paths.lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def exchange(fresh: Path, target: Path) -> None:
    """Swap a finished folder with the current one: afterwards the old one is at the path of the finished one."""
    if not target.exists():
        fresh.rename(target)
        return
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    at_cwd, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    renameat2 = getattr(libc, "renameat2", None)  # Linux
    if renameat2 and renameat2(at_cwd, os.fsencode(fresh), at_cwd, os.fsencode(target), swap) == 0:
        return
    old = fresh.with_name(f"{fresh.name}.old")
    target.rename(old)
    fresh.rename(target)
    old.rename(fresh)


def _sweep(paths: Paths) -> None:
    """Remove scratch folders and half-written sites of killed builds, pages and formulas unused for a week."""
    old = time.time() - 24 * 3600
    for kind in ("pages", "formulas"):
        Memo(paths, kind).sweep(days=7)
    for folder in paths.scratch.iterdir() if paths.scratch.is_dir() else ():
        if folder.stat().st_mtime < old:
            shutil.rmtree(folder, ignore_errors=True)
    for process, folder in paths.fresh_sites():
        if not (process and _alive(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
