"""The notes of this project, once everything is trained: nothing that `coursenotes check` would find."""

from __future__ import annotations

from pathlib import Path

from coursenotes import check
from coursenotes.layout import Layout
from coursenotes.plan import load
from tests.conftest import ROOT


def test_names_numbers_and_claims_are_right(site: Path):
    library = load(Layout(ROOT))
    found = [*check.static(library), *check.after_training(library), *check.prose(library), *library.problems]
    found += [*check.credited(library), *check.accepted(library)]
    assert not found, "\n".join(str(problem) for problem in found)
