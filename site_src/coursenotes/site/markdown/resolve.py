"""Whether the names in a page's references exist; problems have their line, what there is, and the nearest spelling."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from coursenotes.discover.project import Catalog, ExperimentInfo, PageInfo
from coursenotes.discover.python import statements
from coursenotes.discover.text.addresses import Context, Target, write_href
from coursenotes.discover.text.references import Reference
from coursenotes.errors import Problem, nearest, some
from coursenotes.experiments.plan import Plan
from coursenotes.knowledge.base import Knowledge
from coursenotes.knowledge.facts import dated
from coursenotes.knowledge.lectures import lectures
from coursenotes.knowledge.links import renamed

WHAT = {
    "code": "class or function",
    "figure": "figure",
    "claim": "claim",
    "measured": "experiment",
    "table": "experiment",
}


def all_problems(knowledge: Knowledge, plan: Plan | None = None) -> list[Problem]:
    """The problems of every page's references. Raises CoursenotesError if courses.yml cannot be read."""
    return [problem for page in knowledge.catalog.pages.values() for problem in problems(knowledge, page, plan)]


def problems(knowledge: Knowledge, page: PageInfo, plan: Plan | None = None) -> list[Problem]:
    """The problems with the names in one page's references.

    Only results tell the names of metrics for certain: with a plan, experiments that were run are checked by them.
    """
    return [p for r in page.references for p in reference_problems(knowledge, r, page, plan)]


def reference_problems(
    knowledge: Knowledge, reference: Reference, page: PageInfo | None, plan: Plan | None = None
) -> Iterator[Problem]:
    """The problems with the names in one reference."""
    catalog, target = knowledge.catalog, reference.target
    place = Place(reference.path, reference.line, page.context if page else Context())
    if target.scheme in ("lecture", "cite", "term", "dated"):
        yield from _known(knowledge, reference, page)
        return
    name = target.name.rpartition(".")[0] if target.scheme == "measured" else target.name
    curves = target.scheme == "figure" and name.endswith("#curves")
    kind = "table" if curves else target.scheme  # curves belong to an experiment
    options: Mapping[str, Any] = {
        "code": _Symbols(catalog), "figure": catalog.figures, "claim": catalog.claims,
    }.get(kind, catalog.experiments)  # fmt: skip
    name = name.removesuffix("#curves")
    if name not in options:
        rest = target.name[len(name) :]
        new = renamed.names(catalog, WHAT[kind]).get(name) if WHAT[kind] in renamed.KINDS else None
        if new is not None:
            fix = f"write {place.href(target._replace(name=new + rest))}"
            yield _problem(f"the {WHAT[kind]} {name} has a new name", place, (), fix)
            return
        yield _unknown(target, WHAT[kind], name, rest, options, place)
        return
    if kind in ("measured", "table"):
        experiment = catalog.experiments[name]
        yield from _scale(target, experiment.scales, experiment.id, place)
        yield from _settings(target, experiment, place)
        if kind == "measured":
            yield from _metric(target, experiment, plan, place)
    elif kind == "figure":
        for used in (catalog.experiments[e] for e in catalog.figures[name].experiments):
            yield from _scale(target, used.scales, used.id, place)
    elif kind == "claim" and target.scale == "full":
        yield from _scale(target, catalog.claims[name].scales, f"the claim {name}", place)


def _known(knowledge: Knowledge, reference: Reference, page: PageInfo | None) -> Iterator[Problem]:
    """The problems with a reference to a lecture, a work, a term or a date."""
    place = reference.path, reference.line
    if reference.scheme == "lecture":
        yield from lectures.problems(knowledge.lectures, reference.name, place, page)
    elif reference.scheme == "cite":
        yield from knowledge.literature.unknown(reference.name, *place)
    elif reference.scheme == "term":
        listed = page is None or knowledge.visibility.page(page.name)
        yield from knowledge.glossary.problems(reference.name, *place, page, listed)
    else:
        yield from dated.problems(reference, knowledge.today)


def chosen_settings(experiment: ExperimentInfo, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with their values as declared: a value read from a text may be 0 for 0.0, or 1 for "1"."""
    return {name: _declared(experiment.vary.get(name, ()), value, value) for name, value in chosen.items()}


def code_lines(catalog: Catalog, target: str) -> tuple[Path, int, int] | None:
    """(file, first line, last line) of topic.Name or topic.Class.method, decorators included; None if unknown."""
    topic, _, name = target.partition(".")
    owner, _, method = name.partition(".")
    lines = catalog.symbols.get(topic, {}).get(owner)
    if lines is None:
        return None
    path = catalog.paths.snippet(topic)
    if not method:
        return path, *lines
    for node in statements.parse(path).body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name == method:
                    return path, statements.first_line(inner), inner.end_lineno or inner.lineno
    return None


class _Symbols(Mapping[str, Any]):
    """Every class, function and constant by topic.Name; topic.Class.method is found on lookup, but not listed."""

    def __init__(self, catalog: Catalog):
        self.catalog = catalog

    def __getitem__(self, name: str) -> tuple[Path, int, int]:
        found = code_lines(self.catalog, name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (f"{topic}.{name}" for topic, names in self.catalog.symbols.items() for name in names)

    def __len__(self) -> int:
        return sum(map(len, self.catalog.symbols.values()))


class Place(NamedTuple):
    """Where a reference is, and what its page implies."""

    path: Path
    line: int
    context: Context

    def href(self, target: Target) -> str:
        """The address of a target, as short as this page allows."""
        return write_href(target, self.context)


def _problem(what: str, place: Place, details: Iterable[str] = (), fix: str | None = None) -> Problem:
    return Problem(what, place.path, place.line, tuple(details), fix)


def _unknown(
    target: Target, what: str, name: str, rest: str, options: Iterable[str], place: Place
) -> Problem:  # fmt: skip
    topic, _, own = name.partition(".")
    options = list(options)
    topics = sorted({option.partition(".")[0] for option in options})
    here = [option.partition(".")[2] for option in options if option.partition(".")[0] == topic]
    if here:
        close = nearest(own, here)
        corrected = f"{topic}.{close}{rest}" if close else None
        message = f'no {what} "{own}" in {topic}'
        details = [f"there is: {some(here)}"]
    else:
        close = nearest(name, options) or nearest(topic, topics)
        corrected = (close if "." in close else f"{close}.{own}") + rest if close else None
        message = f'no topic "{topic}" with {"an" if what[0] in "aeiou" else "a"} {what}'
        details = [f"there is: {some(topics)}"]
    fix = f"write {place.href(target._replace(name=corrected))}" if corrected else None
    return _problem(message, place, details, fix)


def _scale(target: Target, scales: Iterable[str], name: str, place: Place) -> Iterator[Problem]:
    scales = tuple(scales)
    if target.scale not in scales and scales:
        fix = f"write {place.href(target._replace(scale=scales[0]))}"
        yield _problem(f"{name} has no {target.scale} scale", place, [f"it has: {some(scales)}"], fix)


def _settings(target: Target, experiment: ExperimentInfo, place: Place) -> Iterator[Problem]:
    settings = dict(target.settings)
    for name, value in target.settings.items():
        if name not in experiment.vary:
            left = [other for other in experiment.vary if other not in settings]
            close = left[0] if len(left) == 1 else nearest(name, left)
            renamed = {close if k == name else k: v for k, v in settings.items()} if close else None
            fix = f"write {place.href(target._replace(settings=renamed))}" if renamed else None
            yield _problem(f'no setting "{name}" in {experiment.id}', place,
                           [f"it varies: {some(experiment.vary)}"], fix)  # fmt: skip
            if close:
                settings.pop(name)
                settings[close] = value
            continue
        values = experiment.vary[name]
        if _declared(values, value, _MISSING) is _MISSING:
            close_value = _nearest_value(value, values)
            changed = {**settings, name: close_value}
            yield _problem(f"{experiment.id} is not run with {name}={value}", place,
                           [f"it is run with {name}: {some(values)}"],
                           f"write {place.href(target._replace(settings=changed))}")  # fmt: skip
    unsaid = {name: values for name, values in experiment.vary.items() if name not in settings and len(values) > 1}
    if target.scheme == "measured" and unsaid:
        first = {**settings, **{name: values[0] for name, values in unsaid.items()}}
        yield _problem(
            f"{place.href(target)} does not say which {' and '.join(unsaid)}", place,
            [f"{name} is one of: {some(values)}" for name, values in unsaid.items()],
            f"write {place.href(target._replace(settings=first))}",
        )  # fmt: skip


def _metric(target: Target, experiment: ExperimentInfo, plan: Plan | None, place: Place) -> Iterator[Problem]:
    metric = target.name.rpartition(".")[2]
    names = experiment.returns
    results = plan.results(experiment.id, target.scale) if plan is not None else None
    if results is not None:
        names = tuple(results.metrics)
    if names is not None and metric not in names:
        close = nearest(metric, names)
        fix = f"write {place.href(target._replace(name=f'{experiment.id}.{close}'))}" if close else None
        yield _problem(f'no metric "{metric}" in {experiment.id}', place, [f"it returns: {some(names)}"], fix)


_MISSING = object()


def _declared(values: Iterable[Any], written: Any, otherwise: Any) -> Any:
    values = list(values)
    for value in values:
        if value == written and isinstance(value, bool) == isinstance(written, bool):
            return value
    return next((value for value in values if str(value) == str(written)), otherwise)


def _nearest_value(written: Any, values: list[Any]) -> Any:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if isinstance(written, int | float) and numbers:
        return min(numbers, key=lambda v: abs(v - written))
    close = nearest(str(written), [str(v) for v in values])
    return next((v for v in values if str(v) == close), values[0])
