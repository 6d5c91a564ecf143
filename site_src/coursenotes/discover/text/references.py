"""The references on a page: links with a scheme of ours, citations and times, each with its line and text.

[0.43](measured:dropout.drop_rate.valid_loss?p=0.5&scale=full)      [1:08:22]      [DL1v3L5@1:54:00]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursenotes.discover.text import citations
from coursenotes.discover.text.addresses import (
    SCHEMES,
    Context,
    Malformed,
    Target,
    parse_href,
    scheme_problem,
    time_problem,
    write_href,
)  # fmt: skip
from coursenotes.discover.text.prose import alone, escaped, heading_lines, line_of, links, prose
from coursenotes.errors import Problem

BLOCKS = ("code", "figure", "table")  # each must be alone in its paragraph
FORMS = {
    "code": "code:topic.Name",
    "figure": "figure:topic.name",
    "measured": "measured:topic.experiment.metric?setting=value",
    "table": "table:topic.experiment",
    "claim": "claim:topic.name",
    "lecture": "lecture:course/lesson@h:mm:ss",
    "term": "term:name",
    "dated": "dated:2022-07-21, or with ?review=2023-07-21",
}
TIME = re.compile(
    r"(?<!!)\[(?:(?P<code>[A-Za-z0-9][\w./-]*)@(?P<at>\d{1,3}(?::\d{1,2}){1,2})|(?P<time>\d{1,2}:\d{1,2}:\d{1,2}))\]"
    r"(?!\(|:[ \t]*<?[a-z]+://)"
)
_DEFINITION = re.compile(r"^ {0,3}\[(?P<id>[^\]\n]+)\]:[ \t]*<?(?P<href>[^\s>]+)", re.MULTILINE)
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_ADDRESS = re.compile(
    r"""(?<![\w-])(?:href|src|poster|action|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE
)


@dataclass(frozen=True)
class Reference:
    """One reference on a page. text: as written, on one line.

    A bare time is the lecture "@1:08:22". A citation has the scheme "cite", which no address has.
    """

    path: Path
    line: int
    scheme: str
    name: str
    settings: dict[str, Any]
    scale: str
    text: str
    image: bool
    alone: bool

    @property
    def target(self) -> Target:
        """The target, without the place and the text of the reference."""
        return Target(self.scheme, self.name, self.settings, self.scale)


def scan(text: str, path: Path, context: Context = Context()) -> tuple[list[Reference], list[Problem]]:
    """Every reference of a page in the order of the text, and every problem with their form."""
    masked, problems = prose(text), list[Problem]()
    headings = heading_lines(masked)
    references = sorted([
        *_links(masked, text, path, context, problems), *_cited(masked, path), *_times(masked, path, problems),
    ], key=lambda pair: pair[0])  # fmt: skip
    for _, reference in references:
        problems += _misplaced(reference, reference.line in headings)
    inside = [(link.text_start, link.text_end) for link in links(masked) if not link.image]
    for match in (*citations.CITATION.finditer(masked), *TIME.finditer(masked)):
        if any(first <= match.start() < last for first, last in inside):
            what, line = f"a link inside a link: {match[0]}", line_of(text, match.start())
            problems.append(Problem(what, path, line, ("links do not nest",), "put it after the link"))
    problems += _outside_inline_links(masked, text, path)
    unique = dict.fromkeys(problems)
    return [reference for _, reference in references], sorted(unique, key=lambda p: p.line or 0)


def _links(
    masked: str, text: str, path: Path, context: Context, problems: list[Problem]
) -> Iterator[tuple[int, Reference]]:
    """(offset, reference) of inline links and images with a scheme of ours."""
    outer_end, outer_ours = -1, False
    for link in links(masked):
        line = line_of(text, link.start)
        problem = scheme_problem(link.href)
        if problem:
            problems.append(Problem(problem[0], path, line, (), problem[1]))
        target = None
        try:
            target = parse_href(link.href, context)
        except Malformed as error:
            problems.append(Problem(str(error), path, line, (f"the form is {_form(link.href)}",), error.fix))
        if link.start < outer_end and not link.image and (target or outer_ours):
            fix = "close the link first; a claim follows the sentence: [](claim:topic.name)"
            problems.append(Problem(f"a link inside a link: {link.href}", path, line, ("links do not nest",), fix))
        if link.text_end > outer_end:  # an image's title may contain links: it becomes the caption
            outer_end, outer_ours = link.text_end, target is not None
        if target is not None:
            words = " ".join(text[link.text_start : link.text_end].split())
            yield link.start, Reference(path, line, *target, words, link.image, alone(masked, link))


def _cited(masked: str, path: Path) -> Iterator[tuple[int, Reference]]:
    """(offset, reference) of every work in citations."""
    for match in citations.CITATION.finditer(masked):
        if not escaped(masked, match.start()):
            line, cited = line_of(masked, match.start()), match["cited"]
            for n, work in enumerate(citations.works(cited)):
                yield match.start() + n, Reference(path, line, "cite", work.key, {}, "sample", cited, False, False)


def _times(masked: str, path: Path, problems: list[Problem]) -> Iterator[tuple[int, Reference]]:
    """(offset, reference) of times in brackets."""
    for match in TIME.finditer(masked):
        if escaped(masked, match.start()):
            continue
        line, code, time = line_of(masked, match.start()), match["code"] or "", match["at"] or match["time"]
        wrong = time_problem(time)
        if wrong:
            problems.append(Problem(f"{match[0]} is not a time: {wrong[0]}", path, line, (), wrong[1]))
        else:
            name, words = f"{code}@{time}", match[0][1:-1]
            yield match.start(), Reference(path, line, "lecture", name, {}, "sample", words, False, False)


def _form(href: str) -> str:
    return FORMS[href.partition(":")[0]]


def _misplaced(reference: Reference, heading: bool) -> Iterator[Problem]:
    scheme, path, line = reference.scheme, reference.path, reference.line
    href = write_href(reference.target) if scheme != "cite" else f"[{reference.text}]"
    if heading:
        yield Problem(f"a reference in a heading: {href}", path, line, (), "move it into the text below the heading")
    elif scheme in BLOCKS and not reference.alone:
        fix = "put it on a line of its own, with an empty line above and below"
        yield Problem(f"{href} is not alone in its paragraph", path, line, (), fix)
    if scheme == "figure" and not reference.image:
        yield Problem(f"a figure is an image: {href}", path, line, (), f"write ![{reference.text}]({href})")
    if scheme != "figure" and reference.image:
        yield Problem(f"{scheme}: is a link, not an image", path, line, (), f"write [{reference.text}]({href})")


def _outside_inline_links(masked: str, text: str, path: Path) -> Iterator[Problem]:
    """Problems with addresses in raw HTML and in reference-style definitions."""
    for tag in _TAG.finditer(masked):
        for attribute in _ADDRESS.finditer(text, tag.start(), tag.end()):
            href = next(value for value in attribute.groups() if value is not None).strip()
            line = line_of(text, attribute.start())
            problem = scheme_problem(href)
            if problem:
                yield Problem(problem[0], path, line, ("in raw HTML",), problem[1])
            elif href.partition(":")[0] in SCHEMES and ":" in href:
                yield Problem(f"{href} is in raw HTML", path, line, (), f"write it in Markdown: [text]({href})")
    for definition in _DEFINITION.finditer(masked):
        href, line = definition["href"], line_of(text, definition.start())
        problem = scheme_problem(href)
        if problem and not definition["id"].startswith("^"):
            yield Problem(problem[0], path, line, (), problem[1])
        elif href.partition(":")[0] in SCHEMES and ":" in href and not definition["id"].startswith("^"):
            what = f"{href} is in a reference-style definition"
            yield Problem(what, path, line, (), f"write it where it is used: [text]({href})")
