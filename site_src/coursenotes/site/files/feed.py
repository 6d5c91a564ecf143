"""The feed of new and changed notes, as Atom, from the releases.

A feed's dates must not change between builds, nor depend on how much of the Git history was cloned: each entry has the
day of its release. Its id comes from the release and the page, and stays when the site moves to another address.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from coursenotes.site import history
from coursenotes.site.evidence import changes
from coursenotes.site.frame.bibtex import site_name

if TYPE_CHECKING:
    from coursenotes.project import Project
    from coursenotes.site.history import Step

ATOM = "http://www.w3.org/2005/Atom"
IDS = uuid.UUID("5b0f1c52-6f5c-4f0e-9f57-6d1c1b7f6a3e")
MOST = 200  # entries; feed readers keep the older ones
FILE = "feed.xml"


@dataclass(frozen=True)
class FeedEntry:
    """One piece of news. about: the text that its id is computed from; url: its address below the site's root."""

    about: str
    title: str
    url: str
    summary: str
    day: date


def write(project: Project, folder: Path, address: str) -> None:
    """Write the feed into a site's folder. Without an address its links are relative to it."""
    (folder / FILE).write_bytes(atom(project, address))


def atom(project: Project, address: str) -> bytes:
    """The feed as XML: the news of each release, the newest first."""
    name = site_name(project.paths) or "Course notes"
    found = entries(project)[:MOST]
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed")
    last = max((entry.day for entry in found), default=project.knowledge.today)
    _add(root, "id", _id("feed"))
    _add(root, "title", f"{name}: new and changed notes")
    _add(root, "updated", _time(last))
    _add(root, "link", None, rel="self", type="application/atom+xml", href=address + FILE)
    _add(root, "link", None, rel="alternate", type="text/html", href=address or "./")
    _add(_add(root, "author"), "name", name)
    for entry in found:
        item = _add(root, "entry")
        _add(item, "id", _id(entry.about))
        _add(item, "title", entry.title)
        _add(item, "updated", _time(entry.day))
        _add(item, "link", None, rel="alternate", type="text/html", href=address + entry.url)
        _add(item, "summary", entry.summary)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def entries(project: Project) -> list[FeedEntry]:
    """Every piece of news of every release, the newest release first; only of pages and claims listed today."""
    return [entry for step in history.steps(project) if step.after.name for entry in _entries(project, step)]


def _entries(project: Project, step: Step) -> Iterator[FeedEntry]:
    release, day = step.after.name, step.after.day
    for name in step.notes("new", "text", "title", "renamed"):
        if name in project.catalog.pages:
            what = "New" if step.notes("new").count(name) else "Changed"
            about = f"{release}/{step.names.get(name, name)}"
            yield FeedEntry(about, step.title(name), project.paths.page_url(name), f"{what} in {release}.", day)
    for name, changed in step.claims.items() if step.before else ():
        of_verdict = [change for change in changed if change.kind == "verdict"]
        if of_verdict and name in project.catalog.claims:
            sentence, url = project.catalog.claims[name].sentence, project.knowledge.visibility.claim_url(name)
            yield FeedEntry(f"{release}/claim:{name}", sentence, url, "; ".join(changes.words(of_verdict)), day)


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = _plain(text) if text is not None else None
    return element


def _id(about: str) -> str:
    return f"urn:uuid:{uuid.uuid5(IDS, about)}"


def _time(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _plain(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
