"""The order of the navigation: sections by a reader's interest, pages by the numbers in their names; and its tabs.

Items are those of mkdocs: sections with children, pages with a file.
"""

from __future__ import annotations

from typing import Any

from coursenotes.paths import Paths
from coursenotes.site import reference

SECTIONS = ("index.md", "concepts", "lessons", "evidence", "reference", "contribute")
ABOUT = "About the evidence"


def place(item: Any) -> int:
    """The sort key of a section, or of a page outside any, among the sections."""
    while item.is_section:
        item = item.children[0]
    first = item.file.src_uri.partition("/")[0]
    return SECTIONS.index(first) if first in SECTIONS else len(SECTIONS)


def counted(item: Any) -> tuple[Any, ...]:
    """The sort key of an item in its folder: lesson 2 before lesson 10, unlike in mkdocs; folders last."""
    return (0, not item.is_index, Paths.counted(item.file.src_uri)) if item.is_page else (1,)


def among_generated(item: Any) -> int:
    """The sort key of a generated page in its section: in the order of reference.PAGES, after the index page."""
    order = list(reference.PAGES)
    return order.index(item.file.src_uri) + 1 if item.is_page and item.file.src_uri in order else 0


def pages(items: list[Any]) -> list[Any]:
    """The pages of a navigation in its order."""
    return [page for item in items for page in (pages(item.children) if item.is_section else [item]) if page.is_page]


def tabs(items: list[Any]) -> list[Any]:
    """The sections as tabs: the reference is in the one about the evidence; the logo leads to the home page."""
    sections = {SECTIONS[place(item)]: item for item in items if item.is_section and place(item) < len(SECTIONS)}
    evidence, reference_ = sections.get("evidence"), sections.get("reference")
    if evidence is not None:
        evidence.title = ABOUT
        if reference_ is not None:
            evidence.children.append(reference_)
            reference_.parent = evidence
    inside = reference_ if evidence is not None else None
    return [item for item in items if item is not inside and not (item.is_page and item.is_homepage)]
