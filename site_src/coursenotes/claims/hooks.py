"""The plugin's own hooks: where claims find the project, and who is told of a verdict."""

from __future__ import annotations

import pytest

from coursenotes.claims.acceptance import Record
from coursenotes.claims.verdicts import Verdict
from coursenotes.experiments.plan import Plan


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_plan(config: pytest.Config) -> Plan | None:
    """The library that claims read; by default that of the project which pytest's root folder lies in."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_verdict(config: pytest.Config, plan: Plan, verdict: Verdict) -> bool | None:
    """Take a verdict. Who returns True has kept it; by default it is kept among the project's verdicts."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_asked(config: pytest.Config) -> set[tuple[str, str]] | None:
    """The (claim, scale) pairs that are to be judged; all where nobody says."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_seeds(config: pytest.Config) -> str | None:
    """With --claims-accept, which seeds were trained under which kernels, in words."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_record(config: pytest.Config, claim: str, scale: str, record: Record) -> bool | None:
    """With --claims-accept, take what a replication found of a claim."""
