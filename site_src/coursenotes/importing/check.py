"""Checks a page to be imported as a build would, in a copy of the project, before it is moved into place."""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
import shutil
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import markdown as python_markdown
import yaml

from coursenotes.discover.project import discover
from coursenotes.discover.python.statements import kept
from coursenotes.discover.text.addresses import WEB
from coursenotes.errors import CoursenotesError, Problem, Problems
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.site import markdown, reference
from coursenotes.site.markdown import resolve

DEFAULT = ("toc", "tables", "fenced_code")  # what mkdocs adds by itself
ACTIVE = {"script", "style", "iframe", "object", "embed", "form", "link", "meta", "base", "template", "applet"}


@contextlib.contextmanager
def copied(paths: Paths) -> Iterator[Paths]:
    """A copy of the texts of a project, on the same disk so that files can be moved out of it; removed afterwards."""
    folder = paths.import_stage(os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    try:
        for tree in (paths.docs, paths.snippets, paths.claims):
            if tree.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
                shutil.copytree(tree, folder / tree.relative_to(paths.root), ignore=ignored)
        for name in ("mkdocs.yml", "pyproject.toml"):
            if (paths.root / name).is_file():
                shutil.copy2(paths.root / name, folder / name)
        yield Paths(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def problems(stage: Paths, new: Collection[str], parsed: Path) -> list[Problem]:
    """The problems that a build would report of these new pages of a copied project. Raises CoursenotesError."""
    project = Project(discover(stage, kept(parsed)))
    pages = sorted(set(new) & project.catalog.pages.keys())
    files = {stage.docs / name for name in new} | {stage.people}
    problems = Problems()
    known = [*project.catalog.problems, *project.knowledge.problems()]
    for name in pages:
        known += resolve.problems(project.knowledge, project.catalog.pages[name])
    problems.extend(problem for problem in known if problem.path in files)
    for name in pages:
        if name.endswith(".md"):
            problems.extend(rendered(project, name))
    return problems.all


def rendered(project: Project, name: str) -> list[Problem]:
    """The mistakes in a page once it is rendered with the extensions that the site uses."""
    info, address = project.catalog.pages[name], Paths.page_url(name)
    body = re.sub(r"\A---\n.*?\n---\n", lambda m: "\n" * m[0].count("\n"), info.text, count=1, flags=re.DOTALL)
    pages = markdown.Pages(project)
    extensions, settings = _extensions(project.paths.settings)
    try:
        md = python_markdown.Markdown(extensions=[*extensions, *pages.extensions], extension_configs=settings)
        pages.enter(name, address)
        html = md.convert(body)
    except CoursenotesError as error:
        return [
            p if p.line else Problem(p.what, info.path, _line(info.text, p.what), p.details, p.fix)
            for p in error.problems
        ]
    except RecursionError:
        return [Problem("nested too deeply to be rendered", info.path, None)]
    body_html = _Html()
    body_html.feed(html)
    return [
        Problem(what, info.path, _line(info.text, about))
        for what, about in body_html.problems(lambda href: _is_there(project, name, href))
    ]


def _extensions(settings: Path) -> tuple[list[str], dict[str, Any]]:
    """The Markdown extensions of a project, and their settings."""
    try:
        entries = yaml.load(settings.read_text(encoding="utf-8"), Loader=_Settings).get("markdown_extensions") or []
    except (OSError, AttributeError, yaml.YAMLError):
        entries = []
    names, configs = list(DEFAULT), {}
    for entry in entries:
        for name, config in entry.items() if isinstance(entry, dict) else [(entry, None)]:
            names += [name] if name not in names else []
            configs[name] = config or {}
    return names, configs


class _Settings(yaml.SafeLoader):
    """Reads mkdocs.yml, which may have tags of Python and of the environment."""


_Settings.add_multi_constructor("!", lambda loader, suffix, node: None)
_Settings.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)


class _Html(HTMLParser):
    """Collects the links, images, ids and forbidden parts of a rendered page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.images: list[str] = []
        self.wrong: list[tuple[str, str]] = []
        self.level = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.add(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "img":
            self.images.append(values.get("src", ""))
        elif tag in ACTIVE and not values.get("type", "").startswith("math/tex"):
            self.wrong.append((f"<{tag}> on the page", f"<{tag}"))
        if re.fullmatch(r"h[1-6]", tag):
            level = int(tag[1])
            if level > self.level + 1:
                self.wrong.append((f"a heading of level {level} below one of level {self.level}", ""))
            self.level = level
        for name in values:
            if name.startswith("on") or name == "style":
                self.wrong.append((f"{name}= of <{tag}> on the page", f"{name}="))

    def problems(self, is_there: Any) -> Iterator[tuple[str, str]]:
        """(what is wrong, what to look for in the text)."""
        yield from self.wrong
        for href in self.links:
            scheme = re.match(r"([A-Za-z][\w+.-]*):", href)
            if scheme and scheme[1].lower() not in WEB:
                yield f"a link to {href}", href
            elif href.startswith("#") and unquote(href[1:]) not in self.ids and href != "#":
                yield f"a link to {href}, which is not a place on the page", href
            elif not scheme and not href.startswith("#") and not is_there(href):
                yield f"a link to {href}, which is not there", href
        for src in self.images:
            if re.match(r"[A-Za-z][\w+.-]*:|//", src) or not is_there(src):
                yield f"an image from {src}, which the site does not hold", src


def _is_there(project: Project, page: str, href: str) -> bool:
    """Whether a link leads to a file, or to an address that the engine writes, such as that of a term."""
    path = unquote(href).partition("#")[0]
    address = posixpath.normpath(posixpath.join(Paths.page_url(page), path))
    if f"{address}/" in map(Paths.page_url, (*project.catalog.pages, *reference.PAGES)):
        return True
    try:
        return (project.paths.docs / PurePosixPath(page).parent / path).resolve().is_file()
    except (OSError, ValueError):
        return False


def _line(text: str, about: str) -> int | None:
    """The line that holds this text, or the longest of its words that can be found; None for none."""
    for part in (about, *sorted(about.split(), key=len, reverse=True)[:3]):
        if part and (at := text.find(part)) >= 0:
            return text.count("\n", 0, at) + 1
    return None
