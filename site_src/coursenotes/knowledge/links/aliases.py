"""Pages that had other names before: where an old address leads now.

was: [concepts/dropping.md]          in the front matter of docs/concepts/dropout.md
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.links import page_links
from coursenotes.errors import Problem
from coursenotes.paths import Paths

_NAME = re.compile(r"(?:[^\s/\\#?%:]+/)*[^\s/\\#?%:]+\.(?:md|ipynb)")


def old_names(catalog: Catalog) -> dict[str, PageInfo]:
    """The pages by the names that they had before; what cannot be a name is left out."""
    pages = sorted(catalog.pages.values(), key=lambda page: page.name, reverse=True)
    return {name: page for page in pages for name in _given(page) if _wrong(name) is None}


def problems(catalog: Catalog) -> Iterator[Problem]:
    """Old names that lead nowhere, or to two pages, or where another page is; and links that still use one."""
    addresses = {Paths.page_url(name): name for name in catalog.pages}
    claimed: dict[str, PageInfo] = {}
    for page in sorted(catalog.pages.values(), key=lambda page: page.name):
        place = page.path, page.line_of("was")
        given = page.meta.get("was")
        if given is not None and not isinstance(given, list):
            yield Problem("was: is not a list", *place, (), f"write was: [{given}]")
        for name in _given(page):
            wrong = _wrong(name)
            if wrong:
                yield Problem(f"was: {name} {wrong}", *place, (), "write the path below docs/, as concepts/dropping.md")
                continue
            address = Paths.page_url(name)
            there, other = addresses.get(address), claimed.setdefault(address, page)
            if there == page.name:
                yield Problem(f"was: {name} is this page's own address, and would lead to itself", *place, (),
                              "take it out")  # fmt: skip
            elif there:
                yield Problem(f"was: {name} has the address of a page that there is: {there}", *place, (),
                              "take it out: who follows the old address now finds that page")  # fmt: skip
            elif other is not page:
                yield Problem(f"was: {name} is claimed by {other.name} too", *place, (),
                              "an old address leads to one page: leave it with one of the two")  # fmt: skip
    yield from _old_links(catalog)


def _old_links(catalog: Catalog) -> Iterator[Problem]:
    """Links of pages to a name that another page had before."""
    before = old_names(catalog)
    for page in catalog.pages.values() if before else ():
        for link in page_links(page.name, page.text, before.keys() - catalog.pages.keys()):
            now = before[link.page]
            path = os.path.relpath(now.name, PurePosixPath(page.name).parent)
            yield Problem(
                f"{link.page} is called {now.name} now", page.path, link.line, (),
                f"write {path}{'#' if link.anchor else ''}{link.anchor}",
            )  # fmt: skip


def _given(page: PageInfo) -> list[str]:
    given = page.meta.get("was")
    return [str(name) for name in given] if isinstance(given, list) else []


def _wrong(name: str) -> str | None:
    """Why a text cannot be the path of a page below docs/, or None."""
    parts = name.split("/")
    if name.startswith(("/", "\\")) or ".." in parts or "://" in name:
        return "lies outside docs/"
    return None if _NAME.fullmatch(name) and "." not in parts else "is no path of a page"
