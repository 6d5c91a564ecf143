"""The finished site in a browser: what it asks other hosts for, what it complains about, and whether it can be read.

Every page is opened once. A page that passed before, byte for byte and with the same theme, is not opened again, except
in CI.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import axe_playwright_python
import pytest

from coursenotes.claims.verdicts import WORDS
from tests.conftest import ROOT

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PASSED = ROOT / ".coursenotes" / "pages_that_passed.json"
SHARES = 6  # of the pages: each is taken by whichever process of the test run comes first
WIDTHS = (390, 768, 1440)
COLORS = ["color-contrast", "link-in-text-block"]  # all that axe finds to differ between the themes: half of its time
ALIKE = re.compile(r"evidence/(?!claims/)[^/]+/")  # generated pages: axe looks at the colors of one in twelve only,
TWELVE = 12  # but the contrast of their texts is measured on each, as everywhere, by probe.js
RUN = """({only, without}) => axe.run(document, {resultTypes: ["violations"], preload: false,
        ...(only ? {runOnly: only} : {rules: {"target-size": {enabled: true},
            ...Object.fromEntries((without || []).map((rule) => [rule, {enabled: false}]))}})})
    .then((found) => found.violations.flatMap((rule) =>
        rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`)))"""
ALL = """() => document.querySelectorAll(".cn-board").forEach((e) => (e.style.contentVisibility = "visible"))"""
WRONG = "[...document.querySelectorAll('.temml-error, math [class*=b22222]')].map((e) => e.textContent)"  # red
SHIFTS = """() => new Promise((done) => {
    const name = ({ node }) => node?.className || node?.nodeName;
    const told = (e) => `${e.value.toFixed(4)}: ${e.sources.map(name).join(", ")}`;
    new PerformanceObserver((list) => done(list.getEntries().filter((e) => !e.hadRecentInput).map(told)))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(done, 60, []);
})"""


@pytest.fixture(scope="module", params=range(SHARES))
def survey(request, site, address, browser, once):
    """What a browser found on each page of a share: {page: {"foreign": [...], "complaints": [...], ...}}."""
    with once(f"survey{request.param}") as kept:
        if not kept.exists():
            kept.write_text(json.dumps(_survey(site, address, browser, request.param)))
    return json.loads(kept.read_text())


def _survey(site: Path, address: str, browser, share: int) -> dict[str, dict[str, list[str]]]:
    """The pages of a share, one after the other in one browser window."""
    theme = _digest(browser.version, AXE, PROBE, Path(__file__).read_text(encoding="utf-8"), *_assets(site))
    digests = {name: _digest(theme, path.read_bytes(), *_pictures(path)) for name, path in _pages(site).items()}
    passed = set() if os.environ.get("CI") or not PASSED.exists() else set(json.loads(PASSED.read_text()))
    context = browser.new_context(color_scheme="light", reduced_motion="reduce")
    names = [name for name in list(digests)[share::SHARES] if digests[name] not in passed]
    alike = [name for name in digests if ALIKE.fullmatch(name)]
    page = context.new_page()
    found = {name: _visit(page, address, name, colors=name not in alike or name in alike[::TWELVE]) for name in names}
    context.close()
    return {name: {"digest": [digests[name]], **there} for name, there in found.items()}


def _pages(site: Path) -> dict[str, Path]:
    """{address: file} of every page but those that only lead to another one."""
    paths = [path for path in sorted(site.rglob("*.html")) if "moved.js" not in path.read_text(encoding="utf-8")]
    return {path.relative_to(site).as_posix().removesuffix("index.html"): path for path in paths}


def _assets(site: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(site.rglob("*")) if path.suffix in (".css", ".js", ".woff2")]


def _pictures(page: Path) -> list[bytes]:
    names = re.findall(r'<img[^>]* src="([^":?#]+)["?#]', page.read_text(encoding="utf-8"))
    return [path.read_bytes() for path in (page.parent / name for name in names) if path.is_file()]


def _digest(*parts: str | bytes) -> str:
    return hashlib.sha256(b"\0".join(p.encode() if isinstance(p, str) else p for p in parts)).hexdigest()


def _visit(page, address: str, name: str, *, colors: bool = True) -> dict[str, list[str]]:
    """What is wrong with one page: on a phone in light and in dark colors, on wider screens in both."""
    found: dict[str, list[str]] = {key: [] for key in ("foreign", "complaints", "axe", "dim", "wide", "themes")}
    listeners = {
        "request": lambda r: r.url.startswith((address, "data:", "blob:")) or found["foreign"].append(r.url),
        "requestfailed": lambda r: (
            r.failure == "net::ERR_ABORTED" or found["complaints"].append(f"not loaded: {r.url}")
        ),
        "console": lambda m: m.type in ("error", "warning") and found["complaints"].append(m.text),
        "pageerror": lambda error: found["complaints"].append(str(error)),
    }
    schemes = []

    def wide(width: int) -> None:
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(50)
        found["wide"] += [f"{width}: {each}" for each in page.evaluate(f"({PROBE}).wide()")]

    def turn(scheme: str) -> None:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "dark => (document.body.dataset.mdColorScheme === 'slate') === dark", arg=scheme == "dark", timeout=5000
        )
        schemes.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    def check(kind: str, scheme: str, problems: list[str]) -> None:
        found[kind] += [f"{scheme}: {each}" for each in problems]

    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        page.set_viewport_size({"width": WIDTHS[0], "height": 844})
        page.emulate_media(color_scheme="light")
        page.goto(address + name, wait_until="load")
        page.wait_for_timeout(50)
        found["shifts"] = page.evaluate(SHIFTS)
        if found["shifts"]:  # a font may come late, once, on a busy machine; what moves always moves again
            page.reload(wait_until="load")
            page.wait_for_timeout(50)
            found["shifts"] = page.evaluate(SHIFTS)
        found["formulas"] = page.evaluate(WRONG)
        wide(WIDTHS[0])
        page.evaluate(AXE)
        page.evaluate(ALL)
        turn("light")
        check("axe", "light", page.evaluate(RUN, {"without": [] if colors else COLORS}))
        turn("dark")
        if colors:
            check("axe", "dark", page.evaluate(RUN, {"only": COLORS}))
        for width in WIDTHS[1:]:
            wide(width)
        if colors:
            check("axe", f"{width} wide", page.evaluate(RUN, {"only": ["target-size"]}))  # what a phone does not show
        check("dim", "dark", page.evaluate(f"({PROBE}).dim()"))
        turn("light")
        check("dim", "light", page.evaluate(f"({PROBE}).dim()"))
        found["themes"] = [] if schemes[0] != schemes[1] else schemes[:2]
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
    return found


def _found(survey, kind: str) -> dict[str, list[str]]:
    return {name: found[kind][:8] for name, found in survey.items() if found[kind]}


def test_pages_ask_no_other_host(survey):
    assert _found(survey, "foreign") == {}


def test_pages_raise_no_complaint(survey):
    """Among others, nothing breaks the page's own Content-Security-Policy."""
    assert _found(survey, "complaints") == {}


def test_every_formula_is_set(survey):
    assert _found(survey, "formulas") == {}


def test_axe_finds_nothing(survey):
    """Names, roles, headings, the size of what a finger hits, and contrast, in both themes."""
    assert _found(survey, "axe") == {}


def test_text_stands_out_in_both_themes(survey):
    """4.5:1 for text, 3:1 for large text, as WCAG 2.2 asks; also inside figures, where axe does not look."""
    assert _found(survey, "dim") == {}


def test_both_themes_differ(survey):
    assert _found(survey, "themes") == {}


def test_no_page_scrolls_sideways(survey):
    assert _found(survey, "wide") == {}


def test_nothing_moves_while_a_page_is_loaded(survey):
    assert _found(survey, "shifts") == {}


@pytest.mark.parametrize("name", ["", "evidence/claims/", "reference/times/", "cn-figure"])
def test_nothing_moves_on_a_wide_screen_either(tab, address, site, name):
    page = tab(address + (_page_with(site, name) if name.startswith("cn-") else name), width=1440)
    page.wait_for_timeout(200)
    assert page.evaluate(SHIFTS) == []


def test_what_passed_is_kept(survey, once):
    """Not a test of the site: what passed is not opened again, and a page with any finding is."""
    clean = {
        found.pop("digest")[0] for found in survey.values() if not any(v for k, v in found.items() if k != "digest")
    }
    if os.environ.get("CI") or not clean:
        return
    with once("passed"):
        before = json.loads(PASSED.read_text()) if PASSED.exists() else []
        PASSED.parent.mkdir(exist_ok=True)
        PASSED.write_text(json.dumps(sorted({*before, *clean})))


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


# ---------------------------------------------------------------- verdicts
@pytest.mark.parametrize("kind", ["cn-claim", 'cn-claim[^"]* cn-claim--bare'])
def test_the_sign_of_a_verdict_tells_its_words_to_eyes_ears_and_fingers(tab, address, site, kind):
    page = tab(address + _page_with(site, kind), width=390, touch=True)
    claim = page.locator("a.cn-claim--bare" if "bare" in kind else "a.cn-claim:not(.cn-claim--bare)").first
    claim.scroll_into_view_if_needed()
    box = claim.bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24
    words = claim.locator(".cn-hidden").inner_text().strip(" ()")
    assert words.partition(" ·")[0] in WORDS.values()
    assert claim.locator(".cn-badge__mark").evaluate("e => e.getBoundingClientRect().width") <= 16
    spoken = claim.aria_snapshot()
    assert f"({words})" in spoken, "a screen reader says it"
    claim.tap()
    tip = claim.locator(".cn-tip")
    assert tip.is_visible() and tip.inner_text().lower().startswith(words.lower())
    with page.expect_navigation():
        claim.tap()
    assert "/evidence/" in page.url


def test_every_sign_opens_at_the_first_tap(tab, address):
    page = tab(address + "concepts/dropout/", width=390, touch=True)
    signs = page.locator("a.cn-claim--bare")
    assert signs.count() >= 5
    for sign in signs.all()[:5]:
        sign.scroll_into_view_if_needed()
        page.wait_for_timeout(100)
        sign.tap()
        assert sign.locator(".cn-tip").is_visible()
        page.keyboard.press("Escape")


def test_no_line_begins_with_the_sign_of_a_verdict(tab, address, site):
    """Where a sentence comes before it; at widths at which it would."""
    page = tab(address + _page_with(site, "cn-claim"))
    alone = """() => [...document.querySelectorAll("article a.cn-claim:not(.cn-claim--bare)")].filter((claim) => {
        const words = [...claim.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && n.data.trim()).at(-1);
        if (!words || words.nextSibling?.className !== "cn-sign") return false;
        const range = document.createRange();
        range.setStart(words, words.data.trimEnd().length - 1);
        range.setEnd(words, words.data.trimEnd().length);
        const [last, sign] = [range, claim.querySelector(".cn-badge__mark")].map((e) => e.getBoundingClientRect());
        return sign.top > last.bottom;
    }).length"""
    for width in range(320, 620, 10):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(alone) == 0, width


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


def test_formulas_are_typeset_without_a_script(browser, sampler):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
    page.goto(sampler)
    assert page.locator("math").count() == 2 and page.locator("math[display=block]").count() == 1
    assert page.locator(".temml-error").count() == 0
    over, under = page.evaluate("""[...document.querySelectorAll("math munderover > *")].slice(0, 2)
        .map((e) => e.getBoundingClientRect().top)""")
    assert under > over + 5, "the lower limit of a sum is below it"
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter((f) => /STIX/.test(f.family)).map((f) => f.status)")
    assert sorted(loaded) == ["loaded", "unloaded"], "the font of rare characters is not fetched"
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


# ---------------------------------------------------------------- on paper
CUT = """() => [...document.querySelectorAll("article, article *")].filter((e) => e.getClientRects().length
    && !e.closest("svg *, .cn-hidden, .cn-badge__mark")
    && (e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1
        && getComputedStyle(e).display !== "inline" && getComputedStyle(e).overflowX !== "visible"))
    .map((e) => `${e.tagName}.${e.className}`)"""


@pytest.mark.parametrize("name", ["cn-figure", "cn-table", "evidence/claims/", "reference/map/"])
def test_on_paper_nothing_is_cut_or_split_and_dark_colors_become_light(tab, address, site, name):
    page = tab(address + (name if "/" in name else _page_with(site, name)), width=680, scheme="dark")  # A4
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(CUT) == []
    whole = "article :is(figure, tr, img):not(svg *)"
    kept = page.locator(whole).evaluate_all("found => found.map((e) => getComputedStyle(e).breakInside)")
    assert set(kept) <= {"avoid"}
    ink = page.evaluate("getComputedStyle(document.querySelector('article p')).color")
    assert max(map(int, re.findall(r"\d+", ink)[:3])) < 80
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    assert 0 < pages < 150  # the board: two claims on a page
