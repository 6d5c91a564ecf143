"""The declarations of snippets: experiments, which may come one after another, and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from coursenotes.api import SCALES, Scale, seed_count
from coursenotes.discover.catalog import Catalog, ExperimentInfo, FigureInfo
from coursenotes.discover.python.records import Argument, Decorator, Function
from coursenotes.errors import CoursenotesError, Problems, nearest, unknown

EXPERIMENT = ("coursenotes.experiment", "coursenotes.api.experiment")
FIGURE = ("coursenotes.figure", "coursenotes.api.figure")
ARGUMENTS = ("data", "after", "seeds", "vary", "times", "may_diverge", "minutes", "gigabytes")  # of @experiment
NONE = Argument(None)


class Declared(NamedTuple):
    """A function of a snippet, and the decorator that declares it."""

    topic: str
    path: Path
    function: Function
    decorator: Decorator


def read(catalog: Catalog, topics: Sequence[str], problems: Problems) -> None:
    """Add the experiments, figures and symbols of these topics' snippets to the catalog."""
    experiments: list[Declared] = []
    figures: list[Declared] = []
    for topic in topics:
        try:
            summary = catalog.code.module(f"snippets.{topic}")
        except CoursenotesError as error:
            problems.extend(error)
            continue
        assert summary is not None
        catalog.symbols[topic] = {name: (s.line, s.end) for s in summary.statements for name in s.names}
        for function in summary.functions:
            for decorator in function.decorators:
                declared = Declared(topic, catalog.paths.snippet(topic), function, decorator)
                experiments += [declared] if decorator.name in EXPERIMENT else []
                figures += [declared] if decorator.name in FIGURE else []
    for each in experiments:
        info = _experiment(catalog, each, problems)
        if info is not None:
            catalog.experiments[info.id] = info
    _link(catalog, {f"{each.topic}.{each.function.name}": each.function for each in experiments}, problems)
    for each in figures:
        _figure(catalog, each, problems)


# ---------------------------------------------------------------- experiments
def _experiment(catalog: Catalog, declared: Declared, problems: Problems) -> ExperimentInfo | None:
    topic, path, function, decorator = declared
    line, name = decorator.line, function.name
    data, after = decorator.kwargs.get("data", NONE), decorator.kwargs.get("after", NONE)
    before = len(problems.all)
    if decorator.args:
        problems.add(f"@experiment of {name} takes named arguments only", path, line)
    options: dict[str, Any] = {}
    for key, argument in decorator.kwargs.items():
        if key not in ARGUMENTS:
            problems.extend([unknown("argument of @experiment", key, ARGUMENTS, path, line, "{}=")])
        elif key not in ("data", "after") and not argument.is_literal:
            fix = "write the value out, so that experiments are found without running anything"
            problems.add(f"{key}= of @experiment is computed: {argument.source}", path, line, fix=fix)
        else:
            options[key] = argument.value
    dataset = None if data.is_none else _dataset(catalog, declared, data, problems)
    earlier = None if after.is_none else _experiment_named(catalog, topic, after)
    if not after.is_none and earlier is None:
        fix = "name a function that @experiment marks, of this file or imported"
        problems.add(f"after={after.source} of {name} is not an experiment", path, line, fix=fix)
    vary = options.get("vary") or {}
    seeds = options.get("seeds", 0 if earlier else 1)
    times = options.get("times") or []
    if not isinstance(times, list) or not all(isinstance(metric, str) for metric in times):
        problems.add(f"times= of {name} is not a list of metrics", path, line, fix='times=["seconds"]')
    elif function.returns is not None and (strange := set(times) - set(function.returns)):
        details = [f"it returns: {', '.join(function.returns)}"]
        problems.add(f"times= of {name} names {min(strange)}, which it does not return", path, line, details=details)
    if not isinstance(vary, dict) or not all(isinstance(v, list) and v for v in vary.values()):
        problems.add(f"vary= of {name} is not a dict of non-empty lists", path, line, fix='vary={"p": [0.0, 0.5]}')
    elif not _good_seeds(seeds) and not (earlier and seeds == 0):
        problems.add(f"seeds={seeds!r} of {name}: a number from 1, or one for each scale", path, line, fix="seeds=5")
    for limit in ("minutes", "gigabytes"):
        value = options.get(limit, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            problems.add(f"{limit}={value!r} of {name} is not a number above 0", path, line, fix=f"{limit}=10")
    if not function.doc:
        problems.add(f"the experiment {name} has no docstring", path, function.line, fix="say what it measures")
    if len(problems.all) > before:
        return None
    scales: tuple[Scale, ...] = ("sample",)
    if dataset is not None:
        summary = catalog.code.module(dataset[0])
        assert summary is not None
        scales = tuple(s for s in SCALES if s in summary.datasets[dataset[1]].scales)
    return ExperimentInfo(
        topic, name, path, function.line, function.doc, tuple(function.params), dataset, seeds, vary,
        bool(options.get("may_diverge", False)), float(options.get("minutes", 10)), float(options.get("gigabytes", 4)),
        scales, None if function.returns is None else tuple(function.returns), earlier, tuple(times),
    )  # fmt: skip


def _link(catalog: Catalog, functions: Mapping[str, Function], problems: Problems) -> None:
    """Give experiments that come after another its settings, seeds and scales; check each function's parameters."""
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
                break  # it has problems of its own, which are reported
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
            what = f"{info.name} comes after {before.name}, which has no {setting}={strange[0]!r}"
            problems.add(what, info.path, info.line, details=[f"there is: {before.vary[setting]}"])
    for scale in SCALES:
        if info.seeds and scale in before.scales and seed_count(info.seeds, scale) > seed_count(before.seeds, scale):
            what = f"{info.name} has more seeds than {before.name}, which it comes after"
            problems.add(what, info.path, info.line, fix=f"remove seeds=: it has those of {before.name}")
    scales = tuple(s for s in before.scales if info.data is None or s in info.scales)
    return replace(info, vary={**before.vary, **info.vary}, seeds=info.seeds or before.seeds, scales=scales)


def _parameters(info: ExperimentInfo, function: Function, problems: Problems) -> None:
    """Check that a function takes the arguments that it is called with: data, model, run, and its settings by name."""
    first = (["data"] if info.data else []) + (["model"] if info.after else []) + ["run"]
    params = function.params
    settings = params[len(first) :]
    required = set() if info.after else set(info.vary)
    twice = set(params[: len(first)]) & set(info.vary)
    if len(params) < len(first) or set(settings) - set(info.vary) or required - set(settings) or twice:
        fix = f"def {info.name}({', '.join([*first, *info.vary])})"
        what = f"{info.name}({', '.join(params)}) does not fit its settings"
        problems.add(what, info.path, function.line, fix=fix)


def _experiment_named(catalog: Catalog, topic: str, argument: Argument) -> str | None:
    """The id of the experiment that a decorator names; None where the name is not one."""
    kind, module, target = catalog.code.resolve(f"snippets.{topic}", argument.name)
    summary = catalog.code.module(module) if kind == "symbol" else None
    functions = [function for function in summary.functions if function.name == target] if summary else []
    declares = any(decorator.name in EXPERIMENT for function in functions for decorator in function.decorators)
    return f"{module.removeprefix('snippets.')}.{target}" if declares else None


def _good_seeds(seeds: Any) -> bool:
    if isinstance(seeds, dict):
        return bool(seeds) and seeds.keys() <= set(SCALES) and all(_good_seeds(v) for v in seeds.values())
    return isinstance(seeds, int) and not isinstance(seeds, bool) and seeds >= 1


def _dataset(catalog: Catalog, declared: Declared, argument: Argument, problems: Problems) -> tuple[str, str] | None:
    """The (module, name) of the dataset that a decorator names; None where the name is not one."""
    path, line = declared.path, declared.decorator.line
    kind, module, name = catalog.code.resolve(f"snippets.{declared.topic}", argument.name)
    summary = catalog.code.module(module) if kind == "symbol" else None
    if summary is None or name not in summary.datasets:
        fix = "import a Dataset from snippets.datasets and name it"
        problems.add(f"data={argument.source} is not the name of a dataset", path, line, fix=fix)
        return None
    if summary.datasets[name].computed:
        what = f"the Dataset {name} takes * or ** arguments, which cannot be followed"
        problems.add(what, path, line, fix="write its arguments out")
    for field, source in summary.datasets[name].unread.items():
        what, fix = f"{field}= of the Dataset {name} is computed: {source}", "write it out: it is shown on the site"
        where = summary.statements[summary.positions(name)[0]].line
        problems.add(what, catalog.paths.module_path(module), where, fix=fix)
    if len(summary.positions(name)) > 1:
        problems.add(f"{name} is bound more than once in {module}", path, line, fix="give each Dataset its own name")
    return module, name


def _figure(catalog: Catalog, declared: Declared, problems: Problems) -> None:
    topic, path, function, decorator = declared
    name, line = function.name, decorator.line
    ids = []
    for argument in decorator.args:
        experiment = _experiment_named(catalog, topic, argument)
        if experiment is None:
            close = nearest(argument.source, [e.name for e in catalog.experiments.values() if e.topic == topic])
            fix = f"@figure({close})" if close else "name functions that @experiment marks"
            problems.add(f"@figure of {name}: {argument.source} is not an experiment", path, line, fix=fix)
        else:
            ids.append(experiment)
    if not decorator.args and function.params:  # without results: a drawing of an idea
        problems.add(f"@figure of {name} names no experiment", path, line, fix="@figure(the_experiment)")
    alt = decorator.kwargs.get("alt", NONE).value or " ".join(function.doc.split())
    if not alt:
        problems.add(f"the figure {name} has no docstring, which is its alt text", path, line)
    catalog.figures[f"{topic}.{name}"] = FigureInfo(topic, name, path, function.line, tuple(ids), alt)
