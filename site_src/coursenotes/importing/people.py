"""Who wrote a note, and under which licence: both have to be known before it is taken."""

from __future__ import annotations

import re

import yaml

from coursenotes.errors import Problem, nearest, some
from coursenotes.importing.tree import unmarked
from coursenotes.knowledge.credit import licences
from coursenotes.knowledge.credit.people import ID, People, made_id

ASK = (
    "a note without a licence is its author's alone: reading it is allowed, publishing it here is not",
    "ask the author, for example: “May your notes of this lesson stand in our course notes, with your name and a link,",
    "under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)?” and keep the answer in the pull request",
)


def author_problem(people: People, author: str, name: str) -> Problem | None:
    """Why an author cannot be named so, or None."""
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


def licence_problem(given: str) -> Problem | None:
    """Why a licence cannot be named so, or None."""
    if licences.spdx(given) is not None:
        return None
    if re.match(r"none\b|no\b|all rights|unknown|\?|©|copyright", given.strip(), re.IGNORECASE):
        return Problem(f"--licence {given}: a note without a licence cannot be taken", details=ASK,
                       fix="--licence CC-BY-4.0, once the author has said so")  # fmt: skip
    close = licences.closest(given)
    return Problem(f"--licence {given}: no licence that the project knows",
                   details=(f"there is: {some(licences.KNOWN, 20)}",),
                   fix=f"--licence {close}" if close else "write its SPDX id: https://spdx.org/licenses/")  # fmt: skip
