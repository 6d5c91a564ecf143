"""Checks the text fields of front matter: text that YAML reads as something else is reported, with the quotes to write.

YAML reads Yes as true, 1:08:22 as 4102, 1.10 as 1.1, 007 as 7, and drops everything after a #.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

import yaml

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.text.cut import cut
from coursenotes.discover.text.prose import FRONT_MATTER
from coursenotes.errors import Problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAGS = {
    "bool": "true or false", "int": "a number", "float": "a number", "timestamp": "a date", "null": "nothing",
    "seq": "a list", "map": "fields of its own", "binary": "bytes", "set": "a set",
}  # fmt: skip


def problems(page: PageInfo, texts: Collection[str], lists: Collection[str]) -> Iterator[Problem]:
    """The mistakes in the YAML above a page's text, each with its line.

    texts: the fields that are texts; lists: those that are lists of texts, or of mappings whose values are texts.
    """
    head = FRONT_MATTER.match(page.text)
    if head is not None:
        text = head["yaml"]
        node = yaml.compose(text, Loader=_LOADER)
        if isinstance(node, yaml.MappingNode):
            yield from _Fields(page, text).of(node, texts, lists)


class _Fields:
    """The fields of one page. text: the lines between its --- lines."""

    def __init__(self, page: PageInfo, text: str):
        self.page, self.text = page, text
        self.seen: set[int] = set()

    def of(self, node: yaml.MappingNode, texts: Collection[str], lists: Collection[str]) -> Iterator[Problem]:
        yield from self.repeated(node)
        for key, value in node.value:
            if key.value in texts:
                yield from self.scalar(key.value, value, f"{key.value}: ")
            elif key.value in lists:
                yield from self.items(key.value, value)

    def items(self, field: str, node: yaml.Node) -> Iterator[Problem]:
        """Mistakes in the texts of a list, or an empty value; whether it is a list is checked elsewhere."""
        empty = [node] if node.tag.endswith(":null") else []
        for item in node.value if isinstance(node, yaml.SequenceNode) else empty:
            if isinstance(item, yaml.MappingNode) and field == "sources":
                for key, value in item.value:
                    one = value.value if isinstance(value, yaml.SequenceNode) and key.value == "author" else [value]
                    for each in one:
                        yield from self.scalar(f"{field}: {key.value}", each, f"{key.value}: ")
            elif isinstance(item, yaml.ScalarNode):
                yield from self.scalar(field, item, "" if node is not item else f"{field}: ")

    def scalar(self, field: str, node: yaml.Node, before: str) -> Iterator[Problem]:
        """Mistakes in one text."""
        written = self.text[node.start_mark.index : node.end_mark.index].strip()
        after = self.text[node.end_mark.index :].partition("\n")[0]
        kind = node.tag.rpartition(":")[2]
        if isinstance(node, yaml.ScalarNode) and not node.value.strip():
            comment = re.match(r"\s*#.*", after)
            fix = f"{before}{_quoted(comment[0])}" if comment else f"{before}…, or take it out"
            yield self._problem(f"{field}: is empty", node, ("a # begins a comment",) if comment else (), fix)
        elif kind != "str":
            what = f"{field}: {cut(written, 60)} is not text; YAML reads it as {_TAGS.get(kind, kind)}"
            yield self._problem(what, node, (), f"{before}{_quoted(written)}")
        elif not getattr(node, "style", None) and re.match(r"[ \t]+#", after):
            what = f"{field}: ends before the #, which begins a comment"
            yield self._problem(what, node, (), f"{before}{_quoted(written + after)}, or put the comment above it")

    def repeated(self, node: yaml.Node) -> Iterator[Problem]:
        """Fields that appear twice, of which YAML takes the last, and values that YAML copies from elsewhere."""
        if id(node) in self.seen:
            return
        self.seen.add(id(node))
        mapping = node.value if isinstance(node, yaml.MappingNode) else []
        first: dict[str, int] = {}
        for key, _ in mapping:
            if key.tag.endswith(":merge"):
                yield self._problem("front matter merges fields with <<:", key, (), "them out")
            elif key.value in first:
                where = f"the first is on line {first[key.value]}"
                yield self._problem(f"{key.value}: appears twice", key, (where,), "it once")
            first.setdefault(str(key.value), key.start_mark.line + 2)
        items = [(item, item) for item in node.value] if isinstance(node, yaml.SequenceNode) else []
        for place, child in mapping or items:
            if id(child) in self.seen and not place.tag.endswith(":merge"):
                yield self._problem("front matter repeats a value by a name with *", place, (), "it out at each place")
            yield from self.repeated(child)

    def _problem(self, what: str, node: yaml.Node, details: tuple[str, ...], fix: str) -> Problem:
        return Problem(what, self.page.path, node.start_mark.line + 2, details, f"write {fix}")


def unread(text: str, line: int | None) -> str | None:
    """How to fix a line of front matter that is not YAML; None where that is not known."""
    match = re.match(r"(\s*(?:- )?\w+: +)([^\s\"'\[{|>].*)", text.split("\n")[line - 1]) if line else None
    return f"write {match[1].strip()} {_quoted(match[2])}" if match else None


def _quoted(written: str) -> str:
    """A text in quotes, so that YAML reads it as it is written."""
    return json.dumps(" ".join(written.split()), ensure_ascii=False)
