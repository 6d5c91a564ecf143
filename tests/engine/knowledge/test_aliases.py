"""Old names of pages: invalid ones, and links that still use one."""

from __future__ import annotations

import pytest

from coursenotes.knowledge.links import aliases
from tests.engine.rendering import opened_at, write


def wrong(mini, aliases: str, text: str = "", field: str = "aliases", **others: str) -> list:
    write(mini.docs / "concepts/new.md", f"---\ntitle: New\n{field}: {aliases}\n---\n{text}")
    for name, body in others.items():
        write(mini.docs / f"concepts/{name}.md", body)
    return list(opened_at(mini).knowledge.graph.problems())


@pytest.mark.parametrize(
    ("names", "what"),
    [
        ("[concepts/averages.md]", "has the address of an existing page: concepts/averages.md"),
        ("[concepts/averages/index.md]", "has the address of an existing page: concepts/averages.md"),
        ("[concepts/new.md]", "is this page's own address"),
        ("[../README.md]", "is outside docs/"),
        ("[/concepts/old.md]", "is outside docs/"),
        ("['https://example.org/a.md']", "is outside docs/"),
        ("[concepts/old]", "is not the path of a page"),
        ("['concepts/o ld.md']", "is not the path of a page"),
        ("[./old.md]", "is not the path of a page"),
        ("[7]", "is not the path of a page"),
    ],
)
def test_what_cannot_be_an_old_name(mini, names, what):
    (problem,) = wrong(mini, names)
    assert what in problem.what and problem.fix
    assert (problem.path, problem.line) == (mini.docs / "concepts/new.md", 3)


def test_an_old_name_belongs_to_one_page(mini):
    other = "---\ntitle: Other\naliases: [concepts/old/index.md]\n---\n"
    (problem,) = wrong(mini, "[concepts/old.md]", other=other)
    assert "claimed by concepts/new.md too" in problem.what and problem.path == mini.docs / "concepts/other.md"


def test_a_link_to_an_old_name_is_reported_with_the_new_one(mini):
    text = "# A\n\n[a](old.md#why), [b](https://example.org/old.md), `[c](old.md)`, [d](../old/)\n"
    found = wrong(mini, "[concepts/old.md, concepts/older.md]", user=text)
    assert {(p.line, p.what, p.fix) for p in found} == {
        (3, "concepts/old.md has the new name concepts/new.md", "write new.md#why"),
        (3, "concepts/old.md has the new name concepts/new.md", "write new.md"),
    }
    (problem,) = wrong(mini, "[lessons/old.md]", user="", **{"../index": "[l](lessons/old.md)"})
    assert problem.fix == "write concepts/new.md"


@pytest.mark.parametrize("field", ["aliases", "was"])
def test_names_by_which_a_page_is_found(mini, field):
    assert not wrong(mini, "[concepts/old.md, old.ipynb]", field=field)
    found = aliases.old_names(opened_at(mini).catalog)
    assert {name: page.name for name, page in found.items()} == dict.fromkeys(
        ("concepts/old.md", "old.ipynb"), "concepts/new.md"
    )
