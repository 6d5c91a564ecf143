"""Small pieces of Markdown that the reference pages share."""

from __future__ import annotations

import re

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.headings import page_title
from coursenotes.discover.text.formulas import IN_DOLLARS

_MARK = r"[^\w\s.,;:'’“”?/()+=%-]|_"  # characters that may be Markdown
_FORMULA_OR_MARK = re.compile(rf"{IN_DOLLARS}|{_MARK}", re.DOTALL)


def escaped(words: str) -> str:
    """Words as Markdown that shows them unchanged. Formulas between dollar signs stay formulas.

    It escapes with entities, not backslashes, because a backslash before a bracket starts a formula.
    """
    return _FORMULA_OR_MARK.sub(lambda m: m[0] if m.lastindex else f"&#{ord(m[0])};", " ".join(words.split()))


def link_to(page: PageInfo, place: str = "") -> str:
    """A link from a page of reference/ to one of docs/, with the page's title."""
    return f"[{escaped(page_title(page))}](../{page.name}{f'#{place}' if place else ''})"
