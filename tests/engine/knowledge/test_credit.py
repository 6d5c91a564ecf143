"""Credit: the people and sources at the end of a note, and notes without a source or without a license."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace

import pytest

from coursenotes.build import check
from coursenotes.cli import main
from coursenotes.discover.project import discover
from coursenotes.errors import Problem
from coursenotes.project import Project
from coursenotes.site.frame import attribution
from tests.engine.rendering import COURSES, opened_at, put, whole, write

PEOPLE = """
ana: {name: Ana Lima, github: ana-l}
bo: {name: Bo <Chen>}
eva: {name: Eva Teaches}
nobody: {name: Nobody Here, url: "https://example.org/nobody"}
"""
TAUGHT = COURSES.replace("  lectures:", "  url: https://example.org/course\n  authors: [eva]\n  lectures:").replace(
    "      title: Never filmed", "      title: Never filmed\n      authors: [eva, bo]"
)
NOTE = """---
title: Dropping & keeping
lectures: ["dl2022/8@0:10:00", "dl2022/9"]
authors: [ana]
sources:
  - https://www.example.org/a-post/
  - {title: Old notes, author: [bo, Somebody Else], url: "https://example.org/old", license: CC-BY-SA-4.0}
---
# Dropping

Text.
"""


class Works:
    """Stands for the works of literature.bib."""

    WORK = SimpleNamespace(
        key="guo2016", label="Guo, 2016", anchor="bib-guo2016", text="Guo: Entity embeddings. 2016.",
        links={"arXiv:1": "https://arxiv.org/abs/1"},
    )  # fmt: skip

    def get(self, key):
        return self.WORK if key == "guo2016" else None

    def unknown(self, key, path, line, written):
        if key != "guo2016":
            yield Problem(f"no work {key}", path, line, (), f"write {written.format('guo2016')}")


def project(mini, pages: dict[str, str], courses: str = TAUGHT, people: str = PEOPLE, works: bool = False) -> Project:
    """A project with these pages, courses and people; with works, there is one, which is called guo2016."""
    write(mini.people, people)
    for name, text in pages.items():
        write(mini.docs / name, text)
    write(mini.courses, courses)
    opened = Project(discover(mini))
    if works:
        opened.knowledge.__dict__["literature"] = Works()
    return opened


def box(opened: Project, name: str = "concepts/try.md"):
    return attribution.of_page(opened.knowledge, name)


def said(opened: Project, name: str = "try.md") -> list[Problem]:
    return [p for p in opened.knowledge.credit.problems() if str(p.path).endswith(name)]


def head(**fields: str) -> str:
    return "---\ntitle: A\n" + "".join(f"{name}: {value}\n" for name, value in fields.items()) + "---\nText.\n"


# ---------------------------------------------------------------- what stands at a note's end
def test_everybody_is_named(mini):
    found = box(project(mini, {"concepts/try.md": NOTE}))
    assert found["writers"] == [{"name": "Ana Lima", "url": "reference/people/#ana"}]
    first, second = found["courses"]
    assert first["title"] == "Practical Deep Learning 2022" and first["url"] == "https://example.org/course"
    assert [p["name"] for p in first["by"]] == ["Eva Teaches"]
    assert first["lectures"] == [
        {"name": "8", "title": "Convolutions", "url": "https://www.youtube.com/watch?v=htiNBPxcXgo"}
    ]
    assert [p["name"] for p in second["by"]] == ["Eva Teaches", "Bo <Chen>"], "a lecture's own teachers"
    address, notes = found["sources"]
    assert (address["title"], address["url"]) == ("example.org/a-post", "https://www.example.org/a-post/")
    assert notes["by"] == [{"name": "Bo <Chen>", "url": "reference/people/#bo"}, {"name": "Somebody Else", "url": ""}]
    assert notes["license"]["id"] == "CC-BY-SA-4.0" and found["license"]["name"] == "CC BY 4.0"


def test_a_page_s_own_license_comes_before_that_of_all(mini):
    opened = project(mini, {"concepts/try.md": NOTE.replace("authors:", "license: CC0-1.0\nauthors:")})
    assert box(opened)["license"]["id"] == "CC0-1.0"
    assert "  note = {CC0 1.0}," in box(opened)["cited"]["bibtex"]


def test_works_of_the_literature_are_shown_whole_once(mini):
    text = NOTE.replace("sources:\n", "sources:\n  - guo2016\n")
    opened = project(mini, {"concepts/try.md": text}, works=True)
    work = box(opened)["sources"][0]
    assert work["title"] == "Guo: Entity embeddings. 2016." and work["links"] == {"arXiv:1": "https://arxiv.org/abs/1"}
    page = opened.catalog.pages["concepts/try.md"]
    cited = SimpleNamespace(scheme="cite", name="guo2016")
    object.__setattr__(page, "references", (*page.references, cited))
    assert box(opened)["cited_works"] == [{"title": "Guo, 2016", "url": "#bib-guo2016"}]
    assert len(box(opened)["sources"]) == 2, "the text lists it whole"


def test_a_key_of_no_work_is_left_as_it_is(mini):
    opened = project(mini, {"concepts/try.md": head(sources="[guo9]")})
    assert [source["title"] for source in box(opened)["sources"]] == ["guo9"]
    assert len(said(opened)) == 1 and "guo9" in said(opened)[0].what


def test_the_year_is_that_of_the_build(mini, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1900000000")  # in 2030
    assert "  year = {2030}," in box(project(mini, {"concepts/try.md": NOTE}))["cited"]["bibtex"]


@pytest.mark.parametrize("name", ["index.md", "contribute/a.md", "lessons/index.md", "evidence/claims.md"])
def test_pages_that_owe_nothing_show_nothing(mini, name):
    assert box(project(mini, {"contribute/a.md": NOTE, "lessons/index.md": NOTE}), name) is None


def test_a_lesson_names_who_took_notes_of_it(mini):
    lesson = "lessons/dl2022/lesson8"
    version = head(authors="[bo]", license="CC-BY-4.0")
    pages = {f"{lesson}.md": head(authors="[ana]"), f"{lesson}/bo.md": version.replace("title: A", "title: By Bo")}
    pages[f"{lesson}/ana.md"] = version.replace("[bo]", "[ana, bo]")
    pages[f"{lesson}/eva.md"] = version.replace("[bo]", "[eva]").replace(
        "title: A", "title: Not yet\nvisibility: unlisted"
    )
    opened = project(mini, pages)
    told = box(opened, f"{lesson}.md")["note_takers"]
    assert told == [{"name": "Bo <Chen>", "url": "reference/people/#bo"}], "once, without its writer and the unlisted"
    own = box(opened, f"{lesson}/bo.md")
    assert own["note_takers"] == [] and own["writers"][0]["name"] == "Bo <Chen>"
    assert own["courses"][0]["by"][0]["name"] == "Eva Teaches", "after its lesson's lecture"


def test_an_unlisted_page_has_credit_and_gives_none(mini):
    hidden = NOTE.replace("authors: [ana]", "authors: [nobody]\nvisibility: unlisted")
    opened = project(mini, {"concepts/try.md": hidden, "concepts/open.md": head(authors="[ana]")})
    (writer,) = box(opened)["writers"]
    assert writer == {"name": "Nobody Here", "url": "https://example.org/nobody"}, "no place on the page of people"
    assert box(opened)["courses"] and box(opened)["sources"] and box(opened)["license"]
    assert set(opened.knowledge.credit.works) == {"ana", "bo", "eva"}
    assert opened.knowledge.credit.works["bo"].drawn_on == {}


def test_a_hidden_course_appears_on_hidden_pages_only(mini):
    courses = TAUGHT.replace("  url:", "  visibility: unlisted\n  url:")
    pages = {"concepts/try.md": NOTE, "concepts/hidden.md": NOTE.replace("authors:", "visibility: unlisted\nauthors:")}
    opened = project(mini, pages, courses)
    assert box(opened)["courses"] == [] and len(box(opened, "concepts/hidden.md")["courses"]) == 2
    assert "eva" not in opened.knowledge.credit.works


# ---------------------------------------------------------------- as readers get it
def test_the_box_as_it_is_rendered(mini):
    opened = project(mini, {"concepts/try.md": NOTE.replace("title: Dropping &", "title: 50% <i> &")})
    for experiment in opened.catalog.experiments:
        put(opened, experiment)
    site = whole(opened, "https://notes.example.org/a/")
    html = (site / "concepts/try/index.html").read_text()
    credit = html.partition('<section class="cn-around cn-credit"')[2].partition("</section>")[0]
    assert '<a href="../../reference/people/#ana">Ana Lima</a>' in credit
    assert "Bo &lt;Chen&gt;" in credit and "<Chen>" not in credit and "<i>" not in credit
    assert '<a href="https://creativecommons.org/licenses/by/4.0/" rel="license noopener">CC BY 4.0</a>' in credit
    entry = re.search(r"<pre><code>(.*?)</code></pre>", credit, re.DOTALL)[1]
    assert entry.split("\n")[0] == "@misc{course-notes-concepts-try,"
    assert "  title = {{50\\% &lt;i&gt; \\&amp; keeping}}," in entry
    assert entry.endswith("\n  url = {https://notes.example.org/a/concepts/try/},\n}")
    assert entry.count("\n\n") == 0
    assert "cn-credit" not in (site / "index.html").read_text()
    people = (site / "reference/people/index.html").read_text()
    assert '<h2 id="ana">' in people and "Bo <Chen>" in unescape(people) and "<Chen>" not in people
    assert "Nobody" not in people, "with nothing to their name"


def test_without_an_address_there_is_no_url(mini):
    opened = project(mini, {"concepts/try.md": NOTE})
    for experiment in opened.catalog.experiments:
        put(opened, experiment)
    html = (whole(opened) / "concepts/try/index.html").read_text()
    assert "url = {" not in html and "note = {CC BY 4.0},\n}</code>" in html


# ---------------------------------------------------------------- what is wrong
@pytest.mark.parametrize("text, line, says, fix", [
    (head(authors="[anna]"), 3, "nobody has the id 'anna'", "authors: [ana]"),
    (head(authors="[Ana Lima]"), 3, "nobody has the id 'Ana Lima'", "authors: [ana]"),
    (head(license="CC-BY-4"), 3, 'no license "CC-BY-4"', "license: CC-BY-4.0"),
    (head(license="CC BY-SA 4.0"), 3, "no license", "license: CC-BY-SA-4.0"),
    (head(license="mine"), 3, 'no license "mine"', "spdx.org"),
    (head(sources="[guo2015]"), 3, "no work guo2015", "sources: [guo2016]"),
    (head(sources="[8]"), 3, "8 is not a source", "key of literature.bib"),
    (head(sources="['ftp://a.org']"), 3, "is not a web address", "https://"),
    (head(sources="\n  - https://a.org\n  - {titel: B}"), 5, 'no field "titel"', "title:"),
    (head(sources="\n  - {url: 'https://a.org'}"), 4, "without a title", "add title"),
    (head(sources="\n  - {title: B, url: a.org}"), 4, "a.org is not a web address", "https://"),
    (head(sources="\n  - {title: B, author: annna}"), 4, "author: nobody has the id 'annna'", "ana"),
    (head(sources="\n  - {title: B, license: CC-BY-5.0}"), 4, "no license", "CC-BY-"),
])  # fmt: skip
def test_mistakes_are_reported_with_their_line(mini, text, line, says, fix):
    found = said(project(mini, {"concepts/try.md": text}, works=True))
    hit = [p for p in found if says in p.what]
    assert hit and hit[0].line == line and fix in hit[0].fix, [str(p) for p in found]


def test_what_is_right_is_not_complained_of(mini):
    assert list(project(mini, {"concepts/try.md": NOTE}).knowledge.credit.problems()) == []


def test_the_teachers_of_courses_are_looked_up(mini):
    opened = project(mini, {}, TAUGHT.replace("[eva, bo]", "[eva, boo]").replace("[eva]", "eva"))
    assert [(p.line, p.what) for p in said(opened, "courses.yml")] == [
        (5, "authors: is not a list"), (14, "authors: nobody has the id 'boo'"),
    ]  # fmt: skip


def test_people_that_cannot_be_read_do_not_hide_the_rest(mini):
    found = [*project(mini, {"concepts/try.md": head(license="x")}, people="ana: {}\n").knowledge.problems()]
    assert {p.path.name for p in found} >= {"people.yml", "try.md"}


def test_a_note_needs_a_source_and_a_license(mini):
    lesson = "lessons/dl2022/lesson8"
    pages = {
        "concepts/none.md": head(authors="[ana]"),
        "concepts/lecture.md": head(lectures="[dl2022/8]"),
        "concepts/empty.md": head(sources="[]"),
        f"{lesson}.md": head(),
        f"{lesson}/ana.md": head(authors="[ana]"),
        "lessons/dl2022/overview.md": head(),
        "concepts/index.md": head(), "contribute/how.md": head(),
    }  # fmt: skip
    opened = project(mini, pages)
    found = {(p.path.relative_to(mini.docs).as_posix(), p.what.partition(" ")[2]) for p in check.credited(opened)}
    assert found == {
        ("concepts/none.md", "names no source"), ("concepts/empty.md", "names no source"),
        ("lessons/dl2022/overview.md", "names no source"),
    }  # fmt: skip
    whole = [str(p) for p in [*opened.knowledge.problems(), *check.credited(opened)]]
    assert len([p for p in whole if "ana.md" in p and "license: CC" in p]) == 1, "a version is reported once"
    write(mini.docs / "index.md", "# Home\n")
    unlicensed = {p.path.name for p in check.credited(Project(discover(mini))) if "license" in p.what}
    assert unlicensed == {
        "averages.md", "straight_line.md", "none.md", "lecture.md", "empty.md", "lesson8.md", "overview.md",
    }  # fmt: skip


def test_a_work_that_the_text_cites_is_a_source(mini):
    opened = project(mini, {"concepts/try.md": head()})
    assert [p.what for p in check.credited(opened)] == ["concepts/try.md names no source"]
    object.__setattr__(opened.catalog.pages["concepts/try.md"], "references", (SimpleNamespace(scheme="cite"),))
    assert check.credited(opened) == []


def test_the_command_fails_for_a_note_without_a_source(mini, monkeypatch, capsys):
    monkeypatch.chdir(mini.root)
    assert main(["run"]) == 0
    assert main(["check"]) == 0
    page = mini.concept("averages")
    page.write_text(re.sub(r"sources:.*\n", "", page.read_text()))
    capsys.readouterr()
    assert main(["check"]) == 1
    said = capsys.readouterr()
    assert "docs/concepts/averages.md:1: concepts/averages.md names no source" in said.out + said.err
    opened_at(mini)  # and it can still be looked at
