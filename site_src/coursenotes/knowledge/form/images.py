"""Pictures on pages: each lies beside its page, is described in words, and is small enough to be looked at."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.prose import line_of, links, prose
from coursenotes.errors import Problem, nearest, some

MOST = 1_000_000  # bytes of one picture
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
_HTML = "in HTML"
_TAG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_BY_NAME = re.compile(r"!\[(?P<alt>[^\[\]]*)\]\[(?P<name>[^\[\]]*)\]")
_DEFINITION = re.compile(r"^ {0,3}\[(?P<name>[^\]\n]+)\]:[ \t]*<?(?P<href>[^\s>]+)", re.MULTILINE)
_HOST = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:")


def problems(catalog: Catalog) -> Iterator[Problem]:
    """What is wrong with the pictures of every page."""
    for page in catalog.pages.values():
        if page.name.endswith(".md"):  # the pictures of a notebook are its cells' own
            yield from _of_page(catalog, page)


def _of_page(catalog: Catalog, page: PageInfo) -> Iterator[Problem]:
    masked = prose(page.text)
    for link in links(masked):
        if link.image and (_HOST.match(link.href) or not _SCHEME.match(link.href)):
            alt = page.text[link.text_start : link.text_end].strip()
            yield from _picture(catalog, page, line_of(masked, link.start), link.href, alt)
    addresses = {match["name"].casefold(): match["href"] for match in _DEFINITION.finditer(masked)}
    for match in _BY_NAME.finditer(masked):
        href = addresses.get((match["name"] or match["alt"]).casefold())
        if href is not None:
            yield from _picture(catalog, page, line_of(masked, match.start()), href, match["alt"].strip())
    for tag in _TAG.finditer(masked):
        given = {
            m[1].lower(): m[2].strip("\"'")
            for m in re.finditer(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", tag[0])
        }
        if "alt" not in given:
            yield Problem("a picture without alt=", page.path, line_of(masked, tag.start()), ("in raw HTML",),
                          'add alt="what it shows"; alt="" where the text beside it says all')  # fmt: skip
        yield from _picture(catalog, page, line_of(masked, tag.start()), given.get("src", ""), _HTML)


def _picture(catalog: Catalog, page: PageInfo, line: int, href: str, alt: str) -> Iterator[Problem]:
    if _HOST.match(href):
        yield Problem(f"a picture of another host: {href}", page.path, line,
                      ("the site shows nothing that it does not serve itself",),
                      "put the file beside the page, or link to it without the !")  # fmt: skip
        return
    if not alt:
        why = "who cannot see it, and who searches, has only these"
        yield Problem(f"the picture {href} has no words", page.path, line, (why,), f"write ![what it shows]({href})")
    folder = catalog.paths.docs / PurePosixPath(page.name).parent
    path = Path(os.path.normpath(folder / unquote(re.split("[#?]", href)[0])))
    there = catalog.files.has(path) and path.is_relative_to(catalog.paths.docs)
    if alt != _HTML and not href.startswith("/") and not there:  # what HTML names is told by the finished page
        beside = [one.name for one in catalog.files.below(folder, *ENDINGS) if one.parent == folder]
        close = nearest(href, beside)
        yield Problem(f"no picture {href}", page.path, line, (f"beside the page lie: {some(beside)}",),
                      f"write {close}" if close else "put the file beside the page")  # fmt: skip
    elif there and (size := path.stat().st_size) > MOST:
        yield Problem(f"the picture {href} has {size / 1e6:.1f} MB", page.path, line,
                      ("a reader on a phone waits for it",), f"make it smaller than {MOST / 1e6:.0f} MB")  # fmt: skip
