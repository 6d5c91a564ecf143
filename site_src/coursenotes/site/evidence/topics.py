"""A topic's evidence: each of its claims in full, and its experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursenotes.claims import verdicts
from coursenotes.paths import Layout
from coursenotes.site.evidence import experiments, verdict
from coursenotes.site.evidence.board import claims
from coursenotes.site.html import front_matter, topic_title

if TYPE_CHECKING:
    from coursenotes.experiments.plan import Library


def pages(library: Library) -> dict[str, str]:
    """Every topic's page by its path below docs/: one with what is listed, and one of its own with what is not."""
    topics = {info.topic for info in library.site.claims.values()}
    topics |= {info.topic for info in library.site.experiments.values()}
    found = {}
    for listed in (True, False):
        for topic in sorted(topics):
            text = _page(library, topic, listed)
            if text is not None:
                found[Layout.topic_page(topic, listed=listed)] = text
    return found


def _page(library: Library, topic: str, listed: bool) -> str | None:
    """A topic's page as Markdown, or None where it has nothing to show."""
    here = [library.site.claims[name] for name in claims(library, listed=listed)]
    here = [claim for claim in here if claim.topic == topic]
    ran = [info for info in experiments.shown(library, listed=listed) if info.topic == topic]
    if not here and not ran:
        return None
    title = topic_title(library, topic, listed=listed)
    about = f"Every claim on {title} with its test and all that was measured, and the experiments behind them"
    parts = [*front_matter(f"Evidence: {title}", about, search=False, listed=listed), "", f"# Evidence: {title}", ""]
    parts += ["[All claims](claims.md) · [All experiments](index.md)", ""]
    if here:
        parts += ["## Claims", ""]
    for claim in here:
        parts += [verdict.article(library, claim, verdicts.best(library, claim.id)), ""]
    if ran:
        parts += ["## Experiments", "", experiments.listing(library, ran, f"Experiments on {title}"), ""]
    return "\n".join(parts)
