"""One note during its import: read, converted, and written again with blocks as bare text where a check fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursenotes.errors import some
from coursenotes.importing import notebook, outline, place, read
from coursenotes.importing.convert import Converter
from coursenotes.importing.files import NoteFiles
from coursenotes.importing.parse import parse
from coursenotes.importing.times import TimeFinder, leading_times, report_strays
from coursenotes.importing.tree import Node, Report, lost_words, short, unmarked
from coursenotes.importing.writer import Writer
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures

TRANSCRIPT_TIMES = 10  # lines that begin with times, from which on a note is a transcript


@dataclass
class Note:
    """A file that is imported. text: what people wrote in it; fields: the front matter of its page."""

    path: Path
    report: Report
    text: str = ""
    root: Node = field(default_factory=lambda: Node("document", 1))
    front_matter: dict[str, Any] = field(default_factory=dict)  # its own, as read
    book: Any = None
    title: str = ""
    times: int = 0
    lecture: Lecture | None = None
    lesson: str = ""
    name: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    files: NoteFiles | None = None
    attached: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    bare: set[int] = field(default_factory=set)
    writer: Writer = field(default_factory=Writer)

    @property
    def plain(self) -> bool:
        return self.path.suffix.lower() in (".txt", ".text")

    @property
    def page(self) -> str:
        """The name of the page below docs/."""
        return f"{self.lesson.removesuffix('.md')}/{self.name}{'.ipynb' if self.book is not None else '.md'}"

    def open(self) -> None:
        """Read the file. Raises CoursenotesError."""
        if self.path.suffix.lower() == ".ipynb":
            self.book = notebook.read(self.path, self.report)
            self.text = notebook.words(self.book)
            self.root = notebook.tree(self.book, self.report)
        else:
            self.text = read.read(self.path, self.report)
            self.front_matter, body = read.front_matter(self.text, self.report)
            if self.plain:
                body, self.report.places = read.separate_lists(body)
            self.root = parse(body, self.report)
        self.times = leading_times(self.text)
        title = str(self.front_matter.get("title") or "").strip()
        self.title = short(unmarked(title) or unmarked(outline.title_of(self.root, self.plain)), 120)

    def convert(
        self, lectures: Lectures, listed: Callable[[Lecture], bool], folder: Path, pages: dict[Path, str]
    ) -> None:
        """Convert its times, links, images, headings and footnotes."""
        self.files = NoteFiles(self.path, folder, self.name, pages)
        times = TimeFinder(lectures, self.lecture, self.report, listed)
        converter = Converter(self.report, times, self.files, self.times >= 3, embed=self.book is not None)
        converter.run(self.root)
        if self.lecture is not None:
            report_strays(self.root, self.lecture, lectures, self.report)
        self.attached = converter.attachments
        outline.shape(self.root, self.title, self.plain, self.report)
        outline.name_footnotes(self.root, self.report)
        for node in self.root.walk():
            for mark in re.findall(r"\[\^[^\]\s]+\](?!:)", node.text if node.kind == "text" else ""):
                self.report.add(node.line, f"{mark} has no note", "kept as text")
        if not self.front_matter.get("title"):  # the heading has it without the time that was in it
            top = next(node for node in self.root.children if node.attrs.get("out") == 1)
            self.title = short(unmarked(top.words()) or self.title, 120)
            self.fields["title"] = self.title

    def page_text(self) -> str:
        """The text of the page, front matter included."""
        self.writer = Writer(frozenset(self.bare), notebook=self.book is not None)
        if self.book is None:
            return place.version_head(self.fields) + "\n" + self.writer.page(self.root)
        texts = {number: self.writer.page(part).rstrip("\n") for number, part in notebook.cells_of(self.root).items()}
        texts = {number: text for number, text in texts.items() if text}
        return notebook.write(self.book, texts, self.fields, self.attached)

    def fall_back_to_text(self, line: int | None, what: str) -> bool:
        """From now on, write the block on a line of the page as bare text. -> whether that changes anything."""
        if line is None or self.book is not None:
            return False
        head = place.version_head(self.fields).count("\n") + 1
        block = self.writer.block_of(line - head)
        if block is None or block in self.bare:
            return False
        self.bare.add(block)
        what = f"would stop the build ({short(what, 90)})"
        self.report.add(self.root.children[block].line, what, "written as bare text")
        return True

    def report_lost_words(self, page: str) -> None:
        """Report words of the source that are not on the page for no reason in the report."""
        missing = lost_words(self.text, page, self.report)
        if missing:
            lines = self.text.split("\n")
            at = next((n for n, line in enumerate(lines, 1) if missing[0] in line.casefold()), 0)
            what = f"words that are not on the page: {some(missing, 8)}"
            self.report.add(at, what, "compare, and add them by hand")
