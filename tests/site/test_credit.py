"""Credit on the finished site, and in the files that say how the project is cited."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from coursenotes.paths import Paths
from coursenotes.project import load
from coursenotes.site.frame import bibtex
from tests.conftest import ROOT
from tests.site.pages import Page

LAYOUT = Paths(ROOT)


@pytest.fixture(scope="module")
def opened():
    return load(LAYOUT)


def test_every_note_shows_its_credit_and_no_other_page_does(site: Path, opened):
    credit = opened.knowledge.credit
    for name in opened.catalog.pages:
        page = Page(site, site / LAYOUT.page_url(name) / "index.html")
        boxes = [e for e in page.all("section") if "cn-credit" in e.classes()]
        assert len(boxes) == credit.needs_credit(name), name
        for box in boxes:
            assert "Written by" in box.text and "License" in box.text, name
            assert "After" in box.text or "Rests on" in box.text, name
            entry = next(e.text for e in page.all("pre") if e.text.startswith("@misc{"))
            assert entry.count("{") == entry.count("}") and "author = {" in entry, entry


def test_names_lead_to_the_page_of_people(site: Path, opened):
    people = Page(site, site / "reference" / "people" / "index.html")
    assert set(opened.knowledge.credit.works) <= people.ids
    dropout = Page(site, site / "concepts" / "dropout" / "index.html")
    (teacher,) = [e for e in dropout.all("a") if e.text == "Jeremy Howard"]
    assert teacher.attributes["href"] == "../../reference/people/#jeremy_howard"


def test_people_are_found_by_name_and_not_by_every_topic(site: Path):
    entries = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    found = {entry["location"]: entry for entry in entries if entry["location"].startswith("reference/people/")}
    assert found["reference/people/#hiromi_suenaga"]["title"] == "Hiromi Suenaga"
    assert "Calendar embeddings" not in " ".join(entry["text"] for entry in found.values())


def test_everybody_in_the_file_has_something_to_their_name(opened):
    assert set(opened.knowledge.people.all) == set(opened.knowledge.credit.works)


def test_who_took_the_notes_that_pages_draw_on_is_named(opened):
    drawn_on = {name for name, works in opened.knowledge.credit.works.items() if works.drawn_on}
    assert {"reshama_shaikh", "hiromi_suenaga"} <= drawn_on
    text = " ".join(page.text.partition("\n---\n")[2] for page in opened.knowledge.visibility.pages)
    named = {name for name, person in opened.knowledge.people.all.items() if f"notes of {person.name}" in text}
    assert named and named <= drawn_on, "the text of a page thanks somebody whom its sources leave out"


def test_the_citation_file_is_true(opened):
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    notes, people = cff["preferred-citation"], opened.knowledge.people
    assert {"cff-version", "message", "title", "authors"} <= set(cff) and cff["cff-version"] == "1.2.0"
    assert {"type", "title", "authors"} <= set(notes)
    assert cff["title"] == notes["title"] == bibtex.site_name(LAYOUT)
    assert cff["version"] == project["version"] and cff["license"] == project["license"]
    assert notes["license"] == opened.catalog.pages["index.md"].meta["license"]
    credit = opened.knowledge.credit
    wrote = [name for name in people.all if name in credit.works and credit.works[name].wrote]
    assert [author(one) for one in cff["authors"]] == [author(one) for one in notes["authors"]]
    assert [author(one) for one in cff["authors"]] == [people.all[name].name for name in wrote]


def author(entry: dict[str, str]) -> str:
    """The name of an author as CFF writes it: a person in two parts, a group in one."""
    return entry.get("name") or f"{entry['given-names']} {entry['family-names']}"


def test_the_license_file_names_the_license_of_the_notes(opened):
    license = opened.knowledge.credit.license(opened.catalog.pages["concepts/dropout.md"])
    assert license.url in (ROOT / "LICENSE-notes.md").read_text(encoding="utf-8")


def test_the_entry_is_copied_by_a_click(tab, address):
    page = tab(f"{address}concepts/dropout/")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    entry = page.locator(".cn-cite pre code")
    assert not entry.is_visible()
    page.locator(".cn-cite summary").click()
    page.locator(".cn-cite button").click()
    page.wait_for_timeout(200)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.match(r"@misc\{course-notes-concepts-dropout,\n  author = ", copied) and copied.strip().endswith("\n}")
    assert not refused, refused


@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_the_box_fits_its_page(tab, address, width, scheme):
    page = tab(f"{address}concepts/strides_and_padding/", width=width, scheme=scheme)
    page.locator(".cn-cite summary").click()
    box = page.locator(".cn-credit").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    for part in (".cn-credit dt", ".cn-credit dd", ".cn-cite summary", ".cn-cite p"):
        for one in page.locator(part).all():
            inner = one.bounding_box()
            assert box["x"] - 1 <= inner["x"] and inner["x"] + inner["width"] <= box["x"] + box["width"] + 1, part
    assert page.evaluate("document.documentElement.scrollWidth") <= width
