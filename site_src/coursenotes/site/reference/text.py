"""Small pieces of Markdown that the generated indexes share."""

from __future__ import annotations

import re

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.headings import page_title

_FORMULA = re.compile(r"(?<!\w)(\$(?!\s)[^$]+(?<!\s)\$)(?!\w)")
_MARKS = re.compile(r"[^\w\s.,;:'’“”?/()+=%-]|_")  # what Markdown may take for its own


def escaped(words: str) -> str:
    """Words as Markdown that shows them as they are. Formulae between dollar signs stay formulae.

    Not by backslashes: one before a bracket begins a formula.
    """
    parts = _FORMULA.split(" ".join(words.split()))  # words, formula, words, …
    parts[::2] = [_MARKS.sub(lambda match: f"&#{ord(match[0])};", part) for part in parts[::2]]
    return "".join(parts)


def link_to(page: PageInfo, place: str = "") -> str:
    """A link from a page of reference/ to one of docs/, with the page's title."""
    return f"[{escaped(page_title(page))}](../{page.name}{f'#{place}' if place else ''})"
