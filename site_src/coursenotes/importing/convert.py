"""Turns the pieces of a note's lines into ours: times, links and images; what cannot be turned stays as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from coursenotes.discover.text.references import Malformed, parse_href, scheme_problem
from coursenotes.importing.files import Files, Refused
from coursenotes.importing.times import Times
from coursenotes.importing.tree import INLINE, Node, Report, short

_BARE = re.compile(r"(?<![\w/@.])(?:https?://|www\.(?=\w))[^\s<>\"“”`|]+", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Turner:
    """Turns the lines of one note. times: whether its lines begin with times that stand in no brackets."""

    def __init__(self, report: Report, times: Times, files: Files, leading: bool = False, embed: bool = False):
        self.report, self.times, self.files, self.leading, self.embed = report, times, files, leading, embed
        self.attachments: dict[str, tuple[bytes, str]] = {}

    def run(self, node: Node) -> None:
        """Turn everything below a node."""
        for child in list(node.children):
            if child.kind not in INLINE:
                self.run(child)
        if any(child.kind in INLINE for child in node.children) or node.kind == "span":
            node.children = self._line(node.children, link=False)

    def _line(self, nodes: list[Node], link: bool, first: bool = True) -> list[Node]:
        found: list[Node] = []
        for node in _joined(nodes):
            if node.kind == "text":
                found += self._text(node, link, first)
            elif node.kind == "link":
                found += self._flat(node) if link else self._link(node)
            elif node.kind == "image":
                found += self._image(node, link)
            elif node.kind in INLINE and node.kind not in ("code", "math"):
                node.children = self._line(node.children, link, first)
                if node.children or node.kind in ("soft", "break", "note", "comment", "time"):
                    found.append(node)
            else:
                found.append(node)
            first = node.kind in ("soft", "break")
        return found

    def _text(self, node: Node, link: bool, first: bool) -> Iterator[Node]:
        """Bare addresses become links, times become ours."""
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
    def _flat(self, node: Node) -> list[Node]:
        """A link inside a link: its text, with the address in code."""
        self.report.add(node.line, f"a link inside a link: {short(node.attrs['href'])}", "shown in code")
        return [*self._line(node.children, True), *_in_code(node.attrs["href"], node.line)]

    def _link(self, node: Node) -> list[Node]:
        href, line = " ".join(str(node.attrs["href"]).split()), node.line
        said = node.words()
        children = self._line(node.children, link=True)
        after = [child for child in children if child.kind == "link"]  # pictures of the web, which became links
        children = [child for child in children if child.kind != "link"]
        video = self.times.video(href, line)
        if video is not None:
            self.report.turn("links to seconds of videos", href + (said if said == href else ""))
            time = video.partition("@")[2]
            text = [Node("text", line, time or video.partition(":")[2])] if said in (href, "") else children
            return [Node("link", line, "", {"href": video}, text), *after]
        address, why = self._address(href, line)
        if address is None:
            if why:
                title = str(node.attrs.get("title") or "")
                self.report.add(line, f"the link {short(href, 90)}: {why}", "text, with the address in code", title)
            return [*children, *(_in_code(href, line) if href and href != said else []), *after]
        if not children:
            children = [Node("text", line, (after and "link") or short(re.sub(r"^\w+:(//)?", "", address), 90))]
        title = str(node.attrs.get("title") or "")
        link = Node("link", line, "", {"href": address, "title": title}, children)
        return [link, *(piece for one in after for piece in (Node("text", line, " "), one))]

    def _address(self, href: str, line: int) -> tuple[str | None, str]:
        """(the address as it is written on the page, "") or (None, why there is none; "" where nothing is lost)."""
        if not href:
            return None, "it leads nowhere"
        if href.startswith("#"):
            return href, ""  # the outline knows the headings
        if href.startswith("//"):
            href = f"https:{href}"
        elif re.match(r"www\.\w", href, re.IGNORECASE):
            href = f"https://{href}"
        if scheme_problem(href) is not None:
            return None, "no address of the web"
        if not _SCHEME.match(href):
            try:
                found = self.files.link(href)
            except Refused as error:
                return None, str(error)
            if self.embed and not found.endswith((".md", ".ipynb")):
                return None, "files do not come along with a notebook"
            if "#" in href:
                self.report.add(line, f"the link {short(href, 90)}", "leads to the page, not to the place on it",
                                href.partition("#")[2])  # fmt: skip
            self.report.turn("links to files that come along", href)
            return found, ""
        try:
            parts = urlsplit(href)
            if parts.scheme.lower() in ("http", "https") and not parts.hostname:
                return None, "it names no host"
            target = parse_href(href)
        except (Malformed, ValueError) as error:
            return None, str(error)
        if target is None:
            return href, ""
        code = target.name.partition("@")[0]
        if target.scheme == "lecture" and (lecture := self.times.lectures.get(code)) and self.times.listed(lecture):
            return href, ""
        return None, f"{target.scheme}: is a reference of this project; write it by hand where it is meant"

    # -- images
    def _image(self, node: Node, link: bool) -> list[Node]:
        src, line = str(node.attrs.get("src", "")).strip(), node.line
        alt = " ".join(str(node.attrs.get("alt", "")).split())
        given = alt or " ".join(str(node.attrs.get("title", "")).split())
        if src.startswith("//"):
            src = f"https:{src}"
        if re.match(r"https?:", src, re.IGNORECASE):
            self.report.add(
                line, f"the image {short(src, 90)} lies elsewhere", "a link in its place; nothing is fetched"
            )
            words = given or "image"
            found, _ = self._address(src, line)
            if found is None:
                return [Node("text", line, words), *_in_code(src, line)]
            shown = Node("link", line, "", {"href": src, "title": ""}, [Node("text", line, words)])
            return [Node("text", line, words), shown] if link and given else [shown]
        if src.startswith("attachment:") and self.embed:
            return [Node("image", line, "", {"src": src, "alt": given or _named(src), "title": ""})]
        try:
            if self.embed:
                data, ending = self.files.read_image(src)
                name = f"{re.sub(r'[^a-z0-9]+', '-', PurePosixPath(src[:200]).stem.casefold())[:40]}{ending}"
                self.attachments[name] = data, ending
                put = f"attachment:{name}"
            else:
                put = self.files.image(src)
        except Refused as error:
            shown_src = short(src, 90)
            self.report.add(line, f"the image {shown_src}: {error}", "text, with the address in code",
                            src if src.startswith("data:") else "")  # fmt: skip
            return [
                Node("text", line, given or "image"),
                *_in_code(shown_src if src.startswith("data:") else src, line),
            ]
        self.report.turn("images that come along", src)
        if put in self.files.smaller:
            self.report.add(line, f"the image {short(src)} is too large for a page", "a smaller copy in its place")
        if not given:
            self.report.add(line, f"the image {short(src)} has no words", f"named {_named(put)!r}: say what it shows")
        title = str(node.attrs.get("title", "")) if alt else ""
        return [Node("image", line, "", {"src": put, "alt": given or _named(put), "title": title})]


def _named(src: str) -> str:
    return re.sub(r"[-_]+", " ", PurePosixPath(src.removeprefix("attachment:")).stem) or "picture"


def _in_code(href: str, line: int) -> list[Node]:
    return [Node("text", line, " ("), Node("code", line, href), Node("text", line, ")")]


def _joined(nodes: list[Node]) -> list[Node]:
    """Neighbouring pieces of text as one."""
    found: list[Node] = []
    for node in nodes:
        if node.kind == "text" and found and found[-1].kind == "text":
            found[-1].text += node.text
        else:
            found.append(node)
    return found


def _trimmed(address: str) -> str:
    """A bare address without what ends its sentence."""
    while True:
        short_of = address.rstrip(".,;:!?'’*_~]}")
        if short_of.endswith(")") and short_of.count(")") > short_of.count("("):
            short_of = short_of[:-1]
        if short_of == address:
            return address
        address = short_of
