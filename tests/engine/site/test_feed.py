"""The feed: what a reader of feeds needs, the same on every build, and nothing of what is not listed."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from coursenotes.discover.project import discover
from coursenotes.project import Project
from coursenotes.site import releases
from coursenotes.site.files import feed
from coursenotes.site.releases import Snapshot
from tests.engine.rendering import opened_at, whole, write

ATOM = "{http://www.w3.org/2005/Atom}"
CLAIM = "straight_line.finds_the_slope"


@pytest.fixture
def project(mini):
    """Two releases: the second brings a page, changes one, and refutes a claim; one page is none of the project's."""
    opened_at(mini)
    for page in ("averages", "straight_line"):
        assert (mini.docs / f"concepts/{page}.md").is_file()
    line = {"title": "A straight line", "text": "1"}
    claim = {"sentence": "1", "sample": ["supported", [1.0, 0.1]]}
    other = {"straight_line.any_rate": claim}
    first = Snapshot(
        "1", date(2026, 1, 2), {"concepts/straight_line.md": line, "gone.md": line}, {CLAIM: claim, **other}
    )
    pages = {
        "concepts/straight_line.md": {**line, "text": "2"},
        "concepts/averages.md": {"title": "A & B", "text": "1"},
    }
    claims = {CLAIM: {**claim, "sample": ["refuted", [1.0, 0.1]]}, "straight_line.any_rate": {**claim, "sentence": "2"}}
    second = Snapshot("2", date(2026, 2, 3), pages, claims)
    for release in (first, second):
        write(mini.releases / f"{release.name}.json", releases.write(release))
    return Project(discover(mini))


def read(project, address=""):
    return ET.fromstring(feed.atom(project, address))


def told(root):
    return [
        (e.findtext(f"{ATOM}title"), e.findtext(f"{ATOM}updated")[:10], e.find(f"{ATOM}link").get("href"),
         e.findtext(f"{ATOM}summary"))
        for e in root.findall(f"{ATOM}entry")
    ]  # fmt: skip


def test_each_release_with_its_new_and_changed_pages_and_the_verdicts_that_changed(project):
    sentence = project.catalog.claims[CLAIM].sentence
    assert told(read(project)) == [
        ("A & B", "2026-02-03", "concepts/averages/", "New in 2."),
        ("A straight line", "2026-02-03", "concepts/straight_line/", "Changed in 2."),
        (sentence, "2026-02-03", f"evidence/straight_line/#{CLAIM}", "supported → refuted (sample)"),
        ("A straight line", "2026-01-02", "concepts/straight_line/", "New in 1."),
    ]


@pytest.mark.parametrize("address", ["", "https://notes.example.org/a/"])
def test_it_is_what_rfc_4287_asks_for(project, address):
    root = read(project, address)
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}author/{ATOM}name") and root.findtext(f"{ATOM}title")
    assert root.findtext(f"{ATOM}updated") == "2026-02-03T00:00:00Z"
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "self": f"{address}feed.xml", "alternate": address or "./",
    }  # fmt: skip
    ids = [e.text for e in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 5 and all(i.startswith("urn:uuid:") for i in ids)
    for entry in root.findall(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}title") and entry.findtext(f"{ATOM}updated").endswith("T00:00:00Z")
        assert entry.find(f"{ATOM}link").get("href").startswith(address)


def test_ids_stay_where_the_site_moves_or_a_page_is_renamed(project):
    before = [e.text for e in read(project).iter(f"{ATOM}id")]
    path = project.paths.docs / "concepts/averages.md"
    write(
        project.paths.docs / "concepts/means.md",
        path.read_text().replace("title:", "was: [concepts/averages.md]\ntitle:"),
    )
    path.unlink()
    root = read(Project(discover(project.paths)), "https://elsewhere.example.org/")
    assert sorted(e.text for e in root.iter(f"{ATOM}id")) == sorted(before)
    assert any(href.endswith("/concepts/means/") for _, _, href, _ in told(root))


def test_nothing_of_a_page_that_is_no_longer_listed(project):
    path = project.paths.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title:", "visibility: unlisted\ntitle:"))
    assert [title for title, *_ in told(read(Project(discover(project.paths))))] == ["A & B"]


def test_what_is_not_yet_released_is_not_in_it(mini):
    assert told(read(opened_at(mini))) == []


def test_the_newest_stay_where_there_are_too_many(project, monkeypatch):
    monkeypatch.setattr(feed, "MOST", 2)
    assert [day for _, day, *_ in told(read(project))] == ["2026-02-03"] * 2


def test_the_site_has_it_and_its_pages_name_it(project):
    site = whole(project, "https://notes.example.org/a/")
    root = ET.fromstring((site / "feed.xml").read_bytes())
    assert root.find(f"{ATOM}link").get("href") == "https://notes.example.org/a/feed.xml"
    page = (site / "concepts/averages/index.html").read_text(encoding="utf-8")
    assert (
        '<link rel="alternate" type="application/atom+xml" title="New and changed notes" href="../../feed.xml">' in page
    )
