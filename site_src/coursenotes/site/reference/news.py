"""The page of news: the changes since the last release, and those of each release."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from coursenotes import dates
from coursenotes.claims import verdicts
from coursenotes.paths import Paths
from coursenotes.site import history
from coursenotes.site.evidence import changes
from coursenotes.site.html import ROOT, badge, claim_link, front_matter, page_url

if TYPE_CHECKING:
    from coursenotes.project import Project
    from coursenotes.site.history import Step

KINDS = (("New notes", ("new",)), ("Changed notes", ("text", "title", "renamed")), ("Gone", ("gone",)))


def page(project: Project) -> str:
    """The page as Markdown, the newest first."""
    now, *steps = history.steps(project)
    parts = front_matter("What is new", "What changed in the notes since the last release, and what each one brought")
    parts += ["", "# What is new", ""]
    parts += ["What each release brought: new notes, changed ones, and verdicts that turned.", ""]
    parts += [f'<p><a href="{ROOT}feed.xml">A feed</a> tells the same to a feed reader.</p>', ""]
    if now.before is None:
        return "\n".join([*parts, "There is no release yet.", ""])
    parts += ["## Not yet released", "", *_step(project, now)]
    for step in steps:
        parts += [f"## {step.after.name}", "", *_step(project, step)]
    return "\n".join(parts)


def _step(project: Project, step: Step) -> Iterator[str]:
    """The changes of one release, or those since the last."""
    there, before = step.after, step.before
    if there.name:
        notes = sum(not Paths.is_for_contributors(name) for name in there.pages)
        yield f"<p>{dates.write(there.day)}: {notes} pages, {len(there.claims)} claims.</p>\n"
    elif before is not None:
        yield f"<p>Since {escape(before.name)} of {dates.write(before.day)}.</p>\n"
    told = False
    for title, kinds in KINDS:
        items = [_note(project, step, name) for name in step.notes(*kinds)]
        if items:
            told = True
            yield f"### {title}\n\n<ul>{''.join(items)}</ul>\n"
    claims = list(_claims(project, step)) if before is not None else []
    if claims:
        yield f"### Claims\n\n<ul>{''.join(claims)}</ul>\n"
    elif not told:
        yield "<p>No note and no claim has changed.</p>\n"


def _note(project: Project, step: Step, name: str) -> str:
    """A page with its former title, or a note that it was renamed."""
    words = [f"was called “{c.before}”" for c in step.pages[name] if c.kind == "title"]
    words += ["renamed"] if any(c.kind == "renamed" for c in step.pages[name]) else []
    title, aside = escape(step.title(name)), escape("; ".join(words))
    if name in project.catalog.pages:
        title = f'<a href="{escape(page_url(name))}">{title}</a>'
    return f'<li>{title} <span class="cn-aside">{aside}</span></li>' if aside else f"<li>{title}</li>"


def _claims(project: Project, step: Step) -> Iterator[str]:
    """Each claim that changed, with its verdict of today."""
    for name, changed in step.claims.items():
        claim = project.catalog.claims.get(name)
        what = (
            f"{claim_link(project, claim)} {badge(verdicts.best(project.plan, name))}"
            if claim
            else f"<code>{name}</code>"
        )
        yield f'<li>{what} <span class="cn-aside">{escape("; ".join(changes.words(changed)))}</span></li>'
