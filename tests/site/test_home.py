"""The home page: what the notes are for, where to start, and what was found, each with its picture and its note."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.site.pages import Page


@pytest.fixture(scope="module")
def home(site: Path) -> Page:
    return Page(site, site / "index.html")


def notes(page: Page, *within: str) -> list[str]:
    """The names of the concepts to which links in certain elements lead, in their order."""
    found = [href for element, href in page.links() if element.inside(*within) and "concepts/" in href]
    return [href.partition("concepts/")[2].partition("/")[0] for href in found]


def test_five_notes_to_start_with_come_after_what_they_need(home):
    names = notes(home, "ol")
    assert len(set(names)) == len(names) == 5
    for name in names:
        text = (ROOT / f"docs/concepts/{name}.md").read_text(encoding="utf-8")
        needed = yaml.safe_load(text.split("---")[1]).get("prerequisites") or []
        later = names[names.index(name) :]
        assert not set(needed) & set(later), name


def test_each_discovery_has_a_picture_a_number_or_a_claim_and_its_note(home):
    found = [e for e in home.all("h3") if e.inside("article")]
    assert len(found) == 3
    figures = [e.attributes["id"].partition(".")[0] for e in home.all("figure") if "cn-figure" in e.classes()]
    claims = [href for e, href in home.links() if "cn-claim" in e.classes()]
    assert len(figures) == len(set(figures)) == 3 and set(figures) <= set(notes(home, "p"))
    assert all(any(f"evidence/{name}/" in href for href in claims) for name in figures)


def test_it_says_what_is_not_covered_and_leads_to_the_list(home):
    assert any(href.endswith("reference/coverage/#what-is-wanted") for _, href in home.links())
    assert {"What is covered", "What is not, yet"} <= {e.text.rstrip("¶").strip() for e in home.all("h2")}


def test_the_first_screen_says_what_it_is_for_and_where_to_start(tab, address):
    page = tab(address, width=1440)
    seen = page.evaluate("""() => ["h1", ".cn-lead", "article ol li:last-child"].map(
        (name) => document.querySelector(name).getBoundingClientRect().bottom)""")
    assert max(seen) < 844
