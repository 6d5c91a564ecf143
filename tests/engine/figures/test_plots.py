"""The house style: labels that do not cover each other, colors that the theme can replace, results as titles."""

from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from coursenotes.discover.text.cut import columns
from coursenotes.figures import labels, layout, legible, palette, panels, plots

mpl.use("agg")


def drawn(fig: Figure) -> RendererAgg:
    """The renderer after a whole drawing."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return canvas.get_renderer()


def boxes(fig: Figure, kind: type) -> list:
    """Where the shown labels of a kind are, after a whole drawing, in pixels."""
    renderer = drawn(fig)
    found = [a for ax in fig.axes for a in ax.texts if isinstance(a, kind) and getattr(a, "shown", True)]
    return [a.get_window_extent(renderer) for a in found]


def overlapping(found: list) -> int:
    return sum(a.overlaps(b) for i, a in enumerate(found) for b in found[:i])


def test_importing_loads_neither_torch_nor_pyplot():
    code = "import sys; from coursenotes import plots; print({'torch', 'matplotlib.pyplot'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_stand_in_colors_are_different_and_unlikely_by_accident():
    assert len(set(palette.SENTINELS)) == 12
    assert list(palette.SENTINELS.values()) == ["fg", "muted", "grid", "bg", *(f"c{i}" for i in range(8))]
    named = {mpl.colors.to_hex(c) for c in [*mpl.colors.TABLEAU_COLORS, *mpl.colors.CSS4_COLORS]}
    assert not named & set(palette.SENTINELS)


def test_line_labels_move_apart_inside_the_figure():
    fig, ax = plots.axes()
    for i in range(5):
        seeds = np.full((3, 10), 0.5 + i / 1000)
        seeds[1] += 0.001
        plots.seed_lines(ax, None, seeds, f"line {i}", f"C{i}")
    plots.seed_lines(ax, None, np.zeros((1, 10)), "far away", "C5")
    found = boxes(fig, labels.EndLabel)
    assert len(found) == 6 and overlapping(found) == 0
    assert all(fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1 + 1 for box in found)
    assert sorted(box.y0 for box in found[:5]) == [box.y0 for box in found[:5]]  # in the order of their lines
    end = ax.transData.transform((9, 0))
    assert abs((found[5].y0 + found[5].y1) / 2 - end[1]) < 3  # one with room stays where its line ends


def test_labels_follow_limits_that_change_after_they_were_made():
    fig, ax = plots.axes()
    plots.seed_lines(ax, None, np.linspace(0, 1, 5), "one")
    plots.seed_lines(ax, None, np.linspace(0, 2, 5), "two")
    ax.set_ylim(0, 4000)
    assert overlapping(boxes(fig, labels.EndLabel)) == 0


def test_baselines_are_labeled_beside_the_lines_they_are_compared_with():
    fig, ax = plots.axes()
    plots.seed_lines(ax, None, np.linspace(1, 0.5, 5), "model")
    plots.baseline(ax, 0.5, "always the most common class")
    found = boxes(fig, labels.EndLabel)
    assert len(found) == 2 and overlapping(found) == 0
    assert found[0].x0 == pytest.approx(found[1].x0)
    assert found[1].x0 > ax.bbox.x1 and found[1].x1 <= fig.bbox.x1 + 1


def test_spread_moves_as_little_as_needed():
    assert labels.spread(np.array([10.0, 50.0]), np.array([8.0, 8.0]), 0, 100) == pytest.approx([10, 50])
    assert labels.spread(np.array([20.0, 20.0]), np.array([10.0, 10.0]), 0, 100) == pytest.approx([15, 25])
    assert labels.spread(np.array([1.0, 2.0]), np.array([10.0, 10.0]), 0, 100) == pytest.approx([5, 15])
    crowd = labels.spread(np.array([99.0, 98.0, 10.0]), np.array([10.0, 10.0, 10.0]), 0, 100)
    assert crowd == pytest.approx([95, 85, 10])


def test_seed_lines_draw_each_seed_and_their_mean():
    _, ax = plots.axes()
    plots.seed_lines(ax, [1, 2, 3], [[1, 2, np.nan], [3, 4, np.nan]], "ends early", "C2")
    *seeds, mean = ax.lines
    assert len(seeds) == 2 and seeds[0].get_linewidth() < mean.get_linewidth()
    assert mean.get_ydata()[:2] == pytest.approx([2, 3]) and np.isnan(mean.get_ydata()[2])
    assert ax.texts[0].xy == (2, 3)  # where the line ends, not where the axis does
    assert {mpl.colors.to_hex(line.get_color()) for line in ax.lines} == {palette.CYCLE[2]}


@pytest.mark.parametrize("horizontal", [False, True])
def test_seed_dots_show_each_value_and_the_mean(horizontal):
    _, ax = plots.axes()
    plots.seed_dots(ax, 3, [1.0, 2.0, 6.0], horizontal=horizontal)
    dots, bar = ax.collections
    along = 0 if horizontal else 1
    assert sorted(dots.get_offsets()[:, along]) == [1, 2, 6]
    assert np.all(np.abs(dots.get_offsets()[:, 1 - along] - 3) < 0.3)
    assert np.allclose(bar.get_segments()[0][:, along], 3)


def test_title_is_wrapped_left_and_inside():
    fig, axs = plots.axes(2)
    plots.title(fig, "Training loss rises with the drop rate while validation loss falls, seed by seed, up to one half")
    plots.title(axs[1], "A finding of one of two panels is wrapped to its width")
    renderer = drawn(fig)
    title = fig._suptitle.get_window_extent(renderer)
    assert title.x0 < 12 and title.x1 < fig.bbox.x1 and fig.get_suptitle().count("\n") == 1
    fig1, alone = plots.axes()
    alone.set_yticks([0], ["a name that takes half of the width of all"])
    plots.title(alone, "The finding of a figure with a single panel has all of its width, not only the panel's")
    assert fig1._suptitle.get_window_extent(drawn(fig1)).x1 < fig1.bbox.x1
    panel = axs[1]._left_title.get_window_extent(renderer)
    assert panel.x1 < fig.bbox.x1 + 1 and axs[1].get_title(loc="left").count("\n") >= 1


def test_names_of_points_cover_no_point_and_no_name():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 80))
    names = [f"film number {i}" for i in range(80)]
    fig, ax = plots.axes(height=4)
    plots.labeled_scatter(x, y, names, always=["film number 7"], ax=ax)
    found = boxes(fig, labels.PointName)
    assert 15 < len(found) < 80 and overlapping(found) == 0
    points = ax.transData.transform(np.stack([x, y], axis=1))
    assert not any(box.contains(*point) for box in found for point in points)
    shown = {a.get_text() for a in ax.texts if a.shown}
    assert "film number 7" in shown
    assert len(ax.collections[0].get_offsets()) == 80


def test_a_hidden_name_is_not_in_the_drawing():
    from coursenotes.figures import svg

    fig, ax = plots.axes()
    plots.labeled_scatter([0, 0, 1], [0, 0, 1], ["above", "below it", "free"], ax=ax)
    assert "free" in svg.draw(fig, "x", "")
    for place in range(40):
        plots.labeled_scatter([0.5], [0.5], [f"crowd {place}"], ax=ax)
    assert svg.draw(fig, "x", "").count("crowd") < 20


def test_lines_are_named_colored_in_turn_and_titled():
    fig = plots.lines(
        {"up": [[0, 1], [0, 3]], "flat": [2, 2]}, [1, 10], title="They cross", xscale="log", xlabel="steps"
    )
    (ax,) = fig.axes
    thick = [line for line in ax.lines if line.get_linewidth() == 2]
    assert [list(line.get_ydata()) for line in thick] == [[0, 2], [2, 2]]
    assert [line.get_color() for line in thick] == ["C0", "C1"]
    assert all(list(line.get_xdata()) == [1, 10] for line in ax.lines)
    assert [text.get_text() for text in ax.texts] == ["up", "flat"]
    assert (ax.get_xscale(), ax.get_xlabel(), fig.get_suptitle()) == ("log", "steps", "They cross")


def test_a_panel_is_drawn_into_the_axes_it_is_given():
    fig, (left, right) = plots.axes(2)
    assert plots.lines({"a": [1, 2]}, ax=left, title="Left", ylim=(0, None)) is fig
    assert plots.dot_plot({"a": [1, 2]}, ax=right, title="Right", xlim=(0, None)) is fig
    assert len(fig.axes) == 2 and not fig.get_suptitle()
    assert [ax.get_title(loc="left") for ax in (left, right)] == ["Left", "Right"]
    assert left.get_ylim()[0] == 0 and left.get_ylim()[1] >= 2  # a limit that is left out follows the data
    assert right.get_xlim()[0] == 0 and right.get_xlim()[1] >= 2


def test_dot_plot_compares_rows_with_baselines():
    fig, ax = plots.axes()
    plots.dot_plot(
        {"mean": [1.1, 1.2], "model": [0.90, 0.98]}, {"user mean": 1.0, "film mean": 1.001}, fmt="{:.2f}", ax=ax
    )
    assert [t.get_text() for t in ax.get_yticklabels()] == ["mean", "model"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is at the top
    assert {"1.15", "0.94"} <= {t.get_text() for t in ax.texts}
    tops = boxes(fig, labels.TopLabel)
    assert len(tops) == 2 and overlapping(tops) == 0


def test_ranked_bars_take_seeds_and_signs():
    _, ax = plots.axes()
    plots.ranked_bars(["a film with a name that is far too long to be next to a bar", "b"], [[-1, 2], [-3, 4]], ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [-2, 3]
    assert [mpl.colors.to_hex(bar.get_facecolor()) for bar in ax.patches] == [palette.CYCLE[1], palette.CYCLE[0]]
    assert len(ax.get_yticklabels()[0].get_text()) <= 34
    assert len(ax.collections) == 2  # the dots of each seed


def test_signed_images_are_clear_at_zero_and_even_on_both_sides():
    _, ax = plots.axes()
    shown = plots.image(ax, [[-2.0, 0.0, 1.0]], signed=True)
    low, zero, high = shown.to_rgba(np.array([-2.0, 0.0, 2.0]))
    assert (low[3], zero[3], high[3]) == (1, 0, 1)
    assert mpl.colors.to_hex(low) == palette.CYCLE[1] and mpl.colors.to_hex(high) == palette.CYCLE[0]
    half = shown.to_rgba(np.array([-1.0, 1.0]))[:, 3]
    assert half == pytest.approx([0.5, 0.5], abs=0.02)
    assert shown.get_interpolation() == "none" and not ax.get_xticks().size


def test_images_have_a_panel_each_and_one_scale_where_asked():
    fig = plots.images([np.ones((4, 4)), np.eye(4), np.zeros((4, 4))], ["a", "b", "c"], ncols=2, title="Three", limit=2)
    shown = [ax for ax in fig.axes if ax.images]
    assert len(fig.axes) == 4 and [ax.get_title() for ax in shown] == ["a", "b", "c"]
    assert {ax.images[0].get_clim() for ax in shown} == {(0, 2)}
    assert fig.get_suptitle() == "Three"


def test_annotated_heatmap_writes_every_number_where_it_belongs():
    _, ax = plots.axes()
    plots.annotated_heatmap([[1, -2.5], [0, 3]], ax=ax)
    written = {tuple(t.get_position()): t.get_text() for t in ax.texts}
    assert written == {(0, 0): "1", (1, 0): "-2.5", (0, 1): "0", (1, 1): "3"}
    assert ax.images[0].get_alpha() < 0.6  # so that the page's text color can be read on it


def test_a_phone_can_read_it():
    fig, axs = plots.axes(3, 2)
    for ax in axs.flat:
        ax.plot(np.arange(100), np.arange(100) ** 2)
        ax.set(xlabel="epoch", ylabel="loss")
    drawn(fig)
    for ax in axs.flat:
        shown = ax.get_xticklabels() + ax.get_yticklabels() + [ax.xaxis.label, ax.title]
        assert min(t.get_fontsize() for t in shown) >= 9
        assert len(ax.get_xticks()) <= 6
        assert not ax.spines["top"].get_visible() and not ax.spines["right"].get_visible()


def test_names_and_lines_are_cut_between_what_a_reader_takes_for_characters():
    ax = Figure().subplots()
    names = ["深度学习的模型" * 9, "e\u0301" * 60, "👩‍👩‍👧" * 40, "short"]
    plots.ranked_bars(names, [4, 3, 2, 1], longest=20, ax=ax)
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert shown[3] == "short" and all(text.endswith("…") and columns(text) <= 20 for text in shown[:3])
    assert shown[1] == "e\u0301" * 19 + "…" and shown[2] == "👩‍👩‍👧" * 9 + "…"
    plots.baseline(ax, 1.0, "深度学习的模型的训练损失")
    lines = next(text.get_text() for text in ax.texts if "深" in text.get_text()).split("\n")
    assert len(lines) == 2 and "".join(lines) == "深度学习的模型的训练损失"


@pytest.mark.parametrize(
    ("grid", "width", "narrow"),
    [
        ((1, 1), 6.4, (1, 1)),
        ((2, 1), 7.2, (1, 2)),
        ((3, 1), 7.2, (1, 3)),
        ((2, 1), 3.0, (2, 1)),
        ((4, 2), 6.4, (2, 4)),
        ((3, 2), 6.0, (2, 3)),
        ((16, 3), 6.8, (8, 6)),
    ],
)
def test_panels_that_would_be_too_small_on_a_phone_are_stacked(grid, width, narrow):
    fig, axs = plots.axes(*grid, width=width)
    with layout.using(layout.NARROW):
        stacked, same = plots.axes(*grid, width=width)
    assert np.shape(axs) == np.shape(same) and len(fig.axes) == len(stacked.axes)
    rows, columns = stacked.axes[0].get_subplotspec().get_gridspec().get_geometry()
    assert (columns, rows) == narrow
    assert stacked.get_figwidth() <= layout.NARROW.inches + 1e-9


def test_a_column_of_panels_becomes_a_row_where_both_fit():
    with layout.using(layout.NARROW):
        _, axs = plots.axes(4, 2, width=6.4)
    for column in range(4):
        above, below = (ax.get_subplotspec() for ax in axs[:, column])
        assert above.rowspan == below.rowspan and above.colspan.start == 0 and below.colspan.start == 1


def test_as_many_panels_as_asked_for_share_a_row():
    with layout.using(layout.NARROW):
        fig, _ = plots.axes(3, narrow=3, width_ratios=[5, 3, 3])
    grid = fig.axes[0].get_subplotspec().get_gridspec()
    assert grid.get_geometry() == (1, 3) and list(grid.get_width_ratios()) == [5, 3, 3]


def test_stacked_panels_that_share_an_axis_are_all_named():
    with layout.using(layout.NARROW):
        fig, (first, second) = plots.axes(2, width=7.2, sharey=True)
    first.set_ylabel("loss")
    panels.complete(fig)
    assert second.get_ylabel() == "loss"
    beside, (first, second) = plots.axes(2, width=7.2, sharey=True)
    first.set_ylabel("loss")
    panels.complete(beside)
    assert second.get_ylabel() == ""


def test_titles_and_labels_are_folded_into_the_room_of_their_panel():
    fig, (left, right) = plots.axes(2, width=7.2)
    for ax in (left, right):
        plots.dot_plot({"a name of some words": [1.0, 2.0], "another": [1.5]}, ax=ax)
        ax.set_title("A finding that is longer than its panel is wide", loc="left")
        ax.set_xlabel("a quantity with a long name, in the units of something")
    panels.complete(fig)
    drawn(fig)
    assert legible.complaints(fig, layout.WIDE) == []


@pytest.mark.parametrize("each", layout.LAYOUTS, ids=lambda each: each.name)
def test_whole_figures_are_legible_in_both_layouts(each):
    rows = {"a setting with a name of several words": [1.0, 2.0], "the other setting": [2.0, 3.0]}
    x = np.arange(20.0)
    long = "A finding that needs a whole sentence with the number 0.25 in it"
    with layout.using(each):
        figures = [
            plots.lines({"one line": x, "another one": x + 1}, title=long, xlabel="epoch", ylabel="loss"),
            plots.dot_plot(rows, {"what a constant reaches": 1.5}, title=long, xlabel="error"),
            plots.ranked_bars(list(rows), [1, -2], title=long),
            plots.annotated_heatmap(np.eye(6), columns=["a long name"] * 6, title=long),
            plots.images([np.eye(5)] * 5, ["a title of some words"] * 5, title=long),
        ]
    for fig in figures:
        panels.complete(fig)
        assert legible.complaints(fig, each) == []
        assert fig.get_figwidth() <= each.inches + 0.05


def test_images_fill_their_rows_evenly_on_a_phone():
    with layout.using(layout.NARROW):
        fig = plots.images([np.eye(5)] * 4, ncols=4, width=7.2)
    assert fig.axes[0].get_subplotspec().get_gridspec().get_geometry() == (2, 2)


def test_slanted_names_do_not_count_as_covering_each_other():
    fig, ax = plots.axes()
    ax.set_xticks(range(9), labels=["a slanted long name"] * 9, rotation=35, ha="right")
    assert legible.complaints(fig, layout.WIDE) == []


def test_one_row_of_panels_keeps_its_height_on_a_phone():
    with layout.using(layout.NARROW):
        row, _ = plots.axes(2, narrow=2, width=6.4, height=2.7)
        grid, _ = plots.axes(2, 2, narrow=2, width=6.4, height=5.4)
    assert row.get_figheight() == 2.7 and grid.get_figheight() < 5.4
