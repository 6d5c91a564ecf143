"""Cells: found, run in order in one process, shown richly, and run again only when it matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursenotes.errors import CoursenotesError
from coursenotes.figures.cells import html, lookup
from coursenotes.workers import Pool
from tests.engine.running_cells import SNIPPET, plan, project, ran

PAGE = """---
title: Cells
---
Prose.

```{.python .run}
import numpy as np
from snippets.sums import total
a = 2
print("a is", a)
total([a, 3])
```

!!! note
    ```{.python .run hide=source}
    a = a + 1
    a
    ```

```{.python .run raises=ZeroDivisionError}
print("before")
1 / 0
```

````
```{.python .run}
not_a_cell
```
````
"""


HOSTILE = (
    '<style>p{}</style><p style="x" onclick="y">hi<script>z()</script> &amp; '
    '<a href="javascript:z">a</a></p><img src="https://x/y.png">'
)


def test_cells_are_found_with_their_lines_and_attributes():
    found = lookup.scan(PAGE)
    lines = PAGE.split("\n")
    assert [lines[cell.line - 1].strip() for cell in found] == ["import numpy as np", "a = a + 1", 'print("before")']
    assert [dict(cell.attrs) for cell in found] == [{}, {"hide": "source"}, {"raises": "ZeroDivisionError"}]
    assert found[1].source == "a = a + 1\na"


@pytest.mark.parametrize(
    ("fence", "words"),
    [
        ("python .run", "is not run"),
        ("{.python run}", "is not run"),
        ("{.js .run}", "is not run"),
        ("{.python .run raise=ValueError}", "no attribute raise"),
        ("{.python .run hide=code}", "hide=code"),
    ],
)
def test_a_fence_that_would_silently_not_run_is_a_problem(tmp_path, fence, words):
    site = plan(project(tmp_path, f"# T\n\n```{fence}\n1\n```\n"))
    with pytest.raises(CoursenotesError) as raised:
        lookup.tasks(site, ["page.md"])
    [problem] = raised.value.problems
    assert words in problem.what and problem.line == 3 and problem.fix


def test_pool_runs_a_page_and_the_outputs_are_found(tmp_path):
    site = plan(project(tmp_path, PAGE))
    assert lookup.outputs(site, "page.md") is None
    with Pool(site.paths.root, preload=(), slots=1) as pool:
        for outcome in pool.run(lookup.tasks(site, ["page.md"])):
            assert lookup.keep(site, outcome) == []
    found = lookup.outputs(site, "page.md")
    assert [output.parts for output in found] == [
        [{"kind": "text", "data": "a is 2"}, {"kind": "text", "data": "5"}],
        [{"kind": "text", "data": "3"}],
        [{"kind": "text", "data": "before"}, {"kind": "error", "data": "ZeroDivisionError: division by zero"}],
    ]
    assert lookup.tasks(site, ["page.md"]) == []


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("Prose.", "More prose.\n\nAnd more.", False),
        ("a = 2", "a = 2  # two", True),  # a cell may show its own source
        ("total([a, 3])", "total([a,3])", True),
        ("a = 2", "a = 3", True),
        (" raises=ZeroDivisionError", " raises=ArithmeticError", True),
        (" hide=source", "", False),
    ],
)
def test_a_page_is_run_again_when_its_code_changes(tmp_path, old, new, again):
    paths = project(tmp_path, PAGE)
    before = lookup.key(plan(paths), "page.md")
    assert old in PAGE
    (paths.docs / "page.md").write_text(PAGE.replace(old, new))
    assert (lookup.key(plan(paths), "page.md") != before) is again


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("The sum.", "Their sum.", True), ("return 1", "return 2", False), ("sum(values)", "sum(values) + 1", True)],
)
def test_a_page_is_run_again_when_what_it_imports_changes(tmp_path, old, new, again):
    paths = project(tmp_path, PAGE)
    before = lookup.key(plan(paths), "page.md")
    paths.snippet("sums").write_text(SNIPPET.replace(old, new))
    assert (lookup.key(plan(paths), "page.md") != before) is again


def test_what_a_cell_takes_from_a_module_counts_and_so_do_libraries(tmp_path, monkeypatch):
    paths = project(tmp_path, "```{.python .run}\nimport snippets.sums as s\nimport numpy\ns.other()\n```\n")
    before = lookup.key(plan(paths), "page.md")
    paths.snippet("sums").write_text(SNIPPET.replace("return 1", "return 2"))
    changed = lookup.key(plan(paths), "page.md")
    monkeypatch.setattr("coursenotes.cache.keys.version", lambda name: "0.0" if name == "numpy" else None)
    assert len({before, changed, lookup.key(plan(paths), "page.md")}) == 3


def test_changing_text_that_a_cell_shows_runs_it_again(tmp_path):
    keys = {
        lookup.key(plan(project(tmp_path / str(n), f"```{{.python .run}}\n{code}\n```\n")), "page.md")
        for n, code in enumerate(["'one'", "'two'", "'two';"])
    }
    assert len(keys) == 3


def test_random_numbers_are_the_same_each_time(tmp_path):
    code = "import random, numpy as np, torch\nrandom.random(), np.random.rand(), torch.rand(1).item()"
    assert ran(tmp_path / "a", code) == ran(tmp_path / "b", code)


def test_tables_come_without_styles_and_scripts(tmp_path):
    [[table], [hostile, note]] = ran(
        tmp_path,
        "import pandas as pd\npd.DataFrame({'film': ['<b>'], 'bias': [0.5]})",
        f"class X:\n    def _repr_html_(self):\n        return {HOSTILE!r}\nX()",
    )
    assert table["kind"] == "html"
    assert "<td>&lt;b&gt;</td>" in table["data"] and "style" not in table["data"] and "border" not in table["data"]
    assert hostile["data"] == "<p>hi &amp; <a>a</a></p>"
    assert note["kind"] == "note" and "a script, a picture of another site" in note["data"]


def test_figures_are_drawn_once_each_and_in_the_theme(tmp_path):
    first, second, third, fourth = ran(
        tmp_path,
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('A line')",
        "fig, axs = plt.subplots(1, 2)\naxs",
        "from coursenotes import plots\nfig, ax = plots.axes()\nax.plot([1, 2])",
        "#: alt=\"Two & more\"\nplt.hist([1, 2, 2])\nplt.figure()\nprint('x');",
    )
    assert [[part["kind"] for part in parts] for parts in (first, second, third, fourth)] == [
        ["svg"], ["svg"], ["svg"], ["text", "svg", "svg"],
    ]  # fmt: skip
    assert 'aria-label="A line"' in first[0]["data"] and "var(--cn-c0)" in first[0]["data"]
    assert 'aria-label="Two &amp; more"' in fourth[1]["data"]
    ids = [part["data"].split('id="')[1].split('"')[0] for part in (first[0], third[0], fourth[1])]
    assert len(set(ids)) == 3 and all(i.startswith("cn-page-md-") for i in ids)


def test_display_shows_in_its_place_and_a_semicolon_shows_nothing(tmp_path):
    [parts, silent, classes] = ran(
        tmp_path,
        "print(1)\ndisplay('two')\nprint(3)",
        "4;",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndisplay(P, P(1), object())",
    )
    assert [part["data"] for part in parts] == ["1", "'two'", "3"]
    assert silent == []
    assert [part["data"] for part in classes] == ["<class '__main__.P'>", "P(x=1)", "<object object at 0x…>"]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a = 1\nb = a +\n", 4, "SyntaxError"),
        ("a = 1\n\nfor i in [1]:\n    a.nothing\n", 6, "has no attribute 'nothing'"),
        ("from snippets.sums import total\ntotal(3)", 4, "not iterable"),
        ("#: raises=ValueError\n1", 3, "should raise ValueError, and did not"),
        ("#: raises=ValueError\n[][0]", 3, "IndexError"),
        ("import sys\nsys.exit(0)", 4, "SystemExit"),
        ("print('x' * 30_000)", 3, "30,000 characters"),
        (
            "import numpy as np, matplotlib.pyplot as plt\nplt.scatter(range(1500), range(1500), c=np.arange(1500))",
            3,
            "KB of svg, over 100 KB",
        ),
    ],
)
def test_a_failure_names_the_line_of_the_page(tmp_path, source, line, words):
    with pytest.raises(CoursenotesError) as raised:
        ran(tmp_path, source)
    [problem] = raised.value.problems
    assert words in problem.what and problem.line == line and problem.fix
    assert Path(problem.path).name == "page.md"


def test_a_failure_inside_a_snippet_says_where(tmp_path):
    with pytest.raises(CoursenotesError) as raised:
        ran(tmp_path, "from snippets.sums import total\ntotal(3)")
    [problem] = raised.value.problems
    assert problem.details[0] == "total(3)"
    assert problem.details[1].endswith("sums.py:5")


def test_clean_keeps_tables_whole():
    table = '<table border="1" class="dataframe"><tr><th colspan="2">a &lt; b</th></tr></table>'
    assert html.clean(table).html == '<table><tbody><tr><th colspan="2">a &lt; b</th></tr></tbody></table>'


def test_a_cell_that_is_not_python_is_told_before_anything_runs():
    text = "Text.\n\n```{.python .run}\nx = 1\ndef f(:\n```\n"
    (problem,) = lookup.check(text, Path("page.md"))
    assert (problem.line, problem.details) == (5, ("def f(:",)) and "raises=SyntaxError" in problem.fix
    assert lookup.check(text.replace(".run", ".run raises=SyntaxError"), Path("page.md")) == []


def test_a_cell_that_is_not_closed_is_told():
    text = "Text.\n\n````\n```{.python .run}\n````\n\n```{.python .run}\nx = 1\n"
    (problem,) = lookup.check(text, Path("page.md"))
    assert problem.line == 7 and "not closed" in problem.what
    assert lookup.check(text.replace("{.python .run}", "python"), Path("page.md")) == []
