"""Which concepts a concept takes for granted, as its front matter says, and what is wrong with that.

needs: [convolution, losses]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.errors import Problem, nearest, some
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.knowledge.links import aliases
from coursenotes.paths import Paths


def concept_name(page: str) -> str:
    """The name by which `needs:` calls a concept's page."""
    return PurePosixPath(page).stem


def needed(catalog: Catalog, page: str) -> list[str]:
    """The pages of the concepts that a page names in `needs:`, each once, as far as there are such."""
    info = catalog.pages.get(page)
    if info is None or not Paths.is_concept(page):
        return []
    there = [Paths.concept_page(str(name)) for name in _names(info.meta)]
    return [name for name in dict.fromkeys(there) if name in catalog.pages and name != page and Paths.is_concept(name)]


def problems(catalog: Catalog, visibility: Visibility) -> Iterator[Problem]:
    """Names of concepts that there are not, that are not to be seen, or that need one another; and misplaced ones."""
    for page in catalog.pages.values():
        if page.meta.get("needs") is not None:
            yield from _of_page(catalog, visibility, page)
    for ring in _rings(catalog):
        first = catalog.pages[ring[0]]
        names = " needs ".join(concept_name(name) for name in (*ring, ring[0]))
        yield Problem(f"needs: goes in a circle: {names}", first.path, first.line_of("needs"), (),
                      "take out the one that a reader can do without")  # fmt: skip


def _names(meta: Mapping[str, Any]) -> list[Any]:
    given = meta.get("needs")
    return given if isinstance(given, list) else []


def _of_page(catalog: Catalog, visibility: Visibility, page: PageInfo) -> Iterator[Problem]:
    place = page.path, page.line_of("needs")
    given = page.meta["needs"]
    if not Paths.is_concept(page.name):
        yield Problem(f"needs: stands on a page that is no concept: {page.name}", *place, (),
                      "concepts lie in docs/concepts; link to them from this page instead")  # fmt: skip
        return
    if not isinstance(given, list):
        yield Problem("needs: is not a list", *place, (), f"write needs: [{given}]")
        return
    there = [concept_name(name) for name in catalog.pages if Paths.is_concept(name)]
    before = aliases.old_names(catalog)
    for name in given:
        target = Paths.concept_page(str(name))
        if target == page.name:
            yield Problem(f"needs: {name} is this page itself", *place, (), "take it out")
        elif target not in catalog.pages or not Paths.is_concept(target):
            now = before.get(target)
            close = concept_name(now.name) if now else nearest(str(name), there)
            yield Problem(f'no concept "{name}"', *place, (f"there is: {some(there)}",), close and f"write {close}")
        elif visibility.page(page.name) and not visibility.page(target):
            yield Problem(f"{page.name} is listed, and needs {target}, which is not", *place, (),
                          "take it out until then, or unlist this page too")  # fmt: skip


def _rings(catalog: Catalog) -> list[tuple[str, ...]]:
    """The circles of concepts that need one another, each once, from its first name on."""
    found: dict[tuple[str, ...], None] = {}
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            ring = path[path.index(name) :]
            first = ring.index(min(ring))
            found[*ring[first:], *ring[:first]] = None
        elif name not in done:
            path.append(name)
            for target in needed(catalog, name):
                walk(target, path)
            path.pop()
            done.add(name)

    for name in sorted(catalog.pages):
        walk(name, [])
    return list(found)
