"""Checks images: each is in a folder of docs/, has alternative text, and is small enough for a page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.prose import line_of, links, prose
from coursenotes.errors import Problem, nearest, some

MOST = 1_000_000  # bytes of one image
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
_HTML = "in HTML"
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""")
_TAG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_BY_NAME = re.compile(r"!\[(?P<alt>[^\[\]]*)\]\[(?P<name>[^\[\]]*)\]")
_DEFINITION = re.compile(r"^ {0,3}\[(?P<name>[^\]\n]+)\]:[ \t]*<?(?P<href>[^\s>]+)", re.MULTILINE)
_HOST = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:")


def problems(catalog: Catalog) -> Iterator[Problem]:
    """The mistakes in the images of every page."""
    for page in catalog.pages.values():
        if page.name.endswith(".md"):  # the images of a notebook are inside its cells
            yield from _of_page(catalog, page)


def _of_page(catalog: Catalog, page: PageInfo) -> Iterator[Problem]:
    masked = prose(page.text)
    for link in links(masked):
        if link.image and (_HOST.match(link.href) or not _SCHEME.match(link.href)):
            alt = page.text[link.text_start : link.text_end].strip()
            yield from _image(catalog, page, line_of(masked, link.start), link.href, alt)
    addresses = {match["name"].casefold(): match["href"] for match in _DEFINITION.finditer(masked)}
    for match in _BY_NAME.finditer(masked):
        href = addresses.get((match["name"] or match["alt"]).casefold())
        if href is not None:
            yield from _image(catalog, page, line_of(masked, match.start()), href, match["alt"].strip())
    for tag in _TAG.finditer(masked):
        line, attributes = (
            line_of(masked, tag.start()),
            {m[1].lower(): m[2].strip("\"'") for m in _ATTRIBUTE.finditer(tag[0])},
        )
        if "alt" not in attributes:
            fix = 'add alt="what it shows"; alt="" where the text next to it says everything'
            yield Problem("an image without alt=", page.path, line, ("in raw HTML",), fix)
        yield from _image(catalog, page, line, attributes.get("src", ""), _HTML)


def _image(catalog: Catalog, page: PageInfo, line: int, href: str, alt: str) -> Iterator[Problem]:
    if _HOST.match(href):
        why = "the site shows nothing that it does not serve itself"
        fix = "put the file next to the page, or link to it without the !"
        yield Problem(f"an image of another host: {href}", page.path, line, (why,), fix)
        return
    if not alt:
        why = "people who cannot see it, and the search, have only its text"
        yield Problem(f"the image {href} has no text", page.path, line, (why,), f"write ![what it shows]({href})")
    folder = catalog.paths.docs / PurePosixPath(page.name).parent
    path = Path(os.path.normpath(folder / unquote(re.split("[#?]", href)[0])))
    there = catalog.files.has(path) and path.is_relative_to(catalog.paths.docs)
    if alt != _HTML and not href.startswith("/") and not there:  # HTML is checked in the finished page
        images = [file.name for file in catalog.files.below(folder, *ENDINGS) if file.parent == folder]
        close = nearest(href, images)
        fix = f"write {close}" if close else "put the file next to the page"
        yield Problem(f"no image {href}", page.path, line, (f"next to the page: {some(images)}",), fix)
    elif there and (size := path.stat().st_size) > MOST:
        fix = f"make it smaller than {MOST / 1e6:.0f} MB"
        yield Problem(f"the image {href} has {size / 1e6:.1f} MB", page.path, line, ("it is slow on a phone",), fix)
