"""The notes of this project, once everything is trained: nothing that `coursenotes check` would find."""

from __future__ import annotations

from pathlib import Path

from coursenotes.build import check
from coursenotes.discover.text.addresses import shortened
from coursenotes.paths import Paths
from coursenotes.project import load
from tests.conftest import ROOT


def test_names_numbers_and_claims_are_right(site: Path):
    project = load(Paths(ROOT))
    found = [*check.static(project), *check.after_training(project), *check.prose(project), *project.plan.problems]
    found += [*check.credited(project), *check.accepted(project), *check.openings(project)]
    assert not found, "\n".join(str(problem) for problem in found)


def test_concept_pages_repeat_neither_their_topic_nor_their_scale():
    """References are as short as their page allows; the long form, valid everywhere, is for other pages."""
    pages = [page for page in load(Paths(ROOT)).catalog.pages.values() if Paths.is_concept(page.name)]
    long = [page.name for page in pages if shortened(page.text, page.context) != page.text]
    assert not long, f"coursenotes check --fix {' '.join(long)} shortens them"
