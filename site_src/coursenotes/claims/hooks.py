"""The plugin's own hooks: where claims find the project, and who is told of a verdict."""

from __future__ import annotations

import pytest

from coursenotes.claims.verdicts import Verdict
from coursenotes.plan import Library


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_library(config: pytest.Config) -> Library | None:
    """The library that claims read; by default that of the project which pytest's root folder lies in."""


@pytest.hookspec(firstresult=True)
def pytest_coursenotes_verdict(config: pytest.Config, library: Library, verdict: Verdict) -> bool | None:
    """Take a verdict. Who returns True has kept it; by default it is kept among the project's verdicts."""
