"""Finds experiments, figures, claims, pages and the references between them: by parsing, never by importing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from coursenotes import notebooks, references, source
from coursenotes.api import SCALES, Scale
from coursenotes.errors import CoursenotesError, Problems, nearest
from coursenotes.fingerprint import Code
from coursenotes.found import ClaimInfo, ExperimentInfo, FigureInfo, PageInfo, Site
from coursenotes.knowledge import transcripts
from coursenotes.layout import Layout

EXPERIMENT = ("coursenotes.experiment", "coursenotes.api.experiment")
__all__ = ["ClaimInfo", "ExperimentInfo", "FigureInfo", "PageInfo", "Site", "discover", "read_front_matter"]

FIGURE = ("coursenotes.figure", "coursenotes.api.figure")


def discover(layout: Layout, kept: dict[str, source.Summary] | None = None) -> Site:
    """Read the snippets, the claims and the pages. Raises CoursenotesError with every problem that was found.

    Where only pages have problems they are left in the site's, to be told together with the names that are wrong.
    """
    site = Site(layout, Code(layout, kept))
    problems = Problems()
    topics = layout.topics()
    for topic in topics:
        try:
            _snippet(site, topic, problems)
        except CoursenotesError as error:
            problems.extend(error)
    for path in sorted(layout.claims.glob("test_*.py")):
        try:
            _claims(site, path, topics, problems)
        except CoursenotesError as error:
            problems.extend(error)
    of_pages = Problems()
    for path in sorted(layout.docs.rglob("*.md")):
        _page(site, path, of_pages)
    for path in sorted(layout.docs.rglob("*.ipynb")):
        if not any(part.startswith(".") for part in path.relative_to(layout.docs).parts):
            _notebook(site, path, of_pages)
    if problems:
        problems.extend(of_pages.found)
        problems.raise_if_any()
    site.problems = of_pages.found
    return site


# ---------------------------------------------------------------- snippets
def _snippet(site: Site, topic: str, problems: Problems) -> None:
    path = site.layout.snippet(topic)
    summary = site.code.module(f"snippets.{topic}")
    assert summary is not None
    site.symbols[topic] = {
        name: (s["line"], s["end"]) for s in summary["statements"] for name in s["names"]
    }  # fmt: skip
    for declared in summary["declared"]:
        for decorator in declared["decorators"]:
            if decorator["name"] in EXPERIMENT:
                info = _experiment(site, topic, path, declared, decorator, problems)
                if info is not None:
                    site.experiments[info.id] = info
    for declared in summary["declared"]:
        for decorator in declared["decorators"]:
            if decorator["name"] in FIGURE:
                _figure(site, topic, path, declared, decorator, problems)


def _experiment(
    site: Site, topic: str, path: Path, declared: Mapping[str, Any], decorator: Mapping[str, Any], problems: Problems
) -> ExperimentInfo | None:
    line, name = decorator["line"], declared["name"]
    given: dict[str, Any] = {}
    data: tuple[str, str] | None = None
    known = ("data", "seeds", "vary", "may_diverge", "minutes", "gigabytes")
    found = len(problems.found)
    if decorator["args"]:
        problems.add(f"@experiment of {name} takes named arguments only", path, line)
    for key, value in decorator["kwargs"].items():
        if key not in known:
            close = nearest(key, known)
            problems.add(
                f"@experiment has no argument {key!r}", path, line, details=[f"it takes: {', '.join(known)}"],
                fix=f"write {close}=" if close else None,
            )  # fmt: skip
        elif key == "data" and value.get("value", ...) is not None:
            data = _dataset(site, topic, path, line, value, problems)
        elif key != "data" and "value" not in value:
            problems.add(
                f"{key}= of @experiment is computed: {value.get('name') or value.get('code')}", path, line,
                fix="write the value out, so that experiments are found without running anything",
            )  # fmt: skip
        else:
            given[key] = value.get("value")
    vary = given.get("vary") or {}
    seeds = given.get("seeds", 1)
    if not isinstance(vary, dict) or not all(isinstance(v, list) and v for v in vary.values()):
        problems.add(f"vary= of {name} is not a dict of non-empty lists", path, line, fix='vary={"p": [0.0, 0.5]}')
    elif not _good_seeds(seeds):
        problems.add(f"seeds={seeds!r} of {name}: a number from 1, or one for each scale", path, line, fix="seeds=5")
    for limit in ("minutes", "gigabytes"):
        value = given.get(limit, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            problems.add(f"{limit}={value!r} of {name} is not a number above 0", path, line, fix=f"{limit}=10")
    needed = (["data"] if data else []) + ["run", *vary]
    extra = [p for p in declared["params"][len(needed) - len(vary) :] if p not in vary]
    missing = [p for p in vary if p not in declared["params"]]
    if extra or missing or len(declared["params"]) < len(needed):
        problems.add(
            f"{name}({', '.join(declared['params'])}) does not fit its settings", path, declared["line"],
            fix=f"def {name}({', '.join(needed)})",
        )  # fmt: skip
    if not declared["doc"]:
        problems.add(f"the experiment {name} has no docstring", path, declared["line"], fix="say what it measures")
    if len(problems.found) > found:
        return None
    scales: tuple[Scale, ...] = ("sample",)
    if data is not None:
        summary = site.code.module(data[0])
        assert summary is not None
        scales = tuple(s for s in SCALES if s in summary["datasets"][data[1]]["scales"])
    return ExperimentInfo(
        topic, name, path, declared["line"], declared["doc"], tuple(declared["params"]), data, seeds, vary,
        bool(given.get("may_diverge", False)), float(given.get("minutes", 10)), float(given.get("gigabytes", 4)),
        scales, None if declared["returns"] is None else tuple(declared["returns"]),
    )  # fmt: skip


def _good_seeds(seeds: Any) -> bool:
    if isinstance(seeds, dict):
        return bool(seeds) and seeds.keys() <= set(SCALES) and all(_good_seeds(v) for v in seeds.values())
    return isinstance(seeds, int) and not isinstance(seeds, bool) and seeds >= 1


def _dataset(
    site: Site, topic: str, path: Path, line: int, value: Mapping[str, Any], problems: Problems
) -> tuple[str, str] | None:
    kind, module, name = site.code.resolve(f"snippets.{topic}", value.get("name", ""))
    summary = site.code.module(module) if kind == "symbol" else None
    if summary is None or name not in summary["datasets"]:
        problems.add(
            f"data={value.get('name') or value.get('code') or value.get('value')!r} is not the name of a dataset",
            path, line, fix="import a Dataset from snippets.datasets and name it",
        )  # fmt: skip
        return None
    if summary["datasets"][name]["computed"]:
        problems.add(f"the Dataset {name} takes * or ** arguments, which cannot be followed", path, line,
                     fix="write its arguments out")  # fmt: skip
    if sum(name in statement["names"] for statement in summary["statements"]) > 1:
        problems.add(f"{name} is bound more than once in {module}", path, line, fix="give each Dataset its own name")
    return module, name


def _figure(
    site: Site, topic: str, path: Path, declared: Mapping[str, Any], decorator: Mapping[str, Any], problems: Problems
) -> None:
    name, line = declared["name"], decorator["line"]
    ids = []
    for arg in decorator["args"]:
        kind, module, target = site.code.resolve(f"snippets.{topic}", arg.get("name", ""))
        experiment = f"{module.removeprefix('snippets.')}.{target}" if kind == "symbol" else ""
        other = site.code.module(module) if experiment else None
        declares = other is not None and any(
            d["name"] == target and any(x["name"] in EXPERIMENT for x in d["decorators"]) for d in other["declared"]
        )
        if not declares:
            shown = arg.get("name") or arg.get("code") or repr(arg.get("value"))
            close = nearest(shown, [e.name for e in site.experiments.values() if e.topic == topic])
            problems.add(
                f"@figure of {name}: {shown} is not an experiment", path, line,
                fix=f"@figure({close})" if close else "name functions that @experiment marks",
            )  # fmt: skip
        else:
            ids.append(experiment)
    if not decorator["args"]:
        problems.add(f"@figure of {name} names no experiment", path, line, fix="@figure(the_experiment)")
    alt = decorator["kwargs"].get("alt", {}).get("value") or " ".join(declared["doc"].split())
    if not alt:
        problems.add(f"the figure {name} has no docstring, which is its alt text", path, line)
    site.figures[f"{topic}.{name}"] = FigureInfo(topic, name, path, declared["line"], tuple(ids), alt)


# ---------------------------------------------------------------- claims
def _claims(site: Site, path: Path, topics: list[str], problems: Problems) -> None:
    topic = path.stem.removeprefix("test_")
    if topic not in topics:
        close = nearest(topic, topics)
        problems.add(
            f"claims of {topic!r}, but there is no {site.layout.snippets.name}/{topic}.py", path, 1,
            fix=f"rename it to test_{close}.py" if close else None,
        )  # fmt: skip
        return
    if topic not in site.symbols:
        return  # its snippet cannot be read, which is told already
    summary = site.code.module(site.layout.module(path))
    assert summary is not None
    lines = path.read_text(encoding="utf-8").splitlines()
    for declared in summary["declared"]:
        if declared["name"].startswith("test_"):
            statement = next(s for s in summary["statements"] if declared["name"] in s["names"])
            text = "\n".join(lines[statement["line"] - 1 : statement["end"]])
            _claim(site, topic, path, declared, text, problems)


def _claim(site: Site, topic: str, path: Path, declared: Mapping[str, Any], text: str, problems: Problems) -> None:
    name = declared["name"].removeprefix("test_")
    scales: tuple[Scale, ...] = ()
    refuted, falsifiers = False, 0
    controls: list[str] = []
    for decorator in declared["decorators"]:
        kind = decorator["name"].rpartition(".")[2]
        if kind == "at":
            scales = tuple(a["value"] for a in decorator["args"] if a.get("value") in SCALES)
            if not scales:
                problems.add("@at names no scale", path, decorator["line"], fix='@at("sample") or @at("full")')
        elif kind == "refuted":
            refuted = True
        elif kind == "falsified_by":
            falsifiers += 1
            control = decorator["kwargs"].get("control", {}).get("value")
            if "name" in decorator["kwargs"].get("control", {}):
                problems.add("control= of @falsified_by is computed", path, decorator["line"],
                             fix="write the experiment's name, or the settings, out")  # fmt: skip
            if isinstance(control, str):
                controls.append(f"{topic}.{control}")
                if f"{topic}.{control}" not in site.experiments:
                    there = [e.name for e in site.experiments.values() if e.topic == topic]
                    close = nearest(control, there)
                    problems.add(
                        f"no experiment {control!r} in {topic}", path, decorator["line"],
                        details=[f"there is: {', '.join(there) or 'none'}"],
                        fix=f'control="{close}"' if close else None,
                    )  # fmt: skip
    if not declared["doc"]:
        problems.add(f"the claim {name} has no docstring, which says what is compared", path, declared["line"])
    reads = tuple(f"{topic}.{p}" for p in declared["params"] if f"{topic}.{p}" in site.experiments)
    functions = tuple(p for p in declared["params"] if f"{topic}.{p}" not in reads and p in site.symbols[topic])
    if not scales:
        able = [set(site.experiments[e].scales) for e in (*reads, *controls) if e in site.experiments]
        scales = tuple(s for s in SCALES if all(s in a for a in able)) if reads else ("sample",)
    site.claims[f"{topic}.{name}"] = ClaimInfo(
        topic, name, path, declared["line"], " ".join(declared["doc"].split()), tuple(declared["params"]), reads,
        tuple(controls), functions, scales, refuted, falsifiers, text,
    )  # fmt: skip


# ---------------------------------------------------------------- pages
def read_front_matter(text: str) -> tuple[dict[str, Any], int]:
    """(front matter, how many lines it takes) of a page's text. Raises yaml.YAMLError."""
    if not text.startswith("---\n"):
        return {}, 0
    head, end, _ = text[4:].partition("\n---\n")
    if not end:
        return {}, 0
    return yaml.safe_load(head) or {}, head.count("\n") + 3


def _page(site: Site, path: Path, problems: Problems) -> None:
    name = path.relative_to(site.layout.docs).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        meta, _ = read_front_matter(text)
    except UnicodeDecodeError as error:
        problems.add(f"not UTF-8: {error}", path, fix="save it as UTF-8")
        return
    except OSError as error:
        problems.add(f"cannot be read: {error.strerror}", path, fix="a link that leads nowhere? take it out")
        return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.add(f"front matter is not YAML: {getattr(error, 'problem', error)}", path, mark and mark.line + 2)
        return
    except ValueError as error:  # 2026-02-30 looks like a date, and is none
        problems.add(f"front matter has a date that is none: {error}", path, 1, fix="write it as 2027-06-01")
        return
    if not isinstance(meta, dict):
        problems.add("front matter is not a mapping", path, 1, fix="write name: value lines between the --- lines")
        return
    if transcripts.hidden(meta):
        text = transcripts.public(text)  # from here on nobody has what is not to be published
    found, wrong = references.scan(text, path)
    problems.extend(wrong)
    site.pages[name] = PageInfo(path, name, text, meta, tuple(found))


def _notebook(site: Site, path: Path, problems: Problems) -> None:
    name = path.relative_to(site.layout.docs).as_posix()
    misplaced = notebooks.misplaced(path, name)
    if misplaced:
        problems.extend([misplaced])
        return
    try:
        site.pages[name], wrong = notebooks.page(path, name)
    except CoursenotesError as error:
        problems.extend(error)
        return
    problems.extend(wrong)
