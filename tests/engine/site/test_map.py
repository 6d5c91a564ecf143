"""The map of concepts: a drawing and a list of the same, of listed concepts only."""

from __future__ import annotations

import re
from html import unescape

import pytest

from coursenotes.discover.text.cut import columns
from coursenotes.site.reference import map as concept_map
from tests.engine.rendering import opened_at, render, write


@pytest.fixture
def page(mini):
    """A function: concepts by name -> (title, needs, more front matter) -> the page."""

    def made(**concepts: tuple[str, str, str]) -> str | None:
        for name, (title, needs, more) in concepts.items():
            write(mini.docs / f"concepts/{name}.md", f'---\ntitle: "{title}"\nneeds: [{needs}]\n{more}\n---\n# T\n')
        made.project = opened_at(mini)
        return concept_map.page(made.project)

    return made


def test_there_is_none_where_nothing_needs_anything(page):
    assert page() is None
    assert page(lonely=("Lonely", "", "")) is None
    assert page(hidden=("Hidden", "averages", "visibility: unlisted")) is None


def test_the_drawing_and_the_list_say_the_same(page):
    text = page(
        a=("Sums & <b>_x_</b>", "averages", ""),
        b=("B", "a, straight_line", ""),
        hidden=("H", "b", "release: 2999-01-01"),
    )
    boxes = re.findall(r'<a href="([^"]*)"[^>]*class="cn-map__node', text)
    assert sorted(boxes) == [f"../../concepts/{name}/" for name in ("a", "averages", "b", "straight_line")]
    assert text.count('class="cn-map__arrow"') == 3
    assert "concepts/hidden" not in text and ">H<" not in text
    listed = text.partition("## In reading order")[2]
    sums, averages, line = (
        f"[{title}](../concepts/{name}.md)"
        for title, name in (
            ("Sums &#38; &#60;b&#62;&#95;x&#95;&#60;/b&#62;", "a"),
            ("Averages", "averages"), ("A straight line", "straight_line"),
        )
    )  # fmt: skip
    assert sorted(re.findall(r"^- (.*)", listed, re.MULTILINE)) == sorted(
        [averages, line, f"{sums}, after {averages}", f"[B](../concepts/b.md), after {sums} and {line}"]
    )
    assert re.findall(r"^### (.*)", listed, re.MULTILINE) == ["To begin with", "Next", "Then"]
    html = render(page.project, "reference/map.md", text.split("---\n", 2)[2])
    assert "<b>" not in html and html.count("<svg") == 1 and 'role="group"' in html
    assert unescape("Sums &amp; &lt;b&gt;") in unescape(html)


def test_titles_stay_in_their_boxes_and_boxes_apart(page):
    long = {
        f"c{n}": (f"{'A long name for concept ' * (1 + n % 3)}{n}", f"c{n // 2}" if n else "averages", "")
        for n in range(25)
    }
    text = page(**long)
    rims = [
        tuple(map(float, found))
        for found in re.findall(
            r'class="cn-map__rim" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', text
        )
    ]
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups())
    assert len(rims) == 27
    for n, (x, y, w, h) in enumerate(rims):
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        for x2, y2, w2, h2 in rims[n + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    for box in text.split('class="cn-map__rim"')[1:]:
        y, h = (float(re.search(rf'{name}="([\d.]+)"', box)[1]) for name in (" y", "height"))
        for at, words in re.findall(r'<text x="[\d.]+" y="([\d.]+)">([^<]*)</text>', box.partition("</a>")[0]):
            assert y + 8 < float(at) < y + h - 2 and len(words) <= concept_map.LETTERS


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Dropout", ["Dropout"]),
        ("The learning-rate finder", ["The learning-rate", "finder"]),
        ("A range for the output", ["A range for", "the output"]),
        ("Antidisestablishmentarianism", ["Antidisestablish…"]),
    ],
)
def test_titles_are_broken_between_words(title, lines):
    assert concept_map.wrapped(title) == lines


def test_a_title_without_spaces_is_broken_where_it_fits():
    lines = concept_map.wrapped("深度学习模型的训练损失和学习率")
    assert "".join(lines) == "深度学习模型的训练损失和学习率"
    assert len(lines) == 2 and all(columns(line) <= concept_map.LETTERS for line in lines)
    assert concept_map.wrapped("") == []
