"""The wording of pages: mistakes that are always mistakes, and what a native reader may stumble over.

docs/contribute/style.md says the same to authors, with examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.headings import spans
from coursenotes.discover.text import words
from coursenotes.discover.text.prose import line_of, links, prose
from coursenotes.paths import Paths

LONGEST, LONG = 45, 30  # words of a sentence: more is wrong; more is reported
NUMBERS, DENSITY, GUESSES = 2, 5, 1  # measured numbers of a sentence, and of 100 words; guesses of a section

SOURCES = "Sources"  # the section whose sentences are lists of times, works and links

_Z = (
    "optim|minim|maxim|normal|regular|initial|general|vector|summar|token|quant|random|standard|special|real|recogn|"
    "organ|character|parameter|visual|memor|local|penal|util|equal|digit|discret|categor|linear|binar|emphas|popular|"
    "final|factor|serial|synchron|symbol|capital|critic|crystall|ideal|neutral|author|apolog|item|material|stabil"
)
BRITISH = (
    (r"(behavi|col|fav|flav|neighb|hon|lab|hum|harb|endeav)our(\w*)", r"\1or\2"),
    (rf"((?:\w{{2,6}})?(?:{_Z}))is(e|ed|es|er|ers|ing|ation|ations)", r"\1iz\2"),
    (r"(anal|paral|catal)ys(e|ed|er|ers|ing)", r"\1yz\2"),
    (r"(cent|fib|lit|theat|calib|met|kilomet|centimet)re(s|)", r"\1er\2"),
    (r"(cent)r(ed|ing)", r"\1er\2"),
    (r"(label|model|travel|cancel|signal|channel|level|fuel|tunnel|total|pencil)l(ed|ing|er|ers)", r"\1\2"),
    (r"gr(?:e)y(\w*)", r"gray\1"),
    (r"artefact(s|)", r"artifact\1"),
    (r"(lic|def|off|pret)ence(s|)", r"\1ense\2"),
    (r"(whil|among)st", r"\1"),
    (r"(learn|spel|spoil|burn)t", r"\1ed"),
    (r"programme(s|)", r"program\1"),
    (r"scept(ic|ical|icism)", r"skept\1"),
)
_BRITISH = tuple((re.compile(rf"\b{pattern}\b", re.IGNORECASE), new) for pattern, new in BRITISH)
_IRREGULAR = {"whil": "while", "speled": "spelled"}
_WRONG = (
    (re.compile(r"\b(?:who|whom|whose)(?:so)?ever\b", re.IGNORECASE), "write “anyone who”, “if you”, or name them"),
    (re.compile(r"\b(?!(?:had|that)\b)([a-z]+)[ \t]*[ \n][ \t]*\1\b"), "write the word once"),
)
_STUMBLE = (
    (re.compile(r"\bstands?\b(?! out\b| still\b| up\b)"), "write “is”, “occurs”, “means” or “represents”"),
    (re.compile(r"\bthat of\b"), "name the thing again, or use ’s"),
    (re.compile(r"\bof which\b"), "make it two sentences"),
    (re.compile(r"\b[Tt]he (?:more|less|\w+er)\b[^.;]*, the (?:more|less|\w+er)\b"), "say it with “if”, or “as”"),
)
_GUESS = re.compile(r"\b(?:likely reason|probably|presumably|most likely)\b", re.IGNORECASE)
_FOLD = re.compile(r"[ \t]*\?\?\?")


class Finding(NamedTuple):
    """One finding on a page: its line, what it is and how to fix it, and whether it is an error or a hint."""

    path: Path
    line: int
    what: str
    fix: str
    error: bool = False


def findings(catalog: Catalog) -> list[Finding]:
    """The findings on every page in the project's own words, in the order of pages and lines."""
    own = (page for name, page in sorted(catalog.pages.items()) if name.endswith(".md") and not Paths.is_version(name))
    return [finding for page in own for finding in of_page(page)]


def of_page(page: PageInfo) -> list[Finding]:
    """The findings on one page, by line."""
    return sorted((*_words(page), *_sentences(page), *_guesses(page), *_density(page)), key=lambda each: each.line)


def american(word: str) -> str:
    """A British spelling as Americans write it; any other word as it is."""
    for pattern, new in _BRITISH:
        if pattern.fullmatch(word):
            changed = pattern.sub(new, word)
            return _IRREGULAR.get(changed.lower(), changed)
    return word


def _words(page: PageInfo) -> Iterator[Finding]:
    everything, text = words.readable(page.text, images=True), words.readable(page.text)
    for pattern, _ in _BRITISH:
        for match in pattern.finditer(everything):
            what = f"British spelling: {match[0]}"
            yield _at(page, everything, match.start(), what, f"write {american(match[0])}", True)
    for pattern, fix in _WRONG:
        for match in pattern.finditer(everything):
            yield _at(page, everything, match.start(), f"“{' '.join(match[0].split())}”", fix, True)
    for start, end in words.sentences(text):
        for pattern, fix in _STUMBLE:
            for match in pattern.finditer(text, start, end):
                yield _at(page, text, match.start(), f"“{' '.join(match[0].split())}”", fix)


def _sentences(page: PageInfo) -> Iterator[Finding]:
    text, numbers = words.readable(page.text), _measured(page)
    lists = [(part.start, part.end) for part in spans(page.text) if part.title == SOURCES]
    for start, end in words.sentences(text):
        if any(first <= start < last for first, last in lists):
            continue
        length, inside = words.count(text[start:end]), sum(start <= each < end for each in numbers)
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        if length > LONG:
            yield _at(page, text, first, f"a sentence of {length} words", "make it two", length > LONGEST)
        if inside > NUMBERS:
            what = f"a sentence with {inside} measured numbers"
            yield _at(page, text, first, what, "keep two, and move the rest into a table")


def _guesses(page: PageInfo) -> Iterator[Finding]:
    text = words.readable(page.text)
    for part in spans(page.text):
        for match in list(_GUESS.finditer(text, part.start, part.end))[GUESSES:]:
            what = f"another “{match[0].lower()}” in one section"
            yield _at(page, text, match.start(), what, "keep the best explanation, or say what would test them")


def _density(page: PageInfo) -> Iterator[Finding]:
    text = _without_folds(words.readable(page.text))
    spans_ = list(words.paragraphs(text))
    length = sum(words.count(text[start:end]) for start, end in spans_)
    inside = sum(start <= each < end for each in _measured(page) for start, end in spans_)
    if inside > max(DENSITY, length * DENSITY / 100):
        what = f"{inside} measured numbers in {length} words of prose"
        yield Finding(page.path, 1, what, f"at most {DENSITY} per 100 words: move some into a table or a fold")


def _measured(page: PageInfo) -> list[int]:
    """The offsets of the measured numbers of a page."""
    return [link.start for link in links(prose(page.text)) if link.href.startswith("measured:")]


def _without_folds(text: str) -> str:
    """A readable text without its folded notes and questions; the lines stay."""
    lines, fold = text.split("\n"), None
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if fold is not None and line.strip() and indent <= fold:
            fold = None
        if fold is None and _FOLD.match(line):
            fold = indent
        if fold is not None:
            lines[number] = " " * len(line)
    return "\n".join(lines)


def _at(page: PageInfo, text: str, offset: int, what: str, fix: str, error: bool = False) -> Finding:
    return Finding(page.path, line_of(text, offset), what, fix, error)
