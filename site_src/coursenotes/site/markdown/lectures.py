"""lecture: and bare times as HTML: links to a second of a video."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from markdown.inlinepatterns import InlineProcessor

from coursenotes.discover.text.addresses import parse_time
from coursenotes.discover.text.references import TIME
from coursenotes.site.markdown.view import View

BARE = "cn-bare"  # marks the link of a bare time until it is resolved


class TimeLinks(InlineProcessor):
    """[1:08:22] and [DL1v3L5@1:54:00] as links, which are resolved with all others when the page's tree is complete."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Any):
        super().__init__(TIME.pattern, md)

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        time = m["at"] or m["time"]
        element = ET.Element("a", {"href": f"lecture:{m['code'] or ''}@{time}", "class": BARE})
        element.text = f"{m['code']} {time}" if m["code"] else time
        return element, m.start(0), m.end(0)


def lecture(view: View, element: ET.Element, target: str) -> None:
    """Make a link element lead to a second of the video; without a video it becomes text. Raises KeyError."""
    code, _, time = target.partition("@")
    lectures = view.knowledge.lectures
    found = lectures.get(code) if code else lectures.of_page(view.info) if view.info else None
    if found is None:
        raise KeyError(f"no lecture {code!r}" if code else "this page has no lecture of its own")
    course = lectures.courses[found.course]
    if not "".join(element.itertext()).strip() and not len(element):
        element.text = f"{found.title}, {time}" if time else found.title
    address = found.watch(parse_time(time) if time else 0)
    element.attrib.clear()
    element.set("class", "cn-time")
    element.set("title", f"{course.title}, lecture {found.name}: {found.title}")
    if address:
        element.set("href", address)
    else:
        element.tag = "span"
