"""The frame of a lesson's page: whose notes these are, and the other notes of the lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coursenotes.discover.headings import page_title
from coursenotes.knowledge.lectures.versions import Version
from coursenotes.paths import Paths

if TYPE_CHECKING:
    from coursenotes.knowledge.base import Knowledge


def of_page(knowledge: Knowledge, name: str) -> dict[str, Any] | None:
    """For the theme's partials/around/versions.html; None outside lessons, and in a lesson without other notes.

    {"own": this version or None, "lesson": the canonical page's title and address or None, "notes": [the others]}
    """
    versions = knowledge.versions
    own = versions.get(name)
    lesson = Paths.lesson_of(name)
    others = [version for version in versions.of(lesson) if version.page.name != name] if lesson else []
    notes = [_told(knowledge, version) for version in others]
    if own is None:
        return {"own": None, "lesson": None, "notes": notes} if notes else None
    page = versions.canonical(name)
    told = {"title": page_title(page), "url": Paths.page_url(page.name)} if page else None
    return {"own": _told(knowledge, own), "lesson": told, "notes": notes}


def _told(knowledge: Knowledge, version: Version) -> dict[str, Any]:
    """A version as the theme shows it."""
    return {
        "title": version.title,
        "url": Paths.page_url(version.page.name),
        "authors": [knowledge.credit.person(author).name for author in version.authors],
        "kind": version.kind,
        "state": version.state,
        "notebook": version.page.name.endswith(".ipynb"),
    }
