"""reference/glossary.md: every term in alphabetical order, with its meaning and the page that treats it."""

from __future__ import annotations

from itertools import groupby

from coursenotes.knowledge.facts.glossary import Glossary, Term
from coursenotes.project import Project
from coursenotes.site.html import front_matter
from coursenotes.site.reference.text import escaped, link_to

INTRO = "What the terms of these notes mean, each in a sentence or two."


def page(project: Project) -> str | None:
    """The glossary as Markdown; None if no term is listed."""
    glossary = project.knowledge.glossary
    if not glossary.listed:
        return None
    lines = [*front_matter("Glossary", INTRO), "# Glossary", "", INTRO, ""]
    letters = dict.fromkeys(_letter(term.name) for term in glossary.listed)
    lines += [" ".join(f"[{escaped(letter)}](#{_anchor(letter)})" for letter in letters), "{ .cn-letters }", ""]
    for letter, terms in groupby(glossary.listed, key=lambda term: _letter(term.name)):
        lines += [f"## {letter} {{ #{_anchor(letter)} }}", ""]
        for term in terms:
            lines += [f"### {escaped(term.name)} {{ #{term.id} }}", "", *_entry(project, glossary, term), ""]
    return "\n".join(lines)


def _entry(project: Project, glossary: Glossary, term: Term) -> list[str]:
    """The lines below a term's name."""
    lines = [f"*{escaped(term.stands_for)}*", ""] if term.stands_for else []
    lines += [term.text, ""]
    more = [f"Also: {', '.join(escaped(form) for form in term.also)}."] if term.also else []
    page = project.catalog.pages.get(term.page.partition("#")[0])
    more += [f"Treated in {link_to(page, term.page.partition('#')[2])}."] if page else []
    found = [other for name in term.see if (other := glossary.get(name)) is not None and other.listed]
    more += [f"See also {', '.join(f'[{escaped(other.name)}](#{other.id})' for other in found)}."] if found else []
    return [*lines, *([" ".join(more), "{ .cn-more }"] if more else [])]


def _letter(name: str) -> str:
    """The heading for a term."""
    return name[0].upper() if name[0].isalpha() else "#"


def _anchor(letter: str) -> str:
    return f"letter-{'other' if letter == '#' else letter.casefold()}"
