"""What a page rests on beside its lectures: the entries of `sources:` in its front matter.

    sources:
      - srivastava2014                                  # a work of docs/literature.bib
      - https://example.org/a-post                      # an address
      - {title: Notes of lesson 7, author: ana, url: https://example.org/ana, licence: CC-BY-4.0}

An author is an id of docs/people.yml, or the name of somebody who is not there; several are a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.references import is_web_address
from coursenotes.errors import Problem, nearest
from coursenotes.knowledge.credit import licences
from coursenotes.knowledge.credit.literature import Literature
from coursenotes.knowledge.credit.people import ID, People

FIELDS = ("title", "url", "author", "licence")


@dataclass(frozen=True)
class Source:
    """One entry: the key of a work, or what the page itself says of it. by holds ids of people, and names."""

    key: str = ""
    title: str = ""
    url: str = ""
    by: tuple[str, ...] = ()
    licence: str = ""


def of_page(page: PageInfo) -> list[Source]:
    """The sources of a page in its order; entries that cannot be read are left out."""
    return [source for entry in entries(page) if (source := _source(entry)) is not None]


def entries(page: PageInfo) -> list[Any]:
    """What stands in `sources:`, as YAML reads it; nothing where it is no list."""
    given = page.meta.get("sources")
    return given if isinstance(given, list) else []


def problems(page: PageInfo, people: People | None, literature: Callable[[], Literature]) -> Iterator[Problem]:
    """What is wrong with the sources of a page. Without people, nobody's id is looked up."""
    given = page.meta.get("sources")
    if given is not None and not isinstance(given, list):
        yield Problem("sources: is not a list", page.path, page.line_of("sources"), (),
                      f"write sources: [{given}]")  # fmt: skip
    for entry in entries(page):
        line = _line(page, entry)
        if isinstance(entry, dict):
            yield from _described(page, entry, line, people)
        elif not isinstance(entry, str) or not entry.strip():
            yield Problem(f"sources: {entry!r} is no source", page.path, line, (),
                          "write a key of literature.bib, an address, or {title: …, author: …, url: …}")  # fmt: skip
        elif re.match(r"[a-z]+:", entry) and not is_web_address(entry):
            yield Problem(f"sources: {entry} is no web address", page.path, line, (), "write https://…")
        elif not is_web_address(entry):
            yield from literature().unknown(entry, page.path, line, "sources: [{}]")


def of_works(literature: Literature, catalog: Catalog) -> Iterator[Problem]:
    """What is wrong with the file, and works that no page cites or names among its sources."""
    yield from literature.wrong
    used = {r.name for page in catalog.pages.values() for r in page.references if r.scheme == "cite"}
    for page in catalog.pages.values():
        used |= {str(entry) for entry in entries(page)}
    for work in literature.works.values():
        if work.key not in used:
            yield Problem(f"no page cites {work.key}", literature.path, work.line, (),
                          f"write [@{work.key}] where it is rested on, or take it out")  # fmt: skip


def _described(page: PageInfo, entry: dict[Any, Any], line: int, people: People | None) -> Iterator[Problem]:
    """What is wrong with a source that the page itself describes."""
    for field in entry:
        if field not in FIELDS:
            close = nearest(str(field), FIELDS)
            yield Problem(f"sources: no field {str(field)!r}", page.path, line, (f"there is: {', '.join(FIELDS)}",),
                          f"write {close}:" if close else None)  # fmt: skip
    if not entry.get("title"):
        yield Problem("sources: an entry without a title", page.path, line, (), "add title: …")
    if entry.get("url") and not is_web_address(str(entry["url"])):
        yield Problem(f"sources: {entry['url']} is no web address", page.path, line, (), "write url: https://…")
    if entry.get("licence"):
        yield from licences.problems(entry["licence"], page.path, line)
    for name in _by(entry.get("author")):
        if people is not None and ID.fullmatch(name):
            unknown = people.unknown(name, page.path, line, "author")
            if unknown:
                yield unknown


def _source(entry: Any) -> Source | None:
    if isinstance(entry, dict):
        title, url = str(entry.get("title") or ""), str(entry.get("url") or "")
        return Source("", title or url, url, _by(entry.get("author")), str(entry.get("licence") or ""))
    if not isinstance(entry, str) or not entry.strip():
        return None
    if is_web_address(entry):
        return Source(title=short_address(entry), url=entry)
    return Source(key=entry)


def short_address(url: str) -> str:
    """An address as it is shown where nothing else is known: example.org/a-post."""
    return re.sub(r"^https?://(?:www\.)?|/$", "", url)


def _by(author: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in (author if isinstance(author, list) else [author]) if one)


def _line(page: PageInfo, entry: Any) -> int:
    """The line that an entry begins on, or that of the field."""
    first = page.line_of("sources")
    words = str(entry.get("title") or next(iter(entry), "")) if isinstance(entry, dict) else str(entry)
    for number, line in enumerate(page.text.split("\n")[first - 1 :], first):
        if words and words in line:
            return number
        if number > first and line == "---":
            break
    return first
