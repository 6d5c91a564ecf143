"""The real site's claims board, corrections, news and feed."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from coursenotes.claims.verdicts import MEANINGS
from coursenotes.discover.project import discover
from coursenotes.paths import Paths
from tests.site.pages import Page

ROOT = Path(__file__).parents[2]
ATOM = "{http://www.w3.org/2005/Atom}"
BOARD = "evidence/claims/index.html"
EACH = 1600  # bytes a claim, of which some hundreds in a table; in full, each took 6,000


@pytest.fixture(scope="module")
def found():
    return discover(Paths(ROOT))


def test_the_board_has_every_claim_and_leads_to_it_in_full(site, found):
    board = Page(site, site / BOARD)
    assert set(found.claims) <= board.ids
    for name in found.claims:
        (link,) = [href for e, href in board.links() if href.endswith(f"#{name}") and e.inside("tbody")]
        file, anchor = board.target(link)
        assert f'id="{anchor}"' in file.read_text(encoding="utf-8"), name


def test_the_board_is_small_enough_to_open(site):
    html = (site / BOARD).read_text(encoding="utf-8")
    assert len(html.encode()) < EACH * html.count("data-verdict=")


def test_the_board_says_since_when(site, found):
    assert list(found.paths.releases.glob("*.json")), "no release was taken"
    text = (site / BOARD).read_text(encoding="utf-8")
    assert re.search(r'class="cn-since">Since <a href="../../reference/news/">\S+</a> of \d+ \w+ \d{4}[: ]', text)


def test_every_correction_stands_on_the_page_of_errata(site, found):
    page = (site / "reference/errata/index.html").read_text(encoding="utf-8")
    written = sum(
        len(re.findall(r"^!!! (?:erratum|refuted|correction)\b", info.text, re.MULTILINE))
        for name, info in found.pages.items()
        if not name.startswith("contribute/")
    )
    assert written > 20 and len(re.findall(r'<strong><a href="[^"]+#(?:erratum|refuted|correction)-', page)) == written


def test_the_feed_leads_to_pages_that_are_there(site):
    root = ET.fromstring((site / "feed.xml").read_bytes())
    home = next(e.get("href") for e in root.findall(f"{ATOM}link") if e.get("rel") == "alternate").removesuffix("./")
    links = [entry.find(f"{ATOM}link").get("href").removeprefix(home) for entry in root.findall(f"{ATOM}entry")]
    assert links
    assert not [link for link in links if not (site / link.partition("#")[0] / "index.html").is_file()]


def test_the_board_says_what_its_verdicts_mean_and_how_they_come_about(site):
    text = (site / BOARD).read_text(encoding="utf-8")
    legend = text.partition('<details class="cn-meanings">')[2].partition("</details>")[0]
    assert all(f"<dd>{meaning}</dd>" in legend for meaning in MEANINGS.values())
    assert '<a href="../../contribute/statistics/">' in text.partition('class="cn-meanings"')[0]


def claims_shown(page) -> int:
    return page.locator(".cn-board tbody:visible").count()


def test_every_choice_of_the_board_shows_what_it_says(tab, address):
    """Whichever there are: as many claims are shown as the choice says, and the address keeps it."""
    page = tab(f"{address}evidence/claims/")
    every = claims_shown(page)
    for name in ("topic", "verdict", "scale"):
        choices = page.locator(f".cn-filter select[name={name}]")
        options = choices.locator("option").evaluate_all("found => found.map((e) => [e.value, e.textContent])")
        assert len(options) > 2
        for value, words in options[1:]:
            choices.select_option(value)
            shown = claims_shown(page)
            assert 0 < shown == int(re.search(r"\((\d+)\)$", words)[1]), (name, value)
            assert page.locator(".cn-filter output").inner_text() == f"{shown} of {every} claims"
            assert page.locator(".md-content h2:visible").count() == page.locator(".cn-board:visible").count()
            assert page.url.endswith(f"?{name}={value}")
        choices.select_option("")
    assert claims_shown(page) == every


def test_choices_of_the_board_hold_together_and_come_back_with_the_address(tab, address):
    page = tab(f"{address}evidence/claims/?verdict=refuted&scale=full")
    refuted = page.locator('.cn-board tr[data-scale="full"][data-verdict="refuted"]').count()
    assert claims_shown(page) == refuted
    page.goto(f"{address}evidence/claims/?verdict=refuted")
    hidden = page.locator(".cn-board tbody:not(:visible)").first.get_attribute("id")
    page.evaluate("name => { location.hash = name }", hidden)
    page.locator(f'[id="{hidden}"]').wait_for()
    assert claims_shown(page) == page.locator(".cn-board tbody").count()


def test_the_board_can_be_used_with_the_keyboard(tab, address):
    page = tab(f"{address}evidence/claims/")
    every = claims_shown(page)
    page.locator(".cn-filter select[name=verdict]").focus()
    page.keyboard.press("ArrowDown")
    assert 0 < claims_shown(page) < every
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert claims_shown(page) == every
    assert page.evaluate("document.activeElement.name") == "topic"


def test_without_scripts_the_board_shows_everything(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}evidence/claims/")
    assert claims_shown(page) == page.locator(".cn-board tbody").count() > 0
    assert not page.locator(".cn-filter").is_visible()
    context.close()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_column_of_the_board_is_cut_off(tab, address, width):
    page = tab(f"{address}evidence/claims/", width=width)
    over = """() => [...document.querySelectorAll(".cn-board table, .cn-board td, .cn-board td *")].filter((e) =>
        e.getClientRects().length
        && e.getBoundingClientRect().right > e.closest(".cn-board").getBoundingClientRect().right + 1
        || e.matches("td") && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent.slice(0, 60))"""
    assert page.evaluate(over) == []
    named = page.locator(".cn-board td[data-label]").first.evaluate("e => getComputedStyle(e, '::before').content")
    assert ("Verdict" in named) == (width == 390)
