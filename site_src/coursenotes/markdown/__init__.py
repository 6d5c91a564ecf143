"""Python-Markdown extensions that render references, times and cells. They only look results up; no mkdocs here.

pages = Pages(library)
md = markdown.Markdown(extensions=["pymdownx.superfences", ..., *pages.extensions])
pages.enter("concepts/dropout.md", "concepts/dropout/")
html = fill(md.convert(text), library)
"""

from __future__ import annotations

from typing import Any

from markdown import Markdown
from markdown.extensions import Extension

from coursenotes.markdown import fences
from coursenotes.markdown.code import source_url
from coursenotes.markdown.errata import Errata
from coursenotes.markdown.figures import fill
from coursenotes.markdown.lectures import Times
from coursenotes.markdown.links import References
from coursenotes.markdown.view import View

__all__ = ["Pages", "fill", "make_extensions", "source_url"]

BEFORE_LINKS = 175  # after escapes and inline code (190, 180), before reference-style links (170)
BEFORE_IDS = 8  # before headings get theirs, and mkdocs looks which there are (5)
AFTER_ALL = -10  # after mkdocs' own processor of relative paths (0), which leaves schemes that it does not know


class Pages:
    """Renders the pages of one library, one after the other: enter() says which one is next.

    source: the address below which the project's files can be read, as source_url() makes it, or empty. Raises
    CoursenotesError where docs/courses.yml cannot be read; and when a page is rendered, for all that is wrong with it.
    """

    def __init__(self, library: Any, source: str = ""):
        self.library, self.source = library, source
        self.view: View | None = None
        self.extensions: list[Extension] = [_Extension(self)]

    def enter(self, name: str, url: str) -> None:
        """The page that is rendered next: its path below docs/, and its address below the site's root."""
        root = "../" * url.removeprefix("./").count("/")
        self.view = View(self.library, name, root, self.source)


def make_extensions(library: Any, page: str, url: str, source: str = "") -> list[Extension]:
    """The extensions for one page alone."""
    pages = Pages(library, source)
    pages.enter(page, url)
    return pages.extensions


class _Extension(Extension):
    def __init__(self, pages: Pages):
        super().__init__()
        self.pages = pages

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(Times(md), "cn-times", BEFORE_LINKS)
        md.treeprocessors.register(Errata(md, lambda: self.pages.view), "cn-errata", BEFORE_IDS)
        md.treeprocessors.register(References(md, lambda: self.pages.view), "cn-references", AFTER_ALL)
        fences.install(md, lambda: self.pages.view)
        md.registerExtension(self)

    def reset(self) -> None:
        if self.pages.view is not None:
            self.pages.view.begin()
