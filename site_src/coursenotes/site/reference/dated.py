"""reference/dated.md: every value that goes stale, with the day it was looked up and the day of its review."""

from __future__ import annotations

from datetime import date
from html import escape

from coursenotes import dates
from coursenotes.knowledge.facts import dated
from coursenotes.project import Project
from coursenotes.site.html import front_matter, page_link, table

INTRO = "Values that grow old: each was looked up on one day, and is due for review on another."


def page(project: Project) -> str | None:
    """The list as Markdown; None if no listed page has a dated value."""
    facts = sorted(dated.facts(project.knowledge.visibility.pages), key=lambda f: (f.review, f.page.name, f.nth))
    if not facts:
        return None
    due = "<br><small>due</small>"
    rows = [
        ("", (
            f'<span id="{escape(fact.place)}">{escape(fact.value)}</span>', escape(fact.sentence),
            page_link(fact.page),
            _day(fact.day), _day(fact.review) + (due if fact.review <= project.knowledge.today else ""),
        ))
        for fact in facts
    ]  # fmt: skip
    head = ("value", "sentence", "page", "as of", "review")
    body = table(head, rows, "Values that go stale")
    return "\n".join([*front_matter("Dated facts", INTRO, search=False), "# Dated facts", "", INTRO, "", body, ""])


def _day(day: date) -> str:
    return dates.write(day).replace(" ", "&nbsp;")
