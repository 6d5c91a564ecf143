"""What a job's fingerprint covers, and what it does not: each by changing one thing in a small project."""

import importlib.metadata

import pytest

from coursenotes.discover import discover
from coursenotes.errors import CoursenotesError
from coursenotes.fingerprint import Code, difference, version
from coursenotes.plan import Library


def keys(mini, experiment="straight_line.fit"):
    """(settings, seed) -> fingerprint of every job, read afresh."""
    return {(str(job.settings), job.seed): job.key for job in Library(discover(mini)).jobs(experiment, "sample")}


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


NOTHING = [
    ("snippets/straight_line.py", 'COLOUR = "C0"', 'COLOUR = "C1"', "a constant of a figure"),
    ("snippets/straight_line.py", "mean squared error of a line", "MSE of a line", "a docstring"),
    ("snippets/straight_line.py", "    x, y = data\n", "    # unpack\n    x,  y = data\n", "a comment"),
    ("snippets/straight_line.py", "plt.subplots()", "plt.subplots(2)", "figures"),
    ("snippets/straight_line.py", "float(np.random.normal())", "float(np.random.normal() + 1)", "another experiment"),
    ("snippets/steps.py", "return 1\n", "return 2\n", "a helper that nobody calls"),
    ("snippets/datasets/points.py", 'licence="CC0"', 'licence="CC BY 4.0"', "the licence"),
    ("docs/concepts/straight_line.md", "How steep", "How very steep", "prose"),
    ("snippets/averages.py", "size=n", "size=n + 1", "another topic"),
]
EVERYTHING = [
    ("snippets/straight_line.py", "slope * x - y", "slope * x - y + 1e-9", "a function of the same file"),
    ("snippets/straight_line.py", "sample=20", "sample=21", "the experiment"),
    ("snippets/steps.py", "rate * gradient", "2 * rate * gradient", "a helper of another file"),
    ("snippets/steps.py", "return 2 * np.mean", "return 3 * np.mean", "a helper of a helper"),
    ("snippets/datasets/points.py", "default_rng(0)", "default_rng(1)", "the data"),
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
    edit(mini.snippet("straight_line"), "seeds=3", "seeds=4")
    after = keys(mini)
    assert before.items() <= after.items() and len(after) == len(before) + 3


def test_one_more_setting_is_its_own_jobs(mini):
    before = keys(mini)
    edit(mini.snippet("straight_line"), "[0.0, 0.1, 0.5]", "[0.0, 0.1, 0.2, 0.5]")
    after = keys(mini)
    assert before.items() <= after.items() and len(after) == len(before) + 3


def test_a_library_version_counts_at_sample_scale(mini, monkeypatch):
    library = Library(discover(mini))
    assert set(library.depends("straight_line.fit", "sample")["libraries"]) == {"numpy"}
    before = keys(mini)
    monkeypatch.setattr("coursenotes.fingerprint.version", lambda name: "99.0" if name == "numpy" else None)
    assert not set(keys(mini).values()) & set(before.values())


DYNAMIC = {
    "exec": ("exec('slope = 1')", "exec() runs code"),
    "eval": ("eval('1')", "eval() runs code"),
    "globals": ("globals()['loss']", "globals() reaches"),
    "import": ("__import__('os')", "computed import"),
    "getattr of a module": ("import snippets.steps as s; getattr(s, str(rate))", "getattr with a computed name"),
    "module as value": ("import snippets.steps as s; print(s)", "used as a value"),
    "write": ("import snippets.steps as s; s.gradient = None", "a write to s.gradient"),
    "sys.modules": ("import sys; sys.modules['a']", "sys.modules"),
}


@pytest.mark.parametrize("code, said", DYNAMIC.values(), ids=DYNAMIC)
def test_what_cannot_be_followed_is_reported(mini, code, said):
    edit(mini.snippet("straight_line"), "    x, y = data\n", f"    x, y = data\n    {code}\n")
    with pytest.raises(CoursenotesError) as caught:
        Library(discover(mini)).jobs("straight_line.fit", "sample")
    line = 21 if said == "used as a value" else 25  # a value is told by its statement
    assert said in str(caught.value) and f"straight_line.py:{line}:" in str(caught.value)


def test_a_star_import_of_the_project_is_reported(mini):
    edit(mini.snippet("straight_line"), "from snippets.steps import descend", "from snippets.steps import *")
    with pytest.raises(CoursenotesError, match=r"import \* cannot be followed"):
        Library(discover(mini)).jobs("straight_line.fit", "sample")


def test_getattr_of_a_library_or_an_object_is_followed_well_enough(mini):
    edit(mini.snippet("straight_line"), "    x, y = data\n", "    x, y = data\n    getattr(np, 'm' + 'in')(x)\n")
    Library(discover(mini)).jobs("straight_line.fit", "sample")


def test_a_name_that_is_not_there_is_reported_with_the_nearest(mini):
    edit(
        mini.snippet("straight_line"),
        "from snippets.steps import descend",
        "from snippets.steps import descent as descend",
    )
    with pytest.raises(CoursenotesError, match=r"no name 'descent'(.|\n)*write descend"):
        Library(discover(mini)).jobs("straight_line.fit", "sample")


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
    before = Library(discover(mini)).depends("straight_line.fit", "sample")
    edit(mini.snippets / "steps.py", "return 2 * np.mean", "return 3 * np.mean")
    edit(mini.snippets / "datasets" / "points.py", "default_rng(0)", "default_rng(1)")
    after = Library(discover(mini)).depends("straight_line.fit", "sample")
    assert difference(before, after) == [
        "the code of snippets.datasets.points.sample changed",
        "the code of snippets.steps.gradient changed",
    ]


def test_the_version_of_a_library_whose_package_has_another_name():
    assert version("yaml") == importlib.metadata.version("PyYAML")
    assert version("torch") == importlib.metadata.version("torch").split("+")[0]
    assert version("json") is None and version("no_such_library") is None
