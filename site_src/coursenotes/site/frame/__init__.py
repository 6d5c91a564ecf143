"""What stands around a page's text: who wrote it, other notes of the lesson, its place in the lecture, what links here.

Each part is plain data for the template of the same name in the theme's partials/around/; an empty one shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursenotes.experiments.plan import Library
from coursenotes.site.frame import attribution, context, versions

PARTS: dict[str, Callable[[Library, str], Any]] = {
    "versions": lambda library, name: versions.of_page(library.knowledge, name),
    "lecture": lambda library, name: context.lecture(library.knowledge, name),
    "links": lambda library, name: context.links(library.knowledge, name),
    "credit": lambda library, name: attribution.of_page(library.knowledge, name),
}


def of_page(library: Library, name: str) -> dict[str, Any]:
    """Every part by its name, for a page by its name below docs/ or that of a generated one."""
    return {part: make(library, name) for part, make in PARTS.items()}
