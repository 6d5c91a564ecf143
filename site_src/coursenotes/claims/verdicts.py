"""Verdicts on claims: stored under the key of everything that they depend on, and looked up by pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from coursenotes.cache import keys
from coursenotes.cache.memo import Memo
from coursenotes.claims import acceptance
from coursenotes.errors import CoursenotesError, unknown

if TYPE_CHECKING:
    from coursenotes.discover.project import ClaimInfo
    from coursenotes.experiments.plan import Plan

KIND = "verdicts"
EXACT = "exact"  # the scale of a claim that reads no results
SUPPORTED, WITHIN, CONTRADICTED = "supported", "within", "contradicted"
UNACCEPTED, REFUTED, UNCHECKED = "unaccepted", "refuted", "unchecked"
WORDS = {  # in the order in which they are listed everywhere
    SUPPORTED: "supported",
    WITHIN: "within the spread here",
    CONTRADICTED: "contradicted here",
    UNACCEPTED: "not accepted yet",
    REFUTED: "refuted",
    UNCHECKED: "not checked",
}
SIGNS = {SUPPORTED: "✓", WITHIN: "≈", CONTRADICTED: "✗", UNACCEPTED: "…", REFUTED: "≠", UNCHECKED: "?"}
MEANINGS = {
    SUPPORTED: "accepted by a replication over many seeds and reproduced by the seeds trained here; or exact, and true",
    WITHIN: "accepted; the mean of the seeds trained here falls short of the margin, by no more than seeds differ",
    CONTRADICTED: "accepted, or exact, and the seeds trained here say otherwise",
    UNACCEPTED: "its replication is missing, or did not suffice",
    REFUTED: "the sentence is the lecture's, and measurement shows the opposite",
    UNCHECKED: "there is no verdict on the code and the results as they are now",
}
STATUSES = tuple(WORDS)


@dataclass
class Verdict:
    """The verdict on one claim at one scale.

    status: one of STATUSES; error gives the reason where it is not good, and error_line its line in the test's file,
    or 0. scale: "sample", "full", or "exact" for a claim that reads no results. comparisons: {claimed, kind, margin,
    every, effect, spread, pairs, standing, line, accepted} each: accepted is the comparison's mean and spread in the
    replication, or None; numbers that are not finite are None. controls: {kind, text, rejected, message} each.
    record: the replication's record, without its key. refutes: the lecture's sentence in @refuted. path: of the test,
    below the root.
    """

    claim: str
    scale: str
    status: str
    sentence: str
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    controls: list[dict[str, Any]] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)
    date: str = ""
    error: str | None = None
    path: str = ""
    line: int = 0
    key: str = ""
    refutes: str = ""
    error_line: int = 0

    @property
    def good(self) -> bool:
        """Whether the claim was accepted and checked, and holds as it is written."""
        return self.status in (SUPPORTED, WITHIN, REFUTED)

    @property
    def final(self) -> bool:
        """Whether another check would give the same: an exact claim that failed is tried on other input."""
        return self.good or (self.scale != EXACT and self.status in (CONTRADICTED, UNACCEPTED))

    def to_json(self) -> str:
        """One line a field, UTF-8, no NaN."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Verdict:
        """The verdict that to_json wrote. Raises ValueError on anything else."""
        try:
            verdict = cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(f"not a verdict: {error}") from error
        wanted: dict[str, type] = {f.name: str for f in fields(cls) if f.name != "error"}
        wanted |= {"comparisons": list, "controls": list, "record": dict, "line": int, "error_line": int}
        wrong = [name for name, kind in wanted.items() if not isinstance(getattr(verdict, name), kind)]
        if wrong or verdict.status not in STATUSES:
            raise ValueError(f"not a verdict: {', '.join(wrong) or verdict.status!r}")
        return verdict


_looked_up: WeakKeyDictionary[Plan, tuple[int, dict[tuple[str, str], Verdict]]] = WeakKeyDictionary()


def find(plan: Plan, claim_id: str) -> ClaimInfo:
    """The claim with this id. Raises CoursenotesError with the nearest spelling."""
    claims = plan.catalog.claims
    if claim_id not in claims:
        raise CoursenotesError(unknown("claim", claim_id, sorted(claims)))
    return claims[claim_id]


def scales(plan: Plan, claim_id: str) -> tuple[str, ...]:
    """The scales at which a claim is checked.

    "exact" alone for a claim that reads no results; else those of @at; else sample, and full where everything that it
    reads has full results of the current code. (A claim over full-only data has only "full".)
    """
    info = find(plan, claim_id)
    if not info.experiments:
        return (EXACT,)
    if len(info.scales) == 1:
        return tuple(info.scales)
    return tuple(s for s in info.scales if s == "sample" or missing(plan, claim_id, s) is None)


def missing(plan: Plan, claim_id: str, scale: str) -> str | None:
    """The reason why a claim cannot be checked at a scale: results that are missing or stale. None if it can."""
    if scale == EXACT:
        return None
    reasons = []
    for name in _reads(find(plan, claim_id)):
        results = plan.results(name, scale)
        full = " --scale full" if scale == "full" else ""
        if results is None:
            reasons.append(f"results of {name} at {scale} scale are missing: run `coursenotes run {name}{full}`")
        elif results.stale:
            reasons.append(f"results of {name} at {scale} scale are of older code: {results.stale}")
    return "\n".join(reasons) or None


def key(plan: Plan, claim_id: str, scale: str) -> str:
    """The key of a verdict.

    It covers the test with all that it reaches in the project, and the libraries used; the snippet's functions and the
    fixtures that it takes; the results that it and its controls read; and its acceptance. Prose, the docstring and the
    date do not enter.
    """
    info = find(plan, claim_id)
    scale = _known(plan, info, scale)
    reads = {name: [plan.results_key(name, scale)] for name in _reads(info) if scale != EXACT}
    fixtures = _fixtures(plan, info)
    record = None if scale == EXACT else acceptance.load(plan, info, scale)
    test = plan.code_key(plan.paths.module(info.path), f"test_{info.name}")
    functions = {name: plan.code_key(f"snippets.{info.topic}", name) for name in info.functions}
    return keys.verdict(claim_id, scale, test, functions, fixtures, reads, record.digest() if record else None)


def _fixtures(plan: Plan, info: ClaimInfo) -> dict[str, str]:
    """The code of the project's own fixtures that a claim's test takes, and of those that they take."""
    fixtures: dict[str, str] = {}
    todo = [p for p in info.params if p not in info.functions and f"{info.topic}.{p}" not in info.experiments]
    while todo:
        name = todo.pop()
        for module in (plan.paths.module(info.path), "tests.claims.conftest", "tests.conftest"):
            summary = plan.catalog.code.module(module)
            declared = [function for function in summary.functions if function.name == name] if summary else []
            if declared and f"{module}.{name}" not in fixtures:
                fixtures[f"{module}.{name}"] = plan.code_key(module, name)
                todo += declared[-1].params
    return fixtures


def load(plan: Plan, claim_id: str, scale: str = "sample") -> Verdict:
    """The stored verdict on a claim as it is now, or one with status "unchecked" and the reason.

    For a scale at which the claim is never checked it is the verdict at the scale at which it is; see .scale.
    """
    info = find(plan, claim_id)
    scale = _known(plan, info, scale)
    known = _known_of(plan)
    if (claim_id, scale) in known:
        return known[claim_id, scale]
    verdict = _load(plan, info, scale)
    if verdict.status != UNCHECKED:  # another build may check it at any time
        known[claim_id, scale] = verdict
    return verdict


def _known_of(plan: Plan) -> dict[tuple[str, str], Verdict]:
    """The verdicts that were looked up for a plan since its last result or acceptance changed."""
    revision, known = _looked_up.get(plan, (-1, {}))
    if revision != plan.revision:
        known = {}
        _looked_up[plan] = (plan.revision, known)
    return known


def _load(plan: Plan, info: ClaimInfo, scale: str) -> Verdict:
    current = key(plan, info.id, scale)
    try:
        verdict = Verdict.from_json(Memo(plan.paths, KIND).get(current) or "")
        if (verdict.claim, verdict.scale, verdict.key) == (info.id, scale, current):
            verdict.sentence, verdict.path, verdict.line = info.sentence, _path(plan, info), info.line
            return verdict
    except (OSError, ValueError):
        pass  # there is none, or it is damaged: the claim is checked again
    why = missing(plan, info.id, scale) or "it was not checked since its test or what it reads changed"
    return _blank(plan, info, scale, UNCHECKED, why, current)


def blank(plan: Plan, claim_id: str, scale: str, status: str = UNCHECKED, error: str | None = None) -> Verdict:
    """A verdict on a claim, without comparisons and controls."""
    return _blank(plan, find(plan, claim_id), scale, status, error, key(plan, claim_id, scale))


def _blank(plan: Plan, info: ClaimInfo, scale: str, status: str, error: str | None, key: str) -> Verdict:
    path = _path(plan, info)
    return Verdict(info.id, scale, status, info.sentence, error=error, path=path, line=info.line, key=key)


def best(plan: Plan, claim_id: str) -> list[Verdict]:
    """The verdicts on a claim at every scale at which it is checked, as stored; some may be "unchecked"."""
    return [load(plan, claim_id, scale) for scale in scales(plan, claim_id)]


def save(plan: Plan, verdict: Verdict) -> None:
    """Store a verdict under its own key, unless it is unchecked."""
    if verdict.status != UNCHECKED:
        Memo(plan.paths, KIND).put(verdict.key, verdict.to_json())
        _looked_up.pop(plan, None)


def pages(plan: Plan, claim_id: str) -> list[str]:
    """The places that cite a claim: "docs/concepts/dropout.md:14" for each page and line."""
    return [
        f"{page.path.relative_to(plan.paths.root).as_posix()}:{ref.line}"
        for page in plan.catalog.pages.values()
        for ref in page.references
        if ref.scheme == "claim" and ref.name == claim_id
    ]


def _reads(info: ClaimInfo) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*info.experiments, *info.controls)))


def _path(plan: Plan, info: ClaimInfo) -> str:
    return info.path.relative_to(plan.paths.root).as_posix()


def _known(plan: Plan, info: ClaimInfo, scale: str) -> str:
    """The scale at which a claim is checked that is looked up at this one."""
    if not info.experiments:
        return EXACT
    return scale if scale in info.scales else (*info.scales, "sample")[0]


def finite(value: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with None in place of numbers that JSON does not have."""
    bad = (float("inf"), float("-inf"))
    return {k: None if isinstance(v, float) and (v != v or v in bad) else v for k, v in value.items()}
