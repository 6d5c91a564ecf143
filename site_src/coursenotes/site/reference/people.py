"""The page of people: what each wrote, teaches, and took notes of, from listed pages and lectures."""

from __future__ import annotations

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.headings import page_title
from coursenotes.knowledge.credit.credit import Works
from coursenotes.knowledge.credit.people import Person
from coursenotes.knowledge.credit.sources import Source
from coursenotes.project import Project
from coursenotes.site.html import front_matter
from coursenotes.site.reference.text import escaped, link_to

ABOUT = "Who wrote these notes, who teaches the courses, and whose notes they draw on."
HIDDEN = "\n  { data-search-exclude }"  # a list of all notes does not help a search for a topic


def page(project: Project) -> str | None:
    """The page as Markdown: a section for each contributor, in the order of people.yml; None without any."""
    credit = project.knowledge.credit
    if not credit.works:
        return None
    parts = ["\n".join(front_matter("People", ABOUT)), "# People", ABOUT]
    for name, works in credit.works.items():
        parts += _section(project, credit.person(name), works)
    return "\n\n".join(parts) + "\n"


def _section(project: Project, person: Person, works: Works) -> list[str]:
    links = [f"[{what} of {escaped(person.name)}]({address})" for what, address in person.addresses.items()]
    about = ", ".join(filter(None, (escaped(person.affiliation), *links)))
    found = {
        "Teaches": [_course(project, name, works) for name in works.teaches],
        "Wrote": [link_to(page) for page in _sorted(works.wrote)],
        "Took notes": [link_to(page) for page in _sorted(works.versions)],
        "Notes drawn on": [_drawn_on(source, pages) for source, pages in works.drawn_on.items()],
    }
    lines = [f"- {what}: {'; '.join(each)}.{HIDDEN if what == 'Wrote' else ''}" for what, each in found.items() if each]
    heading = f"## {escaped(person.name)} {{ #{person.id} }}"
    return [heading, *([f"{about}."] if about else []), "\n".join(lines)]


def _course(project: Project, name: str, works: Works) -> str:
    course = project.knowledge.lectures.courses[name]
    url = str(course.more.get("url") or "")
    some = ", ".join(f"{lecture.name} ({escaped(lecture.title)})" for lecture in works.teaches[name])
    which = f", {'lectures' if len(works.teaches[name]) > 1 else 'lecture'} {some}" if some else ""
    return (f"[{escaped(course.title)}]({url})" if url else escaped(course.title)) + which


def _drawn_on(source: Source, pages: list[PageInfo]) -> str:
    title = f"[{escaped(source.title)}]({source.url})" if source.url else escaped(source.title)
    return f"{title}, in {', '.join(link_to(page) for page in _sorted(pages))}"


def _sorted(pages: list[PageInfo]) -> list[PageInfo]:
    """Each page once, by title."""
    once = {page.name: page for page in pages}
    return sorted(once.values(), key=lambda page: (page_title(page).casefold(), page.name))
