"""The frame of a page's text: who wrote it, other notes of the lesson, its place in the lecture, links to it.

Each part is plain data for the template of the same name in the theme's partials/around/, which shows nothing if it is
empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursenotes.project import Project
from coursenotes.site.frame import attribution, context, versions

PARTS: dict[str, Callable[[Project, str], Any]] = {
    "versions": lambda project, name: versions.of_page(project.knowledge, name),
    "lecture": lambda project, name: context.lecture(project.knowledge, name),
    "links": lambda project, name: context.links(project.knowledge, name),
    "credit": lambda project, name: attribution.of_page(project.knowledge, name),
}


def of_page(project: Project, name: str) -> dict[str, Any]:
    """Every part by its name, for a page by its name below docs/ or that of a generated one."""
    return {part: make(project, name) for part, make in PARTS.items()}
