"""Checks how a note begins: its question, three sentences that answer it, and a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.headings import sections
from coursenotes.discover.text import cells, words
from coursenotes.discover.text.cut import sentence_spans
from coursenotes.discover.text.prose import CODE, line_of, links, prose
from coursenotes.errors import Problem
from coursenotes.paths import Paths

SENTENCES = 3
_BLOCK = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+")


def problems(catalog: Catalog) -> Iterator[Problem]:
    """The notes that do not begin with a question, three sentences and a picture."""
    topics = set(catalog.paths.topics())
    for name, page in catalog.pages.items():
        if Paths.is_concept(name) and page.path.suffix == ".md" and page.path.stem in topics:
            yield from of_page(page)


def of_page(page: PageInfo) -> Iterator[Problem]:
    """Everything that is wrong with the first three paragraphs of a note."""
    text, masked = words.readable(page.text), prose(page.text)
    pictures = [link.start for link in links(masked) if link.image]
    for cell in cells.scan(page.text):
        if "alt" in cell.attrs:  # it draws: its first line is the picture
            pictures.append(_offset(page.text, cell.line - 1))
            masked = masked[: pictures[-1]] + CODE + masked[pictures[-1] + 1 :]
    title = next((section.line for section in sections(page.text) if section.level == 1), 0)
    blocks = [match.span() for match in _BLOCK.finditer(masked, _offset(page.text, title + 1))][:3]
    question, answer, picture = (*blocks, *[(len(text), len(text))] * 3)[:3]
    if not text[slice(*question)].rstrip().endswith("?"):
        yield _problem(page, question, "a note begins with its question, which ends with ?",
                       "write the question below the title, in a paragraph of its own")  # fmt: skip
    number = len(sentence_spans(text[slice(*answer)]))
    if number != SENTENCES:
        what = f"the question is answered in {SENTENCES} sentences; here {'is' if number == 1 else 'are'} {number}"
        yield _problem(page, answer, what, "say what it is, why it works, and when it does not, in one paragraph")
    if not any(picture[0] <= each < picture[1] for each in pictures):
        yield _problem(page, picture, "after the answer comes a picture",
                       "write ![what it shows](figure:name) in a paragraph of its own")  # fmt: skip


def _offset(text: str, line: int) -> int:
    """The offset of a line's first character, lines being counted from 1."""
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1])


def _problem(page: PageInfo, span: tuple[int, int], what: str, fix: str) -> Problem:
    return Problem(what, page.path, line_of(page.text, min(span[0], len(page.text.rstrip()))), (), fix)
