r"""Formulas where pymdownx's arithmatex, which marks them, leaves them wrong.

- A bar between dollar signs does not end a cell of a table; \| there, and in code, is a bar, as on GitHub.
- $$y$$ in a sentence is a formula on a line of its own; in a heading or a cell it stays in the line.
- Digits between and after dollar signs are prices: $5–$10.
- Where no formula can be typeset, in a table of contents and in the description of a picture, it becomes characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.extensions.tables import TableProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from pymdownx import arithmatex

from coursenotes.discover.text.formulas import DISPLAY_IN_LINE, IN_LINE, NO_PRICE
from coursenotes.discover.text.tex import rendered

INLINE, BLOCK, TABLE = "arithmatex-inline", "arithmatex-block", "table"
BEFORE_IN_LINE = 189.95  # before arithmatex's own (189.9), after inline code (190)
AFTER_IDS = 4  # after the toc extension (5), before mkdocs reads the title (1)
TABLES = 75  # as the tables extension has it

_DOLLARS = arithmatex.RE_SMART_DOLLAR_INLINE.replace(r"(\$)(?!\s)", rf"(\$)(?!\s){NO_PRICE}")
_TICKS = re.compile(r"(?<![\\`])(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)")
_ONE_BLOCK = r"((?:\\.|[^\\$]|\$(?!\$))+?))(?P=dollar)"
_BAR = "\x1f"  # replaces a bar that does not end a cell: no page can hold this character
_NOT_ALONE = ("h1", "h2", "h3", "h4", "h5", "h6", "a", "summary", "td", "th", "dt")
_WORDS = ("alt", "title", "aria-label")


def install(md: Markdown) -> None:
    """Fix the output of arithmatex and the tables extension; does nothing if a site does not use them."""
    if INLINE in md.inlinePatterns:
        inline = md.inlinePatterns[INLINE]
        inline.compiled_re = re.compile(  # type: ignore[attr-defined]
            f"(?:{_DOLLARS}|{arithmatex.RE_BRACKET_INLINE})", re.DOTALL | re.UNICODE
        )
        md.inlinePatterns.register(_Display(DISPLAY_IN_LINE, md), "cn-display", BEFORE_IN_LINE)
        md.treeprocessors.register(_Spelled(md), "cn-spelled", AFTER_IDS)
    if BLOCK in md.parser.blockprocessors:  # $$a$$ and $$b$$ are two formulas
        block: Any = md.parser.blockprocessors[BLOCK]
        block.pattern = re.compile(block.pattern.pattern.replace(r"((?:\\.|[^\\])+?))(?P=dollar)", _ONE_BLOCK))
    if INLINE in md.inlinePatterns and TABLE in md.parser.blockprocessors:
        table: Any = md.parser.blockprocessors[TABLE]
        md.parser.blockprocessors.register(_Table(md.parser, table.config), TABLE, TABLES)


class _Display(InlineProcessor):
    """$$y$$ among other words."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element, int, int]:  # type: ignore[override]
        element = ET.Element("span", {"class": "arithmatex"})
        element.text = AtomicString(rf"\[{m[1].strip()}\]")
        return element, m.start(0), m.end(0)


class _Table(TableProcessor):
    """A table whose formulas and code may contain bars."""

    def _split(self, row: str) -> list[str]:
        row = _TICKS.sub(lambda match: match[0].replace("\\|", _BAR), row)
        bare = _TICKS.sub(lambda match: "\0" * len(match[0]), row)
        for match in reversed([*IN_LINE.finditer(bare)]):
            before, after = bare[: match.start()][-1:], bare[match.end() :][:1]
            if re.search(r"(?<!\\)\|", match[0]) and (before.isalnum() or after.isalnum()):
                continue  # |US$|CA$| are two cells with the names of currencies
            formula = re.sub(r"\\?\|", _BAR, row[match.start() : match.end()])
            row = row[: match.start()] + formula + row[match.end() :]
        return [cell.replace(_BAR, "|") for cell in super()._split(row)]  # type: ignore[misc]


class _Spelled(Treeprocessor):
    """Formulas as characters wherever none can be typeset."""

    def run(self, root: ET.Element) -> None:
        _spell(getattr(self.md, "toc_tokens", []))
        for element in root.iter():
            for name in _WORDS:
                if "\\" in (words := element.get(name) or ""):
                    element.set(name, rendered(words, escaped=False))
            if element.tag in _NOT_ALONE:
                _in_line(element)
            elif element.tag == "div" and element.get("class") == "toc":
                for link in element.iter("a"):
                    link.text = rendered(link.text or "")


def _spell(tokens: Iterable[dict[str, Any]]) -> None:
    """Give the entries of a table of contents names without TeX. Names are HTML."""
    for token in tokens:
        token["name"] = rendered(token["name"])
        _spell(token["children"])


def _in_line(element: ET.Element) -> None:
    """Set the formulas inside a heading, a cell or a link in the line."""
    for child in element.iter():
        if child.get("class") == "arithmatex" and (child.text or "").startswith("\\["):
            child.text = AtomicString(rf"\({(child.text or '')[2:-2]}\)")
