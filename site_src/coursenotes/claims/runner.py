"""Checks claims for a build: in processes of the Pool, one per topic, and only those without a current verdict."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coursenotes.claims import verdicts
from coursenotes.claims.acceptance import Record
from coursenotes.claims.verdicts import Verdict
from coursenotes.discover.project import Catalog
from coursenotes.errors import Problem
from coursenotes.experiments.plan import Plan, load
from coursenotes.paths import Paths
from coursenotes.workers import Outcome, Task

PREPARE = "coursenotes.claims.runner:prepare"
TOPIC_SECONDS = 300.0  # the time limit of one topic's claims
GIGABYTES = 4.0

_catalogs: dict[str, Catalog] = {}  # by root: read by prepare(), for the processes that are forked afterwards


def prepare(args: dict[str, Any]) -> None:
    """Read the project and load pytest, once for all topics, in the server from which the workers are forked."""
    importlib.import_module("pytest")
    importlib.import_module("coursenotes.claims.plugin")
    _catalogs[args["root"]] = load(Paths(Path(args["root"]))).catalog


def tasks(plan: Plan) -> list[Task]:
    """One task for each topic with a claim that has no final verdict as it is now."""
    topics: dict[str, list[list[str]]] = {}
    for claim, info in plan.catalog.claims.items():
        for scale in verdicts.scales(plan, claim):
            if not verdicts.load(plan, claim, scale).final and not verdicts.missing(plan, claim, scale):
                topics.setdefault(info.topic, []).append([claim, scale])
    return [task(plan, topic, claims) for topic, claims in topics.items()]


def task(plan: Plan, topic: str, claims: list[list[str]], accept: str | None = None) -> Task:
    """The task that evaluates some claims ([id, scale] each) of one topic, on the seeds of the plan.

    accept: evaluate them as a replication; a description of its seeds and kernels.
    """
    seeds = None if plan.seeds is None else list(plan.seeds)
    args = {"root": str(plan.paths.root), "topic": topic, "claims": claims, "seeds": seeds, "accept": accept}
    cost, torch = 0.1 * len(claims), plan.imports_torch(topic)
    return Task(
        f"claims:{topic}", "coursenotes.claims.runner:run", args, TOPIC_SECONDS, GIGABYTES, cost, needs_torch=torch
    )


def run(args: dict[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """In the worker: run pytest on the claims of one topic. -> {"exit": its status}; verdicts as files in folder.

    args: those of task().
    """
    import pytest

    root = Path(args["root"])
    os.chdir(root)
    sent = _Send(folder, args, report)
    options = ["-q", "--no-header", "-rN", "--tb=short", "--continue-on-collection-errors"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of the plugin, which is loaded before
    options += ["--claims-accept"] if args["accept"] is not None else ["--claims-missing-only"]
    plugins = ["-p", "coursenotes.claims.plugin", "-p", "no:cacheprovider", "--disable-plugin-autoload", "--noconftest"]
    path = str(Paths(root).claims_file(args["topic"]))
    status = pytest.main([*options, *plugins, f"--rootdir={root}", path], plugins=[sent])
    return {"exit": int(status)}


class _Send:
    """A pytest plugin that writes verdicts and records into the task's folder, from which keep() takes them."""

    def __init__(self, folder: Path, args: dict[str, Any], report: Callable[[dict[str, Any]], None]):
        self.folder, self.args, self.report = folder, args, report

    def pytest_coursenotes_plan(self) -> Plan:
        catalog, seeds = _catalogs.get(self.args["root"]), self.args["seeds"]
        return load(Paths(Path(self.args["root"])), seeds) if catalog is None else Plan(catalog, seeds=seeds)

    def pytest_coursenotes_selected(self) -> set[tuple[str, str]]:
        return {(claim, scale) for claim, scale in self.args["claims"]}

    def pytest_coursenotes_seeds(self) -> str | None:
        return self.args["accept"]

    def pytest_coursenotes_verdict(self, verdict: Verdict) -> bool:
        self.report({"claim": verdict.claim, "scale": verdict.scale, "status": verdict.status})
        (self.folder / f"{verdict.claim}.{verdict.scale}.json").write_text(verdict.to_json(), encoding="utf-8")
        return True

    def pytest_coursenotes_record(self, claim: str, scale: str, record: Record) -> bool:
        self.report({"claim": claim, "scale": scale, "accepted": record.accepted})
        text = json.dumps(vars(record), ensure_ascii=False, allow_nan=False)
        (self.folder / f"{claim}.{scale}.json").write_text(text, encoding="utf-8")
        return True


def keep(plan: Plan, outcome: Outcome) -> list[Problem]:
    """Store the verdicts of a finished task. -> a problem for each claim that could not be checked.

    A contradicted claim is not a problem: it has its verdict, and the site is written with it.
    """
    if outcome.problem is not None:
        return [outcome.problem]
    problems = []
    for claim, scale in outcome.task.args["claims"]:
        verdict = _read(plan, outcome, claim, scale)
        if verdict is None and verdicts.load(plan, claim, scale).final:
            continue  # another build was quicker, and pytest deselected the claim
        if verdict is None:
            problems.append(unchecked(plan, outcome, claim, scale))
            continue
        verdicts.save(plan, verdict)
    return problems


def unchecked(plan: Plan, outcome: Outcome, claim: str, scale: str) -> Problem:
    """The problem of a claim that a task should have checked and did not, with the output of pytest."""
    info = verdicts.find(plan, claim)
    output = [line for line in outcome.output.strip().splitlines() if line.strip()][-30:]
    return Problem(f"the claim {claim} could not be checked ({scale})", info.path, info.line, tuple(output))


def failure(plan: Plan, verdict: Verdict) -> Problem:
    """A contradicted verdict as a problem at its test."""
    first, *rest = (verdict.error or f"the claim {verdict.claim} is contradicted here").splitlines()
    what = first.removeprefix(f"{verdict.path}:{verdict.error_line}: ")
    line = verdict.error_line or verdict.line
    return Problem(what, plan.paths.root / verdict.path, line, tuple(text.strip() for text in rest))


def _read(plan: Plan, outcome: Outcome, claim: str, scale: str) -> Verdict | None:
    """The verdict that the task wrote, if it is on this claim as it is now."""
    if outcome.folder is None:
        return None
    try:
        verdict = Verdict.from_json((outcome.folder / f"{claim}.{scale}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    current = verdicts.key(plan, claim, scale)
    return verdict if (verdict.claim, verdict.scale, verdict.key) == (claim, scale, current) else None
