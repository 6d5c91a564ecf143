"""Links in lines of Markdown, as words."""

import pytest

from coursenotes.discover.text.prose import links_as_words, plain


@pytest.mark.parametrize(("markdown", "read"), [
    ("see [the means](averages.md) here", "see the means here"),
    ('[a](b.md "A title"), [c](<d e.md>), [f](g_(h).md) and [i]()', "a, c, f and i"),
    ("![drawn](figure:a.b) and [0:12:03] (said so) [x](y z)", "drawn and [0:12:03] (said so) [x](y z)"),
])  # fmt: skip
def test_links_are_read_by_their_text(markdown, read):
    assert links_as_words(markdown) == read


def test_images_may_be_left_out():
    assert links_as_words('![drawn](a.png "Caption") and [b](c)', images=False) == " and b"


def test_a_plain_line_has_neither_notes_nor_times():
    assert plain("- It *is* [486](dated:2022-07-21) times [0:12:03][^1], ![drawn](a.png) see [@guo2016].") == (
        "It is 486 times, see."
    )
