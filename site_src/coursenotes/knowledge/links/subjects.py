"""Subjects group the pages of a folder: the folder's index page lists them, and each page names its own.

    docs/concepts/index.md      subjects: [Recommenders, Convolutions]
    docs/concepts/channels.md   subject: Convolutions

Within a subject, pages are in the order in which the lectures treat them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.headings import page_title
from coursenotes.errors import Problem, unknown
from coursenotes.knowledge.lectures.lectures import Lectures


def problems(catalog: Catalog) -> Iterator[Problem]:
    """Subjects of pages that the index page of their folder does not name."""
    for page in catalog.pages.values():
        subject = page.meta.get("subject")
        if subject is None:
            continue
        index = catalog.pages.get(str(PurePosixPath(page.name).with_name("index.md")))
        names = [str(name) for name in index.list_of("subjects")] if index else []
        if str(subject) not in names:
            fix = "add it to subjects: of the folder's index page"
            yield unknown("subject", subject, names, page.path, page.line_of("subject"), "subject: {}", fix)


def grouped(index: PageInfo, pages: Iterable[PageInfo], lectures: Lectures) -> dict[str, list[str]]:
    """The names of the pages next to an index page by subject; "" holds those without one. Empty subjects are left out.

    Sorted by the first lecture that a page names, its time there, and the page's title.
    """
    folder = PurePosixPath(index.name).parent
    siblings = [page for page in pages if PurePosixPath(page.name).parent == folder and page is not index]
    groups: dict[str, list[str]] = {str(subject): [] for subject in (*index.list_of("subjects"), "")}
    for page in sorted(siblings, key=lambda page: _when(page, lectures)):
        subject = str(page.meta.get("subject", ""))
        groups[subject if subject in groups else ""].append(page.name)
    return {subject: names for subject, names in groups.items() if names}


def _when(page: PageInfo, lectures: Lectures) -> tuple[int, int, str]:
    """The number of a page's first lecture among all, the seconds within it, the page's title; without one, last."""
    order = [lecture.id for lecture in lectures.all()]
    title = page_title(page)
    for lecture, seconds in lectures.in_front(page):
        return order.index(lecture.id), seconds or 0, title
    return len(order), 0, title
