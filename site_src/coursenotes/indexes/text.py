"""Small pieces of Markdown that the generated indexes share."""

from __future__ import annotations

import re

from coursenotes.evidence.html import page_title
from coursenotes.found import PageInfo


def plain(text: str) -> str:
    """A text as Markdown that shows it as it is. Formulae between dollar signs stay formulae."""
    parts = re.split(r"(\$[^$]+\$)", text)
    return "".join(
        part if n % 2 else re.sub(r"([\\`*_{}\[\]#|])", r"\\\1", part).replace("&", "&amp;").replace("<", "&lt;")
        for n, part in enumerate(parts)
    )


def link_to(page: PageInfo, place: str = "") -> str:
    """A link from a page of reference/ to one of docs/, with the page's title."""
    return f"[{plain(page_title(page))}](../{page.name}{f'#{place}' if place else ''})"
