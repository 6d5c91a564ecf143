"""Transcripts of lectures: versions with `kind: transcript`, whose text is headings, times and speech.

    ## What dropout does
    [01:08:22]
    So what we do is ...

With `publish: text`, the default, the page shows all of this. With `publish: index` it shows headings and times only:
the search finds the words of the text and leads to their second, but the text itself is nowhere on the site.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from coursenotes.discover.catalog import Catalog
from coursenotes.discover.headings import without_marks
from coursenotes.discover.text.addresses import Malformed, parse_time
from coursenotes.discover.transcripts import hidden, lines_of
from coursenotes.errors import Problem
from coursenotes.knowledge.form import front_matter

FEWEST = 25  # different words of an entry, at least: with fewer, a sentence could be guessed

COMMON = frozenset(
    "about after all also and any are because been but can could did does don't for from get going had has have here "
    "his how i'm into it's its just kind know let's like more not now okay one our out see she should some that that's "
    "the their them then there there's these they thing things this those too very want was way we're we've well were "
    "what when where which who will with would yeah yes you you're your".split()
)

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffff]"
)  # scripts without spaces: a sentence would be one word
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:\.\d+)*")


@dataclass
class Segment:
    """The text between one time and the next. Before the first time, start is None.

    heading is the one directly below the time, or None; headings are all, that one included.
    """

    start: int | None
    line: int
    time: str = ""
    heading: str | None = None
    headings: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def anchor(self) -> str:
        """The id of its time on the page."""
        return "" if self.start is None else f"t{self.start}"


def is_transcript(meta: Mapping[str, Any]) -> bool:
    """Whether a page is a transcript, by its front matter."""
    return str(meta.get("kind", "")).strip().casefold() == front_matter.TRANSCRIPT


def parse(text: str, path: Path) -> tuple[list[Segment], list[Problem]]:
    """The segments of a transcript in its order, and the problems of its times. A repeated time is one segment."""
    segments, problems = [Segment(None, 1)], []
    for line, kind, words in lines_of(text):
        last = segments[-1]
        if kind == "heading":
            last.headings.append(words)
            if last.start is not None and not last.text and len(last.headings) == 1:
                last.heading = words
        elif kind == "text":
            last.text += f"{words}\n"
        else:
            seconds, problem = _seconds(words, path, line)
            before = next((s for s in reversed(segments) if s.start is not None), None)
            if problem is None and before is not None and before.start is not None and seconds < before.start:
                what = f"[{words}] is before the time above it, [{before.time}] of line {before.line}"
                problem = Problem(what, path, line, (), "a transcript's times run forwards")
            if problem is not None:
                problems.append(problem)
            elif seconds != last.start:
                segments.append(Segment(seconds, line, words))
    return [s for s in segments if s.start is not None or s.headings or s.text.strip()], problems


def problems(catalog: Catalog) -> Iterator[Problem]:
    """The mistakes in transcripts, and in `publish:` of any page."""
    for page in catalog.pages.values():
        if page.meta.get("publish") in ("text", "index") and not is_transcript(page.meta):
            yield page.problem("publish", "is for transcripts", "write kind: transcript, or remove it")
        if hidden(page.meta) and page.path.suffix != ".md":
            yield Problem("only the text of Markdown can be kept unpublished", page.path, None, (), "write it as .md")
        elif is_transcript(page.meta) and page.path.suffix == ".md":
            yield from parse(page.path.read_text(encoding="utf-8"), page.path)[1]


# ---------------------------------------------------------------- the page
def shown(text: str, meta: Mapping[str, Any]) -> str:
    """The Markdown of a transcript's page: each time with its anchor, and of a hidden text the headings alone."""
    if not hidden(meta):
        return _anchored(text)
    lines = text.split("\n")
    firsts = [
        words for n, kind, words in lines_of(text) if kind == "heading" and lines[n - 1].lstrip().startswith("# ")
    ]
    title = firsts[0] if firsts else str(meta.get("title", "Transcript"))
    parts = [f"# {_literal(title)}", "", "The text of this transcript is not published here.",
             "The search finds its words, and leads to their second.",
             "A heading behind “…” begins later than the time before it.", ""]  # fmt: skip
    for segment in parse(text, Path())[0]:
        rest = segment.headings[1:] if segment.heading is not None else segment.headings
        headings = [f"… {_literal(words)}" for words in rest if words != title]
        if segment.start is None:
            parts += [f"- {heading}" for heading in headings]
            continue
        direct = [] if segment.heading is None else [_literal(segment.heading)]
        time = f'<span id="{segment.anchor}"></span>[{segment.time}]'
        parts.append("- " + " ".join([time, *direct, *headings]))
    return "\n".join([*parts, ""])


def _anchored(text: str) -> str:
    lines, seen = text.split("\n"), set()
    for number, kind, words in lines_of(text):
        if kind == "time":
            seconds, problem = _seconds(words, Path(), number)
            if problem is None and seconds not in seen:
                seen.add(seconds)
                lines[number - 1] = f'<span id="t{seconds}"></span>{lines[number - 1].lstrip()}'
    return "\n".join(lines)


# ---------------------------------------------------------------- the search
def index(segments: Iterable[Segment]) -> Iterator[tuple[Segment, list[str]]]:
    """(segment, its different words, sorted) of a hidden transcript; segments of few words are merged.

    Merged segments lead to the first of their times. Text before the first time is merged with that segment.
    """
    pending: list[Segment] = []
    groups: list[tuple[list[Segment], set[str]]] = []
    for segment in segments:
        pending.append(segment)
        words = set().union(*(_words(each.text) for each in pending))
        if len(words) >= FEWEST and any(each.start is not None for each in pending):
            groups.append((pending, words))
            pending = []
    if pending:
        rest = set().union(*(_words(each.text) for each in pending))
        if groups:
            groups[-1] = ([*groups[-1][0], *pending], groups[-1][1] | rest)
        else:
            groups.append((pending, set()))  # so short a transcript gives none of its words
    for group, words in groups:
        first = next((segment for segment in group if segment.start is not None), None)
        if first is not None:
            yield first, sorted(words)


def blocks(words: Iterable[str]) -> str:
    """Sorted words as HTML, a paragraph for each initial: the search shows the paragraph of a match."""
    return "".join(f"<p>{' '.join(group)}</p>" for _, group in groupby(words, key=lambda word: word[0]))


def _words(text: str) -> set[str]:
    words = {word.casefold().replace("’", "'") for word in _WORD.findall(without_marks(text)) if len(word) > 2}
    return {word for word in words if word not in COMMON and not _UNSPACED.search(word)}


def _literal(words: str) -> str:
    """Words escaped for Markdown."""
    return re.sub(r"([\\`*_{}\[\]$|~^])", r"\\\1", html.escape(words, quote=False))


def _seconds(time: str, path: Path, line: int) -> tuple[int, Problem | None]:
    """(seconds, None) of a time with three fields; (0, the problem) of any other."""
    try:
        if time.count(":") != 2:
            raise Malformed(f"{time} is not a time: a transcript's times are h:mm:ss", f"is it [0:{time}]?")
        return parse_time(time), None
    except Malformed as error:
        return 0, Problem(f"[{time}]{str(error).removeprefix(time)}", path, line, (), error.fix)
