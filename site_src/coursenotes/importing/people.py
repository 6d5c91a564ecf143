"""The author of a note and its license: both have to be known before it is imported."""

from __future__ import annotations

import re

import yaml

from coursenotes.errors import Problem, nearest, some
from coursenotes.importing.tree import unmarked
from coursenotes.knowledge.credit import licenses
from coursenotes.knowledge.credit.people import ID, People, made_id

ASK = (
    "a note without a license is its author's alone: reading it is allowed, publishing it here is not",
    "ask the author, for example: “May we publish your notes of this lesson in our notes, with your name and a link,",
    "under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)?” and keep the answer in the pull request",
)


def author_problem(people: People, author: str, name: str) -> Problem | None:
    """The problem with an author's id, or None."""
    if author in people.all:
        return None
    if not ID.fullmatch(author):
        return Problem(f"--author {author}: an id is small letters, digits and _", fix=f"--author {made_id(author)}")
    if not name:
        close = nearest(author, people.all)
        new = 'for somebody new --author-name "Their Name"'
        return Problem(f"--author {author}: nobody in docs/people.yml is called that",
                       details=(f"there is: {some(people.all)}",),
                       fix=f"--author {close}, or {new}" if close else new)  # fmt: skip
    return None


def with_person(text: str, author: str, name: str, url: str) -> str:
    """The text of people.yml with one more person at its end."""
    fields = {"name": unmarked(name) or author, **({"url": url} if url else {})}
    entry = yaml.safe_dump({author: fields}, allow_unicode=True, sort_keys=False, width=1000)
    return (text.rstrip("\n") + "\n\n" if text.strip() else "") + entry


def license_problem(text: str) -> Problem | None:
    """The problem with a license as it was written, or None."""
    if licenses.spdx(text) is not None:
        return None
    if re.match(r"none\b|no\b|all rights|unknown|\?|©|copyright", text.strip(), re.IGNORECASE):
        return Problem(f"--license {text}: a note without a license cannot be imported", details=ASK,
                       fix="--license CC-BY-4.0, once the author has said so")  # fmt: skip
    close = licenses.closest(text)
    return Problem(f"--license {text}: not a license that the project lists",
                   details=(f"there is: {some(licenses.KNOWN, 20)}",),
                   fix=f"--license {close}" if close else "write its SPDX id: https://spdx.org/licenses/")  # fmt: skip
