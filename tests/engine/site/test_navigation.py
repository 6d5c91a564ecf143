"""The tabs of the site and what is in them."""

import pytest

from tests.engine.rendering import opened_at, whole, write
from tests.site.pages import Page


@pytest.fixture
def site(mini):
    for section in ("reference", "contribute", "lessons"):
        write(mini.docs / section / "index.md", f"---\ntitle: {section.title()}\n---\n# {section.title()}\n\nDo.\n")
    return whole(opened_at(mini))


def tabs(site, name: str) -> list[tuple[str, bool]]:
    """(words, whether it is the current one) of each tab of a page."""
    items = [e for e in Page(site, site / name / "index.html").all("li") if "md-tabs__item" in e.classes()]
    return [(" ".join(item.text.split()), "md-tabs__item--active" in item.classes()) for item in items]


@pytest.mark.parametrize(("page", "current"), [
    ("", None), ("concepts/averages", "Concepts"), ("lessons", "Lessons"), ("contribute", "Contribute"),
    ("evidence/claims", "About the evidence"), ("reference", "About the evidence"),
    ("reference/times", "About the evidence"),
])  # fmt: skip
def test_there_are_four_tabs_and_every_page_is_in_one(site, page, current):
    names = ("Concepts", "Lessons", "About the evidence", "Contribute")
    assert tabs(site, page) == [(name, name == current) for name in names]


def test_the_reference_is_a_part_of_what_is_about_the_evidence(site):
    shown = [e for e in Page(site, site / "evidence/index.html").all("a") if "md-nav__link" in e.classes()]
    assert [e.attributes["href"] for e in shown if "reference/" in e.attributes["href"]][:1] == ["../reference/"]


def test_the_home_page_comes_before_the_first_concept(site):
    links = Page(site, site / "concepts/averages/index.html").all("link")
    assert [e.attributes["href"] for e in links if e.attributes.get("rel") == "prev"] == ["../.."]
