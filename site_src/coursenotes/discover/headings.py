"""The headings of a page: its title, and its sections with the anchors that the site gives them."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.text.prose import heading_lines, links_as_words, prose
from coursenotes.discover.text.tex import spelled

_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*(?P<list>[^{}\n]*)\}[ \t]*$")
_ID = re.compile(r"(?:^|\s)#(?P<id>[^\s#.=]+)")
_MARKS = re.compile(r"(?<![\w\\])(?P<mark>\*{1,3}|_{1,3})(?=\S)(?P<text>.+?)(?<=\S)(?P=mark)(?!\w)")


class Section(NamedTuple):
    """One heading: its line from 1, its level, its words, and its anchor on the page."""

    line: int
    level: int
    title: str
    anchor: str


class Span(NamedTuple):
    """A part of a page: offsets in its text, and the heading above with its anchor; both are empty above the first."""

    start: int
    end: int
    title: str
    anchor: str


@lru_cache(maxsize=4096)
def sections(text: str) -> tuple[Section, ...]:
    """The headings of a page in order, with its title if that is a heading."""
    from markdown.extensions.toc import slugify, unique  # imported late: a build without changes is quick

    lines, headings = text.split("\n"), []
    for number in sorted(heading_lines(prose(text))):
        line = lines[number - 1].strip()
        match = re.match(r"(#{1,6})[ \t]*(.*?)[ \t]*#*[ \t]*$", line)
        below = lines[number].strip() if number < len(lines) else ""
        level, words = (len(match[1]), match[2]) if match else (1 if below.startswith("=") else 2, line)
        attributes = _ATTRIBUTES.search(words)
        own = _ID.search(attributes["list"]) if attributes else None
        words = words[: attributes.start()] if attributes else words
        headings.append((Section(number, level, without_marks(spelled(words)), own["id"] if own else ""), words))
    ids = {section.anchor for section, _ in headings if section.anchor}  # explicit ones take precedence
    return tuple(
        s if s.anchor else s._replace(anchor=unique(slugify(without_marks(words), "-"), ids)) for s, words in headings
    )


def page_title(page: PageInfo) -> str:
    """The title of a page: from its front matter, its first heading, or its file name."""
    title = page.meta.get("title")
    first = () if title else (section.title for section in sections(page.text) if section.level == 1)
    return spelled(str(title or "")) or str(next(iter(first), "") or PurePosixPath(page.name).stem.replace("_", " "))


def section_of(text: str, line: int) -> Section | None:
    """The section below the title that a line is in; None above the first, and on the title's own line."""
    above = [section for section in sections(text) if section.line <= line]
    return above[-1] if above and above[-1].level > 1 else None


def spans(text: str) -> list[Span]:
    """The parts of a page from one heading below its title to the next, in order; together, the whole text."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    below = [section for section in sections(text) if section.level > 1]
    cuts = [(0, "", ""), *((starts[s.line - 1], s.title, s.anchor) for s in below)]
    ends = [start for start, _, _ in cuts[1:]] + [len(text)]
    return [Span(start, end, title, anchor) for (start, title, anchor), end in zip(cuts, ends, strict=True)]


def without_marks(words: str, *, tags: bool = True) -> str:
    """A heading's words without marks: `code`, *emphasis*, [links](…). tags: whether <b>tags</b> are marks too."""
    parts = re.split(r"(`+)(.+?)\1", links_as_words(words))  # text, ticks, code, text, ticks, code, …
    for n in range(0, len(parts), 3):
        parts[n] = _MARKS.sub(lambda match: match["text"], parts[n])
    del parts[1::3]
    bare = re.sub(r"<[^<>]*>", "", "".join(parts)) if tags else "".join(parts)
    return html.unescape(" ".join(bare.split()))
