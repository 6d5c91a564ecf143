"""Figures from results: the drawings that are missing, the drawing itself (in a worker), and their look-up.

A drawing has its own key: the figure function's code, the results that it reads, matplotlib, and the modules of the
house style. So restyling a figure trains nothing, and drawing imports only what the figure's own code uses.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from coursenotes.cache import keys, published
from coursenotes.cache.memo import Memo
from coursenotes.cache.store import Store
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Plan
from coursenotes.paths import Paths
from coursenotes.result import Results, Row
from coursenotes.workers import Outcome, Task
from coursenotes.workers.file_guard import FileWatch

LIMIT = 100_000  # bytes of SVG: more is slow on a phone, and is nearly always points that should be pixels
CURVES = "#curves"
NO_ALT = ' aria-label=""'


def wanted_key(plan: Plan, figure_id: str, scale: str) -> str | None:
    """The key of a figure's drawing ("topic.name" or "topic.experiment#curves"), or None where results are missing."""
    experiments = _experiments(plan, figure_id)
    if any(plan.results(name, scale) is None for name in experiments):
        return None
    topic, _, name = figure_id.partition(".")
    code = "" if figure_id.endswith(CURVES) else plan.code_key(f"snippets.{topic}", name)
    return keys.drawing(figure_id, code, [plan.results_key(experiment, scale) for experiment in experiments])


def svg(plan: Plan, figure_id: str, scale: str, alt: str | None = None) -> str | None:
    """The drawing, ready for a page, or None where it was not drawn. alt replaces the figure's own alt text."""
    key = wanted_key(plan, figure_id, scale)
    text = _drawings(plan).get(key) if key else None
    return text and text.replace(NO_ALT, f" aria-label={quoteattr(alt or alt_text(plan, figure_id))}", 1)


def alt_text(plan: Plan, figure_id: str) -> str:
    """The alternative text of a figure."""
    if figure_id.endswith(CURVES):
        return f"What {figure_id.removesuffix(CURVES)} logged: a panel for each curve, a line for each seed"
    return " ".join(plan.catalog.figures[figure_id].alt.split())


def tasks(plan: Plan, wanted: Iterable[tuple[str, str]]) -> list[Task]:
    """A task for each of these (figure id, scale) that has results and is not drawn yet."""
    missing: dict[str, Task] = {}
    for figure_id, scale in wanted:
        experiments = [plan.results(name, scale) for name in _experiments(plan, figure_id)]
        key = wanted_key(plan, figure_id, scale)
        if key is None or _drawings(plan).path(key).is_file() or key in missing:
            continue
        if figure_id.endswith(CURVES) and not any(r and any(row.result.curves for row in r.rows) for r in experiments):
            continue
        args = _args(plan, figure_id, scale, key, [r for r in experiments if r])
        name = f"draw {figure_id}{'' if scale == 'sample' else f' {scale}'}"
        missing[key] = Task(name, "coursenotes.figures.draw:render", args, seconds=120, cost=0.5)
    return list(missing.values())


def keep(plan: Plan, outcome: Outcome) -> list[Problem]:
    """Store the drawing of a task, for svg(). -> its problems."""
    if outcome.problem is not None or outcome.folder is None:
        return [outcome.problem or Problem(f"{outcome.task.id} gave no result")]
    _drawings(plan).put(outcome.task.args["key"], (outcome.folder / "figure.svg").read_text(encoding="utf-8"))
    return []


def _args(plan: Plan, figure_id: str, scale: str, key: str, results: list[Results]) -> dict[str, Any]:
    info = plan.catalog.figures.get(figure_id) or plan.catalog.experiments[figure_id.removesuffix(CURVES)]
    return {
        "root": str(plan.paths.root),
        "key": key,
        "figure": figure_id,
        "scale": scale,
        "path": str(info.path),
        "line": info.line,
        "slices": {} if figure_id.endswith(CURVES) else plan.code_slices(f"snippets.{info.topic}", info.name),
        "results": [
            {
                "experiment": r.name,
                "scale": r.scale,
                "stale": r.stale,
                "rows": [[dict(row.settings), row.seed, row.key] for row in r.rows],
            }
            for r in results
        ],
    }


def _experiments(plan: Plan, figure_id: str) -> tuple[str, ...]:
    if figure_id.endswith(CURVES):
        return (figure_id.removesuffix(CURVES),)
    return plan.catalog.figures[figure_id].experiments


def _drawings(plan: Plan) -> Memo:
    return Memo(plan.paths, "drawings")


# ---------------------------------------------------------------- in the worker
def render(args: dict[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Draw one figure into folder/figure.svg. -> {"bytes": its size}.

    Raises CoursenotesError at the figure function's line where it returns something else, or too large a figure, and
    whatever the function raises.
    """
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib.figure import Figure, SubFigure

    from coursenotes.figures import curves
    from coursenotes.figures import svg as writer
    from coursenotes.workers import slices

    paths, figure_id = Paths(Path(args["root"])), args["figure"]
    topic, _, name = figure_id.partition(".")
    results = [_results(paths, part) for part in args["results"]]
    if figure_id.endswith(CURVES):
        function = curves.draw
    else:
        function = slices.load(paths, args["slices"], f"snippets.{topic}", name)
    with FileWatch(paths.root, [folder, Path.cwd(), paths.libraries_state]):
        fig = function(*results)
    here = {"path": args["path"], "line": args["line"]}
    if not isinstance(fig, Figure | SubFigure):
        kind = "nothing" if fig is None else f"a {type(fig).__name__}"
        raise CoursenotesError(
            Problem(f"the figure {figure_id} returned {kind}", **here, fix="end it with: return fig")
        )
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "constrained_layout not applied")
        try:
            text = writer.draw(fig.get_figure(root=True), f"{figure_id}-{args['scale']}", "")
        except UserWarning as error:
            what = f"the titles and labels of the figure {figure_id} leave no room for its axes"
            raise CoursenotesError(Problem(what, **here, fix="raise its height or width, or shorten them")) from error
    size = len(text.encode())
    if size > LIMIT:
        raise CoursenotesError(_too_large(figure_id, size, text, here))
    (folder / "figure.svg").write_text(text, encoding="utf-8")
    return {"bytes": size}


def _too_large(figure_id: str, size: int, text: str, here: dict[str, Any]) -> Problem:
    counts = {name: text.count(f"<{tag} ") for tag, name in (("use", "points"), ("path", "lines"), ("text", "texts"))}
    images = sum(len(part.partition('"')[0]) for part in text.split("data:image/png;base64,")[1:])
    contents = ", ".join(f"{n} {name}" for name, n in counts.items() if n) + f", {images / 1000:.0f} KB of images"
    if images > size / 2:
        fix = "show fewer or smaller images, or fewer colors: a PNG of a photograph is large"
    else:
        fix = "draw many points or lines as pixels, ax.scatter(..., rasterized=True), or draw fewer of them"
    what = f"the figure {figure_id} is {size / 1000:.0f} KB of SVG, over {LIMIT // 1000} KB"
    return Problem(what, **here, details=(f"it holds {contents}",), fix=fix)


def _results(paths: Paths, part: dict[str, Any]) -> Results:
    """The results of the plan, read again by their keys."""
    store, published_results = Store(paths), None
    rows = []
    for settings, seed, key in part["rows"]:
        result = store.get(key)
        if result is None:
            if published_results is None:
                published_results = {row.key: row.result for row in _published(paths, part["experiment"])}
            result = published_results.get(key)
        if result is None:
            what = f"a result of {part['experiment']} is gone since the build began"
            raise CoursenotesError(Problem(what, fix="run the build again"))
        rows.append(Row(settings, seed, result, key))
    return Results(part["experiment"], part["scale"], rows, part["stale"])


def _published(paths: Paths, experiment: str) -> list[Row]:
    path = paths.published_file(*experiment.split("."))
    return published.read(path)[1] if path.is_file() else []
