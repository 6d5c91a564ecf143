"""The wording of pages: what is always wrong, what may make a reader stumble, and what is not prose at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursenotes.cli import main
from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.text import words
from coursenotes.knowledge.form import wording
from tests.engine.rendering import write


def said(text: str) -> list[str]:
    found = wording.of_page(PageInfo(Path("try.md"), "concepts/try.md", text, {}, ()))
    return [f"{each.line} {'error ' if each.error else ''}{each.what} | {each.fix}" for each in found]


@pytest.mark.parametrize(("british", "us"), [
    ("behaviour", "behavior"), ("colours", "colors"), ("initialisation", "initialization"), ("Centred", "Centered"),
    ("optimiser", "optimizer"), ("reinitialised", "reinitialized"), ("analysed", "analyzed"), ("labelled", "labeled"),
    ("grey", "gray"), ("learnt", "learned"), ("whilst", "while"), ("spelt", "spelled"), ("licence", "license"),
])  # fmt: skip
def test_british_spellings_are_errors_with_the_american_one(british, us):
    assert said(f"# Try\n\nThe {british} of it.\n") == [f"3 error British spelling: {british} | write {us}"]
    assert wording.american(british) == us and wording.american(us) == us


@pytest.mark.parametrize("word", [
    "four", "hour", "noise", "precise", "exercise", "otherwise", "promise", "analyses", "analysis", "controlled",
    "specialist", "surprise", "raised", "comparison", "there", "they", "great", "pretend", "sentence", "learns",
])  # fmt: skip
def test_words_that_americans_write_so_too_are_none(word):
    assert said(f"# Try\n\nThe {word} of it.\n") == []


@pytest.mark.parametrize(("text", "expected"), [
    ("It helps whoever\nreads.", "3 error “whoever” | write “anyone who”, “if you”, or name them"),
    ("It is\nthe\nthe note.", "4 error “the the” | write the word once"),
    (" ".join(f"word{n}" for n in range(46)), "3 error a sentence of 46 words | make it two"),
    ("A.\n" + " ".join(f"word{n}" for n in range(31)), "4 a sentence of 31 words | make it two"),
    ("A row stands there.", "3 “stands” | write “is”, “occurs”, “means” or “represents”"),
    ("The loss and that of another.", "3 “that of” | name the thing again, or use ’s"),
    ("Three runs, two of which failed.", "3 “of which” | make it two sentences"),
    ("The more you read, the longer it takes.", "3 “The more you read, the longer” | say it with “if”, or “as”"),
    ("- It is probably so.\n- Presumably it is.", "4 another “presumably” in one section | keep the best explanation, "
     "or say what would test them"),
    ("From [1](measured:averages.noise.error?n=1) to [2](measured:averages.noise.error?n=10) and "
     "[3](measured:averages.noise.error?n=100).",
     "3 a sentence with 3 measured numbers | keep two, and move the rest into a table"),
    ("One [1](measured:averages.noise.error?n=1).\n" * 6,
     "1 6 measured numbers in 12 words of prose | at most 5 per 100 words: move some into a table or a fold"),
])  # fmt: skip
def test_one_finding_a_mistake(text, expected):
    assert said(f"# Try\n\n{text}\n") == [expected]


@pytest.mark.parametrize("text", [
    "```\nthe the colour stands whoever\n```",
    "    the the colour of which",
    "It is `colour colour`, <b title='colour'>b</b> and https://example.org/colour.",
    "$$\n\\text{colour the the}\n$$\n\nand $x_{colour}$",
    "[Words](https://example.org/colour/whoever) and [more](concepts/colour.md).",
    "He says “whoever stands there, that of the colour, the the”.",
    'He says "the colour of which".',
    "> Whoever said so, in colour.",
    "| a | b |\n|---|---|\n| " + "word that of " * 20 + " | stands |",
    "It is probably so.\n\n## Next\n\nIt is probably so.",
    "!!! note \"" + "A title, that of which stands " * 9 + "\"\n    Words.",
    "??? note \"Fold\"\n" + "    Is [1](measured:averages.noise.error?n=1).\n" * 9,
    "| a |\n|---|\n" + "| [1](measured:averages.noise.error?n=1) |\n" * 9,
    " ".join(f"word{n}" for n in range(25)) + " [1:08:22] [@ana2020, p. 4] [DL1v3L5@1:54:00].",
    "- " + "\n- ".join(" ".join(f"word{n}" for n in range(25)) for _ in range(3)),
    "![" + " ".join(f"word{n}" for n in range(50)) + "](figure:averages.error_by_n)",
    "## Sources\n\n" + " ".join(f"word{n}" for n in range(50)) + ".",
    "It understands, and stands out.",
])  # fmt: skip
def test_what_is_not_prose_is_not_read(text):
    assert said(f"---\ntitle: Whoever in colour\n---\n\n# Try\n\n{text}\n") == []


def test_offsets_are_those_of_the_page():
    text = "# A\n\nSay [two *words*](claim:a.b) of `code x`.\nAnd $x$ so.\n"
    masked = words.readable(text)
    assert len(masked) == len(text) and masked.count("\n") == text.count("\n")
    assert [words.count(masked[start:end]) for start, end in words.sentences(masked)] == [5, 3]


def test_the_command_prints_a_line_each_and_fails_for_errors_alone(mini, capsys):
    write(mini.docs / "concepts" / "try.md", "# Try\n\nA row stands there.\n")
    assert main(["--project", str(mini.root), "check", "--wording"]) == 0
    assert "docs/concepts/try.md:3: “stands”: write “is”" in capsys.readouterr().out
    write(mini.docs / "concepts" / "try.md", "# Try\n\nA colour.\n")
    assert main(["--project", str(mini.root), "check", "--wording"]) == 1
    out = capsys.readouterr().out
    assert "docs/concepts/try.md:3: error: British spelling: colour: write color\n" in out
    assert "1 errors of wording" in out
