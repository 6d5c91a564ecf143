"""What a value looks like below a runnable cell: text, a table, a drawing. Runs in the cell's own process."""

from __future__ import annotations

import base64
import re
import sys
from html import escape
from html.parser import HTMLParser
from typing import Any

Part = dict[str, str]
TEXT_LIMIT = 20_000  # characters of one text: more is a log, which no one reads on a page
TAGS = {
    "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td", "div", "span", "p", "br", "hr",
    "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "pre", "ul", "ol", "li", "dl", "dt", "dd", "a", "img",
    "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "small", "abbr", "details", "summary",
}  # fmt: skip
EMPTY = {"br", "hr", "img", "col"}
SILENT = {"style", "script", "head", "title", "template", "noscript", "iframe", "object", "svg", "math"}
ATTRIBUTES = {"colspan", "rowspan", "scope", "href", "src", "alt", "title", "span", "open"}
ADDRESS = re.compile(r"\bat 0x[0-9a-f]+\b|\b0x[0-9a-f]{8,}\b")


class Shower:
    """Turns the values and the figures of a page's cells into parts. name starts the ids of its drawings."""

    def __init__(self, name: str):
        self.name, self.count = name, 0

    def value(self, value: Any, alt: str) -> list[Part]:
        """The parts of a cell's last value, or of one that display() was given; none for None."""
        if value is None:
            return []
        figure = figure_of(value)
        if figure is not None:
            return [self.figure(figure, alt)]
        kind = isinstance(value, type)  # a class has its instances' methods, but nothing to show with them
        if not kind and callable(getattr(value, "_repr_html_", None)) and (html := value._repr_html_()) is not None:
            return [{"kind": "html", "data": clean(html)}]
        if not kind and callable(getattr(value, "_repr_png_", None)) and (png := value._repr_png_()) is not None:
            data = base64.b64encode(png).decode()
            image = (
                f'<img alt="{escape(alt or "An image, shown by the code above")}" src="data:image/png;base64,{data}">'
            )
            return [{"kind": "html", "data": image}]
        return [text_part(ADDRESS.sub(lambda m: re.sub("0x.*", "0x…", m[0]), repr(value)))]

    def figures(self, alt: str, shown: Any = None) -> list[Part]:
        """The figures that pyplot has open, which are closed then; the one of the value `shown` is left out."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return []
        figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        skipped = figure_of(shown)
        parts = [self.figure(figure, alt) for figure in figures if figure is not skipped]
        pyplot.close("all")
        return parts

    def figure(self, figure: Any, alt: str) -> Part:
        """One matplotlib figure as SVG in the site's theme."""
        from coursenotes import svg

        self.count += 1
        return {"kind": "svg", "data": svg.draw(figure, f"{self.name}-{self.count}", alt or described(figure))}


def text_part(text: str) -> Part:
    """Text as it is. Raises ValueError where it is too long to read."""
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"it shows {len(text):,} characters, over {TEXT_LIMIT:,}: show less")
    return {"kind": "text", "data": text}


def figure_of(value: Any) -> Any:
    """The figure that a value is or belongs to: a Figure, Axes, lines, what hist returns; else None.

    Plotting calls return what they drew; it is the drawing that is meant to be seen.
    """
    artist = sys.modules.get("matplotlib.artist")
    if artist is None:
        return None
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        value = list(value.flat) if value.dtype == object else None
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, artist.Artist):
            return item.get_figure(root=True)
        if isinstance(item, tuple | list) and (inner := figure_of(item)) is not None:
            return inner
    return None


def described(figure: Any) -> str:
    """Words for a figure whose author gave none: its titles, else its axes."""
    titles = [figure.get_suptitle(), *(ax.get_title(loc=loc) for ax in figure.axes for loc in ("left", "center"))]
    axes = [f"{ax.get_ylabel()} by {ax.get_xlabel()}" for ax in figure.axes if ax.get_ylabel() and ax.get_xlabel()]
    return ". ".join(dict.fromkeys(filter(None, titles))) or ", ".join(axes) or "A figure, drawn by the code above"


def clean(html: str) -> str:
    """HTML of a library (a table of pandas) without styles, scripts, classes and handlers: the site has its own."""
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    return "".join(cleaner.kept).strip()


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        if self.silent or tag not in TAGS:
            return
        kept = [(n, v or "") for n, v in attrs if n in ATTRIBUTES and _harmless(n, v or "")]
        if tag == "img" and not any(n == "alt" for n, _ in kept):
            kept.append(("alt", "An image, shown by the code above"))
        written = "".join(f' {name}="{escape(value)}"' for name, value in kept)
        self.kept.append(f"<{tag}{written}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SILENT:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif not self.silent and tag in TAGS - EMPTY:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.kept.append(escape(data, quote=False))


def _harmless(name: str, value: str) -> bool:
    if name == "href":
        return value.startswith(("https://", "http://", "#", "mailto:"))
    return name != "src" or value.startswith(("data:image/png;", "data:image/jpeg;", "data:image/gif;"))
