"""Pages that were rendered before, by the key of everything they depend on: their text and resolved references.

They are plain JSON below .coursenotes/, and can be deleted at any time.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from typing import Any

from coursenotes.cache import inputs, keys, up_to_date
from coursenotes.cache.memo import Memo
from coursenotes.claims import acceptance, verdicts
from coursenotes.discover.headings import page_title
from coursenotes.discover.python.canonical import digest
from coursenotes.discover.text.addresses import Context, Malformed, Target, parse_href
from coursenotes.experiments import provenance
from coursenotes.figures import draw
from coursenotes.figures.cells import lookup
from coursenotes.project import Project

_REFERENCE = re.compile(r"\]\(\s*<?((?:code|figure|measured|table|claim):[^)>\s]+)")


class Rendered:
    """The kept pages of one project. names: all pages of the site, generated ones included."""

    def __init__(self, project: Project, names: Iterable[str]):
        self.project, self._memo = project, Memo(project.paths, "pages")
        terms = [[term.id, term.listed] for term in project.knowledge.glossary.terms.values()]
        settings = inputs.settings(project.paths) | inputs.loaded(project.paths)
        self._renderer = keys.renderer(up_to_date.renderer(project.paths, settings), names, terms)
        self._answer = functools.cache(self._look_up)

    def key(self, name: str, url: str, text: str) -> str:
        """The key of a page's content: its text, its resolved references, the renderer, and the names of all pages."""
        info = self.project.catalog.pages.get(name)
        run = [lookup.key(self.project.plan, info), lookup.outputs(self.project.plan, info) is not None] if info else []
        context = info.context if info else Context()
        resolved = [[href, self._answer(href, context)] for href in sorted(set(_REFERENCE.findall(text)))]
        meta = repr(info.meta) if info else ""  # it names the lecture of bare times
        listed = self.project.knowledge.visibility.page(name)
        return keys.content(self._renderer, name, url, text, meta, listed, resolved, run)

    def whole_key(self, name: str, url: str, text: str) -> str:
        """The key of a finished page: its content, and the other pages, whose titles are in its frame."""
        frame = [[page.name, repr(page.meta), page_title(page)] for page in self.project.knowledge.visibility.pages]
        return keys.whole_page(self.key(name, url, text), frame)

    def _look_up(self, href: str, context: Context) -> Any:
        """A resolved reference as plain JSON; None for one that the renderer will report as a problem."""
        try:
            target = parse_href(href, context)
        except Malformed:
            return None
        return None if target is None else self._resolve(target)

    def _resolve(self, target: Target) -> Any:
        project, catalog = self.project, self.project.catalog
        first = target.name.removesuffix(draw.CURVES)
        experiment = ".".join(first.split(".")[:2])
        if target.scheme == "code":
            path = project.paths.snippet(first.split(".")[0])
            return digest(path.read_text(encoding="utf-8")) if path.is_file() else None
        if target.scheme == "claim":
            if first not in catalog.claims:
                return None
            return [
                project.knowledge.visibility.claim_url(first),
                *(v.to_json() for v in verdicts.best(project.plan, first)),
            ]
        if experiment not in catalog.experiments and target.name not in catalog.figures:
            return None
        if target.scheme == "figure":
            read = catalog.figures[target.name].experiments if target.name in catalog.figures else (experiment,)
            drawn = [
                draw.wanted_key(project.plan, target.name, target.scale),
                draw.drawing(project.plan, target.name, target.scale) is None,
            ]
            return [draw.alt_text(project.plan, target.name), drawn, [self._results(e, target.scale) for e in read]]
        libraries = sorted(provenance.used(project.plan, experiment))  # only these are shown
        replicated = acceptance.numbers(project.plan, experiment, target.scale)
        return [self._results(experiment, target.scale), catalog.experiments[experiment].doc, libraries, replicated]

    def _results(self, experiment: str, scale: str) -> Any:
        results = self.project.plan.results(experiment, scale)
        if results is None:
            return None
        dates = [row.result.provenance.get("date") for row in results.rows]
        return [self.project.plan.results_key(experiment, scale), results.stale, dates]

    # -- reading and writing
    def load(self, key: str) -> Any:
        """The page kept under a key, or None. It counts as used today."""
        try:
            return json.loads(self._memo.get(key) or "null")
        except ValueError:
            return None

    def save(self, key: str, value: Any) -> None:
        """Keep a page, as plain JSON, under a key."""
        self._memo.put(key, json.dumps(value, ensure_ascii=False))
