"""An experiment's evidence: its data and settings, every job with its numbers, its code, and how to run it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from coursenotes.api import seed_count
from coursenotes.claims import verdicts
from coursenotes.experiments import provenance
from coursenotes.paths import Paths
from coursenotes.result import Results, Row
from coursenotes.site.generated import GeneratedPage
from coursenotes.site.html import (
    ROOT,
    badge,
    claim_link,
    experiment_link,
    front_matter,
    pages_with,
    paragraphs,
    table,
    topic_title,
)
from coursenotes.site.markdown.numbers import in_words, setting

if TYPE_CHECKING:
    from coursenotes.discover.project import ExperimentInfo
    from coursenotes.project import Project

SCALES = {"sample": "Sample scale", "full": "Full scale"}


def page(project: Project, name: str) -> GeneratedPage:
    """The evidence of one experiment."""
    info = project.catalog.experiments[name]
    first = " ".join(info.doc.split("\n\n")[0].split())
    parts = [*front_matter(f"Evidence: {name}", first, search=False), ""]
    parts += [f"# Evidence: `{name}`", "", paragraphs(info.doc), "", _facts(project, info), ""]
    for scale in info.scales:
        parts += [f"## {SCALES[scale]}", "", *_results(project, info, scale)]
    parts += ["## Code", "", f"[The experiment](code:{name})", ""]
    parts += ["## Run it again", "", "From a checkout of the project:", "", "```sh", f"coursenotes run {name}"]
    parts += [f"nox -s train -- {name}  # at full scale"] if "full" in info.scales else []
    parts += ["```", "", "## What rests on it", "", _used(project, info), ""]
    listed = project.knowledge.visibility.experiment(name)
    return GeneratedPage(f"evidence/{name}.md", "\n".join(parts), listed, in_nav=False)


def index(project: Project) -> str:
    """The list of all experiments, by topic."""
    parts = front_matter("Evidence", "Every experiment behind the notes, with all its runs, and every claim")
    parts += ["", "# Evidence", "", _counts(project), "", "[The claims, each with what would refute it](claims.md)", ""]
    for topic in sorted({info.topic for info in shown(project)}):
        there = [info for info in shown(project) if info.topic == topic]
        title = topic_title(project, topic)
        url = Paths.page_url(Paths.topic_page(topic)).removeprefix("evidence/")
        claims = f'<p><a href="{url}">The claims on {escape(title)}</a></p>'
        parts += [f"## {title}", "", listing(project, there, title, "../"), "", claims, ""]
    return "\n".join(parts)


def shown(project: Project, *, listed: bool = True) -> list[ExperimentInfo]:
    """The experiments that listed pages use, or those that none uses, by name."""
    seen = project.knowledge.visibility
    return [info for name, info in sorted(project.catalog.experiments.items()) if seen.experiment(name) == listed]


def listing(project: Project, experiments: Iterable[ExperimentInfo], label: str, root: str = ROOT) -> str:
    """A table of experiments: what each measures, and its runs. root: the path to the site's root."""
    rows = []
    for info in experiments:
        doc = " ".join(info.doc.split("\n\n")[0].split())
        rows.append(("", [experiment_link(info.id, root), escape(doc), _state(project, info)]))
    return f'<div class="cn-stack">{table(["experiment", "what it measures", "runs"], rows, label)}</div>'


def _counts(project: Project) -> str:
    jobs, seconds = 0, 0.0
    for info in shown(project):
        for scale in info.scales:
            results = project.plan.results(info.id, scale)
            if results is not None:
                jobs += len(results.rows)
                seconds += provenance.seconds(results.rows)
    experiments = len(shown(project))
    return (
        f"<p>{experiments} experiment{'s' * (experiments != 1)}, {jobs} runs, which took {_duration(seconds)} in all. "
        "Every number, figure and verdict in the notes is read from them.</p>"
    )


def _state(project: Project, info: ExperimentInfo) -> str:
    states = []
    for scale in info.scales:
        results = project.plan.results(info.id, scale)
        if results is None:
            states.append(f'{scale}: <span class="cn-missing">not yet run</span>')
        else:
            stale = ' <span class="cn-stale">older code</span>' if results.stale else ""
            states.append(f"{scale}: {len(results.rows)} in {_duration(provenance.seconds(results.rows))}{stale}")
    return "<br>".join(states)


def _facts(project: Project, info: ExperimentInfo) -> str:
    card = project.catalog.dataset_card(info)
    path = info.path.relative_to(project.paths.root).as_posix()
    facts = [("Where", f"<code>{escape(path)}</code>, line {info.line}")]
    if info.after is not None:
        before = f'<a href="../{escape(info.after)}/"><code>{escape(info.after)}</code></a>'
        facts.append(("Comes after", f"{before}: it is given what each job of that one returned"))
    if info.data is not None:
        title = escape(str(card.get("title") or info.data[1]))
        if card.get("url"):
            title = f'<a href="{escape(str(card["url"]))}">{title}</a>'
        facts.append(("Data", f"{title} (<code>{escape('.'.join(info.data))}</code>)"))
        facts += [(name.capitalize(), escape(str(card[name]))) for name in ("license", "citation") if card.get(name)]
    elif info.after is None:
        facts.append(("Data", "none"))
    for name, values in info.vary.items():
        facts.append((f"<code>{escape(name)}</code>", ", ".join(escape(setting(v)) for v in values)))
    facts.append(("Seeds", ", ".join(f"{seed_count(info.seeds, s)} at {s} scale" for s in info.scales)))
    if info.may_diverge:
        facts.append(("May diverge", "yes: a run without a finite result is a result"))
    return f'<dl class="cn-facts">{"".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts)}</dl>'


def _results(project: Project, info: ExperimentInfo, scale: str) -> Iterator[str]:
    results = project.plan.results(info.id, scale)
    full = "?scale=full" if scale == "full" else ""
    if results is None:
        command = f"nox -s train -- {info.id}" if full else f"coursenotes run {info.id}"
        yield f'<p class="cn-missing">not yet run: <code>{escape(command)}</code></p>\n'
        return
    if results.stale:
        yield f'<p class="cn-stale">Measured with older code: {escape(results.stale)}.</p>\n'
    if any(not name.startswith("_") for name in results.metrics):
        yield f"[Each setting](table:{info.id}{full})\n"
    if results.logged:
        yield f"![What each run logged](figure:{info.id}#curves{full})\n"
    key = project.plan.results_key(info.id, scale)
    yield _jobs(results, key)
    yield ""


def _jobs(results: Results, key: str) -> str:
    """Every job in a folded table, with its device and date."""
    rows = results.rows
    metrics = sorted({name for row in rows for name in row.result.metrics})
    settings = list(results.settings)
    head = [escape(in_words(name)) for name in settings] + ["seed"]
    head += [f"<code>{escape(name)}</code>" for name in metrics] + ["seconds", "device", "date", "key"]
    body = [("", _job(row, settings, metrics)) for row in rows]
    python = sorted({str(row.result.provenance.get("python", "")) for row in rows} - {""})
    versions = [f"Python {' and '.join(python)}"] if python else []
    versions += provenance.libraries(rows)
    platforms = sorted({str(row.result.provenance.get("platform", "")) for row in rows} - {""})
    made = f"<p>{escape(', '.join(versions))}{escape('; ' + ', '.join(platforms)) if platforms else ''}.</p>"
    return (
        f'<details class="cn-jobs"><summary>All {len(rows)} runs '
        f'(<code class="cn-key">{key[:12]}</code>)</summary><div data-search-exclude>'
        f"{table(head, body, f'Every run of {results.name}')}{made}</div></details>"
    )


def _job(row: Row, settings: list[str], metrics: list[str]) -> list[str]:
    made: Any = row.result.provenance
    cells = [escape(setting(row.settings.get(name))) for name in settings] + [str(row.seed)]
    cells += [f"{row.result.metrics[name]:.6g}" if name in row.result.metrics else "" for name in metrics]
    seconds = made.get("seconds")
    cells += [f"{seconds:.2f}" if seconds is not None else "", escape(provenance.devices([row]))]
    cells += [f"<time>{provenance.date([row])}</time>", f'<code class="cn-key">{row.key[:12]}</code>']
    return cells


def _used(project: Project, info: ExperimentInfo) -> str:
    """The figures, claims and pages that use an experiment: the listed ones, or all if the experiment is unlisted."""
    catalog, seen = project.catalog, project.knowledge.visibility
    only = seen.experiment(info.id)
    items = []
    for figure in catalog.figures.values():
        if info.id in figure.experiments and (seen.figure(figure.id) or not only):
            on = pages_with(project, "figure", [figure.id], listed=only)
            items.append(f"the figure <code>{escape(figure.id)}</code>{' on ' + ', '.join(on) if on else ''}")
    for claim in catalog.claims.values():
        if info.id in (*claim.experiments, *claim.controls) and (seen.claim(claim.id) or not only):
            role = "as a control of" if info.id not in claim.experiments else "the claim"
            items.append(f"{role} {claim_link(project, claim)} {badge(verdicts.best(project.plan, claim.id))}")
    metrics = [r.name for p in catalog.pages.values() for r in p.references
               if r.scheme == "measured" and r.name.rpartition(".")[0] == info.id]  # fmt: skip
    items += [f"numbers on {link}" for link in pages_with(project, "measured", metrics, listed=only)]
    items += [f"a table on {link}" for link in pages_with(project, "table", [info.id], listed=only)]
    if not items:
        return "<p>Nothing yet.</p>"
    return f'<ul class="cn-used">{"".join(f"<li>{item}</li>" for item in items)}</ul>'


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
