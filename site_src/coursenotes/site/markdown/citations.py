"""[@srivastava2014] as HTML: a link "Srivastava et al., 2014" to its entry in the list of sources below the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from coursenotes.discover.text import citations
from coursenotes.knowledge.credit.literature import Work
from coursenotes.site.markdown import words
from coursenotes.site.markdown.numbers import tip
from coursenotes.site.markdown.view import View

CITE = "cn-cite"  # marks the link to a work until it is resolved
YEAR = "cn-cite--year"
SOURCES = "Sources"


class Citations(InlineProcessor):
    """Turns brackets with keys into links, which are resolved with all others when the page's tree is complete."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Any):
        super().__init__(citations.CITATION.pattern, md)

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        box = ET.Element("span", {"class": "cn-cites"})
        box.text = "("
        for n, work in enumerate(citations.works(m["cited"])):
            before = ("; " if n else "") + (f"{work.before} " if work.before else "")
            if n:
                box[-1].tail = f"{box[-1].tail or ''}{before}"
            else:
                box.text += before
            name = f"{CITE} {YEAR}" if work.year_only else CITE
            link = ET.SubElement(box, "a", {"href": f"cite:{work.key}", "class": name})
            link.tail = f", {work.after}" if work.after else ""
        box[-1].tail = f"{box[-1].tail or ''})"
        return box, m.start(0), m.end(0)


class Sources(Treeprocessor):
    """Lists the works that a page cites, once each, in the order of the text, below a heading Sources."""

    def __init__(self, md: Any, view: Callable[[], View | None]):
        super().__init__(md)
        self.view = view

    def run(self, root: ET.Element) -> None:
        view = self.view()
        keys = dict.fromkeys(key for link in root.iter("a") if (key := cited(link)))
        works = [work for key in keys if view is not None and (work := view.knowledge.literature.get(key))]
        if not works:
            return
        listed = ET.Element("ul", {"class": "cn-sources"})
        for work in works:
            entry(ET.SubElement(listed, "li", {"id": work.anchor}), work)
        headings = [n for n, child in enumerate(root) if child.tag == "h2" and child.text == SOURCES]
        if headings:
            root.insert(headings[-1] + 1, listed)
            return
        heading = ET.Element("h2")
        heading.text = SOURCES
        notes = next((n for n, child in enumerate(root) if child.get("class") == "footnote"), len(root))
        root.insert(notes, heading)
        root.insert(notes + 1, listed)


def cited(element: ET.Element) -> str:
    """The key of the work that a link cites, or an empty string."""
    href = element.get("href", "")
    return href.removeprefix("cite:") if CITE in element.get("class", "").split() and href.startswith("cite:") else ""


def cite(view: View, element: ET.Element, key: str) -> None:
    """Make a link name a work and lead to its entry below. Raises KeyError if there is no such work."""
    work = view.knowledge.literature.works[key]
    element.text = work.when if YEAR in element.get("class", "") else work.label
    element.set("href", f"#{work.anchor}")
    tip(view, element, [work.text], markdown=True)


def entry(element: ET.Element, work: Work) -> None:
    """A work as the list of sources shows it: authors, title with a link, where and when it appeared."""
    if work.names:
        words.put(element, f"{work.authors}: ")
    address = next(iter(work.links.values()), None)
    title = ET.SubElement(element, "a", {"href": address}) if address else ET.SubElement(element, "cite")
    words.put(title, work.title)
    title.tail = ". "
    words.put(element, ", ".join(filter(None, (work.venue, work.when))) + ".")
    for name, href in work.links.items():
        element[-1].tail = (element[-1].tail or "") + " "
        ET.SubElement(element, "a", {"href": href, "class": "cn-sources__place"}).text = name
