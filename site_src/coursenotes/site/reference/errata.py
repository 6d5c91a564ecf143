"""Every correction on one page: those of each lecture by time, then those of our own notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coursenotes.discover.headings import page_title
from coursenotes.discover.text.addresses import WEB, parse_time, write_href, write_time
from coursenotes.discover.text.prose import links, prose
from coursenotes.discover.text.references import BLOCKS, TIME
from coursenotes.knowledge.facts.errata import TO_CHECK, Erratum
from coursenotes.site.html import front_matter

if TYPE_CHECKING:
    from coursenotes.knowledge.lectures.lectures import Lectures
    from coursenotes.project import Project

_BLOCK = re.compile(rf"!?\[[^\]]*\]\((?:{'|'.join(BLOCKS)}):")
_COMMENT = re.compile(r"<!--.*?-->")
KINDS = {"erratum": "slip", "refuted": "refuted", "correction": "corrected"}


def page(project: Project) -> str:
    """The page as Markdown."""
    boxes = [box for box in project.knowledge.errata if project.knowledge.visibility.page(box.page.name)]
    parts = front_matter("Errata", "Every correction of a lecture or a note, with what shows that it is right")
    parts += [
        "", "# Errata", "",
        "What a lecture says by a slip, what measurement does not bear out, and what one of these notes had wrong.",
        "Each correction stands in its place, where its title leads, "
        "and names what shows that it is right: a claim with its test, a number, or a source.", "",
    ]  # fmt: skip
    of_lectures = [box for box in boxes if box.kind != "correction"]
    order = {lecture.id: number for number, lecture in enumerate(project.knowledge.lectures.all())}
    groups: dict[str, list[Erratum]] = {}
    for box in sorted(of_lectures, key=lambda box: (order.get(_id(box), len(order)), box.near, box.page.name)):
        groups.setdefault(_id(box), []).append(box)
    for name, there in groups.items():
        parts += [f"## {_heading(project.knowledge.lectures, name)}", "", *(_entry(box) for box in there), ""]
    corrected = [box for box in boxes if box.kind == "correction"]
    if corrected:
        corrected.sort(key=lambda box: (str(box.day or ""), box.page.name), reverse=True)
        parts += ["## Corrections of these notes", "", *(_entry(box) for box in corrected), ""]
    return "\n".join(parts) if boxes else "\n".join([*parts, "There is none yet.", ""])


def _id(box: Erratum) -> str:
    return box.lecture.id if box.lecture else ""


def _heading(lectures: Lectures, name: str) -> str:
    """Practical Deep Learning for Coders 2022, 8: Convolutions (CNNs)."""
    lecture = lectures.get(name)
    if lecture is None:
        return "Of no lecture"
    return f"{lectures.courses[lecture.course].title}, {lecture.name}: {lecture.title}"


def _entry(box: Erratum) -> str:
    """One correction as an item of a list: when, what, its first sentences, its evidence, its page."""
    when = f"{_time(box, box.seconds)} " if box.seconds is not None else ""
    when = f"{box.day} " if box.kind == "correction" and box.day else when
    title = box.plain_title.replace("[", r"\[").replace("]", r"\]")
    head = f"- {when}**[{title}](../{box.page.name}#{box.anchor})** {_aside(KINDS[box.kind])}"
    first = _elsewhere(_sentences(box.text), box)
    section = f", {box.section}" if box.section else ""
    rest = [first, " ".join(_shown(box, first)), _aside(f"On {page_title(box.page)}{section}")]
    return "\n".join([f"{head}<br>", *(f"    {line}<br>" for line in rest if line)]).removesuffix("<br>") + "\n"


def _aside(words: str) -> str:
    return f'<span class="cn-aside">{words}</span>'


def _time(box: Erratum, seconds: int) -> str:
    """A link to a second of the box's lecture, by the time alone."""
    return f"[{write_time(seconds)}](lecture:{_id(box)}@{write_time(seconds)})"


def _sentences(text: str, most: int = 2) -> str:
    """The first lines of a box, which are sentences by our style, of its first paragraph of prose."""
    sentences: list[str] = []
    for line, visible in zip(text.split("\n"), prose(text).split("\n"), strict=True):
        enough = len(sentences) >= most and not sentences[-1].endswith(":")
        if visible.strip() and not line.startswith(TO_CHECK) and not _BLOCK.match(line) and not enough:
            sentences.append(_COMMENT.sub("", line).strip())
        elif sentences:
            break
    return " ".join(sentences)


def _shown(box: Erratum, first: str) -> Iterator[str]:
    """The evidence for a correction, without what its first sentences name already."""
    claims = dict.fromkeys(write_href(r.target) for r in box.shown_by if r.scheme == "claim")
    yield from (f"[]({href})" for href in claims if f"({href})" not in first)
    named = [("measured", "number"), ("table", "table"), ("figure", "figure"), ("code", "piece of code")]
    named = [(scheme, word) for scheme, word in named if f"({scheme}:" not in first]
    counts = [(sum(r.scheme == scheme for r in box.references), word) for scheme, word in named]
    words = [f"{count} {word}{'s' * (count > 1 and word[-1] != 'e')}" for count, word in counts if count]
    if words:
        yield _aside(f"With {', '.join(words)}.")
    for line in box.text.split("\n"):
        if line.startswith(TO_CHECK):
            yield _aside(_elsewhere(_COMMENT.sub("", line).strip(), box))


def _elsewhere(text: str, box: Erratum) -> str:
    """A line of another page rewritten for this page: bare times with their lecture, links relative to this page."""
    masked = prose(text)
    for link in sorted(links(masked), key=lambda link: link.start, reverse=True):
        scheme = link.href.partition(":")[0]
        if ":" in link.href and scheme in WEB:
            continue
        if ":" not in link.href:
            href = _moved(link.href, box)
            text = text[: link.text_end] + f"]({href})" + text[link.end :]
        elif scheme in BLOCKS:
            text = text[: link.start] + text[link.text_start : link.text_end] + text[link.end :]
    if box.seconds is not None:  # it is in front already
        text = re.sub(rf"\s*\[0*{write_time(box.seconds)}\](?!\()", "", text)
    return TIME.sub(lambda match: _time(box, parse_time(match["time"])) if match["time"] else match[0], text)


def _moved(href: str, box: Erratum) -> str:
    """A relative address of the box's page, from this page."""
    path, hash_, anchor = href.partition("#")
    if not path:
        return f"../{box.page.name}#{anchor}"
    parts: list[str] = []
    for part in (*PurePosixPath(box.page.name).parent.parts, *PurePosixPath(path).parts):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "../" + "/".join(parts) + hash_ + anchor
