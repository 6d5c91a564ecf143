"""The sources of a page apart from its lectures: the entries of `sources:` in its front matter.

    sources:
      - srivastava2014                                  # a work of docs/literature.bib
      - https://example.org/a-post                      # an address
      - {title: Notes of lesson 7, author: ana, url: https://example.org/ana, license: CC-BY-4.0}

An author is an id of docs/people.yml, or the name of somebody who is not in it; several are a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.addresses import is_web_address
from coursenotes.errors import Problem, unknown
from coursenotes.knowledge.credit import licenses
from coursenotes.knowledge.credit.literature import Literature
from coursenotes.knowledge.credit.people import ID, People

FIELDS = ("title", "url", "author", "license")


@dataclass(frozen=True)
class Source:
    """One entry: the key of a work, or a description on the page itself. by holds ids of people, and names."""

    key: str = ""
    title: str = ""
    url: str = ""
    by: tuple[str, ...] = ()
    license: str = ""


def of_page(page: PageInfo) -> list[Source]:
    """The sources of a page in its order; entries that cannot be read are left out."""
    return [source for entry in page.list_of("sources") if (source := _source(entry)) is not None]


def problems(page: PageInfo, people: People | None, literature: Callable[[], Literature]) -> Iterator[Problem]:
    """The mistakes in the sources of a page. Without people, ids are not looked up."""
    for entry in page.list_of("sources"):
        line = _line(page, entry)
        if isinstance(entry, dict):
            yield from _described(page, entry, line, people)
        elif not isinstance(entry, str) or not entry.strip():
            yield Problem(f"sources: {entry!r} is not a source", page.path, line, (),
                          "write a key of literature.bib, an address, or {title: …, author: …, url: …}")  # fmt: skip
        elif re.match(r"[a-z]+:", entry) and not is_web_address(entry):
            yield Problem(f"sources: {entry} is not a web address", page.path, line, (), "write https://…")
        elif not is_web_address(entry):
            yield from literature().unknown(entry, page.path, line, "sources: [{}]")


def of_works(literature: Literature, catalog: Catalog) -> Iterator[Problem]:
    """The mistakes in literature.bib, and works that no page cites or names among its sources."""
    yield from literature.wrong
    used = {r.name for page in catalog.pages.values() for r in page.references if r.scheme == "cite"}
    for page in catalog.pages.values():
        used |= {str(entry) for entry in page.list_of("sources")}
    for work in literature.works.values():
        if work.key not in used:
            yield Problem(f"no page cites {work.key}", literature.path, work.line, (),
                          f"write [@{work.key}] where a page is based on it, or remove it")  # fmt: skip


def _described(page: PageInfo, entry: dict[Any, Any], line: int, people: People | None) -> Iterator[Problem]:
    """The mistakes in a source that the page itself describes."""
    for field in entry:
        if field not in FIELDS:
            yield unknown("field", field, FIELDS, page.path, line, "{}:")
    if not entry.get("title"):
        yield Problem("sources: an entry without a title", page.path, line, (), "add title: …")
    if entry.get("url") and not is_web_address(str(entry["url"])):
        yield Problem(f"sources: {entry['url']} is not a web address", page.path, line, (), "write url: https://…")
    if entry.get("license"):
        yield from licenses.problems(entry["license"], page.path, line)
    for name in _by(entry.get("author")):
        if people is not None and ID.fullmatch(name):
            yield from people.unknown(name, page.path, line, "author")


def _source(entry: Any) -> Source | None:
    if isinstance(entry, dict):
        title, url = str(entry.get("title") or ""), str(entry.get("url") or "")
        return Source("", title or url, url, _by(entry.get("author")), str(entry.get("license") or ""))
    if not isinstance(entry, str) or not entry.strip():
        return None
    if is_web_address(entry):
        return Source(title=short_address(entry), url=entry)
    return Source(key=entry)


def short_address(url: str) -> str:
    """An address as a text, for links without one: example.org/a-post."""
    return re.sub(r"^https?://(?:www\.)?|/$", "", url)


def _by(author: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in (author if isinstance(author, list) else [author]) if one)


def _line(page: PageInfo, entry: Any) -> int:
    """The line that an entry begins on; where it cannot be found, that of the field."""
    first = page.line_of("sources")
    words = str(entry.get("title") or next(iter(entry), "")) if isinstance(entry, dict) else str(entry)
    for number, line in enumerate(page.text.split("\n")[first - 1 :], first):
        if words and words in line:
            return number
        if number > first and line == "---":
            break
    return first
