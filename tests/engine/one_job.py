"""A project with one experiment, whose files are rewritten for each case, and a server that runs its jobs."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from coursenotes.cache.store import read_entry
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.plan import Plan
from coursenotes.experiments.train import task
from coursenotes.paths import Paths
from coursenotes.result import JobResult
from coursenotes.workers import Pool

MINI = Path(__file__).parents[1] / "mini_site"
HEAD = (
    '"""T."""\nimport numpy as np\nimport pandas as pd\nimport torch\nfrom torch import nn\n'
    "from coursenotes import Run, experiment\n"
)
EXPERIMENT = '\n@experiment(seeds=1)\ndef e(run: Run):\n    """D."""\n    return {"m": float(f(1))}\n'


def write(mini: Paths, files: dict[str, str]) -> None:
    """Write the files of a case: t is the snippet with the experiment, the others are next to it or at the root."""
    for name, text in files.items():
        path = mini.root / name[1:] if name.startswith("/") else mini.snippets / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text + EXPERIMENT if name == "t" else text)


class Project:
    """The project, and what its one job gives."""

    def __init__(self, paths: Paths, pool: Pool):
        self.paths, self.pool = paths, pool
        self.before = set(paths.root.rglob("*.py"))

    def put(self, files: dict[str, str], seed: int = 0) -> tuple[str, float]:
        """Write the files, in place of those of the last case. -> the key of the job, and what it gives."""
        key, result = self.result(files, seed)
        return key, result.metrics["m"]

    def result(self, files: dict[str, str], seed: int = 0) -> tuple[str, JobResult]:
        """The same with all that it gives. Raises CoursenotesError where it fails."""
        for path in set(self.paths.root.rglob("*.py")) - self.before:
            path.unlink()
        write(self.paths, files)
        plan = Plan(discover(self.paths))
        job = plan.jobs("t.e", "sample", [seed])[0]
        (outcome,) = self.pool.run([task(plan, job)])
        if outcome.problem is not None:
            raise CoursenotesError(outcome.problem)
        return job.key, read_entry(outcome.folder)


@contextlib.contextmanager
def project(folder: Path, *preload: str):
    """A copy of the mini site in a folder, and a warm server that has loaded these libraries."""
    root = folder / "mini"
    shutil.copytree(MINI, root, ignore=shutil.ignore_patterns(".coursenotes", "site", "__pycache__"))
    with Pool(root, preload=preload, slots=1) as pool:
        yield Project(Paths(root), pool)
