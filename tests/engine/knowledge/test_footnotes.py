"""Footnotes: each number has a note, each note a number; the content of a note."""

from __future__ import annotations

import re

import pytest

from coursenotes.build import check
from tests.engine.rendering import opened_at, render

GOOD = """# Try

One[^1] in the middle, and again[^1], and `[^code]`, \\[^escaped], [^a link](https://example.org).

[^1]: A note with

    - a list, and
    - [0:01:02] of `code`:

    ```python
    x[^1] = [^2]
    ```

    and a last paragraph that refers on[^more].

[^more]: More.
"""


def said(mini, page: str) -> list[str]:
    found = check.static(opened_at(mini, page="---\nlectures: [dl2022/8]\n---\n" + page))
    return [f"{p.line - 3} {p.what} | {p.fix}" for p in found]


def test_notes_that_fit_their_numbers_are_left_alone(mini):
    assert said(mini, GOOD) == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("# Try\n\nOne[^1].\n", ["3 [^1] has no note | add a line: [^1]: the note"]),
        ("# Try\n\nOne[^note].\n\n[^nota]: N.\n", [
            "3 [^note] has no note | write [^nota]", "5 nothing refers to the note [^nota] | is it [^note]?",
        ]),
        ("# Try\n\nOne[^1].\n\n[^1]: N.\n\n[^2]: M.\n",
         ["7 nothing refers to the note [^2] | write [^2] where it belongs, or remove it"]),
        ("# Try\n\nOne[^1].\n\n[^1]: N.\n\n[^1]: M.\n", ["7 [^1] has two notes | give one of them another name"]),
        ("# Try\n\n## Two[^1]\n\n[^1]: N.\n", ["3 a footnote in a heading: [^1] | move it into the text below"]),
        ("# Try\n\n> Quoted[^1].\n", ["3 [^1] has no note | add a line: [^1]: the note"]),
    ],
)  # fmt: skip
def test_a_number_or_a_note_on_its_own_is_reported(mini, page, expected):
    assert said(mini, page) == expected


def test_a_note_holds_lists_code_and_references_and_leads_back(mini):
    html = render(opened_at(mini, page=GOOD.replace("[0:01:02]", "[DL1v5L8@0:01:02]")))
    note = html[html.index('<li id="fn:1">') : html.index('<li id="fn:more">')]
    assert "<ul>" in note and 'class="cn-time"' in note and "<pre" in note and "fnref:more" in note
    assert len(re.findall(r'href="#fn:1"', html)) == 2
    for place in re.findall(r'class="footnote-backref" href="#([^"]+)"', html):
        assert f'id="{place}"' in html
