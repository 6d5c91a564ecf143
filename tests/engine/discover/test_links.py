"""The links from page to page, in all the ways to write them."""

import pytest

from coursenotes.discover.links import PageLink, page_links
from tests.engine.rendering import opened_at

PAGES = ["index.md", "concepts/index.md", "concepts/a.md", "concepts/b.md", "lessons/c/1/x.ipynb"]


@pytest.mark.parametrize("name, href, page, anchor", [
    ("concepts/a.md", "b.md", "concepts/b.md", ""),
    ("concepts/a.md", "b.md#part", "concepts/b.md", "part"),
    ("concepts/a.md", "../index.md", "index.md", ""),
    ("concepts/a.md", "#here", "concepts/a.md", "here"),
    ("concepts/a.md", "../b/", "concepts/b.md", ""),
    ("concepts/a.md", "../", "concepts/index.md", ""),
    ("concepts/index.md", "b/#x", "concepts/b.md", "x"),
    ("concepts/a.md", "/concepts/b.md", "concepts/b.md", ""),
    ("concepts/a.md", "../lessons/c/1/x.ipynb", "lessons/c/1/x.ipynb", ""),
    ("concepts/a.md", "../../lessons/c/1/x/", "lessons/c/1/x.ipynb", ""),
])  # fmt: skip
def test_an_address_is_followed(name, href, page, anchor):
    assert list(page_links(name, f"Text.\n\n[x]({href})", PAGES)) == [PageLink(3, page, anchor)]


@pytest.mark.parametrize("text", [
    "[x](c.md)", "[x](https://example.org/b.md)", "[x](mailto:b.md)", "![x](b.md)", "`[x](b.md)`", "[x](claim:b.md)",
    "    [x](b.md)", "[^1]: b.md", "<!-- [x](b.md) -->", "<abbr href='b.md'>",
])  # fmt: skip
def test_other_addresses_are_not_page_links(text):
    assert list(page_links("concepts/a.md", text, PAGES)) == []


def test_links_are_in_the_order_of_the_text():
    text = '[one](b.md)\n\n<a id=x href="../b/#y">two</a> [three][t]\n\n[t]: a.md#z\n'
    assert [tuple(link) for link in page_links("concepts/a.md", text, PAGES)] == [
        (1, "concepts/b.md", ""), (3, "concepts/b.md", "y"), (5, "concepts/a.md", "z"),
    ]  # fmt: skip


def test_a_place_on_the_page_itself_is_a_link_to_it_where_it_is_asked_for():
    assert list(page_links("concepts/a.md", "[x](#here)", ["concepts/b.md"])) == []


def test_a_link_to_a_missing_page_is_reported_with_its_line(mini):
    text = "# T\n\n[a](avrages.md#x) [b](averages.md) [c](../evidence/claims.md) [d](https://a.org/b.md) `[e](f.md)`\n"
    (found,) = opened_at(mini, page=text).knowledge.problems()
    assert (found.what, found.line) == ("avrages.md#x leads to no page", 3)
    assert found.details == ("there is no docs/concepts/avrages.md",)
    assert found.fix == "is it docs/concepts/averages.md?"
