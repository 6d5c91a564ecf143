"""Claims and experiments that had other names before, and their names of today.

renamed:                                                in the front matter of docs/concepts/dropout.md
  claim:generalises_better: generalizes_better
  experiment:masks: dropout_masks.drawn                 it moved to another topic
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.errors import Problem, unknown

FIELD = "renamed"
KINDS = ("claim", "experiment")


def names(catalog: Catalog, kind: str) -> dict[str, str]:
    """The names of today of claims, or of experiments, by their old ones: "dropout.old" -> "dropout.new"."""
    today = _options(catalog, kind)
    return {
        old: new
        for page in sorted(catalog.pages.values(), key=lambda page: page.name, reverse=True)
        for each, old, new in _entries(page)
        if each == kind and old not in today and new in today
    }


def problems(catalog: Catalog) -> Iterator[Problem]:
    """Old names on a page without a topic, of no kind, that exist or are claimed twice; new names that do not exist."""
    claimed: dict[tuple[str, str], str] = {}
    for page in sorted(catalog.pages.values(), key=lambda page: page.name):
        entries = page.meta.get(FIELD)
        if entries and not page.context.topic:
            yield page.problem(FIELD, f"{page.name} is not a concept", "write it on the page of the old name's topic")
            continue
        for kind, old, new in _entries(page):
            written = f"{kind}:{old.partition('.')[2]}" if kind else old
            if kind not in KINDS:
                yield _problem(
                    page, written, f"{written} is neither a claim nor an experiment", f"write claim:{written}: …"
                )
            elif old in _options(catalog, kind):
                yield _problem(page, written, f"the {kind} {old} exists", "remove it, or write the name that is gone")
            elif new not in _options(catalog, kind):
                line = _line(page, written)
                yield unknown(kind, new, sorted(_options(catalog, kind)), page.path, line, f"{written}: {{}}")
            elif claimed.setdefault((kind, old), page.name) != page.name:
                yield _problem(page, written, f"{written} stands on {claimed[kind, old]} too", "keep one of the two")


def _entries(page: PageInfo) -> Iterator[tuple[str, str, str]]:
    """(kind, old name, new name) of each entry, both names in full; the kind is empty where none is written."""
    topic, entries = page.context.topic, page.meta.get(FIELD)
    for key, value in entries.items() if topic and isinstance(entries, dict) else ():
        kind, _, old = str(key).rpartition(":")
        yield kind, f"{topic}.{old}" if kind else old, str(value) if "." in str(value) else f"{topic}.{value}"


def _options(catalog: Catalog, kind: str) -> Mapping[str, Any]:
    return catalog.claims if kind == "claim" else catalog.experiments


def _problem(page: PageInfo, written: str, what: str, fix: str) -> Problem:
    return Problem(f"{FIELD}: {what}", page.path, _line(page, written), (), fix)


def _line(page: PageInfo, written: str) -> int:
    """The line of an entry, or that of the field."""
    lines = page.text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.strip().startswith(f"{written}:")), page.line_of(FIELD))
