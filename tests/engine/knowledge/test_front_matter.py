"""The table of the front matter's fields: the documentation lists the same ones, and their types are checked."""

from __future__ import annotations

import re

import pytest

from coursenotes.discover.project import discover
from coursenotes.knowledge.form.front_matter import FIELDS, mistake, write
from coursenotes.project import Project
from tests.conftest import ROOT
from tests.engine import notes
from tests.engine.rendering import write as write_file

PLACE = "lessons/dl2022/lesson8/ana"


def reported(mini, name: str, text: str) -> list[tuple[int, str, str]]:
    """(line, what, fix) of each problem of a page, which is somebody's version of a lesson."""
    write_file(mini.docs / "lessons/dl2022/lesson8.md", notes.LESSON)
    write_file(mini.docs / name, text)
    project = Project(discover(mini))
    problems = [*project.catalog.problems, *project.knowledge.problems()]
    return [(p.line, p.what, p.fix) for p in problems if p.path == mini.docs / name]


def test_the_documentation_lists_the_fields_of_the_table():
    text = (ROOT / "docs/contribute/pages.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| `(.*)` \|$", text, re.MULTILINE)
    for name, type_, *_ in rows:
        words = FIELDS[name].type
        assert type_ == (words if isinstance(words, str) else " or ".join(f"`{word}`" for word in words)), name
    assert [(name, meaning, example) for name, _, meaning, example in rows] == [
        (name, field.meaning, write(name, field.example).removeprefix("write ")) for name, field in FIELDS.items()
    ]


def test_examples_are_right():
    assert not [name for name, field in FIELDS.items() if mistake(name, field.example)]


@pytest.mark.parametrize(
    ("line", "what", "fix"),
    [
        ("authors: ana", "authors: is not a list", "write authors: [ana]"),
        ("authors: 7", "authors: is not a list", "write authors: [ana]"),
        ("sources: https://a.org", "sources: is not a list", 'write sources: ["https://a.org"]'),
        ("sources: {title: A}", "sources: is not a list", "write sources: [srivastava2014]"),
        ("lectures: dl2022/8", "lectures: is not a list", "write lectures: [dl2022/8]"),
        ("lectures:", "lectures: is empty", 'write lectures: ["dl2022/8@1:08:22"]'),
        ("subjects: Tables", "subjects: is not a list", "write subjects: [Tables]"),
        ("aliases: concepts/old.md", "aliases: is not a list", "write aliases: [concepts/old.md]"),
        ("was: concepts/old.md", "was: is not a list", "write aliases: [concepts/old.md]"),
        ("state: Drafft", "state: Drafft is not one of: draft, reviewed", "write state: draft"),
        ("publish:", "publish: is empty", "write publish: index"),
        ("lists: folder", "lists: folder is not one of: section", "write lists: section"),
        ("release: soon", "release: soon is not a date", "write release: 2027-06-01"),
        ("description: [a]", "description: [a] is not text; YAML reads it as a list", 'write description: "[a]"'),
    ],
)
def test_a_value_of_the_wrong_type_is_reported_once(mini, line, what, fix):
    fields = {"title": "A", "kind": "transcript", "authors": "[ana]", "license": "CC-BY-4.0"}
    fields.pop(line.partition(":")[0], None)
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    assert reported(mini, f"{PLACE}.md", f"---\n{line}\n{head}---\n# A\n") == [(2, what, fix)]


def test_a_value_of_the_wrong_type_in_a_notebook_is_reported_once(mini):
    text = notes.notebook(notes.text("# T\n"), title=7, authors="ana", state="new")
    found = [(what, fix) for _, what, fix in reported(mini, f"{PLACE}.ipynb", text)]
    assert found == [
        ("title: 7 is not text", 'write "title": "7"'),
        ("authors: is not a list", 'write "authors": ["ana"]'),
        ("state: new is not one of: draft, reviewed", 'write "state": "reviewed"'),
    ]


def test_the_old_spellings_of_fields_are_read_and_not_both(mini):
    text = "---\ntitle: B\nneeds: [averages]\nwas: [concepts/old.md]\n---\n# B\n"
    assert reported(mini, "concepts/b.md", text) == []
    page = discover(mini).pages["concepts/b.md"]
    assert page.list_of("prerequisites") == ["averages"] and page.list_of("aliases") == ["concepts/old.md"]
    both = text.replace("needs", "prerequisites: [averages]\nneeds")
    assert reported(mini, "concepts/b.md", both) == [
        (3, "prerequisites: is the same field as needs:", "write prerequisites: alone, with all the names")
    ]
