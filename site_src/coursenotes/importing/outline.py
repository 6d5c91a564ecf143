"""The shape of a note: one title, headings that go down one level at a time, places on the page, footnotes by name."""

from __future__ import annotations

import re
from collections import Counter

from markdown.extensions.toc import slugify, unique

from coursenotes.importing.tree import Node, Report, short

CELL = "begin"  # begins a cell of a notebook
_BLOCKY = ("time", "note")  # what may not stand in a heading
_ID = re.compile(r"\s*\{:?\s*#(?P<id>[A-Za-z][\w-]*)\s*\}\s*$")


def title_of(root: Node, plain: bool) -> str:
    """The title that a note gives itself: a heading above all others, or the first short line of a plain text."""
    _lift(root)
    first = _title(root)
    if first is not None:
        return first.words()
    if any(node.kind == "heading" for node in root.walk()):
        return ""
    line = next((node for node in root.children if node.kind == "paragraph"), None) if plain else None
    said = line.words() if line is not None else ""
    return said if 0 < len(said) <= 80 and not said.endswith((".", ":", ",")) else ""


def _title(root: Node) -> Node | None:
    """The heading that titles a note: the first, where it begins the note or is the only one of the highest level."""
    headings = [node for node in root.children if node.kind == "heading" and node.words()]
    if not headings:
        return None
    first, highest = headings[0], min(node.attrs["level"] for node in headings)
    alone = sum(node.attrs["level"] == highest for node in headings) == 1
    text = (node for node in root.children if node.kind not in ("comment", CELL))
    begins = next(text, None) is first and (highest == 1 or alone)
    return first if first.attrs["level"] == highest and (begins or (alone and highest == 1)) else None


def shape(root: Node, title: str, plain: bool, report: Report) -> None:
    """Give the note one title above all, and its headings their levels. References leave headings for what is below."""
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
        report.turned["headings whose level changed, so that they go down one at a time"] = moved
    _move_references(root, report)
    _name_headings(root, report)


def _demote(root: Node, report: Report) -> None:
    """Headings inside lists, quotations and tables are strong text: an outline cannot hold them."""
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
    """Lists that do not begin with one are written out where they can be: the site numbers every list from one."""
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
    """Blocks that only grouped others give way to them."""
    found: list[Node] = []
    for node in root.children:
        if node.kind == "group":
            _lift(node)
            found += node.children
        else:
            _lift(node)
            found.append(node)
    root.children = found


def _move_references(root: Node, report: Report) -> None:
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
            report.turn("times that moved from headings to the line below")
            row = [item for piece in taken for item in (Node("text", node.line, " "), piece)]
            blocks.append(Node("paragraph", node.line, "", {}, row[1:]))
    root.children = blocks


def _take(node: Node, taken: list[Node]) -> None:
    kept: list[Node] = []
    for child in node.children:
        ours = child.kind == "link" and str(child.attrs["href"]).startswith("lecture:")
        if child.kind in _BLOCKY or ours:
            taken.append(child)
            if ours and child.words():
                kept += child.children
        else:
            _take(child, taken)
            if child.kind not in ("strong", "em", "del", "html", "link", "span") or child.children:
                kept.append(child)
    node.children = kept


def _name_headings(root: Node, report: Report) -> None:
    """Give headings the ids that the site gives them, and lead links within the note to these."""
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
    places: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for node in headings:
        said = node.words()
        given = node.attrs.get("id") or unique(slugify(said, "-"), used)
        node.attrs["anchor"] = given
        slug = re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", said.casefold()).strip())
        places.setdefault(slug + (f"-{seen[slug]}" if seen[slug] else ""), given)
        seen[slug] += 1
        for name in (given, slugify(said, "-"), re.sub(r"-+", "-", slug), said.replace(" ", "-").casefold()):
            places.setdefault(name, given)
    for line, name in root.attrs.get("anchors", ()):
        below = [node for node in headings if node.line >= line]
        above = [node for node in headings if node.line <= line]
        near = below[:1] if below and (below[0].line - line <= 2 or not above) else above[-1:]
        for node in near:
            places.setdefault(name.casefold(), node.attrs["anchor"])
    for node in root.walk():
        href = str(node.attrs.get("href", "")) if node.kind == "link" else ""
        if not href.startswith("#"):
            continue
        place = places.get(re.sub(r"%([0-9A-Fa-f]{2})", "", href[1:]).casefold()) or places.get(href[1:].casefold())
        if place is not None:
            node.attrs["href"] = f"#{place}"
            report.turn("links within the note", href)
        else:
            report.add(
                node.line, f"the link {href}: there is no such place in the note", "text, with the address in code"
            )
            node.kind, line = "span", node.line
            node.children += [Node("text", line, " ("), Node("code", line, href), Node("text", line, ")")]


def name_footnotes(root: Node, report: Report) -> None:
    """Footnotes by names that are there once. One that nothing leads to is text; so is a mark without a footnote."""
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
                report.add(note.line, f"nothing leads to the footnote [^{label}]", "kept as a paragraph")
                note.attrs["name"] = ""
    for mark in marks:
        if mark.attrs.get("to") is None:
            mark.kind, mark.text = "text", f"[^{mark.attrs['label']}]"


def _plain(label: str) -> str:
    return re.sub(r"[^\w-]+", "-", label).strip("-") or "note"
