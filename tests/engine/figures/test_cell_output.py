"""What runnable cells show: everything that is written, as a terminal shows it; objects by what they say of themselves.

And the other way round: nothing of the machine, nothing that a page cannot hold, and a word for what is left out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import markdown as python_markdown
import pytest

from coursenotes.cache.memo import Memo
from coursenotes.errors import CoursenotesError
from coursenotes.figures.cells import lookup, terminal
from coursenotes.figures.cells.html import clean
from coursenotes.project import Project
from coursenotes.site.markdown import Pages, fill
from coursenotes.workers import Pool
from tests.conftest import ROOT
from tests.engine.running_cells import Part, page_of, plan, project, ran, run, texts

STYLES = ROOT / "site_src" / "theme" / "assets" / "styles"


def only(tmp_path: Path, *sources: str) -> Part:
    """The one part of the last of these cells."""
    [part] = ran(tmp_path, *sources)[-1]
    return part


def problem_of(tmp_path: Path, *sources: str):
    """The one problem of a page with these cells."""
    with pytest.raises(CoursenotesError) as raised:
        ran(tmp_path, *sources)
    [problem] = raised.value.problems
    assert Path(problem.path).name == "page.md" and problem.fix
    return problem


def rendered(tmp_path: Path, page: str) -> str:
    """A page's HTML as a reader gets it, after its cells were run."""
    plan, _, _ = run(tmp_path, page)
    opened = Project(plan.catalog, plan)
    pages = Pages(opened, "")
    extensions = ["md_in_html", "pymdownx.highlight", "pymdownx.superfences", "admonition", *pages.extensions]
    md = python_markdown.Markdown(extensions=extensions)
    pages.enter("page.md", "page/")
    return fill(md.convert(page), opened, "")


def bare(html: str) -> str:
    """The words of HTML."""
    return re.sub(r"<[^>]*>", "", html)


# ---------------------------------------------------------------- everything that is written
def test_what_is_written_comes_in_its_order_whoever_writes_it(tmp_path):
    source = """
import ctypes, os, subprocess, sys
print("no line end", end=" ")
subprocess.run(["echo", "subprocess"])
os.system("echo system; echo error >&2")
ctypes.CDLL(None).puts(b"from C")
ctypes.CDLL(None).fflush(None)
display("shown")
print("after", file=sys.stderr)
os.write(1, b"descriptor\\n");
"""
    [parts] = ran(tmp_path, source)
    assert texts(parts) == [
        "no line end subprocess\nsystem\nerror\nfrom C", "'shown'", "after\ndescriptor",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "keep",
    [
        "out = sys.stdout\ndef say(text): out.write(text)",
        "handler = logging.StreamHandler(sys.stdout)\nlog = logging.getLogger('a-cell')\nlog.propagate = False\n"
        "log.addHandler(handler)\ndef say(text): log.warning(text)",
        "from functools import partial\nsay = partial(print, file=sys.stderr)",
        "def say(text): os.write(sys.stdout.fileno(), text.encode())",
        "def say(text): ctypes.CDLL(None).printf(b'%s', text.encode())",
        "show = display\nclass Text(str):\n    __repr__ = str.__str__\ndef say(text): show(Text(text))",
    ],
)
def test_what_an_earlier_cell_holds_writes_into_the_later_cell(tmp_path, keep):
    before, after = ran(tmp_path, f"import sys, logging, os, ctypes\n{keep}", "say('later')\nNone")
    assert (before, after) == ([], [{"kind": "text", "data": "later"}])


def test_a_job_shows_what_its_subprocesses_write(tmp_path):
    """In the worker the two outputs are a file that is there already."""
    site = plan(project(tmp_path, page_of("import os\nos.system('echo one; echo two >&2')\nprint('three')")))
    with Pool(site.paths.root, preload=(), slots=1) as pool:
        for outcome in pool.run(lookup.tasks(site, ["page.md"])):
            assert lookup.keep(site, outcome) == []
    [output] = lookup.outputs(site, "page.md")
    assert texts(output.parts) == ["one\ntwo\nthree"]


def test_a_loop_that_prints_without_end_is_stopped_at_its_line(tmp_path):
    began = time.monotonic()
    source = "while True:\n    try:\n        print('x' * 1000)\n    except Exception:\n        pass"
    problem = problem_of(tmp_path, source)
    assert (problem.line, "1,000,000" in problem.what) == (5, True)
    assert time.monotonic() - began < 10


def test_so_are_a_loop_that_shows_and_a_subprocess_that_writes_much(tmp_path):
    assert "500 outputs" in problem_of(tmp_path / "a", "while True:\n    display(1)").what
    source = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', \"print('x' * 2_000_000)\"]);"
    assert "2,000,001 bytes" in problem_of(tmp_path / "b", source).what


def test_text_in_many_pieces_is_counted_together(tmp_path):
    problem = problem_of(tmp_path, "for n in range(3):\n    display('x' * 9_000)")
    assert "characters of text, over 20,000" in problem.what and problem.line == 3


def test_a_subprocess_that_writes_without_end_is_killed_at_the_cells_line(tmp_path):
    site = plan(project(tmp_path, "Prose.\n\n" + page_of("import os\nos.system('yes')")))
    with Pool(site.paths.root, preload=(), slots=1) as pool:
        [outcome] = pool.run(lookup.tasks(site, ["page.md"]))
    assert outcome.problem is not None and "64 MB" in outcome.problem.what
    assert (Path(outcome.problem.path).name, outcome.problem.line) == ("page.md", 6)
    assert outcome.problem.details == ("it was at: os.system('yes')",)


# ---------------------------------------------------------------- as a terminal shows it
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("50%\r100%\n", "100%\n"),
        ("longer text\rshort\n", "shortr text\n"),
        ("longer text\r\x1b[Kshort", "short"),
        ("ab\b\bcd", "cd"),
        ("one\ntwo\x1b[A\rONE\n", "ONE\ntwo"),
        ("outer 0\ninner 0\n\x1b[2A\router 1\ninner 1\n", "outer 1\ninner 1"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("plain\n  indented  \n", "plain\n  indented  \n"),
        ("a\tb\n", "a       b\n"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://x.org\x1b\\link\x1b]8;;\x1b\\ after", "link after"),
        ("\x1b[38:2::1:2:3mcolon\x1b[0m", "colon"),
        ("\x1b[²modd\n\x1b[?1mcodes\rX", "²modd\nX"),
        ("50%\r✔️ done, 日本 e\u0301", "✔️ done, 日本 é"),
        ("\x1b[2J\x1b[Hcleared", "cleared"),
    ],
)
def test_control_codes_are_carried_out(written, shown):
    found = terminal.screen(written)
    assert "\x1b" not in found.text and "\r" not in found.text
    assert found.text.rstrip("\n") == shown.rstrip("\n")


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("\x1b[31mred\x1b[0m <b>", '<span class="ansi-red-fg">red</span> &lt;b&gt;'),
        ("\x1b[1;92mok\x1b[0m", '<span class="ansi-bold ansi-green-intense-fg">ok</span>'),
        ("\x1b[37;44mon\x1b[0m", '<span class="ansi-blue-bg">on</span>'),
        ("\x1b[7mback\x1b[0m", '<span class="ansi-default-bg">back</span>'),
        ("\x1b[7;31mback\x1b[0m", '<span class="ansi-red-bg">back</span>'),
        ("\x1b[38;5;208mnearest\x1b[0m", '<span class="ansi-yellow-fg">nearest</span>'),
        ("\x1b[38;2;250;10;10mtrue\x1b[0m", '<span class="ansi-red-intense-fg">true</span>'),
        ("\x1b[31m   \x1b[0mx", ""),
    ],
)
def test_colors_are_classes(written, html):
    assert terminal.screen(written).html == html


def luminance(color: str) -> float:
    channels = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["default", "slate"])
def test_every_color_that_a_cell_can_have_is_readable(theme):
    """On the page's background, and with the page's background as its text: 4.5:1, in both themes."""
    notes, colors = (STYLES / "notes.css").read_text(), (STYLES / "colors.css").read_text()
    assert [path.name for path in sorted(STYLES.glob("*.css")) if "ansi-" in path.read_text()] == ["notes.css"]
    blocks = re.findall(rf'\[data-md-color-scheme="{theme}"\] \{{(.*?)\}}', colors, re.DOTALL)
    variables = dict(re.findall(r"(--[\w-]+): ([^;]+);", "".join(blocks)))
    rules = re.findall(r"([^{}]*ansi-[^{}]*-(?:fg|bg)[^{}]*)\{([^}]*)\}", notes)
    used = {name: value for names, value in rules for name in re.findall(r"ansi-[\w-]+(?:fg|bg)", names)}
    named = [n for n in terminal._SHADES if n not in ("black", "white", "white-intense")]
    assert {f"ansi-{name}-fg" for name in named} <= used.keys()
    assert {f"ansi-{name}-bg" for name in terminal._SHADES} | {"ansi-default-bg"} == {n for n in used if n[-2:] == "bg"}
    paper = luminance(variables["--cn-bg"])
    for rule in used.values():
        name = re.search(r"var\((--[\w-]+)\)", rule)[1]
        while not variables[name].startswith("#"):
            name = re.search(r"var\((--[\w-]+)\)", variables[name])[1]
        low, high = sorted([luminance(variables[name]), paper])
        assert (high + 0.05) / (low + 0.05) >= 4.5, name


def test_progress_bars_show_their_last_state(tmp_path):
    source = """
from tqdm import tqdm
for a in tqdm(range(2), desc="outer"):
    for b in tqdm(range(50), desc="inner", leave=False):
        pass
print("done")
"""
    [part] = ran(tmp_path, source)[0]
    assert re.fullmatch(r"outer: 100%\|█+\| 2/2 \[.*\]\ndone", part["data"])


def test_a_fastai_training_is_a_table_of_its_epochs_and_show_batch_a_table(tmp_path):
    prepare = """
import numpy as np, pandas as pd
from fastai.tabular.all import *
df = pd.DataFrame({"a": np.arange(64.0), "b": np.arange(64.0) % 7})
df["y"] = df.a + df.b
dls = TabularDataLoaders.from_df(df, procs=[Normalize], cont_names=["a", "b"], y_names="y", bs=16)
dls.show_batch(max_n=2)
"""
    train = """
class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)
    def forward(self, cat, cont):
        return self.layer(cont)
Learner(dls, Linear(), loss_func=nn.MSELoss()).fit(3)
"""
    shown, trained = ran(tmp_path, prepare, train)
    assert [part["kind"] for part in shown if part["kind"] != "text"] == ["html"]
    assert shown[-1]["data"].startswith("<table>") and shown[-1]["data"].count("<tr>") > 2
    lines = trained[-1]["data"].split("\n")
    assert [line.split()[0] for line in lines] == ["epoch", "0", "1", "2"]


def test_rich_prints_the_same_everywhere(tmp_path, monkeypatch):
    source = "from rich.console import Console\nConsole(force_terminal=True).print('[red]red[/] and ' + 'wide ' * 20)"
    first = only(tmp_path / "a", source)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    assert first == only(tmp_path / "b", source)
    assert first["kind"] == "colored" and '<span class="ansi-red-fg">red</span>' in first["data"]


# ---------------------------------------------------------------- objects
OBJECT = "class X:\n    def __repr__(self):\n        return 'words'\n    def {method}\nX()"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


@pytest.mark.parametrize(
    ("method", "kind", "data"),
    [
        ("_repr_html_(self): return '<b>bold</b>'", "html", "<b>bold</b>"),
        ("_repr_html_(self): return None", "text", "words"),
        ("_repr_html_(self): raise NotImplementedError", "text", "words"),
        ("_repr_markdown_(self): return '**bold**\\n\\n|a|\\n|-|\\n|1|'", "html", "<strong>bold</strong>"),
        ("_repr_latex_(self): return '$x < \\\\alpha$'", "html", '<div class="arithmatex">\\[x &lt; \\alpha\\]</div>'),
        ("_repr_latex_(self): return 'words and $x$'", "text", "words"),
        ("_repr_svg_(self): return '<svg/>'", "html", 'src="data:image/svg+xml;base64,PHN2Zy8+"'),
        (f"_repr_png_(self): import base64; return base64.b64decode('{PIXEL}')", "html", f"image/png;base64,{PIXEL}"),
        ("_repr_jpeg_(self): return b'jpeg', {'width': 1}", "html", "data:image/jpeg;base64,anBlZw=="),
        ("_repr_mimebundle_(self, include=None, exclude=None): return {'text/html': '<i>x</i>'}", "html", "<i>x</i>"),
        (f"_repr_mimebundle_(self, **k): return {{'image/png': '{PIXEL}'}}, {{}}", "html", f"base64,{PIXEL}"),
        ("_repr_mimebundle_(self, **k): return {'text/plain': 'other'}", "text", "other"),
        ("__getattr__(self, name): return lambda *a, **k: 'a liar'", "text", "words"),
    ],
)
def test_an_object_is_shown_as_it_says(tmp_path, method, kind, data):
    part = only(tmp_path, OBJECT.format(method=method))
    assert part["kind"] == kind and data in part["data"]


def test_what_libraries_display_through_ipython_stands_in_its_place(tmp_path):
    source = """
print("one")
from IPython.display import HTML, clear_output, display as show, update_display
handle = show("replaced", display_id=True)
print("two")
show(HTML("<table><tr><td>1</td></tr></table>"), {"text/markdown": "*raw*"}, raw=False)
show({"text/plain": "a bundle"}, raw=True)
handle.update("updated")
"""
    [parts, cleared] = ran(tmp_path, source, "print('old')\nshow('old')\nclear_output(wait=True)\nprint('new')")
    assert texts(parts)[:3] == ["one", "'updated'", "two"]
    assert "<td>1</td>" in parts[3]["data"]
    assert texts(parts)[4:] == ["{'text/markdown': '*raw*'}", "a bundle"]
    assert texts(cleared) == ["new"]


def test_ipython_is_as_it_was_after_the_page(tmp_path, capsys):
    from IPython.display import display

    ran(tmp_path, "from IPython.display import display as show\nshow(1)")
    display("printed, since no cell runs")
    assert capsys.readouterr().out == "printed, since no cell runs\n"


def test_ipython_is_not_imported_for_a_page_that_does_not(tmp_path):
    page = page_of("import sys\ndisplay(1)\n[name for name in sys.modules if name.startswith('IPython')]")
    site = plan(project(tmp_path, page))
    with Pool(site.paths.root, preload=(), slots=1) as pool:
        for outcome in pool.run(lookup.tasks(site, ["page.md"])):
            assert lookup.keep(site, outcome) == []
    assert texts(lookup.outputs(site, "page.md")[0].parts) == ["1", "[]"]


PIPELINE = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
make_pipeline(LogisticRegression(C=2.0))
"""
STYLER = "import pandas as pd\npd.DataFrame({'a': [1, 2]}).style.background_gradient()"
ANIMATION = """
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
fig, ax = plt.subplots()
(line,) = ax.plot([1, 2])
moving = FuncAnimation(fig, lambda n: line.set_data([0, 1], [n, 1]), frames=3)
"""
HTML_IN = "from IPython.display import HTML\n"


@pytest.mark.parametrize(
    ("source", "kinds", "shown", "missed"),
    [
        (PIPELINE, ["text", "note"], "LogisticRegression(C=2.0)", "its interactive form"),
        (STYLER, ["html", "note"], "<td>2</td>", "its colors"),
        (ANIMATION + "moving", ["svg", "note"], "<path", "its movement"),
        (ANIMATION + HTML_IN + "plt.close()\nHTML(moving.to_jshtml())", ["note"], "", "a script"),
        ("from IPython.display import Audio\nAudio([0, 1] * 50, rate=8000)", ["note"], "", "a sound"),
        ("from IPython.display import YouTubeVideo\nYouTubeVideo('x')", ["note"], "", "a frame"),
        ("from IPython.display import Javascript\nJavascript('x()')", ["note"], "", "a script"),
        (HTML_IN + "HTML('<p>a <img src=\"https://x.org/y.png\"></p>')", ["html", "note"], "a",
         "a picture of another site"),
        (HTML_IN + "HTML('<p style=\"color: red\">a</p>')", ["html", "note"], "a", "its colors"),
        ("import pandas as pd\npd.DataFrame({'a': [1]})", ["html"], "<td>1</td>", ""),
    ],
)  # fmt: skip
def test_what_the_policy_of_the_pages_forbids_is_said_there_and_in_the_build(tmp_path, source, kinds, shown, missed):
    page = page_of(source)
    _, [parts], notes = run(tmp_path, page)
    assert [part["kind"] for part in parts] == kinds
    assert shown in parts[0]["data"] and "rerun this cell" not in str(parts) and "object" not in parts[0]["data"]
    assert [missed in part["data"] for part in parts if part["kind"] == "note"] == [True] * bool(missed)
    line = page.split("\n").index(source.split("\n")[0]) + 1
    assert [f"page.md:{line}: cell 1: not shown" in note and missed in note for note in notes] == [True] * bool(missed)


def test_html_is_closed_and_hidden_parts_stay_hidden():
    assert clean("<div><p>a</div></div></section>b").html == "<div><p>a</p></div>b"
    cleaned = clean('<p>seen</p><div style="display: none"><p>unseen</p></div><div hidden>unseen</div>')
    assert (cleaned.html, cleaned.folded) == ("<p>seen</p>", True)
    assert clean("<video><source src='x'>Your browser is old</video>").lost == ("a film",)


def test_a_figure_is_shown_once(tmp_path):
    plot = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\n"
    for n, (more, kinds) in enumerate(
        [
            ("display(fig)", ["svg"]),
            ("display(fig)\nax.set_title('a')", ["svg"]),
            ("display(fig)\nprint('x')\nfig", ["svg", "text", "svg"]),
            ("from IPython.display import display as show\nshow(fig)", ["svg"]),
            ("fig.show()\nplt.show()", ["svg"]),
            ("plt.show()\nprint('x')\nplt.plot([3])\nplt.show()", ["svg", "text", "svg"]),
        ]
    ):
        [parts] = ran(tmp_path / str(n), plot + more)
        assert [part["kind"] for part in parts] == kinds, more


# ---------------------------------------------------------------- nothing of the machine
def test_a_warning_is_shown_once_and_without_its_place(tmp_path):
    source = """
import warnings
for n in range(3):
    warnings.warn("careful")
def old():
    warnings.warn("old", DeprecationWarning, stacklevel=2)
old()
print("\\d")
"""
    [parts, again] = ran(
        tmp_path, source.replace("\\d", "\\\\d")[1:], 'import warnings\nwarnings.warn("careful")\n"\\d";'
    )
    assert texts(parts) == ["UserWarning: careful\nDeprecationWarning: old\n\\d"]
    assert not again or re.fullmatch(r"\w+Warning: invalid escape sequence '\\d'", again[0]["data"])


def test_errors_and_tracebacks_hold_no_paths_and_no_lines_of_the_page(tmp_path):
    root = tmp_path / "project"
    sources = [
        f"#: raises=FileNotFoundError\nopen({str(root / 'data' / 'x.csv')!r})",
        "#: raises=ImportError\nfrom fastai import nothing",
        "#: raises=SyntaxError\nx = 1\nexec('a b')",
        "#: raises=SyntaxError\nx = 1\ndef f(:",
        "import traceback, json\ntry:\n    json.loads('x')\nexcept ValueError:\n    traceback.print_exc()",
    ]
    page = page_of(*sources)
    _, first, _ = run(tmp_path, page)
    found = [part["data"] for parts in first for part in parts]
    assert found[0] == "FileNotFoundError: [Errno 2] No such file or directory: 'data/x.csv'"
    assert found[1] == "ImportError: cannot import name 'nothing' from 'fastai' (fastai/__init__.py)"
    assert found[2] == "SyntaxError: invalid syntax (<string>, line 1)"
    assert found[3] == "SyntaxError: invalid syntax (cell 4, line 2)"
    assert 'File "cell 5", line 3, in <module>\n    json.loads' in found[4] and 'File "json/__init__.py"' in found[4]
    moved = tmp_path / "moved"
    moved.mkdir()
    _, second, _ = run(moved, "Prose.\n\n" * 7 + page.replace(str(tmp_path), str(moved)))
    assert second == first


def test_a_function_of_a_cell_has_a_source(tmp_path):
    found = only(tmp_path, "1;", "def f(x):\n    return x + 1", "import inspect\nprint(inspect.getsource(f))")
    assert found["data"] == "def f(x):\n    return x + 1"


def test_a_failure_inside_an_earlier_cell_is_told_at_its_line(tmp_path):
    problem = problem_of(tmp_path, "def f(x):\n    return 1 / x", "f(0)")
    assert (problem.line, problem.details[0]) == (4, "return 1 / x")
    assert problem.what == "cell 2: ZeroDivisionError: division by zero"


# ---------------------------------------------------------------- characters
ODD = "tab\there, \x1b[0m\x0c \u2028 \x85 \x00 \x02amp\x03 \x02wzxhzdk:0\x03 \ud800 \ufffe <&>"


def test_characters_that_markdown_changes_are_shown(tmp_path):
    source = (
        f"print({ODD!r})\ndisplay({ODD!r})\nclass T:\n    def _repr_html_(self): return '<p>' + {ODD!r} + '</p>'\nT()"
    )
    html = rendered(tmp_path, f"# T\n\n```{{.python .run hide=source}}\n{source}\n```\n")
    words = bare(html)
    assert "tab     here, ␌\n\n ␀ ␂amp␃ ␂wzxhzdk:0␃ \\ud800 \ufffd &lt;&amp;&gt;" in words
    assert "&#x27;tab\\there, \\x1b[0m\\x0c" in words
    assert "tab\there, ␛[0m␌ \n \n ␀ ␂amp␃ ␂wzxhzdk:0␃ \ufffd \ufffd &lt;&amp;&gt;" in words
    html.encode()


@pytest.mark.parametrize(
    "code",
    ["if True:\n\tx = 'a\tb'\n\tprint(x)", "x = 'a\u2028b'\n\n\nx", "print('a  b')\x0c\nprint('a b')", "'é\u0301'  \n"],
)
def test_code_with_odd_blanks_finds_its_output(tmp_path, code):
    html = rendered(tmp_path, f"# T\n\n```{{.python .run}}\n{code}\n```\n\n```{{.python .run}}\nprint('second')\n```\n")
    assert html.count('class="cn-output"') == 2
    assert html.index(">second") > html.index('class="cn-output__text"')


@pytest.mark.parametrize("character", ["\x00", "\x02", "\x0b", "\x1f", "\x85"])
def test_a_character_that_no_page_can_show_is_one_error_with_its_line(tmp_path, character):
    site = plan(project(tmp_path, page_of(f"x = 1\ny = 'a{character}b'")))
    with pytest.raises(CoursenotesError) as raised:
        lookup.tasks(site, ["page.md"])
    [problem] = raised.value.problems
    assert (problem.line, f"U+{ord(character):04X}" in problem.what) == (4, True)
    assert ascii(character) in problem.fix


def test_a_figure_with_a_character_that_no_drawing_can_hold_is_one_error(tmp_path):
    problem = problem_of(tmp_path, "import matplotlib.pyplot as plt\nplt.title('a\\x02b')")
    assert "a text in this figure has a control character" in problem.what


def test_two_cells_that_differ_in_blanks_alone_have_their_own_outputs(tmp_path):
    html = rendered(tmp_path, page_of("print('a b')", "print('ab')", "print('a b')"))
    assert re.findall(r'cn-output__text"><code>(.*?)</code>', html) == ["a b", "ab", "a b"]


# ---------------------------------------------------------------- what a cell may be
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = 1\nreturn x", "'return' outside function"),
        ("for i in []:\n    pass\nelse:\n    break", "'break' outside loop"),
        ("if True:\n    continue", "'continue' not properly in loop"),
        ("x = 1\nyield x", "'yield' outside function"),
        ("x = 1\nnonlocal y", "nonlocal declaration not allowed at module level"),
        ("def f():\n    await x", "'await' outside async function"),
        ("def f(x):\n    global x", "name 'x' is parameter and global"),
    ],
)
def test_what_parses_and_cannot_be_compiled_is_told_by_the_check(code, words):
    [problem] = lookup.check(f"Text.\n\n```{{.python .run}}\n{code}\n```\n", Path("page.md"))
    assert words in problem.what
    lines = [
        n
        for n, line in enumerate(code.split("\n"))
        if re.search("return|break|continue|yield|nonlocal|await|global", line)
    ]
    assert problem.line == 4 + lines[-1] and problem.fix


def test_what_cannot_be_compiled_may_be_announced(tmp_path):
    found = only(tmp_path, "#: raises=SyntaxError\nx = 1\nreturn x")
    assert found == {"kind": "error", "data": "SyntaxError: 'return' outside function (cell 1, line 2)"}


def test_code_that_is_nested_too_deep_is_one_error():
    for code in ("(" * 500 + ")" * 500, "not " * 20_000 + "x", "-" * 200_000 + "1"):
        [problem] = lookup.check(f"```{{.python .run}}\n{code}\n```\n", Path("page.md"))
        assert problem.line == 2 and problem.fix


def test_a_cell_may_await_in_one_loop_for_the_page(tmp_path):
    first, second, third = ran(
        tmp_path,
        "import asyncio\nasync def two():\n    await asyncio.sleep(0)\n    return 2\nawait two()",
        "async def some():\n    yield 1\nasync for n in some():\n    print(n)\ntask = asyncio.create_task(two())",
        "print(await task)\n[n async for n in some()]",
    )
    assert (texts(first), texts(second), texts(third)) == (["2"], ["1"], ["2", "[1]"])


def test_asyncio_run_works_in_a_cell_that_does_not_await(tmp_path):
    assert only(tmp_path, "import asyncio\nasync def f():\n    return 3\nasyncio.run(f())")["data"] == "3"


COMMENTED = """# T

<!-- a note
```{.python .run}
print("secret")
```
-->

```{.python .run}
print("first")  # <!-- text
```

<!-- closed --> and `<!--` is code.

```{.python .run}
x = "-->"
print("first" if x else 0)  # <!--
```

Text <!-- two
--> <!-- three

```{.python .run}
print(
```
```{.python run}
```
-->

```{.python .run}
print("first")  # <!-- text
```
"""


def test_a_cell_in_a_comment_does_not_run_and_a_comment_in_a_fence_is_text(tmp_path):
    assert lookup.check(COMMENTED, Path("page.md")) == []
    found = lookup.scan(COMMENTED)
    assert [cell.line for cell in found] == [10, 16, 31]
    html = rendered(tmp_path, COMMENTED)
    assert html.count('cn-output__text"><code>first') == 3 and "secret" not in html


def test_the_same_code_in_a_comment_takes_no_output_from_the_cell_after_it(tmp_path):
    page = "# T\n\n<!--\n```{.python .run}\nprint(1)\n```\n-->\n\n```{.python .run}\nprint(1)\n```\n"
    html = rendered(tmp_path, page)
    assert (
        html.count('class="cn-output"') == 1 and re.sub("<!--.*?-->", "", html, flags=re.DOTALL).count("cn-output") > 0
    )


def test_what_looks_like_a_comment_in_code_hides_no_later_cell():
    cell = "```{.python .run}\nx = 1  # <!--\n```\n\n"
    assert len(lookup.scan(f"{cell}{cell}`<!--` and:\n\n{cell}-->\n")) == 3


def test_an_unclosed_comment_hides_nothing():
    text = "a <!-- b\n\n```{.python .run}\n1\n```\n"
    assert len(lookup.scan(text)) == 1


def test_kept_outputs_are_plain_json(tmp_path):
    site, _, _ = run(
        tmp_path, page_of("print('\\ud800')", "'\\udcff'", "#: raises=ValueError\nraise ValueError('\\ud800')")
    )
    [kept] = Memo(site.paths, "cells").folder.glob("*/*")
    assert json.loads(kept.read_text(encoding="utf-8"))[0] == [{"kind": "text", "data": "\\ud800"}]


def test_the_runner_leaves_the_process_as_it_was(tmp_path):
    """Run in a process of its own, whose outputs are pipes: nothing of the cells comes out, and both work after it."""
    script = (
        "import sys\nsys.path[:0] = ['.']\nfrom pathlib import Path\nfrom tests.engine.running_cells import ran\n"
        f"found = ran(Path({str(tmp_path)!r}), 'import ctypes\\nctypes.CDLL(None).printf(b\"from C\");', 'print(1)')\n"
        "print(found)\nprint('error', file=sys.stderr)"
    )
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=buffered, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{[[{'kind': 'text', 'data': text}] for text in ('from C', '1')]}\n"
    assert done.stderr.endswith("error\n")
