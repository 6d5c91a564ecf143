"""The outline of a note: one title, headings that go down one level at a time, their ids, named footnotes."""

from __future__ import annotations

import re
from collections import Counter

from markdown.extensions.toc import slugify, unique

from coursenotes.importing.tree import Node, Report, short

CELL = "begin"  # the kind of a node that begins a cell of a notebook
_NOT_IN_HEADINGS = ("time", "note")
_ID = re.compile(r"\s*\{:?\s*#(?P<id>[A-Za-z][\w-]*)\s*\}\s*$")


def title_of(root: Node, plain: bool) -> str:
    """A note's own title: a heading above all others, or the first short line of a plain text; empty for none."""
    _lift(root)
    first = _title(root)
    if first is not None:
        return first.words()
    if any(node.kind == "heading" for node in root.walk()):
        return ""
    line = next((node for node in root.children if node.kind == "paragraph"), None) if plain else None
    words = line.words() if line is not None else ""
    return words if 0 < len(words) <= 80 and not words.endswith((".", ":", ",")) else ""


def _title(root: Node) -> Node | None:
    """The heading that is a note's title: the first, if it begins the note or is the only one of the highest level."""
    headings = [node for node in root.children if node.kind == "heading" and node.words()]
    if not headings:
        return None
    first, highest = headings[0], min(node.attrs["level"] for node in headings)
    alone = sum(node.attrs["level"] == highest for node in headings) == 1
    text = (node for node in root.children if node.kind not in ("comment", CELL))
    begins = next(text, None) is first and (highest == 1 or alone)
    return first if first.attrs["level"] == highest and (begins or (alone and highest == 1)) else None


def shape(root: Node, title: str, plain: bool, report: Report) -> None:
    """Give the note one title above all, and its headings their levels; move references out of headings."""
    _demote(root, report)
    _number(root, report)
    if plain and not any(node.kind == "heading" for node in root.children) and title and title_of(root, True) == title:
        line = next(node for node in root.children if node.kind == "paragraph")
        line.kind, line.attrs = "heading", {"level": 1}
    headings = [node for node in root.children if node.kind == "heading"]
    for node in [node for node in headings if not node.words()]:
        root.children.remove(node)
        headings.remove(node)
    top = _title(root)
    tops = [node for node in headings if node.attrs["level"] == 1]
    if top is None:
        top = Node("heading", 0, "", {"level": 0}, [Node("text", 0, title or "Notes")])
        root.children.insert(0, top)
    if len(tops) > 1:
        report.add(tops[1].line, f"{len(tops)} headings of the first level",
                   f"one title above all, {short(top.words())!r}; the others go down one level")  # fmt: skip
    top.attrs["out"] = 1
    stack: list[tuple[int, int]] = []
    moved = 0
    for node in headings:
        if node is top:
            continue
        while stack and stack[-1][0] >= node.attrs["level"]:
            stack.pop()
        out = min((stack[-1][1] if stack else 1) + 1, 6)
        stack.append((node.attrs["level"], out))
        moved += out != node.attrs["level"]
        node.attrs["out"] = out
    if moved:
        report.converted["headings whose level changed, so that they go down one at a time"] = moved
    _move_references(root, report)
    _name_headings(root, report)


def _demote(root: Node, report: Report) -> None:
    """Make strong text of headings inside lists, quotations and tables, which an outline cannot hold."""
    _lift(root)
    for holder in root.walk():
        if holder is root:
            continue
        for node in holder.children:
            if node.kind == "heading":
                report.add(node.line, f"a heading inside a {holder.kind}: {short(node.words())}", "strong text")
                node.kind, node.attrs = "paragraph", {"tight": False}
                node.children = [Node("strong", node.line, "", {}, node.children)]


def _number(root: Node, report: Report) -> None:
    """Write out lists that do not begin with one, where possible: the site numbers every list from one."""
    for node in root.walk():
        start = node.attrs.get("start") if node.kind == "list" else None
        if start in (None, 1):
            continue
        if all(len(item.children) == 1 and item.children[0].kind == "paragraph" for item in node.children):
            node.kind = "group"
            for number, item in enumerate(node.children, start):
                item.kind, item.children = "paragraph", item.children[0].children
                item.children.insert(0, Node("text", item.line, f"{number}. "))
        else:
            report.add(node.line, f"a list that begins with {start}", "numbered from one")
    _lift(root)


def _lift(root: Node) -> None:
    """Replace blocks that only group others by these."""
    blocks: list[Node] = []
    for node in root.children:
        if node.kind == "group":
            _lift(node)
            blocks += node.children
        else:
            _lift(node)
            blocks.append(node)
    root.children = blocks


def _move_references(root: Node, report: Report) -> None:
    """Move times, footnotes and links to lectures from headings to a line below, since none may be in a heading."""
    blocks: list[Node] = []
    for node in root.children:
        blocks.append(node)
        if node.kind != "heading":
            continue
        taken: list[Node] = []
        _take(node, taken)
        for piece in taken:
            if piece.kind == "link":
                report.add(node.line, f"the heading {short(node.words())!r} names a lecture", "named below it")
        if taken:
            report.count("times that moved from headings to the line below")
            row = [item for piece in taken for item in (Node("text", node.line, " "), piece)]
            blocks.append(Node("paragraph", node.line, "", {}, row[1:]))
    root.children = blocks


def _take(node: Node, taken: list[Node]) -> None:
    """Move the references below a node to a list; a link to a lecture leaves its words."""
    kept: list[Node] = []
    for child in node.children:
        lecture = child.kind == "link" and str(child.attrs["href"]).startswith("lecture:")
        if child.kind in _NOT_IN_HEADINGS or lecture:
            taken.append(child)
            if lecture and child.words():
                kept += child.children
        else:
            _take(child, taken)
            if child.kind not in ("strong", "em", "del", "html", "link", "span") or child.children:
                kept.append(child)
    node.children = kept


def _name_headings(root: Node, report: Report) -> None:
    """Give headings the ids that the site gives them, and point links within the note to these."""
    headings = [node for node in root.children if node.kind == "heading"]
    used: set[str] = set()
    for node in headings:
        last = node.children[-1] if node.children else None
        match = _ID.search(last.text) if last is not None and last.kind == "text" else None
        if match and last is not None and match["id"] not in used and match.start():
            last.text = last.text[: match.start()]
            node.attrs["id"] = match["id"]
            used.add(match["id"])
        if not node.words():
            node.children.append(Node("text", node.line, "…"))
    anchors: dict[str, str] = {}  # by the names that links use
    seen: Counter[str] = Counter()
    for node in headings:
        words = node.words()
        anchor = node.attrs.get("id") or unique(slugify(words, "-"), used)
        node.attrs["anchor"] = anchor
        slug = re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.casefold()).strip())
        anchors.setdefault(slug + (f"-{seen[slug]}" if seen[slug] else ""), anchor)
        seen[slug] += 1
        for name in (anchor, slugify(words, "-"), re.sub(r"-+", "-", slug), words.replace(" ", "-").casefold()):
            anchors.setdefault(name, anchor)
    for line, name in root.attrs.get("anchors", ()):
        below = [node for node in headings if node.line >= line]
        above = [node for node in headings if node.line <= line]
        near = below[:1] if below and (below[0].line - line <= 2 or not above) else above[-1:]
        for node in near:
            anchors.setdefault(name.casefold(), node.attrs["anchor"])
    for node in root.walk():
        href = str(node.attrs.get("href", "")) if node.kind == "link" else ""
        if not href.startswith("#"):
            continue
        anchor = anchors.get(re.sub(r"%([0-9A-Fa-f]{2})", "", href[1:]).casefold()) or anchors.get(href[1:].casefold())
        if anchor is not None:
            node.attrs["href"] = f"#{anchor}"
            report.count("links within the note", href)
        else:
            what = f"the link {href}: there is no such place in the note"
            report.add(node.line, what, "text, with the address in code")
            node.kind, line = "span", node.line
            node.children += [Node("text", line, " ("), Node("code", line, href), Node("text", line, ")")]


def name_footnotes(root: Node, report: Report) -> None:
    """Give each footnote a name of its own. One without a mark becomes text; so does a mark without a footnote."""
    notes = [node for node in root.children if node.kind == "footnote"]
    marks = [node for node in root.walk() if node.kind == "note"]
    names: dict[str, list[Node]] = {}
    for node in notes:
        names.setdefault(node.attrs["label"], []).append(node)
    taken = {_plain(label) for label in names}
    for label, several in names.items():
        own = [node for node in marks if node.attrs["label"] == label]
        for number, note in enumerate(several):
            name = _plain(label)
            if number:
                name = next(n for i in range(2, 10_000) if (n := f"{name}-{i}") not in taken)
                taken.add(name)
                report.add(note.line, f"a second footnote [^{label}]", f"called [^{name}]")
            before = [m for m in own if m.attrs.get("to") is None and (m.line <= note.line or note is several[-1])]
            for mark in before:
                mark.attrs["to"] = name
            note.attrs["name"] = name
            if not before:
                report.add(note.line, f"nothing refers to the footnote [^{label}]", "kept as a paragraph")
                note.attrs["name"] = ""
    for mark in marks:
        if mark.attrs.get("to") is None:
            mark.kind, mark.text = "text", f"[^{mark.attrs['label']}]"


def _plain(label: str) -> str:
    return re.sub(r"[^\w-]+", "-", label).strip("-") or "note"
