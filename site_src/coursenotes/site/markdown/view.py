"""The page that is being rendered: access to the project, addresses in the site, and the references met so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from coursenotes.discover.project import PageInfo
from coursenotes.discover.text.addresses import Target, write_href
from coursenotes.errors import Problems
from coursenotes.knowledge.base import Knowledge
from coursenotes.project import Project


@dataclass
class View:
    """One page while it is rendered. root leads from the page to the site's root: "../../".

    source is the address below which the project's files can be read ("https://…/blob/main/"), or empty.
    """

    project: Project
    name: str
    root: str
    source: str = ""
    problems: Problems = field(default_factory=Problems)
    met: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    tips: int = 0

    @property
    def knowledge(self) -> Knowledge:
        """The project's knowledge: lectures, people, terms, works."""
        return self.project.knowledge

    @property
    def info(self) -> PageInfo | None:
        """The page in the catalog; None for a generated one."""
        return self.project.catalog.pages.get(self.name)

    @property
    def listed(self) -> bool:
        """Whether readers find the page."""
        return self.knowledge.visibility.page(self.name)

    @property
    def path(self) -> Path | str:
        return self.info.path if self.info else self.name

    def begin(self) -> None:
        """Reset everything that an earlier rendering of the page collected."""
        self.problems = Problems()
        self.met, self.shown, self.cells, self.tips = Counter(), Counter(), Counter(), 0

    def evidence(self, experiment: str) -> str:
        """The address of an experiment's evidence, from this page."""
        topic, _, name = experiment.partition(".")
        return self.root + self.project.paths.evidence_url(topic, name)

    def evidence_link(self, experiment: str, words: str = "evidence") -> str:
        """A link to an experiment's evidence, as HTML; empty if this page is the evidence."""
        if self.name == f"evidence/{experiment}.md":
            return ""
        return f'<a href="{escape(self.evidence(experiment))}">{words}</a>'

    def claim(self, claim: str) -> str:
        """The address of a claim in full, from this page."""
        return self.root + self.knowledge.visibility.claim_url(claim)

    def tip_id(self) -> str:
        """A fresh id for a tip."""
        self.tips += 1
        return f"cn-tip-{self.tips}"

    def fail(self, what: str, fix: str | None = None, line: int | None = None) -> None:
        """Note a problem with the page; all are raised when it is rendered."""
        self.problems.add(what, self.path, line, fix=fix)

    def meet(self, target: Target) -> None:
        """Count a reference that the renderer met."""
        self.met[write_href(target)] += 1

    def finish(self) -> None:
        """Raise CoursenotesError with all problems, and with references that only renderer or only scanner found."""
        if self.info is not None:
            scanned = Counter(write_href(reference.target) for reference in self.info.references)
            for href in self.met - scanned:
                self.fail(f"{href} is rendered, but was not found in the page's text",
                          "write it as an inline link of its own: [text](address)")  # fmt: skip
            for href in scanned - self.met:
                line = next(r.line for r in self.info.references if write_href(r.target) == href)
                href = f"[@{href[5:]}]" if href.startswith("cite:") else href
                self.fail(f"{href} stands in the page's text, but is not rendered",
                          "take it out of raw HTML and of indented code", line)  # fmt: skip
        self.problems.raise_if_any()
