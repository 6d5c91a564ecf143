"""Hooks the engine into mkdocs. The only file that imports mkdocs, and nothing but hooks."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext

from coursenotes.build import serving
from coursenotes.build.build import prepare
from coursenotes.build.mkdocs_log import Complaints, Said, placed
from coursenotes.cache import inputs, keys
from coursenotes.discover.files import listing
from coursenotes.discover.text.tex import of_fields, rendered, spelled
from coursenotes.discover.transcripts import hidden
from coursenotes.errors import CoursenotesError, Problem, raise_all
from coursenotes.knowledge.lectures import transcripts
from coursenotes.knowledge.links import subjects
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.site import evidence, frame, markdown, notebooks, reference
from coursenotes.site import files as site_files
from coursenotes.site.frame import navigation
from coursenotes.site.kept_pages import Rendered
from coursenotes.workers.progress import Progress

NOTEBOOK = ".ipynb"
_prepared: dict[Path, Project] = {}  # by root: a whole build prepares the project before it renders


def render(project: Project, site_dir: Path) -> None:
    """Render the pages of a prepared project into a folder, strictly. Raises CoursenotesError."""
    _prepared[project.paths.root] = project
    said = Said()
    try:
        with said:
            _build(project.paths.root, site_dir)
    except Abort as error:
        raise CoursenotesError(*(placed(text, project.paths) for text in said.texts or [f"mkdocs: {error}"])) from error
    except ConfigurationError as error:
        raise CoursenotesError(Problem(str(error), project.paths.settings)) from error
    except PluginError as error:
        raise CoursenotesError(str(error)) from error
    finally:
        _prepared.pop(project.paths.root, None)


def _build(root: Path, site_dir: Path) -> None:
    config = load_config(str(root / "mkdocs.yml"), site_dir=str(site_dir), strict=True)
    config.plugins.on_startup(command="build", dirty=False)
    mkdocs_build.build(config)
    config.plugins.on_shutdown()


class NotebookFile(File):
    """A notebook, which is rendered as a page."""

    def is_documentation_page(self) -> bool:
        return True


class CoursenotesPlugin(BasePlugin):
    """Trains missing jobs, renders references, adds the generated pages."""

    project: Project
    serves = False  # mkdocs serve is starting, and has not checked its address yet
    complaints = Complaints()

    def on_startup(self, *, command: str, dirty: bool) -> None:
        context = click.get_current_context(silent=True)  # command is "build" in mkdocs serve --clean
        self.serves = command == "serve" or (context is not None and context.info_name == "serve")

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        paths = Paths(Path(config.config_file_path).parent.resolve())
        try:
            if self.serves:
                serving.check(*config.dev_addr)
            self.serves = False
            self._look(paths, config)
            if paths.root in _prepared:
                self.project = _prepared[paths.root]
            else:
                with Progress() as progress:
                    self.project = prepare(paths, progress, claims=False).project
        except CoursenotesError as error:
            raise PluginError(f"\n{error}") from error
        self.pages = markdown.Pages(self.project, markdown.source_url(config.repo_url, config.edit_uri))
        config.markdown_extensions = [*config.markdown_extensions, *self.pages.extensions]  # type: ignore[list-item]
        return config

    def _look(self, paths: Paths, config: MkDocsConfig) -> listing.Files:
        """The project's current files, including its theme. Raises CoursenotesError."""
        if Path(config.docs_dir).resolve() != paths.docs.resolve():
            what = f"docs_dir is {config.docs_dir}; the engine reads {paths.docs}"
            raise CoursenotesError(Problem(what, config.config_file_path, fix="remove docs_dir"))
        return listing.look(paths, [self._theme(paths, config)])

    @staticmethod
    def _theme(paths: Paths, config: MkDocsConfig) -> Path:
        """The folder of the theme, as its files are listed if it belongs to the project."""
        if config.theme.custom_dir is None:
            return paths.theme
        given = os.path.relpath(config.theme.custom_dir, Path(config.config_file_path).parent)
        return Path(os.path.normpath(paths.root / given))

    def _listed(self, files: Files, config: MkDocsConfig) -> None:
        """Refuse files that mkdocs would copy but that are not the project's; drop files newer than the catalog."""
        paths = self.project.paths
        found, problems = self._look(paths, config), []
        folders = {config.docs_dir: paths.docs, config.theme.custom_dir: self._theme(paths, config)}
        ours = {given: path for given, path in folders.items() if path.is_relative_to(paths.root)}
        for file in [file for file in files if file.src_dir in ours]:
            path = ours[file.src_dir] / file.src_uri
            if file.inclusion is not InclusionLevel.EXCLUDED and not found.has(path):
                problems.append(Problem("would be copied to the site, but is not one of the project's files", path,
                                        fix="remove it, or name it under exclude_docs: in mkdocs.yml"))  # fmt: skip
            elif file.src_dir == config.docs_dir and not self.project.catalog.files.has(path):
                files.remove(file)
        raise_all(problems)

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        try:
            self._listed(files, config)
        except CoursenotesError as error:
            raise PluginError(f"\n{error}") from error
        generated = [*evidence.pages(self.project), *reference.pages(self.project)]
        self.unlisted = {page.name for page in self.project.knowledge.visibility.unlisted}
        self.unlisted |= {made.path for made in generated if not made.listed}
        self._notebooks(files, config)
        for file in files.documentation_pages():
            if file.src_uri in self.unlisted or Paths.is_version(file.src_uri):
                file.inclusion = InclusionLevel.NOT_IN_NAV
        self.rendered = Rendered(self.project, [*(f.src_uri for f in files), *(made.path for made in generated)])
        self.whole: dict[str, str] = {}  # the keys of generated pages that have to be rendered
        self.kept: list[File] = []  # the other generated pages, which mkdocs copies as files
        for made in generated:
            if made.in_nav:
                files.append(File.generated(config, made.path, content=made.text))
                continue
            page = File.generated(config, made.path, content=made.text, inclusion=InclusionLevel.NOT_IN_NAV)
            key = self.rendered.whole_key(made.path, page.url, made.text)
            finished = self.rendered.load(key)
            if finished is None:
                self.whole[made.path] = key
                files.append(page)
            else:
                self.kept.append(page)
                files.append(File.generated(config, page.dest_uri, content=finished))
        return files

    def _notebooks(self, files: Files, config: MkDocsConfig) -> None:
        """Turn notebooks into pages; one that is not in the catalog is dropped."""
        for file in [file for file in files if file.src_uri.endswith(NOTEBOOK)]:
            files.remove(file)
            if file.src_uri in self.project.catalog.pages:
                files.append(NotebookFile(file.src_uri, config.docs_dir, config.site_dir, config.use_directory_urls,
                                      inclusion=file.inclusion))  # fmt: skip

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Order sections by a reader's interest, where mkdocs sorts by name, and title each by its index page."""
        self._name(nav.items)
        self._group(nav.items)
        for section in (item for item in nav.items if item.is_section):
            section.children.sort(key=navigation.among_generated)
        nav.items.sort(key=navigation.place)
        nav.pages[:] = navigation.pages(nav.items)
        nav.items[:] = navigation.tabs(nav.items)
        for page in nav.pages:
            page.previous_page = page.next_page = None
        for before, after in pairwise(nav.pages):
            before.next_page, after.previous_page = after, before
        return nav

    def _name(self, items: list[Any]) -> None:
        """Give each section the title of its index page, and sort its pages: lesson 2 before lesson 10."""
        for section in (item for item in items if item.is_section):
            for page in (child for child in section.children if child.is_page and child.is_index):
                info = self.project.catalog.pages.get(page.file.src_uri)
                section.title = spelled(str(info.meta.get("title", section.title))) if info else section.title
            section.children.sort(key=navigation.counted)
            self._name(section.children)

    def _group(self, items: list[Any]) -> None:
        """Put the pages of a section under the subjects that its index page names."""
        for section in (item for item in items if item.is_section):
            pages = {child.file.src_uri: child for child in section.children if child.is_page}
            index = next((self.project.catalog.pages.get(name) for name in pages if pages[name].is_index), None)
            if index and index.list_of("subjects"):
                groups = subjects.grouped(index, self.project.catalog.pages.values(), self.project.knowledge.lectures)
                rest = [pages.pop(index.name), *(pages.pop(name) for name in groups.pop("", ()) if name in pages)]
                inner = [Section(title, [pages[n] for n in names if n in pages]) for title, names in groups.items()]
                section.children = [*rest, *inner, *(child for child in section.children if child.is_section)]
                for child in inner:
                    child.parent = section
                    for page in child.children:
                        page.parent = child
            self._group([child for child in section.children if child.is_section])

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str | None:
        return "" if page.file.src_uri.endswith(NOTEBOOK) else None  # its content is set in on_page_content

    def on_page_markdown(self, text: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """The text to render; empty for a page rendered before and for a notebook, whose content is set below."""
        self.complaints.count = 0
        name = page.file.src_uri
        info = self.project.catalog.pages.get(name)
        page.meta = {**info.meta} if info and name.endswith(NOTEBOOK) else {**page.meta, **of_fields(page.meta)}
        if name in self.unlisted:
            page.meta.update(search={"exclude": True}, noindex=True)
        if transcripts.is_transcript(page.meta) or hidden(page.meta):
            text = transcripts.shown(text, page.meta)
        if info and name.endswith(NOTEBOOK):
            text = keys.notebook(info.path.read_bytes())
        self.page_key = self.rendered.key(name, page.url, text)
        self.page_kept = self.rendered.load(self.page_key)
        if self.page_kept is not None or name.endswith(NOTEBOOK):
            self.pages.leave()
            return ""
        self.pages.enter(name, page.url)
        return text

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """The page's content: as rendered now, or as kept under the same key."""
        complained = self.complaints.count  # of the page; converting a notebook is announced in the same log
        kept = self.page_kept or self._rendered(html, page, files)
        page.toc, page.present_anchor_ids = get_toc(kept["toc"]), set(kept["ids"])
        linked = {files.get_file_from_path(path): anchors for path, anchors in kept["links"].items()}
        page.links_to_anchors = {file: anchors for file, anchors in linked.items() if file is not None}
        if "title" not in page.meta:
            page.title = kept["title"]
        if self.page_kept is None and not complained:
            self.rendered.save(self.page_key, kept)
        return str(kept["content"])

    def _rendered(self, html: str, page: Page, files: Files) -> dict[str, Any]:
        """A rendered page as plain JSON: content, title, table of contents, ids, links."""
        if page.file.src_uri.endswith(NOTEBOOK):
            info = self.project.catalog.pages[page.file.src_uri]
            names = {file.src_uri for file in files.documentation_pages()}
            try:
                finished = notebooks.finish(notebooks.convert(info.path, self.project.paths), self.project.knowledge,
                                            info, names)  # fmt: skip
            except CoursenotesError as error:
                raise PluginError(f"\n{error}") from error
            return {"content": finished.content, "title": str(page.meta["title"]), "toc": finished.toc,
                    "ids": finished.ids, "links": finished.links}  # fmt: skip
        links = {file.src_uri: anchors for file, anchors in (page.links_to_anchors or {}).items()}
        return {
            "content": html, "title": rendered(page.title or ""), "toc": [_token(item) for item in page.toc],
            "ids": sorted(page.present_anchor_ids or ()), "links": links,
        }  # fmt: skip

    def on_env(self, env: Any, config: MkDocsConfig, files: Files) -> None:
        """A version is not in the navigation: show it under the section of its lesson's own page."""
        for file in files.documentation_pages():
            lesson = files.get_file_from_path(Paths.lesson_of(file.src_uri) or "")
            if Paths.is_version(file.src_uri) and file.page and lesson and lesson.page:
                file.page.parent = lesson.page.parent

    def on_page_context(self, context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        context["around"] = frame.of_page(self.project, page.file.src_uri)  # type: ignore[typeddict-unknown-key]
        return context

    def on_template_context(self, context: TemplateContext, template_name: str, config: MkDocsConfig) -> Any:
        pages = [*context["pages"], *(Page(None, file, config).file for file in self.kept)]  # for sitemap.xml
        context["pages"] = sorted((f for f in pages if f.src_uri not in self.unlisted), key=lambda file: file.src_uri)
        return context

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        try:
            output = markdown.fill(output, self.project, f"{get_relative_url('.', page.url)}/")
        except CoursenotesError as error:
            raise PluginError(f"\n{error}") from error
        if page.file.src_uri in self.whole:
            self.rendered.save(self.whole[page.file.src_uri], output)
        return output

    def on_pre_build(self, config: MkDocsConfig) -> None:
        self.complaints.listen()

    def on_post_build(self, config: MkDocsConfig) -> None:
        self.complaints.stop()
        try:
            served = (config.site_url or "").startswith(f"http://{config.dev_addr}/")  # mkdocs serve
            site_files.write(self.project, Path(config.site_dir), config.site_url or "", packed=not served)
        except CoursenotesError as error:
            raise PluginError(f"\n{error}") from error

    def on_serve(self, server: LiveReloadServer, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        paths = self.project.paths
        for folder in (paths.snippets, paths.claims, paths.published, paths.releases):
            if folder.is_dir():
                server.watch(str(folder))
        for path in inputs.watched(self.project.paths, self.project.catalog.code):
            server.watch(str(path))
        return server


def _token(item: AnchorLink) -> dict[str, Any]:
    """A heading in the form of Python-Markdown's toc extension, which get_toc() reads."""
    children = [_token(child) for child in item.children]
    return {"name": item.title, "id": item.id, "level": item.level, "children": children}
