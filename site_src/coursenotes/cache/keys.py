"""The rules of invalidation: for each thing that is stored, a function from everything that it depends on to its key.

A key is a sha256 in hex. Everything that enters it is listed here and nowhere else, as plain values; the code that is
reached comes from discover/python/reach.py, the results from experiments/plan.py.

    a job        the code that its experiment reaches, the data, settings, seed, scale, libraries   job, job_depends
    a drawing    its figure's code, the results it reads, matplotlib, the house style               drawing
    cells        the code of a page's cells and all it reaches, with docstrings and lines; the style  cells
    a verdict    the test, the functions and results that it takes, the claim's acceptance          verdict
    acceptance   the test, and what the experiments it reads depend on, without library versions    acceptance
    a page       its text, what its references resolve to, the renderer                             content, whole_page
    formulas     the TeX of a page's formulas, Temml and the code that asks it                      formulas
    a notebook   its file, and the code that makes bounded copies                                   notebook

Formatting, comments, the device and the date enter none of them; docstrings only the key of cells.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from coursenotes.discover.python import refusals
from coursenotes.discover.python.canonical import digest, without_imports
from coursenotes.discover.python.reach import Closure, Code
from coursenotes.errors import Problem
from coursenotes.paths import ENGINE as PACKAGE

# Raised when the engine changes results, drawings, outputs or verdicts for a reason that is in no key.
ENGINE, DRAWING_ENGINE, CELLS_ENGINE, VERDICT_ENGINE, ACCEPTANCE_ENGINE = 2, 3, 2, 2, 1
STYLE = (  # of figures/: how a drawing looks
    "plots.py", "drawings.py", "panels.py", "layout.py", "legible.py", "palette.py", "labels.py", "svg.py", "curves.py",
)  # fmt: skip
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python"}
IMPLIED = {"fastai": ("torch",), "torchvision": ("torch",)}  # used by it, even where the code does not name it


# ---------------------------------------------------------------- jobs
def job_closures(code: Code, module: str, function: str, dataset: tuple[str, str] | None, scale: str) -> list[Closure]:
    """The code that the jobs of an experiment at one scale reach: by its function, and by its data."""
    closures = [code.closure(module, function)]
    return closures if dataset is None else [*closures, code.closure(*dataset, scale=scale)]


def job_depends(closures: list[Closure], experiment: str, scale: str) -> dict[str, Any]:
    """Everything that all jobs of an experiment at one scale depend on.

    At full scale the versions of libraries are provenance, and not included.
    """
    symbols = {name: value for closure in closures for name, value in closure.symbols.items()}
    depends = {"engine": ENGINE, "experiment": experiment, "scale": scale, "code": dict(sorted(symbols.items()))}
    return depends | ({"libraries": libraries(closures)} if scale == "sample" else {})


def job_problems(closures: list[Closure], times: Iterable[str] = ()) -> list[Problem]:
    """The problems for which an experiment cannot be run. times: the metrics that it declares to be times."""
    function, *data = closures
    everywhere = [refusals.IN_JOBS, refusals.ADDRESS, *([] if times else [refusals.CLOCK])]
    problems = function.problems(refusals.SEED, *everywhere)
    return list(dict.fromkeys([*problems, *(p for each in data for p in each.problems(*everywhere))]))


def job(depends: Mapping[str, Any], settings: Mapping[str, Any], seed: int) -> str:
    """The key of one job. depends: that of job_depends."""
    return hash_json({**depends, "settings": dict(settings), "seed": seed})


def results(jobs: Iterable[str], rows: Iterable[str] | None, stale: bool, published: Path | None) -> str:
    """One key over an experiment's results as they are now.

    jobs: the keys that they should have. rows: the keys of the existing results, which may be of older code; None
    where there are none. published: the file of its results at full scale, which may have been measured again under
    the same keys.
    """
    parts: list[Any] = list(jobs) if rows is None else [list(rows), not stale]
    if published is not None and published.is_file():
        parts.append(hashlib.sha256(published.read_bytes()).hexdigest())
    return hash_json(parts)


def code(closure: Closure) -> str:
    """The key of the code that a function, class or constant reaches, and of the libraries it uses."""
    return hash_json({"code": closure.symbols, "libraries": libraries([closure])})


# ---------------------------------------------------------------- what is derived from results
def drawing(figure: str, code: str, results: list[str]) -> str:
    """The key of a figure's drawing. code: the key of the figure function, or "" where the engine draws it."""
    style = _style()
    return hash_json(
        {"engine": DRAWING_ENGINE, "matplotlib": version("matplotlib"), "style": style, "figure": figure, "code": code,
         "results": results}
    )  # fmt: skip


def cells(page: str, cells: list[list[str]], closure: Closure, text: str) -> str:
    """The key of the outputs of a page's cells. page is in the ids of their drawings; text: the code, as written."""
    style = _style()
    return hash_json(
        {"engine": CELLS_ENGINE, "style": style, "page": page, "cells": cells, "code": closure.symbols, "text": text,
         "libraries": libraries([closure])}
    )  # fmt: skip


def verdict(
    claim: str, scale: str, test: str, functions: Mapping[str, str], fixtures: Mapping[str, str],
    results: Mapping[str, list[str]], acceptance: str | None,
) -> str:  # fmt: skip
    """The key of a claim's verdict. functions: the keys of the snippet's functions. Prose and the date do not enter."""
    return hash_json(
        {"engine": VERDICT_ENGINE, "claim": claim, "scale": scale, "test": test, "functions": functions,
         "results": results, "acceptance": acceptance, **({"fixtures": fixtures} if fixtures else {})}
    )  # fmt: skip


def acceptance(
    claim: str, scale: str, test: Mapping[str, str], functions: Mapping[str, Mapping[str, str]],
    experiments: Mapping[str, Mapping[str, Any]],
) -> str:  # fmt: skip
    """The key of a claim's acceptance, which outlives library updates: no versions enter."""
    return hash_json(
        {"engine": ACCEPTANCE_ENGINE, "claim": claim, "scale": scale, "test": test, "functions": functions,
         "experiments": experiments}
    )  # fmt: skip


def without_libraries(depends: Mapping[str, Any]) -> dict[str, Any]:
    """A job's dependencies without the versions of libraries, also in those of the earlier job."""
    rest = {name: value for name, value in depends.items() if name != "libraries"}
    return rest | ({"after": without_libraries(rest["after"])} if "after" in rest else {})


# ---------------------------------------------------------------- pages
def renderer(theme_and_engine: str, pages: Iterable[str], terms: list[Any]) -> str:
    """The key that is common to all rendered pages: theme, engine and settings; the names of all pages and terms."""
    return hash_json([theme_and_engine, sorted(pages), terms])


def content(
    renderer: str, name: str, url: str, text: str, meta: str, listed: bool, resolved: list[Any], cells: list[Any]
) -> str:
    """The key of a page's content. resolved: the target of each reference, as plain JSON."""
    return hash_json([renderer, name, url, text, meta, listed, resolved, cells])


def whole_page(content: str, others: list[Any]) -> str:
    """The key of a finished page: its content, and the other pages, whose titles are in its frame."""
    return hash_json([content, others])


def formulas(asked: list[tuple[str, bool]]) -> str:
    """The key of formulas as MathML. asked: each one's TeX, and whether it is a block."""
    folder = PACKAGE / "discover" / "text"
    makers = [folder / "mathml.py", *sorted((folder / "temml").glob("*.js"))]
    return hash_json([asked, [hashlib.sha256(path.read_bytes()).hexdigest() for path in makers]])


def notebook(text: bytes) -> str:
    """The key of a notebook's bounded copy: its file, and the code that makes copies."""
    makers = [*sorted((PACKAGE / "site" / "notebooks").glob("*.py")), PACKAGE / "discover" / "notebooks.py"]
    return hashlib.sha256(b"".join([text, *(path.read_bytes() for path in makers)])).hexdigest()


# ---------------------------------------------------------------- parts of keys
@functools.cache
def version(library: str) -> str | None:
    """The public version of an installed library, without a build tag; None for one of Python's own."""
    if library in sys.stdlib_module_names or library in ("coursenotes", "__future__"):
        return None
    try:
        return importlib.metadata.version(DISTRIBUTIONS.get(library, library)).split("+")[0]
    except importlib.metadata.PackageNotFoundError:  # its distribution has another name; this is slow
        names = importlib.metadata.packages_distributions().get(library)
        return importlib.metadata.version(names[0]).split("+")[0] if names else None


def libraries(closures: Iterable[Closure]) -> dict[str, str]:
    """The libraries that reached code uses, with their public versions."""
    names = {name for closure in closures for name in closure.libraries}
    names |= {implied for name in names for implied in IMPLIED.get(name, ())}
    return {name: known for name in sorted(names) if (known := version(name)) is not None}


@functools.cache
def _style() -> str:
    """The parsed code that decides how a drawing looks, without formatting and imports."""
    parsed = [ast.parse((PACKAGE / "figures" / name).read_text(encoding="utf-8")) for name in STYLE]
    return digest("\n".join(map(without_imports, parsed)))


def hash_json(value: Any) -> str:
    """The sha256, in hex, of plain JSON; equal values give equal digests everywhere."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
