"""reference/map.md: which concept needs which, as a drawing whose boxes are links, and as a list in reading order."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from coursenotes.discover.headings import page_title
from coursenotes.discover.text import cut
from coursenotes.knowledge.links.graph import Graph
from coursenotes.site.html import front_matter, page_url
from coursenotes.site.reference import layers
from coursenotes.site.reference.layers import Bend, Layers, Node
from coursenotes.site.reference.text import link_to

if TYPE_CHECKING:
    from coursenotes.project import Project

WIDTH, LINE, INSET, GAP, BETWEEN = 142, 17, 7, 10, 42  # a box, its lines, its rim; between rows, between columns
LETTERS = 17  # of the widest line in a box
SUBJECTS = 8  # colors in the style sheet


def page(project: Project) -> str | None:
    """The page, or None if no listed concept needs another."""
    graph = project.knowledge.graph
    if not any(graph.prerequisites(name) for name in graph.concepts):
        return None
    head = front_matter("Map of concepts", "Which concept needs which, and what to read first.")
    head.insert(-1, "hide: [toc]")
    lines = [
        *(line for line in head if line != "hide: [tags]"), "", "# Map of concepts", "",
        "An arrow leads from a concept to those that take it for granted: what stands further left is read first.", "",
        "The [list below](#in-reading-order) says the same in words.", "",
        '<div class="cn-map" data-search-exclude markdown="0">' + legend(graph) + drawing(graph) + "</div>", "",
        "## In reading order", "",
        "Whoever reads from the top has read whatever a concept needs.", "",
        '<div class="cn-map-list" data-search-exclude markdown="1">', "",
    ]  # fmt: skip
    for depth in range(1 + max(graph.depths.values())):
        lines += [f"### {HEADS[min(depth, len(HEADS) - 1)]}" if depth < len(HEADS) else f"### Step {depth + 1}", ""]
        lines += [_item(graph, name) for name in graph.concepts if graph.depths[name] == depth]
        lines.append("")
    return "\n".join([*lines, "</div>", ""])


HEADS = ("To begin with", "Next", "Then", "And then")


def _item(graph: Graph, name: str) -> str:
    words = [f"{link_to(graph.catalog.pages[needed])}" for needed in graph.prerequisites(name)]
    return f"- {link_to(graph.catalog.pages[name])}" + (f", after {' and '.join(words)}" if words else "")


# ---------------------------------------------------------------- the drawing
def laid_out(graph: Graph) -> Layers:
    """The concepts in columns by depth."""
    leads_to = {name: graph.needed_by(name) for name in graph.concepts}
    return layers.layers(graph.concepts, leads_to, graph.depths)


def legend(graph: Graph) -> str:
    """The subjects with their colors, for readers who see the drawing."""
    items = (
        f'<li><span class="cn-map__key cn-map--{n}"></span>{escape(subject)}</li>'
        for n, subject in enumerate(subjects(graph)[:SUBJECTS])
    )
    return f'<ul class="cn-map__legend" aria-hidden="true">{"".join(items)}</ul>'


def subjects(graph: Graph) -> list[str]:
    """The subjects of the concepts, in the order of the navigation."""
    return list(dict.fromkeys(s for name in graph.concepts if (s := _subject(graph, name))))


def _subject(graph: Graph, name: str) -> str:
    return str(graph.catalog.pages[name].meta.get("subject", ""))


def drawing(graph: Graph) -> str:
    """The map as SVG: boxes that are links, and arrows; the style sheet sets colors and fonts."""
    layout = laid_out(graph)
    lines = {name: wrapped(page_title(graph.catalog.pages[name])) for name in graph.concepts}
    room: dict[Node, float] = {node: 4.0 for column in layout.columns for node in column}
    room |= {name: LINE * len(words) + 2 * INSET for name, words in lines.items()}
    middle = layers.heights(layout, room, GAP)
    left: dict[Node, float] = {
        node: 1.0 + n * (WIDTH + BETWEEN) for n, column in enumerate(layout.columns) for node in column
    }
    width = len(layout.columns) * (WIDTH + BETWEEN) - BETWEEN + 2
    height = max(middle[node] + room[node] / 2 for node in middle) + 2
    arrows = "".join(f'<path class="cn-map__arrow" d="{_path(c, left, middle)}"/>' for c in layout.chains.values())
    order = subjects(graph)
    boxes = "".join(
        _box(graph, name, lines[name], left[name], 1 + middle[name] - room[name] / 2, room[name], order)
        for name in graph.concepts
    )
    label = f"Map of {len(graph.concepts)} concepts with an arrow from each to those that need it, as in the list below"
    return (
        f'<div class="cn-map__box"><svg xmlns="http://www.w3.org/2000/svg" role="group" aria-label="{label}" '
        f'width="{width}" height="{height:.0f}" viewBox="0 0 {width} {height:.0f}">{arrows}{boxes}</svg></div>'
    )


def wrapped(words: str) -> list[str]:
    """A title in lines that fit into a box: as few as possible, and then as even as possible."""
    pieces = [cut.cut(piece, LETTERS) if piece.isascii() else piece for piece in words.split()]
    words, widest = " ".join(pieces), max(map(cut.columns, pieces), default=0)
    best = cut.wrap(words, LETTERS, hyphens=False)
    for letters in range(LETTERS - 1, widest - 1 if widest <= LETTERS else LETTERS // 2, -1):
        lines = cut.wrap(words, letters, hyphens=False)
        if len(lines) > len(best):
            break
        best = lines
    return best


def _box(graph: Graph, name: str, lines: list[str], x: float, y: float, height: float, order: list[str]) -> str:
    subject = _subject(graph, name)
    color = f" cn-map--{order.index(subject)}" if subject in order[:SUBJECTS] else ""
    texts = "".join(
        f'<text x="{x + 13:.0f}" y="{y + INSET + LINE * (n + 0.75):.1f}">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    return (
        f'<a href="{escape(page_url(name))}" tabindex="-1" class="cn-map__node{color}">'
        f'<rect class="cn-map__rim" x="{x:.0f}" y="{y:.1f}" width="{WIDTH}" height="{height:.1f}" rx="4"/>'
        f'<rect class="cn-map__edge" x="{x:.0f}" y="{y:.1f}" width="5" height="{height:.1f}" rx="2"/>{texts}</a>'
    )


def _path(chain: list[Node], left: dict[Node, float], middle: dict[Node, float]) -> str:
    """A curve through a chain, horizontal at its start and its end, with an arrowhead."""
    start = chain[0]
    x, y = left[start] + WIDTH, 1 + middle[start]
    parts = [f"M{x:.0f} {y:.1f}"]
    for node in chain[1:]:
        to, at = left[node], 1 + middle[node]
        half = (x + to) / 2
        parts.append(f"C{half:.0f} {y:.1f} {half:.0f} {at:.1f} {to:.0f} {at:.1f}")
        x, y = to, at
        if isinstance(node, Bend):
            x += WIDTH
            parts.append(f"H{x:.0f}")
    parts.append("m-5 -3.5l5 3.5l-5 3.5")
    return "".join(parts)
