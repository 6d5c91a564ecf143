"""The generated pages that index the notes: by timestamp, by term, by person, by topic still wanted.

Each is Markdown, equal for equal notes, and covers listed pages only.
"""

from __future__ import annotations

from collections.abc import Callable

from coursenotes.project import Project
from coursenotes.site.generated import GeneratedPage
from coursenotes.site.reference import coverage, dated, errata, glossary, literature, news, people, times
from coursenotes.site.reference import map as concept_map

# In the order in which readers of the section see them.
PAGES: dict[str, Callable[[Project], str | None]] = {
    "reference/coverage.md": coverage.page,
    "reference/map.md": concept_map.page,
    times.NAME: times.page,
    "reference/glossary.md": glossary.page,
    "reference/errata.md": errata.page,
    "reference/dated.md": dated.page,
    "reference/literature.md": literature.page,
    "reference/people.md": people.page,
    "reference/news.md": news.page,
}


def pages(project: Project) -> list[GeneratedPage]:
    """The generated pages; those without content are left out."""
    texts = {path: make(project) for path, make in PAGES.items()}
    return [GeneratedPage(path, text) for path, text in texts.items() if text is not None]
