"""People's own versions of a lesson: their order, their mistakes, and where they are shown."""

from __future__ import annotations

import re

import pytest

from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.project import Project
from coursenotes.site.frame import versions
from tests.engine import notes
from tests.engine.rendering import opened_at, whole, write

FOLDER = "lessons/dl2022/lesson8"


def page(title: str, head: str = "kind: summary\nauthors: [ana]\nlicense: CC-BY-4.0") -> str:
    return f"---\ntitle: {title}\n{head}\n---\n# {title}\n\nIt is said at [1:08:22].\n"


def lesson(mini, **files: str):
    """The mini site with the lesson's page and versions of it by their names; __ stands for the dot."""
    write(mini.docs / f"{FOLDER}.md", notes.LESSON)
    for name, text in files.items():
        write(mini.docs / FOLDER / name.replace("__", "."), text)
    opened_at(mini)
    return mini


def known(mini):
    return Project(discover(mini)).knowledge


def problems(mini) -> list[str]:
    return [str(p) for p in known(mini).problems()]


HEAD = "kind: {}\nstate: {}\nauthors: [ana, ben]\nlicense: CC0-1.0"


def test_reviewed_notes_come_first_and_transcripts_last(mini):
    lesson(
        mini,
        a__md=page("A draft", HEAD.format("summary", "draft")),
        b__md=page("Every word", HEAD.format("transcript", "reviewed")),
        c__md=page("zebras", HEAD.format("topic notes", "reviewed")),
        d__ipynb=notes.notebook(notes.text("# Yaks\n"), state="reviewed"),
    )
    assert problems(mini) == []
    found = known(mini).versions.of(f"{FOLDER}.md")
    assert [(v.title, v.kind, v.state) for v in found] == [
        ("Yaks", "summary", "reviewed"), ("zebras", "topic notes", "reviewed"),
        ("Every word", "transcript", "reviewed"), ("A draft", "summary", "draft"),
    ]  # fmt: skip
    assert found[1].authors == ("ana", "ben") and found[1].license == "CC0-1.0"


def test_notes_that_do_not_say_are_drafts(mini):
    lesson(mini, a__md=page("Mine"))
    assert [v.state for v in known(mini).versions.of(f"{FOLDER}.md")] == ["draft"]


def test_unlisted_notes_appear_nowhere(mini):
    secret = "kind: summary\nauthors: [ana]\nlicense: CC0-1.0\nvisibility: unlisted"
    lesson(mini, a__md=page("Secret", secret), b__ipynb=notes.notebook(notes.text("# S\n"), visibility="unlisted"))
    assert known(mini).versions.of(f"{FOLDER}.md") == ()
    project = Project(discover(mini))
    assert versions.of_page(project.knowledge, f"{FOLDER}.md") is None
    own = versions.of_page(project.knowledge, f"{FOLDER}/a.md")
    assert own["own"]["title"] == "Secret" and own["notes"] == []


@pytest.mark.parametrize(
    ("head", "line", "said", "fix"),
    [
        (
            "kind: sumary\nauthors: [a]\nlicense: MIT",
            3,
            "kind: sumary is not one of",
            "write kind: summary",
        ),
        (
            "kind: summary\nstate: Reviewd\nauthors: [a]\nlicense: MIT",
            4,
            "state: Reviewd is not one of",
            "write state: reviewed",
        ),
        ("authors: [a]\nlicense: MIT", 1, "without kind:", "write kind: summary"),
        ("kind: summary\nlicense: MIT", 1, "without authors:", "write authors: [ana]"),
        ("kind: summary\nauthors: [a]", 1, "without license:", "write license: CC-BY-4.0"),
    ],
)
def test_missing_or_misspelled_fields_are_reported(mini, head, line, said, fix):
    lesson(mini, a__md=page("Mine", head))
    (only,) = problems(mini)
    assert f"{FOLDER}/a.md:{line}: " in only and said in only and f"fix: {fix}" in only


def test_the_fields_of_a_notebook_are_reported_on_their_lines(mini):
    lesson(mini, a__ipynb=notes.notebook(notes.text('# T\n\n"kind": no\n'), kind="sumary", license=None))
    said = problems(mini)
    lines = (mini.docs / FOLDER / "a.ipynb").read_text().split("\n")
    (kind,) = [p for p in said if "is not one of" in p]
    assert '"kind": "sumary"' in lines[int(re.search(r"ipynb:(\d+):", kind)[1]) - 1]
    assert 'fix: write "kind": "summary"' in kind
    assert any("without license:" in p and 'write "license": "CC-BY-4.0"' in p for p in said) and len(said) == 2


def test_notes_without_a_lesson_are_reported_with_the_nearest(mini):
    lesson(mini)
    write(mini.docs / "lessons/dl2022/lesson08/a.md", page("Mine"))
    (only,) = problems(mini)
    assert "there is no docs/lessons/dl2022/lesson08.md" in only and f"move it to docs/{FOLDER}/" in only


def test_a_lesson_has_one_page(mini):
    lesson(mini)
    write(mini.docs / "lessons/dl2022/lecture8.md", "---\ntitle: Another\n---\n# Another\n")
    (only,) = problems(mini)
    assert "a second page of the lecture dl2022/8" in only and "make it a version" in only


def test_two_notes_do_not_share_an_address(mini):
    with pytest.raises(CoursenotesError) as caught:
        lesson(mini, a__md=page("A"), a__ipynb=notes.notebook(notes.text("# A\n")), index__md=page("Index"))
    said = [str(p) for p in caught.value.problems]
    assert any("a.md: has the address of" in p and "a.ipynb" in p for p in said)
    assert any("index.md: has the address of" in p for p in said) and len(said) == 2


def test_a_version_elsewhere_is_reported(mini):
    lesson(mini)
    write(mini.docs / "concepts/mine.md", page("Mine"))
    (only,) = problems(mini)
    assert "concepts/mine.md:3: kind: is a field of somebody's version" in only


# ---------------------------------------------------------------- on the pages
@pytest.fixture
def site(mini):
    lesson(
        mini,
        ana__md=page("Ana's <notes>", HEAD.format("summary", "reviewed")),
        zoe__ipynb=notes.notebook(notes.text("# Zoe's\n"), state="draft", kind="topic notes", authors=["zoe"]),
        own__md=page("Hidden", "kind: summary\nauthors: [ana]\nlicense: MIT\nvisibility: unlisted"),
    )
    return whole(Project(discover(mini)))


def read(site, name: str) -> str:
    return " ".join((site / FOLDER / name / "index.html").read_text(encoding="utf-8").split())


def test_the_lessons_page_lists_its_other_notes(site):
    html = read(site, "")
    assert '<h2 id="cn-other-notes">Other notes of this lesson</h2>' in html
    below = html[html.index('<section class="cn-versions"') :]
    entries = re.findall(r"<li> <a href=\"(.*?)\">(.*?)</a> .*?<span>(.*?)</span> <span class=\"(.*?)\">(.*?)<", below)
    assert entries == [
        ("ana/", "Ana&#39;s &lt;notes&gt;", "summary, by ana, ben", "cn-state cn-state--reviewed", "reviewed"),
        ("zoe/", "Zoe&#39;s", "topic notes, a notebook, by zoe", "cn-state cn-state--draft", "draft"),
    ]
    above = html[html.index('<p class="cn-whose">') : html.index("<h1")]
    assert '<a href="ana/">' in above and 'href="#cn-other-notes"' in above
    assert "Hidden" not in html


def test_a_version_says_above_its_text_whose_it_is(site):
    html = read(site, "zoe")
    above = html[html.index('<p class="cn-whose">') : html.index("<h1")]
    words = re.sub(r"<[^>]*>", "", above)
    assert " ".join(words.split()).startswith("draft Topic notes by zoe · the lesson’s own page is Lesson 8")
    assert 'href="../"' in above and 'href="#cn-other-notes"' in above
    below = html[html.index('<section class="cn-versions"') :]
    assert 'href="../ana/"' in below and "zoe/" not in below.partition("</section>")[0]


def test_a_version_is_not_in_the_navigation_and_shows_its_lessons_section(site):
    html = read(site, "ana")
    tabs = html[html.index('<nav class="md-tabs"') :]
    assert re.search(r'md-tabs__item--active"> <a href="[^"]*" class="md-tabs__link"> Lessons', tabs)
    side = html[html.index("md-sidebar--primary") : html.index("md-sidebar--secondary")]
    assert "Lesson 8" in side and "Zoe" not in side and "&lt;notes" not in side
    assert "md-footer__link--" not in html, "no page comes before or after it"


def test_other_pages_show_nothing_of_it(site):
    html = (site / "concepts/averages/index.html").read_text(encoding="utf-8")
    assert "cn-whose" not in html and "cn-other-notes" not in html


def test_names_come_from_people_where_there_are_some(mini, monkeypatch):
    write(mini.people, "ana: {name: Ana Lovelace}\n")
    lesson(mini, a__md=page("Mine"))
    project = Project(discover(mini))
    assert versions.of_page(project.knowledge, f"{FOLDER}.md")["notes"][0]["authors"] == ["Ana Lovelace"]
