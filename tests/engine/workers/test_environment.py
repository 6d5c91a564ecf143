"""The machine that a build runs on leaves no mark on what is published."""
# ruff: noqa: E501 - a case a line

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coursenotes.discover.project import discover
from coursenotes.experiments.train import train
from coursenotes.figures import draw
from coursenotes.figures.cells import lookup
from coursenotes.project import Project
from coursenotes.workers import Pool
from coursenotes.workers.environment import environment
from coursenotes.workers.progress import Progress

PERSONAL = """
lines.linewidth: 9
axes.facecolor: pink
font.family: monospace
savefig.dpi: 7
"""
SITE = """
import locale, numpy, pandas, warnings
numpy.set_printoptions(precision=1, suppress=True)
pandas.set_option("display.precision", 1)
pandas.set_option("display.max_columns", 1)
"""
CELL = """
import locale
import numpy as np
import pandas as pd
import time

print(np.array([1 / 3, 1e-9]))
print(pd.DataFrame({"a": [1 / 3], "b": [2 / 3]}))
print(time.tzname, "%.1f" % 1.5, sorted({"one", "two", "three"} | {"four"}), list({"one", "two", "three"}))
"""


def made(mini) -> tuple[list[str], str]:
    """The drawings of the mini site, and what a page's cells print, made from the start."""
    project = Project(discover(mini))
    with Pool(mini.root, preload=("numpy", "pandas", "matplotlib.pyplot")) as pool:
        assert train(project.plan, project.plan.missing([("averages.noise", "sample")]), pool, Progress()) == []
        (outcome,) = pool.run(draw.tasks(project.plan, [("averages.error_by_n", "sample")]))
        svgs = [path.read_text() for path in outcome.folder.glob("*.json")]
        assert len(svgs) == 1
        (outcome,) = pool.run(lookup.tasks(project.plan, ["concepts/averages.md"]))
        assert outcome.ok, str(outcome.problem)
        return svgs, json.dumps(json.loads((outcome.folder / "cells.json").read_text()))


def test_a_person_s_settings_change_nothing(mini, tmp_path, monkeypatch):
    """A matplotlibrc in three places, print options of a sitecustomize, a locale, a time zone, a hash seed, a width."""
    page = mini.docs / "concepts" / "averages.md"
    page.write_text(page.read_text() + f"\n```{{.python .run}}\n{CELL.strip()}\n```\n")
    plain = made(mini)
    import shutil

    shutil.rmtree(mini.state)
    home, here = tmp_path / "home", tmp_path / "here"
    for folder in (home / ".config" / "matplotlib", home / ".matplotlib", here):
        folder.mkdir(parents=True)
        (folder / "matplotlibrc").write_text(PERSONAL)
    (here / "sitecustomize.py").write_text(SITE)
    for name, value in {
        "HOME": home, "XDG_CONFIG_HOME": home / ".config", "MPLCONFIGDIR": here, "MATPLOTLIBRC": here / "matplotlibrc",
        "PYTHONPATH": f"{here}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo",
        "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "COLUMNS": "20", "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2",
        "PANDAS_COPY_ON_WRITE": "0", "NPY_PROMOTION_STATE": "legacy", "FORCE_COLOR": "1", "PYTHONSTARTUP": "/none",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(here)
    assert made(mini) == plain
    assert "Tokyo" not in plain[1] and "3.33333333e-01" in plain[1]


def test_the_same_sitecustomize_does_change_another_program(tmp_path):
    """Else the test above would show nothing."""
    (tmp_path / "sitecustomize.py").write_text(SITE)
    said = subprocess.run(
        [sys.executable, "-c", "import numpy; print(numpy.array([1 / 3]))"], env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "[0.3]"


KEPT = ["PATH", "LD_LIBRARY_PATH", "COURSENOTES_DATA", "https_proxy", "ATEN_CPU_CAPABILITY", "CI"]


@pytest.mark.parametrize("name", KEPT)
def test_what_a_job_needs_reaches_it(name):
    assert environment(Path("libraries"), {name: "x"})[name] == "x"


LEFT = [
    "MPLBACKEND_",
    "MATPLOTLIBRC",
    "PYTHONOPTIMIZE",
    "PYTHONWARNINGS",
    "COLUMNS",
    "OMP_PROC_BIND",
    "TORCH_HOME",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
]


@pytest.mark.parametrize("name", LEFT)
def test_nothing_else_does(name):
    assert name not in environment(Path("libraries"), {name: "x"})


def test_downloads_stay_where_they_were():
    """The cache of real datasets is the person's own, though the home folder is another in a job."""
    from coursenotes.experiments.datafiles import user_cache

    assert environment(Path("libraries"))["COURSENOTES_CACHE"] == str(user_cache())
