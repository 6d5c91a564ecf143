"""File names that some system cannot write, or that clash: one file on a Mac, or two pages with one address."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from coursenotes.errors import Problem
from coursenotes.paths import Paths

PAGES = (".md", ".ipynb")
_ALSO_PAGES = (".markdown", ".mdown", ".mkdn", ".mkd")  # mkdocs would render these, but this package ignores them

_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # the last range stands for bytes that are not UTF-8


def clashes(paths: Paths, names: list[str]) -> Iterator[Problem]:
    """A problem for each name that some system cannot write, or takes for another of them. names: sorted."""
    seen: dict[str, str] = {}
    for name in names:
        if _UNSEEN.search(name):
            folder = paths.root / os.path.dirname(name)  # noqa: PTH120
            yield Problem(f"a name that not every system can write: {name!a}", folder, fix="rename it")
            continue
        parts = name.split("/")
        for end in range(1, len(parts) + 1):
            whole = "/".join(parts[:end])
            first = seen.setdefault(folded(whole), whole)
            if first != whole:
                differ = "case" if first.lower() == whole.lower() else "how their letters are encoded"
                what = f"differs from {first} in {differ} only: on a Mac they are the same file"
                yield Problem(what, paths.root / whole, fix="rename one of them")
                break
        else:
            yield from _address(paths, name, seen)


def _address(paths: Paths, name: str, seen: dict[str, str]) -> Iterator[Problem]:
    """A problem where a page has the address of another file, or an ending that only mkdocs knows."""
    docs = f"{paths.docs.name}/"
    page, ending = name.removeprefix(docs), os.path.splitext(name)[1]  # noqa: PTH122
    if not name.startswith(docs) or name.startswith(".") or "/." in name:
        return
    if ending in _ALSO_PAGES or (ending not in PAGES and ending.lower() in PAGES):
        right = ".ipynb" if ending.lower() == ".ipynb" else ".md"
        yield Problem(f"a page that ends in {ending}", paths.root / name, fix=f"rename it, to end in {right}")
        return
    address = f"{paths.page_url(page)}index.html" if ending in PAGES else page
    first = seen.setdefault(f"//{folded(address)}", name)  # no path begins with //
    if first != name:
        shown = address.removesuffix("index.html") or "the site's first page"
        yield Problem(f"has the address of {first}: {shown}", paths.root / name, fix="rename one of them")


def folded(name: str) -> str:
    """A name without the differences that some file systems ignore: case, and the encoding of accents."""
    if name.isascii():
        return name.lower()
    from unicodedata import normalize

    return normalize("NFD", normalize("NFD", name).casefold())
