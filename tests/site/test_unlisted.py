"""What is not yet public is reached by its address and by nothing else: the whole built site is searched for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rendering import COURSES, library_of, put, whole, write

from coursenotes import leaks, mkdocs_plugin, releases
from coursenotes.discover import discover
from coursenotes.errors import CoursenotesError
from coursenotes.plan import Library

CANARY = "xylophone"
DAY = "1795000000"  # SOURCE_DATE_EPOCH of a day in November 2026


def secret(head: str) -> str:
    return f"""---
title: The {CANARY} page
{head}
authors: [{CANARY}]
---
# The {CANARY} page

Why a {CANARY}?

![The {CANARY} in a picture](figure:{CANARY}.error_by_n)

A {CANARY} has [0.8](measured:{CANARY}.noise.error?n=1): [a {CANARY} is loud](claim:{CANARY}.is_loud).
"""


@pytest.fixture(autouse=True)
def day(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY)


@pytest.fixture
def topic(mini):
    """The mini site with a topic of its own for the page that is not to be found."""
    for folder in ("snippets", "tests/claims"):
        old = "averages.py" if folder == "snippets" else "test_averages.py"
        text = (mini.root / folder / old).read_text(encoding="utf-8").replace("averages", CANARY)
        write(mini.root / folder / old.replace("averages", CANARY), text.replace("less_noisy", "is_loud"))
    return mini


def built(mini, files: dict[str, str], courses: str = COURSES) -> Path:
    for name, text in files.items():
        write(mini.docs / name, text)
    library_of(mini)
    write(mini.courses, courses)
    write(mini.people, f"{CANARY}: {{name: {CANARY} Smith, github: {CANARY}}}\n")
    library = Library(discover(mini))
    for experiment in library.site.experiments:
        put(library, experiment)
    assert not [str(p) for p in library.knowledge.problems()]
    return whole(library, "https://notes.example.org/a/")


def holding(site: Path) -> set[str]:
    """The files of a site in whose text or name the canary stands."""
    return {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and (CANARY.encode() in path.read_bytes().lower() or CANARY in path.name)
    }


@pytest.mark.parametrize("head", ["visibility: unlisted", "release: 2026-11-30"])
def test_a_page_that_is_not_listed_leaves_no_trace(topic, head):
    site = built(topic, {f"concepts/{CANARY}.md": secret(head)})
    found = holding(site)
    assert f"concepts/{CANARY}/index.html" in found
    assert not {name for name in found if CANARY not in name}, "on pages of others"
    for name in found:
        if name.endswith(".html"):
            assert '<meta name="robots" content="noindex">' in (site / name).read_text(encoding="utf-8"), name


def test_the_same_page_is_everywhere_once_it_is_released(topic):
    """The search for the canary would find nothing either if it looked in the wrong place."""
    found = holding(built(topic, {f"concepts/{CANARY}.md": secret("release: 2026-11-01")}))
    assert {"evidence/index.html", "concepts/averages/index.html", "search/search_index.json", "sitemap.xml"} <= found
    assert len(found) >= 8


COURSE = f"""
{CANARY}:
  title: A course on the {CANARY}
  visibility: unlisted
  lectures:
    1:
      title: The {CANARY}, first part
      video: {CANARY}id
"""


def test_a_course_that_is_not_listed_leaves_no_trace(mini):
    pages = {
        f"lessons/{CANARY}/index.md": f"---\ntitle: All about the {CANARY}\nlists: section\n---\n# All\n\nIt.\n",
        f"lessons/{CANARY}/lesson1.md": f"---\ntitle: Lesson 1\n---\n# Lesson 1\n\nThe {CANARY} at [0:10:00].\n",
        "lessons/index.md": "---\ntitle: Lessons\nlists: section\n---\n# Lessons\n\nAll of them.\n",
    }
    found = holding(built(mini, pages, COURSES + COURSE))
    assert f"lessons/{CANARY}/lesson1/index.html" in found
    assert not {name for name in found if not name.startswith(f"lessons/{CANARY}/")}


# ---------------------------------------------------------------- the last look
@pytest.mark.parametrize("href", [
    "../xylophone/", "../xylophone/#part", "/concepts/xylophone/", "../xylophone/index.html",
    "../../concepts/xylophone/", "https://notes.example.org/a/concepts/xylophone/", "../%78ylophone/",
])  # fmt: skip
def test_a_link_that_only_the_finished_site_shows_is_found(tmp_path, href):
    write(tmp_path / "concepts/xylophone/index.html", '<meta name="robots" content="noindex">')
    write(tmp_path / "concepts/other/index.html", f'<a class="x" href="{href}">it</a>')
    with pytest.raises(CoursenotesError, match=r"concepts/other/index\.html of the site is listed, and leads to"):
        leaks.look(None, tmp_path, "https://notes.example.org/a/")


@pytest.mark.parametrize("href", ["../other/", "https://elsewhere.org/concepts/xylophone/", "xylophone/", "../"])
def test_other_links_are_left_alone(tmp_path, href):
    write(tmp_path / "concepts/xylophone/index.html", '<meta name="robots" content="noindex"><a href="../other/">')
    write(tmp_path / "concepts/other/index.html", f'<a href="{href}">it</a>')
    leaks.look(None, tmp_path, "https://notes.example.org/a/")


def test_a_build_with_such_a_link_fails(topic):
    """Raw HTML of an unusual kind, which no parser of Markdown sees as a link."""
    pages = {
        f"concepts/{CANARY}.md": secret("visibility: unlisted"),
        "concepts/other.md": f'# Other\n\n<map name="m"><area href="../{CANARY}/" alt="it"></map>\n',
    }
    with pytest.raises(CoursenotesError, match="concepts/other"):
        built(topic, pages)


def test_the_sitemap_is_the_same_where_pages_were_kept_from_an_earlier_build(mini):
    first = (built(mini, {}) / "sitemap.xml").read_text(encoding="utf-8")
    assert "/evidence/averages.noise/" in first and "/evidence/averages/" in first
    mkdocs_plugin.render(Library(discover(mini)), mini.root / "again")
    assert (mini.root / "again/sitemap.xml").read_text(encoding="utf-8") == first


def test_what_rests_on_a_page_that_is_not_listed_is_reached_from_there(topic):
    site = built(topic, {f"concepts/{CANARY}.md": secret("visibility: unlisted")})
    page = (site / f"concepts/{CANARY}/index.html").read_text(encoding="utf-8")
    for name in (f"evidence/{CANARY}.unlisted/", f"evidence/{CANARY}.noise/"):
        assert f'href="../../{name}' in page
        assert '<meta name="robots" content="noindex">' in (site / name / "index.html").read_text(encoding="utf-8")


def test_a_page_that_was_released_and_taken_back_leaves_no_trace(mini):
    box = f'\n!!! erratum "The {CANARY}"\n    Silent? [](claim:{CANARY}.is_loud)\n'
    listed = secret("subject:") + box + f'\n!!! correction "{CANARY}, 2026-11-01"\n    To check: it.\n'
    built(mini, {f"concepts/{CANARY}.md": listed.replace(f"authors: [{CANARY}]\n", "").replace("subject:\n", "")})
    write(mini.releases / "1.json", releases.write(releases.take(Library(discover(mini)), "1")))
    assert CANARY in (mini.releases / "1.json").read_text(encoding="utf-8")
    site = built(mini, {f"concepts/{CANARY}.md": secret("visibility: unlisted") + box})
    assert (site / "feed.xml").is_file() and (site / "reference/news/index.html").is_file()
    assert not {name for name in holding(site) if CANARY not in name}
