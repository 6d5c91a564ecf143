"""Whether the names in a page's references exist: with page and line, what there is, and the nearest spelling."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from coursenotes import source
from coursenotes.discover import ExperimentInfo, PageInfo, Site
from coursenotes.errors import Problem, nearest
from coursenotes.knowledge import lectures as courses
from coursenotes.knowledge import subjects
from coursenotes.knowledge.lectures import Lecture, Lectures
from coursenotes.references import Malformed, Reference, Target, parse_time, write_href, write_time

WHAT = {
    "code": "class or function",
    "figure": "figure",
    "claim": "claim",
    "measured": "experiment",
    "table": "experiment",
}


def all_problems(site: Site, library: Any = None, lectures: Lectures | None = None) -> list[Problem]:
    """What is wrong with the references of every page. Raises CoursenotesError where courses.yml cannot be read."""
    lectures = lectures or courses.load(site.layout.courses)
    return [problem for page in site.pages.values() for problem in problems(site, page, library, lectures)]


def problems(site: Site, page: PageInfo, library: Any = None, lectures: Lectures | None = None) -> list[Problem]:
    """What is wrong with the names in one page's references and in its front matter's lectures.

    The names of metrics are known for certain from results: with a library, those that were run are checked too.
    """
    lectures = lectures or courses.load(site.layout.courses)
    found = [*_head(page), *_subjects(site, page)]
    found += [p for r in page.references for p in reference_problems(site, r, page, lectures, library)]
    return found + list(_front_matter(page, lectures))


def reference_problems(
    site: Site, reference: Reference, page: PageInfo | None, lectures: Lectures, library: Any = None
) -> Iterator[Problem]:
    """What is wrong with the names in one reference."""
    place, asks = (reference.path, reference.line), reference.asks
    if asks.scheme == "lecture":
        yield from _lecture(asks, place, page, lectures)
        return
    name = asks.target.rpartition(".")[0] if asks.scheme == "measured" else asks.target
    curves = asks.scheme == "figure" and name.endswith("#curves")
    kind = "table" if curves else asks.scheme  # curves are an experiment's
    options: Mapping[str, Any] = {
        "code": _Symbols(site), "figure": site.figures, "claim": site.claims,
    }.get(kind, site.experiments)  # fmt: skip
    name = name.removesuffix("#curves")
    if name not in options:
        rest = asks.target[len(name) :]
        yield _unknown(asks, WHAT[kind], name, rest, options, place)
        return
    if kind in ("measured", "table"):
        experiment = site.experiments[name]
        yield from _scale(asks, experiment.scales, experiment.id, place)
        yield from _settings(asks, experiment, place)
        if kind == "measured":
            yield from _metric(asks, experiment, library, place)
    elif kind == "figure":
        for used in (site.experiments[e] for e in site.figures[name].experiments):
            yield from _scale(asks, used.scales, used.id, place)
    elif kind == "claim" and asks.scale == "full":
        yield from _scale(asks, site.claims[name].scales, f"the claim {name}", place)


def chosen_settings(experiment: ExperimentInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Given settings with the values as they are declared: what is read from text may be 0 for 0.0, or 1 for "1"."""
    return {name: _declared(experiment.vary.get(name, ()), value, value) for name, value in given.items()}


def code_lines(site: Site, target: str) -> tuple[Path, int, int] | None:
    """(file, first line, last line) of topic.Name or topic.Class.method, decorators included; None where unknown."""
    topic, _, name = target.partition(".")
    owner, _, method = name.partition(".")
    lines = site.symbols.get(topic, {}).get(owner)
    if lines is None:
        return None
    path = site.layout.snippet(topic)
    if not method:
        return path, *lines
    for node in source.parse(path).body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name == method:
                    return path, source.first_line(inner), inner.end_lineno or inner.lineno
    return None


class _Symbols(Mapping[str, Any]):
    """topic.Name of every class, function and constant; topic.Class.method is found when it is asked for."""

    def __init__(self, site: Site):
        self.site = site

    def __getitem__(self, name: str) -> tuple[Path, int, int]:
        found = code_lines(self.site, name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (f"{topic}.{name}" for topic, names in self.site.symbols.items() for name in names)

    def __len__(self) -> int:
        return sum(map(len, self.site.symbols.values()))


Place = tuple[Path, int]


def _problem(what: str, place: Place, details: Iterable[str] = (), fix: str | None = None) -> Problem:
    return Problem(what, place[0], place[1], tuple(details), fix)


def _there(options: Iterable[Any], most: int = 12) -> str:
    names = [str(option) for option in options]
    return ", ".join(names[:most]) + (f", and {len(names) - most} more" if len(names) > most else "") or "none"


def _unknown(
    asks: Target, what: str, name: str, rest: str, options: Iterable[str], place: Place
) -> Problem:  # fmt: skip
    topic, _, own = name.partition(".")
    options = list(options)
    topics = sorted({option.partition(".")[0] for option in options})
    here = [option.partition(".")[2] for option in options if option.partition(".")[0] == topic]
    if here:
        close = nearest(own, here)
        corrected = f"{topic}.{close}{rest}" if close else None
        message = f'no {what} "{own}" in {topic}'
        details = [f"there is: {_there(here)}"]
    else:
        close = nearest(name, options) or nearest(topic, topics)
        corrected = (close if "." in close else f"{close}.{own}") + rest if close else None
        message = f'no topic "{topic}" with a {what}'
        details = [f"there is: {_there(topics)}"]
    fix = f"write {write_href(asks._replace(target=corrected))}" if corrected else None
    return _problem(message, place, details, fix)


def _scale(asks: Target, scales: Iterable[str], name: str, place: Place) -> Iterator[Problem]:
    scales = tuple(scales)
    if asks.scale not in scales and scales:
        fix = f"write {write_href(asks._replace(scale=scales[0]))}"
        yield _problem(f"{name} has no {asks.scale} scale", place, [f"it has: {_there(scales)}"], fix)


def _settings(asks: Target, experiment: ExperimentInfo, place: Place) -> Iterator[Problem]:
    given = dict(asks.settings)
    for name, value in asks.settings.items():
        if name not in experiment.vary:
            left = [other for other in experiment.vary if other not in given]
            close = left[0] if len(left) == 1 else nearest(name, left)
            renamed = {close if k == name else k: v for k, v in given.items()} if close else None
            fix = f"write {write_href(asks._replace(settings=renamed))}" if renamed else None
            yield _problem(f'no setting "{name}" in {experiment.id}', place,
                           [f"it varies: {_there(experiment.vary)}"], fix)  # fmt: skip
            if close:
                given.pop(name)
                given[close] = value
            continue
        values = experiment.vary[name]
        if _declared(values, value, _MISSING) is _MISSING:
            close_value = _nearest_value(value, values)
            changed = {**given, name: close_value}
            yield _problem(f"{experiment.id} is not run with {name}={value}", place,
                           [f"it is run with {name}: {_there(values)}"],
                           f"write {write_href(asks._replace(settings=changed))}")  # fmt: skip
    unsaid = {name: values for name, values in experiment.vary.items() if name not in given and len(values) > 1}
    if asks.scheme == "measured" and unsaid:
        first = {**given, **{name: values[0] for name, values in unsaid.items()}}
        yield _problem(
            f"{write_href(asks)} does not say which {' and '.join(unsaid)}", place,
            [f"{name} is one of: {_there(values)}" for name, values in unsaid.items()],
            f"write {write_href(asks._replace(settings=first))}",
        )  # fmt: skip


def _metric(asks: Target, experiment: ExperimentInfo, library: Any, place: Place) -> Iterator[Problem]:
    metric = asks.target.rpartition(".")[2]
    names = experiment.returns
    results = library.results(experiment.id, asks.scale) if library is not None else None
    if results is not None:
        names = tuple(results.metrics)
    if names is not None and metric not in names:
        close = nearest(metric, names)
        fix = f"write {write_href(asks._replace(target=f'{experiment.id}.{close}'))}" if close else None
        yield _problem(f'no metric "{metric}" in {experiment.id}', place, [f"it returns: {_there(names)}"], fix)


def _lecture(asks: Target, place: Place, page: PageInfo | None, lectures: Lectures) -> Iterator[Problem]:
    code, _, time = asks.target.partition("@")
    if code:
        lecture = lectures.get(code)
    else:
        lecture = lectures.of_page(page.name, page.meta) if page else None
    if lecture is None and not code:
        yield _problem(f"[{time}] is in no lecture: this page has none of its own", place, (),
                       f"write [course/lecture@{time}], or in the front matter lectures: [dl2022/8]")  # fmt: skip
    elif lecture is None:
        close = lectures.nearest(code)
        fix = f"write [{close}@{time}]" if close and time else f"write lecture:{close}" if close else None
        yield _problem(f'no lecture "{code}"', place, [f"there is: {_there(lectures.names())}"], fix)
    elif time:
        yield from _too_late(lecture, time, place)


def _too_late(lecture: Lecture, time: str, place: Place) -> Iterator[Problem]:
    if lecture.seconds is not None and parse_time(time) > lecture.seconds:
        yield _problem(f"{time} is after the end of {lecture.id}, which lasts {write_time(lecture.seconds)}", place)


FIELDS = ("title", "lectures", "authors", "lists", "subject", "subjects")


def _head(page: PageInfo) -> Iterator[Problem]:
    """What is wrong with the lines before the text: marks that hide them, a field that is nearly one of ours."""
    if page.text.startswith("\ufeff"):
        yield _problem("begins with a byte order mark, which hides its front matter", (page.path, 1), (),
                       "save it as UTF-8 without BOM")  # fmt: skip
    elif not page.meta and re.match(r"---[ \t]*\n\w+:", page.text) and "\n---\n" not in page.text[4:]:
        yield _problem("front matter is not closed", (page.path, 1), (), "end it with a line of ---")
    for field in page.meta:
        close = nearest(str(field), FIELDS)
        if close and field not in FIELDS:
            yield _problem(f"no field {field}: in front matter", _field(page, str(field)), (), f"write {close}:")


def _subjects(site: Site, page: PageInfo) -> Iterator[Problem]:
    """A list of subjects that is none, and a page's subject that the index page beside it does not name."""
    if "subjects" in page.meta and not subjects.named(page.meta):
        yield _problem(
            "subjects: is not a list", _field(page, "subjects"), (), "write subjects: [Recommenders, Tables]"
        )
    there = subjects.of_page(page, site.pages)
    given = page.meta.get("subject")
    if given is not None and str(given) not in there:
        close = nearest(str(given), there)
        details = [f"the index page beside it names: {_there(there)}"]
        fix = f"write subject: {close}" if close else "add it to subjects: there"
        yield _problem(f"no subject {given!r}", _field(page, "subject"), details, fix)


def _field(page: PageInfo, name: str) -> Place:
    return page.path, next((n for n, s in enumerate(page.text.split("\n"), 1) if s.startswith(f"{name}:")), 1)


def _front_matter(page: PageInfo, lectures: Lectures) -> Iterator[Problem]:
    entries = page.meta.get("lectures")
    if entries is None:
        return
    place = _field(page, "lectures")
    if not isinstance(entries, list):
        yield _problem("lectures: is not a list", place, (), f"write lectures: [{entries}]")
        return
    for entry in entries:
        code, _, time = str(entry).partition("@")
        if not isinstance(entry, str) or not code:
            yield _problem(f"lectures: {entry!r} is no lecture; YAML reads a bare time as a number", place, (),
                           'write lectures: ["dl2022/8@1:08:22"]')  # fmt: skip
            continue
        try:
            seconds = parse_time(time) if time else 0
        except Malformed as error:
            yield _problem(f"lectures: {entry}: {error}", place, (), error.fix)
            continue
        asks = Target("lecture", f"{code}@{write_time(seconds)}" if time else code, {}, "sample")
        yield from (
            replace(p, fix=p.fix and p.fix.replace("[", "lectures: [")) for p in _lecture(asks, place, page, lectures)
        )


_MISSING = object()


def _declared(values: Iterable[Any], given: Any, otherwise: Any) -> Any:
    values = list(values)
    for value in values:
        if value == given and isinstance(value, bool) == isinstance(given, bool):
            return value
    return next((value for value in values if str(value) == str(given)), otherwise)


def _nearest_value(given: Any, values: list[Any]) -> Any:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if isinstance(given, int | float) and numbers:
        return min(numbers, key=lambda v: abs(v - given))
    close = nearest(str(given), [str(v) for v in values])
    return next((v for v in values if str(v) == close), values[0])
