"""Gives each erratum, refuted sentence and correction the address that knowledge.facts.errata assigns to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from markdown.treeprocessors import Treeprocessor

from coursenotes.knowledge.facts import errata
from coursenotes.paths import Paths
from coursenotes.site.markdown.view import View


class Errata(Treeprocessor):
    """Puts an id on each box, and notes a problem if the renderer and knowledge.facts.errata find different boxes."""

    def __init__(self, md: Any, view: Callable[[], View | None]):
        super().__init__(md)
        self.view = view

    def run(self, root: ET.Element) -> None:
        view = self.view()
        if view is None or view.info is None or Paths.is_for_contributors(view.name):
            return
        if view.info.meta.get("publish") == "index":  # little of its text is rendered
            return
        rendered = [element for element in root.iter() if element.tag in ("div", "details") and _kind(element)]
        found = errata.of_page(view.info, view.knowledge.lectures)
        if [_kind(element) for element in rendered] != [box.kind for box in found]:
            view.fail(f"{len(rendered)} corrections are rendered, and {len(found)} found in the page's text",
                      "begin each on a line of its own: !!! erratum")  # fmt: skip
            return
        for element, box in zip(rendered, found, strict=True):
            element.set("id", box.anchor)


def _kind(element: ET.Element) -> str:
    """The kind of a box, or an empty text for any other element."""
    classes = (element.get("class") or "").split()
    boxed = element.tag == "details" or "admonition" in classes
    return next((kind for kind in errata.KINDS if boxed and kind in classes), "")
