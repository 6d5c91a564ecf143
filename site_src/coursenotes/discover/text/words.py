"""The sentences of a page as a reader reads them: without code, formulas, addresses, quotations, tables and titles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coursenotes.discover.text.citations import CITATION
from coursenotes.discover.text.cut import sentence_spans
from coursenotes.discover.text.formulas import formulas
from coursenotes.discover.text.prose import CODE, blank, heading_lines, links, prose

_TIME = re.compile(r"\[(?:[\w./-]+@)?\d{1,3}(?::\d{1,2}){1,2}\]|\[\^[^\]\n]*\]:?")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|https?://\S+|\{:?[ \t]*[.#][^{}\n]*\}")
_QUOTED = re.compile(r'“[^”\n]*”|(?<![\w"])"[^"\n]+"(?!\w)')
_QUOTATION = re.compile(r"^[ \t]*>.*", re.MULTILINE)
_NOT_PROSE = re.compile(r"[ \t]*(?:!!!|\?\?\?|===|\||\*\[[^\]]+\]:|\[[^\]]+\]:)")  # titles, tables, definitions
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]+")
_WORD = re.compile(rf"[\w{CODE}](?:[\w{CODE}'’.,/·-]*[\w{CODE}])?")


def readable(text: str, *, images: bool = False) -> str:
    """A page's text with what is not its own words blanked. -> text of the same length with the same lines.

    Inline code, formulas and quotations become CODE characters, each a word. images: whether to keep their texts.
    """
    masked = prose(text)
    for formula in formulas(masked):
        by = " " if formula.block else CODE
        masked = _put(masked, formula.start, formula.end, blank(masked[formula.start : formula.end], by))
    for link in links(masked):
        kept = "" if link.image and not images else masked[link.text_start : link.text_end]
        before = " " * (link.text_start - link.start) if kept else ""
        rest = masked[link.start + len(before) + len(kept) : link.end]
        masked = _put(masked, link.start, link.end, before + kept + blank(rest))
    for pattern in (CITATION, _TIME, _TAG, _QUOTATION):
        masked = pattern.sub(lambda match: blank(match[0]), masked)
    return _QUOTED.sub(lambda match: blank(match[0], CODE), masked)


def sentences(masked: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence of a readable text; headings, titles, tables and quotations are none."""
    for start, end in paragraphs(masked):
        for first, last in sentence_spans(masked[start:end]):
            yield start + first, start + last


def paragraphs(masked: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each paragraph of a readable text; an item of a list is one of its own."""
    start, offset, headings = 0, 0, heading_lines(masked)
    for number, line in enumerate(masked.split("\n"), 1):
        apart = not line.strip() or number in headings or bool(_NOT_PROSE.match(line))
        item = _ITEM.match(line)
        if (apart or item) and masked[start:offset].strip():
            yield start, offset
        if apart or item:
            start = offset + (len(line) + 1 if apart else item.end() if item else 0)
        offset += len(line) + 1
    if masked[start:].strip():
        yield start, len(masked)


def count(masked: str) -> int:
    """How many words a part of a readable text has: a number, a formula and a piece of code are one each."""
    return sum(1 for _ in _WORD.finditer(masked))


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]
