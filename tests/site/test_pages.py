"""The files of the finished site: links, anchors, names for who cannot see, and nothing from any other host."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config

from tests.site.pages import Page, read

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    found = read(site)
    assert len(found) > 5, f"{site} holds {len(found)} pages"
    return found


def test_every_link_and_anchor_leads_somewhere(pages):
    broken = []
    for page in pages.values():
        for element, href in page.links():
            target = page.target(href)
            if target is None:
                continue
            file, anchor = target
            if not file.is_file():
                broken.append(f"{page.name}:{element.line}: {href} leads to no file")
            elif anchor and not anchor.startswith("__") and file in pages and anchor not in pages[file].ids:
                broken.append(f"{page.name}:{element.line}: {href} names no place on {pages[file].name}")
    assert not broken, "\n".join(broken)


def test_nothing_is_loaded_from_another_host(pages, site):
    loading = {"img", "script", "iframe", "audio", "video", "source", "embed", "object", "track", "input"}
    foreign = []
    for page in pages.values():
        for element, href in page.links():
            loads = element.name in loading or (element.name == "link" and element.attributes.get("rel") != "canonical")
            if loads and not href.startswith("data:") and page.target(href) is None:
                foreign.append(f"{page.name}:{element.line}: {href}")
    for sheet in site.rglob("*.css"):
        for address in re.findall(r"""(?:url\(|@import\s+)["']?([^"')\s]+)""", sheet.read_text(encoding="utf-8")):
            inside = address.startswith(("data:", "#"))
            if not inside and not (sheet.parent / address.split("?")[0].split("#")[0]).is_file():
                foreign.append(f"{sheet.relative_to(site)}: {address}")
    assert not foreign, "\n".join(foreign)


def test_no_style_or_script_stands_in_a_page(pages):
    """Material's configuration is JSON, which no browser runs; all else is a file."""
    inline = []
    for page in pages.values():
        for e in page.elements:
            data = e.name == "script" and e.attributes.get("type") == "application/json"
            if e.name == "style" or (e.name == "script" and "src" not in e.attributes and not data):
                inline.append(f"{page.name}:{e.line}: <{e.name}>")
            inline += [
                f"{page.name}:{e.line}: <{e.name} {name}=…>"
                for name in e.attributes
                if name == "style" or name.startswith("on")
            ]
            if e.attributes.get("href", "").lower().startswith("javascript:"):
                inline.append(f"{page.name}:{e.line}: a javascript: link")
    assert not inline, "\n".join(inline[:50])


def test_every_page_forbids_what_it_does_not_need(pages):
    for page in pages.values():
        if page.name.split("/")[-1] not in ("index.html", "404.html"):
            continue
        policies = [
            e.attributes["content"]
            for e in page.all("meta")
            if e.attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policies) == 1, page.name
        rules = dict(rule.strip().split(" ", 1) for rule in policies[0].split(";"))
        assert rules["default-src"] == "'none'", page.name
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'", page.name
        assert "unsafe" not in policies[0] and "http" not in policies[0], page.name


def test_pictures_have_a_name(pages):
    nameless = []
    for page in pages.values():
        for e in page.content:
            a = e.attributes
            if e.name == "svg" and not e.inside("svg"):
                role = (
                    "group" if any(inner.name == "a" for inner in e.children if not isinstance(inner, str)) else "img"
                )
                named = a.get("role") == role and len(a.get("aria-label", "")) > 10
                if not named and a.get("aria-hidden") != "true" and "md-icon" not in e.parent.classes():
                    nameless.append(f"{page.name}:{e.line}: <svg aria-label={a.get('aria-label')!r}>")
            elif e.name == "img" and not a.get("alt"):
                nameless.append(f"{page.name}:{e.line}: <img src={a.get('src')!r}>")
    assert not nameless, "\n".join(nameless)


def test_headings_go_down_one_level_at_a_time(pages):
    wrong = []
    for page in pages.values():
        levels = [(int(e.name[1]), e) for e in page.content if re.fullmatch("h[1-6]", e.name)]
        if page.name == "404.html":
            continue
        if [level for level, _ in levels].count(1) != 1 or not levels or levels[0][0] != 1:
            wrong.append(f"{page.name}: its headings are {[level for level, _ in levels][:8]}; one h1 comes first")
        for (before, _), (level, element) in pairwise(levels):
            if level > before + 1:
                wrong.append(f"{page.name}:{element.line}: h{level} {element.text!r} after h{before}")
    assert not wrong, "\n".join(wrong)


def test_ids_are_there_once(pages):
    twice = []
    for page in pages.values():
        counted = Counter(e.attributes["id"] for e in page.elements if e.attributes.get("id"))
        twice += [f"{page.name}: id {name!r} {count} times" for name, count in counted.items() if count > 1]
    assert not twice, "\n".join(twice)


def test_what_points_at_an_id_finds_it(pages):
    lost = []
    for page in pages.values():
        for e in page.elements:
            for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
                for target in e.attributes.get(name, "").split() if name in e.attributes else ():
                    if target not in page.ids and not target.startswith("__"):
                        lost.append(f"{page.name}:{e.line}: {name}={target!r}")
            for reference in re.findall(r"url\(#([^)]+)\)", " ".join(e.attributes.values())):
                if reference not in page.ids:
                    lost.append(f"{page.name}:{e.line}: url(#{reference})")
    assert not lost, "\n".join(lost)


def test_links_have_words(pages):
    silent = []
    for page in pages.values():
        for e in page.all("a"):
            a = e.attributes
            shown = e.text or a.get("aria-label") or a.get("title")
            if "href" in a and not shown and not any(isinstance(c, type(e)) and c.name == "img" for c in e.children):
                silent.append(f"{page.name}:{e.line}: {a['href']}")
    assert not silent, "\n".join(silent)


def test_pages_differ_in_title_and_name_their_language(pages):
    titles = Counter()
    for page in pages.values():
        if page.name == "404.html":
            continue
        assert page.all("html")[0].attributes.get("lang") == "en", page.name
        titles[page.all("title")[0].text] += 1
    assert all(count == 1 for count in titles.values()), titles.most_common(5)


def test_no_page_asks_for_what_it_does_not_show(pages):
    """Only pages with formulas load their font and style sheets."""
    for page in pages.values():
        formulas = any("arithmatex" in e.classes() for e in page.elements)
        loads = any("stix-two-math" in href for e, href in page.links() if e.name == "link")
        assert formulas == loads, page.name


def test_the_search_index_holds_prose_and_not_what_a_machine_wrote(site):
    entries = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    text = " ".join(entry["text"] for entry in entries if not entry["location"].startswith("evidence/"))
    assert len(text) > 2000
    for machine_made in ("standard deviation)", "torch 2.", "scaleCPU"):
        assert machine_made not in text, "tips are in the search index"
    assert "matplotlib" not in text.lower() or "clip-path" not in text


@pytest.mark.parametrize(("url", "held"), [("http://127.0.0.1:8000/", False), ("https://notes.example.org/a/", True)])
def test_only_mkdocs_serve_goes_without_the_policy(tmp_path, url, held):
    """It puts a script of its own into each page, to reload it, and gives itself this address."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n")
    folders = {"docs_dir": str(tmp_path / "docs"), "site_dir": str(tmp_path / "site")}
    build(load_config(str(ROOT / "mkdocs.yml"), plugins=["search"], site_url=url, **folders))
    assert ("Content-Security-Policy" in (tmp_path / "site" / "index.html").read_text()) == held


def first_told(meta: dict, courses: dict) -> tuple[int, int]:
    """Where the first lecture that a note names stands in courses.yml, and the second in it; last without."""
    order: dict[str, int] = {}
    lectures = ((f"{c}/{name}", told) for c, course in courses.items() for name, told in course["lectures"].items())
    for number, (lecture, told) in enumerate(lectures):
        order |= {each.casefold(): number for each in (lecture, *((told or {}).get("codes") or ()))}
    for entry in meta.get("lectures") or ():
        lecture, _, time = entry.partition("@")
        parts = [int(part) for part in (time or "0").split(":")]
        return order[lecture.casefold()], sum(part * 60**n for n, part in enumerate(reversed(parts)))
    return len(order), 0


def test_lectures_come_in_the_order_of_their_file_and_not_of_their_letters():
    courses = {
        "new": {"lectures": {2: {"title": "Two"}, 10: {"title": "Ten", "codes": ["N10"]}}},
        "before": {"lectures": {1: None}},
    }
    lectures = ["new/2@9:00", "new/2@0:10:00", "new/2@1:00:00", "N10@0:00:05", "new/10@1:00:00", "before/1"]
    told = [*(first_told({"lectures": [each, "new/2"]}, courses) for each in lectures), first_told({}, courses)]
    assert told == sorted(set(told)) and told[:2] == [(0, 540), (0, 600)]


def test_concepts_stand_under_their_subjects_in_the_order_of_the_lectures(pages, site):
    """On the index page, in the navigation, and from one page to the next."""
    source = {p.stem: yaml.safe_load(p.read_text().split("---")[1]) for p in (ROOT / "docs/concepts").glob("*.md")}
    subjects = source.pop("index")["subjects"]
    assert set(subjects) == {meta["subject"] for meta in source.values()}
    courses = yaml.safe_load((ROOT / "docs/courses.yml").read_text())
    when = {
        name: (subjects.index(meta["subject"]), *first_told(meta, courses), meta["title"])
        for name, meta in source.items()
    }
    expected = sorted(when, key=when.__getitem__)

    index = pages[site / "concepts/index.html"]
    shown = [
        e for e in index.elements if e.inside("article") and (e.name == "h2" or (e.name == "a" and e.inside("li")))
    ]
    listed: list[tuple[str, str]] = []
    subject = "before all subjects"
    for element in shown:
        if element.name == "h2":
            subject = element.text
        else:
            listed.append((Path(element.attributes["href"]).name, subject))
    assert listed == [(name, source[name]["subject"]) for name in expected]

    for name, following in pairwise(expected):
        page = pages[site / f"concepts/{name}/index.html"]
        (link,) = [e for e in page.elements if e.name == "link" and e.attributes.get("rel") == "next"]
        assert link.attributes["href"] == f"../{following}/"


def test_a_column_of_a_table_is_set_to_the_right_without_a_style(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n")
    folders = {"docs_dir": str(tmp_path / "docs"), "site_dir": str(tmp_path / "site")}
    build(load_config(str(ROOT / "mkdocs.yml"), plugins=["search"], **folders))
    text = (tmp_path / "site" / "index.html").read_text().partition("<article")[2].partition("</article")[0]
    assert '<td align="right">2</td>' in text and "style=" not in text
