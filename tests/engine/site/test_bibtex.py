"""Citations of a page: in words, and as BibTeX that no title and no name can break."""

import pytest

from coursenotes.knowledge.credit.people import Person
from coursenotes.paths import Paths
from coursenotes.site.frame import bibtex

ANA, BO = Person("ana", "Ana Lima"), Person("bo", "Bo Chen")
GROUP = Person("all", "The contributors", group=True)


def test_an_entry():
    lines = bibtex.bibtex("concepts/dropout.md", "Dropout", [ANA, BO], "Course notes", 2026, "CC BY 4.0")
    assert lines == [
        "@misc{course-notes-concepts-dropout,",
        "  author = {Ana Lima and Bo Chen},",
        "  title = {{Dropout}},",
        "  howpublished = {Course notes},",
        "  year = {2026},",
        "  note = {CC BY 4.0},",
    ]


def test_what_is_not_known_is_left_out():
    lines = bibtex.bibtex("index.md", "Home", [], "", 2026, "")
    assert lines == ["@misc{index,", "  title = {{Home}},", "  year = {2026},"]


@pytest.mark.parametrize("person, written", [
    (GROUP, "{The contributors}"),
    (Person("x", "Lima, Ana"), "{Lima, Ana}"),
    (Person("x", "Bread and Butter"), "{Bread and Butter}"),
    (Person("x", "Brandon Anders"), "Brandon Anders"),
    (Person("x", "Å & {B}"), r"Å \& \textbraceleft{}B\textbraceright{}"),
])  # fmt: skip
def test_names_are_taken_apart_only_where_they_may_be(person, written):
    lines = bibtex.bibtex("a.md", "A", [person, ANA], "", 2026, "")
    assert lines[1] == f"  author = {{{written} and Ana Lima}},"


@pytest.mark.parametrize("title", ["50% of {a}, $x_1$ & #2", "} } {", "a\\b ~ ^", "two\nlines"])
def test_a_title_cannot_end_its_field(title):
    line = bibtex.bibtex("a.md", title, [], "", 2026, "")[1]
    depth = 0
    for n, sign in enumerate(line):  # BibTeX counts braces whatever stands before them
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth > 0 or n < line.index("{") or n >= len(line) - 2, line
    assert depth == 0 and "\n" not in line
    assert not any(f"{sign}" in line.replace(f"\\{sign}", "") for sign in "%&#$_")


def test_a_title_as_latex_reads_it():
    assert bibtex.escaped("50% of {a}_1") == r"50\% of \textbraceleft{}a\textbraceright{}\_1"
    assert bibtex.escaped("a\\b~^") == r"a\textbackslash{}b\textasciitilde{}\textasciicircum{}"


def test_keys_are_plain_and_differ():
    assert bibtex.key("lessons/dl2022/lesson8/ana.md", "Über notes") == "uber-notes-lessons-dl2022-lesson8-ana"
    assert bibtex.key("lessons/dl2022/lesson8.ipynb", "") == "lessons-dl2022-lesson8"


def test_in_words():
    assert bibtex.words("Dropout", [ANA, BO, GROUP], "Course notes", 2026) == (
        "Ana Lima, Bo Chen and The contributors, “Dropout”, Course notes, 2026."
    )
    assert bibtex.words("Dropout", [], "", 2026) == "“Dropout”, 2026."


@pytest.mark.parametrize("text, name", [
    ("site_name: Mini\ntheme: x\n", "Mini"), ("a: 1\nsite_name: 'M: #1' # c\n", "M: #1"), ("a: 1\n", ""),
    ("site_name:\n", ""), (None, ""),
])  # fmt: skip
def test_the_name_of_the_site(tmp_path, text, name):
    if text is not None:
        (tmp_path / "mkdocs.yml").write_text(text)
    assert bibtex.site_name(Paths(tmp_path)) == name
