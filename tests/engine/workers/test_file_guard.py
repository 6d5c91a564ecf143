"""Files of the project that a job reads: whatever library opens them, they are refused unless a key covers them."""
# ruff: noqa: E501 - a case a line

from __future__ import annotations

import pytest

from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.plan import Plan
from coursenotes.figures import draw
from coursenotes.figures.cells import lookup
from coursenotes.workers import Pool
from tests.engine import one_job


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with one_job.project(tmp_path_factory.mktemp("project"), "numpy", "pandas", "torch", "PIL.Image") as found:
        (found.paths.snippets / "words.txt").write_text("1\n2\n")
        (found.paths.snippets / "link.txt").symlink_to("words.txt")
        import numpy as np
        import torch
        from PIL import Image

        np.save(found.paths.snippets / "w.npy", np.ones(2))
        torch.save(torch.ones(2), found.paths.snippets / "w.pt")
        Image.new("L", (2, 2)).save(found.paths.snippets / "w.png")
        yield found


READING = {
    "open": ("open('{}/snippets/words.txt').read()", "snippets/words.txt"),
    "a path": ("Path('{}/snippets/words.txt').read_text()", "snippets/words.txt"),
    "bytes": ("os.open(b'{}/snippets/words.txt', os.O_RDONLY)", "snippets/words.txt"),
    "a link": ("open('{}/snippets/link.txt').read()", "snippets/"),
    "a way round": ("open('{}/docs/../snippets/words.txt').read()", "snippets/words.txt"),
    "pandas": ("pd.read_csv('{}/snippets/words.txt')", "snippets/words.txt"),
    "numpy": ("np.load('{}/snippets/w.npy')", "snippets/w.npy"),
    "torch": ("torch.load('{}/snippets/w.pt')", "snippets/w.pt"),
    "pillow": ("Image.open('{}/snippets/w.png')", "snippets/w.png"),
    "a source as a text": ("open('{}/snippets/steps.py').read()", "snippets/steps.py"),
    "the page": ("open('{}/docs/index.md').read()", "docs/index.md"),
    "a folder": ("os.listdir('{}/snippets')", "snippets"),
    "a pattern": ("list(Path('{}/snippets').glob('*.txt'))", "snippets"),
    "another result": ("open('{}/.coursenotes/parsed.json').read()", ".coursenotes/parsed.json"),
    "one that is not there": ("os.path.exists('x') or open('{}/snippets/none.txt')", "snippets/none.txt"),
    "writing": ("open('{}/snippets/new.txt', 'w')", "snippets/new.txt"),
    "a caught error": ("(lambda: exec_it())()", "snippets/words.txt"),
}


@pytest.mark.parametrize("reading, path", READING.values(), ids=READING)
def test_a_job_is_refused_files_of_the_project(project, reading, path):
    root = str(project.paths.root)
    caught = f"def exec_it():\n    try:\n        open('{root}/snippets/words.txt')\n    except Exception:\n        return 1\n"
    text = f"import os\nfrom pathlib import Path\nfrom PIL import Image\n{caught}def f(x):\n    {reading.format(root)}\n    return 1"
    with pytest.raises(CoursenotesError) as error:
        project.put({"t": text})
    message = str(error.value)
    line = one_job.HEAD.count("\n") + (6 if "caught" in reading or "exec_it" in reading else 10)
    assert f"it reads {path}" in message and "fix: write it out in a module" in message
    assert f"snippets/t.py:{line}: " in message


READABLE = {
    "its own folder": "Path('a.txt').write_text('1') and Path('a.txt').read_text()",
    "a temporary file": "tempfile.TemporaryFile().read()",
    "what a library brings": "importlib_free.load_digits()",
    "the lines of a traceback": "warnings.warn('careful')",
    "what a library asks of installed packages": "pluggy.PluginManager('p').load_setuptools_entrypoints('p')",
    "a file of the system": "open('/etc/hostname').read()",
}


@pytest.mark.parametrize("reading", READABLE.values(), ids=READABLE)
def test_other_files_are_left_alone(project, reading):
    text = f"import os, tempfile, warnings, pluggy\nfrom pathlib import Path\nimport sklearn.datasets as importlib_free\ndef f(x):\n    {reading}\n    return 1"
    installed = project.paths.root / "demo.egg-info"  # as an editable installation leaves it in a checkout
    installed.mkdir(exist_ok=True)
    (installed / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: demo\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[p]\nx = json\n")
    assert project.put({"t": text})[1] == 1


def test_the_data_of_a_dataset_may_be_read_wherever_it_lies(mini, monkeypatch):
    """In CI the folder of the data lies inside the checkout."""
    data = mini.root / ".data" / "points"
    data.mkdir(parents=True)
    (data / "p.txt").write_text("4\n")
    monkeypatch.setenv("COURSENOTES_DATA", str(data.parent))
    sha = "7de1555df0c2700329e815b93b32c571c3ea54dc967b89e81ab73b9972b72d1d"
    read = "def read(folder): return float((folder / 'p.txt').read_text())\n"
    dataset = f"d = Dataset('Points', full=read, files=[File('p.txt', sha256='{sha}')], folder='points')\n"
    body = "@experiment(data=d)\ndef e(d, run):\n    'D.'\n    return {'m': d}\n"
    (mini.snippets / "t.py").write_text(
        f'"""T."""\nfrom coursenotes import Dataset, File, experiment\n{read}{dataset}{body}'
    )
    plan = Plan(discover(mini))
    from coursenotes.experiments.train import task

    with Pool(mini.root, preload=("numpy",)) as pool:
        (outcome,) = pool.run([task(plan, plan.jobs("t.e", "full")[0])])
    assert outcome.ok, str(outcome.problem)


def run(mini, tasks):
    with Pool(mini.root, preload=("numpy", "matplotlib.pyplot")) as pool:
        return [str(outcome.problem) for outcome in pool.run(tasks)]


def test_a_cell_is_refused_them_too(mini):
    page = mini.docs / "concepts" / "averages.md"
    page.write_text(page.read_text() + f"\n```{{.python .run}}\nprint(1)\nopen('{mini.root}/mkdocs.yml')\n```\n")
    (message,) = run(mini, lookup.tasks(Plan(discover(mini)), ["concepts/averages.md"]))
    line = page.read_text().split("\n").index(f"open('{mini.root}/mkdocs.yml')") + 1
    assert "it reads mkdocs.yml" in message and f"averages.md:{line}: " in message


def test_a_figure_is_refused_them_too(mini):
    from coursenotes.experiments.train import train
    from coursenotes.workers.progress import Progress

    snippet = mini.snippet("averages")
    snippet.write_text(snippet.read_text().replace("    fig, ax", f"    open('{mini.root}/mkdocs.yml')\n    fig, ax"))
    plan = Plan(discover(mini))
    with Pool(mini.root, preload=("numpy", "matplotlib.pyplot")) as pool:
        train(plan, plan.missing([("averages.noise", "sample")]), pool, Progress())
    with Pool(mini.root, preload=("numpy", "matplotlib.pyplot")) as pool:
        (outcome,) = pool.run(draw.tasks(plan, [("averages.error_by_n", "sample")]))
        (problem,) = draw.keep(plan, outcome)
    message = str(problem)
    assert "it reads mkdocs.yml" in message and "snippets/averages.py:" in message
