"""Everybody's notes of a lesson on whole sites: a notebook that means no good, in a browser; one that nobody finds."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import pytest

from coursenotes.discover.project import discover
from coursenotes.paths import Paths
from coursenotes.project import Project
from tests.conftest import MINI
from tests.engine import notes
from tests.engine.rendering import opened_at, put, whole, write
from tests.site import test_pages
from tests.site.conftest import serving
from tests.site.pages import read

ROOT = Path(__file__).parents[2]
PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
FOLDER = "lessons/dl2022/lesson8"
CANARY = "xylophone"


def site_with(root: Path, address: str = "", **files: str) -> Path:
    """A whole site from the mini site with results, a lesson, and files in that lesson's folder."""
    shutil.copytree(MINI, root, ignore=shutil.ignore_patterns(".coursenotes", "site", "__pycache__"))
    paths = Paths(root)
    write(paths.docs / f"{FOLDER}.md", notes.LESSON)
    for section in ("contribute", "reference"):  # every page's foot leads there
        write(paths.docs / section / "index.md", "# Section\n\nDo.\n")
    for name, text in files.items():
        write(paths.docs / FOLDER / name.replace("__", "."), text)
    (paths.docs / FOLDER / "gray.png").write_bytes(base64.b64decode(notes.png(8, 8)))
    opened_at(paths)
    project = Project(discover(paths))
    for experiment in project.catalog.experiments:
        put(project, experiment)
    assert not [str(p) for p in (*project.catalog.problems, *project.knowledge.problems())]
    return whole(project, address)


# ---------------------------------------------------------------- a notebook that means no good
@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "mini"
    site = site_with(folder, hostile__ipynb=notes.hostile(folder / "made"))
    assert not (folder / "made").exists(), "a cell was run"
    return site


@pytest.fixture(scope="module")
def hostile_pages(hostile):
    return {path: page for path, page in read(hostile).items() if FOLDER in page.name}


@pytest.mark.parametrize(
    "test",
    [
        test_pages.test_every_link_and_anchor_leads_somewhere, test_pages.test_no_style_or_script_stands_in_a_page,
        test_pages.test_every_page_forbids_what_it_does_not_need, test_pages.test_pictures_have_a_name,
        test_pages.test_headings_go_down_one_level_at_a_time, test_pages.test_ids_are_there_once,
        test_pages.test_links_have_words, test_pages.test_no_page_asks_for_what_it_does_not_show,
    ],
)  # fmt: skip
def test_its_page_is_held_to_what_all_pages_are(hostile_pages, test):
    assert len(hostile_pages) == 2
    test(hostile_pages)


def test_it_loads_nothing_from_elsewhere(hostile_pages, hostile):
    test_pages.test_nothing_is_loaded_from_another_host(hostile_pages, hostile)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_does_nothing_in_a_browser(hostile, browser, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    with serving(hostile) as address:
        page.on("console", lambda m: m.type in ("error", "warning") and said.append(m.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda r: r.url.startswith((address, "data:")) or said.append(r.url))
        page.goto(f"{address}{FOLDER}/hostile/", wait_until="load")
        for words in ("pressdata", "Hover"):  # where a link and a handler were
            page.locator("article").get_by_text(words).first.click(timeout=3000)
        page.wait_for_timeout(300)
        assert said == []
        assert page.url.startswith(f"{address}{FOLDER}/hostile/")
        assert page.locator("article math").count() == 3 and page.locator(".temml-error").count() == 0
        assert page.evaluate(f"({PROBE}).wide()") == []
        assert page.evaluate(f"({PROBE}).dim('article')") == []
        widths = page.evaluate("[...document.querySelectorAll('article img')].map((e) => e.naturalWidth)")
        assert len(widths) == 4 and all(widths)
        code = page.evaluate("""() => [...document.querySelectorAll("article .highlight .kn, article .highlight .s1")]
            .map((e) => getComputedStyle(e).color)""")
        assert len(set(code)) > 1, "code has no colors"
    context.close()


# ---------------------------------------------------------------- one that nobody finds
def secret(**fields: str) -> str:
    cells = (
        notes.text(f"# The {CANARY} notes\n\nWhy a {CANARY}?\n"),
        notes.code(f"'{CANARY}'", notes.stream(f"{CANARY}\n")),
    )
    return notes.notebook(*cells, authors=[CANARY], **fields)


def holding(site: Path) -> set[str]:
    return {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and (CANARY.encode() in path.read_bytes().lower() or CANARY in path.name)
    }


@pytest.mark.parametrize("fields", [{"visibility": "unlisted"}, {"release": "2026-11-30"}])
def test_a_notebook_that_is_not_listed_leaves_no_trace(tmp_path, monkeypatch, fields):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")  # a day in November 2026
    site = site_with(
        tmp_path / "mini", "https://notes.example.org/a/",
        **{f"{CANARY}__ipynb": secret(**fields), "public__ipynb": notes.notebook(notes.text("# Public notes\n"))},
    )  # fmt: skip
    assert holding(site) == {f"{FOLDER}/{CANARY}/index.html"}
    page = (site / FOLDER / CANARY / "index.html").read_text(encoding="utf-8")
    assert '<meta name="robots" content="noindex">' in page
    assert "lesson8/public/" in (site / "sitemap.xml").read_text(encoding="utf-8"), "listed notebooks are in it"
    found = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    assert any(entry["location"] == f"{FOLDER}/public/" for entry in found)


def test_a_listed_notebook_that_links_to_an_unlisted_page_is_told(mini):
    write(mini.docs / f"{FOLDER}.md", notes.LESSON)
    write(mini.docs / "concepts/hidden.md", "---\ntitle: Hidden\nvisibility: unlisted\n---\n# Hidden\n\nText.\n")
    source = notes.notebook(notes.text("# Public\n\nSee [it](../../../concepts/hidden.md).\n"))
    write(mini.docs / FOLDER / "a.ipynb", source)
    (only,) = [str(p) for p in opened_at(mini).knowledge.problems()]
    line = next(n for n, text in enumerate(source.split("\n"), 1) if "hidden.md" in text)
    assert f"a.ipynb:{line}: {FOLDER}/a.ipynb is listed, and links to concepts/hidden.md, which is not" in only


def test_outputs_are_not_in_the_search_index(tmp_path):
    cell = notes.code("x = 1", notes.stream("zanzibar\n"), notes.data(text_html="<div><div>zanzibar</div></div>"))
    site = site_with(tmp_path / "mini", a__ipynb=notes.notebook(notes.text("# Notes\n\nProse.\n"), cell))
    entries = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    text = " ".join(entry["text"] for entry in entries)
    assert "Prose." in text and "zanzibar" not in text
    assert "zanzibar" in (site / FOLDER / "a" / "index.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the real site
def test_lesson_8_has_other_notes(site):
    lesson = (site / FOLDER / "index.html").read_text(encoding="utf-8")
    below = lesson[lesson.index('<section class="cn-versions"') :]
    assert set(re.findall(r'<a href="(\w+)/">', below)) == {"by_hand"}


def test_the_notebook_of_lesson_8_is_a_whole_page(site):
    html = (site / FOLDER / "by_hand" / "index.html").read_text(encoding="utf-8")
    text = html[html.index("<article") : html.index("</article>")]
    source = json.loads((ROOT / "docs" / FOLDER / "by_hand.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in source["cells"] if cell["cell_type"] == "code"]
    assert text.count('<div class="cn-cell">') == len(cells)
    assert text.count("<img ") == 2 and "A picture that the code above makes" not in text, "pictures have words"
    assert "cn-cut" not in text and "Left out" not in text
    assert text.count('class="cn-time"') == sum("".join(c["source"]).count("[0:") + "".join(c["source"]).count("[1:")
                                                for c in source["cells"] if c["cell_type"] == "markdown")  # fmt: skip


def test_the_notebook_of_lesson_8_was_run_whole_and_in_order(site):
    source = json.loads((ROOT / "docs" / FOLDER / "by_hand.ipynb").read_text(encoding="utf-8"))
    counts = [cell["execution_count"] for cell in source["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
