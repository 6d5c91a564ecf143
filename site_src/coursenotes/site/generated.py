"""One page that the engine writes, not a person: the evidence and the reference pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GeneratedPage:
    """A generated page: its path below docs/ and its Markdown.

    listed: readers can find it by the search and the site map. in_nav: the navigation shows it.
    """

    path: str
    text: str
    listed: bool = True
    in_nav: bool = True
