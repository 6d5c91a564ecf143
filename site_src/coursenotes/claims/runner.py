"""Checks claims for a build: in the Pool's processes, one a topic, and only those without a current verdict."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coursenotes.claims import verdicts
from coursenotes.claims.verdicts import Verdict
from coursenotes.errors import Problem
from coursenotes.layout import Layout
from coursenotes.plan import Library
from coursenotes.workers import Outcome, Pool, Task

SECONDS = 300.0  # for the claims of one topic
GIGABYTES = 4.0


def tasks(library: Library) -> list[Task]:
    """One task for each topic with a claim that has no good verdict as it is now. A failed one is checked again."""
    asked: dict[str, list[list[str]]] = {}
    for claim, info in library.site.claims.items():
        for scale in verdicts.scales(library, claim):
            if not verdicts.load(library, claim, scale).good and not verdicts.missing(library, claim, scale):
                asked.setdefault(info.topic, []).append([claim, scale])
    root = str(library.layout.root)
    return [
        Task(f"claims:{topic}", "coursenotes.claims.runner:run", {"root": root, "topic": topic, "claims": claims},
             seconds=SECONDS, gigabytes=GIGABYTES, cost=0.1 * len(claims))
        for topic, claims in asked.items()
    ]  # fmt: skip


def run(args: dict[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Inside the worker: run pytest on the claims of one topic. -> {"exit": its status}; verdicts as files in folder.

    args: root, topic, claims ([id, scale] each).
    """
    import pytest

    root = Path(args["root"])
    os.chdir(root)
    sent = _Send(folder, {tuple(pair) for pair in args["claims"]}, report)
    options = ["-q", "--no-header", "-rN", "--tb=short", "--continue-on-collection-errors", "--claims-missing-only"]
    plugins = ["-p", "coursenotes.claims.plugin", "-p", "no:cacheprovider", "--disable-plugin-autoload"]
    path = str(Layout(root).claims_file(args["topic"]))
    status = pytest.main([*options, *plugins, f"--rootdir={root}", path], plugins=[sent])
    return {"exit": int(status)}


class _Send:
    """A pytest plugin that writes verdicts into the task's folder: the worker may have no right to keep them."""

    def __init__(self, folder: Path, asked: set[tuple[str, ...]], report: Callable[[dict[str, Any]], None]):
        self.folder, self.asked, self.report = folder, asked, report

    def pytest_coursenotes_verdict(self, verdict: Verdict) -> bool:
        self.report({"claim": verdict.claim, "scale": verdict.scale, "status": verdict.status})
        (self.folder / f"{verdict.claim}.{verdict.scale}.json").write_text(verdict.to_json(), encoding="utf-8")
        return True


def keep(library: Library, outcome: Outcome) -> list[Problem]:
    """Keep the verdicts of a finished task. -> a problem for each claim that failed, or that was left unchecked."""
    if outcome.problem is not None:
        return [outcome.problem]
    problems = []
    for claim, scale in outcome.task.args["claims"]:
        verdict = _read(library, outcome, claim, scale)
        if verdict is None and verdicts.load(library, claim, scale).good:
            continue  # another build was quicker, and pytest left the claim alone
        if verdict is None:
            info = verdicts.find(library, claim)
            said = tuple(line for line in outcome.output.strip().splitlines() if line.strip())[-30:]
            problems.append(Problem(f"the claim {claim} could not be checked ({scale})", info.path, info.line, said))
            continue
        verdicts.save(library, verdict)
        if verdict.status == "failed":
            problems.append(failure(library, verdict))
    return problems


def failure(library: Library, verdict: Verdict) -> Problem:
    """A failed verdict as a problem at its test."""
    first, *rest = (verdict.error or f"the claim {verdict.claim} failed").splitlines()
    what = first.removeprefix(f"{verdict.path}:").lstrip("0123456789").removeprefix(": ")
    line = first.removeprefix(f"{verdict.path}:").split(":")[0]
    return Problem(
        what, library.layout.root / verdict.path, int(line) if line.isdigit() else verdict.line,
        tuple(text.strip() for text in rest),
    )  # fmt: skip


def check(
    library: Library, only_missing: bool = True, on_result: Callable[[Verdict], None] | None = None
) -> list[Verdict]:
    """Check the claims in a Pool of their own -> the verdicts on all claims at all their scales.

    only_missing: leave those with a current verdict; otherwise all are forgotten first. on_result is given each
    verdict that was made here.
    """
    everything = [(claim, scale) for claim in library.site.claims for scale in verdicts.scales(library, claim)]
    if not only_missing:
        for claim, scale in everything:
            library.memo(verdicts.KIND, verdicts.key(library, claim, scale)).unlink(missing_ok=True)
    with Pool(library.layout.root) as pool:
        for outcome in pool.run(tasks(library)):
            keep(library, outcome)
            for claim, scale in outcome.task.args["claims"]:
                if on_result is not None:
                    on_result(verdicts.load(library, claim, scale))
    return [verdicts.load(library, claim, scale) for claim, scale in everything]


def _read(library: Library, outcome: Outcome, claim: str, scale: str) -> Verdict | None:
    """The verdict that the task wrote, if it is about this claim as it is now."""
    if outcome.folder is None:
        return None
    try:
        found = Verdict.from_json((outcome.folder / f"{claim}.{scale}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    current = verdicts.key(library, claim, scale)
    return found if (found.claim, found.scale, found.key) == (claim, scale, current) else None
