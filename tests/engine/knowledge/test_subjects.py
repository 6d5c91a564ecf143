"""Pages by subject: their groups and their order."""

from pathlib import Path

import pytest

from coursenotes.discover.catalog import PageInfo
from coursenotes.knowledge.lectures.lectures import Course, Lecture, Lectures
from coursenotes.knowledge.links.subjects import grouped

LECTURES = Lectures((
    Course("new", "New", (Lecture("new", "8", "Eight", codes=("N8",)), Lecture("new", "9", "Nine"))),
    Course("old", "Old", (Lecture("old", "1", "One"),)),
))  # fmt: skip


def page(name, **meta):
    return PageInfo(Path(name), name, "", meta, ())


INDEX = page("concepts/index.md", subjects=["Tables", "Empty", "Pictures"])


def test_pages_are_under_their_subject_in_the_order_of_the_lectures():
    pages = [
        INDEX,
        page("concepts/last.md", subject="Tables", title="Nobody's"),
        page("concepts/b.md", subject="Tables", lectures=["old/1@0:01:00"]),
        page("concepts/c.md", subject="Tables", lectures=["new/9"]),
        page("concepts/d.md", subject="Tables", lectures=["n8@1:00:00", "new/8@0:00:01"]),
        page("concepts/e.md", subject="Tables", lectures=["new/8@0:20:00"]),
        page("concepts/f.md", subject="Pictures", lectures=["new/8@0:20:00"], title="B"),
        page("concepts/g.md", subject="Pictures", lectures=["new/8@0:20:00"], title="A"),
        page("concepts/h.md"),
        page("lessons/x.md", subject="Tables"),
    ]
    groups = grouped(INDEX, pages, LECTURES)
    assert list(groups) == ["Tables", "Pictures", ""]
    assert groups["Tables"] == [f"concepts/{name}.md" for name in ("e", "d", "c", "b", "last")]
    assert groups["Pictures"] == ["concepts/g.md", "concepts/f.md"]
    assert groups[""] == ["concepts/h.md"]


@pytest.mark.parametrize("lectures", ["new/8", ["nobody/1@0:10:00"], ["new/8@9:99"], 7, None])
def test_a_mistake_is_reported_elsewhere_and_puts_a_page_last(lectures):
    pages = [
        page("concepts/a.md", subject="Tables", lectures=lectures),
        page("concepts/b.md", subject="Tables", lectures=["old/1"]),
    ]
    assert grouped(INDEX, pages, LECTURES)["Tables"] == ["concepts/b.md", "concepts/a.md"]
