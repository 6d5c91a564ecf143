"""The output of a value below a runnable cell: text, a table, a drawing. Runs in the cell's own process."""

from __future__ import annotations

import base64
import json
import re
import sys
import xml.etree.ElementTree as ET
from html import escape
from typing import Any

from coursenotes.figures.cells import html, terminal
from coursenotes.figures.cells.protocol import Bundle, bundle, picture

Part = dict[str, str]
TEXT_LIMIT = 20_000  # characters of a cell's text: more is a log
ADDRESS = re.compile(r"\bat 0x[0-9a-f]+\b|\b0x[0-9a-f]{8,}\b")
_BARE = re.compile(r"<[\w.]+ object(?: at 0x…)?>|")  # a repr without information for a reader
_MATH = re.compile(r"\$\$(?P<a>.+)\$\$|\$(?P<b>.+)\$|\\\[(?P<c>.+)\\\]|(?P<d>\\begin\{.+\})", re.DOTALL)
PICTURES = ("image/png", "image/jpeg", "image/gif")


class OutputFormatter:
    """Converts the values and figures of a page's cells to parts. name: the prefix of the ids of its drawings."""

    def __init__(self, name: str):
        self.name, self.count = name, 0

    def value(self, value: Any, alt: str) -> list[Part]:
        """The parts of a cell's last value, or of an argument of display(); none for None."""
        if value is None:
            return []
        figure = figure_of(value)
        if figure is not None:
            return [self.figure(figure, alt), *([note(["its movement"])] if _moves(value) else [])]
        return self.bundle(bundle(value), alt)

    def bundle(self, data: Bundle, alt: str = "") -> list[Part]:
        """The parts of an object's MIME bundle, by the richest form that a page can hold."""
        lost: list[str] = []
        plain = ADDRESS.sub(lambda m: re.sub("0x.*", "0x…", m[0]), str(data.get("text/plain", "")))
        cleaned = html.clean(str(data["text/html"])) if "text/html" in data else html.Cleaned("", worth=False)
        if cleaned.worth or cleaned.lost:
            lost = list(cleaned.lost)
            if cleaned.worth and not cleaned.folded:
                return [{"kind": "html", "data": cleaned.html}, *([note(lost)] if lost else [])]
        if parts := _picture(data, alt):
            return parts
        if "application/json" in data and _BARE.fullmatch(plain):
            plain = json.dumps(data["application/json"], indent=2, ensure_ascii=False, default=str)
        for mime, form in (("text/latex", _latex), ("text/markdown", _markdown)):
            if mime in data and (text := form(str(data[mime]))):
                return [{"kind": "html", "data": text}]
        if "application/javascript" in data:
            lost.append(html.SCRIPT)
        if lost and _BARE.fullmatch(plain):
            return [note(lost)]
        shown = [] if not plain and "text/plain" not in data else [text_part(plain)]
        return shown + ([note(["its interactive form"])] if lost else [])

    def figure(self, figure: Any, alt: str) -> Part:
        """One matplotlib figure as SVG in the site's theme."""
        from coursenotes.figures import svg

        self.count += 1
        alt = terminal.visible(alt or described(figure))
        try:
            return {"kind": "svg", "data": svg.draw(figure, f"{self.name}-{self.count}", alt)}
        except ET.ParseError:
            raise ValueError("a text in this figure has a control character, which SVG does not allow") from None


def text_part(text: str) -> Part:
    """Text as a terminal shows it: with colors as {"kind": "colored"}, in HTML."""
    screen = terminal.screen(text)
    return {"kind": "colored", "data": screen.html} if screen.html else {"kind": "text", "data": screen.text}


def note(lost: list[str] | tuple[str, ...]) -> Part:
    """A line on what is not shown at this place, and why."""
    return {"kind": "note", "data": f"Not shown, by the policy of these pages: {', '.join(lost)}."}


def figure_of(value: Any) -> Any:
    """The figure that a value is or belongs to: a Figure, Axes, lines, the result of hist, an animation; else None.

    Plotting calls return the objects that they drew, and the figure is the output that is meant.
    """
    artist = sys.modules.get("matplotlib.artist")
    if artist is None:
        return None
    if _moves(value):
        value._draw_was_started = True  # else it warns when it is deleted that it was never shown
        return value._fig
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        value = list(value.flat) if value.dtype == object else None
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, artist.Artist):
            return item.get_figure(root=True)
        if isinstance(item, tuple | list) and (inner := figure_of(item)) is not None:
            return inner
    return None


def _moves(value: Any) -> bool:
    """Whether a value is an animation, of which a page shows one picture."""
    animation = sys.modules.get("matplotlib.animation")
    return animation is not None and isinstance(value, animation.Animation)


def open_figures() -> list[Any]:
    """Close the figures that pyplot has open. -> these figures."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return figures


def described(figure: Any) -> str:
    """The alternative text of a figure without one: its titles, else its axes."""
    titles = [figure.get_suptitle(), *(ax.get_title(loc=loc) for ax in figure.axes for loc in ("left", "center"))]
    axes = [f"{ax.get_ylabel()} by {ax.get_xlabel()}" for ax in figure.axes if ax.get_ylabel() and ax.get_xlabel()]
    return ". ".join(dict.fromkeys(filter(None, titles))) or ", ".join(axes) or "A figure, drawn by the code above"


def _picture(data: Bundle, alt: str) -> list[Part]:
    """A picture of a bundle as an image element, inside which an SVG runs no scripts and needs no permission."""
    if "image/svg+xml" in data:
        mime, content = "image/svg+xml", str(data["image/svg+xml"]).encode()
    else:
        mime = next((each for each in PICTURES if each in data), "")
        if not mime:
            return []
        content = picture(data[mime])
    source = f"data:{mime};base64,{base64.b64encode(content).decode()}"
    return [{"kind": "html", "data": f'<img alt="{escape(terminal.visible(alt or html.IMAGE))}" src="{source}">'}]


def _latex(text: str) -> str:
    """A formula for the site's own typesetting; "" for LaTeX that is not a single formula."""
    match = _MATH.fullmatch(text.strip())
    inside = next((group for group in match.groups() if group), "") if match else ""
    formula = terminal.visible(inside).replace("\\displaystyle", "").strip()
    if not formula or "$" in formula:
        return ""
    return f'<div class="arithmatex">\\[{escape(formula, quote=False)}\\]</div>'


def _markdown(text: str) -> str:
    """Markdown as HTML."""
    import markdown

    return html.clean(markdown.markdown(terminal.visible(text), extensions=["tables", "fenced_code"])).html
