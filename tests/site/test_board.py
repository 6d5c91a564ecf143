"""The real site's claims board, corrections, news and feed."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from coursenotes.claims.verdicts import MEANINGS, STATUSES
from coursenotes.discover.project import discover
from coursenotes.paths import Paths
from tests.site.pages import Page

ROOT = Path(__file__).parents[2]
ATOM = "{http://www.w3.org/2005/Atom}"
BOARD = "evidence/claims/index.html"
KILOBYTES = 400  # all claims in a table; in full, two hundred took 1,200


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
    assert (site / BOARD).stat().st_size < KILOBYTES * 1024


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
    assert written > 30 and len(re.findall(r'<strong><a href="[^"]+#(?:erratum|refuted|correction)-', page)) == written


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


def test_every_verdict_of_the_board_can_be_chosen(tab, address):
    """Whichever there are: what is shown has the verdict that was chosen, and all that has it is shown."""
    page = tab(f"{address}evidence/claims/")
    chosen = page.locator(".cn-counts input").evaluate_all("found => found.map((e) => e.value)")
    assert chosen[0] == "all" and set(chosen) <= {"all", *STATUSES, "changed"}
    for kind in chosen[1:]:
        page.locator(f"#cn-show-{kind}").check()
        shown = page.locator(".cn-board tbody:visible").count()
        assert 0 < shown == page.locator(f".cn-board tbody.cn-row--{kind}").count(), kind


@pytest.mark.parametrize("width", [390, 1280])
def test_the_board_is_held_down_to_a_verdict_without_a_script(tab, address, width):
    page = tab(f"{address}evidence/claims/", width=width)
    shown = page.locator(".cn-board tbody:visible")
    every = shown.count()
    page.locator("#cn-show-refuted").check()
    assert 0 < shown.count() < every
    assert shown.count() == page.locator(".cn-board tbody.cn-row--refuted").count()
    assert page.locator(".md-content h2:visible").count() == page.locator(".cn-board:visible").count() < 30
    page.locator("#cn-show-all").check()
    assert shown.count() == every
