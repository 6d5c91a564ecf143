"""A page's place among the others, as plain data for the theme, with addresses from the site's root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coursenotes.discover.headings import page_title
from coursenotes.discover.text.addresses import write_time
from coursenotes.knowledge.links.graph import LINK, Backlink
from coursenotes.paths import Paths

if TYPE_CHECKING:
    from coursenotes.knowledge.base import Knowledge

SHOWS = "shows what was measured here"


def links(knowledge: Knowledge, name: str) -> dict[str, Any]:
    """{"needs", "needed_by", "linked_from"} of a page; {} if all are empty, and for index pages.

    Each link is {"title", "url"}; linked_from is a list of {"kind", "links"}, and its links have "sections" and "how"
    too. It leaves out the pages under needed_by.
    """
    info, graph = knowledge.catalog.pages.get(name), knowledge.graph
    if info is None or Paths.is_index(name):
        return {}
    needed_by = graph.needed_by(name)
    backlinks = [each for each in graph.linked_from(name) if each.page not in needed_by]
    parts: dict[str, Any] = {
        "needs": [_link(knowledge, page) for page in graph.prerequisites(name)],
        "needed_by": [_link(knowledge, page) for page in needed_by],
        "linked_from": [
            {"kind": kind, "links": [_backlink(knowledge, each) for each in backlinks if _kind(each.page) == kind]}
            for kind in sorted({_kind(each.page) for each in backlinks}, key=KINDS.index)
        ],
    }
    return parts if any(parts.values()) else {}


def lecture(knowledge: Knowledge, name: str) -> dict[str, Any]:
    """{"places"} of a concept in its lectures, or {"before", "after"} of a lesson in its course; {} for any other.

    A place is {"course", "lecture", "title", "at", "before", "after"}; at is {"time", "watch"}; before and after have
    "title" and "url" in addition, or are None.
    """
    graph = knowledge.graph
    before, after = graph.neighbors(name)
    if before or after:
        return {"before": before and _link(knowledge, before), "after": after and _link(knowledge, after)}
    places = []
    for place in graph.places(name):
        if place.before is None and place.after is None:
            continue
        course = knowledge.lectures.courses[place.lecture.course]
        sides = {
            side: at and {**_link(knowledge, at[0]), **_time(place.lecture, at[1])}
            for side, at in (("before", place.before), ("after", place.after))
        }
        places.append({
            "course": course.title, "lecture": place.lecture.name, "title": place.lecture.title,
            "at": _time(place.lecture, place.seconds), **sides,
        })  # fmt: skip
    return {"places": places} if places else {}


KINDS = ("Concepts", "Lessons", "Other pages")


def _kind(page: str) -> str:
    return KINDS[0] if Paths.is_concept(page) else KINDS[1] if page.startswith("lessons/") else KINDS[2]


def _link(knowledge: Knowledge, page: str) -> dict[str, Any]:
    return {"title": page_title(knowledge.catalog.pages[page]), "url": Paths.page_url(page)}


def _backlink(knowledge: Knowledge, each: Backlink) -> dict[str, Any]:
    """A link to the section on the other page; to each of its sections if that is a lesson, since lessons are long."""
    link = _link(knowledge, each.page)
    sections = [{"title": s.title, "url": f"{link['url']}#{s.anchor}"} for s in each.sections]
    if sections and Paths.is_concept(each.page):
        link["url"] = sections[0]["url"]
    return {**link, "sections": sections, "how": "" if LINK in each.how else SHOWS}


def _time(lecture: Any, seconds: int) -> dict[str, str]:
    return {"time": write_time(seconds), "watch": lecture.watch(seconds)}
