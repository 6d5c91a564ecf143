"""Releases: the listed pages and claims of a day, with their verdicts.

    releases/2026.11.json       a line per page and per claim, so that a pull request shows what changed

    "concepts/dropout.md": {"text": "5f0c…", "title": "Dropout"},
    "dropout.keeps_the_mean": {"sentence": "91be…", "sample": ["supported", [-0.0501, 0.01]]},

After the status come effect and spread of each comparison: the accepted ones or, without an acceptance, those of the
machine that took the release. "within" is written as "supported", since it depends on the machine which of them it is.
Nothing that is unlisted is in a release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from coursenotes import dates
from coursenotes.cache.keys import hash_json
from coursenotes.cache.store import write_atomic
from coursenotes.claims import verdicts
from coursenotes.claims.verdicts import Verdict
from coursenotes.discover.headings import page_title
from coursenotes.discover.text.addresses import written_out
from coursenotes.discover.text.prose import front_matter_blanked
from coursenotes.errors import CoursenotesError, Problem, Problems
from coursenotes.paths import Paths
from coursenotes.project import Project

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
RENAMED = {"failed": verdicts.CONTRADICTED}  # statuses in files of earlier versions


@dataclass(frozen=True)
class Snapshot:
    """The listed pages {"title", "text"} and claims {"sentence", scale: [status, [effect, spread]…]} of a day, by name.

    text and sentence are digests. The name of today's state is empty.
    """

    name: str
    day: date
    pages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


# ---------------------------------------------------------------- taking one
def take(project: Project, name: str = "") -> Snapshot:
    """The state of today. -> a snapshot of all that is listed."""
    seen = project.knowledge.visibility
    pages = {
        page.name: {
            "title": page_title(page),
            "text": _digest(written_out(front_matter_blanked(page.text), page.context)),
        }
        for page in seen.pages
    }
    claims = {id: _claim(project, id) for id in sorted(project.catalog.claims) if seen.claim(id)}
    return Snapshot(name, project.knowledge.today, pages, claims)


def save(project: Project, name: str) -> Path:
    """Take a release and write its file. -> its path. Raises CoursenotesError if the state cannot be released."""
    path, problems = project.paths.releases / f"{name}.json", Problems()
    if not NAME.fullmatch(name):
        raise CoursenotesError(Problem(f"{name!r} is not a name for a release", fix="such as 2026.11 or v2"))
    before = load(project.paths)
    if path.exists():
        taken = _named(before)
        raise CoursenotesError(
            Problem(f"the release {name} was taken already", path, None, (taken,), "use another name")
        )
    if before and before[-1].day > project.knowledge.today:
        problems.add(f"the last release, {before[-1].name}, is of {before[-1].day}, after today", path)
    problems.extend(_not_checked(project))
    problems.raise_if_any()
    write_atomic(path, write(take(project, name)))
    return path


def write(snapshot: Snapshot) -> str:
    """A snapshot as text: sorted, one line for each page and claim."""
    head = [f' "name": {_json(snapshot.name)},', f' "date": "{snapshot.day}",']
    parts = []
    for title, there in (("pages", snapshot.pages), ("claims", snapshot.claims)):
        lines = ",\n".join(f"  {_json(name)}: {_json(there[name])}" for name in sorted(there))
        parts.append(f' "{title}": {{\n{lines}\n }}' if lines else f' "{title}": {{}}')
    return "\n".join(["{", *head, ",\n".join(parts), "}", ""])


def _claim(project: Project, claim: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"sentence": _digest(project.catalog.claims[claim].sentence)}
    for verdict in verdicts.best(project.plan, claim):
        status = verdicts.SUPPORTED if verdict.status == verdicts.WITHIN else verdict.status
        entry[verdict.scale] = [status, *([_rounded(mean), _rounded(sd)] for mean, sd in _effects(verdict))]
    return entry


def _effects(verdict: Verdict) -> list[tuple[float | None, float | None]]:
    """Mean and spread of each comparison, from its replication or, without one, from this machine."""
    if verdict.record:
        return [(c["mean"], c["sd"]) for c in verdict.record["comparisons"]]
    return [(c["effect"], c["spread"]) for c in verdict.comparisons]


def _rounded(value: float | None) -> float | None:
    """Four significant digits: more would differ between machines."""
    return None if value is None else float(f"{value:.4g}")


def _digest(text: str) -> str:
    """A digest of the words; line breaks do not count."""
    return hash_json(text.split())[:12]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _not_checked(project: Project) -> Iterator[Problem]:
    """A problem for each listed claim without a good verdict; only at full scale may the acceptance be missing."""
    for id, claim in sorted(project.catalog.claims.items()):
        for verdict in verdicts.best(project.plan, id) if project.knowledge.visibility.claim(id) else ():
            if verdict.good or (verdict.status == verdicts.UNACCEPTED and verdict.scale == "full"):
                continue
            where = "" if verdict.scale == verdicts.EXACT else f" at {verdict.scale} scale"
            yield Problem(
                f"the claim {id} is {verdicts.WORDS[verdict.status]}{where}", claim.path, claim.line,
                tuple((verdict.error or "").splitlines()[:3]), _fix(verdict),
            )  # fmt: skip


def _fix(verdict: Verdict) -> str:
    if verdict.status == verdicts.UNCHECKED:
        return "coursenotes build"
    if verdict.scale == verdicts.EXACT:
        return "correct the claim or its code"
    if verdict.status == verdicts.UNACCEPTED:
        return "nox -s replicate"
    return "correct the claim or its code, and nox -s replicate"


# ---------------------------------------------------------------- reading them
def load(paths: Paths) -> list[Snapshot]:
    """Every release, the oldest first. Raises CoursenotesError with every file that cannot be read."""
    problems, releases = Problems(), []
    for path in sorted(paths.releases.glob("*.json")):
        try:
            releases.append(_read(path))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            problems.add(f"not a release: {error}", path, fix="restore the file as it was written")
    problems.raise_if_any()
    return sorted(releases, key=lambda release: (release.day, release.name))


def problems(paths: Paths) -> Iterator[Problem]:
    """The problems of the releases' files."""
    try:
        load(paths)
    except CoursenotesError as error:
        yield from error.problems


def _named(releases: list[Snapshot]) -> str:
    """The releases with their days, on one line."""
    return "there is: " + (", ".join(f"{r.name} of {r.day}" for r in releases) or "none")


def _read(path: Path) -> Snapshot:
    raw = json.loads(path.read_text(encoding="utf-8"))
    if raw["name"] != path.stem:
        raise ValueError(f"its name in the file is {raw['name']}")
    for name, page in raw["pages"].items():
        if not isinstance(page["title"], str) or not isinstance(page["text"], str):
            raise ValueError(f"title or text of {name} is not a text")
    for name, claim in raw["claims"].items():
        there = [found for scale, found in claim.items() if scale != "sentence"]
        for found in there:
            found[0] = RENAMED.get(found[0], found[0])
        if not isinstance(claim["sentence"], str) or {found[0] for found in there} - set(verdicts.STATUSES):
            raise ValueError(f"sentence or verdict of {name} cannot be read")
    return Snapshot(raw["name"], dates.parse(raw["date"]), raw["pages"], raw["claims"])
