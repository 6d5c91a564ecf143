"""A sentence or two of Markdown as plain words in an element: formulas are set, all other markup is left out."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from markdown.util import AtomicString

from coursenotes.discover.text import prose
from coursenotes.discover.text.formulas import IN_DOLLARS

_CODE_OR_FORMULA = re.compile(rf"`(?P<code>[^`]+)`|{IN_DOLLARS}", re.DOTALL)


def put(element: ET.Element, text: str) -> None:
    """Append these words to an element, without links and spans: a tip may be inside a link."""
    at = 0
    for match in _CODE_OR_FORMULA.finditer(text):
        say(element, text[at : match.start()])
        code, tex = match["code"], match[match.lastindex or 0]
        child = ET.SubElement(element, "code" if code else "small", {} if code else {"class": "arithmatex"})
        child.text = AtomicString(code or rf"\({tex}\)")
        at = match.end()
    say(element, text[at:])


def say(element: ET.Element, text: str) -> None:
    """Append plain words, without Markdown, that no other extension changes."""
    words = prose.plain(f"\0{text}\0").replace("\0", "")  # the ends are kept from being trimmed
    words = (" " if text[:1].isspace() else "") + words.strip() + (" " if text[-1:].isspace() and words.strip() else "")
    if len(element):
        element[-1].tail = AtomicString((element[-1].tail or "") + words)
    else:
        element.text = AtomicString((element.text or "") + words)
