"""Python-Markdown extensions that render references, times and cells. They only look up results, and do not use mkdocs.

pages = Pages(project)
md = markdown.Markdown(extensions=["pymdownx.superfences", ..., *pages.extensions])
pages.enter("concepts/dropout.md", "concepts/dropout/")
html = fill(md.convert(text), project)
"""

from __future__ import annotations

from markdown import Markdown
from markdown.extensions import Extension

from coursenotes.project import Project
from coursenotes.site.markdown import cells, figures, formulas
from coursenotes.site.markdown.citations import Citations, Sources
from coursenotes.site.markdown.code import source_url
from coursenotes.site.markdown.errata import Errata
from coursenotes.site.markdown.images import Captions
from coursenotes.site.markdown.lectures import TimeLinks
from coursenotes.site.markdown.references import References
from coursenotes.site.markdown.tables import Tables
from coursenotes.site.markdown.terms import Abbreviations
from coursenotes.site.markdown.typeset import typeset
from coursenotes.site.markdown.view import View

__all__ = ["Pages", "fill", "make_extensions", "source_url"]

BEFORE_LINKS = 175  # after escapes and inline code (190, 180), before reference-style links (170)
BEFORE_IDS = 8  # before headings get their ids, and mkdocs collects all ids (5)
BEFORE_PARAGRAPHS = 15  # after notes and definitions (17, 16, 15), before plain paragraphs (10)
AFTER_INLINE = 12  # after inline text and notes (20, 15), before the headings' ids (5)
AFTER_ALL = -10  # after mkdocs' own processor of relative paths (0), which leaves schemes that it does not know alone


def fill(html: str, project: Project, root: str) -> str:
    """A rendered page with its drawings inserted and its formulas typeset. root leads to the site's root."""
    return typeset(figures.fill(html, project, root), project.paths)


class Pages:
    """Renders the pages of one project, one after the other: call enter() before each.

    source: the address below which the project's files can be read, as source_url() makes it, or empty. Raises
    CoursenotesError if docs/courses.yml cannot be read, and when a page is rendered, with every problem of the page.
    """

    def __init__(self, project: Project, source: str = ""):
        self.project, self.source = project, source
        self.view: View | None = None
        self.extensions: list[Extension] = [_Extension(self)]

    def enter(self, name: str, url: str) -> None:
        """Set the page to render next: its path below docs/, and its address below the site's root."""
        root = "../" * url.removeprefix("./").count("/")
        self.view = View(self.project, name, root, self.source)

    def leave(self) -> None:
        """Render text next that is not one of the project's pages."""
        self.view = None


def make_extensions(project: Project, page: str, url: str, source: str = "") -> list[Extension]:
    """The extensions for a single page."""
    pages = Pages(project, source)
    pages.enter(page, url)
    return pages.extensions


class _Extension(Extension):
    def __init__(self, pages: Pages):
        super().__init__()
        self.pages = pages

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(TimeLinks(md), "cn-times", BEFORE_LINKS)
        md.treeprocessors.register(Errata(md, lambda: self.pages.view), "cn-errata", BEFORE_IDS)
        md.inlinePatterns.register(Citations(md), "cn-citations", BEFORE_LINKS)
        md.parser.blockprocessors.register(Captions(md.parser), "cn-captions", BEFORE_PARAGRAPHS)
        md.treeprocessors.register(Tables(md), "cn-tables", AFTER_INLINE)
        md.treeprocessors.register(Sources(md, lambda: self.pages.view), "cn-sources", AFTER_INLINE)
        own: dict[str, str] = {}
        if "abbr" in md.treeprocessors:  # it sets nothing but titles, also in headings and links
            own = md.treeprocessors["abbr"].abbrs  # type: ignore[attr-defined]
            md.treeprocessors.deregister("abbr")
        md.treeprocessors.register(Abbreviations(md, lambda: self.pages.view, own), "cn-terms", AFTER_ALL + 1)
        md.treeprocessors.register(References(md, lambda: self.pages.view), "cn-references", AFTER_ALL)
        cells.install(md, lambda: self.pages.view)
        formulas.install(md)
        md.registerExtension(self)

    def reset(self) -> None:
        if self.pages.view is not None:
            self.pages.view.begin()
