"""The site's files other than pages, written into its folder after all pages are there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coursenotes.project import Project
from coursenotes.site.files import drawings, feed, formulas, offline, previews, redirects, search, unlisted_links

FILES: tuple[Callable[[Project, Path, str], None], ...] = (
    drawings.write,
    feed.write,
    formulas.write,
    previews.write,
    redirects.write,
    search.write,
)


def write(project: Project, folder: Path, address: str, *, packed: bool = True) -> None:
    """Write all of them. address: the address of the site, ending in a slash, or "". packed: also as one zip.

    Raises CoursenotesError.
    """
    for each in FILES:
        each(project, folder, address)
    unlisted_links.look(project, folder, address)
    if packed:
        offline.write(folder)
