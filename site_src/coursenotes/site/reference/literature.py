"""reference/literature.md: every work that a listed page cites, the pages that cite it, and its BibTeX to copy."""

from __future__ import annotations

from coursenotes.discover.catalog import PageInfo
from coursenotes.knowledge.credit.literature import Work
from coursenotes.project import Project
from coursenotes.site.html import front_matter
from coursenotes.site.reference.text import escaped, link_to

INTRO = "The papers, books and pages that these notes rest on, and where each is cited."


def page(project: Project) -> str | None:
    """The list of works as Markdown; None if no listed page cites one."""
    cited = citing(project)
    works = [work for work in project.knowledge.literature.works.values() if work.key in cited]
    if not works:
        return None
    lines = [*front_matter("Literature", INTRO), "# Literature", "", INTRO, ""]
    for work in sorted(works, key=lambda work: (work.label.casefold(), work.key)):
        lines += [f"## {escaped(work.label)} {{ #{work.anchor} }}", "", _entry(work), ""]
        lines += [f"Cited in {', '.join(link_to(page) for page in cited[work.key])}.", "{ .cn-more }", ""]
        lines += ['??? bibtex "BibTeX"', "    ```bibtex", *(f"    {line}" for line in work.source.splitlines())]
        lines += ["    ```", ""]
    return "\n".join(lines)


def citing(project: Project) -> dict[str, list[PageInfo]]:
    """The listed pages that cite each work in the text or in sources:, by the work's key."""
    pages_by_key: dict[str, list[PageInfo]] = {}
    for page in project.knowledge.visibility.pages:
        keys = [r.name for r in page.references if r.scheme == "cite"]
        for key in dict.fromkeys([*keys, *(str(entry) for entry in page.list_of("sources"))]):
            pages_by_key.setdefault(key, []).append(page)
    return pages_by_key


def _entry(work: Work) -> str:
    """A work as a paragraph of Markdown."""
    address = next(iter(work.links.values()), None)
    title = f"[{escaped(work.title)}](<{address}>)" if address else f"*{escaped(work.title)}*"
    where = ", ".join(filter(None, (work.venue, work.when)))
    places = " ".join(f"[{escaped(name)}](<{href}>)" for name, href in work.links.items())
    return f"{escaped(work.authors)}{': ' if work.names else ''}{title}. {escaped(where)}. {places}".rstrip()
