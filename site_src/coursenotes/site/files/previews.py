"""The previews of links: titles and first sentences of pages, in a file for tips.js.

They are taken from the finished pages, so that numbers are the measured ones, and from listed pages only.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from coursenotes.discover.text import cut, tex
from coursenotes.paths import Paths
from coursenotes.project import Project

FILE = "assets/previews.json"
LONGEST = 240  # columns of an opening, so that a tip stays short

_DRAWN = re.compile(r"<(svg|script|style|nav)\b.*?</\1>", re.DOTALL)  # long, and not shown in previews
_FULL_STOPS = ("。", "！", "？")  # no space follows them
_SKIPPED = (
    "admonition", "cn-around", "cn-cell", "cn-figure", "cn-links", "cn-missing", "cn-sign", "cn-time", "cn-tip",
    "footnote", "footnote-ref", "headerlink", "md-button",
)  # fmt: skip
_READ = ("h1", "h2", "h3", "p", "summary")  # a fold hides an answer: the preview shows its question
_VOID = ("br", "hr", "img", "input", "wbr", "source", "col")


def write(project: Project, folder: Path, address: str) -> None:
    """Write the file: {address: [title, opening, {anchor: [heading, first sentence]}]}."""
    previews = {}
    for page in project.knowledge.visibility.pages:
        url = Paths.page_url(page.name)
        path = folder / url / "index.html"
        if path.is_file():
            previews[url] = read(path.read_text(encoding="utf-8"))
    target = folder / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(previews, ensure_ascii=False, sort_keys=True, separators=(",", ":")), encoding="utf-8")


def read(text: str) -> list[object]:
    """[title, opening, {anchor: [heading, first sentence]}] of a finished page."""
    article = text.partition("<article")[2].partition("</article>")[0]
    parts = _Parts()
    parts.feed("<article" + _DRAWN.sub("", article))
    title, paragraphs, sections = "", [], {}  # type: ignore[var-annotated]
    anchor = ""
    for kind, name, words in parts.found:
        if kind == "h1":
            title = title or words
        elif kind == "p" and not anchor:
            paragraphs.append(words)
        elif kind == "p" and not sections[anchor][1]:
            sections[anchor][1] = _opening([words], one=True)
        elif kind != "p" and name:
            anchor, sections[name] = name, [words, ""]
    return [title, _opening(paragraphs), sections]


def _opening(paragraphs: list[str], *, one: bool = False) -> str:
    """The first sentences that fit into a tip, or only the first; a long one is cut between words."""
    opening = ""
    for sentence in (" ".join(each.split()) for words in paragraphs for each in cut.sentences(words)):
        longer = f"{opening}{'' if opening[-1:] in _FULL_STOPS else ' '}{sentence}" if opening else sentence
        if opening and cut.columns(longer) > LONGEST:
            break
        opening = longer
        if one:
            break
    return cut.cut(opening, LONGEST)


class _Parts(HTMLParser):
    """Parses an article into (kind, id, words) of its headings and paragraphs, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self._skipped = 0  # the number of open elements when one that is left out began; 0 outside
        self._kind, self._name, self._words = "", "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        self._open.append(tag)
        attributes = dict(attrs)
        if not self._skipped and set((attributes.get("class") or "").split()) & set(_SKIPPED):
            self._skipped = len(self._open)
        if tag == "math" and not self._skipped:
            self._words += tex.words(attributes.get("alttext") or "")
            self._skipped = len(self._open)
        if tag in _READ and not self._skipped and (tag == "summary" or "details" not in self._open):
            self._kind, self._name, self._words = tag, attributes.get("id") or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if self._skipped > len(self._open):
            self._skipped = 0
        if tag == self._kind:
            words = re.sub(r"\s+(?=[.,;:?!])", "", self._words.strip())
            if words:
                self.found.append(("p" if tag == "summary" else tag, self._name, words))
            self._kind = ""

    def handle_data(self, data: str) -> None:
        if self._kind and not self._skipped:
            self._words += data
