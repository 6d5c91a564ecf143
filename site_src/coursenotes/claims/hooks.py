"""The plugin's own hooks: which plan claims read, which claims are checked, and where verdicts go."""

from __future__ import annotations

import pytest

from coursenotes.claims.acceptance import Record
from coursenotes.claims.verdicts import Verdict
from coursenotes.experiments.plan import Plan


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_plan(config: pytest.Config) -> Plan | None:
    """The plan that claims read; by default that of the project that contains pytest's root folder."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_verdict(config: pytest.Config, plan: Plan, verdict: Verdict) -> bool | None:
    """Store a verdict and return True; by default it is stored among the project's verdicts."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_selected(config: pytest.Config) -> set[tuple[str, str]] | None:
    """The (claim, scale) pairs to check; None for all."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_seeds(config: pytest.Config) -> str | None:
    """With --claims-accept, a description of the seeds that were trained, and under which kernels."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_record(config: pytest.Config, claim: str, scale: str, record: Record) -> bool | None:
    """With --claims-accept, store the record of a claim's replication."""
