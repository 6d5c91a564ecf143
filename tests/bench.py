"""Measures, in one run, what a build costs beside plain mkdocs: `nox -s bench`. Prints a table; asserts nothing.

Ratios only mean something within one run, since machines differ and are shared: every row is the best of several.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from coursenotes.discover.project import discover
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.workers import Pool, Task

ROOT = Path(__file__).parents[1]
COPIED = ("docs", "snippets", "tests/claims", "site_src/theme", "results", ".coursenotes")


def copy(folder: Path) -> Paths:
    """The project without its engine, which is installed: what a build reads and has stored."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "tmp"))
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    return Paths(folder)


def clock(command: list[str], cwd: Path) -> tuple[float, float]:
    """(wall seconds, CPU seconds) of a command and all its children. Raises CalledProcessError."""
    cpu = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    began = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began, sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - cpu


def best(times: int, command: list[str], cwd: Path, before=lambda: None) -> tuple[float, float]:
    """The quickest of several runs, each after `before`."""
    runs = []
    for _ in range(times):
        before()
        runs.append(clock(command, cwd))
    return min(runs)


def floor(paths: Paths) -> list[str]:
    """Plain mkdocs over the same pages, with the same theme and extensions, that runs and looks up nothing."""
    text = (paths.root / "mkdocs.yml").read_text(encoding="utf-8")
    config = yaml.load(text, Loader=yaml.UnsafeLoader)
    config["plugins"] = [p for p in config["plugins"] if p != "coursenotes"]
    config["strict"] = False
    (paths.root / "floor.yml").write_text(yaml.dump(config), encoding="utf-8")
    return [sys.executable, "-m", "mkdocs", "build", "-q", "-f", "floor.yml", "-d", str(paths.root / "floor")]


def row(what: str, wall: float, cpu: float, base: float | None = None) -> None:
    ratio = f"{wall / base:6.2f} x" if base else ""
    print(f"{what:58} {wall:8.3f} s {cpu:8.3f} s CPU {ratio}", flush=True)


def site(times: int, folder: Path) -> None:
    paths = copy(folder)
    command = [sys.executable, "-m", "coursenotes.cli", "build"]
    clock(command, folder)
    base = best(times, floor(paths), folder)
    row("plain mkdocs build of the same pages (the floor)", *base, base[0])
    row("nothing changed", *best(times, command, folder), base[0])
    page = next(iter(sorted((paths.docs / "concepts").glob("[!i]*.md"))))
    row(
        "a sentence changed",
        *best(times, command, folder, lambda: page.open("a").write("\nOne more sentence.\n")),
        base[0],
    )
    sizes = sorted(((p.stat().st_size, p) for p in paths.site.rglob("*.html")), reverse=True)
    for size, path in sizes[:3]:
        print(f"{size / 1000:8.0f} KB  {path.relative_to(paths.site)}")


def empty(args, folder, report):
    """A job that does nothing."""


def overhead(folder: Path, jobs: int = 100) -> None:
    """What a job costs beyond what it computes, and what a fresh process costs that imports the same."""
    fresh = [sys.executable, "-c", "import torch, fastai.basics, fastai.collab, matplotlib.pyplot, sklearn.datasets"]
    slow = best(2, fresh, folder)
    row("a fresh process that imports torch, fastai and matplotlib", *slow)
    with Pool(folder) as pool:
        list(pool.run([Task("first", "tests.bench:empty", {})]))
        began, before = time.perf_counter(), os.times()
        outcomes = list(pool.run([Task(f"job {i}", "tests.bench:empty", {}) for i in range(jobs)]))
        wall = (time.perf_counter() - began) / jobs
    cpu = sum(o.cpu_seconds for o in outcomes) / jobs
    after = os.times()
    here = (after.user - before.user + after.system - before.system) / jobs
    row(f"a warm job that does nothing (mean of {jobs})", wall, cpu + here, slow[0])


SNIPPET = '''"""Topic {i}."""
import numpy as np
from coursenotes import Run, experiment
from snippets.shared import helper

{helpers}

@experiment(seeds=5, vary={{"p": [0.0, 0.5]}})
def train(run: Run, p: float):
    """Something."""
    return {{"loss": helper(p) + {calls}}}
'''
HELPER = '''
def step{j}(x):
    """Words about step {j}."""
    y = np.asarray(x) * {j}
    for i in range(10):
        y = y + np.sin(y) * {j} if i % 2 else y - 1
    return float(y)
'''


def planning(folder: Path, topics: int = 1000) -> None:
    """Discovering and planning many snippets: first, and after one of them changed."""
    (folder / "snippets").mkdir()
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text("site_name: many\n")
    (folder / "snippets" / "shared.py").write_text("def helper(p):\n    return p + 1\n")
    helpers = "\n".join(HELPER.format(j=j) for j in range(8))
    calls = " + ".join(f"step{j}(p)" for j in range(8))
    for i in range(topics):
        text = SNIPPET.format(i=i, helpers=helpers, calls=calls)
        (folder / "snippets" / f"topic{i}.py").write_text(text.replace("* 3", f"* {i}"))
    kept: dict = {}
    for what in ("first, every file parsed", "nothing changed since", "one file changed"):
        if what.startswith("one"):
            (folder / "snippets" / "topic7.py").open("a").write("\nX = 1\n")
        began, cpu = time.perf_counter(), time.process_time()
        project = Project(discover(Paths(folder), kept))
        jobs = project.plan.missing((name, "sample") for name in project.catalog.experiments)
        row(
            f"planning {topics} snippets, {len(jobs)} jobs: {what}",
            time.perf_counter() - began,
            time.process_time() - cpu,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    sys.path.insert(0, str(ROOT))
    for part in (lambda f: site(times, f), overhead, planning):
        with tempfile.TemporaryDirectory() as folder:
            part(Path(folder))


if __name__ == "__main__":
    main()
