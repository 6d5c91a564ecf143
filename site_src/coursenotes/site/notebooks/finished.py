"""A notebook's page: the converter's HTML with our cells, headings, formulas, links and bounded pictures."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any

from markdown.extensions.toc import slugify, unique

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.notebooks import target
from coursenotes.discover.text.addresses import Malformed, parse_time
from coursenotes.discover.text.formulas import formulas
from coursenotes.discover.text.tex import spelled
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.knowledge.base import Knowledge
from coursenotes.paths import Paths
from coursenotes.site.markdown.tables import headed
from coursenotes.site.notebooks import pictures, safe

PICTURES = 3_000_000  # bytes of all pictures on one page
DEPTH = 3  # of headings in the table of contents
VOID = ("br", "hr", "img", "input")
DROPPED = {  # with their content: prompts, and the buttons of the converter's own page
    "jp-InputPrompt", "jp-OutputPrompt", "jp-Collapser", "clipboard-copy-txt", "zeroclipboard-container",
    "celltoolbar", "anchor-link",
}  # fmt: skip

_TAG = re.compile(r"<[^>]*>")


@dataclass
class Finished:
    """A page's HTML, its headings in the format of Python-Markdown's toc, its ids, its links {page: {anchor: href}}."""

    content: str
    toc: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: dict[str, dict[str, str]] = field(default_factory=dict)


def finish(html: str, knowledge: Knowledge, info: PageInfo, names: Container[str]) -> Finished:
    """The page of a notebook, from the converter's HTML. names: the site's pages. Raises CoursenotesError."""
    loose = safe.loose(html)
    page = _Page(knowledge, info, names, deeper=len(re.findall("<h1[ >]", loose)) > 1)
    page.feed(loose)
    page.close()
    content = re.sub(r"<p>\s*</p>", "", headed(safe.strict("".join(page.out))))
    content = page.anchored(content)
    return Finished(content, _nested(page.headings), [slug for _, slug, _ in page.headings], page.links)


class _Page(HTMLParser):
    """Rewrites a page element by element; its result goes through safe.strict() again."""

    def __init__(self, knowledge: Knowledge, info: PageInfo, names: Container[str], deeper: bool):
        super().__init__()
        self.knowledge, self.info, self.names, self.deeper = knowledge, info, names, deeper
        self.root = "../" * Paths.page_url(info.name).count("/")
        self.out: list[str] = []
        self.ends: list[tuple[str, str]] = []  # (element, its closing HTML)
        self.dropped = 0  # the number of open elements inside a dropped one
        self.room = PICTURES
        self.headings: list[tuple[int, str, str]] = []  # (level, id, words)
        self.slugs: set[str] = set()
        self.anchors: dict[str, str] = {}  # ids as the notebook has them -> ours
        self.links: dict[str, dict[str, str]] = {}
        self.heading: list[str] | None = None  # the words of the open one
        self.bare_pre = False

    # -- elements
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        if self.dropped or classes & DROPPED:
            self.dropped += tag not in VOID
            return
        self._code(tag)
        opening, closing = self._element(tag, given, classes)
        self.out.append(opening)
        if tag not in VOID:
            self.ends.append((tag, closing))
        if tag == "pre":
            self.bare_pre = True

    def _code(self, next_tag: str = "") -> None:
        """Add the missing <code> to a <pre>, as in pages written in Markdown."""
        if self.bare_pre and next_tag != "code" and self.ends and self.ends[-1][0] == "pre":
            self.out.append("<code>")
            self.ends[-1] = ("pre", "</code></pre>")
        self.bare_pre = False

    def _element(self, tag: str, given: dict[str, str], classes: set[str]) -> tuple[str, str]:
        if tag == "div":
            return self._box(classes)
        if re.fullmatch("h[1-6]", tag):
            return self._heading(int(tag[1]), given.get("id", ""))
        if tag == "a":
            return self._link(given)
        if tag == "img":
            return self._picture(given), ""
        if tag == "input":
            return ("☑ " if "checked" in given else "☐ ") if given.get("type") == "checkbox" else "", ""
        kept = {name: value for name, value in given.items() if name in safe.ATTRIBUTES.get(tag, ()) and name != "id"}
        if tag in safe.CLASSES and classes and tag != "section":
            kept["class"] = " ".join(sorted(classes))
        return _tag(tag, kept), f"</{tag}>"

    def _box(self, classes: set[str]) -> tuple[str, str]:
        """The converter's boxes as ours: a cell, its code, and all its outputs; its other boxes are removed."""
        if "jp-CodeCell" in classes:
            inside = any(end == "</div><!--cell-->" for _, end in self.ends)
            return ("", "") if inside else ('<div class="cn-cell">', "</div><!--cell-->")
        if classes & {"highlight-ipynb", "highlight"}:
            return '<div class="highlight">', "</div>"
        if "jp-Cell-outputArea" in classes:
            return '<section class="cn-output" data-search-exclude="">', "</section>"
        if any(name.startswith(("jp-", "jupyter-", "CodeMirror")) for name in classes):
            return "", ""
        return "<div>", "</div>"

    def _heading(self, level: int, given: str) -> tuple[str, str]:
        """Exactly one h1, at the start; after it no level is skipped."""
        if not self.headings and level == 1:
            now = 1
        else:
            before = self.headings[-1][0] if self.headings else 1
            now = min(max(level + self.deeper, 2), before + 1)
        self.heading = []
        self.headings.append((now, given, ""))
        return f'<h{now} id="heading-{len(self.headings)}">', f"</h{now}>"

    def _end_heading(self) -> None:
        level, given, _ = self.headings[-1]
        words = " ".join("".join(self.heading or []).split())
        slug = unique(slugify(words, "-") or "section", self.slugs)
        self.headings[-1] = (level, slug, words)
        for name in (given, slug, words.replace(" ", "-")):
            self.anchors.setdefault(name.casefold(), slug)
        self.heading = None
        if level > 1:
            self.out.append(f'<a class="headerlink" href="#{escape(slug)}" title="Link to this section">¶</a>')

    def handle_endtag(self, tag: str) -> None:
        if self.dropped:
            self.dropped -= 1
            return
        self._code()
        if self.ends and self.ends[-1][0] == tag:
            if re.fullmatch("h[1-6]", tag) and self.heading is not None:
                self._end_heading()
            self.out.append(self.ends.pop()[1])

    def handle_data(self, data: str) -> None:
        if self.dropped:
            return
        if data:
            self._code()
        if not data.strip() and self.out and self.out[-1].endswith("\n") and not any(t == "pre" for t, _ in self.ends):
            return
        if self.heading is not None:
            self.heading.append(data)
        quoted = any(tag in ("code", "pre", "samp", "kbd") for tag, _ in self.ends)
        self.out.append(escape(data, quote=False) if quoted else _formulas(data))

    # -- addresses
    def _link(self, given: dict[str, str]) -> tuple[str, str]:
        href = given.get("href", "")
        if href.startswith("lecture:"):
            return self._lecture(href.removeprefix("lecture:"))
        if not href and given.get("id"):
            return "", ""
        if href.startswith("#"):
            return _tag("a", {"href": href}), "</a>"
        if re.match(r"(?:https?://|mailto:)", href, re.IGNORECASE):
            return _tag("a", {"href": href, **({"title": given["title"]} if given.get("title") else {})}), "</a>"
        inner = self._inner(href)
        return (_tag("a", {"href": inner}), "</a>") if inner else ("", "")

    def _inner(self, href: str) -> str | None:
        """The address, from this page, of the page or file that a relative address leads to; None if there is none."""
        found = target(self.info.name, href)
        if found is None:
            return None
        path, anchor = found
        mark = f"#{anchor}" if anchor else ""
        if path.endswith((".md", ".ipynb")):
            if path in self.names:
                if anchor:
                    self.links.setdefault(path, {})[anchor] = href
                return self.root + Paths.page_url(path) + mark
            if path.startswith(Paths.GENERATED):
                raise CoursenotesError(Problem(f"{href} does not lead to a page", self.info.path))
            return None
        return self.root + path + mark if (self.knowledge.paths.docs / path).is_file() else None

    def _lecture(self, place: str) -> tuple[str, str]:
        """A link to the second of a lecture, as on other pages; only text if its video is not known."""
        code, _, time = place.partition("@")
        lectures = self.knowledge.lectures
        found = lectures.get(code) if code else lectures.of_page(self.info)
        try:
            address = found.watch(parse_time(time) if time else 0) if found else ""
        except Malformed:
            address = ""
        if not found or not address:
            return '<span class="cn-time">', "</span>"
        words = f"{lectures.courses[found.course].title}, lecture {found.name}: {found.title}"
        return _tag("a", {"class": "cn-time", "title": words, "href": address}), "</a>"

    def _picture(self, given: dict[str, str]) -> str:
        """A picture of this site; one of another site becomes a link and is not loaded."""
        source, alt = given.get("src", ""), given.get("alt") or "A picture in this notebook"
        sized = {name: given[name] for name in ("width", "height") if given.get(name, "").isdigit()}
        if source.startswith("data:"):
            try:
                source = pictures.bounded(source)
            except pictures.CannotShow as error:
                return _aside(str(error))
            if len(source) > self.room:
                return _aside("a picture: this page holds as many as it may")
            self.room -= len(source)
        elif re.match(r"https?://", source, re.IGNORECASE):
            return f'<a href="{escape(source)}">A picture on another site: {escape(alt)}</a>'
        else:
            source = self._inner(source) or ""
        return _tag("img", {"src": source, "alt": alt, **sized}) if source else _aside("a picture that is not there")

    def anchored(self, content: str) -> str:
        """The content with the ids of its headings, and with the notebook's links to headings leading to them."""
        for number, (_, slug, _) in enumerate(self.headings, 1):
            content = content.replace(f'id="heading-{number}"', f'id="{escape(slug)}"', 1)

        def led(match: re.Match[str]) -> str:
            slug = self.anchors.get(unescape(match[1]).casefold())
            return f'<a href="#{escape(slug)}">' if slug else "<a>"

        return re.sub(r'<a href="#([^"]*)">', led, content)


def _tag(name: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def _aside(what: str) -> str:
    """A note on an omission inside a line."""
    return f"<em>(Left out here: {escape(what)}.)</em>"


def _formulas(text: str) -> str:
    """Text as HTML with its formulas marked as arithmatex marks them."""
    parts, last = [], 0
    for formula in formulas(text):
        tex = escape(formula.tex, quote=False)
        parts.append(escape(text[last : formula.start], quote=False))
        parts.append(
            f'<div class="arithmatex">\\[{tex}\\]</div>' if formula.block
            else f'<span class="arithmatex">\\({tex}\\)</span>'
        )  # fmt: skip
        last = formula.end
    return "".join([*parts, escape(text[last:], quote=False)])


def _nested(headings: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
    """Headings in the format of Python-Markdown's toc extension."""
    top: list[dict[str, Any]] = []
    above: list[dict[str, Any]] = []
    for level, slug, words in headings:
        if level > DEPTH:
            continue
        made: dict[str, Any] = {"name": escape(spelled(words), quote=False), "id": slug, "level": level, "children": []}
        above = above[: next((n for n, one in enumerate(above) if one["level"] >= level), len(above))]
        (above[-1]["children"] if above else top).append(made)
        above.append(made)
    return top
