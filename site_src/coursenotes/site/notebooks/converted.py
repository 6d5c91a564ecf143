"""A notebook's bounded copy as HTML, by mkdocs-jupyter, which is imported only where there is a notebook to convert."""

from __future__ import annotations

from pathlib import Path

from coursenotes.paths import Paths
from coursenotes.site.notebooks.bounded import keep


def convert(path: Path, paths: Paths) -> str:
    """The HTML of a notebook's cells and stored outputs. Nothing is run. Raises CoursenotesError."""
    from mkdocs_jupyter.convert import nb2html

    return str(nb2html(str(keep(path, paths)), execute=False, theme="", custom_mathjax_url=""))
