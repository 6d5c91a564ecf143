"""The notes of this project, once everything is trained: nothing that `coursenotes check` would find."""

from __future__ import annotations

from pathlib import Path

from coursenotes.build import check
from coursenotes.experiments.plan import load
from coursenotes.paths import Layout
from tests.conftest import ROOT


def test_names_numbers_and_claims_are_right(site: Path):
    library = load(Layout(ROOT))
    found = [*check.static(library), *check.after_training(library), *check.prose(library), *library.problems]
    found += [*check.credited(library), *check.accepted(library)]
    assert not found, "\n".join(str(problem) for problem in found)
