"""coursenotes import on the mini site: real files are imported whole, build strictly, and every change is reported."""

from __future__ import annotations

import base64
import re
from html import unescape

import nbformat
import pytest

from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.importing import check, place
from coursenotes.importing.options import Options
from coursenotes.importing.run import import_notes
from coursenotes.importing.tree import Report, lost_words, words
from coursenotes.project import Project
from tests.engine.importing_notes import GIVEN, body, imported, prepared, source
from tests.engine.rendering import opened_at, put, whole
from tests.engine.soup import soup

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def mini(mini):
    return prepared(mini)


def built(paths) -> str:
    """The whole site, strictly. -> the HTML of the note's page, its content alone."""
    project = Project(discover(paths))
    for experiment in project.catalog.experiments:
        put(project, experiment)
    assert not [str(p) for p in project.knowledge.problems()]
    site = whole(project)
    page = next(path for path in site.rglob("lessons/*/*/*/index.html"))
    html = page.read_text(encoding="utf-8")
    return html[html.index("<article") : html.index("</article>")]


# ---------------------------------------------------------------- four files of four kinds
@pytest.mark.parametrize(("part", "options", "converted"), [
    ("000", {"lecture": "dl2019/8", "kind": "topic notes"}, ["[DL1v3L5@1:54:00]", "[dl1v3L5@0:20:24]", "- Adam"]),
    ("001", {"lecture": ""}, ["    - `layers[i]`", "<https://distill.pub/>", "\n## BatchNorm"]),
    ("002", {"lecture": "dl2018/9", "kind": "topic notes"}, ["[0:19:12]"]),
    ("003", {"lecture": "", "kind": "", "publish": "index"}, ["\n[0:01:09]\n", "\n## Collaborative Filtering"]),
])  # fmt: skip
def test_the_sources_are_imported_whole_and_build(mini, part, options, converted):
    path = source(part)
    page, report = imported(mini, path, **options)
    for text in converted:
        assert text in page
    text = path.read_text(encoding="utf-8")
    letters = [word for word in words(re.sub(r"[(<]?https?://\S+", "", text)) if word.isalpha()]
    kept = [word for word in words(re.sub(r"[(<]?(?:https?://|lecture:)\S+", "", body(page))) if word.isalpha()]
    assert letters == kept, "the same words in the same order"
    assert "not on the page" not in report
    project = Project(discover(mini))
    for experiment in project.catalog.experiments:
        put(project, experiment)
    assert (whole(project) / "lessons").is_dir()


def test_a_long_page_is_imported_whole_and_fast(mini):
    text = "# Long\n\n" + "".join(
        f"## Part {n}\n\nWord{n} is *said* [0:{n % 60:02}:07].\n\n- one\n" for n in range(300)
    )
    assert text.count("\n") > 1500
    page, report = imported(mini, text)
    assert page.count("\n## Part") == 300 and not lost_words(text, page, Report(mini.root)) and not report


# ---------------------------------------------------------------- conversion
@pytest.mark.parametrize(("written", "ours"), [
    ("[1:10:00]", "[1:10:00]"), ("[00:01:09]", "[0:01:09]"), ("see [19:12].", "see [0:19:12]."),
    ("see (19:12).", "see [0:19:12]."), ("[ DL1v3L5@1:54:00 ]", "[DL1v3L5@1:54:00]"),
    ("at dl1v3l5@20:24,", "at [dl1v3l5@0:20:24],"), ("[72:30]", "[1:12:30]"),
    ("[ dl1v3L4 ]:", "[dl1v3L4](lecture:dl2019/4):"),
    ("[x](https://youtu.be/uQtTwhpv7Ew?t=1h1m51s)", "[x](lecture:dl2019/5@1:01:51)"),
    ("[x](https://www.youtube.com/watch?v=uQtTwhpv7Ew&t=1234)", "[x](lecture:dl2019/5@0:20:34)"),
    ("https://youtu.be/uQtTwhpv7Ew?t=12", "[0:00:12](lecture:dl2019/5@0:00:12)"),
    ("[x](https://youtu.be/EKzSiuqiHNg?t=1h1m51s)", "[x](https://youtu.be/EKzSiuqiHNg?t=1h1m51s)"),
    ("x[1:10] and `[1:02:03]`", r"x\[1:10] and `[1:02:03]`"),
    ("12:10 a\n12:20 b\n12:30 c", "[0:12:10] a\n[0:12:20] b\n[0:12:30] c"),
    ("• one\n  • two", "- one\n    - two"), ("Words:\n* item", "Words:\n\n- item"),
    ("<b>x</b> <i>y</i> H<sub>2</sub>O", "**x** *y* H<sub>2</sub>O"),
    ('<a href="http://a.example/">x</a><br>y', "[x](http://a.example/)  \ny"),
    ("<details><summary>Why?</summary>\n\nSo *be* it.\n\n</details>", '??? note "Why?"\n    So *be* it.'),
    ("<ul><li>a<li>b <i>c</i></ul>", "- a\n- b *c*"),
    ("See http://a.example/b_c (http://d.example/e).", "See <http://a.example/b_c> (<http://d.example/e>)."),
    ("[x][one]\n\n[one]: http://one.example", "[x](http://one.example)"),
    ("It cost $5 and then $10.", r"It cost \$5 and then \$10."), ("An $x^2$ here", "An $x^2$ here"),
    ("```{.python .run}\nimport os\n```", "```python\nimport os\n```"),
    ("a [@x] {.y}", r"a \[@x] \{.y}"), ("!!! no box, this", "&#33;!! no box, this"), ("1986. A year", r"1986\. A year"),
    (":smile: snake_case", ":smile: snake_case"),
    ("|a|b|\n|:-|-:|\n|`x|y`|$p|q$|", "| a | b |\n| --- | --- |\n| <code>x&#124;y</code> | $p\\vert q$ |"),
    ("> [!TIP]\n> Do.", "!!! tip\n    Do."),
])  # fmt: skip
def test_what_is_written_in_many_ways_becomes_ours(mini, written, ours):
    page, _ = imported(mini, f"# T\n\n{written}\n")
    assert body(page) == f"# T\n\n{ours}"


@pytest.mark.parametrize(("written", "kept", "told"), [
    ("[99:99]", r"\[99:99]", "minutes and seconds go to 59"), ("[1:99:00]", r"\[1:99:00]", "go to 59"),
    ("[3:00:00]", r"\[3:00:00]", "dl2022/8 lasts 1:36:55"), ("[zz9@1:00]", r"\[zz9@1:00]", "there is no lecture zz9"),
    ("![a pic](http://i.example/a.png)", "[a pic](http://i.example/a.png)", "is on another site"),
    ('<img src="https://i.example/a.png" alt="q">', "[q](https://i.example/a.png)", "is on another site"),
    ("[x](no.md)", "x (`no.md`)", "there is no such file"), ("[x](../../etc/passwd)", "x (`../../etc/passwd`)", "file"),
    ("[x](javascript:alert)", "x (`javascript:alert`)", "not a web address"),
    ("[x](measured:a.b.c)", "x (`measured:a.b.c`)", "a reference of this project"),
    ("[x](#nowhere)", "x (`#nowhere`)", "no such place"),
    ("a <script>alert(1)</script> b", "a  b", "<script>alert(1)</script>"),
    ('<p onclick="x()" style="color:red">hi</p>', "hi", 'style="color:red" of <p>: removed'),
    ('<iframe src="https://v.example/1"></iframe>', "[page](https://v.example/1)", "a link in its place"),
    ("$5 for the first one and $6", None, None),
    ("It is $always just plain prose$ here", r"It is \$always just plain prose\$ here", "reads like prose"),
    ("```\nopen", "```\nopen\n```", "does not end"), ("a <script> b", "a  b", "does not end"),
    ("x [^1]\n\n[^1]: one\n\ny [^1]\n\n[^1]: two", "x [^1]\n\n[^1]: one\n\ny [^1-2]\n\n[^1-2]: two", "second footnote"),
    ("x [^never]", r"x \[^never]", "[^never] has no note: kept as text"),
    ("[^9]: alone", r"\[^9]: alone", "nothing refers to the footnote"),
    ("- # inside", "- **inside**", "heading inside"),
    ("|a|b|\n|-|-|\n|1|2|3|", "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |", "more cells than its table"),
])  # fmt: skip
def test_what_cannot_be_converted_stays_and_is_reported(mini, written, kept, told):
    page, report = imported(mini, f"# T\n\nline\n\n{written}\n")
    assert kept is None or body(page).partition("line\n\n")[2] == kept
    assert (told in report) if told else not report
    assert not told or re.search(r"note\.md:\d+: ", report), "with the line"


def test_the_report_names_the_line_of_the_source(mini):
    _, report = imported(mini, "---\nlayout: post\n---\n# T\n\na\nb [x](no.md)\n\n- c\n- d [99:99]\n")
    assert "note.md:7: the link no.md" in report and "note.md:10: the time [99:99]" in report
    assert "note.md:1: front matter layout: post: left out" in report


def test_headings_go_down_one_at_a_time_under_one_title_without_times(mini):
    page, report = imported(mini, "# One [1:02:03]\n\n#### Deep\n\ntext\n\n# Two\n\n## Below\n\n[up](#deep)\n")
    assert body(page).startswith("# One\n\n[1:02:03]\n\n## Deep\n\ntext\n\n## Two\n\n### Below\n\n[up](#deep)")
    assert "2 headings of the first level" in report


def test_front_matter_of_other_systems_is_read(mini):
    page, report = imported(
        mini, "---\ntitle: My *notes*\nauthor: Ana Alvarez\nlicense: cc-by-sa-4.0\ndate: 2019-01-02\n---\nHello.\n",
        author="", license="",
    )  # fmt: skip
    assert "title: My *notes*\nauthors: [ana]\nkind: summary\nstate: draft\nlicense: CC-BY-SA-4.0\n" in page
    assert r"# My \*notes\*" in page and "front matter date: 2019-01-02: left out" in report


def test_a_title_brings_no_html_in(mini):
    page, _ = imported(mini, "---\ntitle: A <b>bold</b> <script>x</script> a<b\n---\n# Of List\\<int>\n")
    assert "title: A bold x a‹b\n" in page and "# Of List&lt;int>" in page
    assert "title: Of List\n" in imported(mini, "# Of List\\<int>\n", name="two")[0]


# ---------------------------------------------------------------- files
def test_images_come_along_safely(mini):
    folder = mini.root.parent / "notes"
    (folder / "img").mkdir(parents=True)
    (folder / "img" / "A picture (1).PNG").write_bytes(PNG)
    (folder / "fake.png").write_bytes(b"#!/bin/sh")
    (folder / "bad.svg").write_text("<svg onload='x()'></svg>")
    (mini.root.parent / "outside.png").write_bytes(PNG)
    data = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA"
    written = (
        "![](<img/A picture (1).PNG>)",
        "![f](fake.png)",
        "![b](bad.svg)",
        "![o](../outside.png)",
        f"![d]({data})",
    )
    page, report = imported(mini, "# T\n\n" + "\n\n".join(written))
    kept = mini.docs / "lessons/dl2022/lesson8/ana"
    assert "![a picture 1](ana/a-picture-1.png)" in page and (kept / "a-picture-1.png").read_bytes() == PNG
    assert "![d](ana/picture.png)" in page and sorted(p.name for p in kept.iterdir()) == [
        "a-picture-1.png",
        "picture.png",
    ]
    for told in ("fake.png: it is not an image", "bad.svg: it is not an image", "it is outside notes", "has no words"):
        assert told in report
    assert 'src="a-picture-1.png"' in built(mini)


def test_a_large_picture_becomes_a_smaller_copy_and_its_neighbors_stay(mini):
    import io

    import numpy as np
    from PIL import Image

    folder = mini.root.parent / "notes"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (700, 700, 3), dtype="uint8")
    Image.fromarray(noise).save(folder / "Größe.png")
    (folder / "s.png").write_bytes(PNG)
    page, report = imported(mini, "# T\n\n![big](Größe.png) ![s](s.png) [a][b]\n\n[b]: http://i.example/\n")
    assert (folder / "Größe.png").stat().st_size > 1_000_000
    kept = mini.docs / "lessons/dl2022/lesson8/ana/grosse.jpg"
    assert "![big](ana/grosse.jpg) ![s](ana/s.png) [a](http://i.example/)" in page
    assert kept.stat().st_size < 400_000 and Image.open(io.BytesIO(kept.read_bytes())).format == "JPEG"
    assert report.endswith("the image Größe.png is too large for a page: a smaller copy in its place")
    assert report.count("\n") == 0


def test_a_folder_comes_in_with_the_links_between_its_notes(mini):
    folder = mini.root.parent / "notes"
    (folder / "part").mkdir(parents=True)
    (folder / "dl2022_8.md").write_text("# Lesson 8\n\n[next](part/other.md#x) ![p](p.png)\n")
    (folder / "part" / "other.md").write_text("# Lesson 5\n\n[back](../dl2022_8.md)\n")
    (folder / "README.md").write_text("no note\n")
    (folder / "p.png").write_bytes(PNG)
    (mini.root.parent / "which.yml").write_text("part/other.md: dl2019/5\nREADME.md: skip\n")
    said: list[str] = []
    options = Options(**{**GIVEN, "source": folder, "lecture": "", "lectures": mini.root.parent / "which.yml"})
    import_notes(mini, options, None, said.append)
    eight = (mini.docs / "lessons/dl2022/lesson8/ana.md").read_text()
    assert "[next](../../dl2019/lesson5/ana.md) ![p](ana/p.png)" in eight
    assert "[back](../../dl2022/lesson8/ana.md)" in (mini.docs / "lessons/dl2019/lesson5/ana.md").read_text()
    assert any("lecture dl2022/8, since its name says dl2022_8" in line for line in said)


def test_a_notebook_comes_in_with_its_pictures_and_is_not_run(mini):
    (mini.root.parent / "notes").mkdir()
    (mini.root.parent / "notes" / "p.png").write_bytes(PNG)
    attached = {"a.png": {"image/png": base64.b64encode(PNG).decode()}}
    text = "## Adam [ DL1v3L5@1:54:00 ]\n\n![](p.png) ![b](attachment:a.png) ![c](http://i.example/c.png)<script>x</script>"
    book = nbformat.v4.new_notebook(metadata={"widgets": {}, "language_info": {"name": "python"}}, cells=[
        nbformat.v4.new_code_cell("1/0", outputs=[nbformat.v4.new_output("stream", text="said")]),
        nbformat.v4.new_markdown_cell(text, attachments=attached), nbformat.v4.new_raw_cell("raw <b>"),
    ])  # fmt: skip
    page, report = imported(mini, nbformat.writes(book), file="lesson8.ipynb")
    made = nbformat.reads(page, as_version=4)
    nbformat.validate(made)
    assert set(made.metadata) == {"coursenotes", "language_info"}
    assert made.metadata.coursenotes == {
        "title": "Adam", "authors": ["ana"], "kind": "summary", "state": "draft", "license": "CC-BY-4.0",
        "sources": [{"title": "lesson8.ipynb"}],
    }  # fmt: skip
    code, words, raw = made.cells
    assert code.source == "1/0" and code.outputs[0].text == "said" and raw.source == "raw <b>"
    assert words.source.startswith(
        "# Adam\n\n[DL1v3L5@1:54:00]\n\n![p](attachment:p.png) ![b](attachment:a.png) [c](http"
    )
    assert set(words.attachments) == {"a.png", "p.png"} and "script" not in words.source
    assert "<script>x</script>: removed" in report and "c.png is on another site" in report


@pytest.mark.parametrize(("data", "shown", "told"), [
    ("Café".encode("latin-1"), "Café", "line 1: not UTF-8"), ("Café".encode("utf-16"), "Café", "UTF-16"),
    ("Café".encode("utf-16-le"), "Café", "UTF-16 without a mark"), (b"\xef\xbb\xbf# Caf\xc3\xa9\r\n\r\nx", "Café", ""),
    ("naïve é\n".encode() + "Größe\n".encode("cp1252"), "Größe", "1 other lines are UTF-8"),
])  # fmt: skip
def test_encodings_are_distinguished_line_by_line(mini, data, shown, told):
    page, report = imported(mini, data)
    assert shown in page and "\r" not in page and "\ufeff" not in page
    assert told.removeprefix("line 1: ") in report


# ---------------------------------------------------------------- questions and refusals
def refused(mini, **options) -> str:
    before = {path: path.read_bytes() for path in mini.docs.rglob("*") if path.is_file()}
    with pytest.raises(CoursenotesError) as error:
        imported(mini, options.pop("text", "# T\n\nx\n"), **options)
    assert before == {path: path.read_bytes() for path in mini.docs.rglob("*") if path.is_file()}, "nothing is written"
    assert not list(mini.state.glob("import.*"))
    return str(error.value)


def test_everything_missing_is_reported_at_once(mini):
    said = refused(mini, lecture="", author="", license="", kind="")
    for what in ("which lecture?", "who wrote it?", "under which license?", "what is it?"):
        assert what in said
    assert "ask the author" in said and "4 problems" not in said


@pytest.mark.parametrize(("options", "told"), [
    ({"license": "none"}, "cannot be imported"), ({"license": "CC-BY-5.0"}, "--license CC-BY-"),
    ({"author": "anna"}, "fix: --author ana"), ({"author": "Ana B"}, "--author ana_b"),
    ({"kind": "sumary"}, '"summary"'),
    ({"lecture": "dl2022/88"}, 'no lecture "dl2022/88"'), ({"name": "../x"}, "--name x"),
    ({"url": "x"}, "not a web address"), ({"publish": "index"}, "for transcripts"), ({"text": " \n"}, "is empty"),
    ({"file": "a.docx"}, ".docx cannot be imported"), ({"file": "a.ipynb"}, "not a notebook"),
])  # fmt: skip
def test_mistakes_are_reported_with_a_fix(mini, options, told):
    assert told in refused(mini, **options)


def test_nothing_is_written_over(mini):
    imported(mini, "# T\n\nx\n")
    assert "fix: --name ana-2" in refused(mini)
    assert "x" in imported(mini, "# T\n\nx\n", name="ana-2")[0]


def test_a_name_keeps_its_letters_without_accents(mini):
    imported(mini, "# T\n\nText.\n", author="", author_name="Zoë Ünal")
    assert "zoe_unal:\n  name: Zoë Ünal" in (mini.docs / "people.yml").read_text()
    assert (mini.docs / "lessons/dl2022/lesson8/zoe-unal.md").is_file()


def test_somebody_new_is_added_to_the_people(mini):
    page, _ = imported(mini, "# T\n\nx\n", author="", author_name="Bo Yu", author_url="https://bo.example/")
    assert "authors: [bo_yu]" in page
    people = (mini.docs / "people.yml").read_text()
    assert people.startswith("ana:") and people.endswith("bo_yu:\n  name: Bo Yu\n  url: https://bo.example/\n")


def test_what_cannot_be_put_in_its_place_leaves_nothing(mini, monkeypatch):
    from coursenotes.importing import run

    real, calls = run.os.link, []

    def full(source, target):
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(run.os, "link", full)
    before = sorted(mini.docs.rglob("*"))
    with pytest.raises(OSError):
        imported(mini, "# T\n\nx\n", author="", author_name="Bo Yu")
    assert sorted(mini.docs.rglob("*")) == before and "bo_yu" not in (mini.docs / "people.yml").read_text()


def test_questions_are_asked_where_somebody_can_answer(mini):
    note = mini.root.parent / "n.md"
    note.write_text("# T\n\nx\n")
    answers = iter(["dl2022/8", "Bo Yu", "CC-BY-4.0", "topic notes"])
    said: list[str] = []
    import_notes(mini, Options(note), lambda question: said.append(question) or next(answers), said.append)
    page = (mini.docs / "lessons/dl2022/lesson8/bo-yu.md").read_text()
    assert "authors: [bo_yu]\nkind: topic notes\nstate: draft\nlicense: CC-BY-4.0\n" in page
    assert "which lecture?" in said[0] and "who wrote it?" in said[1]


@pytest.mark.parametrize(("name", "title", "found"), [
    ("lesson7", "", "dl2017/7"), ("x", "Lesson 8 - 2019", "dl2019/8"), ("DL1v3L5_notes", "", "dl2019/5"),
    ("dl1v3l5", "", "dl2019/5"),
    ("lesson8", "", None), ("notes", "My notes", None),
])  # fmt: skip
def test_a_lecture_is_guessed_only_where_it_is_one(mini, name, title, found):
    guessed = place.guess(name, title, Project(discover(mini)).knowledge.lectures)
    assert (guessed[0].id if guessed else None) == found


def test_what_the_glossary_explains_does_not_stop_a_note(mini):
    (mini.docs / "glossary.yml").write_text(
        "SGD: {stands_for: stochastic gradient descent, text: A step., page: concepts/averages.md}\n"
    )
    page, report = imported(mini, "# T\n\nAll by SGD, and [SGD](http://i.example/a) again.\n")
    assert "All by SGD" in page and not report
    assert 'href="../../../../reference/glossary/#sgd"' in built(mini)


def test_a_lesson_that_was_wanted_is_taken_off_the_list(mini):
    entry = "{title: Lesson 7, what: Nets., kind: lesson, size: small}"
    (mini.docs / "wanted.yml").write_text(f"dl2017/lesson7: {entry}\ndl2017/lesson9: {entry}\n")
    imported(mini, "# T\n\nText.\n", lecture="dl2017/7")
    assert (mini.docs / "wanted.yml").read_text().startswith("dl2017/lesson9")
    assert "<!-- Wanted: Nets. -->" in (mini.docs / "lessons/dl2017/lesson7.md").read_text()
    built(mini)


def test_times_below_another_lesson_are_reported(mini):
    text = "# Notes\n\nAt [0:01:00].\n\n## Part 1 Lesson 5\n\nAt [19:12].\n\n## Lesson 8\n\nAt [0:02:00].\n"
    page, report = imported(mini, text, lecture="dl2019/8")
    assert "At [0:19:12]." in page
    assert "note.md:7: the time [0:19:12] is below “Part 1 Lesson 5”" in report
    assert "write [dl2019/5@0:19:12]" in report and report.count("is below") == 1


# ---------------------------------------------------------------- whatever comes
def test_soup_loses_no_word_and_builds(mini):
    """Pieces of notes thrown together: every word is on the page or told of, and the renderer takes the page."""
    for seed in range(60):
        text = soup(seed)
        name = f"soup-{seed}"
        try:
            report = imported(mini, text, name=name)[1]
        except CoursenotesError as error:
            assert "is empty" in str(error), (text, error)
            continue
        assert "not on the page" not in report, (text, report)
        stage_problems = check.rendered(Project(discover(mini)), f"lessons/dl2022/lesson8/{name}.md")
        assert not stage_problems, (text, stage_problems)


def test_what_is_escaped_is_shown_as_it_was(mini):
    text = "# T\n\n" + "\n\n".join(
        ["2 * 3 * 4 _a_b", "[x] [^y] {z}", "&lt;b&gt; <T> a<b", "1\\. not", "#tag", r"C:\dir\[x]", "!!! a, b",
         "??? b, c",
         '=== "c"', "~~ d", "*[HTML]: e", "f | g", ": h", r"\(i\)", r"\\(j\\)", "a `b|c` d", "$k", r"\*no em\*",
         "[TOC]", "\\+ l"]
    )  # fmt: skip
    imported(mini, text.replace("[TOC]", "[TOC] m"))
    html = built(mini)
    assert "arithmatex" not in html and "toc" not in re.findall(r'class="([^"]*)"', html)
    for shown in (
        "2 * 3 * 4",
        "#tag",
        "!!! a, b",
        "??? b, c",
        "*[HTML]: e",
        ": h",
        "(j",
        "[TOC] m",
        "f | g",
        "{z}",
        "*no em*",
    ):
        assert shown in unescape(re.sub(r"<[^>]+>", "", html)), shown


def test_the_check_finds_what_would_break_a_build(mini):
    project = opened_at(
        mini, page="# T\n\n### Deep\n\n[x](no.md) [y](#no) ![z](http://i.example/z.png)\n\n<script>1</script>\n"
    )
    told = "\n".join(str(problem) for problem in check.rendered(project, "concepts/try.md"))
    for what in ("level 3 below one of level 1", "no.md, which is not there", "#no, which is not a place",
                 "z.png, which the site does not hold", "<script>"):  # fmt: skip
        assert what in told
