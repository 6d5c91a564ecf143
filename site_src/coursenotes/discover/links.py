"""The links from page to page, as their authors wrote them: in Markdown, in definitions, in raw HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.text.prose import line_of, links, prose
from coursenotes.errors import Problem, nearest
from coursenotes.paths import Paths

_HTML = re.compile(r"""<a\s[^<>]*?href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*<?([^\s>]+)", re.MULTILINE)


class PageLink(NamedTuple):
    """One link from a page to another: its line, the other page's name below docs/, and the anchor there."""

    line: int
    page: str
    anchor: str


def page_links(name: str, text: str, pages: Container[str]) -> Iterator[PageLink]:
    """The links of a page that lead to one of these pages, itself included, in the order of the text."""
    masked = prose(text)
    addresses = [(link.start, link.href) for link in links(masked) if not link.image]
    addresses += [(match.start(), match[1]) for pattern in (_HTML, _DEFINITION) for match in pattern.finditer(masked)]
    for start, href in sorted(addresses):
        path, _, anchor = html.unescape(href).partition("#")
        page = _page(name, unquote(path), pages)
        if page is not None:
            yield PageLink(line_of(text, start), page, anchor)


def broken(name: str, text: str, pages: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(line, address, the page's name) of Markdown links to pages that do not exist; generated ones may come later."""
    masked, known = prose(text), set(pages)
    for link in links(masked):
        path = unquote(link.href.partition("#")[0])
        if link.image or not path.endswith(".md") or re.match(r"[A-Za-z][\w+.-]*:|/", path):
            continue
        target = _target(name, path)
        if target not in known and not target.startswith(Paths.GENERATED):
            yield line_of(text, link.start), link.href, target


def problems(pages: Mapping[str, PageInfo], elsewhere: Container[str]) -> Iterator[Problem]:
    """The problems of links to pages that do not exist. elsewhere: pages that moved, which are reported there."""
    for page in pages.values():
        for line, href, target in broken(page.name, page.text, pages) if page.path.suffix == ".md" else ():
            if target not in elsewhere:
                close = nearest(target, pages)
                fix = f"is it docs/{close}?" if close else "remove the link, or write the page"
                yield Problem(f"{href} leads to no page", page.path, line, (f"there is no docs/{target}",), fix)


def _page(name: str, path: str, pages: Container[str]) -> str | None:
    """The page that a relative path leads to, written as a file (../a.md) or as an address (../a/)."""
    if re.match(r"[A-Za-z][\w+.-]*:|//", path):
        return None
    if not path:
        return name if name in pages else None
    target = _target(name, path)
    forms = [target] if path.endswith((".md", ".ipynb")) else [f"{target}.md", f"{target}/index.md", f"{target}.ipynb"]
    return next((form.lstrip("/") for form in forms if form.lstrip("/") in pages), None)


def _target(name: str, path: str) -> str:
    """The path below docs/ that a relative one on a page leads to."""
    folder = PurePosixPath(name).parent if path.endswith((".md", ".ipynb")) else _address(name)
    parts: list[str] = [] if path.startswith("/") else list(folder.parts)
    for part in PurePosixPath(path).parts:
        if part == "..":
            parts = parts[:-1]
        elif part not in (".", "/"):
            parts.append(part)
    return "/".join(parts)


def _address(name: str) -> PurePosixPath:
    """The folder of a page's address: concepts/dropout.md is at concepts/dropout/."""
    path = PurePosixPath(name)
    return path.parent if path.stem == "index" else path.with_suffix("")
