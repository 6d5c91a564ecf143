"""The figure of an experiment's logged curves, for its evidence page: a panel per curve, a line per seed."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coursenotes.figures import plots
from coursenotes.figures.layout import WIDE, current
from coursenotes.result import COUNTS, Results

MOST_GROUPS = 8  # as many as there are colors
MOST_PANELS = 9
LEGEND_LINE = 0.2  # inches
POINTS = 3500  # in all lines of a figure together, which is about 50 KB


def draw(results: Results) -> Figure:
    """Small multiples: one panel per logged name, a thin line per seed, a color per setting."""
    shown, groups = results.logged[:MOST_PANELS], results.groups()
    drawn = groups[:MOST_GROUPS]
    columns = min(2, len(shown)) if len(shown) < 5 else 3
    rows = -(-len(shown) // columns)
    lines = len(shown) * sum(len(group.rows) for _, group in drawn)
    fig, axs = plots.axes(columns, rows, height=(2.6 if columns < 3 else 2.0) * rows + 0.5, squeeze=False)
    for ax in axs.flat[len(shown) :]:
        ax.set_axis_off()
    for place, name in enumerate(shown):
        ax = axs.flat[place]
        ax.set_title(name.replace("_", " "), fontsize=10.5)
        for number, (_, group) in enumerate(drawn):
            for row in group.rows:
                ys = [float("nan") if y is None else y for y in row.result.curves.get(name, [])]
                step = max(1, -(-len(ys) * lines // POINTS))
                mark = "." if len(ys) == 1 else None
                ax.plot(range(0, len(ys), step), ys[::step], color=f"C{number}", linewidth=0.9, alpha=0.75, marker=mark)
        if place >= len(shown) - columns:
            ax.set_xlabel(_count(results))
    if len(groups) > 1:
        handles = [Line2D([], [], color=f"C{number}", linewidth=2.5) for number in range(len(drawn))]
        labels = [_label(results, settings) for settings, _ in drawn]
        most = 64 if current() is WIDE else 36  # letters in a row
        ncols = max(1, min(4, most // (max(map(len, labels)) + 6)))
        fig.legend(handles, labels, loc="outside upper left", ncols=ncols)
        fig.set_figheight(fig.get_figheight() + LEGEND_LINE * -(-len(labels) // ncols))
    left = []
    if len(groups) > MOST_GROUPS:
        left.append(f"{MOST_GROUPS} of {len(groups)} settings")
    if len(results.logged) > MOST_PANELS:
        left.append(f"{MOST_PANELS} of {len(results.logged)} curves")
    if left:
        fig.supxlabel("Shown: " + ", ".join(left), fontsize=9.5, color=plots.MUTED, x=0.01, ha="left")
    return fig


def _count(results: Results) -> str:
    """The meaning of one point, where the experiment logged it."""
    logged = [name for row in results.rows for name in row.result.curves]
    return next((name for name in logged if name in COUNTS), "logged point")


def _label(results: Results, settings: dict[str, object]) -> str:
    varied = [name for name, values in results.settings.items() if len(values) > 1]
    return ", ".join(f"{name} = {settings[name]}" for name in varied)
