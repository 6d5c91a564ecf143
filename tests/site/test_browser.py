"""The finished site in a browser: what it asks other hosts for, what it complains about, and whether it can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
GENERATED = 4  # of the generated pages, which are alike, only so many are looked at


@pytest.fixture(scope="module")
def survey(site, address, browser, once):
    """What a browser found on each page, opened once: {page: {"foreign", "complaints", "dim", "wide", ...}}."""
    with once("survey") as kept:
        if not kept.exists():
            kept.write_text(json.dumps({name: _visit(browser, address, name) for name in _chosen(site)}))
    return json.loads(kept.read_text())


def _chosen(site: Path) -> list[str]:
    names = [path.parent.relative_to(site).as_posix() + "/" for path in sorted(site.rglob("index.html"))]
    generated = [n for n in names if re.fullmatch(r"evidence/[^/]+\.[^/]+/", n)]
    return [n.removeprefix("./") for n in names if n not in generated[GENERATED:]] + ["404.html"]


def _visit(browser, address: str, name: str) -> dict:
    """One page, in light and in dark colors on a wide screen, then on a phone's."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    page = context.new_page()
    found: dict = {"foreign": [], "complaints": [], "dim": [], "schemes": []}
    page.on("request", lambda r: r.url.startswith((address, "data:", "blob:")) or found["foreign"].append(r.url))
    page.on("requestfailed", lambda r: found["complaints"].append(f"not loaded: {r.url}"))
    page.on("console", lambda m: m.type in ("error", "warning") and found["complaints"].append(m.text))
    page.on("pageerror", lambda error: found["complaints"].append(str(error)))
    try:
        page.goto(address + name, wait_until="load")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(
                "dark => (document.body.dataset.mdColorScheme === 'slate') === dark", arg=scheme == "dark", timeout=5000
            )
            page.wait_for_timeout(50)
            found["schemes"].append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            found["dim"] += [f"{scheme}: {each}" for each in page.evaluate(f"({PROBE}).dim()")]
        found["formulas"] = page.evaluate("[...document.querySelectorAll('.katex-error')].map((e) => e.title)")
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(100)
        found["wide"] = page.evaluate(f"({PROBE}).wide()")
    finally:
        context.close()
    return found


def test_pages_ask_no_other_host(survey):
    assert {name: found["foreign"] for name, found in survey.items() if found["foreign"]} == {}


def test_pages_raise_no_complaint(survey):
    """Among others, nothing breaks the page's own Content-Security-Policy."""
    complaints = {
        name: [c for c in found["complaints"] if not ("404" in name and "404" in c)] for name, found in survey.items()
    }
    assert {name: found for name, found in complaints.items() if found} == {}


def test_every_formula_is_set(survey):
    assert {name: found["formulas"] for name, found in survey.items() if found["formulas"]} == {}


def test_text_stands_out_in_both_themes(survey):
    """4.5:1 for text, 3:1 for large text, as WCAG 2.2 asks; also inside figures, and for badges."""
    assert {name: found["dim"][:8] for name, found in survey.items() if found["dim"]} == {}


def test_both_themes_differ(survey):
    assert all(found["schemes"][0] != found["schemes"][1] for found in survey.values())


def test_no_page_scrolls_sideways_on_a_phone(survey):
    assert {name: found["wide"] for name, found in survey.items() if found["wide"]} == {}


# ---------------------------------------------------------------- themes
def test_toggle_recolors_figures_and_is_remembered(tab, address, site):
    page = tab(address + _page_with(site, "cn-figure"))
    colors = """() => [...document.querySelectorAll(".cn-figure svg *")].filter((e) => e.tagName !== "image")
        .map((e) => getComputedStyle(e).fill + getComputedStyle(e).stroke).join()"""
    first, scheme = page.evaluate(colors), page.evaluate("document.body.dataset.mdColorScheme")
    assert scheme == "default"
    for _ in range(2):  # from the system's colors to light ones, then to dark ones
        page.locator("label.md-header__button[for^=__palette]:visible").click()
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    assert page.evaluate(colors) != first
    page.reload()
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"


def test_the_systems_dark_colors_are_there_before_anything_is_painted(browser, address):
    """With Material's own scripts held back: they come too late to prevent a flash."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.route("**/bundle*.js", lambda route: route.abort())
    page.goto(address)
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    context.close()


# ---------------------------------------------------------------- tips
def _page_with(site: Path, name: str) -> str:
    """The address of a page that holds an element of this class; a note rather than a generated page."""
    pages = sorted(site.rglob("index.html"), key=lambda path: (len(path.relative_to(site).parts) < 3, path))
    for path in pages:
        text = path.read_text(encoding="utf-8")
        if re.search(rf'class="{name}[ "]', text) and "evidence" not in path.parts:
            return path.parent.relative_to(site).as_posix() + "/"
    raise AssertionError(f"no page holds a {name}")


@pytest.fixture
def note(address, site) -> str:
    return address + _page_with(site, "cn-measured")


def _number(page, which: int = 0):
    number = page.locator("a.cn-measured:has(.cn-tip)").nth(which)
    number.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    return number


def _on_screen(page, tip) -> bool:
    box, size = tip.bounding_box(), page.viewport_size
    inside = box["x"] >= 0 and box["y"] >= 0
    return inside and box["x"] + box["width"] <= size["width"] and box["y"] + box["height"] <= size["height"]


def test_tip_opens_under_the_pointer_and_stays_while_it_moves_in(tab, note):
    page = tab(note)
    number = _number(page)
    tip = number.locator(".cn-tip")
    assert not tip.is_visible()
    number.hover()
    assert tip.is_visible() and _on_screen(page, tip)
    assert "seed" in tip.inner_text()
    tip.hover()
    page.wait_for_timeout(400)
    assert tip.is_visible()
    page.mouse.move(5, 800)
    tip.wait_for(state="hidden", timeout=2000)


def test_tip_opens_on_focus_and_closes_on_escape(tab, note):
    page = tab(note)
    number = _number(page)
    tip = number.locator(".cn-tip")
    page.keyboard.press("Tab")  # from here on the browser takes the reader for one who uses the keyboard
    number.focus()
    assert tip.is_visible() and _on_screen(page, tip)
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    assert number.get_attribute("aria-describedby") == tip.get_attribute("id")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/evidence/" in page.url


@pytest.mark.parametrize("width", [320, 390])
def test_first_tap_opens_the_tip_and_the_second_leads_on(tab, note, width):
    page = tab(note, width=width, touch=True)
    for which in range(min(4, page.locator("a.cn-measured:has(.cn-tip)").count())):
        number = _number(page, which)
        number.tap()
        assert page.url == note
        assert number.locator(".cn-tip").is_visible() and _on_screen(page, number.locator(".cn-tip"))
        assert page.locator(".cn-tip:popover-open").count() == 1
    with page.expect_navigation():
        number.tap()
    assert "/evidence/" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tip_can_be_read(tab, note, scheme):
    page = tab(note, scheme=scheme)
    number = _number(page)
    number.hover()
    page.wait_for_timeout(200)
    assert page.evaluate(f"({PROBE}).dim('.cn-tip:popover-open')") == []
    assert page.evaluate(f"({PROBE}).count('.cn-tip:popover-open')") > 0


def test_tip_without_scripts_shows_on_hover(browser, sampler):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(sampler)
    number = page.locator("a.cn-measured")
    assert not number.locator(".cn-tip").is_visible()
    number.hover()
    assert number.locator(".cn-tip").is_visible()
    context.close()


# ---------------------------------------------------------------- finding, formulas, folds
def test_search_finds_a_concept(tab, address, site):
    name = Path(_page_with(site, "cn-measured")).name
    title = re.search(r"<h1[^>]*>([^<]+)", (site / "concepts" / name / "index.html").read_text(encoding="utf-8"))[1]
    page = tab(address)
    page.locator(".md-search__input").click()
    page.keyboard.type(title, delay=20)
    found = page.locator(f".md-search-result__link[href*='concepts/{name}/']").first
    found.wait_for(timeout=10_000)
    found.click()
    page.wait_for_url(re.compile(f"concepts/{name}/"))


def test_formulas_are_set_within_the_policy(browser, sampler):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
    page.goto(sampler)
    page.locator(".katex-display").wait_for()
    assert page.locator(".katex").count() == 2
    assert page.locator(".katex-error").count() == 0
    assert page.locator(".katex-mathml math").count() == 2  # what a screen reader says
    fraction = page.evaluate("getComputedStyle(document.querySelector('.katex .vlist > span')).top")
    assert fraction not in ("auto", "0px"), "KaTeX's own placing was refused"
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].some((f) => f.family === 'KaTeX_Math' && f.status === 'loaded')")
    assert page.evaluate(f"({PROBE}).wide()") == []
    assert complaints == []
    context.close()


def test_an_address_opens_the_fold_that_it_names(tab, sampler):
    page = tab(sampler)
    assert not page.locator("#an-answer").is_visible()
    page.goto(sampler + "#an-answer")
    page.locator("#an-answer").wait_for(state="visible", timeout=3000)


def test_what_scrolls_sideways_can_be_reached_with_the_keyboard(tab, address, site):
    page = tab(address + _page_with(site, "cn-figure"), width=390, touch=True)
    page.wait_for_timeout(300)
    stuck = page.evaluate("""() => [...document.querySelectorAll("article *")].filter((e) =>
        e.scrollWidth > e.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
        && e.getClientRects().length && e.tabIndex < 0).map((e) => `${e.tagName}.${e.className}`)""")
    assert stuck == []
