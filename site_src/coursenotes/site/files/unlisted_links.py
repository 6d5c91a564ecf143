"""The last check of a finished site: no listed page links to an unlisted one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import unquote

from coursenotes.errors import Problem, raise_all
from coursenotes.project import Project

_NOINDEX = '<meta name="robots" content="noindex"'
_LINK = re.compile(r"""\s(?:href|src)\s*=\s*["']?([^"'\s>]+)""")


def look(project: Project, folder: Path, address: str) -> None:
    """Raise CoursenotesError for every link from a listed page of a site to an unlisted one."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")  # some are not ours
        for path in folder.rglob("*.html")
    }
    unlisted = {name.removesuffix("index.html") for name, text in texts.items() if _NOINDEX in text}
    if unlisted:
        listed = {name: text for name, text in texts.items() if name.removesuffix("index.html") not in unlisted}
        raise_all(_found(listed, unlisted, address))


def _found(listed: dict[str, str], unlisted: set[str], address: str) -> Iterator[Problem]:
    for name, text in sorted(listed.items()):
        for href in dict.fromkeys(_LINK.findall(text)):
            target = _target(name, html.unescape(href), address)
            if target in unlisted:
                yield Problem(f"the page {name} of the site is listed, and leads to {target}, which is not",
                              details=(f"by {href}",), fix="take the link out until then")  # fmt: skip


def _target(name: str, href: str, address: str) -> str | None:
    """The path of the site that an address on a page leads to, or None for another host's."""
    if address and href.startswith(address):
        path = href.removeprefix(address)
    elif re.match(r"[A-Za-z][\w+.-]*:|//", href):
        return None
    else:
        path = join(name.rpartition("/")[0], href) if not href.startswith("/") else href.lstrip("/")
    path = unquote(path.partition("#")[0].partition("?")[0])
    folder = "/" if path.endswith(("/", "/.", "/..")) or path in ("..", ".") else ""
    clean = normpath(path) + folder
    return "" if clean in (".", "./") else clean.removesuffix("index.html")
