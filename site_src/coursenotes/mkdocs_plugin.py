"""Hooks the engine into mkdocs. The only file that imports mkdocs, and nothing but hooks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from coursenotes import evidence, markdown
from coursenotes.build import prepare
from coursenotes.errors import CoursenotesError
from coursenotes.layout import Layout
from coursenotes.plan import Library
from coursenotes.progress import Progress

SECTIONS = ("index.md", "concepts", "lessons", "evidence", "contribute")
IN_NAV = ("evidence/index.md", "evidence/claims.md")
_handed: dict[Path, Library] = {}  # a whole build prepares first, and hands over what it prepared


def render(library: Library, site_dir: Path) -> None:
    """Render the pages of a prepared project into a folder, strictly. Raises CoursenotesError."""
    _handed[library.layout.root] = library
    try:
        config = load_config(str(library.layout.root / "mkdocs.yml"), site_dir=str(site_dir), strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs_build.build(config)
        config.plugins.on_shutdown()
    except Abort as error:
        raise CoursenotesError(f"mkdocs: {error}") from error
    except PluginError as error:
        raise CoursenotesError(str(error)) from error
    finally:
        _handed.pop(library.layout.root, None)


class CoursenotesPlugin(BasePlugin):
    """Trains what is missing, renders references, adds the evidence pages."""

    library: Library

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        layout = Layout(Path(config.config_file_path).resolve().parent)
        try:
            if layout.root in _handed:
                self.library = _handed[layout.root]
            else:
                with Progress() as progress:
                    self.library = prepare(layout, progress, claims=False).library
        except CoursenotesError as error:
            raise PluginError(f"\n{error}") from error
        self.pages = markdown.Pages(self.library, markdown.source_url(config.repo_url, config.edit_uri))
        config.markdown_extensions = [*config.markdown_extensions, *self.pages.extensions]  # type: ignore[list-item]
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        for path, text in evidence.pages(self.library).items():
            listed = InclusionLevel.UNDEFINED if path in IN_NAV else InclusionLevel.NOT_IN_NAV
            files.append(File.generated(config, path, content=text, inclusion=listed))
        return files

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Sections in the order of a reader's interest, where mkdocs sorts them by name."""
        nav.items.sort(key=_place)
        nav.pages.sort(key=_place)
        for page in nav.pages:
            page.previous_page = page.next_page = None
        for before, after in pairwise(nav.pages):
            before.next_page, after.previous_page = after, before
        return nav

    def on_page_markdown(self, text: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        self.pages.enter(page.file.src_uri, page.url)
        return text

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        try:
            return markdown.fill(output, self.library)
        except CoursenotesError as error:
            raise PluginError(f"\n{error}") from error

    def on_serve(self, server: LiveReloadServer, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        for folder in (self.library.layout.snippets, self.library.layout.claims, self.library.layout.published):
            if folder.is_dir():
                server.watch(str(folder))
        return server


def _place(item: Any) -> int:
    """Where a page, or the section that begins with it, stands among the sections."""
    while item.is_section:
        item = item.children[0]
    first = item.file.src_uri.partition("/")[0]
    return SECTIONS.index(first) if first in SECTIONS else len(SECTIONS)
