"""Writes the tree of a note as Markdown that the site reads as the same tree."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coursenotes.importing.marks import around, block_start, escape, inline_code, is_bare, safe_address, title_part
from coursenotes.importing.tree import INLINE, Node

EMPTY = "&nbsp;"


class Writer:
    """Writes one note. bare_blocks: the numbers of the blocks that are written as bare text."""

    def __init__(self, bare_blocks: frozenset[int] = frozenset(), notebook: bool = False):
        self.bare_blocks, self.notebook = bare_blocks, notebook
        self.starts: list[int] = []  # the line of the output on which each block of the note begins
        self.bare = False

    def page(self, root: Node) -> str:
        """The text of a whole note."""
        lines: list[str] = []
        before: Node | None = None
        for number, node in enumerate(root.children):
            self.bare = number in self.bare_blocks
            written = self.block(node, top=True)
            if not written:
                self.starts.append(len(lines) + 1)
                continue
            if before is not None:
                lines += [""] if not _clash(before, node) else ["", "<!-- -->", ""]
            self.starts.append(len(lines) + 1)
            lines += written
            before = node
        return "\n".join(lines) + "\n"

    def block_of(self, line: int) -> int | None:
        """The number of the block that a line of the output belongs to; None for none."""
        return max((number for number, start in enumerate(self.starts) if start <= line), default=None)

    # -- blocks
    def blocks(self, nodes: Sequence[Node]) -> list[str]:
        """Blocks inside another one, with empty lines between them."""
        lines: list[str] = []
        before: Node | None = None
        for node in _grouped(nodes):
            written = self.block(node)
            if not written:
                continue
            if before is not None:
                lines += [""] if not _clash(before, node) else ["", "<!-- -->", ""]
            lines += written
            before = node
        return lines

    def block(self, node: Node, top: bool = False) -> list[str]:
        kind = node.kind
        if kind == "heading":
            level, anchor = node.attrs.get("out", node.attrs["level"]), node.attrs.get("id")
            text = self.line(node.children).replace("\n", " ").strip()
            text = re.sub(r"#+$", lambda m: "\\#" * len(m[0]), text)
            return ["#" * level + f" {text}" + (f" {{#{anchor}}}" if anchor else "")]
        if kind == "list":
            return self._list(node)
        if kind == "quote":
            return self._quote(node)
        if kind == "block":
            return self._code(node)
        if kind == "table":
            return self._table(node)
        if kind == "rule":
            return ["---"]
        if kind == "formula":
            text = re.sub(r"\n\s*\n", "\n", node.text.strip())
            if self.bare or "$$" in text or not text:
                return self._code(Node("block", node.line, text, {"language": "tex"}))
            return ["$$", *text.split("\n"), "$$"]
        if kind in ("details", "admonition"):
            return self._folded(node)
        if kind == "footnote":
            return self._footnote(node, top)
        if kind == "comment":
            return node.text.split("\n") if not self.bare else []
        if kind in INLINE or kind == "span":
            return self._lines([node])
        if node.children and all(child.kind in INLINE or child.kind == "span" for child in node.children):
            return self._lines(node.children)
        return self.blocks(node.children)

    def _lines(self, nodes: Sequence[Node]) -> list[str]:
        lines = [line.strip() + "  " * line.endswith("  ") for line in self.line(nodes).split("\n") if line.strip()]
        if lines:
            lines[-1] = lines[-1].rstrip()
        return [block_start(line) for line in lines]

    def _list(self, node: Node) -> list[str]:
        items = [child for child in node.children if child.kind == "item"]
        rest = [child for child in node.children if child.kind != "item"]
        start = node.attrs.get("start")
        tight = all(_is_tight(item) for item in items)
        lines: list[str] = []
        for number, item in enumerate(items):
            mark = "- " if start is None else f"{start + number}. "
            inner = [child for child in _grouped(item.children) if child.kind != "comment" or not tight]
            if tight:
                written = [line for child in inner for line in self.block(child)]
                if inner and inner[0].kind != "paragraph":
                    written = [EMPTY, *written]
            else:
                written = self.blocks(inner)
                if inner and inner[0].kind not in ("paragraph", "text"):
                    written = [EMPTY, "", *written]
            written = written or [EMPTY]
            if lines and not tight:
                lines.append("")
            lines.append(mark + written[0])
            lines += ["    " + line if line else "" for line in written[1:]]
        if rest:
            lines += ["", *self.blocks(rest)]
        return lines

    def _quote(self, node: Node) -> list[str]:
        alert = _alert(node)
        if alert is not None:
            return self._folded(alert)
        return [f"> {line}".rstrip() if line.strip() else ">" for line in self.blocks(node.children)]

    def _code(self, node: Node) -> list[str]:
        text = node.text.expandtabs(4) if re.search(r"^ *\t", node.text, re.MULTILINE) else node.text
        longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
        fence = "`" * (longest + 1)
        language = node.attrs.get("language", "")
        language = language if re.fullmatch(r"[A-Za-z][\w+#.-]*", language) else ""
        return [fence + language, *text.split("\n"), fence]

    def _table(self, node: Node) -> list[str]:
        rows = [row for row in node.children if row.kind == "row"]
        other = [child for child in node.children if child.kind != "row"]
        cells = [[self._cell(cell) for cell in row.children if cell.kind == "cell"] for row in rows]
        width = max((len(row) for row in cells), default=0)
        lines: list[str] = []
        if width:
            head = rows[0].children and all(c.attrs.get("head") for c in rows[0].children if c.kind == "cell")
            if not head:
                cells.insert(0, [])
            full = [[*row, *[""] * (width - len(row))] for row in cells]
            lines = ["| " + " | ".join(row) + " |" for row in (full[0], ["---"] * width, *full[1:])]
        return self._with_stray(lines, [*other, *(c for row in rows for c in row.children if c.kind != "cell")])

    def _with_stray(self, lines: list[str], others: list[Node]) -> list[str]:
        """Lines of a table, after the blocks that HTML had between its rows or cells, where Markdown can hold none."""
        stray = self.blocks(others)
        return [*stray, "", *lines] if stray and lines else stray or lines

    def _cell(self, node: Node) -> str:
        text = self.line(node.children, table=True)
        return re.sub(r"\s*\n\s*", " ", re.sub(r"(?:<br>|\s)+$|^(?:<br>|\s)+", "", text)).strip()

    def _folded(self, node: Node) -> list[str]:
        summary = next((child for child in node.children if child.kind == "summary"), None)
        rest = [child for child in node.children if child is not summary]
        title = self.line(summary.children).replace("\n", " ").strip() if summary is not None else ""
        body = self.blocks(rest)
        if self.bare or self.notebook or '"' in title:
            title = title.replace('"', "&quot;")
        if self.bare or self.notebook:
            return [line for part in ([block_start(title)] if title else [], body) if part for line in (*part, "")][:-1]
        mark = "!!!" if node.kind == "admonition" and not node.attrs.get("fold") else "???"
        mark += "+" if node.attrs.get("open") else ""
        name = re.sub(r"[^a-z-]", "", str(node.attrs.get("name", "note")).casefold()) or "note"
        name = name if name not in ("erratum", "refuted") else "note"  # these are about the project's own notes
        named = f' "{title}"' if title else ' "Details"' if mark.startswith("?") else ""
        return [f"{mark} {name}{named}", *("    " + line if line else "" for line in body or [EMPTY])]

    def _footnote(self, node: Node, top: bool) -> list[str]:
        name = node.attrs.get("name", "")
        lines = self.blocks(node.children) or [EMPTY]
        if not (name and top) or self.bare or self.notebook:
            label = escape(f"[^{node.attrs['label']}]: ")
            return [label + lines[0], *lines[1:]]
        return [f"[^{name}]: {lines[0]}", *("    " + line if line else "" for line in lines[1:])]

    # -- lines
    def line(self, nodes: Sequence[Node], table: bool = False, link: bool = False) -> str:
        """Inline nodes as Markdown."""
        out = ""
        for node in nodes:
            piece = self._piece(node, table, link)
            if out.endswith("!") and piece.startswith("["):
                out = out[:-1] + "&#33;"
            if node.kind == "text" and piece.startswith(("(", "[", ":")) and out.endswith("]"):
                piece = f"&#{ord(piece[0])};" + piece[1:]
            if piece.startswith("`") and out.endswith("`"):
                out += "<!-- -->" if not table else " "
            out += piece
        return out

    def _piece(self, node: Node, table: bool, link: bool) -> str:
        kind = node.kind
        if kind == "text":
            return escape(node.text, table, link)
        if kind == "code":
            return inline_code(node.text, table)
        if kind == "soft":
            return "\n"
        if kind == "break":
            return "<br>" if table else "  \n"
        if kind == "math":
            return self._formula(node.text, table, link)
        if kind == "comment":
            return "" if self.bare or table or link or "\n" in node.text else node.text
        if kind == "time":
            return escape(f"[{node.text}]", table, link) if self.bare else f"[{node.text}]"
        if kind == "note":
            if self.bare or link or self.notebook or not node.attrs.get("to"):
                return escape(f"[^{node.attrs['label']}]", table, link)
            return f"[^{node.attrs['to']}]"
        inner = self.line(node.children, table, link or kind == "link")
        if kind == "image":
            return self._image(node, table)
        if kind == "link":
            return self._link(node, inner, table)
        if kind in ("strong", "em"):
            return inner if self.bare else around("**" if kind == "strong" else "*", inner)
        if kind in ("del", "html") and inner.strip() and not self.bare:
            tag = "del" if kind == "del" else node.attrs["tag"]
            return f"<{tag}>{inner}</{tag}>"
        return inner

    def _link(self, node: Node, inner: str, table: bool) -> str:
        href = str(node.attrs["href"])
        if self.bare:
            return f"{inner} ({inline_code(href, table)})" if inner != href else inner
        text = " ".join(inner.split("\n")).strip()
        address = safe_address(href)
        if node.words() == href and is_bare(href):
            return f"<{href}>"
        return f"[{text}]({address}{title_part(node)})"

    def _image(self, node: Node, table: bool) -> str:
        alt, src = str(node.attrs["alt"]), str(node.attrs["src"])
        if self.bare:
            return f"{escape(alt, table, True)} ({inline_code(src, table)})"
        return f"![{escape(alt, table, True)}]({safe_address(src)}{title_part(node)})"

    def _formula(self, text: str, table: bool, link: bool) -> str:
        text = " ".join(text.split())
        text = text.replace("|", r"\vert ") if table else text
        plain = (link and "]" in text) or ("<" in text and ">" in text)
        if self.bare or plain or not text or re.search(r"(?<!\\)(?:\\\\)*\$|\\$", text):
            return inline_code(text, table) if text else ""
        return f"${text}$"


def _grouped(nodes: Sequence[Node]) -> list[Node]:
    """Blocks, with inline nodes between them as paragraphs."""
    blocks: list[Node] = []
    loose: Node | None = None
    for node in nodes:
        if (node.kind in INLINE and node.kind != "comment") or node.kind == "span":
            if loose is None:
                loose = Node("paragraph", node.line)
                blocks.append(loose)
            loose.children.append(node)
        else:
            loose = None
            blocks.append(node)
    return blocks


def _is_tight(item: Node) -> bool:
    inner = [child for child in _grouped(item.children) if child.kind != "comment"]
    kinds = [child.kind for child in inner]
    return kinds.count("paragraph") <= 1 and all(
        kind == "list" or (kind == "paragraph" and not number and inner[0].attrs.get("tight", True))
        for number, kind in enumerate(kinds)
    )


def _clash(before: Node, after: Node) -> bool:
    """Whether two blocks would be read as one."""
    return before.kind == after.kind and before.kind in ("list", "quote")


def _alert(node: Node) -> Node | None:
    """The box that GitHub makes of a quotation which begins with [!NOTE]; None for any other."""
    first = node.children[0] if node.children else None
    if first is None or first.kind != "paragraph" or not first.children or first.children[0].kind != "text":
        return None
    match = re.match(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*", first.children[0].text, re.IGNORECASE)
    if not match:
        return None
    box = Node("admonition", node.line, "", {"name": {"important": "info", "caution": "danger"}.get(
        match[1].lower(), match[1].lower())})  # fmt: skip
    rest = [Node("text", first.line, first.children[0].text[match.end() :]), *first.children[1:]]
    rest = rest[1:] if not rest[0].text else rest
    rest = rest[1:] if rest and rest[0].kind in ("soft", "break") else rest
    box.children = [*([Node("paragraph", first.line, "", {}, rest)] if rest else []), *node.children[1:]]
    return box
