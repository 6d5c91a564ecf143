"""The sections of a page: their headings, and the anchors that the rendered page gives them."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from markdown.extensions.toc import slugify, unique

from coursenotes.pagetext import heading_lines, prose

_ATX = re.compile(r"[ >]{0,3}(#{1,6})[ \t]*(.*?)[ \t]*#*[ \t]*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*([^{}]*)\}[ \t]*$")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")


class Section(NamedTuple):
    """From a heading up to the next: offsets in the text, what the heading says, and its anchor.

    What stands above the second heading is the page's own, without heading and anchor.
    """

    start: int
    end: int
    line: int
    level: int
    heading: str
    anchor: str


def sections(text: str) -> list[Section]:
    """The sections of a page in their order; together they are the whole text."""
    masked = prose(text)
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = [Section(0, len(text), 1, 1, "", "")]
    used: set[str] = set()
    headings = [(number, *_heading(lines, number)) for number in sorted(heading_lines(masked))]
    used.update(given for _, _, _, given in headings if given)
    for number, level, words, given in headings:
        anchor = given or unique(slugify(html.unescape(words), "-"), used)
        if level == 1:
            continue
        start = starts[number - 1]
        found[-1] = found[-1]._replace(end=start)
        found.append(Section(start, len(text), number, level, words, anchor))
    return found


def plain(text: str) -> str:
    """A piece of Markdown as a reader sees it: links as their words, without marks of emphasis and code."""
    text = _LINK.sub(r"\1", text)
    return " ".join(re.sub(r"`|\*\*?|(?<!\w)_|_(?!\w)", "", text).split())


def _heading(lines: list[str], number: int) -> tuple[int, str, str]:
    """(level, words, the id that is given it or "") of the heading on a line."""
    match = _ATX.match(lines[number - 1])
    if match:
        level, words = len(match[1]), match[2]
    else:
        level, words = (1 if lines[number].startswith("=") else 2), lines[number - 1].strip()
    attributes = _ATTRIBUTES.search(words)
    given = ""
    if attributes:
        words = words[: attributes.start()]
        given = next((part[1:] for part in attributes[1].split() if part.startswith("#")), "")
    return level, plain(words), given
