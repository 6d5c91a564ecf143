"""The knowledge of one project, each part read when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property

from coursenotes import dates
from coursenotes.discover import links
from coursenotes.discover.catalog import Catalog
from coursenotes.errors import CoursenotesError, Problem, Problems
from coursenotes.knowledge.credit import literature, people, sources
from coursenotes.knowledge.credit.credit import Credit
from coursenotes.knowledge.credit.literature import Literature
from coursenotes.knowledge.credit.people import People
from coursenotes.knowledge.facts import dated, errata, glossary, synonyms
from coursenotes.knowledge.facts.errata import Erratum
from coursenotes.knowledge.facts.glossary import Glossary
from coursenotes.knowledge.facts.synonyms import Synonyms
from coursenotes.knowledge.form import footnotes, formulas, front_matter, images
from coursenotes.knowledge.lectures import lectures, transcripts, wanted
from coursenotes.knowledge.lectures.lectures import Lectures
from coursenotes.knowledge.lectures.times import Times
from coursenotes.knowledge.lectures.versions import Versions
from coursenotes.knowledge.lectures.visibility import Visibility
from coursenotes.knowledge.lectures.wanted import Wanted
from coursenotes.knowledge.links import aliases, subjects
from coursenotes.knowledge.links.graph import Graph


class Knowledge:
    """The knowledge of one project on one day. Every part raises CoursenotesError where its file cannot be read."""

    def __init__(self, catalog: Catalog, today: date | None = None):
        self.catalog, self.paths = catalog, catalog.paths
        self.today = today or dates.today()

    @cached_property
    def _courses(self) -> tuple[Lectures, Problems]:
        return lectures.read(self.paths.courses)

    @property
    def lectures(self) -> Lectures:
        """All lectures that can be read; problems() reports the others."""
        return self._courses[0]

    @cached_property
    def visibility(self) -> Visibility:
        return Visibility(self.catalog, self.lectures, self.today)

    @cached_property
    def times(self) -> Times:
        return Times(self.catalog, self.lectures, self.visibility)

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.catalog, self.lectures, self.visibility)

    @cached_property
    def versions(self) -> Versions:
        return Versions(self.catalog, self.visibility, self.lectures)

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        return wanted.load(self.paths.wanted)

    @cached_property
    def errata(self) -> list[Erratum]:
        return errata.find(self.catalog, self.lectures)

    @cached_property
    def people(self) -> People:
        return people.load(self.paths.people)

    @cached_property
    def credit(self) -> Credit:
        return Credit(self.catalog, self.lectures, self.visibility, lambda: self.people, lambda: self.literature)

    @cached_property
    def literature(self) -> Literature:
        return literature.load(self.paths.literature)

    @cached_property
    def glossary(self) -> Glossary:
        return glossary.load(self.paths.glossary, self.visibility)

    @cached_property
    def synonyms(self) -> Synonyms:
        return synonyms.load(self.paths.synonyms)

    @property
    def next_change(self) -> date | None:
        """The first day after today on which the site changes: something is released, or a value is due for review."""
        days = (self.visibility.next_change, dated.next_due(self.visibility.pages, self.today))
        return min((day for day in days if day), default=None)

    _PARTS: tuple[Callable[[Knowledge], Iterator[Problem]], ...] = (
        lambda self: iter(self._courses[1].all),
        lambda self: front_matter.problems(self.catalog),
        lambda self: subjects.problems(self.catalog),
        lambda self: lectures.of_front_matter(self.lectures, self.catalog),
        lambda self: self.visibility.problems(),
        lambda self: self.graph.problems(),
        lambda self: links.problems(self.catalog.pages, aliases.old_names(self.catalog)),
        lambda self: self.versions.problems(),
        lambda self: wanted.problems(self.wanted, self.catalog, self.lectures),
        lambda self: errata.problems(self.errata),
        lambda self: transcripts.problems(self.catalog),
        lambda self: self.credit.problems(),
        lambda self: sources.of_works(self.literature, self.catalog),
        lambda self: glossary.problems(self.glossary, self.catalog),
        lambda self: synonyms.problems(self.synonyms, self.catalog),
        lambda self: footnotes.problems(self.catalog),
        lambda self: images.problems(self.catalog),
        lambda self: formulas.problems(self.catalog),
    )

    def problems(self) -> Iterator[Problem]:
        """The problems of all parts: a file that cannot be read does not hide those of the others."""
        for part in self._PARTS:
            try:
                yield from part(self)
            except CoursenotesError as error:
                yield from error.problems
