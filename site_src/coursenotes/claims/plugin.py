"""The pytest plugin: gives claim tests their results, checks that they can fail, and stores the verdicts.

A test in tests/claims/test_<topic>.py is a claim. Parameters named like an experiment of the topic receive its
Results, those named like a function or class of the snippet receive that; any other is a pytest fixture. Other tests
are left alone. A claim over results is compared with its acceptance, at sample scale and, where there are full results,
at full scale; one that reads no results ("exact") gets fresh random input in every run, and a failure shows its seed.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from coursenotes.claims import acceptance, collect, decide, evaluate, hooks, report, verdicts
from coursenotes.claims.controls import ClaimInputs
from coursenotes.claims.decorators import marks
from coursenotes.claims.verdicts import Verdict
from coursenotes.discover.project import ClaimInfo
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Plan, load
from coursenotes.paths import Paths


@dataclass(frozen=True)
class Placeholder:
    """The value of a parameter until the test is run, with the scale of its results."""

    scale: str


@dataclass
class Session:
    """One pytest session, with the project that it runs in, if there is one."""

    config: pytest.Config
    paths: Paths | None
    expected: dict[tuple[str, str], int] = field(default_factory=dict)  # (claim, scale) -> items
    parts: dict[tuple[str, str], list[Verdict]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)  # status -> verdicts

    @cached_property
    def _plan(self) -> Plan | CoursenotesError:
        try:
            return self.config.hook.pytest_coursenotes_plan(config=self.config)
        except CoursenotesError as error:
            return error

    @property
    def plan(self) -> Plan:
        """The plan that claims read. Raises CollectError where the project cannot be read."""
        if isinstance(self._plan, CoursenotesError):
            raise pytest.Collector.CollectError(f"the project cannot be read:\n{self._plan}")
        return self._plan

    def is_claims(self, path: Path) -> bool:
        """Whether a file contains claims of the project."""
        return self.paths is not None and path.parent == self.paths.claims and path.name.startswith("test_")

    def claim(self, path: Path, test: str) -> ClaimInfo:
        """The claim of a test function."""
        return verdicts.find(self.plan, collect.claim_id(path, test))

    def take(self, verdict: Verdict) -> None:
        """Take the verdict of one item; with the last item of its claim, store the merged verdict."""
        parts = self.parts.setdefault((verdict.claim, verdict.scale), [])
        parts.append(verdict)
        if len(parts) == self.expected.get((verdict.claim, verdict.scale), 1):
            whole = report.merged(parts)
            self.counts[whole.status] = self.counts.get(whole.status, 0) + 1
            if whole.status != verdicts.UNCHECKED:
                self.config.hook.pytest_coursenotes_verdict(config=self.config, plan=self.plan, verdict=whole)


SESSION = pytest.StashKey[Session]()


class NotAClaim(pytest.Collector):
    """A test that cannot be a claim as it is written; collecting it raises the problem."""

    problem: Problem

    def collect(self) -> Iterator[pytest.Item]:
        raise self.CollectError(str(self.problem))


# ---------------------------------------------------------------- set-up
def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("coursenotes", "claims of course notes")
    group.addoption(
        "--claims-missing-only", action="store_true", help="skip claims whose verdict is stored and still current"
    )
    group.addoption("--claims-accept", action="store_true", help="evaluate claims over a replication, not over a build")
    group.addoption(
        "--claims-seed", type=int, default=None, help="the seed of random input to exact claims (default: a new one)"
    )


def pytest_configure(config: pytest.Config) -> None:
    try:
        paths: Paths | None = Paths.find(config.rootpath)
    except CoursenotesError:
        paths = None
    if paths is not None and paths.claims.is_dir() and str(paths.root) not in sys.path:
        sys.path.insert(0, str(paths.root))  # claims import their snippets
    config.stash[SESSION] = Session(config, paths)


@pytest.hookimpl(trylast=True)
def pytest_coursenotes_plan(config: pytest.Config) -> Plan:
    paths = config.stash[SESSION].paths
    assert paths is not None
    return load(paths)


@pytest.hookimpl(trylast=True)
def pytest_coursenotes_verdict(plan: Plan, verdict: Verdict) -> bool:
    verdicts.save(plan, verdict)
    return True


# ---------------------------------------------------------------- collecting
@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module, name: str, obj: object) -> Any:
    """Let a claim test be collected as an ordinary function, if it can be checked; else as NotAClaim."""
    session = collector.config.stash[SESSION]
    if not session.is_claims(collector.path) or not name.startswith(("test_", "Test")):
        return None
    problem = collect.problem(session.plan, collector, name, obj)
    if problem is None:
        return None
    item = NotAClaim.from_parent(collector, name=name)
    item.problem = problem
    return item


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each scale at which the claim is checked."""
    session = metafunc.config.stash[SESSION]
    if not session.is_claims(metafunc.definition.path):
        return
    info = session.claim(metafunc.definition.path, metafunc.definition.name)
    scales, names = verdicts.scales(session.plan, info.id), _own(info)
    metafunc.parametrize(names, [[Placeholder(scale)] * len(names) for scale in scales], ids=scales)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Count the items of each claim; deselect those not wanted, and with --claims-missing-only those stored."""
    session = config.stash[SESSION]
    wanted = config.hook.pytest_coursenotes_selected(config=config)
    deselected: list[pytest.Item] = []
    selected: list[pytest.Item] = []
    for item in items:
        claim = _claim_of(session, item)
        if claim is None:
            selected.append(item)
            continue
        info, scale = claim
        session.expected[info.id, scale] = session.expected.get((info.id, scale), 0) + 1
        skip = wanted is not None and (info.id, scale) not in wanted
        if config.option.claims_missing_only:
            skip = skip or verdicts.load(session.plan, info.id, scale).final
        (deselected if skip else selected).append(item)
    if deselected:
        items[:] = selected
        config.hook.pytest_deselected(items=deselected)


def _own(info: ClaimInfo) -> list[str]:
    """The parameters that are experiments or functions of the topic, in order."""
    return [p for p in info.params if p in info.functions or f"{info.topic}.{p}" in info.experiments]


def _claim_of(session: Session, item: pytest.Item) -> tuple[ClaimInfo, str] | None:
    """(claim, scale) of an item, or None for a test that is not a claim."""
    if not isinstance(item, pytest.Function) or not session.is_claims(item.path):
        return None
    info = session.claim(item.path, item.originalname)
    value = item.callspec.params[_own(info)[0]]
    assert isinstance(value, Placeholder)
    return info, value.scale


# ---------------------------------------------------------------- running
@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Check a claim: evaluate its test on the results and on its controls, store the verdict, fail with its report."""
    session = pyfuncitem.config.stash[SESSION]
    claim = _claim_of(session, pyfuncitem)
    if claim is None:
        return None
    info, scale = claim
    why = verdicts.missing(session.plan, info.id, scale)
    if why and scale == "full":
        raise pytest.skip.Exception(f"not checked: {why}", _use_item_location=True)
    if why:
        problem = Problem(f"the claim {info.name} cannot be checked", info.path, info.line, tuple(why.split("\n")))
        pytest.fail(str(problem), pytrace=False)
    fixed = pyfuncitem.config.option.claims_seed
    seed = (evaluate.fresh_seed() if fixed is None else fixed) if info.functions else 0
    own = marks(pyfuncitem.obj)
    names = pyfuncitem._fixtureinfo.argnames
    fixtures = {name: pyfuncitem.funcargs[name] for name in names if name not in _own(info)}
    call = evaluate.ClaimTest(pyfuncitem.obj, fixtures, scale, seed, session.plan.paths.snippets)
    evaluation = evaluate.evaluate(call, _inputs(session.plan, info, scale), own.controls)
    if isinstance(evaluation.failure, pytest.skip.Exception):
        raise evaluation.failure
    if pyfuncitem.config.option.claims_accept:
        _accept(pyfuncitem.config, session.plan, info, scale, evaluation)
        return True
    result = report.ClaimReport(session.plan, info, scale, own, evaluation, seed if info.functions else None)
    verdict = result.verdict()
    session.take(verdict)
    if verdict.status == verdicts.UNACCEPTED:
        _not_accepted(verdict)
    if not verdict.good:
        if evaluation.failure is not None and scale == verdicts.EXACT:
            pyfuncitem.add_report_section("call", "claim", result.text())
            raise evaluation.failure
        pytest.fail(result.text(), pytrace=False)
    return True


def _not_accepted(verdict: Verdict) -> None:
    """A skipped test to an author, a failure in CI; at full scale, whose replication takes hours, skipped there too."""
    if os.environ.get("CI") and verdict.scale != "full":
        pytest.fail(f"{verdict.path}:{verdict.line}: the claim {verdict.claim}: {verdict.error}", pytrace=False)
    raise pytest.skip.Exception(str(verdict.error), _use_item_location=True)


def _accept(config: pytest.Config, plan: Plan, info: ClaimInfo, scale: str, evaluation: evaluate.Evaluation) -> None:
    """Pass on the record of a claim's replication."""
    own = min(plan.declared_seeds(name, scale) for name in info.experiments)
    seeds = str(config.hook.pytest_coursenotes_seeds(config=config) or "")
    record = decide.accept(evaluation, acceptance.key(plan, info, scale), report.now(), seeds, own)
    config.hook.pytest_coursenotes_record(config=config, claim=info.id, scale=scale, record=record)


def _inputs(plan: Plan, info: ClaimInfo, scale: str) -> ClaimInputs:
    """The measured inputs of a claim test."""

    def results(name: str) -> Any:
        table = plan.results(f"{info.topic}.{name}", scale)
        if table is None:  # not an AssertionError, which would pass for one of the test's
            raise LookupError(f"no results of {info.topic}.{name} at {scale} scale")
        return table

    snippet = importlib.import_module(f"snippets.{info.topic}") if info.functions else None
    return ClaimInputs(
        {p: results(p) for p in info.params if f"{info.topic}.{p}" in info.experiments},
        {p: getattr(snippet, p) for p in info.functions},
        results,
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    counts = config.stash[SESSION].counts
    if counts:
        text = ", ".join(f"{counts[status]} {status}" for status in verdicts.STATUSES if status in counts)
        terminalreporter.write_line(f"claims: {text}")
