"""Words and links as the generated indexes write them."""

from __future__ import annotations

import re
from html import unescape

import pytest

from coursenotes.site.reference.text import escaped, link_to
from tests.engine.rendering import opened_at, render, write


@pytest.mark.parametrize("words", [
    "a_b_c *d* `e`", "<b>f</b> & &amp; [g](h)", r"i \(j\) {l} #m ~n~ ^o^ !p |q|", "1. r", "**s**", "t (u) – v’s",
    r"\[k\] of [w]", "from $5 to $10", "US$5 or A$6",
])  # fmt: skip
def test_words_are_shown_as_they_are(mini, words):
    html = render(opened_at(mini), "index.md", f"x {escaped(words)} y")
    assert unescape(re.sub(r"</?p>", "", html)) == f"x {words} y" and html.count("<") == 2


def test_formulas_stay_formulas(mini):
    assert escaped("*The* $L_2$ norm of $a_i * b_i$") == "&#42;The&#42; $L_2$ norm of $a_i * b_i$"


def test_a_link_has_the_title_of_its_page(mini):
    write(mini.docs / "concepts/new.md", "---\ntitle: On [a_b]\n---\nText.\n")
    page = opened_at(mini).catalog.pages["concepts/new.md"]
    assert link_to(page, "end") == "[On &#91;a&#95;b&#93;](../concepts/new.md#end)"
