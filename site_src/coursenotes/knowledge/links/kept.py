"""Whether pages still have the references that they had at an earlier revision: for edits that change only words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from coursenotes.discover.catalog import Catalog, context
from coursenotes.discover.files.revision import at_revision
from coursenotes.discover.project import read_front_matter
from coursenotes.discover.text.addresses import Context, write_href
from coursenotes.discover.text.references import Reference, scan

LOOSE = ("term",)  # what pages may gain and lose with their words


class ReferenceChange(NamedTuple):
    """The references of one page that are gone since a revision, and those that are new, written out."""

    page: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


def changes(catalog: Catalog, revision: str) -> Iterator[ReferenceChange]:
    """The pages whose claims, numbers, tables, figures, code, times or citations differ from those of a revision.

    Raises CoursenotesError where there is no such revision.
    """
    docs = catalog.paths.docs
    with at_revision(catalog.paths.root, revision, docs.relative_to(catalog.paths.root).as_posix()) as folder:
        before = dict(_pages(folder / docs.relative_to(catalog.paths.root)))
    now = {name: _written(page.references) for name, page in catalog.pages.items() if name.endswith(".md")}
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, {}), now.get(name, {})
        gone = tuple(each for each in old if each not in new)
        added = tuple(each for each in new if each not in old)
        if gone or added:
            yield ReferenceChange(name, gone, added)


def _pages(docs: Path) -> Iterator[tuple[str, dict[str, None]]]:
    for path in docs.rglob("*.md"):
        name, text = path.relative_to(docs).as_posix(), path.read_text(encoding="utf-8", errors="replace")
        try:
            meta = read_front_matter(text)[0]
        except (yaml.YAMLError, ValueError):
            meta = {}
        yield name, _written(scan(text, path, context(name, meta if isinstance(meta, dict) else {}))[0])


def _written(references: tuple[Reference, ...] | list[Reference]) -> dict[str, None]:
    """The addresses of references, written out and each once, in the order of the page."""
    return {_address(reference): None for reference in references if reference.scheme not in LOOSE}


def _address(reference: Reference) -> str:
    return f"@{reference.name}" if reference.scheme == "cite" else write_href(reference.target, Context())
