"""What is not yet public is reached by its address and by nothing else: the whole built site is searched for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rendering import COURSES, library_of, put, whole, write

from coursenotes import check
from coursenotes.discover import discover
from coursenotes.plan import Library

CANARY = "xylophone"
DAY = "1795000000"  # SOURCE_DATE_EPOCH of a day in November 2026


def secret(head: str) -> str:
    return f"""---
title: The {CANARY} page
{head}
authors: [{CANARY}]
---
# The {CANARY} page

Why a {CANARY}?

![The {CANARY} in a picture](figure:{CANARY}.error_by_n)

A {CANARY} has [0.8](measured:{CANARY}.noise.error?n=1): [a {CANARY} is loud](claim:{CANARY}.is_loud).
"""


@pytest.fixture
def mini(mini, monkeypatch):
    """The mini site with a topic of its own for the page that is not to be found."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY)
    for folder in ("snippets", "tests/claims"):
        old = "averages.py" if folder == "snippets" else "test_averages.py"
        text = (mini.root / folder / old).read_text(encoding="utf-8").replace("averages", CANARY)
        write(mini.root / folder / old.replace("averages", CANARY), text.replace("less_noisy", "is_loud"))
    return mini


def built(mini, files: dict[str, str], courses: str = COURSES) -> Path:
    for name, text in files.items():
        write(mini.docs / name, text)
    library_of(mini)
    write(mini.courses, courses)
    library = Library(discover(mini))
    for experiment in library.site.experiments:
        put(library, experiment)
    assert not [str(p) for p in library.knowledge.problems()]
    return whole(library, "https://notes.example.org/a/")


def holding(site: Path) -> set[str]:
    """The files of a site in whose text or name the canary stands."""
    return {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and (CANARY.encode() in path.read_bytes().lower() or CANARY in path.name)
    }


@pytest.mark.parametrize("head", ["visibility: unlisted", "release: 2026-11-30", "release: someday"])
def test_a_page_that_is_not_listed_leaves_no_trace(mini, head):
    site = built(mini, {f"concepts/{CANARY}.md": secret(head)}) if "someday" not in head else None
    if site is None:
        write(mini.docs / f"concepts/{CANARY}.md", secret(head))
        assert not library_of(mini).knowledge.visibility.page(f"concepts/{CANARY}.md")
        return
    found = holding(site)
    assert f"concepts/{CANARY}/index.html" in found
    assert not {name for name in found if CANARY not in name}, "on pages of others"
