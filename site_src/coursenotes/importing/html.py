"""Builds the tree of a note, with the HTML inside it as the same nodes; dangerous parts are removed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from coursenotes.importing.tree import INLINE, Node, Report, short

_SAME = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "dfn": "em", "var": "em",
         "del": "del", "s": "del", "strike": "del"}  # fmt: skip
_CODE = ("code", "tt", "samp", "kbd")
_KEPT = ("sub", "sup", "mark", "u", "small")
_CLEAR = ("span", "font", "big", "abbr", "acronym", "label", "ins", "q", "time", "bdi", "bdo", "nobr", "wbr", "data",
          "picture", "html", "body", "head", "title", "thead", "tbody", "tfoot", "colgroup", "col", "ruby",
          "rt", "rp")  # fmt: skip
_GROUPS = ("div", "center", "section", "article", "header", "footer", "figure", "figcaption", "main", "aside", "nav",
           "dl", "dt", "dd", "address", "caption", "hgroup", "fieldset", "legend", "form", "p")  # fmt: skip
_DROP = ("script", "style", "noscript", "template", "svg", "math", "select", "button", "textarea", "object", "applet")
_ALONE = {"input", "link", "meta", "base", "param", "frame", "frameset", "area", "map", "track", "canvas"}
_MEDIA = ("iframe", "embed", "video", "audio", "source")
_KINDS = {"ul": "list", "ol": "list", "li": "item", "blockquote": "quote", "pre": "block", "table": "table",
          "tr": "row", "td": "cell", "th": "cell", "details": "details", "summary": "summary"}  # fmt: skip
_KINDS |= {f"h{n}": "heading" for n in range(1, 7)}
KNOWN = {*_SAME, *_CODE, *_KEPT, *_CLEAR, *_GROUPS, *_DROP, *_ALONE, *_MEDIA, *_KINDS, "a", "img", "br", "hr"}
_TEXT_ONLY = ("paragraph", "heading", "cell", "summary")  # they hold inline nodes, no blocks


class Builder:
    """Puts blocks and inline nodes into a tree, as Markdown and HTML open and close them."""

    def __init__(self, report: Report, line: int = 1):
        self.root = Node("document", line)
        self.report, self.line = report, line
        self.stack: list[tuple[Node, str]] = [(self.root, "")]  # with the HTML tag that opened it, if one did

    # -- from Markdown
    def open(self, kind: str, **attrs: Any) -> Node:
        """Begin a node that Markdown marks."""
        if kind not in INLINE:
            self._end_paragraph()
        return self._push(kind, "", attrs)

    def close(self, kind: str) -> None:
        """End the last node of this kind that Markdown began, and the HTML that was not ended inside it."""
        at = max((n for n, (node, tag) in enumerate(self.stack) if node.kind == kind and not tag), default=0)
        if at:
            self._pop_to(at)

    def add(self, kind: str, text: str = "", **attrs: Any) -> None:
        """Add a node without children."""
        if self._code() is not None:
            self.text(text or ("\n" if kind in ("soft", "break") else str(attrs.get("alt", ""))))
            return
        if kind == "comment" and self._in_line():
            self.report.removed.append(text)  # it may be where no comment can be kept
            text = " ".join(text.split())
        elif kind in INLINE and kind != "comment":
            self._begin_paragraph()
        else:
            self._end_paragraph()
        self.top.children.append(Node(kind, self.line, text, attrs))

    def text(self, text: str) -> None:
        """Add some text."""
        code = self._code()
        if code is not None:
            code.text += text
        elif text:
            self._begin_paragraph()
            self.top.children.append(Node("text", self.line, text))

    def paragraph(self, text: str) -> None:
        """Add a piece of text as a paragraph of its own."""
        self._end_paragraph()
        self.text(text)
        self._end_paragraph()

    def finish(self) -> None:
        """End the note."""
        self._pop_to(1)

    # -- from HTML
    def html_block(self, content: str) -> None:
        """Read a block of raw HTML, which may end in a later one."""
        _Events(self, self.line).all(content)
        if not any(tag in _DROP for _, tag in self.stack):
            self._end_paragraph()

    def html_inline(self, content: str) -> None:
        """Read one tag or comment within a line."""
        _Events(self, self.line).all(content)

    def begin(self, tag: str, attrs: dict[str, str], raw: str) -> None:
        """Open an HTML tag."""
        if tag not in KNOWN:
            self.text(raw)
            return
        self.report.removed.append(raw)
        self._report(tag, attrs)
        if self._code() is not None or any(t in _DROP for _, t in self.stack):
            return
        if tag in _DROP:
            self._push("removed", tag, {})
        elif tag in _ALONE:
            self.report.add(self.line, f"<{tag}>", "removed")
        elif tag in _MEDIA:
            self._media(tag, attrs)
        elif tag == "img":
            self.add("image", src=attrs.get("src", ""), alt=attrs.get("alt", ""), title=attrs.get("title", ""))
        elif tag in ("br", "hr"):
            self.add("break" if tag == "br" or self._in_line() else "rule")
        elif tag == "a":
            self._anchor(attrs)
        elif tag in _CODE:
            self._begin_paragraph()
            self._push("code", tag, {})
        elif tag in _SAME or tag in _KEPT:
            self._begin_paragraph()
            self._push(_SAME.get(tag, "html"), tag, {"tag": tag})
        elif tag in _CLEAR:
            if attrs.get("title"):
                self.text(f"({attrs['title']}) ")
        else:
            self._block(tag, attrs)

    def end(self, tag: str, raw: str) -> None:
        """Close an HTML tag. One that closes nothing is left out."""
        if tag not in KNOWN:
            self.text(raw)
            return
        self.report.removed.append(raw)
        for at in range(len(self.stack) - 1, 0, -1):
            node, opened = self.stack[at]
            if opened == tag:
                self._pop_to(at, ended=True)
                return
            if not opened and node.kind not in INLINE:
                break
        if tag in ("p", "br", "li", "tr", "td") and self._in_line():
            self.add("break")

    # -- inside
    @property
    def top(self) -> Node:
        return self.stack[-1][0]

    def _push(self, kind: str, tag: str, attrs: dict[str, Any]) -> Node:
        node = Node(kind, self.line, "", attrs)
        if self._code() is None:  # marks inside code are code
            self.top.children.append(node)
        self.stack.append((node, tag))
        return node

    def _pop_to(self, at: int, ended: bool = False) -> None:
        while len(self.stack) > at:
            node, tag = self.stack.pop()
            if node.kind == "removed":
                self._remove(node, tag, ended and len(self.stack) == at)

    def _remove(self, node: Node, tag: str, ended: bool) -> None:
        if not ended:
            node.kind = "group" if not self._in_line() else "span"
            self.report.add(node.line, f"<{tag}> that does not end", "removed, its text kept")
            return
        text = " ".join(n.text or n.attrs.get("alt", "") for n in node.walk() if n.text or n.attrs.get("alt"))
        self.top.children.remove(node)
        self.report.add(node.line, f"<{tag}>{short(text)}</{tag}>", "removed", text)
        self.report.removed += [str(value) for n in node.walk() for value in n.attrs.values()]

    def _code(self) -> Node | None:
        """The code that is being read from HTML, if any."""
        return next((node for node, tag in self.stack if tag and node.kind in ("code", "block")), None)

    def _in_line(self) -> bool:
        return any(node.kind in _TEXT_ONLY or node.kind in INLINE for node, _ in self.stack)

    def _begin_paragraph(self) -> None:
        """Begin a paragraph for text that is where a block should be."""
        if not self._in_line() and not any(node.kind == "removed" for node, _ in self.stack):
            self._push("paragraph", "auto", {"tight": self.top.kind == "item"})

    def _end_paragraph(self) -> None:
        """End a paragraph that was begun for bare text in HTML."""
        at = next((n for n, (_, tag) in enumerate(self.stack) if tag == "auto"), None)
        if at is not None:
            self._pop_to(at)

    def _block(self, tag: str, attrs: dict[str, str]) -> None:
        self._end_paragraph()
        if self._in_line():
            if tag in ("li", "p", "tr", "summary", *_KINDS) and self.top.children:
                self.add("break")
            if tag == "li":
                self.text("• ")
            return
        kind = _KINDS.get(tag, "paragraph" if tag in ("p", "dt", "figcaption", "caption") else "group")
        holders = {"item": "list", "row": "table", "cell": "row", "summary": "details"}
        if kind in holders:
            self._leave(holders[kind])
            if not self.stack[-1][1] or self.top.kind != holders[kind]:
                kind = "group"
        values: dict[str, Any] = {}
        if kind == "heading":
            values = {"level": int(tag[1])}
        elif kind == "list":
            start = attrs.get("start", "1")
            values = {"start": (int(start) if start.isdecimal() else 1) if tag == "ol" else None}
        elif kind == "cell":
            values = {"head": tag == "th", "align": attrs.get("align", "")}
        elif kind == "details":
            values = {"open": "open" in attrs}
        elif kind == "block":
            values = {"language": ""}
        self._push(kind, tag, values)

    def _leave(self, holder: str) -> None:
        """Close everything up to the list, row or table that this tag continues."""
        for at in range(len(self.stack) - 1, 0, -1):
            node, opened = self.stack[at]
            if not opened:
                return
            if node.kind == holder:
                self._pop_to(at + 1)
                return

    def _anchor(self, attrs: dict[str, str]) -> None:
        name = attrs.get("name") or attrs.get("id")
        if name:
            self.root.attrs.setdefault("anchors", []).append((self.line, name))
        if "href" in attrs:
            self._begin_paragraph()
            self._push("link", "a", {"href": attrs["href"], "title": attrs.get("title", "")})

    def _media(self, tag: str, attrs: dict[str, str]) -> None:
        source = attrs.get("src", "")
        if source:
            self._begin_paragraph()
            link = Node("link", self.line, "", {"href": source, "title": ""})
            link.children = [Node("text", self.line, attrs.get("title") or ("page" if tag == "iframe" else tag))]
            self.top.children.append(link)
        self.report.add(self.line, f"<{tag}> {source}", "a link in its place" if source else "removed")

    def _report(self, tag: str, attrs: dict[str, str]) -> None:
        for name, value in attrs.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                self.report.add(self.line, f'{name}="{short(value)}" of <{tag}>', "removed")


class _Events(HTMLParser):
    """Passes each tag, text and comment of some HTML to a builder."""

    def __init__(self, builder: Builder, line: int):
        super().__init__(convert_charrefs=True)
        self.builder, self.first = builder, line

    def all(self, content: str) -> None:
        self.feed(content)
        self.close()
        if self.rawdata.strip():  # what follows a <script> that does not end
            self.handle_data(self.rawdata)

    def _place(self) -> None:
        self.builder.line = self.first + self.getpos()[0] - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._place()
        self.builder.begin(tag, {name: value or "" for name, value in attrs}, self.get_starttag_text() or f"<{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in KNOWN and tag not in ("br", "hr", "img", *_ALONE, *_MEDIA, *_GROUPS):
            self.builder.end(tag, "")

    def handle_endtag(self, tag: str) -> None:
        self._place()
        self.builder.end(tag, f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._place()
        builder = self.builder
        if builder._code() is not None:
            builder.text(data)
            return
        if not data.strip() and not builder._in_line():
            return
        for number, line in enumerate(data.split("\n")):
            if number:
                builder.line += 1
                if builder.top.children and builder._in_line():
                    builder.add("soft")
            text = re.sub(r"\s+", " ", line)
            builder.text(text if builder._in_line() and builder.top.children else text.lstrip())

    def handle_comment(self, data: str) -> None:
        self._place()
        if re.search(r"--|^-?>|-$", data) or len(data) > 10_000:
            self.builder.report.add(self.builder.line, f"a comment: {short(data)}", "left out", data)
        else:
            self.builder.add("comment", f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._place()
        self.builder.report.add(self.builder.line, f"<!{short(decl)}>", "left out", decl)

    def handle_pi(self, data: str) -> None:
        self._place()
        self.builder.text(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self._place()
        self.builder.text(f"<![{data}]>")
