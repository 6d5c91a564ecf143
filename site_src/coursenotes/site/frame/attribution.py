"""The credit at the end of a note, as plain data for the theme's partials/around/credit.html."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.headings import page_title
from coursenotes.knowledge.credit import licenses, sources
from coursenotes.knowledge.credit.literature import Work
from coursenotes.knowledge.credit.people import Person
from coursenotes.knowledge.credit.sources import Source
from coursenotes.paths import Paths
from coursenotes.site.frame import bibtex

if TYPE_CHECKING:
    from coursenotes.knowledge.base import Knowledge

PEOPLE = "reference/people.md"


def of_page(knowledge: Knowledge, name: str) -> dict[str, Any] | None:
    """A note's writers, courses, other note-takers, sources, license, and citation.

    Works that the text cites are listed in full at its end; here they have their short names. None for a page without
    credit. Addresses are complete or relative to the site's root; an empty one is not a link.
    """
    page = knowledge.catalog.pages.get(name)
    if page is None or not knowledge.credit.needs_credit(name):
        return None
    credit = knowledge.credit
    writers = [credit.person(one) for one in credit.writers(page)]
    license = credit.license(page)
    given, cited = sources.of_page(page), {r.name for r in page.references if r.scheme == "cite"}
    works = [work for source in given if (work := _work(knowledge, source)) is not None]
    site, year = bibtex.site_name(knowledge.paths), knowledge.today.year
    return {
        "writers": [_person(knowledge, person) for person in writers],
        "courses": _courses(knowledge, page),
        "note_takers": _people(knowledge, credit.note_takers(page)),
        "cited_works": [{"title": w.label, "url": f"#{w.anchor}"} for w in works if w.key in cited],
        "sources": [_source(knowledge, source) for source in given if source.key not in cited],
        "license": license._asdict() if license else None,
        "cited": {
            "words": bibtex.words(page_title(page), writers, site, year),
            "bibtex": bibtex.bibtex(name, page_title(page), writers, site, year, license.name if license else ""),
        },
    }


def _person(knowledge: Knowledge, person: Person) -> dict[str, str]:
    """A name with an address: the person's entry on the page of people, or else the person's own site."""
    here = f"{Paths.page_url(PEOPLE)}#{person.id}" if person.id in knowledge.credit.works else ""
    return {"name": person.name, "url": here or next(iter(person.addresses.values()), "")}


def _people(knowledge: Knowledge, names: list[str] | tuple[str, ...]) -> list[dict[str, str]]:
    return [_person(knowledge, knowledge.credit.person(name)) for name in names]


def _courses(knowledge: Knowledge, page: PageInfo) -> list[dict[str, Any]]:
    """The lectures of a page, grouped by course and teachers."""
    groups: dict[tuple[str, tuple[str, ...]], list[dict[str, str]]] = {}
    for lecture in knowledge.credit.lectures(page):
        teachers = tuple(knowledge.credit.teachers(lecture))
        told = {"name": lecture.name, "title": lecture.title, "url": lecture.watch()}
        groups.setdefault((lecture.course, teachers), []).append(told)
    courses = knowledge.lectures.courses
    return [
        {"title": courses[course].title, "url": str(courses[course].more.get("url") or ""),
         "by": _people(knowledge, teachers), "lectures": lectures}
        for (course, teachers), lectures in groups.items()
    ]  # fmt: skip


def _work(knowledge: Knowledge, source: sources.Source) -> Work | None:
    """The work of docs/literature.bib that a source names; None if it names none."""
    return knowledge.literature.get(source.key) if source.key else None


def _source(knowledge: Knowledge, source: Source) -> dict[str, Any]:
    """A source in words, with whom it is by, its links and its license."""
    license = licenses.KNOWN.get(source.license)
    work = _work(knowledge, source)
    return {
        "title": work.text if work else source.title or source.key, "url": source.url,
        "by": _people(knowledge, source.by), "links": work.links if work else {},
        "license": license._asdict() if license else None,
    }  # fmt: skip
