"""The inputs that a job's key covers, and those that it does not: each tested by one change in a small project."""

import ast
import importlib.metadata

import pytest

from coursenotes.cache.differences import difference
from coursenotes.cache.keys import version
from coursenotes.discover.project import discover
from coursenotes.discover.python.covered import Slice, covered
from coursenotes.discover.python.reach import Code
from coursenotes.discover.python.statements import parse
from coursenotes.errors import CoursenotesError
from coursenotes.project import Project
from coursenotes.workers.slices import select


def keys(mini, experiment="straight_line.fit"):
    """(settings, seed) -> key of every job, read afresh."""
    return {(str(job.settings), job.seed): job.key for job in Project(discover(mini)).plan.jobs(experiment, "sample")}


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


NOTHING = [
    ("snippets/straight_line.py", 'COLOR = "C0"', 'COLOR = "C1"', "a constant of a figure"),
    ("snippets/straight_line.py", "mean squared error of a line", "MSE of a line", "a docstring"),
    ("snippets/straight_line.py", "    x, y = data\n", "    # unpack\n    x,  y = data\n", "a comment"),
    ("snippets/straight_line.py", "plt.subplots()", "plt.subplots(2)", "figures"),
    ("snippets/straight_line.py", "float(np.random.normal())", "float(np.random.normal() + 1)", "another experiment"),
    ("snippets/steps.py", "return 1\n", "return 2\n", "a helper that nobody calls"),
    ("snippets/datasets/points.py", 'license="CC0"', 'license="CC BY 4.0"', "the license"),
    ("docs/concepts/straight_line.md", "How steep", "How very steep", "prose"),
    ("snippets/averages.py", "size=n", "size=n + 1", "another topic"),
]
EVERYTHING = [
    ("snippets/straight_line.py", "slope * x - y", "slope * x - y + 1e-9", "a function of the same file"),
    ("snippets/straight_line.py", "sample=20", "sample=21", "the experiment"),
    ("snippets/steps.py", "rate * gradient", "2 * rate * gradient", "a helper of another file"),
    ("snippets/steps.py", "return 2 * np.mean", "return 3 * np.mean", "a helper of a helper"),
    ("snippets/datasets/points.py", "uniform(-1, 1, 40)", "uniform(-1, 2, 40)", "the data"),
    ("snippets/datasets/points.py", "SLOPE = 2.0", "SLOPE = 2.5", "a constant of another file"),
    ("snippets/steps.py", "import numpy as np\n", "import numpy as np\nnp.seterr(all='raise')\n", "an effect"),
]


@pytest.mark.parametrize("path, old, new, what", NOTHING, ids=[n[3] for n in NOTHING])
def test_does_not_count(mini, path, old, new, what):
    before = keys(mini)
    edit(mini.root / path, old, new)
    assert keys(mini) == before


@pytest.mark.parametrize("path, old, new, what", EVERYTHING, ids=[e[3] for e in EVERYTHING])
def test_counts(mini, path, old, new, what):
    before, others = keys(mini), keys(mini, "averages.noise")
    edit(mini.root / path, old, new)
    after = keys(mini)
    assert after.keys() == before.keys() and not set(after.values()) & set(before.values())
    assert keys(mini, "averages.noise") == others


def test_one_more_seed_is_one_more_job_a_setting(mini):
    before = keys(mini)
    edit(mini.snippet("straight_line"), "seeds=5", "seeds=6")
    after = keys(mini)
    assert before.items() <= after.items() and len(after) == len(before) + 3


def test_one_more_setting_is_its_own_jobs(mini):
    before = keys(mini)
    edit(mini.snippet("straight_line"), "[0.0, 0.1, 0.5]", "[0.0, 0.1, 0.2, 0.5]")
    after = keys(mini)
    assert before.items() <= after.items() and len(after) == len(before) + 5


def test_a_library_version_counts_at_sample_scale(mini, monkeypatch):
    project = Project(discover(mini))
    assert set(project.plan.depends("straight_line.fit", "sample")["libraries"]) == {"numpy"}
    before = keys(mini)
    monkeypatch.setattr("coursenotes.cache.keys.version", lambda name: "99.0" if name == "numpy" else None)
    assert not set(keys(mini).values()) & set(before.values())


DYNAMIC = {
    "exec": ("exec('slope = 1')", "exec runs code"),
    "eval": ("eval('1')", "eval runs code"),
    "globals": ("globals()['loss']", "globals reaches"),
    "import": ("__import__('os')", "computed import"),
    "getattr of a module": ("import snippets.steps as s; getattr(s, str(rate))", "getattr with a computed name"),
    "module as value": ("import snippets.steps as s; print(s)", "used as a value"),
    "write": ("import snippets.steps as s; s.gradient = None", "a write to s.gradient"),
    "sys.modules": ("import sys; sys.modules['a']", "sys.modules"),
}


@pytest.mark.parametrize("code, said", DYNAMIC.values(), ids=DYNAMIC)
def test_code_that_cannot_be_followed_is_reported(mini, code, said):
    edit(mini.snippet("straight_line"), "    x, y = data\n", f"    x, y = data\n    {code}\n")
    with pytest.raises(CoursenotesError) as caught:
        Project(discover(mini)).plan.jobs("straight_line.fit", "sample")
    line = 21 if said == "used as a value" else 25  # a value is told by its statement
    assert said in str(caught.value) and f"straight_line.py:{line}:" in str(caught.value)


def test_a_star_import_of_the_project_is_reported(mini):
    edit(mini.snippet("straight_line"), "from snippets.steps import descend", "from snippets.steps import *")
    with pytest.raises(CoursenotesError, match=r"import \* cannot be followed"):
        Project(discover(mini)).plan.jobs("straight_line.fit", "sample")


def test_getattr_of_a_library_or_an_object_is_followed_well_enough(mini):
    edit(mini.snippet("straight_line"), "    x, y = data\n", "    x, y = data\n    getattr(np, 'm' + 'in')(x)\n")
    Project(discover(mini)).plan.jobs("straight_line.fit", "sample")


def test_an_unknown_name_is_reported_with_the_nearest(mini):
    edit(
        mini.snippet("straight_line"),
        "from snippets.steps import descend",
        "from snippets.steps import descent as descend",
    )
    with pytest.raises(CoursenotesError, match=r"no name 'descent'(.|\n)*write descend"):
        Project(discover(mini)).plan.jobs("straight_line.fit", "sample")


def test_module_dot_name_and_names_handed_on_are_followed(mini):
    (mini.snippets / "handed.py").write_text("from snippets.steps import descend\n")
    edit(
        mini.snippet("straight_line"),
        "from snippets.steps import descend",
        "import snippets.handed as h\nimport snippets.steps",
    )
    edit(mini.snippet("straight_line"), "= descend(", "= h.descend(")
    edit(mini.snippet("straight_line"), "    x, y = data\n", "    x, y = data\n    snippets.steps.unused()\n")
    closure = Code(mini).closure("snippets.straight_line", "fit")
    assert {"snippets.steps.descend", "snippets.steps.gradient", "snippets.steps.unused"} <= closure.symbols.keys()


def test_why_says_what_changed(mini):
    before = Project(discover(mini)).plan.depends("straight_line.fit", "sample")
    edit(mini.snippets / "steps.py", "return 2 * np.mean", "return 3 * np.mean")
    edit(mini.snippets / "datasets" / "points.py", "uniform(-1, 1, 40)", "uniform(-1, 2, 40)")
    after = Project(discover(mini)).plan.depends("straight_line.fit", "sample")
    assert difference(before, after) == [
        "the code of snippets.datasets.points.sample changed",
        "the code of snippets.steps.gradient changed",
    ]


def test_the_version_of_a_library_whose_package_has_another_name():
    assert version("yaml") == importlib.metadata.version("PyYAML")
    assert version("torch") == importlib.metadata.version("torch").split("+")[0]
    assert version("json") is None and version("no_such_library") is None


BODY = '"""T."""\nimport numpy as np\nfrom coursenotes import Dataset, File, Run, experiment\n{}\n'
EXPERIMENT = '\n@experiment(seeds=1)\ndef e(run: Run):\n    """D."""\n    return {"m": f(1)}\n'
ON_DATA = EXPERIMENT.replace("seeds=1", "data=d, seeds=1").replace("run: Run", "d, run: Run").replace("f(1)", "1")


def key_of(mini, body, scale="sample", more=EXPERIMENT, **others):
    """The key of an experiment that returns f(1), or reads d, of a file with this body, next to other files."""
    for name, text in {"t": BODY.format(body) + more, **others}.items():
        path = mini.snippets / f"{name.replace('__', '/', 1)}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Project(discover(mini)).plan.jobs("t.e", scale)[0].key


A, B = "def g(): return 1\n", "def g(): return 7\n"
BRANCHES = (
    "import sys\nif sys.version_info > (3,):\n    from snippets.a import g\nelse:\n    from snippets.b import g\n"
)
PATCH = "class M: pass\ndef patch(h):\n    setattr(M, h.__name__, h)\n    return h\n@patch\ndef go(self): return 1\n"
REGISTER = "R = {}\ndef reg(h):\n    R[h.__name__] = h\n    return h\n@reg\ndef a(x): return 1\n"
SINGLE = "import functools\n@functools.singledispatch\ndef g(x): return 0\n@g.register\ndef _(x: int): return 1\n"
RNG = "RNG = np.random.default_rng()\nA = RNG.normal()\nB = RNG.normal()\n"
HIDDEN = {  # what: (body, other files, (which file, old, new)): each changes what the experiment computes
    "an import in one branch": (BRANCHES + "def f(x): return g()", {"a": A, "b": B}, ("a", "1", "2")),
    "an import in a function's branch": (
        "def f(x):\n  if x:\n    from snippets.a import g\n  else:\n    from snippets.b import g\n  return g()",
        {"a": A, "b": B},
        ("a", "1", "2"),
    ),
    "an import that is wrapped": (
        "import functools\nfrom snippets.a import g\ng = functools.cache(g)\ndef f(x): return g()",
        {"a": A},
        ("a", "1", "2"),
    ),
    "a base of the same name": (
        "from snippets.a import M\nclass M(M): pass\ndef f(x): return M.k",
        {"a": "class M:\n    k = 1\n"},
        ("a", "1", "2"),
    ),
    "an imported number, changed": (
        "from snippets.a import K\nK *= 2\ndef f(x): return K",
        {"a": "K = 1\n"},
        ("a", "1", "2"),
    ),
    "an import of a class": (
        "class M:\n    from snippets.a import g\ndef f(x): return M.g()",
        {"a": A},
        ("a", "1", "2"),
    ),
    "a package's own file": (
        "from snippets.pkg.a import g\ndef f(x): return g()",
        {"pkg____init__": "import numpy as np\nnp.set_printoptions(1)\n", "pkg__a": A},
        ("pkg____init__", "1", "2"),
    ),
    "a definition in a branch elsewhere": (
        "from snippets.a import g\ndef f(x): return g()",
        {"a": "if True:\n    def g(): return 1\n"},
        ("a", "1", "2"),
    ),
    "a method that a decorator adds": (
        PATCH + "def f(x): return M().go()",
        {},
        ("t", "self): return 1", "self): return 2"),
    ),
    "an entry that a decorator adds": (
        REGISTER + 'def f(x): return R["a"](x)',
        {},
        ("t", "x): return 1", "x): return 2"),
    ),
    "a registered overload": (SINGLE + "def f(x): return g(x)", {}, ("t", "int): return 1", "int): return 2")),
    "the order of random draws": (
        RNG + "def f(x): return A - 2 * B",
        {},
        ("t", "A = RNG.normal()\nB = RNG.normal()", "B = RNG.normal()\nA = RNG.normal()"),
    ),
    "a random draw that nobody names": (
        RNG + "def f(x): return B",
        {},
        ("t", "A = RNG.normal()", "A = RNG.normal(size=2)"),
    ),
    "a draw before or after": (
        "np.random.shuffle([1, 2])\nA = np.random.normal()\ndef f(x): return A",
        {},
        ("t", "np.random.shuffle([1, 2])\nA = np.random.normal()", "A = np.random.normal()\nnp.random.shuffle([1, 2])"),
    ),
    "the order of two values of a name": (
        "A = 1\nB = A\nA = 2\ndef f(x): return A + 10 * B",
        {},
        ("t", "B = A\nA = 2", "A = 2\nB = A"),
    ),
    "an attribute read before or after it is set": (
        "class M:\n    w = 1\nV = M.w\nM.w = 3\ndef f(x): return V",
        {},
        ("t", "V = M.w\nM.w = 3", "M.w = 3\nV = M.w"),
    ),
}


@pytest.mark.parametrize("body, others, change", HIDDEN.values(), ids=HIDDEN)
def test_code_that_no_name_leads_to_counts(mini, body, others, change):
    before = key_of(mini, body, **others)
    which, old, new = change
    files = {"t": body, **others}
    assert files[which].count(old) == 1
    files[which] = files[which].replace(old, new)
    assert key_of(mini, files.pop("t"), **files) != before


IDLE = {
    "for type checkers": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n",
    "for who runs the file": 'if __name__ == "__main__":\n    print(1)\n',
    "a library's decorator": "import functools\n@functools.cache\ndef other(x): return 3\n",
    "calls that only make something": "A = sorted(['b'], key=len)\nB = list(map(str, A))\nC = {n: len(n) for n in B}\n",
    "a choice": "A = 1\nif A > 0:\n    B = 'yes'\nelse:\n    B = 'no'\n",
    "a class without hooks": "class Base:\n    n = 1\nclass Half(Base):\n    rate: float = 0.5\n",
    "a library's import that may fail": "try:\n    import json\nexcept ImportError:\n    json = None\n",
    "a function and a number": "Z = 3\ndef other(x): return Z\n",
}


@pytest.mark.parametrize("more", IDLE.values(), ids=IDLE)
def test_code_that_no_job_runs_does_not_count(mini, more):
    assert key_of(mini, "def f(x): return 1") == key_of(mini, more + "def f(x): return 1")


UNSEEN = {
    "__file__": ("def f(x): return open(__file__).read()", "__file__ leads to files"),
    "environ": ("import os\ndef f(x): return os.environ['A']", "reads the environment"),
    "from os": (
        "from os import environ as e\ndef f(x): return e.get('A')",
        "reads the environment",
    ),
    "getenv": (
        "import os\nK = os.getenv('A')\ndef f(x): return K",
        "reads the environment",
    ),
    "builtins": ("import builtins\ndef f(x): return builtins.eval('1')", "runs code that cannot be followed"),
}


@pytest.mark.parametrize("body, said", UNSEEN.values(), ids=UNSEEN)
def test_inputs_outside_the_key_are_reported(mini, body, said):
    with pytest.raises(CoursenotesError, match=said):
        key_of(mini, body)


COMPUTED = {
    "stars": ('more = dict(files=[])\nd = Dataset("a", lambda: 1, **more)', "cannot be followed"),
    "a star": ('given = ("a", lambda: 1)\nd = Dataset(*given)', "cannot be followed"),
    "bound again": (
        'import dataclasses\nd = Dataset("a", lambda: 1)\nd = dataclasses.replace(d, sample=lambda: 2)',
        "more than once",
    ),
}


@pytest.mark.parametrize("body, said", COMPUTED.values(), ids=COMPUTED)
def test_a_dataset_whose_arguments_cannot_be_read_is_reported(mini, body, said):
    with pytest.raises(CoursenotesError, match=said):
        key_of(mini, body, more=ON_DATA)


def test_a_file_by_another_name_has_no_address_in_the_key_either(mini):
    body = 'from coursenotes import File as Part\nd = Dataset("a", full=len, files=[Part("n", url="{}", sha256="{}")])'
    old, moved, other = (
        key_of(mini, body.format(*given), "full", ON_DATA) for given in (("u", "1"), ("v", "1"), ("u", "2"))
    )
    assert old == moved != other


def test_the_version_of_a_library_that_a_star_import_may_use_counts(mini):
    key_of(mini, "from safetensors import *\ndef f(x): return safe_open(x)")
    assert "safetensors" in Project(discover(mini)).plan.depends("t.e", "sample")["libraries"]


def test_a_drawing_has_the_number_that_another_statement_changes(mini):
    edit(mini.snippet("straight_line"), 'COLOR = "C0"', 'COLOR = "C0"\nTIMES = 1\nTIMES += 1')
    code, module = Code(mini), "snippets.straight_line"
    part = Slice(**covered(code, [code.closure(module, "starts")])[module])
    kept = select(parse(mini.snippet("straight_line")), part)
    names = {"__name__": "sliced"}
    exec(compile(ast.Module(kept, []), "sliced", "exec"), names)
    assert names["TIMES"] == 2 and "fit" not in names
