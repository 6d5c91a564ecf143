"""The section Reference of the real site: where it is, and that its overview leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coursenotes.paths import Paths
from coursenotes.project import load
from coursenotes.site import reference
from tests.conftest import ROOT
from tests.site.pages import Page

OVERVIEW = "reference/coverage/"


@pytest.fixture(scope="module")
def overview(site: Path) -> Page:
    return Page(site, site / OVERVIEW / "index.html")


@pytest.fixture(scope="module")
def project():
    return load(Paths(ROOT))


def test_the_section_is_a_part_of_the_tab_about_the_evidence(overview):
    tabs = [e for e in overview.all("li") if "md-tabs__item" in e.classes()]
    (active,) = [tab for tab in tabs if "md-tabs__item--active" in tab.classes()]
    assert len(tabs) == 4 and active.text.strip() == "About the evidence"
    assert any(href.endswith("evidence/claims/") for e, href in overview.links() if "md-nav__link" in e.classes())


def test_the_section_lists_its_pages_with_a_sentence_each(site):
    text = (site / "reference/index.html").read_text(encoding="utf-8").partition('class="cn-section"')[2]
    items = text.partition("</ul>")[0].split("<li>")[1:]
    there = [name for name in reference.PAGES if (site / Paths.page_url(name) / "index.html").is_file()]
    assert [re.search(r'href="([^"]+)"', item)[1] for item in items] == [
        Paths.page_url(name).removeprefix("reference/") for name in there
    ]
    assert all('class="cn-opening"' in item for item in items), "a first paragraph with a link is not shown"


def test_every_listed_lecture_is_in_the_overview(overview, project):
    listed = [each for each in project.knowledge.lectures.all() if project.knowledge.visibility.lecture(each)]
    assert len(listed) > 20
    assert not [each.id for each in listed if each.id.replace("/", "-") not in overview.ids]


def test_every_concept_is_in_the_overview(overview, project):
    there = {
        href.split("/concepts/")[1].strip("/")
        for e, href in overview.links()
        if "/concepts/" in href and e.inside("td")
    }
    assert {Path(page.name).stem for page in project.knowledge.visibility.pages if Paths.is_concept(page.name)} <= there


def test_everything_that_is_wanted_is_there_with_its_question(overview, project):
    assert len(project.knowledge.wanted) > 10
    names = {"wanted-" + want.name.replace("/", "-") for want in project.knowledge.wanted}
    assert names <= overview.ids
    assert any(want.size == "small" for want in project.knowledge.wanted), "a newcomer finds a first contribution"


@pytest.mark.parametrize("page", ["", "contribute/", "lessons/", "lessons/dl2022/"])
def test_newcomers_are_led_to_what_is_wanted(site, page):
    found = Page(site, site / page / "index.html")
    assert any(OVERVIEW in href for element, href in found.links() if element.inside("article"))
