"""The commands that train: run and replicate."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from coursenotes.errors import CoursenotesError, Problem, raise_all
from coursenotes.paths import Paths

if TYPE_CHECKING:
    from coursenotes.claims.verdicts import Verdict
    from coursenotes.project import Project


def run(args: argparse.Namespace, paths: Paths) -> int:
    if args.twice:
        return _run_twice(args, paths)
    from coursenotes.experiments.train import fetch, preload, task, train
    from coursenotes.project import load
    from coursenotes.workers import Pool
    from coursenotes.workers.progress import Progress

    project = load(paths)
    names = _chosen(project, args.names, args.scale)
    missing = project.plan.missing((name, args.scale) for name in names)
    total = sum(len(project.plan.jobs(name, args.scale)) for name in names)
    todo = [task(project.plan, job) for job in missing]
    with Progress() as progress, Pool(paths.root, preload=preload(todo)) as pool:
        if args.scale == "full" and missing:
            raise_all(fetch(project.plan, {job.experiment.id for job in missing}, pool, progress))
        progress.plan(total, total - len(missing), tasks=todo)
        problems = train(project.plan, missing, pool, progress)
    for name in names:
        _show(project, name, args.scale)
        if args.publish and args.scale == "full" and project.plan.results(name, "full") is not None:
            try:
                print(f"  published in {project.plan.publish(name).relative_to(paths.root)}")
            except CoursenotesError as error:
                problems += error.problems
    raise_all(problems)
    return 0


def _run_twice(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.experiments import twice
    from coursenotes.project import load
    from coursenotes.workers.progress import Progress

    project = load(paths)
    names = _chosen(project, args.names, args.scale)
    if args.since:
        touched = twice.changed_since(project.plan, args.since, args.scale)
        names = [name for name in names if name in touched]
    with Progress() as progress:
        same, problems = twice.compare(project.plan, names, args.scale, progress)
    print(f"{same} of {len(names)} experiments return the same when one of their jobs runs again")
    raise_all(problems)
    return 0


def _chosen(project: Project, names: list[str], scale: str) -> list[str]:
    """Experiments by id or by topic, or all that can run at the scale."""
    able = [e for e in project.catalog.experiments.values() if scale in e.scales]
    if not names:
        return [e.id for e in able]
    found = []
    for name in names:
        topic = [e.id for e in able if e.topic == name]
        known = topic or name in (e.topic for e in project.catalog.experiments.values())
        one = None if known else project.plan.experiment(name).id
        if not topic and (one is None or scale not in project.plan.experiment(one).scales):
            raise CoursenotesError(Problem(f"{name} has no {scale} scale", fix="give its dataset one"))
        found += topic or [str(one)]
    return found


def _show(project: Project, name: str, scale: str) -> None:
    results = project.plan.results(name, scale)
    if results is None:
        return
    print(f"{name} at {scale} scale, {len(results.seeds)} seeds")
    for settings, group in results.groups():
        values = ", ".join(
            f"{m} {group.metric(m).mean():.4g} ± {group.metric(m).std(ddof=1 if len(group.seeds) > 1 else 0):.2g}"
            for m in group.metrics
        )
        print(f"  {' '.join(f'{k}={v}' for k, v in settings.items()) or '-'}: {values}")


def replicate(args: argparse.Namespace, paths: Paths) -> int:
    from coursenotes.build import replicate
    from coursenotes.claims.statistics import LEAST_REPLICATED
    from coursenotes.project import load
    from coursenotes.workers.devices import cores
    from coursenotes.workers.progress import Progress

    if args.seeds is not None and args.seeds < LEAST_REPLICATED:
        few = f"--seeds {args.seeds} is too few"
        raise CoursenotesError(Problem(few, fix=f"use at least {LEAST_REPLICATED}"))
    project = load(paths)
    claims = replicate.chosen(project.plan, args.names, args.scale)
    if args.check is not None:
        with Progress() as progress:
            found = replicate.rehearse(project.plan, claims, args.scale, args.check, progress)
        return _print_checked(found, args.check)
    wanted = claims if args.again else replicate.pending(project.plan, claims, args.scale)
    if not wanted:
        print(f"{len(claims)} claims are accepted at {args.scale} scale, and nothing has changed since")
        return 0
    everything = replicate.chosen(project.plan, [], args.scale)  # one number of seeds for all claims
    number = replicate.count(project.plan, everything, args.scale) if args.seeds is None else args.seeds
    seeds = replicate.Seeds.of(number)
    jobs = replicate.missing(project.plan, wanted, args.scale, seeds.all)
    minutes = replicate.expected(project.plan, jobs) / cores() / 60
    print(f"{len(wanted)} of {len(claims)} claims to accept, over {number} seeds: {seeds}")
    print(f"{len(jobs)} jobs are missing, about {minutes:.0f} minutes at low priority", flush=True)
    with Progress() as progress:
        problems = replicate.train_seeds(project.plan, wanted, args.scale, seeds, progress)
        records, more = replicate.accept(project.plan, wanted, args.scale, seeds, progress)
    refused = {claim: record for claim, record in records.items() if not record.accepted}
    for claim, record in sorted(records.items()):
        print(f"{'✓' if record.accepted else '✗'} {claim}", *(f"    {text}" for text in record.problems), sep="\n")
    print(f"{len(records) - len(refused)} of {len(wanted)} claims accepted; recorded in {paths.published.name}/")
    raise_all([*problems, *more])
    return 1 if refused else 0


def _print_checked(found: list[Verdict], first: int) -> int:
    from collections import Counter

    from coursenotes.claims import verdicts

    against = [v for v in found if v.status == verdicts.CONTRADICTED]
    for verdict in against:
        print(verdict.error, end="\n\n")
    counts = Counter(verdict.status for verdict in found)
    words = ", ".join(f"{counts[s]} {verdicts.WORDS[s]}" for s in verdicts.STATUSES if counts[s])
    print(f"seeds from {first} on, {len(found)} claims: {words or 'none'}")
    return 1 if against else 0
