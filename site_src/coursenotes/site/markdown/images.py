"""A picture with a caption: an image alone in its paragraph whose title is the caption, in Markdown.

![A kernel of nine weights slides over a picture](kernel.png "Each output sees *nine* pixels. Drawing: Ana, CC BY")
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from markdown.blockprocessors import BlockProcessor

_ALONE = re.compile(
    r"""[ ]{0,3}!\[(?P<alt>[^\[\]]*)\]\(\s*(?:<(?P<angle>[^<>\n]*)>|(?P<plain>[^\s()<>]+))"""
    r"""\s+(?:"(?P<double>.+)"|'(?P<single>.+)')\s*\)(?P<attributes>\{[^{}\n]*\})?[ ]*""",
    re.DOTALL,
)
_SCHEME = re.compile(r"(?!https?:)[A-Za-z][\w+.-]*:")


class Captions(BlockProcessor):
    """Turns such a paragraph into a figure; other extensions process its caption like any text."""

    def test(self, parent: ET.Element, block: str) -> bool:
        match = _ALONE.fullmatch(block)
        return match is not None and not _SCHEME.match(match["angle"] or match["plain"])

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        match = _ALONE.fullmatch(blocks.pop(0))
        assert match is not None
        figure = ET.SubElement(parent, "figure", {"class": "cn-picture"})
        image = ET.SubElement(figure, "img", {"src": match["angle"] or match["plain"]})
        image.set("alt", " ".join(re.sub(r"[*`\\]", "", match["alt"]).split()))
        image.tail = match["attributes"]
        ET.SubElement(figure, "figcaption").text = " ".join((match["double"] or match["single"]).split())
