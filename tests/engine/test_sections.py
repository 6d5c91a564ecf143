"""Headings and their anchors: the same as those of the rendered page."""

import re

import pytest
from rendering import library_of, render

from coursenotes.knowledge.sections import section_of, sections

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
"""


def test_titles_and_anchors_are_those_of_the_rendered_page(mini):
    html = render(library_of(mini, page=PAGE), text=PAGE.split("---\n", 2)[2])
    rendered = [
        (re.sub(r"<[^>]*>", "", title).replace("&amp;", "&"), anchor)
        for anchor, title in re.findall(r'<h[1-6][^>]*? ?id="([^"]*)"[^>]*>(.*?)</h', html)
    ]
    assert [(s.title, s.anchor) for s in sections(PAGE)] == rendered
    assert len(rendered) == 8 and ("By hand", "by-hand_1") in rendered and ("Given", "mine") in rendered


FIRST = "By hand, collab_learner and more"


@pytest.mark.parametrize(("line", "title"), [(1, None), (4, None), (6, FIRST), (9, FIRST), (14, "A link & more")])
def test_a_line_stands_in_the_last_section_above_it(line, title):
    found = section_of(PAGE, line)
    assert (found and found.title) == title
