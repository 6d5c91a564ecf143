"""Values that go stale: [486](dated:2022-07-21?review=2023-07-21) was true on that day, and is to be reviewed later.

Without review=, that is a year later. A value that is due never fails a build: time alone breaks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from coursenotes import dates
from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.text.addresses import Target
from coursenotes.discover.text.prose import plain
from coursenotes.discover.text.references import Reference
from coursenotes.errors import Problem

REVIEW = "review"


@dataclass(frozen=True)
class Fact:
    """One value on a page: the nth of its page, from 1, with its sentence."""

    page: PageInfo
    line: int
    nth: int
    value: str
    sentence: str
    day: date
    review: date

    @property
    def path(self) -> Path:
        return self.page.path

    @property
    def place(self) -> str:
        """Its id in the list of all."""
        return place(self.page.name, self.nth)


def place(page: str, nth: int) -> str:
    """The id of a page's nth dated value in the list of all."""
    return f"{re.sub(r'[^a-z0-9]+', '-', page.removesuffix('.md').casefold())}-{nth}"


def days(target: Target) -> tuple[date, date]:
    """(the day of a value, the day from which it is due). Raises ValueError where one is not a date."""
    day = dates.parse(target.name)
    review = target.settings.get(REVIEW)
    return day, dates.parse(review) if review is not None else _a_year_after(day)


def facts(pages: Iterable[PageInfo]) -> Iterator[Fact]:
    """The dated values of these pages in their order; those whose days cannot be read are left out."""
    for page in pages:
        lines = page.text.split("\n")
        for nth, reference in enumerate((r for r in page.references if r.scheme == "dated"), 1):
            try:
                day, review = days(reference.target)
            except ValueError:
                continue
            value = plain(reference.text)
            sentence = _sentence(lines[reference.line - 1], value)
            yield Fact(page, reference.line, nth, value, sentence, day, review)


def due(pages: Iterable[PageInfo], today: date) -> list[Fact]:
    """The dated values that are due for review today, the longest due first."""
    return sorted((f for f in facts(pages) if f.review <= today), key=lambda f: (f.review, f.page.name, f.line))


def next_due(pages: Iterable[PageInfo], today: date) -> date | None:
    """The first day after today on which another value is due; None where none will be."""
    return min((fact.review for fact in facts(pages) if fact.review > today), default=None)


def problems(reference: Reference, today: date) -> Iterator[Problem]:
    """The mistakes in one dated value."""
    place = reference.path, reference.line
    if not reference.text:
        yield Problem(f"dated:{reference.name} has no text, which is the value", *place, (), "write [486](dated:…)")
    try:
        day, review = days(reference.target)
    except ValueError as error:
        fix = "write dated:2022-07-21, with ?review=2023-07-21 where it is known"
        yield Problem(f"dated: {error}", *place, (), fix)
        return
    if day > today:
        what = f"{reference.text} is dated {day}, which is in the future"
        yield Problem(what, *place, (), "write the day on which it was looked up")
    if review <= day:
        what = f"{reference.text} is to be reviewed on {review}, which is not after {day}"
        yield Problem(what, *place, (), "write a later day, or leave ?review= out: then it is a year later")


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)


def _sentence(line: str, value: str) -> str:
    """The sentence of a line that holds the value, as plain text."""
    text = plain(line)
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ0-9])", text)
    return next((sentence for sentence in sentences if value in sentence), text)
