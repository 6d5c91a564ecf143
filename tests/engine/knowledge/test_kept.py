"""What became of the references of pages since a revision."""

from __future__ import annotations

import subprocess

import pytest

from coursenotes.cli import main
from tests.engine.rendering import write

PAGE = """---
scale: full
---
# T

At [1:08:22] [@ana2020], [t](term:mean).

It is [1](measured:averages.noise.error?n=10).
"""


@pytest.fixture
def compared(mini, capsys):
    """A function that compares the mini site with its first revision -> (exit status, lines)."""
    write(mini.docs / "concepts" / "try.md", PAGE)
    git = ["git", "-C", str(mini.root), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)

    def compare(revision: str = "HEAD") -> tuple[int, list[str]]:
        status = main(["--project", str(mini.root), "check", "--same-references-as", revision])
        return status, capsys.readouterr().out.splitlines()

    return compare


def edit(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_other_words_and_another_order_are_no_change(mini, compared):
    page = mini.concept("straight_line")
    head, _, body = page.read_text().partition("# ")
    title, *parts = body.split("\n\n")
    page.write_text("\n\n".join([f"{head}# {title}", *reversed(parts), "More words, and a [term](term:mean)."]))
    edit(mini.docs / "concepts" / "try.md", "At [1:08:22] [@ana2020], [t](term:mean).", "See [@ana2020] [1:08:22].")
    edit(mini.docs / "concepts" / "try.md", "?n=10", "?n=10&scale=full")  # as the page means it
    assert compared() == (0, ["0 references are gone since HEAD"])


def test_what_is_gone_and_what_is_new_is_told_by_page(mini, compared):
    edit(mini.concept("averages"), "figure:averages.error_by_n", "figure:error_by_n")  # the same, shorter
    edit(mini.docs / "concepts" / "try.md", "[1:08:22] [@ana2020]", "[1:08:23] [1](measured:averages.noise.error?n=1)")
    assert compared() == (1, [
        "docs/concepts/try.md: gone: lecture:@1:08:22",
        "docs/concepts/try.md: gone: @ana2020",
        "docs/concepts/try.md: new: lecture:@1:08:23",
        "docs/concepts/try.md: new: measured:averages.noise.error?n=1&scale=full",
        "2 references are gone since HEAD",
    ])  # fmt: skip


def test_a_page_that_is_gone_takes_its_references_along(mini, compared):
    (mini.docs / "concepts" / "try.md").unlink()
    status, lines = compared()
    assert status == 1 and lines[-1] == "3 references are gone since HEAD"


def test_new_references_alone_are_fine(mini, compared):
    write(mini.docs / "concepts" / "more.md", "# M\n\n[1](measured:averages.noise.error?n=1)\n")
    assert compared()[0] == 0


def test_a_revision_that_is_not_there_is_told(mini, compared, capsys):
    assert main(["--project", str(mini.root), "check", "--same-references-as", "nonsense"]) == 1
    assert "there is no revision 'nonsense' to compare with" in capsys.readouterr().err
