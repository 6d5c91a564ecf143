"""What readers call things, from docs/synonyms.yml: other spellings of a word, and other words for what a page treats.

words:                             # a word that begins like one of the right is searched as the beginning on the left
  initializ: [initialis]           # initialised, initialisation and initialized find initialization
pages:                             # the page is found by these words too
  concepts/training_factors.md: [weight decay, L2 penalty]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursenotes.discover.catalog import Catalog
from coursenotes.discover.text.yaml_lines import pairs, root, written
from coursenotes.errors import Problem, Problems, unknown

PARTS = ("words", "pages")
_WORD = re.compile(r"[a-z]{3,}")


@dataclass
class Synonyms:
    """Beginnings of words by the one that they are searched as; words of readers by page; mistakes, lines of pages."""

    path: Path
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    wrong: list[Problem] = field(default_factory=list)


def load(path: Path) -> Synonyms:
    """Read synonyms.yml. A file that is not there has none."""
    synonyms, wrong = Synonyms(path), Problems()
    if path.is_file():
        for part, node, _ in pairs(root(path, wrong), path, wrong, "the synonyms", PARTS):
            for name, value, line in pairs(node, path, wrong, part):
                said = _list(name, written(value), path, line, wrong)
                if part == "words":
                    _words(synonyms, name, said, line, wrong)
                else:
                    synonyms.pages[name], synonyms.lines[name] = said, line
    synonyms.wrong = wrong.all
    return synonyms


def problems(synonyms: Synonyms, catalog: Catalog) -> Iterator[Problem]:
    """The mistakes in the file: its form, a beginning in two entries, unknown pages."""
    yield from synonyms.wrong
    for page, line in synonyms.lines.items():
        if page not in catalog.pages:
            yield unknown("page", page, catalog.pages, synonyms.path, line, "{}:", "name a page below docs/")


def _list(name: str, value: Any, path: Path, line: int, wrong: Problems) -> tuple[str, ...]:
    """The words of an entry; whatever else is there is added to the problems."""
    if not isinstance(value, list) or not value or not all(isinstance(word, str) and word.strip() for word in value):
        wrong.add(f"{name} is not a list of words", path, line, fix=f"write {name}: [word, several words]")
        return ()
    said = tuple(" ".join(word.split()) for word in value)
    for word in {word for word in said if said.count(word) > 1}:
        wrong.add(f"{name} names {word} twice", path, line, fix="remove one of them")
    return said


def _words(synonyms: Synonyms, name: str, others: tuple[str, ...], line: int, wrong: Problems) -> None:
    """Add beginnings of words, of which each is of one entry only, so that no order of the entries matters."""
    taken = {begin: entry for entry, begins in synonyms.words.items() for begin in (entry, *begins)}
    for begin in (name, *others):
        if not _WORD.fullmatch(begin):
            wrong.add(
                f"{begin} is not the beginning of a word", synonyms.path, line, fix="write three small letters or more"
            )
        for other, entry in taken.items():
            if begin.startswith(other) or other.startswith(begin):
                wrong.add(f"{begin} of {name} begins like {other} of {entry}", synonyms.path, line,
                          fix="put them into one entry, or write more letters")  # fmt: skip
    synonyms.words[name] = others
