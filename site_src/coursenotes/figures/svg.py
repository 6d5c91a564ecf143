"""A matplotlib figure as SVG for the site: themed by CSS variables, inline, small and reproducible.

Text stays text in the page's font. Nothing in it affects the page: ids are prefixed, and there are no <style>
elements, style attributes or scripts, which a strict Content-Security-Policy forbids.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from coursenotes.figures.layout import NARROW, WIDE, Layout
from coursenotes.figures.palette import SENTINELS

MARGIN = 0.06  # inches around what is drawn
BARRED = {"metadata", "style", "script", "foreignObject", "title", "desc"}
DROPPED = {"id", "style", "font-family", "version", "font-stretch", "font-variant", "writing-mode"}
INHERITED = {
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-opacity", "stroke-width", "stroke-linejoin",
    "stroke-linecap", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "font-size", "font-weight",
    "font-style", "text-anchor",
}  # fmt: skip
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
VARIABLES = {color: f"var(--cn-{name})" for color, name in SENTINELS.items()} | {
    "#000000": "var(--cn-fg)",
    "black": "var(--cn-fg)",
}


def draw(fig: Any, prefix: str, alt: str, layout: Layout = WIDE) -> str:
    """The SVG of a matplotlib figure, transformed. Ids start with prefix; alt is its alternative text."""
    import matplotlib as mpl

    written = io.StringIO()
    box = _filled(fig) if layout is NARROW else None
    with mpl.rc_context({"svg.fonttype": "none", "image.composite_image": False}):
        fig.savefig(written, format="svg", dpi=144, metadata={"Date": None, "Creator": None}, bbox_inches=box)
    return theme(written.getvalue(), prefix, alt, layout.px_per_point)


def _filled(fig: Any) -> Any:
    """The part of a figure that is not blank above and below, in inches: stacked panels of fixed shape leave room."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Bbox

    tight = fig.get_tightbbox(FigureCanvasAgg(fig).get_renderer())
    return Bbox([[0, max(0, tight.y0 - MARGIN)], [fig.get_figwidth(), min(fig.get_figheight(), tight.y1 + MARGIN)]])


def theme(text: str, prefix: str, alt: str, px_per_point: float = WIDE.px_per_point) -> str:
    """Transform an SVG by matplotlib (as str, svg.fonttype "none") into one for a page."""
    root = ET.fromstring(text)
    names = _names(root, re.sub(r"[^A-Za-z0-9-]+", "-", prefix))
    children = _group([new for child in root for new in _rebuilt(child, names, in_defs=False)])
    box = _numbers(root.get("viewBox", "0 0 460.8 345.6"), 2)
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": box,
        "width": _short(float(box.split()[2]) * px_per_point, 0),
        "role": "img",
        "aria-label": " ".join(alt.split()),
        "fill": "var(--cn-fg)",  # matplotlib omits black, the default of SVG
        "stroke-linejoin": "round",  # likewise; set in its own style sheet
    }
    svg = ET.Element("svg", attributes)
    svg.extend(children)
    _prune(svg, {})
    return "".join(_written(svg))


def alone(text: str, alt: str, light: Mapping[str, str], dark: Mapping[str, str], font: str) -> str:
    """A drawing as a file of its own: with the colors of both themes, of which the address chooses: figure.svg#dark."""
    used = sorted(set(re.findall(r"var\(--cn-(\w+)\)", text)) | {"t4", "t5"})
    light_rule, dark_rule = (
        "".join(f"--cn-{name}:{colors[name]};" for name in used if name in colors) for colors in (light, dark)
    )
    darker = "".join(
        f'text[fill="var(--cn-c{n})"],[fill="var(--cn-c{n})"]>text:not([fill]){{fill:var(--cn-t{n})}}' for n in (4, 5)
    )
    style = (
        f":root{{{light_rule}font-family:{font}}}:root:target{{{dark_rule}}}image{{image-rendering:pixelated}}{darker}"
    )
    return (
        text.replace("<svg ", '<svg id="dark" ', 1)
        .replace(">", f"><style>{escape(style)}</style>", 1)
        .replace(' aria-label=""', f" aria-label={quoteattr(alt)}", 1)
    )


def _names(root: ET.Element, prefix: str) -> dict[str, str]:
    """New names for the ids that are referred to, numbered in document order."""
    wanted: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if _local(name) == "href" and value.startswith("#"):
                wanted.add(value[1:])
            wanted.update(REFERENCE.findall(value))
    ids = [i for element in root.iter() if (i := element.get("id")) in wanted and i is not None]
    return {old: f"{prefix}-{number}" for number, old in enumerate(dict.fromkeys(ids))}


def _rebuilt(element: ET.Element, names: dict[str, str], in_defs: bool) -> list[ET.Element]:
    """The element as it appears in the page: itself, its children if it was only a wrapper, or nothing."""
    tag = _local(element.tag)
    if tag in BARRED:
        return []
    attributes = _attributes(element, names)
    in_defs = in_defs or tag in ("defs", "clipPath", "pattern", "mask")
    if tag == "path" and not in_defs and attributes.get("fill") == "none" and "stroke" not in attributes:
        return []  # backgrounds without color
    children = [new for child in element for new in _rebuilt(child, names, in_defs)]
    if tag in ("g", "defs") and not children:
        return []
    if (tag == "g" and not attributes) or tag == "a":
        return children
    if tag == "g" and len(children) == 1 and attributes.keys() <= INHERITED - children[0].attrib.keys():
        children[0].attrib.update(attributes)
        return children
    new = ET.Element(tag, attributes)
    if tag == "tspan" or (tag == "text" and (element.text or "").strip()):
        new.text = element.text
    new.extend({"g": _group, "text": _runs}.get(tag, list)(children))
    return [new]


def _attributes(element: ET.Element, names: dict[str, str]) -> dict[str, str]:
    """Attributes and style declarations together, as presentation attributes in the site's colors and font."""
    found = {_local(name): value for name, value in element.attrib.items()}
    for declaration in filter(str.strip, found.get("style", "").split(";")):
        name, _, value = declaration.partition(":")
        found[name.strip()] = value.strip()  # the later of two wins, as in a style sheet
    if "font" in found:  # the shorthand of mathematical text: "italic 700 12px 'DejaVu Sans'"
        found |= _font(found.pop("font"))
    mono = "mono" in found.get("font-family", "").lower()
    attributes: dict[str, str] = {}
    for name, value in found.items():
        if name in DROPPED or name.startswith("{"):
            continue
        if name in ("fill", "stroke", "stop-color", "color", "flood-color"):
            value = VARIABLES.get(value.lower(), value)
        elif name == "href":
            value = _href(value, names)
        elif name == "d":
            value = _path(value)
        elif name == "transform":
            value = _transform(value)
        elif name == "font-size":
            value = _numbers(value.removesuffix("px"), 2)
        elif (name not in ("class", "points") and NUMBER.fullmatch(value)) or name in ("points", "stroke-dasharray"):
            value = _numbers(value, 2)
        value = REFERENCE.sub(lambda m: f"url(#{names.get(m[1], m[1])})", value)
        if value and not (name == "font-weight" and value in ("normal", "400")) and name != "font-synthesis":
            attributes[name] = value
    if mono:
        attributes["font-family"] = "monospace"
    if element.get("id") in names:
        attributes["id"] = names[element.get("id", "")]
    return attributes


def _font(value: str) -> dict[str, str]:
    """The parts of a CSS font shorthand that matplotlib writes."""
    before, size, family = re.fullmatch(r"(.*?)([\d.]+)px\s*(.*)", value, re.S).groups()  # type: ignore[union-attr]
    parts = {"font-size": size, "font-family": family}
    for word in before.split():
        if word in ("italic", "oblique"):
            parts["font-style"] = "italic"
        elif word == "bold" or word.isdigit():
            parts["font-weight"] = word
    return parts


def _href(value: str, names: dict[str, str]) -> str:
    if value.startswith("#"):
        return "#" + names.get(value[1:], value[1:])
    return re.sub(r"\s+", "", value) if value.startswith("data:image/png;base64,") else ""


def _group(children: list[ET.Element]) -> list[ET.Element]:
    """Put the common attributes of three or more neighbors of one kind into a group around them."""

    def look(element: ET.Element) -> tuple[Any, ...]:
        shared = sorted((k, v) for k, v in element.attrib.items() if k in INHERITED)
        return element.tag, *shared

    grouped: list[ET.Element] = []
    for (tag, *shared), run in groupby(children, key=look):
        alike = list(run)
        if len(alike) < 3 or not shared or tag not in ("path", "text", "use"):
            grouped.extend(alike)
            continue
        group = ET.Element("g", dict(shared))
        for element in alike:
            for name, _value in shared:
                del element.attrib[name]
            group.append(element)
        grouped.append(group)
    return grouped


def _runs(glyphs: list[ET.Element]) -> list[ET.Element]:
    """Mathematical text as runs of letters: matplotlib places each by itself, by widths of a font not on the page."""
    runs: list[ET.Element] = []
    at = 0.0
    for glyph in glyphs:
        x, size = float(glyph.get("x", "0").split()[0]), float(glyph.get("font-size", "10"))
        same = runs and all(runs[-1].get(k) == glyph.get(k) for k in {*runs[-1].keys(), *glyph.keys()} - {"x"})
        if same and 0 < x - at <= 1.05 * size:
            runs[-1].text = (runs[-1].text or "") + (glyph.text or "")
        else:
            runs.append(glyph)
        at = x
    return runs


def _prune(element: ET.Element, given: dict[str, str]) -> None:
    """Drop the attributes that an element inherits anyway. Elements in <defs> inherit from the place of their use."""
    for name in [name for name, value in element.attrib.items() if given.get(name) == value]:
        del element.attrib[name]
    given = given | {name: value for name, value in element.attrib.items() if name in INHERITED}
    for child in element:
        if child.tag not in ("defs", "clipPath", "pattern", "mask"):
            _prune(child, given)


def _path(value: str) -> str:
    """A path's commands with short numbers: "M 46.766685 224.69894 \\nL ..." -> "M46.77 224.7L...\""""
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", _numbers(value.strip(), 2, exponents=True)).replace("\n", " ")


def _transform(value: str) -> str:
    """A transform without rotations by zero; scales keep the digits that large images need."""
    value = re.sub(r"rotate\(-?0(?:\.0*)?(?:\s[^)]*)?\)", "", value).strip()
    decimals = 5 if "matrix" in value or "scale" in value else 2
    return _numbers(value, decimals)


def _numbers(text: str, decimals: int, exponents: bool = False) -> str:
    return NUMBER.sub(lambda m: _short(float(m[0]), decimals), text)


def _short(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _written(element: ET.Element) -> list[str]:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attrib.items())
    inside = [escape(element.text or "")] + [part for child in element for part in _written(child)]
    tail = escape(element.tail or "")
    if not any(inside):
        return [f"<{element.tag}{attributes}/>{tail}"]
    return [f"<{element.tag}{attributes}>", *inside, f"</{element.tag}>{tail}"]


def _local(name: str) -> str:
    """A name without its namespace; names in namespaces without use on pages keep it (and are dropped)."""
    for namespace in ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"):
        name = name.removeprefix(f"{{{namespace}}}")
    return name
