"""Pages that had other names before, and where their old addresses lead now.

aliases: [concepts/dropping.md]          in the front matter of docs/concepts/dropout.md
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
    """The pages by the names that they had before; invalid names are left out."""
    pages = sorted(catalog.pages.values(), key=lambda page: page.name, reverse=True)
    return {name: page for page in pages for name in map(str, page.list_of("aliases")) if _wrong(name) is None}


def problems(catalog: Catalog) -> Iterator[Problem]:
    """Old names that are invalid, that two pages claim, or that an existing page has; and links that still use one."""
    addresses = {Paths.page_url(name): name for name in catalog.pages}
    claimed: dict[str, PageInfo] = {}
    for page in sorted(catalog.pages.values(), key=lambda page: page.name):
        for name in map(str, page.list_of("aliases")):
            wrong = _wrong(name)
            if wrong:
                yield page.problem("aliases", f"{name} {wrong}", "write its path below docs/: concepts/dropping.md")
                continue
            address = Paths.page_url(name)
            there, other = addresses.get(address), claimed.setdefault(address, page)
            if there == page.name:
                yield page.problem("aliases", f"{name} is this page's own address", "remove it")
            elif there:
                what = f"{name} has the address of an existing page: {there}"
                yield page.problem("aliases", what, "remove it: the old address leads to that page now")
            elif other is not page:
                what = f"{name} is claimed by {other.name} too"
                yield page.problem("aliases", what, "an old address leads to one page: keep it on one of the two")
    yield from _old_links(catalog)


def _old_links(catalog: Catalog) -> Iterator[Problem]:
    """Links of pages to a name that another page had before."""
    renamed = old_names(catalog)
    for page in catalog.pages.values() if renamed else ():
        for link in page_links(page.name, page.text, renamed.keys() - catalog.pages.keys()):
            now = renamed[link.page]
            path = os.path.relpath(now.name, PurePosixPath(page.name).parent)
            yield Problem(
                f"{link.page} has the new name {now.name}", page.path, link.line, (),
                f"write {path}{'#' if link.anchor else ''}{link.anchor}",
            )  # fmt: skip


def _wrong(name: str) -> str | None:
    """Why a text cannot be the path of a page below docs/, or None."""
    parts = name.split("/")
    if name.startswith(("/", "\\")) or ".." in parts or "://" in name:
        return "is outside docs/"
    return None if _NAME.fullmatch(name) and "." not in parts else "is not the path of a page"
