"""Every rule of what invalidates what: one function for each thing that is kept, from what it depends on to its key.

A key is a sha256 in hex. Whatever enters it is listed here and nowhere else, as plain values: what code reaches is
found by discover/python/reach.py, and results by experiments/plan.py.

    a job        the code that its experiment reaches, the data, settings, seed, scale, libraries   job, job_depends
    a drawing    its figure's code, the results it reads, matplotlib, the house style               drawing
    cells        what a page's cells say and reach, docstrings and lines too, and the house style   cells
    a verdict    the test, the functions and results that it is given, the claim's acceptance       verdict
    acceptance   the test, and what the experiments it reads depend on, without library versions    acceptance
    a page       its text, what its references resolve to, the renderer                             content, whole_page
    a notebook   its file, and the code that makes bounded copies                                   notebook

What enters none of them: formatting and comments, the device, the date. Docstrings count for cells alone.
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

# Raised when the engine changes what is computed, drawn or judged for a reason that no key sees.
ENGINE, DRAWING_ENGINE, CELLS_ENGINE, VERDICT_ENGINE, ACCEPTANCE_ENGINE = 2, 2, 2, 2, 1
STYLE = ("plots.py", "palette.py", "labels.py", "svg.py", "curves.py")  # of figures/: how a drawing looks
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python"}
IMPLIED = {"fastai": ("torch",), "torchvision": ("torch",)}  # computes with it, whether or not the code names it


# ---------------------------------------------------------------- jobs
def job_closures(code: Code, module: str, function: str, dataset: tuple[str, str] | None, scale: str) -> list[Closure]:
    """What the jobs of an experiment at one scale reach: by its function, and by its data."""
    closures = [code.closure(module, function)]
    return closures if dataset is None else [*closures, code.closure(*dataset, scale=scale)]


def job_depends(closures: list[Closure], experiment: str, scale: str) -> dict[str, Any]:
    """What all jobs of an experiment at one scale depend on.

    At full scale the libraries' versions are provenance, not part of what a result depends on.
    """
    symbols = {name: value for closure in closures for name, value in closure.symbols.items()}
    depends = {"engine": ENGINE, "experiment": experiment, "scale": scale, "code": dict(sorted(symbols.items()))}
    return depends | ({"libraries": libraries(closures)} if scale == "sample" else {})


def job_problems(closures: list[Closure], times: Iterable[str] = ()) -> list[Problem]:
    """What keeps an experiment from being run. times: the metrics that it declares to be times."""
    function, *data = closures
    everywhere = [refusals.IN_JOBS, refusals.ADDRESS, *([] if times else [refusals.CLOCK])]
    found = function.problems(refusals.SEED, *everywhere)
    return list(dict.fromkeys([*found, *(p for each in data for p in each.problems(*everywhere))]))


def job(depends: Mapping[str, Any], settings: Mapping[str, Any], seed: int) -> str:
    """The key of one job over what it depends on."""
    return hash_json({**depends, "settings": dict(settings), "seed": seed})


def results(jobs: Iterable[str], read: Iterable[str] | None, stale: bool, published: Path | None) -> str:
    """One digest over an experiment's results as they are now.

    jobs: the keys that they should have. read: those of the results that are there, which may be older; None where
    there are none. published: the file of its results at full scale, which may have been measured again under the
    same keys.
    """
    found: list[Any] = list(jobs) if read is None else [list(read), not stale]
    if published is not None and published.is_file():
        found.append(hashlib.sha256(published.read_bytes()).hexdigest())
    return hash_json(found)


def code(closure: Closure) -> str:
    """The key of the code that a function, class or constant reaches, and of the libraries it uses."""
    return hash_json({"code": closure.symbols, "libraries": libraries([closure])})


# ---------------------------------------------------------------- what is derived from results
def drawing(figure: str, code: str, results: list[str]) -> str:
    """The key of a figure's drawing. code: the key of the figure function's, or empty where the engine draws it."""
    style = _style()
    return hash_json(
        {"engine": DRAWING_ENGINE, "matplotlib": version("matplotlib"), "style": style, "figure": figure, "code": code,
         "results": results}
    )  # fmt: skip


def cells(page: str, cells: list[list[str]], closure: Closure, text: str) -> str:
    """The key of what a page's cells show. page is in the ids of their drawings; text is their code as it is put."""
    style = _style()
    return hash_json(
        {"engine": CELLS_ENGINE, "style": style, "page": page, "cells": cells, "code": closure.symbols, "text": text,
         "libraries": libraries([closure])}
    )  # fmt: skip


def verdict(
    claim: str, scale: str, test: str, given: Mapping[str, str], fixtures: Mapping[str, str],
    results: Mapping[str, list[str]], acceptance: str | None,
) -> str:  # fmt: skip
    """The key of a claim's verdict. given: the keys of the snippet's functions; neither prose nor the date count."""
    return hash_json(
        {"engine": VERDICT_ENGINE, "claim": claim, "scale": scale, "test": test, "functions": given,
         "results": results, "acceptance": acceptance, **({"fixtures": fixtures} if fixtures else {})}
    )  # fmt: skip


def acceptance(
    claim: str, scale: str, test: Mapping[str, str], given: Mapping[str, Mapping[str, str]],
    experiments: Mapping[str, Mapping[str, Any]],
) -> str:  # fmt: skip
    """The key of a claim's acceptance. A newer library does not end it: none of these holds versions."""
    return hash_json(
        {"engine": ACCEPTANCE_ENGINE, "claim": claim, "scale": scale, "test": test, "functions": given,
         "experiments": experiments}
    )  # fmt: skip


def without_libraries(depends: Mapping[str, Any]) -> dict[str, Any]:
    """What a job depends on without the versions of libraries, nor those of what it comes after."""
    found = {name: value for name, value in depends.items() if name != "libraries"}
    return found | ({"after": without_libraries(found["after"])} if "after" in found else {})


# ---------------------------------------------------------------- pages
def renderer(theme_and_engine: str, pages: Iterable[str], terms: list[Any]) -> str:
    """What the rendering of every page depends on: theme, engine and settings; which pages and terms there are."""
    return hash_json([theme_and_engine, sorted(pages), terms])


def content(
    renderer: str, name: str, url: str, text: str, meta: str, listed: bool, resolved: list[Any], cells: list[Any]
) -> str:
    """The key of a page's content. resolved: what each reference leads to, as plain JSON."""
    return hash_json([renderer, name, url, text, meta, listed, resolved, cells])


def whole_page(content: str, others: list[Any]) -> str:
    """The key of a finished page: its content, and the other pages, whose titles stand around it."""
    return hash_json([content, others])


def notebook(text: bytes) -> str:
    """The key of a notebook's bounded copy: its file, and the code that makes copies."""
    makers = [*sorted((PACKAGE / "site" / "notebooks").glob("*.py")), PACKAGE / "discover" / "notebooks.py"]
    return hashlib.sha256(b"".join([text, *(path.read_bytes() for path in makers)])).hexdigest()


# ---------------------------------------------------------------- parts of keys
@functools.cache
def version(plan: str) -> str | None:
    """The public version of an installed library, without a build tag; None for one of Python's own."""
    if plan in sys.stdlib_module_names or plan in ("coursenotes", "__future__"):
        return None
    try:
        return importlib.metadata.version(DISTRIBUTIONS.get(plan, plan)).split("+")[0]
    except importlib.metadata.PackageNotFoundError:  # its package has another name: looked up among all, which is slow
        names = importlib.metadata.packages_distributions().get(plan)
        return importlib.metadata.version(names[0]).split("+")[0] if names else None


def libraries(closures: Iterable[Closure]) -> dict[str, str]:
    """The libraries that reached code uses, with their public versions."""
    names = {name for closure in closures for name in closure.libraries}
    names |= {implied for name in names for implied in IMPLIED.get(name, ())}
    return {name: found for name in sorted(names) if (found := version(name)) is not None}


@functools.cache
def _style() -> str:
    """The code that decides how a drawing looks: what it says, not how it is put, nor where its imports lie."""
    parsed = [ast.parse((PACKAGE / "figures" / name).read_text(encoding="utf-8")) for name in STYLE]
    return digest("\n".join(map(without_imports, parsed)))


def hash_json(value: Any) -> str:
    """The sha256, in hex, of plain JSON; the same for the same value everywhere."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
