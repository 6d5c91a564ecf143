"""Which pages of a folder belong together: the folder's index page names the subjects, each page its own.

    docs/concepts/index.md      subjects: [Recommenders, Convolutions]
    docs/concepts/channels.md   subject: Convolutions

Within a subject, pages stand in the order in which the lectures come to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.headings import page_title
from coursenotes.knowledge.lectures.lectures import Lectures


def named(meta: Mapping[str, Any]) -> list[str]:
    """The subjects that an index page's front matter names, in its order; none where it is not a list."""
    subjects = meta.get("subjects")
    return [str(subject) for subject in subjects] if isinstance(subjects, list) else []


def of_page(page: PageInfo, pages: Mapping[str, PageInfo]) -> list[str]:
    """The subjects that a page may belong to: those of the index page beside it."""
    index = pages.get(str(PurePosixPath(page.name).with_name("index.md")))
    return named(index.meta) if index else []


def grouped(index: PageInfo, pages: Iterable[PageInfo], lectures: Lectures) -> dict[str, list[str]]:
    """The names of the pages beside an index page by subject; "" holds those without one. Empty subjects are left out.

    Sorted by the first lecture that a page names, its time there, and the page's title.
    """
    folder = PurePosixPath(index.name).parent
    beside = [page for page in pages if PurePosixPath(page.name).parent == folder and page is not index]
    subjects = named(index.meta)
    groups: dict[str, list[str]] = {subject: [] for subject in (*subjects, "")}
    for page in sorted(beside, key=lambda page: _when(page, lectures)):
        subject = str(page.meta.get("subject", ""))
        groups[subject if subject in groups else ""].append(page.name)
    return {subject: names for subject, names in groups.items() if names}


def _when(page: PageInfo, lectures: Lectures) -> tuple[int, int, str]:
    """Where a page's first lecture stands among all, the seconds within it, and the page's title; the rest last."""
    order = [lecture.id for lecture in lectures.all()]
    title = page_title(page)
    for lecture, seconds in lectures.in_front(page.meta):
        return order.index(lecture.id), seconds or 0, title
    return len(order), 0, title
