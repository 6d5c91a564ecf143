"""The catalog of a project: its experiments, figures, claims and pages, by name. Plain records, from parsing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from coursenotes.api import Scale, job_settings, seed_count
from coursenotes.discover.files.listing import Files
from coursenotes.discover.python.reach import Code
from coursenotes.discover.text.addresses import Context
from coursenotes.discover.text.references import Reference
from coursenotes.errors import Problem
from coursenotes.paths import Paths


@dataclass(frozen=True)
class ExperimentInfo:
    """An experiment as its file declares it. data: the dataset's (module, name)."""

    topic: str
    name: str
    path: Path
    line: int
    doc: str
    params: tuple[str, ...]
    data: tuple[str, str] | None
    seeds: int | Mapping[str, int]
    vary: Mapping[str, list[Any]]
    may_diverge: bool
    minutes: float
    gigabytes: float
    scales: tuple[Scale, ...]
    returns: tuple[str, ...] | None = None
    after: str | None = None  # the id of the experiment whose results it receives
    times: tuple[str, ...] = ()  # the metrics that are durations

    @property
    def id(self) -> str:
        return f"{self.topic}.{self.name}"

    @property
    def module(self) -> str:
        return f"snippets.{self.topic}"

    def jobs(self, scale: Scale, seeds: Sequence[int] | None = None) -> list[tuple[dict[str, Any], int]]:
        """(settings, seed) of every job at a scale, in the declared order; with these seeds, or those declared."""
        if seeds is None:
            seeds = range(seed_count(self.seeds, scale))
        return [(settings, seed) for settings in job_settings(self.vary) for seed in seeds]


@dataclass(frozen=True)
class FigureInfo:
    """A figure: the experiments that it draws, and its default alt text."""

    topic: str
    name: str
    path: Path
    line: int
    experiments: tuple[str, ...]
    alt: str

    @property
    def id(self) -> str:
        return f"{self.topic}.{self.name}"


@dataclass(frozen=True)
class ClaimInfo:
    """A claim's test: its sentence, the experiments it reads, its controls, and the scales at which it is checked."""

    topic: str
    name: str
    path: Path
    line: int
    sentence: str
    params: tuple[str, ...]
    experiments: tuple[str, ...]
    controls: tuple[str, ...]
    functions: tuple[str, ...]
    scales: tuple[Scale, ...]
    refuted: bool
    falsifiers: int
    source: str

    @property
    def id(self) -> str:
        return f"{self.topic}.{self.name}"


OLD_SPELLINGS = {
    "prerequisites": "needs",
    "aliases": "was",
    "license": "licence",
}  # of fields of front matter, which are read as well


@dataclass(frozen=True)
class PageInfo:
    """A page: its text, its front matter, its references."""

    path: Path
    name: str  # below docs/, with slashes
    text: str
    meta: Mapping[str, Any]
    references: tuple[Reference, ...]

    @property
    def context(self) -> Context:
        """The topic and the scale that its references imply."""
        return context(self.name, self.meta)

    def spelling(self, field: str) -> str:
        """The name under which a field is in this front matter: the old one where there is only that."""
        old = OLD_SPELLINGS.get(field, field)
        return old if old in self.meta and field not in self.meta else field

    def list_of(self, field: str) -> list[Any]:
        """A field of the front matter that holds a list; empty where it is missing or holds anything else."""
        value = self.meta.get(self.spelling(field))
        return value if isinstance(value, list) else []

    def line_of(self, field: str) -> int:
        """The line that a field of the front matter, or of a notebook's metadata, is on; 1 where it is missing."""
        field = self.spelling(field)
        lines, start, head = self.text.split("\n"), f"{field}:", 0
        if self.name.endswith(".ipynb"):
            lines, start = [line.lstrip() for line in self.path.read_text(encoding="utf-8").split("\n")], f'"{field}":'
            head = next((n for n, line in enumerate(lines) if line.startswith('"coursenotes":')), 0)
        return next((n for n, line in enumerate(lines[head:], head + 1) if line.startswith(start)), 1)

    def problem(self, field: str, what: str, fix: str | None = None, *details: str) -> Problem:
        """A mistake in a field of the front matter, at its line: problem("sources", "is not a list", "write …")."""
        return Problem(f"{self.spelling(field)}: {what}", self.path, self.line_of(field), details, fix)


def context(name: str, meta: Mapping[str, Any]) -> Context:
    """The topic and the scale that references imply on a page with this name and front matter."""
    topic = PurePosixPath(name).stem if Paths.is_concept(name) else ""
    return Context(topic, "full" if meta.get("scale") == "full" else "sample")


@dataclass
class Catalog:
    """Everything in a project, by name."""

    paths: Paths
    code: Code
    files: Files
    experiments: dict[str, ExperimentInfo] = field(default_factory=dict)
    figures: dict[str, FigureInfo] = field(default_factory=dict)
    claims: dict[str, ClaimInfo] = field(default_factory=dict)
    pages: dict[str, PageInfo] = field(default_factory=dict)
    symbols: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)  # with the form of pages

    def with_earlier(self, names: Iterable[str]) -> set[str]:
        """These experiments and all that they come after."""
        experiments = set(names)
        for name in list(experiments):
            while name in self.experiments and (before := self.experiments[name].after) is not None:
                experiments.add(before)
                name = before
        return experiments

    def dataset_card(self, experiment: ExperimentInfo) -> dict[str, Any]:
        """The literal fields of an experiment's dataset: title, license, citation, url, folder."""
        if experiment.data is None:
            return {}
        summary = self.code.module(experiment.data[0])
        return dict(summary.datasets[experiment.data[1]].card) if summary else {}
