"""term: as HTML, and abbreviations in the text: links to the glossary, with the meaning in a tip."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from coursenotes.knowledge.facts.glossary import Term
from coursenotes.paths import Paths
from coursenotes.site.markdown.numbers import tip
from coursenotes.site.markdown.view import View

GLOSSARY = "reference/glossary.md"
SKIPPED = {
    "a", "abbr", "button", "cite", "code", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "kbd", "pre", "samp",
    "script", "style", "summary", "svg", "textarea",
}  # fmt: skip
SKIPPED_CLASSES = {"admonition-title", "arithmatex", "cn-cites", "cn-tip", "tabbed-labels"}


def term(view: View, element: ET.Element, name: str) -> None:
    """Make a link element lead to a term of the glossary, with its meaning in a tip. Raises KeyError."""
    found = view.knowledge.glossary.get(name)
    if found is None:
        raise KeyError(f"no term {name!r}")
    if not "".join(element.itertext()).strip() and not len(element):
        element.text = found.name
    element.set("class", "cn-term")
    element.set("href", address(view, found))
    tip(view, element, meaning(found), markdown=True)


def meaning(term: Term) -> list[str]:
    """The lines of a term's tip."""
    return [*([f"{term.name}: {term.stands_for}"] if term.stands_for else []), term.text]


def address(view: View, term: Term) -> str:
    """The address of a term's explanation, from this page: the glossary, or its own page if the term is not listed."""
    if term.listed:
        return ("" if view.name == GLOSSARY else view.root) + _place(view, term)
    return view.root + Paths.page_url(term.page.partition("#")[0])


class Abbreviations(Treeprocessor):
    """Explains abbreviations in prose: those of the glossary, and those that the page itself defines: *[SGD]: …

    The first in each section has a tip, which works with touch and keyboard too; the others have a title.
    """

    def __init__(self, md: Any, view: Callable[[], View | None], own: Mapping[str, str]):
        super().__init__(md)
        self.view, self.own = view, own

    def run(self, root: ET.Element) -> None:
        view = self.view()
        terms = view.knowledge.glossary.abbreviations(view.listed) if view and view.name != GLOSSARY else {}
        known: dict[str, Term | str] = {**terms, **self.own}
        if view is None or not known:
            return
        names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        pattern = re.compile(rf"(?<![\w/.@_-])(?P<name>{names})s?(?![\w_/@]|\.\w)")
        section: set[str] = set()
        for child in list(root):
            if child.tag in ("h1", "h2"):
                section.clear()
            _Explained(view, pattern, known, section).walk(child)


class _Explained:
    """One section's abbreviations. told: the meanings already explained in it."""

    def __init__(self, view: View, pattern: re.Pattern[str], known: Mapping[str, Term | str], told: set[str]):
        self.view, self.pattern, self.known, self.told = view, pattern, known, told

    def walk(self, element: ET.Element) -> None:
        if element.tag in SKIPPED or SKIPPED_CLASSES & set(element.get("class", "").split()):
            return
        children = list(element)
        text = element.text
        if text and not isinstance(text, AtomicString):
            element.text, made = self.split(text)
            for n, new in enumerate(made):
                element.insert(n, new)
        for child in children:
            self.walk(child)
            tail = child.tail
            if tail and not isinstance(tail, AtomicString):
                child.tail, made = self.split(tail)
                at = list(element).index(child) + 1
                for n, new in enumerate(made):
                    element.insert(at + n, new)

    def split(self, text: str) -> tuple[str, list[ET.Element]]:
        """(text before the first abbreviation, an element for each, with the text after it as its tail)."""
        made: list[ET.Element] = []
        first, at = text, 0
        for match in self.pattern.finditer(text):
            if made:
                made[-1].tail = text[at : match.start()]
            else:
                first = text[: match.start()]
            made.append(self.element(match["name"], match[0]))
            at = match.end()
        if made:
            made[-1].tail = text[at:]
        return first, made

    def element(self, name: str, written: str) -> ET.Element:
        """An abbreviation as an element, with a tip if it is the section's first."""
        meant = self.known[name]
        words = meant if isinstance(meant, str) else meant.stands_for
        if words in self.told:
            element = ET.Element("abbr", {"title": words, "class": "cn-abbr"})
            element.text = AtomicString(written)
            return element
        self.told.add(words)
        if isinstance(meant, str):
            element = ET.Element("span", {"class": "cn-term", "tabindex": "0"})
            lines = [f"{name}: {words}"]
        else:
            element = ET.Element("a", {"class": "cn-term", "href": address(self.view, meant)})
            lines = meaning(meant)
        ET.SubElement(element, "abbr", {"class": "cn-abbr"}).text = AtomicString(written)
        tip(self.view, element, lines, markdown=True)
        return element


def _place(view: View, term: Term) -> str:
    """The address of a term in the glossary, from the site's root, or from the glossary itself."""
    whole = Paths.term_url(term.id)
    return whole[whole.index("#") :] if view.name == GLOSSARY else whole
