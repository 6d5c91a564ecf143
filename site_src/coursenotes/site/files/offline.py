"""The whole site as one zip, to be read without a network.

A link to a folder leads to its index.html, so that it works where the pages are opened as files. What is not listed is
left out: pages that search engines are told to ignore, and files to which no other page leads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FILE = "coursenotes.zip"
FOLDER = "coursenotes"  # in which everything is, in the zip
README = f"""Course notes, to be read without a network.

Unpack the zip. Then run, in the folder with this file:

    python3 -m http.server

and open http://localhost:8000/ in a browser. The search works as well.

Without Python, open index.html in a browser. All works except the search and the previews of links, for which a browser
needs an address.

Everything is in this folder, {FOLDER}/; nothing is loaded from anywhere else.
"""
PARTS = ("assets/", "search/")  # which pages load without a link that can be seen
SHOWN = "assets/figures/"  # of these only what a page shows: others may be of pages that are not listed

_NOINDEX = '<meta name="robots" content="noindex"'
_LINK = re.compile(r"""(\s(?:href|src|data-to)=")([^"]*)""")
_SELF = re.compile(rf"""<a\b[^>]*\shref="[^"]*{re.escape(FILE)}"[^>]*>.*?</a>""", re.DOTALL)
_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have: equal sites give equal zips


def write(folder: Path) -> None:
    """Write the zip of a finished site into its folder."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {FILE}
    pages = {name: (folder / name).read_text(encoding="utf-8") for name in names if name.endswith(".html")}
    pages = {name: text for name, text in pages.items() if _NOINDEX not in text and name != "404.html"}
    files: dict[str, bytes] = {name: (folder / name).read_bytes() for name in names if _loaded(name)}
    for name, text in pages.items():
        files[name] = as_files(name, _SELF.sub("", text), pages).encode()
        linked = {found for _, href in _LINK.findall(text) if (found := _target(name, href))}
        files |= {each: (folder / each).read_bytes() for each in linked & names - pages.keys() - files.keys()}
    files["README.txt"] = README.encode()
    with ZipFile(folder / FILE, "w") as packed:
        for name, data in sorted(files.items()):
            entry = ZipInfo(f"{FOLDER}/{name}", _DAY)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on every system
            packed.writestr(entry, data, ZIP_DEFLATED)


def as_files(name: str, text: str, pages: Mapping[str, str]) -> str:
    """The HTML of a page in which links to folders lead to the pages that a server would show for them."""

    def led(match: re.Match[str]) -> str:
        before, href = match.groups()
        path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", href, re.DOTALL).groups()  # type: ignore[union-attr]
        index = _target(name, href)
        if not path or path.endswith(".html") or index is None or index not in pages:
            return match[0]
        folder = "" if path == "." else path if path.endswith("/") else f"{path}/"
        return f"{before}{folder}index.html{mark}{rest}"

    return _LINK.sub(led, text)


def _loaded(name: str) -> bool:
    """Whether pages load a file of this name without naming it."""
    return name.startswith(PARTS) and not name.startswith(SHOWN)


def _target(name: str, href: str) -> str | None:
    """The file of the site that a link on a page leads to; None for another host's."""
    parts = urlsplit(html.unescape(href))
    if parts.scheme or parts.netloc:
        return None
    path = unquote(parts.path)
    found = normpath(join(dirname(name), path)) if path else name
    if path.endswith(("/", "/.", "/..")) or path in (".", ".."):
        found = normpath(join(found, "index.html"))
    return found
