"""The notes of this project, once everything is trained: nothing that `coursenotes check` would find."""

from __future__ import annotations

from pathlib import Path

from coursenotes.build import check
from coursenotes.discover.text.addresses import parse_href, write_href
from coursenotes.discover.text.prose import links, prose
from coursenotes.paths import Paths
from coursenotes.project import load
from tests.conftest import ROOT


def test_names_numbers_and_claims_are_right(site: Path):
    project = load(Paths(ROOT))
    found = [*check.static(project), *check.after_training(project), *check.prose(project), *project.plan.problems]
    found += [*check.credited(project), *check.accepted(project)]
    assert not found, "\n".join(str(problem) for problem in found)


def test_concept_pages_repeat_neither_their_topic_nor_their_scale():
    """References are written as short as their page allows: the long form is for other pages."""
    long = []
    for page in load(Paths(ROOT)).catalog.pages.values():
        for link in links(prose(page.text)) if Paths.is_concept(page.name) else ():
            target = parse_href(link.href, page.context)
            if target is None or target.scheme in ("lecture", "term", "dated"):
                continue
            name, _, query = write_href(target, page.context).partition("?")
            if link.href.partition("?")[0] != name or ("scale=" in link.href) != ("scale=" in query):
                long.append(f"{page.name}: {link.href}")
    assert not long
