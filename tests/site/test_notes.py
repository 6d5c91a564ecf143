"""The notes of this project, once everything is trained: nothing that `coursenotes check` would find."""

from __future__ import annotations

from pathlib import Path

from coursenotes.build import check
from coursenotes.paths import Paths
from coursenotes.project import load
from tests.conftest import ROOT


def test_names_numbers_and_claims_are_right(site: Path):
    project = load(Paths(ROOT))
    found = [*check.static(project), *check.after_training(project), *check.prose(project), *project.plan.problems]
    found += [*check.credited(project), *check.accepted(project)]
    assert not found, "\n".join(str(problem) for problem in found)
