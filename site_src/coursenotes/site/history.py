"""The changes of pages and claims from each release to the next, and from the last one to today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from coursenotes.knowledge.links.renamed import names as names_of_today
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.site.releases import Snapshot, load, take

NOTICED = 0.01  # for a comparison without a spread: the share by which its effect may differ between machines


@dataclass(frozen=True)
class Change:
    """One change. kind: new, gone or renamed; of a page text or title; of a claim sentence, verdict or effect.

    before and after are words, or the numbers of an effect; a verdict is empty at a scale that had none.
    """

    kind: str
    scale: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Step:
    """The changes from one release to the next. after.name is empty for today's state; before is None for the first.

    pages and claims have today's names; names maps those of pages to those in this release.
    """

    before: Snapshot | None
    after: Snapshot
    pages: Mapping[str, list[Change]]
    claims: Mapping[str, list[Change]]
    names: Mapping[str, str] = field(default_factory=dict)

    def notes(self, *kinds: str) -> list[str]:
        """Today's names of the notes with changes of these kinds, without index pages and pages for contributors."""
        return [
            name
            for name, changes in self.pages.items()
            if {change.kind for change in changes} & set(kinds)
            and not Paths.is_for_contributors(name)
            and not Paths.is_index(name)
        ]

    def title(self, name: str) -> str:
        """The title of a page in this release, or in the one before if it is gone."""
        then = self.names.get(name, name)
        return self.after.pages[then]["title"] if then in self.after.pages else self._before(name)

    def _before(self, name: str) -> str:
        """The last title of a page that is gone."""
        return self.before.pages[name]["title"] if self.before and name in self.before.pages else name


def steps(project: Project) -> list[Step]:
    """Every release against the one before it, and today's state against the last: the newest first.

    Pages and claims that exist today but are unlisted are left out of all steps. All have their names of today.
    """
    catalog, seen = project.catalog, project.knowledge.visibility
    moved = {str(old): page.name for page in catalog.pages.values() for old in page.list_of("aliases")}
    moved = {old: name for old, name in moved.items() if old not in catalog.pages}
    nothing = Snapshot("", date.min)
    states: list[Snapshot | None] = [None, *load(project.paths), take(project)]
    found = []
    for before, after in pairwise(states):
        assert after is not None
        pages = of_pages(before or nothing, after, moved)
        claims = of_claims(before or nothing, after, names_of_today(catalog, "claim"))
        found.append(Step(
            before, after,
            {name: changes for name, changes in pages.items() if name not in catalog.pages or seen.page(name)},
            {name: changes for name, changes in claims.items() if name not in catalog.claims or seen.claim(name)},
            {moved.get(name, name): name for name in after.pages},
        ))  # fmt: skip
    return found[::-1]


def of_pages(before: Snapshot, after: Snapshot, renamed: Mapping[str, str] | None = None) -> dict[str, list[Change]]:
    """The changes of each page, by today's name. renamed: old names -> today's."""
    then, now = _by_name(before.pages, renamed), _by_name(after.pages, renamed)
    all_changes: dict[str, list[Change]] = {}
    for name in sorted({*then, *now}):
        changes = _appeared(name, then, now)
        if not changes:
            (old, was), (new, page) = then[name], now[name]
            changes += [Change("text")] if was["text"] != page["text"] else []
            changes += [Change("title", "", was["title"], page["title"])] if was["title"] != page["title"] else []
            changes += [Change("renamed", "", old, new)] if old != new else []
        if changes:
            all_changes[name] = changes
    return all_changes


def of_claims(
    before: Snapshot, after: Snapshot, renamed: Mapping[str, str] | None = None
) -> dict[str, list[Change]]:  # fmt: skip
    """The changes of each claim, by today's name: its name, sentence, verdict, or an effect by more than its spread.

    renamed: old names -> today's.
    """
    earlier, later = _by_name(before.claims, renamed), _by_name(after.claims, renamed)
    all_changes: dict[str, list[Change]] = {}
    for name in sorted({*earlier, *later}):
        changes = _appeared(name, earlier, later)
        if not changes:
            (old, then), (new, now) = earlier[name], later[name]
            changes += [Change("renamed", "", old, new)] if old != new else []
            changes += [Change("sentence")] if then["sentence"] != now["sentence"] else []
            for scale in sorted(({*then, *now}) - {"sentence"}):
                changes += _verdict(scale, then.get(scale), now.get(scale))
        if changes:
            all_changes[name] = changes
    return all_changes


def _by_name(
    there: Mapping[str, Any], renamed: Mapping[str, str] | None
) -> dict[str, tuple[str, Any]]:  # fmt: skip
    """(the name in the release, the entry) of each page or claim, by its name of today."""
    return {(renamed or {}).get(name, name): (name, entry) for name, entry in there.items()}


def _appeared(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    if name in before and name in after:
        return []
    return [Change("new" if name in after else "gone")]


def _verdict(scale: str, then: list[Any] | None, now: list[Any] | None) -> Iterator[Change]:
    """The changes at one scale."""
    if then is None or now is None or then[0] != now[0]:
        yield Change("verdict", scale, then[0] if then else "", now[0] if now else "")
        return
    for (old, old_spread), (new, new_spread) in zip(then[1:], now[1:], strict=False):
        if _moved(old, new, [spread for spread in (old_spread, new_spread) if spread is not None]):
            yield Change("effect", scale, old, new)


def _moved(old: float | None, new: float | None, spreads: list[float]) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(new - old) > (max(spreads) if spreads else NOTICED * max(abs(old), abs(new)))
