"""The page of people: what is listed beside whom, and that it shows names as they are."""

from __future__ import annotations

import re

from coursenotes.discover.project import discover
from coursenotes.project import Project
from coursenotes.site import reference
from tests.engine.rendering import COURSES, texts, write

PAGE = "reference/people.md"


def page_of(mini, pages: dict[str, str], people: str, courses: str = COURSES) -> str | None:
    write(mini.people, people)
    for name, words in pages.items():
        write(mini.docs / name, words)
    write(mini.courses, courses)
    return texts(reference.pages(Project(discover(mini)))).get(PAGE)


def sections(page: str) -> dict[str, str]:
    return {part.partition(" ")[0]: part for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]}


def test_what_everybody_did(mini):
    note = "---\ntitle: {}\nauthors: [{}]\n{}---\nText.\n"
    pages = {
        "concepts/b.md": note.format("Second", "ana", ""),
        "concepts/a.md": note.format("a first", "ana, bo", "sources: [{title: Old notes, author: cy}]\n"),
        "concepts/c.md": note.format("Hidden", "ana, dan", "visibility: unlisted\n"),
        "lessons/dl2022/lesson8/bo.md": note.format("By Bo", "bo", ""),
    }
    people = "".join(f"{name.lower()}: {{name: {name}}}\n" for name in ("Eva", "Ana", "Bo", "Cy", "Dan", "Flo"))
    courses = COURSES.replace("  lectures:", "  authors: [eva]\n  lectures:")
    courses = courses.replace("      title: Never filmed", "      title: Never filmed\n      authors: [eva, flo]")
    found = sections(page_of(mini, pages, people, courses))
    assert list(found) == ["Eva", "Ana", "Bo", "Cy", "Flo"], "in the order of the file, and nobody with nothing listed"
    assert "- Teaches: Practical Deep Learning 2022.\n" in found["Eva"]
    assert "- Wrote: [a first](../concepts/a.md); [Second](../concepts/b.md).\n" in found["Ana"]
    wrote = "- Wrote: [a first](../concepts/a.md).\n  { data-search-exclude }\n"
    assert wrote + "- Took notes: [By Bo](../lessons/dl2022/lesson8/bo.md)." in found["Bo"]
    assert "- Notes drawn on: Old notes, in [a first](../concepts/a.md)." in found["Cy"]
    assert "- Teaches: Practical Deep Learning 2022, lecture 9 (Never filmed)." in found["Flo"]
    assert "Hidden" not in "".join(found.values()) and "{ #ana }" in found["Ana"]


def test_addresses_of_people(mini):
    people = "ana: {name: Ana, url: 'https://example.org/', github: ana, affiliation: a school}\n"
    found = page_of(mini, {"concepts/a.md": "---\ntitle: A\nauthors: [ana]\n---\n"}, people)
    assert "a school, [website of Ana](https://example.org/), [GitHub of Ana](https://github.com/ana).\n" in found


def test_nobody_no_page(mini):
    assert page_of(mini, {}, "ana: {name: Ana}\n") is None
