"""Which parts of a Markdown page are prose, and where its links, headings and formulas are.

Everything that is not prose is blanked rather than cut, so that offsets and lines stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coursenotes.discover.text.formulas import IN_LINE

CODE = "\0"  # replaces each character of inline code: not a space, and not matched by any pattern

# The same as in mkdocs, which reads these lines too.
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?\n)(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")  # its opening line
_CODE_OR_COMMENT = re.compile(
    r"(?<!\\)(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t>]*\n).)+?(?<!`)(?P=ticks)(?!`)|<!--.*?-->", re.DOTALL
)
_CONTAINER = re.compile(r"[ \t>]*(?:[-*+][ \t]|\d+[.)][ \t]|!!!|\?\?\?|===|\[\^[^\]]+\]:|:[ \t])")

_DESTINATION = re.compile(
    r"""\]\(\s*(?:<(?P<angle>[^<>\n]*)>|(?P<plain>(?:[^\s()<>]|\([^\s()]*\))*))(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)"""
)
_LINKED = re.compile(rf"(?P<image>!?)\[(?P<text>[^\[\]]*){_DESTINATION.pattern}")
_UNDERLINE = re.compile(r"[=-]+[ ]*$")
_BOUNDARY = re.compile(r"[\s>]*(?:#{1,6}(?:\s|$)|!!!|\?\?\?|===|</?[A-Za-z][^<>]*>\s*$|$)")


@dataclass(frozen=True)
class Link:
    """One inline link or image: offsets of the whole and of its text in the page, and its address."""

    start: int
    end: int
    text_start: int
    text_end: int
    href: str
    image: bool


def prose(text: str) -> str:
    """The page with front matter, code, and comments blanked. -> text of the same length with the same lines.

    Fenced and indented code, front matter and HTML comments become spaces; inline code becomes CODE characters.
    Text that is indented below a list item, an admonition, a tab or a footnote is prose.
    """
    text = front_matter_blanked(text)
    lines = text.split("\n")
    for first, last in fence_spans(lines):
        lines[first : last + 1] = [" " * len(line) for line in lines[first : last + 1]]
    _blank_indented(lines)
    return _CODE_OR_COMMENT.sub(_blank_match, "\n".join(lines))


def front_matter_blanked(text: str) -> str:
    """The page with its YAML front matter as spaces."""
    return FRONT_MATTER.sub(lambda match: blank(match[0]), text)


def blank(text: str, by: str = " ") -> str:
    """The text with every character except line ends replaced."""
    return "".join("\n" if character == "\n" else by for character in text)


def line_of(text: str, offset: int) -> int:
    """The line, from 1, of this offset."""
    return text.count("\n", 0, offset) + 1


def links(masked: str) -> Iterator[Link]:
    """The inline links and images of a page whose code is blanked, outer ones before those inside them."""
    opened: list[int] = []
    closed: list[Link] = []
    formulas = [match.span() for match in IN_LINE.finditer(masked)] if "[" in masked else []
    for match in re.finditer(r"\\.|\[|\]|\n[ \t>]*\n", masked, re.DOTALL):
        while formulas and formulas[0][1] <= match.start():
            formulas.pop(0)
        if match[0].startswith("\n"):
            opened.clear()  # a link ends with its paragraph
        elif formulas and formulas[0][0] <= match.start():
            continue  # $f[i](x)$ is not a link
        elif match[0] == "[":
            opened.append(match.start())
        elif match[0] == "]" and opened:
            first = opened.pop()
            rest = _DESTINATION.match(masked, match.start())
            if rest:
                image = first > 0 and masked[first - 1] == "!" and not escaped(masked, first - 1)
                href = rest["angle"] if rest["angle"] is not None else rest["plain"]
                closed.append(Link(first - image, rest.end(), first + 1, match.start(), href.strip(), image))
    yield from sorted(closed, key=lambda link: link.start)


def escaped(text: str, offset: int) -> bool:
    """Whether an odd number of backslashes precedes this offset."""
    first = offset
    while first and text[first - 1] == "\\":
        first -= 1
    return (offset - first) % 2 == 1


def heading_lines(masked: str) -> set[int]:
    """The lines, from 1, that are headings of a page whose code is blanked."""
    lines = masked.split("\n")
    headings = {n for n, line in enumerate(lines, 1) if re.match(r"[ >]{0,3}#{1,6}", line)}
    for n in range(1, len(lines)):
        starts_block = n < 2 or not lines[n - 2].strip()
        if _UNDERLINE.match(lines[n]) and lines[n - 1].strip() and starts_block:
            headings.add(n)
    return headings


def alone(masked: str, link: Link) -> bool:
    """Whether the link is the only thing in its paragraph."""
    before, after = masked[: link.start].split("\n"), masked[link.end :].split("\n")
    if before[-1].strip(" \t>") or after[0].strip():
        return False
    above = before[-2] if len(before) > 1 else ""
    below = after[1] if len(after) > 1 else ""
    return bool((_BOUNDARY.match(above) or _UNDERLINE.match(above)) and _BOUNDARY.match(below))


def links_as_words(text: str, *, images: bool = True) -> str:
    """Markdown with each link as its text, and each image as its description, or removed if images is False."""
    return _LINKED.sub(lambda match: match["text"] if images or not match["image"] else "", text)


def plain(text: str) -> str:
    """A line of Markdown as plain words: links as their text; images, notes, times, citations, comments left out."""
    text = links_as_words(re.sub(r"<!--.*?-->|\[\^[^\]]*\]", "", text), images=False)
    text = re.sub(r"\[[^\[\]]*(?:@|\d:\d\d)[^\[\]]*\]|</?[A-Za-z][^<>]*>|[*`|]|(?<!\w)_|_(?!\w)", "", text)
    text = re.sub(r"^[\s>]*(?:#+|[-+]|\d+[.)])\s+", "", text)
    return re.sub(r"\s+([.,;:])", r"\1", " ".join(text.split()))


def _blank_match(match: re.Match[str]) -> str:
    return blank(match[0], CODE if match["ticks"] else " ")


def fence_end(lines: list[str], number: int) -> int | None:
    """The line that closes the fence opened on a line; None where none is opened, or it is never closed."""
    opening = FENCE.match(lines[number])
    if opening is None:
        return None
    mark = opening["fence"]
    closing = re.compile(rf"^[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
    return next((n for n in range(number + 1, len(lines)) if closing.match(lines[n])), None)


def fence_spans(lines: list[str]) -> Iterator[tuple[int, int]]:
    """(first line, last line) of each closed fence, from 0; one that is never closed is text, as for the renderer."""
    number = 0
    while number < len(lines):
        last = fence_end(lines, number)
        if last is not None:
            yield number, last
            number = last
        number += 1


def _blank_indented(lines: list[str]) -> None:
    """Blank indented code: after an empty line, and not below a list or another container."""
    container, after_blank, in_code = False, True, False
    for number, line in enumerate(lines):
        if not line.strip():
            after_blank = True
            continue
        if not line.startswith(("    ", "\t")):
            container = bool(_CONTAINER.match(line)) or (container and not after_blank)
            in_code = False
        elif not container and (after_blank or in_code):
            lines[number], in_code = " " * len(line), True
        after_blank = False
