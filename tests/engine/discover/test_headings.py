"""Headings and their anchors: the same as those of the rendered page."""

import re

import pytest

from coursenotes.discover.headings import page_title, section_of, sections, spans, without_marks
from tests.engine.rendering import opened_at, render, write

PAGE = """---
title: A page
---
# A page

## By *hand*, `collab_learner` and __more__ ##

```python
# no heading
```

## By hand

### [A link](averages.md) & <b>more</b>

## By hand

Underlined words
----------------

## Given {#mine .wide}

    ## code by indentation

## snake_case and 2 * 3 * 4

## Twelve

## Zwölf {#twelve}
"""


def test_titles_and_anchors_are_those_of_the_rendered_page(mini):
    html = render(opened_at(mini, page=PAGE), text=PAGE.split("---\n", 2)[2])
    rendered = [
        (re.sub(r"<[^>]*>", "", title).replace("&amp;", "&"), anchor)
        for anchor, title in re.findall(r'<h[1-6][^>]*? ?id="([^"]*)"[^>]*>(.*?)</h', html)
    ]
    assert [(s.title, s.anchor) for s in sections(PAGE)] == rendered
    assert len(rendered) == 10 and ("By hand", "by-hand_1") in rendered and ("Given", "mine") in rendered


FIRST = "By hand, collab_learner and more"


@pytest.mark.parametrize(("line", "title"), [(1, None), (4, None), (6, FIRST), (9, FIRST), (14, "A link & more")])
def test_a_line_is_in_the_last_section_above_it(line, title):
    found = section_of(PAGE, line)
    assert (found and found.title) == title


def test_spans_are_the_whole_text():
    found = spans(PAGE)
    assert "".join(PAGE[s.start : s.end] for s in found) == PAGE
    assert found[0].title == found[0].anchor == ""
    assert [(s.title, s.anchor) for s in found[1:]] == [(s.title, s.anchor) for s in sections(PAGE) if s.level > 1]
    assert all(PAGE[s.start :].startswith(("#", "Underlined")) for s in found[1:])


@pytest.mark.parametrize(("markdown", "read"), [
    ("a **bold** [link](b.md) of `some_code` in _italics_", "a bold link of some_code in italics"),
    ("`__init__` of _one_ and 2 * 3", "__init__ of one and 2 * 3"),
    ("snake_case stays_ as it is", "snake_case stays_ as it is"),
    ("![a picture](figure:a.b)", "a picture"),
])  # fmt: skip
def test_plain_text_is_the_text_that_a_reader_sees(markdown, read):
    assert without_marks(markdown) == read


@pytest.mark.parametrize(("head", "body", "title"), [
    ("title: A title", "# A heading", "A title"),
    ("subject: none", "```\n# a comment\n```\n\n# A `heading`", "A heading"),
    ("subject: none", "Text without one.\n\n## Below", "my notes"),
])  # fmt: skip
def test_a_page_is_called_by_its_title_its_heading_or_its_file(mini, head, body, title):
    write(mini.docs / "concepts/my_notes.md", f"---\n{head}\n---\n\n{body}\n")
    assert page_title(opened_at(mini).catalog.pages["concepts/my_notes.md"]) == title
