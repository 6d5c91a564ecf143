"""The prerequisites of concepts, from their front matter: the concepts that a reader should know first.

prerequisites: [convolution, losses]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.errors import Problem, unknown
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.knowledge.links import aliases
from coursenotes.paths import Paths

FIELD = "prerequisites"


def concept_name(page: str) -> str:
    """The name of a concept's page in `prerequisites:`."""
    return PurePosixPath(page).stem


def of_page(catalog: Catalog, page: str) -> list[str]:
    """The pages of the concepts that a page names in `prerequisites:`, each once; unknown ones are left out."""
    info = catalog.pages.get(page)
    if info is None or not Paths.is_concept(page):
        return []
    names = dict.fromkeys(Paths.concept_page(str(name)) for name in info.list_of(FIELD))
    return [name for name in names if name in catalog.pages and name != page and Paths.is_concept(name)]


def problems(catalog: Catalog, visibility: Visibility) -> Iterator[Problem]:
    """Prerequisites that do not exist, that are not listed, or that form a circle; and those of other pages."""
    concepts = [concept_name(name) for name in catalog.pages if Paths.is_concept(name)]
    renamed = aliases.old_names(catalog)
    for page in catalog.pages.values():
        if Paths.is_concept(page.name):
            yield from _of_concept(catalog, visibility, page, concepts, renamed)
        elif page.meta.get(page.spelling(FIELD)) is not None:
            yield page.problem(FIELD, f"{page.name} is not a concept", "link to the concepts from its text instead")
    for circle in _circles(catalog):
        names = " needs ".join(concept_name(name) for name in (*circle, circle[0]))
        fix = "remove the one that a reader can do without"
        yield catalog.pages[circle[0]].problem(FIELD, f"a circle: {names}", fix)


def _of_concept(
    catalog: Catalog, visibility: Visibility, page: PageInfo, concepts: list[str], renamed: Mapping[str, PageInfo]
) -> Iterator[Problem]:
    for name in page.list_of(FIELD):
        target = Paths.concept_page(str(name))
        if target == page.name:
            yield page.problem(FIELD, f"{name} is this page itself", "remove it")
        elif target in renamed and target not in catalog.pages:
            yield page.problem(FIELD, f"{name} has a new name", f"write {concept_name(renamed[target].name)}")
        elif target not in catalog.pages or not Paths.is_concept(target):
            yield unknown("concept", name, concepts, page.path, page.line_of(FIELD))
        elif visibility.page(page.name) and not visibility.page(target):
            yield Problem(f"{page.name} is listed, and needs {target}, which is not",
                          page.path, page.line_of(FIELD), (),
                          "remove it until then, or unlist this page too")  # fmt: skip


def _circles(catalog: Catalog) -> list[tuple[str, ...]]:
    """The circles of concepts that need one another, each once, from its first name on."""
    circles: dict[tuple[str, ...], None] = {}
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            circle = path[path.index(name) :]
            first = circle.index(min(circle))
            circles[*circle[first:], *circle[:first]] = None
        elif name not in done:
            path.append(name)
            for target in of_page(catalog, name):
                walk(target, path)
            path.pop()
            done.add(name)

    for name in sorted(catalog.pages):
        walk(name, [])
    return list(circles)
