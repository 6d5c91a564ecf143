"""Changes since the last release, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from coursenotes import dates
from coursenotes.claims.verdicts import WORDS
from coursenotes.site.html import ROOT
from coursenotes.site.markdown.claims import short

if TYPE_CHECKING:
    from coursenotes.project import Project
    from coursenotes.site.history import Change, Step

NEWS = "reference/news.md"
FEW = 8  # up to so many changes are shown unfolded
COUNTED = {
    "new": "new", "gone": "gone", "renamed": "renamed", "verdict": "with another verdict", "sentence": "worded anew",
    "effect": "with an effect that moved beyond its spread",
}  # fmt: skip


def since(project: Project, step: Step) -> str:
    """The claims that changed since the last release, counted and listed, as HTML; a claim that is gone has no link."""
    if step.before is None:
        return "<p>There is no release yet, to which the claims could be compared.</p>"
    release = f'<a href="{ROOT}{project.paths.page_url(NEWS)}">{escape(step.before.name)}</a>'
    named = f"Since {release} of {dates.write(step.before.day)}"
    if not step.claims:
        return f'<p class="cn-since">{named} no claim has changed.</p>'
    items = []
    for name, changes in step.claims.items():
        claim = project.catalog.claims.get(name)
        what = f'<a href="#{escape(name)}">{escape(claim.sentence)}</a>' if claim else f"<code>{escape(name)}</code>"
        items.append(f'<li>{what} <span class="cn-aside">{escape("; ".join(words(changes)))}</span></li>')
    kinds = Counter(kind for changes in step.claims.values() for kind in {change.kind for change in changes})
    counts = ", ".join(f"{kinds[kind]} {told}" for kind, told in COUNTED.items() if kinds[kind])
    opened = " open" if len(items) <= FEW else ""
    return (
        f'<p class="cn-since">{named}: {counts}.</p>'
        f'<details{opened}><summary>Each of them</summary><ul class="cn-since">{"".join(items)}</ul></details>'
    )


def words(changes: Iterable[Change]) -> list[str]:
    """A claim's changes: new, gone, worded anew, supported → refuted (full), effect −0.05 → −0.2 (sample)."""
    return [_words(change) for change in changes]


def _words(change: Change) -> str:
    if change.kind == "sentence":
        return "worded anew"
    if change.kind == "effect":
        before = "not finite" if change.before is None else short(change.before)
        after = "not finite" if change.after is None else short(change.after)
        return f"effect {before} → {after} ({change.scale})"
    if change.kind == "verdict":
        before = WORDS.get(str(change.before), "not asked")
        return f"{before} → {WORDS.get(str(change.after), 'not asked')} ({change.scale})"
    if change.kind == "renamed":
        return f"renamed, was {change.before}"
    return change.kind
