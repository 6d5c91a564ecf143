"""One opened project: its catalog, its results and verdicts, and its knowledge."""

from __future__ import annotations

from datetime import date

from coursenotes.discover.catalog import Catalog
from coursenotes.experiments import plan
from coursenotes.experiments.plan import Plan
from coursenotes.knowledge.base import Knowledge
from coursenotes.paths import Paths


class Project:
    """The catalog of the parsed files, the plan with all results, and the knowledge of docs/*.yml and the pages."""

    def __init__(self, catalog: Catalog, plan: Plan | None = None, today: date | None = None):
        self.catalog, self.paths = catalog, catalog.paths
        self.plan = plan or Plan(catalog)
        self.knowledge = Knowledge(catalog, today)


def load(paths: Paths) -> Project:
    """The project at these paths, its files parsed anew only where they changed. Raises CoursenotesError."""
    opened = plan.load(paths)
    return Project(opened.catalog, opened)
