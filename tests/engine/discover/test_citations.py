"""Citations in brackets, and the words around each work."""

from __future__ import annotations

import time

import pytest

from coursenotes.discover.text.citations import CITATION, Cited, works


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[@a]", [Cited("a")]),
        ("[@smith2017, p. 3]", [Cited("smith2017", "", "p. 3")]),
        ("[-@smith_2017 pp. 3–4]", [Cited("smith_2017", "", "pp. 3–4", True)]),
        ("[see @a;\nbut also @DBLP:conf/nips/b-2.1, sec. 2]",
         [Cited("a", "see"), Cited("DBLP:conf/nips/b-2.1", "but also", "sec. 2")]),
        ("so [@a]: more", [Cited("a")]),
    ],
)  # fmt: skip
def test_a_citation_gives_its_works(text, expected):
    match = CITATION.search(text)
    assert match is not None and list(works(match["cited"])) == expected


@pytest.mark.parametrize(
    "text",
    ["[DL1v3L5@1:54:00]", "[@1:54:00]", "[mail@example.org]", "[@jeremyphoward](https://example.org)", "![@a]", "[@]",
     "[@a]: https://example.org", "@a", "[@a][1]", "[a @b @c]", "[^@a]"],
)  # fmt: skip
def test_text_that_only_resembles_a_citation_is_left_alone(text):
    assert CITATION.search(text) is None


def test_long_brackets_are_read_quickly():
    start = time.perf_counter()
    for text in ("[" + "a " * 20_000, "[@a" + "; b " * 10_000, "[x" * 20_000, "[@a, " + "p " * 20_000):
        CITATION.search(text)
    assert time.perf_counter() - start < 1
