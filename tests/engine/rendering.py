"""A small project whose results are made up rather than trained, and pages rendered as readers get them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import markdown as python_markdown
import numpy as np

from coursenotes.build import mkdocs_plugin
from coursenotes.cache import store
from coursenotes.discover.project import discover
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.result import JobResult
from coursenotes.site.generated import GeneratedPage
from coursenotes.site.markdown import Pages, fill
from tests.conftest import ROOT

EXTENSIONS = [
    "abbr", "admonition", "attr_list", "footnotes", "md_in_html", "tables", "toc", "pymdownx.details",
    "pymdownx.highlight", "pymdownx.superfences", "pymdownx.tabbed", "pymdownx.arithmatex",
]  # fmt: skip
MADE = {
    "device": "cpu", "gpu": None, "threads": 1, "python": "3.11.9", "platform": "Linux",
    "libraries": {"numpy": "2.4.6", "torch": "2.13.0+cpu"}, "date": "2026-11-20T10:00:00+00:00",
    "seconds": 1.25, "cpu_seconds": 1.2,
}  # fmt: skip
EXPERIMENTS = ("averages.noise", "straight_line.fit", "straight_line.start")  # all of the mini site's
COURSES = """
dl2022:
  title: Practical Deep Learning 2022
  lectures:
    8:
      title: Convolutions
      video: htiNBPxcXgo
      duration: "1:36:55"
      codes: [DL1v5L8]
    9:
      title: Never filmed
"""


def result(settings: dict, seed: int, **more: object) -> JobResult:
    """What every made-up job gives: an error of 1/n for averages, a slope of 2 - rate/10, each a little off by seed."""
    off = (seed - 1) * 0.01
    metrics = {"error": 0.8 / settings.get("n", 1) ** 0.5 + off, "slope": 2 - settings.get("rate", 0) / 10 + off}
    metrics["loss"] = 0.25
    return JobResult(metrics, {"loss": [1.0, 0.5 + off, 0.25]}, {"weights": np.arange(3.0)}, {}, {**MADE, **more})


def put(project: Project, experiment: str, scale: str = "sample", make=result) -> None:
    """Store a result for every job of an experiment."""
    for job in project.plan.jobs(experiment, scale):
        folder = project.plan.store.scratch()
        store.write_entry(folder, make(dict(job.settings), job.seed))
        project.plan.store.put(job.key, folder)
        project.plan.arrived(job)


def opened_at(paths: Paths, *experiments: str, page: str | None = None, name: str = "concepts/try.md") -> Project:
    """A project with one more page and results for these experiments."""
    (paths.docs / "courses.yml").write_text(COURSES)
    if page is not None:
        write(paths.docs / name, page)
    project = Project(discover(paths))
    for experiment in experiments:
        put(project, experiment)
    return project


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def render(project: Project, name: str = "concepts/try.md", text: str | None = None, **options: object) -> str:
    """A page's HTML, by Python-Markdown with the extensions that the site uses."""
    pages = Pages(project, **options)
    md = python_markdown.Markdown(extensions=[*EXTENSIONS, *pages.extensions])
    address = name.removesuffix(".md").removesuffix("index")
    pages.enter(name, address if address.endswith("/") or not address else f"{address}/")
    return fill(md.convert(project.catalog.pages[name].text if text is None else text), project, "../../")


def texts(pages: Iterable[GeneratedPage]) -> dict[str, str]:
    """Generated pages as Markdown, by path."""
    return {page.path: page.text for page in pages}


def whole(project: Project, address: str = "") -> Path:
    """A project rendered as the site is, with its settings and in its theme; results may be made up. -> its folder."""
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings = settings.replace("custom_dir: ", f"custom_dir: {ROOT}/")
    root = project.paths.root
    (root / "mkdocs.yml").write_text(settings + (f"\nsite_url: {address}\n" if address else ""), encoding="utf-8")
    mkdocs_plugin.render(project, root / "whole")
    return root / "whole"
