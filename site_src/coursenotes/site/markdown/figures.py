"""figure: as HTML. The drawing itself is inserted after rendering, because Markdown is slow with large SVG."""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import quote, unquote

from coursenotes.discover.text.addresses import Target
from coursenotes.figures import draw
from coursenotes.figures.cells import lookup
from coursenotes.project import Project
from coursenotes.site.markdown.view import View

_PLACE = re.compile(r"<!--cn:(?P<kind>figure|cell) (?P<what>\S+) (?P<which>\S+) (?P<nth>\d+) (?P<more>\S*)-->")
_IDS = re.compile(r'(?P<before>\sid="|url\(#|href="#)(?P<id>[^")]+)')
_EMPHASIS = re.compile(r"\*([^*\s][^*]*)\*")
FULL = {"sample": "", "full": " at full scale"}


def figure(view: View, target: Target, alt: str, caption: str) -> str:
    """The frame of a figure: a place for its drawing, and below it the caption, if any, with links to the evidence."""
    view.shown[target.name] += 1
    nth = view.shown[target.name]
    catalog = view.project.catalog
    curves = target.name.endswith(draw.CURVES)
    experiments = (target.name.removesuffix(draw.CURVES),) if curves else catalog.figures[target.name].experiments
    alt = alt or draw.alt_text(view.project.plan, target.name)
    links = [view.evidence_link(e, _label(e, experiments)) for e in experiments]
    stale = [r.stale for e in experiments if (r := view.project.plan.results(e, target.scale)) is not None and r.stale]
    notes = [f'<span class="cn-stale">measured with older code: {escape("; ".join(stale))}</span>'] if stale else []
    full = "full scale" if experiments and target.scale == "full" else ""
    below = " · ".join(filter(None, [_words(caption), full, *notes, *links]))
    place = f"<!--cn:figure {target.name} {target.scale} {nth} {_quoted(alt)}-->"
    name = f' id="{escape(target.name)}"' if nth == 1 and not curves else ""
    below = f"<figcaption data-search-exclude>{below}</figcaption>" if below else ""
    return f'<figure class="cn-figure"{name}>{place}{below}</figure>'


def cell_place(page: str, cell: int, part: int) -> str:
    """A place for a drawing that a cell made."""
    return f"<!--cn:cell {_quoted(page)} {cell} {part} -->"


def fill(html: str, project: Project, root: str) -> str:
    """A rendered page with its drawings inserted; a missing drawing is replaced by a note. root leads to the site's."""

    def put(match: re.Match[str]) -> str:
        if match["kind"] == "cell":
            outputs = lookup.outputs(project.plan, project.catalog.pages[unquote(match["what"])])
            if outputs is None:
                return '<p class="cn-missing">not yet run</p>'
            return outputs[int(match["which"])].parts[int(match["nth"])]["data"]
        drawing = draw.drawing(project.plan, match["what"], match["which"])
        if drawing is None:
            state = "run" if draw.wanted_key(project.plan, match["what"], match["which"]) is None else "drawn"
            return f'<p class="cn-missing">not yet {state}{FULL[match["which"]]}</p>'
        alt = unquote(match["more"])
        svg = drawing.named(alt)
        wide = svg if match["nth"] == "1" else _own_ids(svg, match["nth"])
        return wide + _narrow(root, match["what"], match["which"], drawing, alt)

    return _PLACE.sub(put, html)


def _narrow(root: str, figure_id: str, scale: str, drawing: draw.Drawing, alt: str) -> str:
    """The narrow layout: an image for each theme, of which the style sheets show at most one; only that is fetched."""
    width, height = drawing.narrow_size
    address = f"{root}{draw.file_name(figure_id, scale)}"
    return "".join(
        f'<img class="cn-narrow cn-{theme}" src="{escape(address)}{part}" alt="{escape(alt)}" loading="lazy"'
        f' width="{width}" height="{height}">'
        for theme, part in (("light", ""), ("dark", "#dark"))
    )


def _own_ids(svg: str, suffix: str) -> str:
    """The drawing with ids that differ from those of its first copy on the page."""
    return _IDS.sub(lambda match: f"{match['before']}{match['id']}-{suffix}", svg)


def _words(caption: str) -> str:
    """A caption as HTML, with *emphasis*; code in it comes as text, escaped."""
    return _EMPHASIS.sub(r"<em>\1</em>", escape(unescape(caption)))


def _quoted(text: str) -> str:
    """A text encoded without spaces, quotes or brackets, so that it fits into an HTML comment."""
    return quote(text, safe="/")


def _label(experiment: str, all_of_them: tuple[str, ...]) -> str:
    return "evidence" if len(all_of_them) == 1 else f"evidence: {escape(experiment)}"
