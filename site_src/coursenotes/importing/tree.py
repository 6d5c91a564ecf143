"""The tree that a note is read into, and the report of everything that was lost or changed in meaning."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from coursenotes.discover.text import cut


@dataclass
class Node:
    """A block or an inline node: its kind, the line of the source that it is on, its text, its children."""

    kind: str
    line: int = 0
    text: str = ""
    attrs: dict[str, Any] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the text."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def words(self) -> str:
        """The text that a reader sees, on one line."""
        parts = []
        for node in self.walk():
            if node.kind in ("text", "code", "math", "time"):
                parts.append(node.text)
            elif node.kind == "image":
                parts.append(node.attrs.get("alt", ""))
            elif node.kind in ("soft", "break"):
                parts.append(" ")
        return " ".join("".join(parts).split())


INLINE = {"text", "code", "strong", "em", "del", "link", "image", "soft", "break", "math", "html", "note", "comment",
          "time"}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing that was lost or changed in meaning, and what was done with it. line 0: the file as a whole."""

    line: int
    what: str
    action: str


@dataclass
class Report:
    """The report of one file. removed holds the texts that are not in the page; each is in an item or was counted."""

    path: Path
    items: list[Item] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    converted: Counter[str] = field(default_factory=Counter)
    places: list[int] = field(default_factory=list)  # each line's number in the source, where that is another

    def add(self, line: int, what: str, action: str, removed: str = "") -> None:
        """Report one thing; removed is the text of the source that is no longer in the page."""
        item = Item(line, " ".join(what.split()), action)
        if item not in self.items:
            self.items.append(item)
        if removed:
            self.removed.append(removed)

    def count(self, what: str, source: str = "") -> None:
        """Count something that was converted and means the same; source is its text where the page has another."""
        self.converted[what] += 1
        if source:
            self.removed.append(source)

    def lines(self) -> list[str]:
        """The report as lines, in the order of the source."""
        return [
            f"{self.path}:{f'{self.place(item.line)}:' if item.line else ''} {item.what}: {item.action}"
            for item in sorted(self.items, key=lambda item: item.line)
        ]

    def place(self, line: int) -> int:
        """The line of the source of a line of the parsed text."""
        return self.places[line - 1] if 0 < line <= len(self.places) else line


def short(text: str, most: int = 60) -> str:
    """A text on one line, cut where it is long."""
    return cut.cut(text, most)


def unmarked(text: str) -> str:
    """A title without HTML: themes write titles into pages as they are."""
    return re.sub(r"</?[A-Za-z][^<>]*>", "", text).replace("<", "‹").replace(">", "›").strip()


def ascii_letters(text: str) -> str:
    """A name in small letters without accents: Zoë Ünal -> zoe unal."""
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()


def words(text: str) -> list[str]:
    """The words of a text, whatever marks are around them: in small letters, numbers without leading zeros."""
    found = re.findall(r"[^\W_]+", html.unescape(unquote(text)).casefold())
    return [word.lstrip("0") or "0" if word.isdecimal() else word for word in found]


def lost_words(source: str, output: str, report: Report) -> list[str]:
    """The words of a source that are neither in the output nor in the report."""
    expected = words(re.sub(r"(?m)^[\s>]*(?:[-*+]\s+)*\d{1,9}[.)](?=\s|$)", " ", source))  # lists are numbered anew
    left = Counter(expected)
    written = Counter(words(output)) + Counter(words(" ".join(report.removed)))
    left.subtract(written)
    joined = "\n".join(word for word in written if left[word] < 0)  # two words may have been joined
    return [word for word in dict.fromkeys(expected) if left[word] > 0 and word not in joined]
