"""Checks of the whole project: every name resolves, every claim is on a page, everything computed is used."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from coursenotes.api import SCALES
from coursenotes.cache import published
from coursenotes.claims import acceptance
from coursenotes.discover.python import refusals
from coursenotes.errors import CoursenotesError, Problem, Problems
from coursenotes.experiments.plan import Plan
from coursenotes.figures.cells import lookup
from coursenotes.knowledge.form import opening
from coursenotes.project import Project
from coursenotes.site import releases
from coursenotes.site.markdown import measured, resolve


def static(project: Project) -> list[Problem]:
    """All problems that can be detected before anything runs."""
    problems = Problems()
    catalog = project.catalog
    problems.extend(catalog.problems)
    problems.extend(project.knowledge.problems())
    try:
        problems.extend(resolve.all_problems(project.knowledge))
    except CoursenotesError as error:
        problems.extend(error)
    for page in catalog.pages.values():
        wrong = lookup.check(page.text, page.path)
        problems.extend(wrong or lookup.refused(project.plan, page))
    for experiment in catalog.experiments.values():
        for scale in experiment.scales:
            problems.extend(project.plan.refused(experiment.id, scale))
    for figure in catalog.figures.values():
        closure = catalog.code.closure(f"snippets.{figure.topic}", figure.name)
        problems.extend(closure.problems(refusals.IN_JOBS, refusals.ADDRESS, refusals.CLOCK))
    problems.extend(_unused(project))
    problems.extend(_published(project))
    problems.extend(releases.problems(project.paths))
    problems.extend(_named_as_a_page(project))
    return problems.all


def after_training(project: Project) -> list[Problem]:
    """All problems that can only be detected from results: missing results, unknown or unused metrics, no spread."""
    problems = Problems()
    problems.extend(without_results(project))
    problems.extend(resolve.all_problems(project.knowledge, project.plan))
    problems.extend(_unused_metrics(project))
    for experiment in project.catalog.experiments.values():
        for scale in experiment.scales:
            problems.extend(without_spread(project.plan, experiment.id, scale))
    return problems.all


def without_spread(plan: Plan, name: str, scale: str) -> list[Problem]:
    """The problem of an experiment whose metrics are equal for every seed: it sets a seed of its own."""
    results = plan.results(name, scale)
    if results is None or len(results.seeds) < 2 or not results.metrics:
        return []
    if any(len(set(group.metric(m).tolist())) > 1 for _, group in results.groups() for m in results.metrics):
        return []
    info = plan.experiment(name)
    return [
        Problem(
            f"{name} returns the same metrics for each of {len(results.seeds)} seeds ({scale} scale)",
            info.path,
            info.line,
            ("with no spread, any margin would be accepted",),
            "draw from torch, numpy and random, which every run seeds; if nothing is random, declare seeds=1",
        )
    ]


def accepted(project: Project) -> list[Problem]:
    """Claims whose current code no replication has accepted: fine while writing, an error before publishing.

    Claims at full scale, whose replication takes hours, may wait.
    """
    found = acceptance.problems(project.plan)
    for claim in project.catalog.claims.values():
        if not claim.experiments or "sample" not in claim.scales:
            continue
        record = acceptance.load(project.plan, claim, "sample")
        if record is None or not record.accepted:
            found.append(
                Problem(
                    f"the claim {claim.name} is not accepted yet", claim.path, claim.line,
                    tuple(record.problems) if record else ("its current code has not been replicated",),
                    f"coursenotes replicate {claim.topic}" if record is None else
                    "use more seeds, a larger effect or a weaker statement; see docs/contribute/claims.md",
                )
            )  # fmt: skip
    return found


def without_results(project: Project) -> list[Problem]:
    """Experiments without results at sample scale, each at the first reference to it; full scale may be missing."""
    missing = [name for name, scale in project.plan.wanted("sample") if project.plan.results(name, scale) is None]
    places: dict[str, tuple[Path, int]] = {}
    for page in project.catalog.pages.values() if missing else ():
        for ref in page.references:
            claim = project.catalog.claims.get(ref.name) if ref.scheme == "claim" else None
            for name in (*claim.experiments, *claim.controls) if claim else project.plan.read_by(ref):
                places.setdefault(name, (page.path, ref.line))
    known = project.catalog.experiments
    return [
        Problem(
            f"no results of {name} at sample scale: its numbers cannot be checked",
            *places.get(name, (known[name].path, known[name].line)), fix="coursenotes build",
        )
        for name in missing
    ]  # fmt: skip


def credited(project: Project) -> list[Problem]:
    """Notes without a source or a license: a draft like this can be built, but not published."""
    return list(project.knowledge.credit.missing())


def openings(project: Project) -> list[Problem]:
    """Notes that do not begin with a question, its answer and a picture: a draft like this can be built, too."""
    return list(opening.problems(project.catalog))


def prose(project: Project) -> list[Problem]:
    """Numbers in prose: link texts that disagree with the measurement, and typed digits that look measured."""
    problems = Problems()
    problems.extend(without_results(project))
    for page in project.catalog.pages.values():
        problems.extend(measured.text_problems(project.plan, page))
        if not project.paths.is_note(page.name):
            continue
        for line, digits in measured.looks_measured(page.text):
            problems.add(
                f"{digits} looks measured, but is typed by hand", page.path, line,
                fix="write [](measured:topic.experiment.metric), or end the line with <!-- given -->",
            )  # fmt: skip
    return problems.all


def _named_as_a_page(project: Project) -> list[Problem]:
    """Topics whose evidence page would have the address of another generated page."""
    return [
        Problem(f"a topic cannot be called {topic}", project.paths.snippet(topic), 1,
                (f"evidence/{topic}.md is a page about all topics",), "choose another name")
        for topic in project.paths.topics()
        if project.paths.topic_page(topic) in ("evidence/claims.md", "evidence/index.md")
    ]  # fmt: skip


def _published(project: Project) -> list[Problem]:
    """Published results that cannot be read: pages would be rendered without their numbers."""
    problems = Problems()
    for path in project.paths.published_files():
        try:
            published.read(path)
        except CoursenotesError as error:
            problems.extend(error)
    return problems.all


def _unused(project: Project) -> list[Problem]:
    """Claims and figures that are not on any page, claims without controls, experiments that nothing uses."""
    catalog, problems = project.catalog, Problems()
    references = Counter((ref.scheme, ref.name) for page in catalog.pages.values() for ref in page.references)
    for claim in catalog.claims.values():
        if not references["claim", claim.id]:
            problems.add(
                f"the claim {claim.name} is not on any page", claim.path, claim.line,
                fix=f"write [the sentence](claim:{claim.name}) in docs/concepts/{claim.topic}.md",
            )  # fmt: skip
        if not claim.falsifiers:
            problems.add(
                f"the claim {claim.name} has no control that would refute it", claim.path, claim.line,
                fix="add @falsified_by(...)",
            )  # fmt: skip
    for figure in catalog.figures.values():
        if not references["figure", figure.id]:
            problems.add(
                f"the figure {figure.name} is not on any page", figure.path, figure.line,
                fix=f"write ![](figure:{figure.id}) on a page, or remove it",
            )  # fmt: skip
    used = {name for scale in SCALES for name, _ in project.plan.wanted(scale)}
    for experiment in catalog.experiments.values():
        if not experiment.scales:
            problems.add(
                f"the dataset of {experiment.name} has no data at any scale", experiment.path, experiment.line,
                fix="give its Dataset a function sample= or full=",
            )  # fmt: skip
        elif experiment.id not in used:
            problems.add(
                f"nothing uses the experiment {experiment.name}", experiment.path, experiment.line,
                fix="show it in a figure, a number or a claim, or remove it",
            )  # fmt: skip
    return problems.all


def _unused_metrics(project: Project) -> list[Problem]:
    """Metrics that no page, figure or claim uses. A name that starts with _ marks one for diagnosis."""
    catalog, problems = project.catalog, Problems()
    shown: set[str] = set()
    tables: set[str] = set()
    for page in catalog.pages.values():
        for ref in page.references:
            if ref.scheme == "measured":
                shown.add(ref.name)
            elif ref.scheme == "table":
                tables.add(ref.name)
    for experiment in catalog.experiments.values():
        if experiment.id in tables:
            continue
        text = "".join(c.source for c in catalog.claims.values() if experiment.id in (*c.experiments, *c.controls))
        for figure in catalog.figures.values():
            if experiment.id in figure.experiments:
                text += figure.path.read_text(encoding="utf-8")
        for scale in experiment.scales:
            results = project.plan.results(experiment.id, scale)
            for name in results.metrics if results else ():
                quoted = f'"{name}"' in _without_returns(text, name) or f"'{name}'" in text
                if not name.startswith("_") and f"{experiment.id}.{name}" not in shown and not quoted:
                    problems.add(
                        f"nothing uses the metric {name!r} of {experiment.name}", experiment.path, experiment.line,
                        fix=f"show it, or rename it to _{name} if it is for diagnosis",
                    )  # fmt: skip
    return problems.all


def _without_returns(text: str, name: str) -> str:
    """The text without the dict entry that returns the metric: returning it is not using it."""
    return text.replace(f'"{name}":', "")
