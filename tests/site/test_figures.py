"""Figures in a browser: wide or narrow, light or dark, named once, and no more fetched than shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coursenotes.discover.project import discover
from coursenotes.experiments.plan import Plan
from coursenotes.figures import draw
from coursenotes.paths import Paths

ROOT = Path(__file__).parents[2]
PAGE = "concepts/dropout/"
OTHERS = ("concepts/activations/", "concepts/embeddings/", "concepts/latent_factors/")  # grids, tables, names
SHOWN = """() => [...document.querySelectorAll("article .cn-figure")].map((figure) => {
    const layouts = [...figure.querySelectorAll(":scope > svg, :scope > img")];
    const parts = layouts.filter((each) => each.getClientRects().length);
    const box = parts[0]?.getBoundingClientRect();
    return {parts: parts.map((each) => each.tagName + (each.getAttribute("src") ?? "")), left: box?.left,
            right: box?.right, width: box?.width};
})"""


def test_every_figure_of_a_note_can_be_read_in_both_layouts():
    """What the build would say of the figures of this project: nothing."""
    plan = Plan(discover(Paths(ROOT)))
    assert [str(problem) for problem in draw.illegible(plan, draw.wanted(plan))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "narrow"), [(360, True), (390, True), (768, False), (1440, False)])
def test_a_screen_shows_one_layout_whole(browser, address, width, narrow, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(address + PAGE)
    figures = page.evaluate(SHOWN)
    assert len(figures) >= 4
    for figure in figures:
        [part] = figure["parts"]
        assert part.lower().startswith("img" if narrow else "svg"), figure
        assert part.endswith("#dark") == (narrow and scheme == "dark")
        assert figure["left"] >= 0 and figure["right"] <= width
        assert narrow or figure["width"] >= min(640, width - 100)
    page.wait_for_timeout(300)
    drawings = [url for url in fetched if "/assets/figures/" in url]
    assert len(drawings) <= len(figures) and bool(drawings) <= narrow
    for other in OTHERS:
        page.goto(address + other)
        for figure in page.evaluate(SHOWN):
            [part] = figure["parts"]
            assert part.lower().startswith("img" if narrow else "svg") and part.endswith("#dark") == (
                narrow and scheme == "dark"
            )
            assert figure["left"] >= 0 and figure["right"] <= width, (other, figure)
    context.close()


def test_a_phone_fetches_a_figure_when_it_comes_near(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.partition("/assets/figures/")[2]))
    page.goto(address + PAGE)
    page.wait_for_timeout(500)
    at_first = set(filter(None, fetched))
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(500)
    page.evaluate(
        "async () => { for (const each of document.images) { each.scrollIntoView(); "
        "await new Promise((done) => setTimeout(done, 80)); } }"
    )
    page.wait_for_timeout(500)
    broken = page.evaluate(
        "() => [...document.images].filter((each) => each.getClientRects().length && !each.naturalWidth).length"
    )
    assert at_first < set(filter(None, fetched)) and broken == 0
    context.close()


def test_the_first_figure_of_a_concept_is_on_the_first_screen(browser, address, site):
    """Title, question, answer and picture, on 1440 x 900; the picture at most 420 pixels high."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    low = {}
    for folder in sorted((site / "concepts").iterdir()):
        if not (folder / "index.html").is_file() or folder.name in ("index",):
            continue
        page.goto(f"{address}concepts/{folder.name}/")
        first = page.locator("article .cn-figure > svg").first
        box = first.bounding_box() if first.count() else None
        if box and (box["y"] + box["height"] > 900 or box["height"] > 420):
            low[folder.name] = (round(box["y"] + box["height"]), round(box["height"]))
    assert low == {}
    context.close()


def test_narrow_drawings_are_alone_what_they_are_in_the_page(site):
    """Each has its colors in both themes, and no color that neither names."""
    files = sorted((site / "assets" / "figures").glob("*.svg"))
    assert len(files) > 80
    for path in files:
        text = path.read_text(encoding="utf-8")
        style, drawing = text.partition("<style>")[2].split("</style>")
        light, dark = style.partition(":root:target")[::2]
        for name in set(re.findall(r"var\(--cn-(\w+)\)", drawing)):
            assert f"--cn-{name}:#" in light and f"--cn-{name}:#" in dark, (path.name, name)
