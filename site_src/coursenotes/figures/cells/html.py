"""Cleans the HTML of a library for the site's pages: no styles, scripts or handlers; and lists what is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

import nh3

from coursenotes.figures.cells.terminal import visible

TAGS = {
    "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td", "div", "span", "p", "br", "hr",
    "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "pre", "ul", "ol", "li", "dl", "dt", "dd", "a", "img",
    "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "small", "abbr", "details", "summary", "del", "ins", "kbd",
}  # fmt: skip
VOID = {"br", "hr", "img", "col", "input", "link", "meta", "source", "embed", "wbr", "area", "base", "track", "param"}
DROPPED = {  # with their contents; and what a reader then misses
    "style": "", "script": "a script", "head": "", "title": "", "template": "", "noscript": "", "datalist": "",
    "iframe": "a frame with another page", "object": "an embedded file", "embed": "an embedded file",
    "svg": "a drawing", "math": "a formula", "canvas": "a drawing", "audio": "a sound", "video": "a film",
    "button": "a button", "select": "a form", "textarea": "a form", "input": "a form", "progress": "", "label": "",
}  # fmt: skip
ATTRIBUTES = {"colspan", "rowspan", "scope", "href", "src", "alt", "title", "span", "open"}
IMAGE = "An image, shown by the code above"
SCRIPT = DROPPED["script"]
CONTROLS = (DROPPED["button"], DROPPED["input"])  # without a script they do nothing
COLORS = "its colors"
_COLORING = re.compile(r"(?:^|[;{\s])(?:color|background|background-color|background-image|fill)\s*:", re.IGNORECASE)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]")  # inside <img> an SVG runs no scripts


@dataclass(frozen=True)
class Cleaned:
    """HTML for a page; lost: the removed parts, in words.

    folded: a script would unfold parts of it, so that the rest is not usable. worth: there is something to read or to
    see in it.
    """

    html: str
    lost: tuple[str, ...] = ()
    folded: bool = False
    worth: bool = True


def clean(html: str) -> Cleaned:
    """HTML of a library (a table of pandas) for a page, which has its own styles."""
    cleaner = _Cleaner()
    cleaner.feed(visible(html))
    cleaner.close()
    balanced = nh3.clean(
        "".join(cleaner.kept), tags=TAGS, attributes={"*": ATTRIBUTES}, link_rel=None, attribute_filter=_harmless,
        url_schemes={"https", "http", "mailto", "data"},
    )  # fmt: skip
    worth = "<img" in balanced or bool(re.sub(r"<[^>]*>", "", balanced).strip())
    lost = [each for each in dict.fromkeys(cleaner.lost) if SCRIPT not in cleaner.lost or each not in CONTROLS]
    return Cleaned(balanced.strip(), tuple(lost), cleaner.folded, worth)


class _Cleaner(HTMLParser):
    """Takes out hidden and dropped elements, and notes what a reader would miss; nh3 decides on everything else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self.lost: list[str] = []
        self.folded = False
        self.dropping: list[str] = []  # the open elements, starting with the dropped one

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        hidden = "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))
        if self.dropping or tag in DROPPED or (hidden and tag not in VOID):
            self._drop(tag, hidden)
            return
        if tag not in TAGS:
            return
        if _COLORING.search(attributes.get("style", "")):
            self.lost.append(COLORS)
        if tag == "img":
            source = attributes.get("src", "")
            if not _PICTURE.match(source):
                self.lost.append("a picture of another site" if "//" in source else "a picture")
                return
            attributes.setdefault("alt", IMAGE)
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.kept.append(f"<{tag}{written}>")

    def _drop(self, tag: str, hidden: bool) -> None:
        if tag == SCRIPT.removeprefix("a ") or not (self.dropping or hidden):
            self.lost += filter(None, [DROPPED.get(tag, "")])
        if hidden and not self.dropping and tag not in DROPPED:
            self.folded = True
        if tag not in VOID:
            self.dropping.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.dropping:
            while self.dropping.pop() != tag:
                pass
        elif not self.dropping and tag in TAGS - VOID:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.dropping:
            self.kept.append(escape(data, quote=False))
        elif self.dropping[-1] == "style" and _COLORING.search(data):
            self.lost.append(COLORS)


def _harmless(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute as it may stay; None where the attribute has to go. nh3 asks for each."""
    if name == "href":
        return value if value.startswith(("https://", "http://", "#", "mailto:")) else None
    return value if name != "src" or _PICTURE.match(value) else None
