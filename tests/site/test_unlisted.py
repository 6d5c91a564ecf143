"""What is not yet public is reached by its address and by nothing else: the whole built site is searched for it."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from coursenotes.build import mkdocs_plugin
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.paths import Paths
from coursenotes.project import Project, load
from coursenotes.site import releases
from coursenotes.site.files import offline, unlisted_links
from tests.conftest import ROOT
from tests.engine import notes
from tests.engine.rendering import COURSES, opened_at, put, whole, write

CANARY = "xylophone"
DAY = "1795000000"  # SOURCE_DATE_EPOCH of a day in November 2026


PEOPLE = {"people.yml": f"{CANARY}:\n  name: Xaver\n"}


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
    opened_at(mini)
    for name, text in {**PEOPLE, **files}.items():
        write(mini.docs / name, text)
    write(mini.courses, courses)
    write(mini.people, f"{CANARY}: {{name: {CANARY} Smith, github: {CANARY}}}\n")
    project = Project(discover(mini))
    for experiment in project.catalog.experiments:
        put(project, experiment)
    assert not [str(p) for p in project.knowledge.problems()]
    return whole(project, "https://notes.example.org/a/")


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
    with ZipFile(site / offline.FILE) as packed:
        assert "coursenotes/index.html" in packed.namelist()
        assert not [name for name in packed.namelist() if CANARY.encode() in name.encode() + packed.read(name).lower()]
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
  authors: [{CANARY}]
  lectures:
    1:
      title: The {CANARY}, first part
      video: {CANARY}id
      codes: [X{CANARY}1]
"""
HEAD = f"authors: [{CANARY}]\nlicense: CC-BY-4.0\nstate: draft"
ALL = {  # everything that can be said of the site, said about the canary alone
    "people.yml": f"{CANARY}:\n  name: Xaver {CANARY.title()}\n",
    "glossary.yml": f"{CANARY}:\n  text: It has wooden bars.\n  page: lessons/{CANARY}/lesson1.md\n",
    "literature.bib": f"@book{{{CANARY}2026, author = {{Bar, A.}}, title = {{The {CANARY}}}, year = 2026}}\n",
    "wanted.yml": f"more_bars:\n  title: A second {CANARY}\n  what: How?\n  lectures: [{CANARY}/1]\n  size: small\n",
    f"lessons/{CANARY}/index.md": f"---\ntitle: All about the {CANARY}\nlists: section\n---\n# All\n\nIt.\n",
    f"lessons/{CANARY}/lesson1.md": f"""---
title: The first {CANARY}
authors: [{CANARY}]
sources: [{CANARY}2026]
license: CC-BY-4.0
was: [lessons/{CANARY}/first.md]
---
# The first {CANARY}

A [{CANARY}](term:{CANARY}) is loud [0:10:00] [@{CANARY}2026], and of wood[^{CANARY}].
It has [37](dated:2026-01-01) bars of {CANARY}.

!!! erratum "The {CANARY} is no piano"
    It has [no strings](https://example.org/{CANARY}) [0:20:00].

## How a {CANARY} is played

![A {CANARY}]({CANARY}.png "The {CANARY}")

[^{CANARY}]: Or of metal.
""",
    f"lessons/{CANARY}/lesson1/said.md": f"""---
title: Every {CANARY} word
kind: transcript
publish: index
{HEAD}
---
[00:00:10]

## The {CANARY}

Here stands a {CANARY}.
""",
    f"lessons/{CANARY}/lesson1/heard.md": f"---\ntitle: Heard\nkind: summary\n{HEAD}\n---\n# Heard\n\n{CANARY}!\n",
}
UNDER = f"lessons/{CANARY}/"


def files_of_all() -> dict[str, str]:
    own = {"authors": [CANARY], "title": f"A {CANARY} by hand"}
    return {**ALL, f"{UNDER}lesson1/by_hand.ipynb": notes.notebook(notes.text(f"# A {CANARY}\n\nIt.\n"), **own)}


def put_picture(docs: Path) -> None:
    (docs / UNDER / f"{CANARY}.png").parent.mkdir(parents=True, exist_ok=True)
    (docs / UNDER / f"{CANARY}.png").write_bytes(base64.b64decode(notes.png(8, 8)))


def test_a_course_with_all_that_it_brings_along_leaves_no_trace(mini):
    put_picture(mini.docs)
    page = "---\ntitle: Lessons\nlists: section\n---\n# Lessons\n\nAll of them.\n"
    found = holding(built(mini, {**files_of_all(), "lessons/index.md": page}, COURSES + COURSE))
    assert {f"{UNDER}lesson1/index.html", f"{UNDER}lesson1/by_hand/index.html", f"{UNDER}first/index.html"} <= found
    assert not {name for name in found if not name.startswith(UNDER)}


def test_what_the_same_course_leaves_everywhere_once_it_is_listed(mini):
    """Each of these files would be searched in vain if the search looked in the wrong place."""
    put_picture(mini.docs)
    page = "---\ntitle: Lessons\nlists: section\n---\n# Lessons\n\nAll of them.\n"
    listed = COURSE.replace("  visibility: unlisted\n", "")
    found = holding(built(mini, {**files_of_all(), "lessons/index.md": page}, COURSES + listed))
    pages = ("people", "glossary", "literature", "errata", "dated", "coverage")
    assert {f"reference/{name}/index.html" for name in pages} <= found
    assert {"search/search_index.json", "sitemap.xml", "previews.json", "lessons/index.html"} <= {
        Path(name).name if name.endswith("previews.json") else name for name in found
    }


def test_the_real_site_keeps_it_to_itself_too(tmp_path, site):
    """A copy of the whole project, with the course added to its own files."""
    for folder in ("docs", "snippets", "tests/claims", "results", "releases"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".coursenotes").mkdir()
    for kept in (ROOT / ".coursenotes").iterdir():
        if kept.is_dir() and kept.name != "pages":
            (tmp_path / ".coursenotes" / kept.name).symlink_to(kept)
    paths = Paths(tmp_path)
    put_picture(paths.docs)
    for name, text in {**files_of_all(), "courses.yml": COURSE}.items():
        old = (paths.docs / name).read_text(encoding="utf-8") if (paths.docs / name).exists() else ""
        write(paths.docs / name, f"{old}\n{text}" if old else text)
    project = load(paths)
    assert not [str(p) for p in project.knowledge.problems()]
    found = holding(whole(project, "https://notes.example.org/"))
    assert f"{UNDER}lesson1/index.html" in found
    assert not {name for name in found if not name.startswith(UNDER)}


# ---------------------------------------------------------------- the last look
@pytest.mark.parametrize("href", [
    "../xylophone/", "../xylophone/#part", "/concepts/xylophone/", "../xylophone/index.html",
    "../../concepts/xylophone/", "https://notes.example.org/a/concepts/xylophone/", "../%78ylophone/",
])  # fmt: skip
def test_a_link_that_only_the_finished_site_shows_is_found(tmp_path, href):
    write(tmp_path / "concepts/xylophone/index.html", '<meta name="robots" content="noindex">')
    write(tmp_path / "concepts/other/index.html", f'<a class="x" href="{href}">it</a>')
    with pytest.raises(CoursenotesError, match=r"concepts/other/index\.html of the site is listed, and leads to"):
        unlisted_links.look(None, tmp_path, "https://notes.example.org/a/")


@pytest.mark.parametrize("href", ["../other/", "https://elsewhere.org/concepts/xylophone/", "xylophone/", "../"])
def test_other_links_are_left_alone(tmp_path, href):
    write(tmp_path / "concepts/xylophone/index.html", '<meta name="robots" content="noindex"><a href="../other/">')
    write(tmp_path / "concepts/other/index.html", f'<a href="{href}">it</a>')
    unlisted_links.look(None, tmp_path, "https://notes.example.org/a/")


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
    mkdocs_plugin.render(Project(discover(mini)), mini.root / "again")
    assert (mini.root / "again/sitemap.xml").read_text(encoding="utf-8") == first


def test_what_rests_on_a_page_that_is_not_listed_is_reached_from_there(topic):
    site = built(topic, {f"concepts/{CANARY}.md": secret("visibility: unlisted")})
    page = (site / f"concepts/{CANARY}/index.html").read_text(encoding="utf-8")
    for name in (f"evidence/{CANARY}.unlisted/", f"evidence/{CANARY}.noise/"):
        assert f'href="../../{name}' in page
        assert '<meta name="robots" content="noindex">' in (site / name / "index.html").read_text(encoding="utf-8")


def test_a_page_that_was_released_and_taken_back_leaves_no_trace(topic):
    box = f'\n!!! erratum "The {CANARY}"\n    Silent? [](claim:{CANARY}.is_loud)\n'
    listed = secret("subject:") + box + f'\n!!! correction "{CANARY}, 2026-11-01"\n    To check: it.\n'
    built(topic, {f"concepts/{CANARY}.md": listed.replace(f"authors: [{CANARY}]\n", "").replace("subject:\n", "")})
    write(topic.releases / "1.json", releases.write(releases.take(Project(discover(topic)), "1")))
    assert CANARY in (topic.releases / "1.json").read_text(encoding="utf-8")
    site = built(topic, {f"concepts/{CANARY}.md": secret("visibility: unlisted") + box})
    assert (site / "feed.xml").is_file() and (site / "reference/news/index.html").is_file()
    assert not {name for name in holding(site) if CANARY not in name}
