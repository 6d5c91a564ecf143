"""Figures from results: the drawings that are missing, the drawing itself (in a worker), and their look-up.

A drawing has its own key: the figure function's code, the results that it reads, matplotlib, and the modules of the
house style. So restyling a figure trains nothing, and drawing imports only what the figure's own code uses.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from coursenotes.cache import keys, published
from coursenotes.cache.memo import Memo
from coursenotes.cache.store import Store
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.experiments.plan import Plan
from coursenotes.figures.layout import NARROW
from coursenotes.paths import Paths
from coursenotes.result import Results, Row
from coursenotes.workers import Outcome, Task, failures
from coursenotes.workers.file_guard import FileWatch

LIMIT = 100_000  # bytes of SVG: more is slow on a phone, and is nearly always points that should be pixels
LIMITS = {"memory": Task.gigabytes * 2**30, "device": {"name": "cpu"}}  # for messages
CURVES = "#curves"
NO_ALT = ' aria-label=""'


def wanted(plan: Plan) -> list[tuple[str, str]]:
    """(figure, scale) of every figure on a page or an evidence page whose results exist."""
    found = {
        (ref.name, ref.scale)
        for page in plan.catalog.pages.values()
        for ref in page.references
        if ref.scheme == "figure"
    }
    for name, experiment in plan.catalog.experiments.items():
        for scale in experiment.scales:
            results = plan.results(name, scale)
            if results is not None and results.logged:
                found.add((f"{name}{CURVES}", scale))
    return sorted(found)


def wanted_key(plan: Plan, figure_id: str, scale: str) -> str | None:
    """The key of a figure's drawing ("topic.name" or "topic.experiment#curves"), or None where results are missing."""
    experiments = _experiments(plan, figure_id)
    if any(plan.results(name, scale) is None for name in experiments):
        return None
    topic, _, name = figure_id.partition(".")
    code = "" if figure_id.endswith(CURVES) else plan.code_key(f"snippets.{topic}", name)
    return keys.drawing(figure_id, code, [plan.results_key(experiment, scale) for experiment in experiments])


@dataclass(frozen=True)
class Drawing:
    """A figure as SVG in both layouts, without alternative text, and what cannot be read in them."""

    wide: str
    narrow: str
    complaints: tuple[str, ...]

    def named(self, alt: str) -> str:
        """The wide layout with its alternative text, ready for a page."""
        return self.wide.replace(NO_ALT, f" aria-label={quoteattr(' '.join(alt.split()))}", 1)

    @property
    def narrow_size(self) -> tuple[int, int]:
        """Width and height of the narrow layout, in pixels of the page."""
        _, _, width, height = map(float, self.narrow.partition('viewBox="')[2].partition('"')[0].split())
        return round(width * NARROW.px_per_point), round(height * NARROW.px_per_point)


def drawing(plan: Plan, figure_id: str, scale: str) -> Drawing | None:
    """The drawing of a figure, or None where it was not drawn."""
    key = wanted_key(plan, figure_id, scale)
    text = _drawings(plan).get(key) if key else None
    if not text:
        return None
    found = json.loads(text)
    return Drawing(found["wide"], found["narrow"], tuple(found["complaints"]))


def file_name(figure_id: str, scale: str) -> str:
    """The file of a figure's narrow layout, from the root of the site."""
    return f"assets/figures/{figure_id.replace('#', '.')}.{scale}.svg"


def illegible(plan: Plan, figures: Iterable[tuple[str, str]]) -> list[Problem]:
    """What cannot be read in these figures, at the lines of their functions."""
    problems = []
    for figure_id, scale in figures:
        drawn = drawing(plan, figure_id, scale)
        if drawn is None or not drawn.complaints:
            continue
        info = plan.catalog.figures.get(figure_id) or plan.catalog.experiments[figure_id.removesuffix(CURVES)]
        what = f"the figure {figure_id}{'' if scale == 'sample' else ' at full scale'} has text that cannot be read"
        problems.append(Problem(what, info.path, info.line, details=drawn.complaints,
                                fix="shorten it, or give the figure more room"))  # fmt: skip
    return problems


def alt_text(plan: Plan, figure_id: str) -> str:
    """The alternative text of a figure."""
    if figure_id.endswith(CURVES):
        return f"What {figure_id.removesuffix(CURVES)} logged: a panel for each curve, a line for each seed"
    return " ".join(plan.catalog.figures[figure_id].alt.split())


def tasks(plan: Plan, figures: Iterable[tuple[str, str]]) -> list[Task]:
    """The tasks, one for a topic, that draw those of these (figure id, scale) that have results and no drawing yet."""
    missing: dict[str, dict[str, dict[str, Any]]] = {}
    for figure_id, scale in figures:
        experiments = [plan.results(name, scale) for name in _experiments(plan, figure_id)]
        key = wanted_key(plan, figure_id, scale)
        if key is None or _drawings(plan).path(key).is_file():
            continue
        if figure_id.endswith(CURVES) and not any(r and any(row.result.curves for row in r.rows) for r in experiments):
            continue
        args = _args(plan, figure_id, scale, key, [r for r in experiments if r])
        missing.setdefault(figure_id.partition(".")[0], {})[key] = args
    return [
        Task(f"draw {topic}", "coursenotes.figures.draw:render_all", {"figures": list(each.values())},
             seconds=120 + 10 * len(each), cost=0.5 * len(each))
        for topic, each in missing.items()
    ]  # fmt: skip


def keep(plan: Plan, outcome: Outcome) -> list[Problem]:
    """Store the drawings of a task, for drawing(). -> its problems."""
    if outcome.problem is not None or outcome.folder is None:
        return [outcome.problem or Problem(f"{outcome.task.id} gave no result")]
    for path in outcome.folder.glob("*.json"):
        _drawings(plan).put(path.stem, path.read_text(encoding="utf-8"))
    return [failures.from_plain(problem) for problem in outcome.value]


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
def render_all(
    args: dict[str, Any], folder: Path, report: Callable[[dict[str, Any]], None]
) -> list[dict[str, Any]]:  # fmt: skip
    """Draw figures of one topic, so that what they share is loaded once. -> the problems of those that failed."""
    problems = []
    for each in args["figures"]:
        try:
            render(each, folder)
        except Exception as error:  # the others are drawn
            problems.append(failures.plain(failures.from_error(error, Path(each["root"]), LIMITS)))
    return problems


def render(args: dict[str, Any], folder: Path) -> None:
    """Draw one figure in each layout, into a file of the folder that has its key as name.

    Raises CoursenotesError at the figure function's line where it returns something else, or too large a figure, and
    whatever the function raises.
    """
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib.figure import Figure, SubFigure

    from coursenotes.figures import curves, layout, legible, panels
    from coursenotes.figures import svg as writer
    from coursenotes.workers import slices

    paths, figure_id = Paths(Path(args["root"])), args["figure"]
    topic, _, name = figure_id.partition(".")
    results = [_results(paths, part) for part in args["results"]]
    if figure_id.endswith(CURVES):
        function = curves.draw
    else:
        function = slices.load(paths, args["slices"], f"snippets.{topic}", name)
    here = {"path": args["path"], "line": args["line"]}
    drawn: dict[str, Any] = {"complaints": []}
    for each in layout.LAYOUTS:
        with FileWatch(paths.root, [folder, Path.cwd(), paths.libraries_state]), layout.using(each):
            fig = function(*results)
        if not isinstance(fig, Figure | SubFigure):
            kind = "nothing" if fig is None else f"a {type(fig).__name__}"
            raise CoursenotesError(
                Problem(f"the figure {figure_id} returned {kind}", **here, fix="end it with: return fig")
            )
        whole = fig.get_figure(root=True)
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "constrained_layout not applied")
            try:
                panels.complete(whole)
                text = writer.draw(whole, f"{figure_id}-{args['scale']}", "", each)
            except UserWarning as error:
                what = f"the titles and labels of the figure {figure_id} leave no room for its axes"
                problem = Problem(what, **here, fix="raise its height or width, or shorten them", details=(each.name,))
                raise CoursenotesError(problem) from error
        size = len(text.encode())
        if size > LIMIT:
            raise CoursenotesError(_too_large(figure_id, size, text, here))
        drawn[each.name] = text
        drawn["complaints"] += [f"{each.name}: {said}" for said in legible.complaints(whole, each)]
    (folder / f"{args['key']}.json").write_text(json.dumps(drawn, ensure_ascii=False), encoding="utf-8")


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
