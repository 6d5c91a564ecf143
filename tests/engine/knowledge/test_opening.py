"""How a note begins: question, three sentences, picture."""

from __future__ import annotations

import pytest

from coursenotes.build.new import create
from coursenotes.discover.project import discover
from coursenotes.knowledge.form import opening
from tests.engine.rendering import write

GOOD = """---
title: A mean
---

# A mean

<!-- a remark -->

What is it? What does it cost?

It is a sum, divided by `n`.
It works because errors cancel [1:08:22].
It does not work for 2.5 reasons.

![A line](figure:error_by_n)

## More

Words.
"""


def said(mini, text: str, name: str = "averages") -> list[str]:
    write(mini.concept(name), text)
    return [f"{p.line} {p.what}" for p in opening.problems(discover(mini)) if p.path == mini.concept(name)]


def test_a_note_that_begins_as_it_should_is_left_alone(mini):
    assert said(mini, GOOD) == []


@pytest.mark.parametrize(("cell", "expected"), [
    ('```{.python .run hide=source alt="A line"}\nplt.plot([1])\n\nplt.show()\n```', []),
    ("```{.python .run}\nprint(1)\n```", ["after the answer comes a picture"]),
    ('```python\nalt="A line"\n```', ["after the answer comes a picture"]),
])  # fmt: skip
def test_a_cell_that_draws_is_a_picture(mini, cell, expected):
    found = said(mini, GOOD.replace("![A line](figure:error_by_n)", cell))
    assert [line.partition(" ")[2] for line in found] == expected


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("What is it? What does it cost?", "It is a mean.", ["9 a note begins with its question, which ends with ?"]),
    ("It does not work for 2.5 reasons.\n", "", ["11 the question is answered in 3 sentences; here are 2"]),
    ("errors cancel", "errors cancel. So they do", ["11 the question is answered in 3 sentences; here are 4"]),
    ("![A line](figure:error_by_n)\n", "Words.\n", ["15 after the answer comes a picture"]),
    ("What is it? What does it cost?\n\n", "", [
        "9 a note begins with its question, which ends with ?",
        "13 the question is answered in 3 sentences; here are 0", "15 after the answer comes a picture",
    ]),
    (GOOD[GOOD.index("What is it"):], "", [
        "7 a note begins with its question, which ends with ?", "7 after the answer comes a picture",
        "7 the question is answered in 3 sentences; here are 0",
    ]),
])  # fmt: skip
def test_what_is_missing_is_told_with_its_line_and_all_at_once(mini, old, new, expected):
    assert sorted(said(mini, GOOD.replace(old, new))) == sorted(expected)


def test_pages_without_a_snippet_may_begin_as_they_like(mini):
    assert said(mini, "# Try\n\nWords.\n", "try") == []


def test_a_new_topic_begins_as_it_should(mini):
    create(mini, "weight_decay")
    found = opening.problems(discover(mini))
    assert [p.what for p in found if p.path == mini.concept("weight_decay")] == []
