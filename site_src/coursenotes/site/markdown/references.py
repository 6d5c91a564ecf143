"""Walks a page's tree and resolves every link and image with a scheme of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from markdown.treeprocessors import Treeprocessor

from coursenotes.discover.text.addresses import Malformed, Target, parse_href
from coursenotes.discover.text.references import BLOCKS
from coursenotes.errors import CoursenotesError
from coursenotes.site.markdown import citations, claims, code, dated, figures, lectures, numbers, terms
from coursenotes.site.markdown.view import View

INLINE: dict[str, Callable[[View, ET.Element, Target], None]] = {
    "measured": numbers.number,
    "claim": claims.claim,
    "lecture": lambda view, element, target: lectures.lecture(view, element, target.name),
    "cite": lambda view, element, target: citations.cite(view, element, target.name),
    "term": lambda view, element, target: terms.term(view, element, target.name),
    "dated": dated.dated,
}
BLOCK: dict[str, Callable[[View, Target, str], str]] = {
    "code": code.block,
    "table": numbers.table,
}


class References(Treeprocessor):
    """Resolves references after all other extensions have run. Raises CoursenotesError with all problems."""

    def __init__(self, md: Any, view: Callable[[], View | None]):
        super().__init__(md)
        self.view = view

    def run(self, root: ET.Element) -> None:
        view = self.view()
        if view is None:
            return
        self.walk(view, root)
        view.finish()

    def walk(self, view: View, parent: ET.Element) -> None:
        for child in list(parent):
            href = child.get("href" if child.tag == "a" else "src") if child.tag in ("a", "img") else None
            try:
                target = _target(child, href, view) if href else None
            except Malformed as error:
                view.fail(str(error), error.fix)
                target = None
            if target is None:
                self.walk(view, child)
                continue
            view.meet(target)
            try:
                self.put(view, parent, child, target)
            except (KeyError, CoursenotesError) as error:
                problems = error.problems if isinstance(error, CoursenotesError) else ()
                view.problems.extend(problems)
                if not problems:
                    view.fail(f"{href}: {error.args[0]}")

    def put(self, view: View, parent: ET.Element, child: ET.Element, target: Target) -> None:
        """Replace one link or image by its target."""
        if target.scheme not in BLOCKS:
            INLINE[target.scheme](view, child, target)
            return
        others = (parent.text or "").strip() or (child.tail or "").strip() or len(parent) > 1
        if parent.tag != "p" or others:
            view.fail(f"{target.scheme}:{target.name} is not alone in its paragraph",
                      "put it on a line of its own, with an empty line above and below")  # fmt: skip
            return
        text = child.get("alt", "") if child.tag == "img" else "".join(child.itertext())
        words = [" ".join(each.split()) for each in (text, child.get("title", ""))]
        html = (
            figures.figure(view, target, *words) if child.tag == "img" else BLOCK[target.scheme](view, target, words[0])
        )
        parent.clear()
        parent.text = self.md.htmlStash.store(html)


def _target(element: ET.Element, href: str, view: View) -> Target | None:
    """The target of a link: an address, a citation, or a bare time, which without a lecture is in the page's own."""
    if element.get("class") == lectures.BARE:
        return Target("lecture", href.partition(":")[2], {}, "sample")
    if citations.cited(element):
        return Target("cite", citations.cited(element), {}, "sample")
    return parse_href(href, view.info.context) if view.info else parse_href(href)
