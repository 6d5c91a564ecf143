"""Links between notes: what stands around a page, previews of links, the map of concepts, and old addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coursenotes.discover.project import discover
from coursenotes.project import Project
from tests.engine.rendering import COURSES, opened_at, put, whole, write
from tests.site.conftest import ROOT, serving
from tests.site.pages import Page

CANARY = "xylophone"
PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
NEW = """---
title: New name
needs: [averages]
was: [concepts/old.md, concepts/older.md]
lectures: ["dl2022/8@0:20:00"]
---
# New name

What was it called?

## Far down

The place that was named. See [averages](averages.md).
"""


@pytest.fixture
def built(mini):
    """A function: files by name below docs/ -> the mini site's folder, rendered whole, with these in it."""

    def made(files: dict[str, str], courses: str = COURSES) -> Path:
        for name, text in files.items():
            write(mini.docs / name, text)
        opened_at(mini)
        write(mini.courses, courses)
        project = Project(discover(mini))
        for experiment in project.catalog.experiments:
            put(project, experiment)
        assert not [str(p) for p in project.knowledge.problems()]
        return whole(project, "https://notes.example.org/a/")

    return made


def around(site: Path, name: str) -> dict[str, str]:
    """The words of what stands around a page, by the label of the part."""
    page = Page(site, site / name / "index.html")
    return {
        e.attributes["aria-label"]: e.text
        for e in page.all("nav")
        if "cn-around" in e.classes() and e.inside("article")
    }


# ---------------------------------------------------------------- around the page
def test_a_concept_shows_what_it_needs_who_links_to_it_and_what_comes_next(built):
    averages = (ROOT / "tests/mini_site/docs/concepts/averages.md").read_text(encoding="utf-8")
    averages = averages.replace("---\n", '---\nlectures: ["dl2022/8@0:10:00"]\n', 1)
    lesson = "---\ntitle: Eight\n---\n# Eight\n\n## Noise & more\n\n[averages](../../concepts/averages.md)\n"
    site = built({"concepts/new.md": NEW, "concepts/averages.md": averages, "lessons/dl2022/lesson8.md": lesson})
    before, links = around(site, "concepts/new").values()
    assert before == "In lecture 8 Practical Deep Learning 2022, before this: Averages 0:10:00"
    assert links == "Needs Averages"
    after, links = around(site, "concepts/averages").values()
    assert after == "In lecture 8 Practical Deep Learning 2022, after this: New name 0:20:00"
    expected = "Needed by New name Also linked from lessons Eight: Noise & more Linked from other pages Mini"
    assert links == expected
    assert 'href="../../lessons/dl2022/lesson8/#noise-more"' in (site / "concepts/averages/index.html").read_text()


def test_lessons_of_a_course_lead_to_one_another(built):
    site = built({f"lessons/dl2022/lesson{n}.md": f"---\ntitle: Part {n}\n---\n# Part {n}\n" for n in (8, 9)})
    assert around(site, "lessons/dl2022/lesson8") == {"Lessons before and after this": "Next lesson Part 9"}
    assert around(site, "lessons/dl2022/lesson9") == {"Lessons before and after this": "Previous lesson Part 8"}


def test_what_is_not_listed_leaves_no_link_preview_or_box(built):
    head = f"title: The {CANARY}\nvisibility: unlisted\nneeds: [new]\nwas: [concepts/{CANARY}_old.md]\n"
    head += 'lectures: ["dl2022/8@0:19:00"]\n'
    secret = f"---\n{head}---\n# The {CANARY}\n\n## {CANARY}\n\n[new](new.md), [a](averages.md)\n"
    lesson = f"---\ntitle: {CANARY}\nrelease: 2999-01-01\n---\n# {CANARY}\n\n[new](../../concepts/new.md)\n"
    site = built({f"concepts/{CANARY}.md": secret, "concepts/new.md": NEW, "lessons/dl2022/lesson9.md": lesson,
                  "lessons/dl2022/lesson8.md": "---\ntitle: Part 8\n---\n# Part 8\n"})  # fmt: skip
    holding = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and (CANARY.encode() in path.read_bytes().lower() or CANARY in path.name)
    }
    assert holding == {f"concepts/{name}/index.html" for name in (CANARY, f"{CANARY}_old")} | {
        "lessons/dl2022/lesson9/index.html"
    }
    assert "Needs New name" in around(site, f"concepts/{CANARY}")["Links between notes"]
    assert around(site, "lessons/dl2022/lesson8") == {}
    assert (site / "reference/map/index.html").is_file() and (site / "assets/previews.json").is_file()


def test_on_the_real_site_concepts_have_their_place(site):
    """A new note may stand alone; nearly all need another, or are needed, and stand in a lecture and a lesson."""
    named = {p.stem: p.read_text(encoding="utf-8").split("---")[1] for p in (ROOT / "docs/concepts").glob("*.md")}
    named.pop("index")
    found = {name: around(site, f"concepts/{name}") for name in named}
    links = {name: parts.get("Links between notes", "") for name, parts in found.items()}
    for name, head in named.items():
        assert ("prerequisites:" in head or "needs:" in head) == links[name].startswith("Needs "), name
    few = len(named) // 5
    alone = [name for name, words in links.items() if "Needs " not in words and "Needed by " not in words]
    assert len(alone) <= few, f"these hang in the air: {alone}"
    untold = [name for name, words in links.items() if "from lessons" not in words]
    assert len(untold) <= few, f"no lesson leads to {untold}"
    timed = [name for name, head in named.items() if "@" in head.partition("lectures:")[2].partition("]")[0]]
    beside = "Before and after this in the lectures"
    placed = [name for name in timed if found[name].get(beside, "").startswith("In lecture ")]
    assert len(timed) > 35 and len(placed) >= len(timed) - 4  # alone in its lecture, a note has nothing beside it
    assert "Needs Losses Needed by Dropout as augmentation" in links["dropout"]


def test_lessons_are_counted_and_not_sorted_as_text(built):
    """In the navigation, from one page to the next, and where they lead to a concept."""
    numbers = (1, 2, 9, 10, 11)
    lectures = "".join(f"    {n}:\n      title: Lecture {n}\n" for n in numbers)
    text = "---\ntitle: Lesson {0}\n---\n# Lesson {0}\n\n[averages](../../concepts/averages.md)\n"
    pages = {f"lessons/dl2022/lesson{n}.md": text.format(n) for n in numbers}
    indexes = {"lessons/index.md": "# Lessons\n", "lessons/dl2022/index.md": "# Course\n"}
    site = built({**pages, **indexes}, f"dl2022:\n  title: A course\n  lectures:\n{lectures}")
    page = Page(site, site / "lessons/dl2022/lesson2/index.html")
    titles = [e.text for e in page.all("a") if "md-nav__link" in e.classes()]
    listed = [int(title.removeprefix("Lesson ")) for title in titles if re.fullmatch(r"Lesson \d+", title)]
    assert list(dict.fromkeys(listed)) == list(numbers)
    (following,) = [e.attributes["href"] for e in page.all("link") if e.attributes.get("rel") == "next"]
    assert following == "../lesson9/"
    words = around(site, "concepts/averages")["Links between notes"]
    assert [int(n) for n in re.findall(r"Lesson (\d+)", words)] == list(numbers)


# ---------------------------------------------------------------- old addresses
@pytest.fixture
def moved(built):
    site = built({"concepts/new.md": NEW})
    with serving(site) as address:
        yield site, address


@pytest.mark.parametrize("old", ["old", "older"])
def test_an_old_address_leads_to_the_new_one_and_to_the_place_on_it(moved, tab, old):
    _, address = moved
    page = tab("about:blank")
    complaints: list[str] = []
    page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
    page.goto(f"{address}concepts/{old}/#far-down")
    page.wait_for_url(lambda url: url == f"{address}concepts/new/#far-down")
    assert page.locator("h2#far-down").is_visible() and complaints == []
    page.go_back()
    assert page.url == "about:blank", "an old address stands in nobody's way back"


def test_an_old_address_leads_on_without_scripts(moved, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{moved[1]}concepts/old/")
    page.wait_for_url(f"{moved[1]}concepts/new/")
    context.close()


def test_an_old_address_is_in_no_list_and_allows_nothing(moved):
    site, _ = moved
    for name in ("sitemap.xml", "search/search_index.json", "assets/previews.json"):
        assert "concepts/old" not in (site / name).read_text(encoding="utf-8"), name
    page = Page(site, site / "concepts/old/index.html")
    policies = [e.attributes for e in page.all("meta") if "Policy" in e.attributes.get("http-equiv", "")]
    policy = policies[0]["content"]
    assert policy.startswith("default-src 'none'; script-src 'self'") and "unsafe" not in policy
    assert not [e for e in page.elements if e.name == "style" or (e.name == "script" and "src" not in e.attributes)]
    for element, href in page.links():
        target = page.target(href)
        assert target is None or target[0].is_file(), f"{element.name} leads to no file: {href}"


# ---------------------------------------------------------------- previews
@pytest.fixture
def note(address) -> str:
    return address + "concepts/dropout/"


LINK = "article p > a[href='../convolution/']"


def test_a_preview_opens_under_the_pointer_and_stays_while_it_moves_in(tab, note):
    page = tab(note)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    link, tip = page.locator(LINK).first, page.locator("#cn-preview")
    link.scroll_into_view_if_needed()
    assert not tip.count()
    link.hover()
    tip.wait_for(state="visible", timeout=3000)
    assert tip.locator("strong").inner_text() == "Convolution"
    assert tip.locator("span").inner_text().startswith("How can nine numbers find every edge?")
    assert link.get_attribute("aria-describedby") == "cn-preview"
    box, size = tip.bounding_box(), page.viewport_size
    assert 0 <= box["x"] <= size["width"] - box["width"] and 0 <= box["y"] <= size["height"] - box["height"]
    tip.hover()
    page.wait_for_timeout(400)
    assert tip.is_visible()
    link.hover()
    page.wait_for_timeout(400)
    assert tip.is_visible(), "the pointer came back"
    page.mouse.move(5, 5)
    tip.wait_for(state="hidden", timeout=2000)
    assert link.get_attribute("aria-describedby") is None
    link.hover()
    tip.wait_for(state="visible", timeout=3000)
    assert len([url for url in asked if url.endswith("previews.json")]) == 1


def test_a_pointer_that_passes_opens_nothing(tab, note):
    page = tab(note)
    link, tip = page.locator(LINK).first, page.locator("#cn-preview")
    link.hover()
    tip.wait_for(state="visible", timeout=3000)  # from here on, nothing has to be fetched
    page.mouse.move(5, 5)
    tip.wait_for(state="hidden", timeout=2000)
    page.evaluate("""() => {
        window.opened = 0;
        document.querySelector("#cn-preview").addEventListener("toggle", () => (window.opened += 1));
    }""")
    link.hover()
    page.mouse.move(5, 5)
    page.wait_for_timeout(600)
    assert page.evaluate("window.opened") == 0


def test_a_link_to_a_place_previews_that_place(tab, address):
    page = tab(address + "concepts/seven_or_not/")
    link, tip = page.locator("article p > a[href='../losses/#softmax']"), page.locator("#cn-preview")
    link.hover()
    tip.wait_for(state="visible", timeout=3000)
    assert tip.locator("strong").inner_text() == "Losses: Softmax"
    assert tip.locator("span").inner_text().startswith("Cross-entropy takes probabilities")


def test_a_preview_opens_on_focus_closes_on_escape_and_the_link_still_leads_on(tab, note):
    page = tab(note)
    tip = page.locator("#cn-preview")
    page.keyboard.press("Tab")
    page.locator(LINK).first.focus()
    tip.wait_for(state="visible", timeout=3000)
    for y in range(200, 800, 40):
        page.mouse.move(30, y)
    page.wait_for_timeout(300)
    assert tip.is_visible(), "the pointer has nothing to do with it"
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/concepts/convolution/")


def test_numbers_claims_and_places_on_the_page_have_no_preview(tab, note):
    page = tab(note)
    for each in ("a.cn-measured:has(.cn-tip)", "a.cn-claim", "a.headerlink", "a.cn-time"):
        link = page.locator(f"article {each}").first
        link.scroll_into_view_if_needed()
        link.hover(force=True)
        page.wait_for_timeout(450)
        assert not page.locator("#cn-preview:popover-open").count(), each


def test_a_tap_follows_the_link_at_once(tab, note):
    page = tab(note, width=390, touch=True)
    link = page.locator(LINK).first
    link.scroll_into_view_if_needed()
    with page.expect_navigation():
        link.tap()
    assert page.url.endswith("/concepts/convolution/")


def test_where_nothing_can_be_fetched_nothing_happens(browser, tab, site, note):
    page = tab((site / "concepts/dropout/index.html").as_uri())
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.locator("article p > a[href^='../convolution/']").first.hover()
    page.wait_for_timeout(600)
    assert complaints == [] and not page.locator("#cn-preview").count()

    page = tab(note)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/previews.json", lambda route: route.abort())
    page.locator(LINK).first.hover()
    page.wait_for_timeout(600)
    assert errors == [] and not page.locator("#cn-preview").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_preview_can_be_read(tab, note, scheme):
    page = tab(note, scheme=scheme)
    page.locator(LINK).first.hover()
    page.locator("#cn-preview").wait_for(state="visible", timeout=3000)
    page.wait_for_timeout(200)
    assert page.evaluate(f"({PROBE}).dim('#cn-preview')") == []
    assert page.evaluate(f"({PROBE}).count('#cn-preview')") == 2


def test_previews_are_small_and_of_every_listed_page(site):
    path = site / "assets/previews.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_size < 3000 * len(found)
    for page in (ROOT / "docs/concepts").glob("*.md"):
        url = "concepts/" if page.stem == "index" else f"concepts/{page.stem}/"
        title, opening, sections = found[url]
        assert title and len(opening) > 20 and sections, url
        assert not re.search(r"[<>¶]|\\\(|not yet run|seeds ·", opening), opening


# ---------------------------------------------------------------- the map
def test_the_map_shows_every_concept_once_and_nothing_overlaps(tab, address):
    page = tab(address + "reference/map/")
    concepts = {p.stem for p in (ROOT / "docs/concepts").glob("*.md")} - {"index"}
    links = page.eval_on_selector_all(".cn-map__node", "all => all.map((a) => a.getAttribute('href'))")
    assert sorted(links) == sorted(f"../../concepts/{name}/" for name in concepts)
    wrong = page.evaluate("""() => {
        const wrong = [], nodes = [...document.querySelectorAll(".cn-map__node")];
        const boxes = nodes.map((n) => n.querySelector(".cn-map__rim").getBBox());
        const apart = (a, b) => a.x >= b.x + b.width || b.x >= a.x + a.width
            || a.y >= b.y + b.height || b.y >= a.y + a.height;
        const holds = (b, p, rim) => p.x > b.x + rim && p.x < b.x + b.width - rim
            && p.y > b.y + rim && p.y < b.y + b.height - rim;
        const corners = (t) => [{x: t.x, y: t.y}, {x: t.x + t.width, y: t.y + t.height}];
        nodes.forEach((node, n) => {
            for (const text of node.querySelectorAll("text")) {
                const inside = corners(text.getBBox()).every((p) => holds(boxes[n], p, 0));
                if (!inside) wrong.push(`${text.textContent} leaves its box`);
            }
            boxes.forEach((b, m) => m <= n || apart(boxes[n], b) || wrong.push(`${node.textContent} lies on another`));
        });
        for (const arrow of document.querySelectorAll(".cn-map__arrow")) {
            for (let at = 4; at < arrow.getTotalLength() - 20; at += 3) {
                const p = arrow.getPointAtLength(at);
                boxes.forEach((b, n) => holds(b, p, 1) && wrong.push(`an arrow runs behind ${nodes[n].textContent}`));
            }
        }
        return [...new Set(wrong)];
    }""")
    assert wrong == []


def test_the_maps_arrows_cross_little(site):
    from coursenotes.paths import Paths
    from coursenotes.site.reference.map import laid_out

    graph = Project(discover(Paths(ROOT))).knowledge.graph
    arrows = sum(len(graph.prerequisites(name)) for name in graph.concepts)
    assert arrows > 25 and laid_out(graph).crossings() <= arrows / 5
    assert max(graph.depths.values()) <= 5, "a concept that takes six steps to reach is better split"


def test_the_map_is_legible_on_a_phone_and_leads_on(tab, address):
    page = tab(address + "reference/map/", width=390, touch=True)
    page.wait_for_function("document.querySelector('.cn-map__box').tabIndex === 0", timeout=5000)  # when idle
    size = page.evaluate("""() => {
        const text = document.querySelector(".cn-map__node text"), box = document.querySelector(".cn-map__box");
        const height = text.getBoundingClientRect().height;
        return {height, inside: box.scrollWidth > box.clientWidth, tab: box.tabIndex};
    }""")
    assert size["height"] >= 12 and size["inside"] and size["tab"] == 0
    assert page.evaluate(f"({PROBE}).wide()") == []
    node = page.locator(".cn-map__node[href='../../concepts/dropout/']")
    node.scroll_into_view_if_needed()
    with page.expect_navigation():
        node.tap()
    assert page.url.endswith("/concepts/dropout/")


def test_the_list_below_the_map_can_be_read_from_the_top(site):
    """For those who do not see the drawing: each concept after all that it needs."""
    page = Page(site, site / "reference/map/index.html")
    read: set[str] = set()
    (box,) = [e for e in page.elements if "cn-map-list" in e.classes()]
    lists = [c for c in box.children if not isinstance(c, str) and c.name == "ul"]
    for item in [c for found in lists for c in found.children if not isinstance(c, str)]:
        links = [c.attributes["href"] for c in item.children if not isinstance(c, str) and c.name == "a"]
        if links:
            assert set(links[1:]) <= read, item.text
            read.add(links[0])
    assert len(read) == len(list((ROOT / "docs/concepts").glob("*.md"))) - 1
