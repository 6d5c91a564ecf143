"""dated: as HTML: the value with a small mark and a tip with its date; it links to the list of all dated values."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from coursenotes import dates
from coursenotes.discover.text.addresses import Target, write_href
from coursenotes.knowledge.facts import dated as facts
from coursenotes.paths import Paths
from coursenotes.site.markdown.numbers import tip
from coursenotes.site.markdown.view import View


def dated(view: View, element: ET.Element, target: Target) -> None:
    """Make a link element show a value that goes stale. Raises KeyError if its date cannot be read."""
    try:
        day, _ = facts.days(target)
    except ValueError as error:
        raise KeyError(str(error)) from None
    element.attrib.clear()
    element.set("class", "cn-dated")
    nth = _nth(view, target)
    if nth and view.listed:
        element.set("href", view.root + Paths.dated_url(facts.place(view.name, nth)))
    else:
        element.tag = "span"
        element.set("tabindex", "0")
    tip(view, element, [f"as of {dates.write(day)}"])


def _nth(view: View, target: Target) -> int | None:
    """Which of the page's dated values this is, from 1: of several with the same target, the next one."""
    references = [r for r in view.info.references if r.scheme == "dated"] if view.info else []
    same = [n for n, reference in enumerate(references, 1) if reference.target == target]
    which = view.shown[write_href(target)]
    view.shown[write_href(target)] += 1
    return same[which] if which < len(same) else None
