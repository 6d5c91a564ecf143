"""One note on its way in: read, turned, written again with blocks as bare text where a check finds them wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursenotes.errors import some
from coursenotes.importing import notebook, outline, place, read
from coursenotes.importing.convert import Turner
from coursenotes.importing.files import Files
from coursenotes.importing.parse import parse
from coursenotes.importing.times import Times, leading, strayed
from coursenotes.importing.tree import Node, Report, lost, short, unmarked
from coursenotes.importing.writer import Writer
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures

MANY = 10  # lines of times, from which on a note is a transcript


@dataclass
class Note:
    """A file that comes in. text is what people wrote; fields becomes its front matter."""

    path: Path
    report: Report
    text: str = ""
    root: Node = field(default_factory=lambda: Node("document", 1))
    given: dict[str, Any] = field(default_factory=dict)  # front matter of its own
    book: Any = None
    title: str = ""
    times: int = 0
    lecture: Lecture | None = None
    lesson: str = ""
    name: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    files: Files | None = None
    attached: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    safe: set[int] = field(default_factory=set)
    writer: Writer = field(default_factory=Writer)

    @property
    def plain(self) -> bool:
        return self.path.suffix.lower() in (".txt", ".text")

    @property
    def page(self) -> str:
        """What the page is called below docs/."""
        return f"{self.lesson.removesuffix('.md')}/{self.name}{'.ipynb' if self.book is not None else '.md'}"

    def open(self) -> None:
        """Read the file. Raises CoursenotesError."""
        if self.path.suffix.lower() == ".ipynb":
            self.book = notebook.read(self.path, self.report)
            self.text = notebook.words(self.book)
            self.root = notebook.tree(self.book, self.report)
        else:
            self.text = read.read(self.path, self.report)
            self.given, body = read.front_matter(self.text, self.report)
            if self.plain:
                body, self.report.places = read.separated(body)
            self.root = parse(body, self.report)
        self.times = leading(self.text)
        own = str(self.given.get("title") or "").strip()
        self.title = short(unmarked(own) or unmarked(outline.title_of(self.root, self.plain)), 120)

    def turn(self, lectures: Lectures, listed: Callable[[Lecture], bool], folder: Path, pages: dict[Path, str]) -> None:
        """Make its times, links, images, headings and footnotes ours."""
        self.files = Files(self.path, folder, self.name, pages)
        times = Times(lectures, self.lecture, self.report, listed)
        turner = Turner(self.report, times, self.files, self.times >= 3, embed=self.book is not None)
        turner.run(self.root)
        if self.lecture is not None:
            strayed(self.root, self.lecture, lectures, self.report)
        self.attached = turner.attachments
        outline.shape(self.root, self.title, self.plain, self.report)
        outline.name_footnotes(self.root, self.report)
        for node in self.root.walk():
            for mark in re.findall(r"\[\^[^\]\s]+\](?!:)", node.text if node.kind == "text" else ""):
                self.report.add(node.line, f"{mark} has no note", "kept as text")
        if not self.given.get("title"):  # a heading says it without the time that stood in it
            top = next(node for node in self.root.children if node.attrs.get("out") == 1)
            self.title = short(unmarked(top.words()) or self.title, 120)
            self.fields["title"] = self.title

    def written(self) -> str:
        """The text of the page, front matter included."""
        self.writer = Writer(frozenset(self.safe), notebook=self.book is not None)
        if self.book is None:
            return place.version_head(self.fields) + "\n" + self.writer.page(self.root)
        texts = {number: self.writer.page(part).rstrip("\n") for number, part in notebook.cells_of(self.root).items()}
        texts = {number: text for number, text in texts.items() if text}
        return notebook.write(self.book, texts, self.fields, self.attached)

    def give_way(self, line: int | None, what: str) -> bool:
        """Write the block on a line of the page as bare text from now on. -> whether that changes anything."""
        if line is None or self.book is not None:
            return False
        head = place.version_head(self.fields).count("\n") + 1
        block = self.writer.block_of(line - head)
        if block is None or block in self.safe:
            return False
        self.safe.add(block)
        self.report.add(
            self.root.children[block].line, f"would stop the build ({short(what, 90)})", "written as bare text"
        )
        return True

    def weigh(self, page: str) -> None:
        """Tell of words of the source that are not on the page, if the report does not say why."""
        missing = lost(self.text, page, self.report)
        if missing:
            lines = self.text.split("\n")
            at = next((n for n, line in enumerate(lines, 1) if missing[0] in line.casefold()), 0)
            shown = some(missing, 8)
            self.report.add(at, f"words that are not on the page: {shown}", "compare, and add them by hand")
