"""Empty cells in the head of a table, which a screen reader would read as headings without words."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from markdown.treeprocessors import Treeprocessor

_EMPTY = re.compile(r"<th\b([^<>]*)>\s*</th>")


class Tables(Treeprocessor):
    """Turns empty heading cells into plain ones; a head in which no cell has words is left out."""

    def run(self, root: ET.Element) -> None:
        for table in root.iter("table"):
            head = table.find("thead")
            if head is None:
                continue
            empty = [cell for cell in head.iter("th") if not len(cell) and not (cell.text or "").strip()]
            if len(empty) == len(list(head.iter("th"))):
                table.remove(head)
            for cell in empty:
                cell.tag = "td"


def headed(html: str) -> str:
    """The HTML of a table, such as pandas writes it, without empty heading cells."""
    return _EMPTY.sub(r"<td\1></td>", html)
