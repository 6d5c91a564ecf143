"""The terms of the notes, from docs/glossary.yml: their meanings, and which of them are abbreviations.

    logit:
      text: The output of a network for a class before [softmax](term:softmax) turns it into a probability.
      also: [logits]                 # other forms of the word
      page: concepts/losses.md       # the page that treats it
      see: [softmax]
    SGD:
      stands_for: stochastic gradient descent
      text: …

A term is linked with [logits](term:logit), in any case, with - or _ for a space. A term whose page is not listed
is not shown on listed pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text import references
from coursenotes.discover.text.yaml_lines import pairs, root, written
from coursenotes.errors import Problem, Problems, nearest, some, unknown
from coursenotes.knowledge.lectures.visibility import Visibility

FIELDS = ("text", "also", "page", "stands_for", "see")


@dataclass(frozen=True)
class Term:
    """One term as it is written in a sentence. page may end in #anchor; text is Markdown."""

    name: str
    text: str
    line: int
    also: tuple[str, ...] = ()
    page: str = ""
    stands_for: str = ""
    see: tuple[str, ...] = ()
    listed: bool = True

    @property
    def id(self) -> str:
        """Its name in addresses."""
        return slug(self.name)

    @property
    def forms(self) -> tuple[str, ...]:
        """The term and its other forms."""
        return (self.name, *self.also)


@dataclass
class Glossary:
    """Every term by its id, and the mistakes in the file."""

    path: Path
    terms: dict[str, Term] = field(default_factory=dict)
    wrong: list[Problem] = field(default_factory=list)

    def get(self, name: str) -> Term | None:
        """The term of this name or form, in any case; None where there is none."""
        wanted = slug(name)
        other = (term for term in self.terms.values() if wanted in map(slug, term.also))
        return self.terms.get(wanted) or next(other, None)

    @property
    def listed(self) -> list[Term]:
        """The listed terms, in alphabetical order."""
        return sorted((term for term in self.terms.values() if term.listed), key=lambda t: (t.name.casefold(), t.name))

    def abbreviations(self, listed: bool) -> dict[str, Term]:
        """The terms that stand for several words, by each of their forms; listed: only listed terms."""
        terms = [term for term in self.terms.values() if term.stands_for and (term.listed or not listed)]
        return {form: term for term in terms for form in term.forms}

    def problems(self, name: str, path: Path, line: int, page: PageInfo | None, listed: bool) -> Iterator[Problem]:
        """The mistakes in a reference to a term; a listed page may not name a term that is not listed."""
        term = self.get(name)
        if term is None and not self.wrong:
            forms = {slug(form): term.id for term in self.terms.values() for form in term.forms}
            close = forms.get(nearest(slug(name), forms) or "")
            yield Problem(f'no term "{name}" in {self.path.name}', path, line,
                          (f"there is: {some(sorted(self.terms))}",),
                          f"write term:{close}" if close else f"add it to docs/{self.path.name}")  # fmt: skip
        elif term is not None and page is not None and listed and not term.listed:
            what = f"{page.name} is listed, and names the term {term.name}, whose page is not"
            yield Problem(what, path, line, (), "remove the link until then, or unlist this page too")


def slug(name: str) -> str:
    """A term's name in addresses: Learning rate, learning_rate -> learning-rate."""
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())


def load(path: Path, visibility: Visibility) -> Glossary:
    """Read glossary.yml. A file that is not there has no terms."""
    glossary = Glossary(path)
    if not path.is_file():
        return glossary
    wrong = Problems()
    for name, node, line in pairs(root(path, wrong), path, wrong, "the glossary"):
        term = _term(name, node, line, path, wrong, visibility)
        other = glossary.terms.get(term.id)
        if other is not None:
            wrong.add(f"{name} names two terms", path, line, details=[f"the other is {other.name}, line {other.line}"])
        glossary.terms[term.id] = term
    glossary.wrong = wrong.all
    return glossary


def problems(glossary: Glossary, catalog: Catalog) -> Iterator[Problem]:
    """The mistakes in the file: wrong fields, forms that two terms share, unknown pages and terms."""
    yield from glossary.wrong
    seen: dict[str, Term] = {term.id: term for term in glossary.terms.values()}
    for term in glossary.terms.values():
        for form in term.also:
            other = seen.setdefault(slug(form), term)
            if other is not term or slug(form) == term.id:
                details = () if other is term else (f"the other is {other.name}, line {other.line}",)
                what = f"{form} is the term itself" if other is term else f"{form} names two terms"
                yield Problem(what, glossary.path, term.line, details, "remove it from also:")
        page = term.page.partition("#")[0]
        if page and page not in catalog.pages:
            yield unknown("page", page, catalog.pages, glossary.path, term.line, "page: {}", "name a page below docs/")
        for name in term.see:
            yield from glossary.problems(name, glossary.path, term.line, None, False)
        yield from _text(glossary, term)


def _text(glossary: Glossary, term: Term) -> Iterator[Problem]:
    """The mistakes in the references of a term's text. It is shown on many pages, so no address may be relative."""
    names, wrong = references.scan(term.text, glossary.path)
    for problem in wrong:
        yield Problem(problem.what, glossary.path, term.line, problem.details, problem.fix)
    for reference in names:
        if reference.scheme == "term":
            yield from glossary.problems(reference.name, glossary.path, term.line, None, False)
            other = glossary.get(reference.name)
            if other is not None and term.listed and not other.listed:
                what = f"{term.name} is listed, and its text names {other.name}, whose page is not"
                yield Problem(what, glossary.path, term.line, (), "remove the link until then")
        else:
            what = f"{term.name}: a glossary's text refers to other terms only, not to {reference.name}"
            yield Problem(what, glossary.path, term.line, (), "write it on the page that treats the term")


def _term(name: str, node: yaml.Node, line: int, path: Path, wrong: Problems, visibility: Visibility) -> Term:
    fields: dict[str, Any] = {}
    for key, value, at in pairs(node, path, wrong, f"the term {name}", FIELDS):
        fields[key] = written(value)
        type_, type_name = (list, "list") if key in ("also", "see") else (str, "text")
        if type_ is list and isinstance(fields[key], str):
            fields[key] = [fields[key]]
        if not isinstance(fields[key], type_):
            wrong.add(f"{key} of {name} is not a {type_name}", path, at)
            fields.pop(key)
    shown = name.replace("_", " ")
    text = " ".join(fields.get("text", "").split())
    if not text:
        wrong.add(f"the term {name} has no text", path, line, fix="text: its meaning, in a sentence or two")
    page = fields.get("page", "")
    also, see = ([str(item) for item in fields.get(key, ())] for key in ("also", "see"))
    return Term(
        shown, text, line, tuple(also), page, fields.get("stands_for", ""), tuple(see),
        visibility.page(page.partition("#")[0]) if page else True,
    )  # fmt: skip
