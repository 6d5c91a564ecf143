"""Drawing: only what the figure needs is loaded, keys follow what matters, and errors say where."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from coursenotes.cache.memo import Memo
from coursenotes.cache.store import write_entry
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.plan import Plan
from coursenotes.experiments.train import DRAWING_PRELOAD
from coursenotes.figures import draw
from coursenotes.paths import Paths
from coursenotes.result import JobResult
from coursenotes.workers import Outcome, Pool

HELPERS = '''
import numpy as np
import torch
UNIT = "nats"
def scaled(values):
    """Twice the values."""
    return 2 * np.asarray(values)
def unused():
    return torch.zeros(3)
'''
WAVES = '''
"""Waves."""
import torch
from torch import nn
from coursenotes import Run, experiment, figure, plots
from snippets.helpers import UNIT, scaled, unused

STEPS = 30


class Net(nn.Module):
    pass


@experiment(seeds=2, vary={"p": [0.1, 0.5]})
def wave(run: Run, p: float):
    """A wave."""
    return {"height": float(torch.ones(1))}


@figure(wave)
def waves(results):
    """Waves rise with p."""
    fig, ax = plots.axes()
    for number, p in enumerate((0.1, 0.5)):
        plots.seed_lines(ax, None, scaled(results.curve("loss", p=p)), f"p = {p} {UNIT}", f"C{number}")
    ax.set_xlim(0, STEPS)
    plots.title(fig, "They rise")
    return fig


@figure()
def idea():
    """An idea, without results."""
    ax, width = plots.canvas(wide=100, narrow=100)
    plots.label(ax, width / 2, 50, UNIT)
    return ax.figure


@figure(wave)
def nothing(results):
    """Returns no figure."""
    plots.axes()


@figure(wave)
def broken(results):
    """Asks for what is not there."""
    fig, ax = plots.axes()
    ax.plot(results.metric("depth", p=0.1))
    return fig


@figure(wave)
def crowd(results):
    """Too many points."""
    fig, ax = plots.axes()
    shades = [str(x / 1500) for x in range(1500)]
    ax.scatter(range(1500), range(1500), c=shades)
    return fig


@figure(wave)
def tangled(results):
    """Text too small, across other text, and outside."""
    fig, ax = plots.axes()
    fig.text(0.5, 0.5, "tiny", fontsize=6)
    fig.text(0.3, 0.3, "one")
    fig.text(0.3, 0.305, "other")
    fig.text(0.99, 0.7, "far out")
    return fig


@figure(wave)
def cramped(results):
    """A label that leaves no room."""
    fig, ax = plots.axes(height=0.8)
    ax.set_xlabel("one\\ntwo\\nthree\\nfour\\nfive\\nsix")
    return fig
'''


def project(root: Path) -> Paths:
    for folder in ("snippets", "docs", "tests/claims", "results"):
        (root / folder).mkdir(parents=True)
    (root / "mkdocs.yml").write_text("site_name: t\n")
    (root / "snippets" / "__init__.py").write_text("")
    (root / "snippets" / "helpers.py").write_text(HELPERS)
    (root / "snippets" / "waves.py").write_text(WAVES)
    return Paths(root)


def trained(paths: Paths) -> Plan:
    """The project with a result for each of its jobs."""
    plan = Plan(discover(paths))
    for job in plan.jobs("waves.wave", "sample"):
        curve = list(np.sin(np.arange(30) / 5 + job.seed) + job.settings["p"])
        folder = plan.store.scratch()
        write_entry(folder, JobResult({"height": 1.0}, {"epoch": list(range(30)), "loss": curve}))
        plan.store.put(job.key, folder)
    return Plan(discover(paths))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    paths = project(tmp_path_factory.mktemp("project"))
    return trained(paths)


def drawn(plan: Plan, name: str, folder: Path) -> str:
    [task] = draw.tasks(plan, [(name, "sample")])
    [args] = task.args["figures"]
    draw.render(args, folder)
    return (folder / f"{args['key']}.json").read_text()


def test_a_figure_is_drawn_without_what_training_imports(built, tmp_path):
    """In a fresh process: no torch, though the snippet and a module that the figure uses import it."""
    shutil.rmtree(Memo(built.paths, "drawings").folder, ignore_errors=True)  # whatever was drawn before
    [task] = draw.tasks(built, [("waves.waves", "sample")])
    code = (
        "import json, sys; from pathlib import Path; from coursenotes.figures import draw\n"
        f"draw.render_all(json.loads({json.dumps(task.args)!r}), Path({str(tmp_path)!r}), print)\n"
        "assert 'snippets.helpers' in sys.modules\n"
        "print('torch' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert said.stdout.split() == ["False", "False"], said.stderr
    [text] = [path.read_text() for path in tmp_path.glob("*.json")]
    assert "p = 0.5 nats" in text and "They rise" in text and "var(--cn-c1)" in text


def test_pool_draws_and_the_drawing_is_found(built, tmp_path):
    shutil.rmtree(Memo(built.paths, "drawings").folder, ignore_errors=True)
    assert draw.drawing(built, "waves.waves", "sample") is None
    wanted = [("waves.waves", "sample"), ("waves.wave#curves", "sample"), ("waves.broken", "sample")]
    problems = []
    with Pool(built.paths.root, preload=DRAWING_PRELOAD, slots=2) as pool:
        for outcome in pool.run(draw.tasks(built, wanted)):
            problems += draw.keep(built, outcome)
    [problem] = problems
    line = WAVES.split("\n").index('    ax.plot(results.metric("depth", p=0.1))') + 1
    assert (Path(problem.path).name, problem.line) == ("waves.py", line)
    assert "depth" in problem.what and "height" in problem.what
    waves = draw.drawing(built, "waves.waves", "sample")
    text = waves.named("Waves rise with p.")
    assert 'aria-label="Waves rise with p."' in text and text.count("aria-label") == 1 and "<svg xmlns=" in text
    assert "aria-label='say \"p\"'" in waves.named('say "p"')
    assert waves.complaints == () and draw.illegible(built, wanted) == []
    assert "p = 0.1" in draw.drawing(built, "waves.wave#curves", "sample").wide
    assert [each["figure"] for task in draw.tasks(built, wanted) for each in task.args["figures"]] == ["waves.broken"]


@pytest.mark.parametrize(
    ("name", "words", "fix"),
    [
        ("waves.nothing", "returned nothing", "return fig"),
        ("waves.crowd", "KB of SVG, over 100 KB", "rasterized=True"),
        ("waves.cramped", "leave no room", "height"),
    ],
)
def test_what_is_no_drawing_is_a_problem_at_the_figure(built, tmp_path, name, words, fix):
    with pytest.raises(CoursenotesError) as raised:
        drawn(built, name, tmp_path)
    [problem] = raised.value.problems
    assert words in problem.what and fix in problem.fix
    assert Path(problem.path).name == "waves.py"
    assert WAVES.split("\n")[problem.line - 1].startswith(f"def {name.split('.')[1]}")


def test_a_figure_is_drawn_for_a_desktop_and_for_a_phone(built, tmp_path):
    shutil.rmtree(Memo(built.paths, "drawings").folder, ignore_errors=True)
    both = json.loads(drawn(built, "waves.waves", tmp_path))
    widths = {name: float(both[name].partition('width="')[2].partition('"')[0]) for name in ("wide", "narrow")}
    assert widths["wide"] >= 640 and widths["narrow"] <= 358
    shown = draw.Drawing(both["wide"], both["narrow"], ())
    assert shown.narrow_size[0] == 358 and 150 < shown.narrow_size[1] < 500


def test_what_cannot_be_read_is_told_at_the_figures_line(built, tmp_path):
    shutil.rmtree(Memo(built.paths, "drawings").folder, ignore_errors=True)
    [task] = draw.tasks(built, [("waves.tangled", "sample")])
    draw.keep(built, Outcome(task, True, draw.render_all(task.args, tmp_path, print), tmp_path))
    [problem] = draw.illegible(built, [("waves.tangled", "sample")])
    assert WAVES.split("\n")[problem.line - 1].startswith("def tangled") and "cannot be read" in problem.what
    wide, narrow = ([d for d in problem.details if d.startswith(name)] for name in ("wide", "narrow"))
    assert len(wide) == len(narrow) == 3
    assert any("“tiny”" in d and "under 10 pixels" in d for d in wide)
    assert any("“one”" in d and "“other”" in d and "covering" in d for d in wide)
    assert any("“far out”" in d and "cut off" in d for d in wide)


def test_a_drawing_of_an_idea_needs_no_results(tmp_path):
    plan = Plan(discover(project(tmp_path / "project")))  # nothing was trained
    assert draw.tasks(plan, [("waves.waves", "sample")]) == []
    assert "nats" in json.loads(drawn(plan, "waves.idea", tmp_path))["wide"]


def test_the_same_drawing_twice_is_the_same_text(tmp_path):
    plan = trained(project(tmp_path / "project"))
    assert drawn(plan, "waves.waves", tmp_path) == drawn(plan, "waves.waves", tmp_path)


def test_one_process_can_draw_one_figure_after_another(built, tmp_path):
    with pytest.raises(KeyError, match="depth"):
        drawn(built, "waves.broken", tmp_path)
    with pytest.raises(CoursenotesError, match="returned nothing"):
        drawn(built, "waves.nothing", tmp_path)


def test_key_follows_code_and_results_but_not_words(tmp_path):
    paths = project(tmp_path)
    before = draw.wanted_key(trained(paths), "waves.waves", "sample")
    path = paths.snippet("waves")

    def key_with(old: str, new: str) -> str | None:
        assert old in WAVES
        path.write_text(WAVES.replace(old, new))
        return draw.wanted_key(trained(paths), "waves.waves", "sample")

    assert before is not None
    assert key_with("Waves rise with p.", "Waves rise with the rate p.") == before
    assert key_with('"They rise")', '"They rise")  # loud') == before
    assert key_with("STEPS = 30", "STEPS = 31") != before
    assert key_with('"They rise"', '"They rise with p"') != before
    assert key_with("float(torch.ones(1))", "float(torch.ones(1) + 1)") != before


SHAPES = """
import snippets.squares
from snippets.shapes import SHAPES, shape
dot = shape("dot", "o")
"""


def test_a_drawing_finds_what_was_entered_without_a_name_that_leads_to_it(tmp_path):
    """By a call in its own file, and by one in a file that is imported for that alone; both are in its key."""
    paths = project(tmp_path / "project")
    (paths.snippets / "shapes.py").write_text("SHAPES = {}\ndef shape(name, mark):\n    SHAPES[name] = mark\n")
    squares = paths.snippets / "squares.py"
    squares.write_text("import torch\nfrom snippets.shapes import shape\nsquare = shape('square', 's')\n")
    marked = WAVES.replace("STEPS = 30\n", f"STEPS = 30\n{SHAPES}")
    marked = marked.replace(
        "    ax.set_xlim(0", '    ax.plot(1, 1, SHAPES["dot"])\n    ax.plot(2, 1, SHAPES["square"])\n    ax.set_xlim(0'
    )
    paths.snippet("waves").write_text(marked)
    plan = trained(paths)
    assert "<svg" in drawn(plan, "waves.waves", tmp_path)
    keys = [draw.wanted_key(plan, "waves.waves", "sample")]
    for path, old, new in ((paths.snippet("waves"), '"o"', '"x"'), (squares, "'s'", "'d'")):
        path.write_text(path.read_text().replace(old, new))
        keys.append(draw.wanted_key(trained(paths), "waves.waves", "sample"))
    assert len(set(keys)) == 3


@pytest.mark.parametrize("line", ["from snippets.squares import SIDE, shape", "from snippets import squares"])
def test_a_drawing_loads_a_file_that_acts_though_it_uses_no_name_of_it(tmp_path, line):
    """The names that only training uses are not in the slice of that file."""
    paths = project(tmp_path / "project")
    (paths.snippets / "shapes.py").write_text("SHAPES = {}\ndef shape(name, mark):\n    SHAPES[name] = mark\n")
    squares = "from snippets.shapes import shape\nSIDE = [3]\nsquare = shape('square', 's')\n"
    (paths.snippets / "squares.py").write_text(squares)
    side = "squares.SIDE" if "import squares" in line else "SIDE"
    marked = WAVES.replace("STEPS = 30\n", f"STEPS = 30\n{line}\nfrom snippets.shapes import SHAPES\n")
    marked = marked.replace("float(torch.ones(1))", f"float(torch.ones(1)) + {side}[0]")
    paths.snippet("waves").write_text(
        marked.replace("    ax.set_xlim(0", '    ax.plot(2, 1, SHAPES["square"])\n    ax.set_xlim(0')
    )
    assert "<svg" in drawn(trained(paths), "waves.waves", tmp_path)


def test_nothing_is_drawn_without_results(tmp_path):
    plan = Plan(discover(project(tmp_path)))
    assert draw.tasks(plan, [("waves.waves", "sample"), ("waves.wave#curves", "sample")]) == []
    assert draw.drawing(plan, "waves.waves", "sample") is None


def test_curves_say_what_is_left_out():
    from coursenotes.figures import curves
    from coursenotes.result import Results, Row

    rows = [
        Row({"p": p}, seed, JobResult({}, {"epoch": [0, 1, 2], "loss": [3.0, None, p], "accuracy": [0.1, 0.2, 0.3]}))
        for p in range(10)
        for seed in range(2)
    ]
    fig = curves.draw(Results("t.e", "sample", rows))
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["loss", "accuracy"]
    assert [len(ax.lines) for ax in fig.axes] == [16, 16]
    assert fig.axes[0].get_xlabel() == "epoch"
    assert "8 of 10 settings" in fig.get_supxlabel()
    assert np.isnan(fig.axes[0].lines[0].get_ydata()[1])
