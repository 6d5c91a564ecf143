"""The site's search in a browser: one query finds the concept, the figure, the claim and the lecture's second."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8").replace(", .md-search", "")  # left out there
LABELS = {
    "Concept", "Lesson", "Notes", "Transcript", "Figure", "Claim", "Lecture", "Evidence", "Contribute", "Reference",
    "Overview", "Term",
}  # fmt: skip
RESULTS = """() => [...document.querySelectorAll(".md-search-result__item > a")].map((a) => ({
    href: a.href, title: a.querySelector("h1, h2").textContent, label: a.querySelector(".md-tag")?.textContent || "",
    seen: a.querySelector(".md-tag")?.checkVisibility() || false, page: Boolean(a.querySelector("h1")) }))"""


@pytest.fixture(scope="module")
def entries(site) -> list[dict]:
    return json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]


@pytest.fixture
def ask(tab, address):
    """A function that types a query and says what is shown without opening anything: (the tab, the results)."""

    def asked(query: str, **look):
        page = tab(address, **look)
        if look.get("width", 1280) < 960:
            page.locator("label.md-header__button[for=__search]").click()
        page.locator(".md-search__input").click()
        page.locator(".md-search__input").fill(query)
        page.keyboard.press("End")  # Material looks at the words when a key is let go
        page.locator(".md-search-result__item").first.wait_for(timeout=20_000)
        return page, page.evaluate(RESULTS)

    return asked


def _first(results: list[dict], label: str) -> dict:
    return next(result for result in results if result["label"] == label)


def test_one_query_finds_concept_figure_claim_and_second_each_labeled(ask):
    _, results = ask("dropout")
    assert (results[0]["label"], results[0]["title"]) == ("Concept", "Dropout")
    assert re.search(r"/concepts/dropout/\?h=dropout#dropout\.\w+$", _first(results, "Figure")["href"])
    assert re.search(r"/evidence/[\w.]+/\?h=dropout#[\w.]+$", _first(results, "Claim")["href"])
    second = _first(results, "Lecture")
    assert second["title"] == "Dropout, lecture 8 (2022) at 1:08:22" and "/reference/times/" in second["href"]
    places = [results.index(_first(results, label)) for label in ("Concept", "Figure", "Claim", "Lecture")]
    assert max(places) < 10, "near the top"
    assert all(result["label"] in LABELS and result["seen"] for result in results if result["page"])


@pytest.mark.parametrize(("label", "leads"), [
    ("Concept", "h1"), ("Figure", "figure"), ("Claim", ".cn-verdict"), ("Lecture", "a.cn-time"),
])  # fmt: skip
def test_a_result_leads_to_its_place(ask, label, leads):
    page, results = ask("dropout")
    result = _first(results, label)
    page.locator(f".md-search-result__item > a[href='{result['href']}']").first.click()
    page.wait_for_url(result["href"])
    page.wait_for_timeout(300)
    anchor = result["href"].partition("#")[2]
    target = page.locator(f"[id='{anchor}']") if anchor else page.locator("article h1")
    assert page.evaluate("([e, leads]) => e.matches(leads)", [target.element_handle(), leads])
    box = target.bounding_box()
    assert box is not None and -5 <= box["y"] < page.viewport_size["height"], "it is on the screen"


def test_a_phrase_with_a_hyphen_is_found(ask):
    _, results = ask("one-hot")
    assert "One-hot" in _first(results, "Claim")["title"]
    embeddings = next(n for n, r in enumerate(results) if r["title"] == "Embeddings")
    assert embeddings < 4 and results[embeddings]["label"] == "Concept"
    assert any("#one-hot-with-a-trick" in result["href"] for result in results)


def test_what_a_lecture_says_is_found_at_its_second(ask):
    _, results = ask("fan club anime")
    assert re.search(r"lecture 8 \(2022\) at 0:29:08", _first(results, "Lecture")["title"])


def test_enter_opens_the_concept(ask):
    page, _ = ask("dropout")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/concepts/dropout/\?h=dropout$"))


def test_the_fold_counts_what_is_left_in_it(ask):
    page, _ = ask("dropout")
    fold = page.locator(".md-search-result__more").first
    fold.locator("summary").click()
    assert fold.locator("summary").inner_text() == f"{fold.locator('> a').count()} more on this page"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_results_can_be_read_and_fit(ask, width, scheme):
    page, _ = ask("dropout", width=width, scheme=scheme)
    page.wait_for_timeout(600)  # until the results have faded in
    assert page.evaluate(f"({PROBE}).dim('.md-search-result')") == []
    assert page.evaluate(f"({PROBE}).count('.md-search-result')") > 0
    assert page.evaluate("document.querySelector('.md-search__scrollwrap').scrollWidth") <= width


# ---------------------------------------------------------------- the index itself
def test_every_entry_leads_to_a_place_that_is_there(site, entries):
    pages: dict[str, set[str]] = {}
    for entry in entries:
        path, _, anchor = entry["location"].partition("#")
        if path not in pages:
            pages[path] = {""} | set(re.findall(r'\sid="([^"]+)"', (site / path / "index.html").read_text("utf-8")))
        assert anchor in pages[path], entry["location"]


def test_figures_claims_and_seconds_are_all_there(site, entries):
    labels = [entry["tags"][0] for entry in entries if "tags" in entry]
    pages = [path.read_text("utf-8") for path in site.glob("concepts/*/index.html")]
    assert labels.count("Concept") == len(pages)
    assert (
        labels.count("Figure") >= sum(len(re.findall(r'<figure class="cn-figure" id=', page)) for page in pages) * 0.9
    )
    board = [path.read_text("utf-8") for path in (site / "evidence").rglob("index.html")]
    claims = {claim for page in board for claim in re.findall(r'<article class="cn-verdict[^"]*" id="([^"]+)"', page)}
    assert labels.count("Claim") == len(claims) > 100
    times = (site / "reference/times/index.html").read_text("utf-8")
    assert labels.count("Lecture") >= len(re.findall(r'class="cn-time" id=', times)) > 100


def test_the_index_is_small(site, entries):
    size = (site / "search" / "search_index.json").stat().st_size
    text = sum(len(path.read_text("utf-8")) for path in site.glob("concepts/*/index.html"))
    assert size < 0.2 * text and len({entry["location"] for entry in entries}) == len(entries)
