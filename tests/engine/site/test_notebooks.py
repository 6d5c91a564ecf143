"""Notebooks as pages: what discovery reads in them, what their bounded copies hold, and what reaches a reader."""

from __future__ import annotations

import base64
import json
import logging
import re

import pytest

from coursenotes.build import mkdocs_plugin
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.figures.cells import lookup as cells
from coursenotes.project import Project
from coursenotes.site import notebooks
from coursenotes.site.markdown import resolve
from coursenotes.site.notebooks import bounded, finished, pictures, safe
from tests.engine import notes
from tests.engine.rendering import opened_at, whole, write

PLACE = "lessons/dl2022/lesson8/ana.ipynb"


def put(mini, *cells, name: str = PLACE, raw: str | None = None, **fields):
    """The mini site with a lesson and a notebook beside it."""
    write(mini.docs / "lessons/dl2022/lesson8.md", notes.LESSON)
    write(mini.docs / name, notes.notebook(*cells, **fields) if raw is None else raw)
    opened_at(mini)
    return mini


def problems(mini) -> list[str]:
    project = Project(discover(mini))
    return [str(p) for p in (*project.catalog.problems, *project.knowledge.problems())]


def article(mini, name: str = "ana") -> str:
    """The finished page's own text, as HTML."""
    text = (whole(Project(discover(mini))) / f"lessons/dl2022/lesson8/{name}/index.html").read_text(encoding="utf-8")
    return text[text.index("<article") : text.index("</article>")]


# ---------------------------------------------------------------- discovery
def test_a_notebook_is_a_page_with_the_fields_of_its_metadata(mini):
    put(mini, notes.text("# What *I* heard\n\nAt [1:08:22].\n"), notes.code("1"), notes.text("More.\n"), title=None)
    page = discover(mini).pages[PLACE]
    assert (page.meta["kind"], page.meta["authors"], page.meta["title"]) == ("summary", ["ana"], "What I heard")
    assert [(r.scheme, r.name) for r in page.references] == [("lecture", "@1:08:22")]
    assert problems(mini) == []


def test_what_is_wrong_in_a_notebook_is_told_with_the_files_line(mini):
    source = '# A "title" – é\n\nAt [0:99:99].\nSee [it](../nowhere.md) and [n](measured:averages.noise.error).\n'
    put(mini, notes.text("First.\n"), notes.code("x"), notes.text(source))
    lines = (mini.docs / PLACE).read_text(encoding="utf-8").split("\n")
    mistakes = [("is not a time", "0:99:99"), ("leads to no file", "nowhere"), ("does not work", "measured:")]
    for words, fragment in mistakes:
        (said,) = [p for p in problems(mini) if words in p]
        number = int(re.search(r"ana\.ipynb:(\d+): ", said)[1])
        assert fragment in lines[number - 1], said


def test_a_time_after_the_end_of_the_lecture_is_told(mini):
    put(mini, notes.text("Late: [2:00:00].\n"))
    project = Project(discover(mini))
    assert any("2:00:00 is after the end" in str(p) for p in resolve.all_problems(project.knowledge))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("{", "not JSON"),
        ("[]", "JSON without nbformat"),
        ('{"nbformat": 3, "worksheets": []}', "format 3"),
        ('{"nbformat": 4, "cells": [{"cell_type": "heading"}]}', "cells cannot be read"),
        ('{"nbformat": 4, "cells": {}}', "cells cannot be read"),
        ("[" * 100_000, "nests too deeply"),
        ('{"nbformat": 4, "cells": [], "metadata": {"coursenotes": []}}', "is not a mapping"),
    ],
)
def test_what_is_no_notebook_is_told_once(mini, raw, said):
    put(mini, raw=raw)
    (only,) = [p for p in problems(mini) if "ana.ipynb" in p]
    assert said in only and "fix: " in only


def test_a_notebook_that_is_not_utf_8_or_too_large_is_told(mini, monkeypatch):
    put(mini, notes.text("Hello, a longer text.\n"))
    (mini.docs / PLACE).write_bytes(b'{"a": "\xff"}')
    assert any("not UTF-8" in p for p in problems(mini))
    monkeypatch.setattr("coursenotes.discover.notebooks.FILE", 5)
    assert any("a notebook of 0 MB" in p for p in problems(mini))


def test_too_much_text_is_told(mini):
    put(mini, notes.text("word " * 70_000))
    assert any("350,000 characters" in p and "split it" in p for p in problems(mini))


@pytest.mark.parametrize("name", ["concepts/try.ipynb", "lessons/dl2022/lesson9.ipynb", "try.ipynb"])
def test_a_notebook_elsewhere_is_told(mini, name):
    put(mini, notes.text("Hello.\n"), name=name)
    assert any("a notebook cannot be a page of its own here" in p and name in p for p in problems(mini))


def test_what_jupyter_keeps_for_itself_is_no_page(mini):
    put(mini, notes.text("# Hello\n"))
    write(mini.docs / "lessons/dl2022/lesson8/.ipynb_checkpoints/ana-checkpoint.ipynb", "{")
    assert problems(mini) == []
    site = whole(Project(discover(mini)))
    assert not [path for path in site.rglob("*") if "checkpoint" in path.name or path.suffix == ".ipynb"]


@pytest.mark.parametrize("odd", [None, 1, [], {}, [[]], ["a", 1], "\ud800", {"a": 1}])
@pytest.mark.parametrize("where", ["source", "attachments", "outputs", "data", "text", "traceback", "metadata"])
def test_what_other_programs_write_into_notebooks_is_survived(mini, where, odd):
    put(mini, raw=notes.notebook(notes.text("# T\n"), notes.code("1", notes.data(text_plain="1"), notes.stream("a\n"))))
    whole = json.loads((mini.docs / PLACE).read_text(encoding="utf-8"))
    for place in (*whole["cells"], *whole["cells"][1]["outputs"], whole["cells"][1]["outputs"][0]["data"]):
        if where in place or where == "attachments":
            place[where] = odd
    write(mini.docs / PLACE, json.dumps(whole))
    try:
        notebooks.page(mini.docs / PLACE, PLACE)
    except CoursenotesError:
        return
    json.loads(notebooks.copy(mini.docs / PLACE).encode("utf-8"))


# ---------------------------------------------------------------- nothing is run
def test_nothing_in_a_notebook_is_run(mini):
    made = mini.root / "made"
    source = f"from pathlib import Path\nPath({str(made)!r}).touch()\n"
    put(mini, notes.text(f"# Run\n\n```{{.python .run}}\n{source}```\n"), notes.code(source))
    html = article(mini)
    assert "touch" in html and not made.exists()
    project = Project(discover(mini))
    assert cells.scan(project.catalog.pages[PLACE].text) == []


# ---------------------------------------------------------------- bounds
def copied(mini, *outputs) -> list[dict]:
    put(mini, notes.code("x", *outputs))
    return json.loads(notebooks.copy(mini.docs / PLACE))["cells"][0]["outputs"]


def test_a_long_output_shows_its_beginning_and_its_end(mini):
    first, said, last = copied(mini, *(notes.stream(f"line {n}\n") for n in range(1000)))
    assert first["text"].startswith("line 0\n") and last["text"].endswith("line 999")
    assert "900 of 1,000 lines" in said["data"]["text/html"]
    shown = [*first["text"].split("\n"), *last["text"].split("\n")]
    assert len(shown) == bounded.HEAD + bounded.TAIL


def test_a_progress_bar_is_its_last_state(mini):
    (only,) = copied(mini, notes.stream("\r".join(f"{n} %" for n in range(101)) + "\r\nnext\n"))
    assert only["text"] == "100 %\nnext"


def test_a_long_line_is_cut(mini):
    (only,) = copied(mini, notes.stream("a" * 700))
    assert only["text"] == "a" * 500 + " … (200 characters more)"


def test_many_outputs_are_cut(mini):
    outputs = copied(mini, *(notes.data(text_plain=f"number {n}") for n in range(50)))
    assert len(outputs) == bounded.OUTPUTS + 1
    assert "30 more outputs" in outputs[-1]["data"]["text/html"]


def test_a_large_table_gives_way_to_its_plain_text(mini):
    plain, said = copied(mini, notes.data(text_html="<table>" + "<tr><td>1</td></tr>" * 5000, text_plain="a b\n1 2"))
    assert plain["text"] == "a b\n1 2" and "95,007 characters" in said["data"]["text/html"]


def test_all_text_outputs_have_one_bound(mini, monkeypatch):
    monkeypatch.setattr(bounded, "ALL", 1000)
    put(mini, *(notes.code("x", notes.stream("a" * 300)) for _ in range(5)))
    cells = json.loads(notebooks.copy(mini.docs / PLACE))["cells"]
    assert [cell["outputs"][0]["output_type"] for cell in cells] == ["stream"] * 3 + ["display_data"] * 2
    assert "one more output" in cells[4]["outputs"][0]["data"]["text/html"]


def test_a_large_picture_is_made_smaller(mini):
    big = notes.png(1500, 1200, noise=True)
    assert len(big) > 5_000_000
    (only,) = copied(mini, notes.data(image_png=big))
    html = only["data"]["text/html"]
    assert "data:image/" in html and len(html) < 1.4 * pictures.BYTES


def test_a_small_picture_is_left_as_it_is(mini):
    small = notes.png(30, 20)
    output = {**notes.data(image_png=small), "metadata": {"image/png": {"alt": "A gray <box>", "width": 15}}}
    (only,) = copied(mini, output)
    assert only["data"]["text/html"] == f'<img src="data:image/png;base64,{small}" alt="A gray &lt;box&gt;" width="15">'


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("data:image/png;base64,bm8gcGljdHVyZQ==", "cannot be read"),
        ("data:text/html;base64,bm8=", "cannot be read"),
        ("data:image/svg+xml;base64," + base64.b64encode(b"<svg>" + b" " * 500_000).decode(), "a drawing of 500 kB"),
    ],
)
def test_what_is_no_picture_is_refused(uri, why):
    with pytest.raises(pictures.CannotShow, match=why):
        pictures.bounded(uri)


def test_a_picture_that_would_unpack_into_gigabytes_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "PIXELS", 100)
    with pytest.raises(pictures.CannotShow, match="20 by 20 pixels"):
        pictures.bounded(f"data:image/png;base64,{notes.png(20, 20)}")


def test_pictures_of_a_page_have_one_bound(mini, monkeypatch):
    monkeypatch.setattr(finished, "PICTURES", 1000)
    put(mini, notes.text("# Many\n"), *(notes.code("x", notes.data(image_png=notes.png(50, 50))) for _ in range(20)))
    html = article(mini)
    assert 0 < html.count("<img") < 20 and "this page holds as many as it may" in html


def test_a_picture_in_markdown_is_bounded_too(mini):
    put(mini, notes.text(f"# One\n\n![noise](data:image/png;base64,{notes.png(700, 700, noise=True)})\n"))
    html = article(mini)
    assert 'alt="noise"' in html and len(html) < 1.5 * pictures.BYTES


def test_a_copy_is_made_again_only_where_the_notebook_changed(mini):
    put(mini, notes.text("One.\n"))
    path = mini.docs / PLACE
    notebooks.keep(path, mini).write_text("kept", encoding="utf-8")
    assert notebooks.keep(path, mini).read_text(encoding="utf-8") == "kept"
    write(path, notes.notebook(notes.text("Two.\n")))
    assert "Two." in notebooks.keep(path, mini).read_text(encoding="utf-8")


# ---------------------------------------------------------------- what reaches a reader
@pytest.fixture
def hostile(mini):
    put(mini, raw=notes.hostile(mini.root / "made"))
    (mini.docs / "lessons/dl2022/lesson8/gray.png").write_bytes(base64.b64decode(notes.png(8, 8)))
    return article(mini), mini


def test_nothing_of_a_hostile_notebook_gets_through(hostile):
    html, mini = hostile
    assert not (mini.root / "made").exists()
    tags = re.findall(r"<[^>]*>", html)
    assert not [t for t in tags if re.search(r"\son\w+=|\sstyle=|javascript:|href=\"data:", t, re.IGNORECASE)]
    assert not [t for t in tags if re.match(r"<(script|style|iframe|form|input|object|svg)\b", t)]
    assert not [
        t for t in tags if "evil.example" in t and not t.startswith('<a href="https://evil.example/pixel.png">')
    ]
    assert "__search" not in html


def test_what_was_taken_out_is_said_in_its_place(hostile):
    said = re.findall(r'<p class="cn-cut">Left out here: (.*?)\.</p>', hostile[0])
    assert said == [
        "a script, an embedded page, an event handler, a link that runs a script",
        "an event handler, a script, two links that run scripts, a form",
        "9,900 of 10,000 lines", "a picture that cannot be read", "a script", "a widget, which needs a running kernel",
        "a script",
    ]  # fmt: skip


def test_what_is_harmless_in_it_stays(hostile):
    html, _ = hostile
    assert '<span class="arithmatex"><math alttext="E = m c^2">' in html
    assert '<div class="arithmatex"><math alttext="\\sum_{i=1}^n x_i &lt; 3" display="block"' in html
    assert "It costs $5 here." in html
    assert 'class="cn-time"' in html and "htiNBPxcXgo&amp;t=4102s" in html and "t=69s" in html
    assert re.search(r'<a href="[./]*lessons/dl2022/lesson8/#dropout">dropout</a>', html)
    assert '<a href="#second-part">below</a>' in html
    assert 'alt="here"' in html and re.search(r'src="[./]*lessons/dl2022/lesson8/gray.png"', html)
    assert "IntSlider(value=0)" in html and "ZeroDivisionError" in html and "<th>rate</th>" in html
    assert '<span class="ansi-red-fg">' in html and "&lt;b&gt;raw&lt;/b&gt;" in html
    assert '<span class="kn">from</span>' in html and "In [" not in html


def test_headings_are_in_order_and_in_the_table_of_contents(hostile):
    html, _ = hostile
    headings = re.findall(r'<h(\d) id="([^"]*)"', html)
    assert headings == [("1", "hostile-notes"), ("2", "second-part"), ("2", "another-title"), ("3", "second-part_1")]


def test_a_page_from_the_cache_is_the_same(mini, monkeypatch):
    source = "# T\n\nSee [dropout](../lesson8.md#dropout), [all](../lesson8.md), $x$.\n\n## Part\n"
    put(mini, notes.text(source), notes.code("1"))
    first = article(mini)
    monkeypatch.setattr(notebooks, "finish", None)  # which is not asked again
    mkdocs_plugin.render(Project(discover(mini)), mini.root / "again")
    again = (mini.root / "again/lessons/dl2022/lesson8/ana/index.html").read_text(encoding="utf-8")
    assert first in again and "</h2>" in first


def test_the_cache_is_left_when_the_notebook_changes(mini):
    put(mini, notes.text("# One\n"))
    assert "One</h1>" in article(mini)
    write(mini.docs / PLACE, notes.notebook(notes.text("# Two\n")))
    assert "Two</h1>" in article(mini)


def test_a_link_to_a_heading_that_is_not_there_stops_the_build(mini):
    put(mini, notes.text("# One\n\nSee [dropout](../lesson8.md#dropouts).\n"))
    with pytest.raises(CoursenotesError, match="dropouts"):
        article(mini)


def test_pages_link_to_notebooks(mini):
    put(mini, notes.text("# One\n\n## A part\n"))
    lesson = mini.docs / "lessons/dl2022/lesson8.md"
    write(lesson, notes.LESSON + "\n[Ana](lesson8/ana.ipynb#a-part)\n")
    page = (whole(Project(discover(mini))) / "lessons/dl2022/lesson8/index.html").read_text(encoding="utf-8")
    assert '<a href="ana/#a-part">Ana</a>' in page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("costs $5 and $6", "costs $5 and $6"),
        (r"\(a < b\)", r'<span class="arithmatex">\(a &lt; b\)</span>'),
        (r"\begin{align}a\end{align}", r'<div class="arithmatex">\[\begin{align}a\end{align}\]</div>'),
        ("$a$, $b$", r'<span class="arithmatex">\(a\)</span>, <span class="arithmatex">\(b\)</span>'),
    ],
)
def test_formulas_are_found(text, html):
    assert finished._formulas(text) == html


def test_strict_html_has_no_way_out():
    rough = '<a href="data:text/html,x" onclick=x>a</a><p class="cn-whose md-header">b</p><img src="javascript:x">'
    assert safe.strict(rough) == '<a>a</a><p class="">b</p><img>'


def test_a_formula_in_a_heading_is_set_and_named_in_characters(mini):
    put(mini, raw=notes.notebook(notes.text("# The $L_2$ norm"), notes.text("## Of $a<b$\n\nText.")))
    html = article(mini)
    assert re.search(r"<h1[^>]*>The <span class=\"arithmatex\"><math alttext=\"L_2\">.*?</math></span> norm", html)
    page = next((mini.root / "whole").rglob("lesson8/*/index.html")).read_text(encoding="utf-8")
    assert "<title>The L₂ norm" in page
    assert re.search(r'<span class="md-ellipsis">\s*Of a &lt; b\s*</span>', page)


def test_a_notebook_is_converted_once_though_mkdocs_complains_of_another_page(mini, monkeypatch, caplog):
    """What mkdocs says of one page, which is rendered again for it, keeps no other from being kept."""
    caplog.set_level(logging.INFO, "mkdocs")  # as on the command line of mkdocs
    put(mini, notes.text("One.\n"))
    (mini.docs / "index.md").write_text(
        "# Home\n\n[What mkdocs takes for no link of its own](?lang=en)\n", encoding="utf-8"
    )
    converted, convert = [], notebooks.convert
    monkeypatch.setattr(notebooks, "convert", lambda path, paths: converted.append(path.name) or convert(path, paths))
    assert "One." in article(mini)
    mkdocs_plugin.render(Project(discover(mini)), mini.root / "whole")  # with the settings as they are
    assert converted == ["ana.ipynb"]
