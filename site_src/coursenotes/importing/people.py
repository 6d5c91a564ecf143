"""Who wrote a note, and under which licence: both have to be known before it is taken."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from coursenotes.errors import Problem, nearest, some
from coursenotes.importing.tree import unmarked

_KINDS = ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
LICENCES = (
    *(f"CC-{kind}-{version}" for version in ("4.0", "3.0") for kind in _KINDS),
    "CC0-1.0", "MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0-only", "GFDL-1.3-only",
)  # fmt: skip
ID = re.compile(r"[a-z][a-z0-9_]*")
ASK = (
    "a note without a licence is its author's alone: reading it is allowed, publishing it here is not",
    "ask the author, for example: “May your notes of this lesson stand in our course notes, with your name and a link,",
    "under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)?” and keep the answer in the pull request",
)


def known(path: Path) -> dict[str, dict[str, Any]]:
    """Everybody of people.yml by id; nobody where there is no such file, or it cannot be read, which check tells."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    found = found if isinstance(found, dict) else {}
    return {str(name): (fields if isinstance(fields, dict) else {}) for name, fields in found.items()}


def by_name(people: dict[str, dict[str, Any]], name: str) -> str | None:
    """The id of the person with this name, id or GitHub name, in any case."""
    wanted = name.strip().removeprefix("@").casefold()
    for author, fields in people.items():
        if wanted in {author, *(str(fields.get(field, "")).casefold() for field in ("name", "github"))}:
            return author
    return None


def author_problem(people: dict[str, dict[str, Any]], author: str, name: str) -> Problem | None:
    """Why an author cannot be named so, or None."""
    if author in people:
        return None
    if not ID.fullmatch(author):
        return Problem(f"--author {author}: an id is small letters, digits and _", fix=f"--author {made_id(author)}")
    if not name:
        close = nearest(author, people)
        new = 'for somebody new --author-name "Their Name"'
        return Problem(f"--author {author}: nobody in docs/people.yml is called that",
                       details=(f"there is: {some(people)}",),
                       fix=f"--author {close}, or {new}" if close else new)  # fmt: skip
    return None


def made_id(name: str) -> str:
    """An id made of a name."""
    found = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    return found if ID.fullmatch(found) else f"by_{found or 'somebody'}"


def with_person(text: str, author: str, name: str, url: str) -> str:
    """The text of people.yml with one more person at its end."""
    fields = {"name": unmarked(name) or author, **({"url": url} if url else {})}
    entry = yaml.safe_dump({author: fields}, allow_unicode=True, sort_keys=False, width=1000)
    return (text.rstrip("\n") + "\n\n" if text.strip() else "") + entry


def licence(given: str) -> str | None:
    """The SPDX id that a licence is written as, or None: CC BY 4.0, cc-by-4.0 and its address are CC-BY-4.0."""
    wanted = re.sub(r"[\s_]+", "-", given.strip().casefold()).removeprefix("licence-").removeprefix("license-")
    address = re.search(r"creativecommons\.org/(?:licenses/([a-z-]+)/([\d.]+)|publicdomain/(zero)/1\.0)", wanted)
    if address:
        wanted = "cc0-1.0" if address[3] else f"cc-{address[1]}-{address[2]}"
    return next((id for id in LICENCES if id.casefold() == wanted), None)


def licence_problem(given: str) -> Problem | None:
    """Why a licence cannot be named so, or None."""
    if licence(given) is not None:
        return None
    if re.match(r"none\b|no\b|all rights|unknown|\?|©|copyright", given.strip(), re.IGNORECASE):
        return Problem(f"--licence {given}: a note without a licence cannot be taken", details=ASK,
                       fix="--licence CC-BY-4.0, once the author has said so")  # fmt: skip
    close = nearest(given.replace(" ", "-").upper(), LICENCES)
    return Problem(f"--licence {given}: no licence that the project knows",
                   details=(f"there is: {some(LICENCES, 20)}",),
                   fix=f"--licence {close}" if close else "write its SPDX id: https://spdx.org/licenses/")  # fmt: skip
