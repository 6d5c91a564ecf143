"""Shortens and wraps text at the ends of characters, words and sentences, as Unicode defines them (UAX #29).

Widths are counted in columns, each as wide as a Latin letter: a Chinese character, or an emoji, takes two.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator

import regex

CUT = "…"

_CHARACTER = regex.compile(r"\X")
_WORD_END = regex.compile(r"(?w)\b")
# A sentence ends at its mark and the quotes after it. A full stop before a small letter does not end one, as in "e.g.
# this"; the full stops of Chinese and Japanese need no space after them.
_CLOSED = r"[\p{Pe}\p{Pf}\"']*"
_SENTENCE_END = regex.compile(
    rf"[。！？｡]+{_CLOSED}\s*|[\p{{Sentence_Break=STerm}}\p{{Sentence_Break=ATerm}}…]+{_CLOSED}"
    r"(?:\s*\n\s*|\s+(?=[^\p{L}\p{N}]*[\p{Lu}\p{Lt}\p{Lo}\p{N}])|\s*\Z)"
)
_CLOSES = regex.compile(r"[\p{Pe}\p{Pf}\p{Sentence_Break=STerm}\p{Sentence_Break=ATerm}\p{Sentence_Break=SContinue}]")


def characters(text: str) -> list[str]:
    """The characters that a reader sees: a letter with its accents, an emoji of several parts."""
    return list(text) if text.isascii() else _CHARACTER.findall(text)


def columns(text: str) -> int:
    """The width of a text, in columns."""
    return len(text) if text.isascii() else sum(map(_columns, _CHARACTER.findall(text)))


def cut(text: str, most: int) -> str:
    """A text on one line, at most this many columns wide: a longer one is cut after a word, with … for the rest.

    Where words are separated by spaces it is cut at one, unless that loses half of the width, as in a long URL.
    """
    text = " ".join(text.split())
    if len(text) * 2 <= most or columns(text) <= most:
        return text
    spaced = first = ""
    for word in _words(text):
        longer = first + word
        if columns(longer.rstrip()) + 2 > most:
            break
        first = longer
        spaced = first.rstrip() if word.isspace() else spaced
    if spaced and columns(spaced) * 2 >= most - 2:
        return f"{spaced} {CUT}"
    if not first or columns(first) * 2 < most - 2:  # one word fills the width
        first = fitting(text, most - 1)
    return f"{first.rstrip()}{CUT}"


def fitting(text: str, most: int) -> str:
    """The first characters of a text that fit into this many columns, at least one."""
    fitted: list[str] = []
    width = 0
    for character in characters(text[: 32 * most + 64]):  # bounded, since a character may have hundreds of accents
        width += _columns(character)
        if width > most and fitted:
            break
        fitted.append(character)
    return "".join(fitted)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the space between them."""
    return [text[start:end].strip() for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of a text, with the space around it."""
    ends = [end.end() for end in _SENTENCE_END.finditer(text)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return [(start, end) for start, end in spans if text[start:end].strip()]


def wrap(text: str, most: int, *, hyphens: bool = True) -> list[str]:
    """A text as lines of at most this many columns, broken at spaces and hyphens; a longer word is broken inside.

    hyphens: whether lines may be broken at them.
    """
    text, most = " ".join(text.split()), max(1, most)
    if columns(text) == len(text) and max(map(len, text.split()), default=0) <= most:
        return textwrap.wrap(text, most, break_on_hyphens=hyphens)
    lines = [""]
    for word in _words(text):
        if columns(lines[-1] + word.rstrip()) > most and not _CLOSES.match(word):
            lines.append("")
        while columns(word) > most:
            part = fitting(word, most)
            lines[-1:] = [part, ""]
            word = word[len(part) :]
        lines[-1] += word
    return [line.strip() for line in lines if line.strip()]


def _words(text: str) -> Iterator[str]:
    """The words of a text, and the spaces and marks between them."""
    start = 0
    for end in _WORD_END.finditer(text):
        if end.end() > start:
            yield text[start : end.end()]
            start = end.end()
    if start < len(text):
        yield text[start:]


def _columns(character: str) -> int:
    wide = any(unicodedata.east_asian_width(point) in "WF" for point in character)
    return 2 if wide else 0 if unicodedata.category(character[0]) in ("Cc", "Cf", "Mn", "Me") else 1
