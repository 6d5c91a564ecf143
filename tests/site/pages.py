"""Reads the HTML of the finished site: elements, attributes, text, links. No browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(eq=False)
class Element:
    """One element: its name, attributes, line in the file, and what it holds."""

    name: str
    attributes: dict[str, str]
    line: int
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(c if isinstance(c, str) else c.text for c in self.children).split())

    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def inside(self, *names: str) -> bool:
        return self.parent is not None and (self.parent.name in names or self.parent.inside(*names))


class Page(HTMLParser):
    """One HTML file of a site; name is its path below the site's folder."""

    def __init__(self, site: Path, path: Path):
        super().__init__()
        self.site, self.path, self.name = site, path, path.relative_to(site).as_posix()
        self.elements: list[Element] = []
        self._open: Element | None = None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = Element(tag, {k: v or "" for k, v in attrs}, self.getpos()[0], self._open)
        self.elements.append(found)
        if self._open:
            self._open.children.append(found)
        if tag not in VOID:
            self._open = found

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        at = self._open
        while at and at.name != tag:
            at = at.parent
        if at:
            self._open = at.parent

    def handle_data(self, data):
        if self._open:
            self._open.children.append(data)

    def all(self, *names: str) -> list[Element]:
        """Every element with one of these names, in the order of the page."""
        return [e for e in self.elements if e.name in names]

    @cached_property
    def ids(self) -> set[str]:
        return {e.attributes["id"] for e in self.elements if e.attributes.get("id")}

    @cached_property
    def content(self) -> list[Element]:
        """What stands in the page's own text, without the theme around it."""
        return [e for e in self.elements if e.inside("article")]

    def links(self) -> list[tuple[Element, str]]:
        """Every address on the page with its element: links, images, scripts, styles."""
        found = []
        for e in self.elements:
            for name in ("href", "src", "poster", "data"):
                if name in e.attributes and e.name != "base":
                    found.append((e, e.attributes[name]))
        return found

    def target(self, href: str) -> tuple[Path, str] | None:
        """(file, anchor) that an address of this site leads to; None for another host's, a mail or a data address."""
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            return None
        path = unquote(parts.path)
        base = self.site if path.startswith("/") else self.path.parent
        file = (base / path.lstrip("/")).resolve() if path else self.path.resolve()
        return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


def read(site: Path) -> dict[Path, Page]:
    """Every page of a site by its file."""
    return {path.resolve(): Page(site, path) for path in sorted(site.rglob("*.html"))}
