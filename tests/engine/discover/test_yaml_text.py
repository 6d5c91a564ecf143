"""Front matter: text is read as text, and mkdocs reads the same."""

from __future__ import annotations

import pytest
from mkdocs.utils import meta as mkdocs_meta

from coursenotes.discover.project import discover, read_front_matter
from coursenotes.knowledge.form import front_matter
from tests.engine.rendering import opened_at, write

NAME = "concepts/try.md"


def said(mini, head: str) -> list[str]:
    site = opened_at(mini, page=f"---\n{head}\n---\n# Try\n").catalog
    wrong = [*site.problems, *front_matter.problems(site)]
    return [f"{p.line} {p.what} | {p.fix}" for p in wrong if p.path is not None and p.path.name == "try.md"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("title: Yes", '2 title: Yes is not text; YAML reads it as true or false | write title: "Yes"'),
        ("title: 1:08:22", '2 title: 1:08:22 is not text; YAML reads it as a number | write title: "1:08:22"'),
        ("title: 1.10", '2 title: 1.10 is not text; YAML reads it as a number | write title: "1.10"'),
        ("title: 007", '2 title: 007 is not text; YAML reads it as a number | write title: "007"'),
        ("title: .nan", '2 title: .nan is not text; YAML reads it as a number | write title: ".nan"'),
        ("title: 2027-06-01", '2 title: 2027-06-01 is not text; YAML reads it as a date | write title: "2027-06-01"'),
        ("title: [a, b]", '2 title: [a, b] is not text; YAML reads it as a list | write title: "[a, b]"'),
        ("title: ~", '2 title: ~ is not text; YAML reads it as nothing | write title: "~"'),
        ("title: {a: b}", '2 title: {a: b} is not text; YAML reads it as fields of its own | write title: "{a: b}"'),
        ("title:", "2 title: is empty | write title: …, or take it out"),
        ("title: ''", "2 title: is empty | write title: …, or take it out"),
        ("title: #5", '2 title: is empty | write title: "#5"'),
        (
            "title: Week #3",
            '2 title: ends before the #, which begins a comment | write title: "Week #3", or put the comment above it',
        ),
        (
            "description: off",
            '2 description: off is not text; YAML reads it as true or false | write description: "off"',
        ),
        ("\nlicense: 4.0", '3 license: 4.0 is not text; YAML reads it as a number | write license: "4.0"'),
        ("aliases:\n- 2022-01-01", '3 aliases: 2022-01-01 is not text; YAML reads it as a date | write "2022-01-01"'),
        ("needs: [on]", '2 needs: on is not text; YAML reads it as true or false | write "on"'),
        (
            "sources: [{title: 1984}]",
            '2 sources: title: 1984 is not text; YAML reads it as a number | write title: "1984"',
        ),
        ("title: a\ntitle: b", "3 title: appears twice | write it once"),
        ("search: {a: 1, a: 2}", "2 a: appears twice | write it once"),
        ("x: &x hi\ntitle: *x", "3 front matter repeats a value by a name with * | write it out at each place"),
        ("x: &x {y: a}\n<<: *x", "3 front matter merges fields with <<: | write them out"),
        ("x: &x [*x]", "2 front matter repeats a value by a name with * | write it out at each place"),
        (
            "title: Ja: nein",
            '2 front matter is not YAML: mapping values are not allowed here | write title: "Ja: nein"',
        ),
    ],
)
def test_values_that_are_not_text_are_reported_with_line_and_quotes(mini, head, expected):
    assert said(mini, head) == [expected]


@pytest.mark.parametrize(
    "head",
    [
        'title: "1:08:22"', "title: 'Yes'", "title: Dropout", "title: 12 ways", "title: 深度学习", "title: C# and F#",
        'title: "a"  # why', "title: >-\n  two # not\n  lines", "title: !!str 007", "release: 2027-06-01",
        "search: {exclude: true}", "hide: [toc]", "title: a", "# title: Yes",
    ],
)  # fmt: skip
def test_intended_values_are_accepted(mini, head):
    assert said(mini, head) == []


def test_all_problems_are_reported_in_one_run(mini):
    write(mini.docs / "concepts/other.md", "---\ntitle: 007\n---\n# Other\n")
    found = said(mini, "title: Yes\ndescription: [a]\nneeds: [no]")
    assert [text[0] for text in found] == ["2", "3", "4"]
    other = discover(mini)
    assert [p.path.name for p in front_matter.problems(other)].count("other.md") == 1


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\n---\n# T\n",
        "--- \ntitle: A\n---\t\n# T\n",
        "---\ntitle: A\n...\n# T\n",
        "---\ntitle: A\ntext: |\n  ---\n  b\n---\n# T\n",
        "---\ntitle: A\n---\n\n---\ntitle: B\n---\n",
        "---\n---\n# T\n",
        "---\ntitle: A\n----\n# T\n",
        "\n---\ntitle: A\n---\n# T\n",
        "# T\n\n---\ntitle: A\n---\n",
    ],
)
def test_mkdocs_reads_the_same_front_matter(text):
    assert read_front_matter(text)[0] == mkdocs_meta.get_data(text)[1]


def test_line_ends_of_other_systems_change_nothing(mini):
    (mini.docs / NAME).write_bytes(b"---\r\ntitle: A\r\n---\r\n# T\r\n")
    assert discover(mini).pages[NAME].meta == {"title": "A"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("\ufeff---\ntitle: A\n---\n# T\n", "begins with a byte order mark"),
        ("---\ntitle: A\n---", "front matter is not closed"),
        ("Note: this is text.\n\n# T\n", "its first line reads like a field, and mkdocs would leave it out"),
    ],
)
def test_values_that_mkdocs_reads_differently_are_reported(mini, text, what):
    site = opened_at(mini, page=text).catalog
    (problem,) = front_matter.problems(site)
    assert problem.line == 1 and problem.what.startswith(what)
