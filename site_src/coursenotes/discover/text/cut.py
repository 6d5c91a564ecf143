"""Text that is too long, cut where Unicode says that a character, a word or a sentence ends (UAX #29).

A length is counted in columns, as wide as a Latin letter: a character of Chinese, or a picture, takes two.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator

import regex

CUT = "…"

_CHARACTER = regex.compile(r"\X")
_WORD_END = regex.compile(r"(?w)\b")
# A sentence ends at its mark with the quotes behind it. No full stop ends one before a small letter, as in "e.g. this";
# those of Chinese and Japanese need no space behind them.
_CLOSED = r"[\p{Pe}\p{Pf}\"']*"
_SENTENCE_END = regex.compile(
    rf"[。！？｡]+{_CLOSED}\s*|[\p{{Sentence_Break=STerm}}\p{{Sentence_Break=ATerm}}…]+{_CLOSED}"
    r"(?:\s*\n\s*|\s+(?=[^\p{L}\p{N}]*[\p{Lu}\p{Lt}\p{Lo}\p{N}])|\s*\Z)"
)
_CLOSES = regex.compile(r"[\p{Pe}\p{Pf}\p{Sentence_Break=STerm}\p{Sentence_Break=ATerm}\p{Sentence_Break=SContinue}]")


def characters(text: str) -> list[str]:
    """What a reader takes for characters: a letter with its accents, an emoji of several parts."""
    return list(text) if text.isascii() else _CHARACTER.findall(text)


def columns(text: str) -> int:
    """How wide a text is."""
    return len(text) if text.isascii() else sum(map(_columns, _CHARACTER.findall(text)))


def cut(text: str, most: int) -> str:
    """A text in one line, and no wider than so many columns: after a word where it is longer, with … for the rest.

    Where words are divided by spaces it is cut at one, unless that lost half of the room, as in a long address.
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
    if not first or columns(first) * 2 < most - 2:  # a word that is as long as there is room
        first = fitting(text, most - 1)
    return f"{first.rstrip()}{CUT}"


def fitting(text: str, most: int) -> str:
    """As many characters of a text as so many columns hold, at least one of them."""
    found: list[str] = []
    width = 0
    for character in characters(text[: 32 * most + 64]):  # a character of hundreds of accents is no reader's
        width += _columns(character)
        if width > most and found:
            break
        found.append(character)
    return "".join(found)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the space between them."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        found.append(text[start : end.end()].strip())
        start = end.end()
    return [sentence for sentence in (*found, text[start:].strip()) if sentence]


def wrap(text: str, most: int, *, hyphens: bool = True) -> list[str]:
    """A text in lines of at most so many columns, broken at spaces and, if told, hyphens; in words without either."""
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
    """The words of a text, and what stands between them."""
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
