"""Pages that were rendered before, by what they depend on: their text, and what their references resolve to now.

Everything kept is plain JSON below .coursenotes/, and can be deleted at any time.
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
from coursenotes.discover.text.references import Context, Malformed, Target, parse_href
from coursenotes.experiments import provenance
from coursenotes.figures import draw
from coursenotes.figures.cells import lookup
from coursenotes.project import Project

_ASKED = re.compile(r"\]\(\s*<?((?:code|figure|measured|table|claim):[^)>\s]+)")


class Rendered:
    """The renderings of one project's pages. names are the pages of the site, generated ones included."""

    def __init__(self, project: Project, names: Iterable[str]):
        self.project, self._memo = project, Memo(project.paths, "pages")
        terms = [[term.id, term.listed] for term in project.knowledge.glossary.terms.values()]
        settings = inputs.settings(project.paths) | inputs.loaded(project.paths)
        self._renderer = keys.renderer(up_to_date.renderer(project.paths, settings), names, terms)
        self._answer = functools.cache(self._look_up)

    def key(self, name: str, url: str, text: str) -> str:
        """What a page's content depends on: its text, what it asks for, the renderer, and which pages there are."""
        info = self.project.catalog.pages.get(name)
        run = [lookup.key(self.project.plan, info), lookup.outputs(self.project.plan, info) is not None] if info else []
        context = info.context if info else Context()
        asked = [[href, self._answer(href, context)] for href in sorted(set(_ASKED.findall(text)))]
        meta = repr(info.meta) if info else ""  # it names the lecture that bare times belong to
        listed = self.project.knowledge.visibility.page(name)
        return keys.content(self._renderer, name, url, text, meta, listed, asked, run)

    def whole_key(self, name: str, url: str, text: str) -> str:
        """What a finished page depends on: its content, and the other pages, whose titles stand around it."""
        frame = [[page.name, repr(page.meta), page_title(page)] for page in self.project.knowledge.visibility.pages]
        return keys.whole_page(self.key(name, url, text), frame)

    def _look_up(self, href: str, context: Context) -> Any:
        """What a reference resolves to, as plain JSON; None for what the renderer will complain of."""
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
                draw.svg(project.plan, target.name, target.scale) is None,
            ]
            return [draw.alt_text(project.plan, target.name), drawn, [self._results(e, target.scale) for e in read]]
        libraries = sorted(provenance.used(project.plan, experiment))  # which of those noted are named
        replicated = acceptance.numbers(project.plan, experiment, target.scale)
        return [self._results(experiment, target.scale), catalog.experiments[experiment].doc, libraries, replicated]

    def _results(self, experiment: str, scale: str) -> Any:
        results = self.project.plan.results(experiment, scale)
        if results is None:
            return None
        dates = [row.result.provenance.get("date") for row in results.rows]
        return [self.project.plan.results_key(experiment, scale), results.stale, dates]

    # -- what is kept
    def load(self, key: str) -> Any:
        """What was kept under a key, or None. It counts as used today."""
        try:
            return json.loads(self._memo.get(key) or "null")
        except ValueError:
            return None

    def save(self, key: str, value: Any) -> None:
        """Keep plain JSON under a key."""
        self._memo.put(key, json.dumps(value, ensure_ascii=False))
