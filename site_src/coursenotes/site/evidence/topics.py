"""A topic's evidence: each of its claims in full, and its experiments."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from coursenotes.claims import verdicts
from coursenotes.knowledge.links import renamed
from coursenotes.paths import Paths
from coursenotes.site.evidence import experiments, verdict
from coursenotes.site.evidence.board import claims
from coursenotes.site.generated import GeneratedPage
from coursenotes.site.html import claim_link, front_matter, topic_title

if TYPE_CHECKING:
    from coursenotes.project import Project


def pages(project: Project) -> list[GeneratedPage]:
    """For each topic a page of its listed claims and experiments, and one of its unlisted ones, if there are any."""
    topics = {info.topic for info in project.catalog.claims.values()}
    topics |= {info.topic for info in project.catalog.experiments.values()}
    texts = {(topic, listed): _page(project, topic, listed) for listed in (True, False) for topic in sorted(topics)}
    return [
        GeneratedPage(Paths.topic_page(topic, listed=listed), text, listed, in_nav=False)
        for (topic, listed), text in texts.items() if text is not None
    ]  # fmt: skip


def _page(project: Project, topic: str, listed: bool) -> str | None:
    """A topic's page as Markdown, or None if it would be empty."""
    here = [project.catalog.claims[name] for name in claims(project, listed=listed)]
    here = [claim for claim in here if claim.topic == topic]
    moved = _moved_from(project, topic, listed)
    ran = [info for info in experiments.shown(project, listed=listed) if info.topic == topic]
    if not here and not ran and not moved:
        return None
    title = topic_title(project, topic, listed=listed)
    about = f"Every claim on {title} with its test and all that was measured, and the experiments behind them"
    parts = [*front_matter(f"Evidence: {title}", about, search=False), "", f"# Evidence: {title}", ""]
    parts += ["[All claims](claims.md) · [All experiments](index.md)", ""]
    if here:
        parts += ["## Claims", ""]
    for claim in here:
        parts += [verdict.article(project, claim, verdicts.best(project.plan, claim.id)), ""]
    parts += [*moved, ""] if moved else []
    if ran:
        parts += ["## Experiments", "", experiments.listing(project, ran, f"Experiments on {title}"), ""]
    return "\n".join(parts)


def _moved_from(project: Project, topic: str, listed: bool) -> list[str]:
    """A paragraph at the old address of each claim that moved to another topic."""
    paragraphs = []
    for old, new in sorted(renamed.names(project.catalog, "claim").items()):
        claim = project.catalog.claims[new]
        if old.startswith(f"{topic}.") and claim.topic != topic and project.knowledge.visibility.claim(new) == listed:
            paragraphs.append(
                f'<p id="{escape(old)}"><code>{escape(old)}</code> has moved: {claim_link(project, claim)}</p>\n'
            )
    return paragraphs
