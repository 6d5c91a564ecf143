"""Refused code, with its line: in jobs, figures and cells; the page for contributors lists all rules."""
# ruff: noqa: E501 - a case a line

from __future__ import annotations

import ast
import builtins
import importlib
from pathlib import Path

import pytest

from coursenotes.build import check
from coursenotes.claims import collect
from coursenotes.discover.project import discover
from coursenotes.discover.python import refusals, statements
from coursenotes.errors import CoursenotesError
from coursenotes.figures.cells import lookup
from coursenotes.project import Project

ROOT = Path(__file__).parents[3]
HEAD = (
    '"""T."""\nimport matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\nimport torch\n'
    "from coursenotes import Dataset, Run, experiment, figure\n"
)
EXPERIMENT = '\n@experiment(seeds=1)\ndef e(run: Run):\n    """D."""\n    return {"m": f(1)}\n'
FIRST = HEAD.count("\n") + 1


def jobs(mini, text: str, more: str = EXPERIMENT, **files: str):
    """The jobs of an experiment that returns f(1), of a snippet that begins with this text."""
    for name, other in files.items():
        (mini.snippets / f"{name}.py").write_text(other)
    (mini.snippets / "t.py").write_text(HEAD + text + more)
    return Project(discover(mini)).plan.jobs("t.e", "sample")


REFUSED = {  # what: (code, its line in the code, what is said)
    "eval by another name": ("e2 = eval\ndef f(x): return e2('1')", 1, "eval runs code"),
    "eval through map": ("def f(x): return list(map(eval, ['1']))", 1, "eval runs code"),
    "eval of a module": ("import builtins as b\ndef f(x): return b.eval('1')", 2, "eval runs code"),
    "exec in a class": ("class A:\n    exec('w = 1')\ndef f(x): return A.w", 2, "exec runs code"),
    "runpy": ("import runpy\ndef f(x): return runpy.run_path('a.py')", 2, "runpy.run_path runs code"),
    "a function made of code": ("import types\ndef f(x): return types.FunctionType(g.__code__, {})\ndef g(): pass", 2,
                                "types.FunctionType runs code"),
    "import_module by another name": (
        "from importlib import import_module as load\ndef f(x): return load('snippets.' + 'steps')", 2, "computed import"),
    "import_module handed on": (
        "import importlib\nload = importlib.import_module\ndef f(x): return load('json')", 2, "computed import"),
    "resources": ("from importlib import resources\ndef f(x): return resources.files('snippets')", 2, "computed import"),
    "pkgutil": ("import pkgutil\ndef f(x): return pkgutil.get_data('snippets', 'words.txt')", 2, "computed import"),
    "locals of the module": ("A = 1\nB = locals()['A']\ndef f(x): return B", 2, "locals() reaches names"),
    "vars of the module": ("A = 1\nB = vars()['A']\ndef f(x): return B", 2, "vars() reaches names"),
    "vars handed on": ("v = vars\ndef f(x): return v", 1, "vars reaches names"),
    "__globals__": ("def g(): pass\nA = g.__globals__['np']\ndef f(x): return A", 2, "__globals__ leads to"),
    "__globals__ as a text": ("def g(): pass\ndef f(x): return getattr(g, '__globals__')", 2, "__globals__ leads to"),
    "__subclasses__": ("class A: pass\ndef f(x): return A.__subclasses__()", 2, "__subclasses__ leads to"),
    "the frame": ("import sys\ndef f(x): return sys._getframe().f_back", 2, "sys._getframe reaches names"),
    "objects of the collector": ("import gc\ndef f(x): return len(gc.get_objects())", 2, "gc.get_objects reaches names"),
    "docstrings": ("def g():\n    'G.'\ndef f(x): return len(g.__doc__)", 3, "__doc__ leads to"),
    "the file's docstring": ("def f(x): return len(__doc__)", 1, "__doc__ reads texts"),
    "sources": ("import inspect\ndef f(x): return len(inspect.getsource(f))", 2, "inspect.getsource reads texts"),
    "type hints": ("import typing\ndef f(x): return typing.get_type_hints(f)", 2, "typing.get_type_hints reads texts"),
    "line numbers": ("def f(x): return f.__code__.co_firstlineno", 1, "__code__ leads to"),
    "a computed query": ("Q = 'r > ' + '@CUT'\ndef f(x): return pd.DataFrame({'r': [1]}).query(Q)", 2, "the text passed to .query()"),
    "a computed name in a query": (
        "def f(x): return pd.DataFrame({'r': [1]}).query(f'r > @{x}')", 1, "the text passed to .query()"),
    "random bytes": ("import os\ndef f(x): return os.urandom(1)[0]", 2, "os.urandom gives another number"),
    "secrets": ("import secrets\ndef f(x): return secrets.randbelow(9)", 2, "secrets.randbelow gives another number"),
    "a system's random": ("from random import SystemRandom\nR = SystemRandom()\ndef f(x): return R.random()", 2,
                          "random.SystemRandom gives another number"),
    "uuid": ("from uuid import uuid4\ndef f(x): return uuid4().int", 2, "uuid.uuid4 gives another number"),
    "the time": ("import time\ndef f(x): return time.time()", 2, "time.time gives another time"),
    "today": ("from datetime import date\ndef f(x): return date.today().day", 2, "datetime.date.today gives another time"),
    "now": ("import datetime as d\ndef f(x): return d.datetime.now().hour", 2, "datetime.datetime.now gives another time"),
    "a duration that is not declared": ("from time import perf_counter\ndef f(x): return perf_counter()", 2,
                                        "time.perf_counter measures a time"),
    "an address": ("def f(x): return id(x)", 1, "id is the address of an object"),
    "a program": ("import subprocess\ndef f(x): return subprocess.run(['true'])", 2, "subprocess.run starts a program"),
    "the number of processors": ("import os\ndef f(x): return os.cpu_count()", 2, "reads the environment"),
    "the home folder": ("from pathlib import Path\ndef f(x): return len(str(Path.home()))", 2, "reads the environment"),
    "the network": ("import urllib.request\ndef f(x): return urllib.request.urlopen('x')", 2, "reads from the network"),
    "one seed for all": ("def f(x): torch.manual_seed(0)", 1, "torch.manual_seed() is seeded with one number"),
    "one seed, by a constant": ("SEED = 3\ndef f(x): return np.random.default_rng(SEED)", 2, "numpy.random.default_rng()"),
    "one seed, by a sum": ("SEED = 3\ndef f(x): return np.random.default_rng([SEED, 1])", 2, "numpy.random.default_rng()"),
    "one seed of a generator": ("def f(x): return torch.Generator().manual_seed(0)", 1, "manual_seed() is seeded"),
    "random_state": ("def f(x): return pd.DataFrame({'r': [1, 2]}).sample(1, random_state=0)", 1, "random_state= of"),
    "a seed left at its default": (
        "def draw(n, seed=0): return np.random.default_rng(seed).normal(n)\ndef f(x): return draw(x)", 2, "draw() is seeded"),
    "a seed left at its default in another file": (
        "from snippets.draws import Draw\ndef f(x): return Draw(x).n", 2, "Draw() is seeded"),
}  # fmt: skip
DRAWS = "import numpy as np\nclass Draw:\n    def __init__(self, n, *, seed=0):\n        self.n = np.random.default_rng(seed).normal(n)\n"


@pytest.mark.parametrize("code, line, said", REFUSED.values(), ids=REFUSED)
def test_code_that_cannot_be_followed_is_refused_in_jobs(mini, code, line, said):
    with pytest.raises(CoursenotesError) as caught:
        jobs(mini, code, draws=DRAWS)
    told = str(caught.value)
    assert said in told and f"t.py:{FIRST + line - 1}: " in told and "fix: " in told


ALLOWED = {
    "a name like a module's": "code = 3\nplatform = 4\nid2 = 5\ndef f(x): return code + platform",
    "a parameter like a builtin's": "def f(x, id=3, vars=4): return id + vars",
    "a builtin bound anew": "def id(x): return 3\ndef f(x): return id(x)",
    "locals of a function": "def f(x): return len(locals())",
    "vars of an object": "class A: pass\ndef f(x): return len(vars(A()))",
    "eval of a network": "def f(x): return torch.nn.Linear(1, 1).eval().weight.item()",
    "a query that is written out": "def f(x): return len(pd.DataFrame({'r': [1]}).query('r > 0'))",
    "a number in a query": "def f(x): return len(pd.DataFrame({'r': [1]}).query(f'r > {x}'))",
    "the seed of the run": "def f(x): return np.random.default_rng([3, x]).normal()",
    "a shared seed that says so": "def f(x): return np.random.default_rng(Run().fixed('split')).normal()",
    "a generator without a seed": "def f(x): return np.random.default_rng().normal()",
    "no random state": "def f(x): return pd.DataFrame({'r': [1, 2]}).sample(1, random_state=None)",
    "sleep": "import time\ndef f(x): return time.sleep(0)",
    "a date that is written out": "from datetime import date\ndef f(x): return date(2026, 1, 1).day",
    "the version of Python": "import sys\ndef f(x): return sys.version_info[0]",
    "getattr of an object": "class A: w = 1\ndef f(x): return getattr(A, 'w')",
    "a seed that is given": (
        "def draw(n, seed=0): return np.random.default_rng(seed).normal(n)\ndef f(x): return draw(x, x) + draw(1, seed=x)"
    ),
}


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED)
def test_code_that_only_resembles_it_is_allowed(mini, code):
    assert jobs(mini, code)


def test_durations_are_allowed_where_they_are_declared(mini):
    code = "from time import perf_counter\ndef f(x): return perf_counter()"
    timed = EXPERIMENT.replace("seeds=1", "seeds=1, times=['m']")
    assert jobs(mini, code, timed)[0].experiment.times == ("m",)
    with pytest.raises(CoursenotesError, match="names seconds, which it does not return"):
        jobs(mini, code, EXPERIMENT.replace("seeds=1", "seeds=1, times=['seconds']"))


def test_data_may_be_drawn_from_one_seed(mini):
    """A build's seeds share the data that pages show."""
    code = "def made(seed=3): return np.random.default_rng(seed).normal()\nd = Dataset('D', sample=made)\ndef f(x): return 1"
    on_data = EXPERIMENT.replace("seeds=1", "seeds=1, data=d").replace("e(run", "e(d, run")
    assert jobs(mini, code, on_data)
    with pytest.raises(CoursenotesError, match=r"default_rng\(\) is seeded"):
        jobs(mini, code.replace("return 1", "return np.random.default_rng(3)"), on_data)


def test_a_figure_is_refused_it_too(mini):
    drawn = '\n@figure(e)\ndef g(r):\n    """G."""\n    plt.title(g.__doc__)\n    return plt.gcf()\n'
    (mini.snippets / "t.py").write_text(HEAD + "def f(x): return 1\n" + EXPERIMENT + drawn)
    told = [str(p) for p in check.static(Project(discover(mini)))]
    assert any("__doc__ leads to" in one and "t.py:" in one for one in told)


CELLS = {
    "import_module": ("import importlib\nimportlib.import_module('snippets.steps')", 2, "computed import"),
    "exec": ("a = 1\nexec('b = 1')", 2, "exec runs code"),
    "runpy": ("import runpy\nrunpy.run_path('a.py')", 2, "runpy.run_path runs code"),
    "getattr": ("import snippets.steps as s\ngetattr(s, 'grad' + 'ient')", 2, "getattr with a computed name"),
    "a helper's getattr": ("from snippets.helper import pick\npick('w')", None, "getattr with a computed name"),
    "__subclasses__": ("from snippets.steps import descend\nobject.__subclasses__()", 2, "__subclasses__ leads to"),
    "a module as a value": ("import snippets.steps as s\nprint(dir(s))", 2, "used as a value"),
    "a star": ("from snippets.steps import *", 1, "import * cannot be followed"),
    "now": ("import datetime\ndatetime.datetime.now()", 2, "gives another time"),
    "a duration": ("import time\ntime.perf_counter()", 2, "measures a time"),
}


def cell_page(mini, code: str):
    page = mini.docs / "concepts" / "averages.md"
    text = page.read_text().rstrip("\n") + f"\n\n```{{.python .run}}\n{code}\n```\n"
    page.write_text(text)
    line = text.split("\n").index("```{.python .run}", text.count("\n") - code.count("\n") - 5) + 2
    return page, line


@pytest.mark.parametrize("code, line, said", CELLS.values(), ids=CELLS)
def test_code_that_cannot_be_followed_is_refused_in_cells(mini, code, line, said):
    (mini.snippets / "helper.py").write_text("import snippets.steps as s\ndef pick(name): return getattr(s, name)\n")
    _, first = cell_page(mini, code)
    told = [str(p) for p in check.static(Project(discover(mini)))]
    where = f"averages.md:{first + line - 1}: " if line else "helper.py:2: "
    assert any(said in one and where in one for one in told), told


def test_cells_may_show_docstrings_and_sources(mini):
    cell_page(
        mini, "import inspect\nfrom snippets.steps import descend\nprint(descend.__doc__, inspect.getsource(descend))"
    )
    assert check.static(Project(discover(mini))) == []


STEP = '"""One step down a slope."""'


@pytest.mark.parametrize(
    "old, new",
    [
        ("def descend(", "# a remark\ndef descend("),
        ("gradient", "slope_of"),
        ("import numpy as np\n", "import numpy as np\n\n"),
    ],
)
def test_everything_that_a_cell_can_show_of_code_is_in_its_key(mini, old, new):
    """Docstrings, comments and lines."""
    cell_page(mini, "import inspect\nfrom snippets.steps import descend\nprint(inspect.getsource(descend))")
    before = lookup.key(Project(discover(mini)).plan, "concepts/averages.md")
    steps = mini.snippets / "steps.py"
    steps.write_text(steps.read_text().replace(old, new))
    assert lookup.key(Project(discover(mini)).plan, "concepts/averages.md") != before


def test_prose_around_cells_is_not_in_their_key(mini):
    page, _ = cell_page(mini, "print(1)")
    before = lookup.key(Project(discover(mini)).plan, "concepts/averages.md")
    page.write_text(page.read_text().replace("\n\n", "\n\nMore words.\n\n", 1))
    assert lookup.key(Project(discover(mini)).plan, "concepts/averages.md") == before


def test_a_claim_may_ask_whether_two_objects_are_one(mini):
    test = mini.claims_file("averages")
    test.write_text(test.read_text() + "\n\ndef same(a, b):\n    return id(a) == id(b)\n")
    code = Project(discover(mini)).catalog.code
    closure = code.closure("tests.claims.test_averages", "same")
    assert not closure.problems(*collect.STRICT) and closure.problems(refusals.ADDRESS)


def test_the_page_for_contributors_lists_every_rule():
    text = (ROOT / "docs" / "contribute" / "refused.md").read_text()
    names = {name for rule in refusals.RULES for name in rule.names} | set(refusals.ATTRIBUTES)
    missing = sorted(name for name in names if f"`{name}`" not in text)
    fixes = sorted({rule.fix for rule in refusals.RULES if rule.fix not in " ".join(text.split())})
    assert not missing and not fixes


def test_rules_name_existing_objects():
    """A rule for a name that Python or a library does not know would never be met."""
    for rule in refusals.RULES:
        for name in rule.names:
            if name in ("httpx", "requests") or name.startswith("__") or hasattr(builtins, name):
                continue
            first, *rest = name.split(".")
            found = importlib.import_module(first)
            for part in rest:
                found = getattr(found, part, None) or importlib.import_module(f"{found.__name__}.{part}")


def test_a_summary_has_refusals_with_their_lines():
    text = "import os\n\n\ndef f():\n    return os.environ['A']\n"
    (statement,) = statements.summarize(text, Path("a.py"), "a").statements
    assert [refusal.line for refusal in statement.refusals] == [5]
    assert ast.parse(text)
