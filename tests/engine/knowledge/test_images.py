"""Images: captions, and the mistakes that are reported."""

from __future__ import annotations

import re

import pytest

from coursenotes.build import check
from coursenotes.errors import CoursenotesError
from tests.engine.rendering import opened_at, render, whole, write


def said(mini, page: str) -> list[str]:
    return [f"{p.line} {p.what} | {p.fix}" for p in check.static(opened_at(mini, page=page))]


@pytest.fixture(autouse=True)
def picture(mini):
    (mini.docs / "concepts").mkdir(exist_ok=True)
    (mini.docs / "concepts" / "a.png").write_bytes(b"\x89PNG")
    (mini.docs / "concepts" / "big one.png").write_bytes(bytes(1_200_000))


def test_a_title_is_a_caption_in_markdown(mini):
    write(mini.literature, "@misc{ana2020, author = {Ana}, title = {A}, year = 2020}\n")
    caption = "Of *nine* at [DL1v5L8@0:01:02] [@ana2020].\nBy [Ana](https://a.org), [5](dated:2022-01-01), $x$"
    page = f'# Try\n\n![A *box*](a.png "{caption}"){{ width=300 }}\n'
    html = render(opened_at(mini, page=page))
    figure = re.search(r'<figure class="cn-picture">(.*?)</figure>', html, re.DOTALL)[1]
    assert '<img alt="A box" src="a.png" width="300" />' in figure
    assert 'Of <em>nine</em> at <a class="cn-time"' in figure and 'By <a href="https://a.org">Ana</a>' in figure
    assert 'href="#bib-ana2020"' in figure and "math/tex" in figure and "title=" not in figure.replace('title="P', "")
    assert "<p><figure" not in html and said(mini, page) == []


@pytest.mark.parametrize("page", [
    "![A box](a.png)\n", 'Text ![A box](a.png "Title") text.\n', '- ![A box](a.png)\n', '    ![A box](a.png "Code")\n',
    "![A box](figure:averages.error_by_n)\n", '![A box](figure:averages.error_by_n "Title")\n',
])  # fmt: skip
def test_another_picture_is_not_a_figure_with_a_caption(mini, page):
    assert "cn-picture" not in render(opened_at(mini, page=f"# Try\n\n{page}"))


def test_a_caption_works_in_lists_and_boxes(mini):
    page = (
        '# Try\n\n!!! note "A box"\n\n    ![A](a.png "In a box")\n\n- item\n\n    ![B](a.png \'It says "in a list"\')\n'
    )
    html = render(opened_at(mini, page=page))
    assert "<figcaption>In a box</figcaption>" in html and '<figcaption>It says "in a list"</figcaption>' in html


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("![](a.png)", "3 the image a.png has no text | write ![what it shows](a.png)"),
        ('![ ](a.png "A caption is not enough")', "3 the image a.png has no text | write ![what it shows](a.png)"),
        ("![A](https://example.org/a.png)", "3 an image of another host: https://example.org/a.png | put the file"),
        ("![A](//example.org/a.png)", "3 an image of another host: //example.org/a.png | put the file"),
        ("![A](<big one.png>)", "3 the image big one.png has 1.2 MB | make it smaller than 1 MB"),
        ("![A](big%20one.png)", "3 the image big%20one.png has 1.2 MB | make it smaller than 1 MB"),
        ("![A](b.png)", "3 no image b.png | write a.png"),
        ("![A][b]\n\n[b]: https://example.org/a.png", "3 an image of another host: https://example.org/a.png |"),
        ("![][b]\n\n[B]: a.png", "3 the image a.png has no text | write ![what it shows](a.png)"),
        ("![b][]\n\n[b]: <big%20one.png>", "3 the image big%20one.png has 1.2 MB | make it smaller than 1 MB"),
        ('<img src="a.png">', '3 an image without alt= | add alt="what it shows"'),
        ('<img alt="A" src="https://example.org/a.png">', "3 an image of another host: https://example.org/a.png |"),
    ],
)  # fmt: skip
def test_mistakes_in_a_picture_are_reported(mini, page, expected):
    found = said(mini, f"# Try\n\n{page}\n")
    assert len(found) == 1 and found[0].startswith(expected), found


@pytest.mark.parametrize("page", ["`![](a.png)`", "```\n![](https://a.org/a.png)\n```", "[A](https://a.org/a.png)",
                                  '<img src="a.png" alt="">', '<img alt="A" src=a.png />'])  # fmt: skip
def test_what_is_right_is_left_alone(mini, page):
    assert said(mini, f"# Try\n\n{page}\n") == []


@pytest.mark.parametrize("picture", ["![A](b.png)", '![A](b.png "With a caption")'])
def test_a_file_that_is_not_there_is_reported_with_its_line(mini, picture):
    with pytest.raises(CoursenotesError) as caught:
        whole(opened_at(mini, page=f"# Try\n\n{picture}\n"))
    problem = next(p for p in caught.value.problems if "b.png" in p.what)
    assert problem.path == mini.docs / "concepts" / "try.md" and problem.line == 3
