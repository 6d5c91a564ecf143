"""Converts times, links and images in a note's lines; those that cannot be converted stay as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from coursenotes.discover.text.addresses import Malformed, parse_href, scheme_problem
from coursenotes.importing.files import CannotImport, NoteFiles
from coursenotes.importing.times import TimeFinder
from coursenotes.importing.tree import INLINE, Node, Report, short

_BARE = re.compile(r"(?<![\w/@.])(?:https?://|www\.(?=\w))[^\s<>\"“”`|]+", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Converter:
    """Converts the lines of one note.

    leading: whether its lines begin with times without brackets. embed: whether it is a notebook, which holds images.
    """

    def __init__(self, report: Report, times: TimeFinder, files: NoteFiles, leading: bool = False, embed: bool = False):
        self.report, self.times, self.files, self.leading, self.embed = report, times, files, leading, embed
        self.attachments: dict[str, tuple[bytes, str]] = {}

    def run(self, node: Node) -> None:
        """Convert everything below a node."""
        for child in list(node.children):
            if child.kind not in INLINE:
                self.run(child)
        if any(child.kind in INLINE for child in node.children) or node.kind == "span":
            node.children = self._line(node.children, link=False)

    def _line(self, nodes: list[Node], link: bool, first: bool = True) -> list[Node]:
        converted: list[Node] = []
        for node in _joined(nodes):
            if node.kind == "text":
                converted += self._text(node, link, first)
            elif node.kind == "link":
                converted += self._nested(node) if link else self._link(node)
            elif node.kind == "image":
                converted += self._image(node, link)
            elif node.kind in INLINE and node.kind not in ("code", "math"):
                node.children = self._line(node.children, link, first)
                if node.children or node.kind in ("soft", "break", "note", "comment", "time"):
                    converted.append(node)
            else:
                converted.append(node)
            first = node.kind in ("soft", "break")
        return converted

    def _text(self, node: Node, link: bool, first: bool) -> Iterator[Node]:
        """Make links of bare addresses, and times of everything that reads like one."""
        at, first = 0, first and self.leading
        for match in [] if link else _BARE.finditer(node.text):
            address = _trimmed(match[0])
            if match.start() > at:
                yield from self.times.split(Node("text", node.line, node.text[at : match.start()]), first and not at)
            yield from self._link(Node("link", node.line, "", {"href": address}, [Node("text", node.line, address)]))
            at = match.start() + len(address)
        if at < len(node.text):
            yield from self.times.split(Node("text", node.line, node.text[at:]), first and not at, link)

    # -- links
    def _nested(self, node: Node) -> list[Node]:
        """A link inside a link: its text, with the address in code."""
        self.report.add(node.line, f"a link inside a link: {short(node.attrs['href'])}", "shown in code")
        return [*self._line(node.children, True), *_in_code(node.attrs["href"], node.line)]

    def _link(self, node: Node) -> list[Node]:
        href, line = " ".join(str(node.attrs["href"]).split()), node.line
        words = node.words()
        children = self._line(node.children, link=True)
        after = [child for child in children if child.kind == "link"]  # images of the web, which became links
        children = [child for child in children if child.kind != "link"]
        video = self.times.video(href, line)
        if video is not None:
            self.report.count("links to seconds of videos", href + (words if words == href else ""))
            time = video.partition("@")[2]
            text = [Node("text", line, time or video.partition(":")[2])] if words in (href, "") else children
            return [Node("link", line, "", {"href": video}, text), *after]
        address, why = self._address(href, line)
        if address is None:
            if why:
                title = str(node.attrs.get("title") or "")
                self.report.add(line, f"the link {short(href, 90)}: {why}", "text, with the address in code", title)
            return [*children, *(_in_code(href, line) if href and href != words else []), *after]
        if not children:
            children = [Node("text", line, (after and "link") or short(re.sub(r"^\w+:(//)?", "", address), 90))]
        title = str(node.attrs.get("title") or "")
        link = Node("link", line, "", {"href": address, "title": title}, children)
        return [link, *(piece for one in after for piece in (Node("text", line, " "), one))]

    def _address(self, href: str, line: int) -> tuple[str | None, str]:
        """(the address as the page writes it, "") or (None, the reason; "" where nothing is lost)."""
        if not href:
            return None, "it leads nowhere"
        if href.startswith("#"):
            return href, ""  # outline.py checks it against the headings
        if href.startswith("//"):
            href = f"https:{href}"
        elif re.match(r"www\.\w", href, re.IGNORECASE):
            href = f"https://{href}"
        if scheme_problem(href) is not None:
            return None, "not a web address"
        if not _SCHEME.match(href):
            try:
                address = self.files.link(href)
            except CannotImport as error:
                return None, str(error)
            if self.embed and not address.endswith((".md", ".ipynb")):
                return None, "files are not imported with a notebook"
            if "#" in href:
                self.report.add(line, f"the link {short(href, 90)}", "leads to the page, not to the place on it",
                                href.partition("#")[2])  # fmt: skip
            self.report.count("links to files that are imported too", href)
            return address, ""
        try:
            parts = urlsplit(href)
            if parts.scheme.lower() in ("http", "https") and not parts.hostname:
                return None, "it names no host"
            reference = parse_href(href)
        except (Malformed, ValueError) as error:
            return None, str(error)
        if reference is None:
            return href, ""
        code = reference.name.partition("@")[0]
        if reference.scheme == "lecture" and (lecture := self.times.lectures.get(code)) and self.times.listed(lecture):
            return href, ""
        return None, f"{reference.scheme}: is a reference of this project; write it by hand where it is meant"

    # -- images
    def _image(self, node: Node, link: bool) -> list[Node]:
        src, line = str(node.attrs.get("src", "")).strip(), node.line
        alt = " ".join(str(node.attrs.get("alt", "")).split())
        words = alt or " ".join(str(node.attrs.get("title", "")).split())
        if src.startswith("//"):
            src = f"https:{src}"
        if re.match(r"https?:", src, re.IGNORECASE):
            what = f"the image {short(src, 90)} is on another site"
            self.report.add(line, what, "a link in its place; nothing is fetched")
            text = [Node("text", line, words or "image")]
            if self._address(src, line)[0] is None:
                return [*text, *_in_code(src, line)]
            shown = Node("link", line, "", {"href": src, "title": ""}, text)
            return [Node("text", line, words), shown] if link and words else [shown]
        if src.startswith("attachment:") and self.embed:
            return [Node("image", line, "", {"src": src, "alt": words or _name_of(src), "title": ""})]
        try:
            if self.embed:
                data, ending = self.files.read_image(src)
                name = f"{re.sub(r'[^a-z0-9]+', '-', PurePosixPath(src[:200]).stem.casefold())[:40]}{ending}"
                self.attachments[name] = data, ending
                path = f"attachment:{name}"
            else:
                path = self.files.image(src)
        except CannotImport as error:
            shown_src = short(src, 90)
            self.report.add(line, f"the image {shown_src}: {error}", "text, with the address in code",
                            src if src.startswith("data:") else "")  # fmt: skip
            return [
                Node("text", line, words or "image"),
                *_in_code(shown_src if src.startswith("data:") else src, line),
            ]
        self.report.count("images that are imported too", src)
        if path in self.files.smaller:
            self.report.add(line, f"the image {short(src)} is too large for a page", "a smaller copy in its place")
        if not words:
            named = f"named {_name_of(path)!r}: say what it shows"
            self.report.add(line, f"the image {short(src)} has no words", named)
        title = str(node.attrs.get("title", "")) if alt else ""
        return [Node("image", line, "", {"src": path, "alt": words or _name_of(path), "title": title})]


def _name_of(src: str) -> str:
    return re.sub(r"[-_]+", " ", PurePosixPath(src.removeprefix("attachment:")).stem) or "picture"


def _in_code(href: str, line: int) -> list[Node]:
    return [Node("text", line, " ("), Node("code", line, href), Node("text", line, ")")]


def _joined(nodes: list[Node]) -> list[Node]:
    """Join neighboring pieces of text."""
    joined: list[Node] = []
    for node in nodes:
        if node.kind == "text" and joined and joined[-1].kind == "text":
            joined[-1].text += node.text
        else:
            joined.append(node)
    return joined


def _trimmed(address: str) -> str:
    """A bare address without the punctuation that ends its sentence."""
    while True:
        trimmed = address.rstrip(".,;:!?'’*_~]}")
        if trimmed.endswith(")") and trimmed.count(")") > trimmed.count("("):
            trimmed = trimmed[:-1]
        if trimmed == address:
            return address
        address = trimmed
