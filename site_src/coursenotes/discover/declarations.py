"""What snippets declare: experiments, which may come one after another, and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from coursenotes.api import SCALES, Scale, seed_count
from coursenotes.discover.catalog import Catalog, ExperimentInfo, FigureInfo
from coursenotes.errors import CoursenotesError, Problems, nearest

EXPERIMENT = ("coursenotes.experiment", "coursenotes.api.experiment")
FIGURE = ("coursenotes.figure", "coursenotes.api.figure")
KNOWN = ("data", "after", "seeds", "vary", "times", "may_diverge", "minutes", "gigabytes")
Declared = tuple[str, Path, Mapping[str, Any], Mapping[str, Any]]  # topic, file, the function, its decorator


def read(catalog: Catalog, topics: Sequence[str], problems: Problems) -> None:
    """Put the experiments and figures of these topics' snippets, and their symbols, into the site."""
    experiments: list[Declared] = []
    figures: list[Declared] = []
    for topic in topics:
        try:
            summary = catalog.code.module(f"snippets.{topic}")
        except CoursenotesError as error:
            problems.extend(error)
            continue
        assert summary is not None
        catalog.symbols[topic] = {n: (s["line"], s["end"]) for s in summary["statements"] for n in s["names"]}
        for function in summary["declared"]:
            for decorator in function["decorators"]:
                kind = {**dict.fromkeys(EXPERIMENT, experiments), **dict.fromkeys(FIGURE, figures)}
                if decorator["name"] in kind:
                    kind[decorator["name"]].append((topic, catalog.paths.snippet(topic), function, decorator))
    for each in experiments:
        info = _experiment(catalog, *each, problems)
        if info is not None:
            catalog.experiments[info.id] = info
    _link(catalog, {f"{topic}.{function['name']}": function for topic, _, function, _ in experiments}, problems)
    for each in figures:
        _figure(catalog, *each, problems)


# ---------------------------------------------------------------- experiments
def _experiment(
    catalog: Catalog,
    topic: str,
    path: Path,
    declared: Mapping[str, Any],
    decorator: Mapping[str, Any],
    problems: Problems,
) -> ExperimentInfo | None:
    line, name = decorator["line"], declared["name"]
    given: dict[str, Any] = {}
    data: tuple[str, str] | None = None
    after: str | None = None
    found = len(problems.found)
    if decorator["args"]:
        problems.add(f"@experiment of {name} takes named arguments only", path, line)
    for key, value in decorator["kwargs"].items():
        if key not in KNOWN:
            close = nearest(key, KNOWN)
            problems.add(
                f"@experiment has no argument {key!r}", path, line, details=[f"it takes: {', '.join(KNOWN)}"],
                fix=f"write {close}=" if close else None,
            )  # fmt: skip
        elif key == "data" and value.get("value", ...) is not None:
            data = _dataset(catalog, topic, path, line, value, problems)
        elif key == "after" and value.get("value", ...) is not None:
            after = _named(catalog, topic, value)
            if after is None:
                shown = value.get("name") or value.get("code") or value.get("value")
                problems.add(f"after={shown!r} of {name} is not an experiment", path, line,
                             fix="name a function that @experiment marks, of this file or imported")  # fmt: skip
        elif key not in ("data", "after") and "value" not in value:
            problems.add(
                f"{key}= of @experiment is computed: {value.get('name') or value.get('code')}", path, line,
                fix="write the value out, so that experiments are found without running anything",
            )  # fmt: skip
        else:
            given[key] = value.get("value")
    vary = given.get("vary") or {}
    seeds = given.get("seeds", 0 if after else 1)
    times = given.get("times") or []
    if not isinstance(times, list) or not all(isinstance(metric, str) for metric in times):
        problems.add(f"times= of {name} is not a list of metrics", path, line, fix='times=["seconds"]')
    elif declared["returns"] is not None and (strange := set(times) - set(declared["returns"])):
        problems.add(f"times= of {name} names {min(strange)}, which it does not return", path, line,
                     details=[f"it returns: {', '.join(declared['returns'])}"])  # fmt: skip
    if not isinstance(vary, dict) or not all(isinstance(v, list) and v for v in vary.values()):
        problems.add(f"vary= of {name} is not a dict of non-empty lists", path, line, fix='vary={"p": [0.0, 0.5]}')
    elif not _good_seeds(seeds) and not (after and seeds == 0):
        problems.add(f"seeds={seeds!r} of {name}: a number from 1, or one for each scale", path, line, fix="seeds=5")
    for limit in ("minutes", "gigabytes"):
        value = given.get(limit, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            problems.add(f"{limit}={value!r} of {name} is not a number above 0", path, line, fix=f"{limit}=10")
    if not declared["doc"]:
        problems.add(f"the experiment {name} has no docstring", path, declared["line"], fix="say what it measures")
    if len(problems.found) > found:
        return None
    scales: tuple[Scale, ...] = ("sample",)
    if data is not None:
        summary = catalog.code.module(data[0])
        assert summary is not None
        scales = tuple(s for s in SCALES if s in summary["datasets"][data[1]]["scales"])
    return ExperimentInfo(
        topic, name, path, declared["line"], declared["doc"], tuple(declared["params"]), data, seeds, vary,
        bool(given.get("may_diverge", False)), float(given.get("minutes", 10)), float(given.get("gigabytes", 4)),
        scales, None if declared["returns"] is None else tuple(declared["returns"]), after, tuple(times),
    )  # fmt: skip


def _link(catalog: Catalog, functions: Mapping[str, Mapping[str, Any]], problems: Problems) -> None:
    """Give what comes after another its settings, seeds and scales; check each function's parameters."""
    done: dict[str, ExperimentInfo] = {}
    for name in list(catalog.experiments):
        chain = [name]
        while chain[-1] not in done and (before := catalog.experiments[chain[-1]].after) is not None:
            if before in chain:
                info = catalog.experiments[name]
                circle = " after ".join(c.removeprefix(f"{info.topic}.") for c in [*chain, before])
                problems.add(f"{info.name} comes after itself: {circle}", info.path, info.line, fix="cut the circle")
                return
            if before not in catalog.experiments:
                break  # it has problems of its own, which are told
            chain.append(before)
        for each in reversed(chain):
            if each not in done:
                done[each] = _after(catalog.experiments[each], done, problems)
                _parameters(done[each], functions[each], problems)
    catalog.experiments = {name: done[name] for name in catalog.experiments}


def _after(info: ExperimentInfo, done: Mapping[str, ExperimentInfo], problems: Problems) -> ExperimentInfo:
    before = done.get(info.after or "")
    if before is None:
        return info
    for setting, values in info.vary.items():
        strange = [v for v in values if setting in before.vary and v not in before.vary[setting]]
        if strange:
            problems.add(f"{info.name} comes after {before.name}, which has no {setting}={strange[0]!r}", info.path,
                         info.line, details=[f"there is: {before.vary[setting]}"])  # fmt: skip
    for scale in SCALES:
        if info.seeds and scale in before.scales and seed_count(info.seeds, scale) > seed_count(before.seeds, scale):
            problems.add(f"{info.name} has more seeds than {before.name}, which it comes after", info.path, info.line,
                         fix=f"take seeds= away: it has those of {before.name}")  # fmt: skip
    scales = tuple(s for s in before.scales if info.data is None or s in info.scales)
    return replace(info, vary={**before.vary, **info.vary}, seeds=info.seeds or before.seeds, scales=scales)


def _parameters(info: ExperimentInfo, declared: Mapping[str, Any], problems: Problems) -> None:
    """Whether a function takes what it is called with: data, model, run, and its settings by name."""
    first = (["data"] if info.data else []) + (["model"] if info.after else []) + ["run"]
    given = declared["params"]
    settings = given[len(first) :]
    needed = [] if info.after else list(info.vary)
    twice = set(given[: len(first)]) & set(info.vary)
    if len(given) < len(first) or [p for p in settings if p not in info.vary] or set(needed) - set(settings) or twice:
        problems.add(
            f"{info.name}({', '.join(given)}) does not fit its settings", info.path, declared["line"],
            fix=f"def {info.name}({', '.join([*first, *info.vary])})",
        )  # fmt: skip


def _named(catalog: Catalog, topic: str, value: Mapping[str, Any]) -> str | None:
    """The id of the experiment that a decorator names; None where it names none."""
    kind, module, target = catalog.code.resolve(f"snippets.{topic}", value.get("name", ""))
    there = catalog.code.module(module) if kind == "symbol" else None
    declares = there is not None and any(
        d["name"] == target and any(x["name"] in EXPERIMENT for x in d["decorators"]) for d in there["declared"]
    )
    return f"{module.removeprefix('snippets.')}.{target}" if declares else None


def _good_seeds(seeds: Any) -> bool:
    if isinstance(seeds, dict):
        return bool(seeds) and seeds.keys() <= set(SCALES) and all(_good_seeds(v) for v in seeds.values())
    return isinstance(seeds, int) and not isinstance(seeds, bool) and seeds >= 1


def _dataset(
    catalog: Catalog, topic: str, path: Path, line: int, value: Mapping[str, Any], problems: Problems
) -> tuple[str, str] | None:
    kind, module, name = catalog.code.resolve(f"snippets.{topic}", value.get("name", ""))
    summary = catalog.code.module(module) if kind == "symbol" else None
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
    catalog: Catalog,
    topic: str,
    path: Path,
    declared: Mapping[str, Any],
    decorator: Mapping[str, Any],
    problems: Problems,
) -> None:
    name, line = declared["name"], decorator["line"]
    ids = []
    for arg in decorator["args"]:
        experiment = _named(catalog, topic, arg)
        if experiment is None:
            shown = arg.get("name") or arg.get("code") or repr(arg.get("value"))
            close = nearest(shown, [e.name for e in catalog.experiments.values() if e.topic == topic])
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
    catalog.figures[f"{topic}.{name}"] = FigureInfo(topic, name, path, declared["line"], tuple(ids), alt)
