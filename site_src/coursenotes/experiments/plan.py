"""Plans what has to be run: the jobs that are wanted, the results that exist, the missing ones and why."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursenotes.api import Scale, seed_count
from coursenotes.cache import history, keys, published
from coursenotes.cache.differences import difference
from coursenotes.cache.store import Store, write_atomic
from coursenotes.discover.project import Catalog, ExperimentInfo, discover
from coursenotes.discover.python import records
from coursenotes.discover.python.covered import covered
from coursenotes.discover.python.names import library
from coursenotes.discover.python.reach import Closure
from coursenotes.discover.python.statements import kept, reader
from coursenotes.errors import CoursenotesError, Problem, unknown
from coursenotes.paths import Paths
from coursenotes.result import JobResult, Results, Row


@dataclass(frozen=True)
class Job:
    """One setting of an experiment with one seed at one scale, and its key."""

    experiment: ExperimentInfo
    settings: Mapping[str, Any]
    seed: int
    scale: Scale
    key: str

    @property
    def label(self) -> str:
        """Its name for people: dropout.drop_rate p=0.5 seed 3."""
        settings = "".join(f" {k}={v}" for k, v in self.settings.items())
        full = " full" if self.scale == "full" else ""
        return f"{self.experiment.id}{full}{settings} seed {self.seed}"

    @property
    def slot(self) -> str:
        """Its name within its experiment, whatever the code."""
        return history.slot(self.scale, self.settings, self.seed)


class Plan:
    """The project's experiments with their keys and results. It only looks up, and runs nothing.

    seeds: those of every experiment, in place of the ones that it declares.
    """

    def __init__(self, catalog: Catalog, store: Store | None = None, seeds: Sequence[int] | None = None):
        self.catalog, self.paths, self.seeds = catalog, catalog.paths, seeds
        self.store = store or Store(catalog.paths)
        self.revision = 0  # raised with every new result or acceptance: values derived before may be out of date
        self.problems: list[Problem] = []  # published files that could not be read
        self._reached: dict[tuple[str, str], _Reached] = {}
        self._jobs: dict[tuple[str, str, tuple[int, ...] | None], list[Job]] = {}
        self._published: dict[str, tuple[dict[str, Any], list[Row]] | None] = {}
        self._results: dict[tuple[str, str], Results | None] = {}
        self._keys: dict[tuple[str, str, str | None], str] = {}
        self._runs = history.Runs(catalog.paths)

    # -- names
    def experiment(self, name: str) -> ExperimentInfo:
        """The experiment with this id. Raises CoursenotesError with the nearest spelling."""
        if name not in self.catalog.experiments:
            raise CoursenotesError(unknown("experiment", name, sorted(self.catalog.experiments)))
        return self.catalog.experiments[name]

    # -- what results depend on
    def depends(self, experiment: str, scale: str) -> dict[str, Any]:
        """The common dependencies of an experiment's jobs. Raises CoursenotesError where code cannot be followed."""
        reached = self._reach(experiment, scale)
        if reached.problems:
            raise CoursenotesError(*reached.problems)
        return reached.depends

    def refused(self, experiment: str, scale: str) -> list[Problem]:
        """The problems of an experiment's code that cannot be followed."""
        return self._reach(experiment, scale).problems

    def slices(self, experiment: str, scale: str) -> dict[str, Any]:
        """The code that jobs of an experiment load, as plain JSON: exactly what their key covers."""
        return covered(self.catalog.code, self._reach(experiment, scale).closures)

    def code_slices(self, module: str, name: str) -> dict[str, Any]:
        """The code that a function reaches, as plain JSON."""
        return covered(self.catalog.code, [self.catalog.code.closure(module, name)])

    def _reach(self, name: str, scale: str) -> _Reached:
        if (name, scale) not in self._reached:
            e = self.experiment(name)
            closures = keys.job_closures(self.catalog.code, e.module, e.name, e.data, scale)
            depends = keys.job_depends(closures, f"{e.module}.{e.name}", scale)
            problems = keys.job_problems(closures, e.times)
            if e.after is not None:
                before = self._reach(e.after, scale)
                depends["after"] = before.depends
                problems = problems + before.problems
            self._reached[name, scale] = _Reached(closures, depends, problems)
        return self._reached[name, scale]

    def code_key(self, module: str, name: str) -> str:
        """The key of the code that a function, class or constant reaches, and of the libraries that it uses."""
        if (module, name, None) not in self._keys:
            closure = self.catalog.code.closure(module, name)
            self._keys[module, name, None] = keys.code(closure)
        return self._keys[module, name, None]

    def results_key(self, experiment: str, scale: str) -> str:
        """One key over all jobs of an experiment, as its results are now."""
        results = self.results(experiment, scale)
        rows = None if results is None else [row.key for row in results.rows]
        published = self.paths.published_file(*experiment.split(".")) if scale == "full" else None
        jobs = [job.key for job in self.jobs(experiment, scale)]
        return keys.results(jobs, rows, results is not None and results.stale is not None, published)

    def imports_torch(self, topic: str) -> bool:
        """Whether a topic's snippet imports torch, by itself or through fastai."""
        summary = self.catalog.code.module(f"snippets.{topic}")
        libraries = set(map(library, summary.imports.targets())) if summary else set()
        return not libraries.isdisjoint({"torch", "fastai"})

    # -- jobs and results
    def declared_seeds(self, experiment: str, scale: str) -> int:
        """How many seeds an experiment declares at a scale."""
        return seed_count(self.experiment(experiment).seeds, scale)

    def jobs(self, experiment: str, scale: str, seeds: Iterable[int] | None = None) -> list[Job]:
        """Every job of an experiment at a scale, with its key; with these seeds, or those that it declares."""
        seeds = self.seeds if seeds is None else seeds
        chosen = None if seeds is None else tuple(seeds)
        if (experiment, scale, chosen) not in self._jobs:
            e = self.experiment(experiment)
            depends = self.depends(experiment, scale)
            self._jobs[experiment, scale, chosen] = [
                Job(e, settings, seed, scale, keys.job(depends, settings, seed))  # type: ignore[arg-type]
                for settings, seed in e.jobs(scale, chosen)  # type: ignore[arg-type]
            ]
        return self._jobs[experiment, scale, chosen]

    def before(self, job: Job) -> Job | None:
        """The job that this one comes after, whose result it takes; None where there is none."""
        name = job.experiment.after
        if name is None:
            return None
        settings = {setting: job.settings[setting] for setting in self.experiment(name).vary}
        jobs = self.jobs(name, job.scale, [job.seed])
        return next(each for each in jobs if each.settings == settings)

    def result(self, job: Job) -> JobResult | None:
        """The job's result: from the local store, else from the published files; None where it was never run."""
        result = self.store.get(job.key)
        if result is None and job.scale == "full":
            published = self._read_published(job.experiment.id)
            result = next((row.result for row in published[1] if row.key == job.key), None) if published else None
        return result

    def results(self, experiment: str, scale: str) -> Results | None:
        """All results of an experiment at a scale, or None where some job was not run.

        Published results of older code count too; their .stale lists the changes since.
        """
        if (experiment, scale) not in self._results:
            self._results[experiment, scale] = self._look_up(experiment, scale)
        return self._results[experiment, scale]

    def _look_up(self, experiment: str, scale: str) -> Results | None:
        if scale not in self.experiment(experiment).scales:
            return None
        jobs = self.jobs(experiment, scale)
        rows = [Row(job.settings, job.seed, r, job.key) for job in jobs if (r := self.result(job)) is not None]
        if len(rows) == len(jobs):
            return Results(experiment, scale, rows)
        older = self._read_published(experiment) if scale == "full" and self.seeds is None else None
        if older is None:
            return None
        changed = difference(older[0], self.depends(experiment, scale))
        return Results(experiment, scale, older[1], "; ".join(changed) or "its settings or seeds changed")

    def _read_published(self, experiment: str) -> tuple[dict[str, Any], list[Row]] | None:
        if experiment not in self._published:
            path = self.paths.published_file(*experiment.split("."))
            try:
                self._published[experiment] = published.read(path) if path.is_file() else None
            except CoursenotesError as error:
                self.problems += error.problems
                self._published[experiment] = None
        return self._published[experiment]

    def publish(self, experiment: str) -> Path:
        """Write an experiment's full-scale results to results/. Raises CoursenotesError where some are missing."""
        jobs = self.jobs(experiment, "full")
        rows = [Row(job.settings, job.seed, r, job.key) for job in jobs if (r := self.result(job)) is not None]
        if len(rows) < len(jobs):
            raise CoursenotesError(f"{experiment}: {len(jobs) - len(rows)} of {len(jobs)} jobs were not run")
        path = self.paths.published_file(*experiment.split("."))
        published.write(path, experiment, self.depends(experiment, "full"), rows)
        self._published.pop(experiment, None)
        return path

    # -- which results are wanted
    def wanted(self, scale: Scale = "sample") -> list[tuple[str, str]]:
        """(experiment, scale) of everything that pages, figures and claims read, as far as a build runs it."""
        names: set[str] = set()
        for page in self.catalog.pages.values():
            for ref in page.references:
                names |= set(self.read_by(ref))
        for claim in self.catalog.claims.values():
            names |= {*claim.experiments, *claim.controls}
        known = self.catalog.experiments
        names = self.catalog.with_earlier(names)
        return [(name, scale) for name in sorted(names) if name in known and scale in known[name].scales]

    def read_by(self, ref: Any) -> tuple[str, ...]:
        """The experiments whose results a reference shows."""
        if ref.scheme == "figure" and ref.name in self.catalog.figures:
            return self.catalog.figures[ref.name].experiments
        if ref.scheme in ("measured", "table"):
            return (".".join(ref.name.split(".")[:2]),)
        return ()

    def missing(self, wanted: Iterable[tuple[str, str]]) -> list[Job]:
        """The jobs without a result, and those that they come after.

        Raises CoursenotesError with every piece of code that cannot be followed.
        """
        problems: list[Problem] = []
        jobs: list[Job] = []
        for name, scale in wanted:
            try:
                jobs += [job for job in self.jobs(name, scale) if self.result(job) is None]
            except CoursenotesError as error:
                problems += [p for p in error.problems if p not in problems]
        if problems:
            raise CoursenotesError(*problems)
        return self.with_before(jobs)

    def with_before(self, jobs: Iterable[Job]) -> list[Job]:
        """Jobs, and the jobs before them that have to be run first; each once, the earlier first."""
        ordered: dict[str, Job] = {}
        for job in jobs:
            chain = [job]
            while (before := self.before(chain[-1])) is not None and self.store.get(before.key) is None:
                chain.append(before)
            ordered.update((each.key, each) for each in reversed(chain) if each.key not in ordered)
        return list(ordered.values())

    # -- earlier runs: their costs, and what they depended on
    def last(self, job: Job) -> dict[str, Any]:
        """{"key", "seconds"} of this job's last run, whatever the code was then; {} where there was none."""
        return self._runs.last(job.experiment.id, job.slot)

    def remember(self, job: Job, seconds: float) -> None:
        """Record that a job was run."""
        self._runs.note(job.experiment.id, job.slot, job.key, seconds)

    def arrived(self, job: Job) -> None:
        """Take note that a job's result is in the store now: forget the results that were looked up before."""
        self._results.pop((job.experiment.id, job.scale), None)
        self.revision += 1

    def why(self, job: Job) -> list[str]:
        """The changes since the job's last stored result, in words; [] where it is current."""
        if self.result(job) is not None:
            return []
        now = {**self.depends(job.experiment.id, job.scale), "settings": dict(job.settings), "seed": job.seed}
        old = self.store.depends(self.last(job).get("key", "-"))
        if not old and job.scale == "full" and (published := self._read_published(job.experiment.id)):
            old = published[0]
        if not old:
            return ["it was never run here"]
        return difference(old, now, lambda name: name.removeprefix("snippets.")) or ["its result is gone"]


@dataclass(frozen=True)
class _Reached:
    """The code that the jobs of an experiment reach, their dependencies, and the problems of that code."""

    closures: list[Closure]
    depends: dict[str, Any]
    problems: list[Problem]


def load(paths: Paths, seeds: Sequence[int] | None = None) -> Plan:
    """The plan of a project, its files parsed anew only where they changed. Raises CoursenotesError."""
    parsed = kept(paths.parsed)
    before = set(parsed)
    catalog = discover(paths, parsed)
    plan = Plan(catalog, seeds=seeds)
    for name, scale in plan.wanted():
        with contextlib.suppress(CoursenotesError):
            plan.depends(name, scale)
    if set(catalog.code.used) != before:
        write_atomic(paths.parsed, records.to_json(catalog.code.used, reader()))
    return plan
