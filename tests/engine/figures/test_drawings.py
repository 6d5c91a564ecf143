"""Explanation drawings: what is written in them is what was computed, in both layouts, and all of it can be read."""

from __future__ import annotations

import inspect
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from torch import nn

from coursenotes import plots
from coursenotes.figures import drawings, layout, legible
from coursenotes.figures.palette import CYCLE
from snippets import (
    collaborative_network,
    convolution,
    entity_network,
    final_pooling,
    ideas,
    optimizer_ideas,
    seven_or_not,
    tabular_learner,
)
from snippets.collaborative_filtering import DotProductBias

TALLEST = 420  # pixels of the first picture of a page, so that question, three sentences and it fit a laptop


class Given:
    """Results with these arrays and metrics."""

    def __init__(self, **values):
        self.values = values

    def array(self, name):
        return np.asarray(self.values[name])

    def metric(self, name):
        return [self.values[name]]


DRAWINGS = {
    "sliding": lambda: convolution.sliding(Given(**convolution.square(None))),
    "thinned": ideas.thinned,
    "factors": ideas.factors,
    "seven_or_not": ideas.seven_or_not,
    "by_strides": ideas.by_strides,
    "bears": ideas.bears,
    "sales": ideas.sales,
    "prices": lambda: ideas.prices(Given(widths=[150, 90, 30], first_width=272, continuous=2)),
    "moving_average": optimizer_ideas.moving_average,
    "divided": optimizer_ideas.divided,
    "side_by_side": lambda: collaborative_network.side_by_side(Given(user_width=74, item_width=102)),
}


@pytest.fixture(params=layout.LAYOUTS, ids=lambda each: each.name)
def each_layout(request):
    with layout.using(request.param):
        yield request.param


def texts(fig: Figure) -> list[str]:
    return [text.get_text() for text in fig.axes[0].texts if text.get_text()]


def tables(fig: Figure) -> list[Rectangle]:
    return [patch for patch in fig.axes[0].patches if isinstance(patch, Rectangle)]


# ---------------------------------------------------------------- the drawings of the project
@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_can_be_read_and_fits_the_opening_of_a_page(name, each_layout):
    fig = DRAWINGS[name]()
    assert legible.complaints(fig, each_layout) == []
    assert fig.get_figwidth() == pytest.approx(each_layout.inches)
    if each_layout is layout.WIDE:
        assert fig.get_figheight() * 72 * each_layout.px_per_point <= TALLEST


def test_the_sums_of_the_sliding_kernel_are_the_numbers_in_its_map(each_layout):
    given = convolution.square(None)
    said = texts(DRAWINGS["sliding"]())
    sums = [text.removeprefix("= ") for text in said if text.startswith("= ")]
    response = [plots.number(given["response"][row, column].item()) for row, column in ((0, 0), (1, 1), (2, 1))]
    assert sums == response == ["−2", "0", "3"]
    cells = 3 * (25 + 9 + 9) + 1 + 5 + 8  # picture, kernel and products each time; the map as far as it has come
    numbers = [text for text in said if re.fullmatch(r"−?\d", text)]
    assert len(numbers) == cells + 3 * 9  # and the terms of the sums


def test_struck_units_have_no_connections_and_all_others_have_all(each_layout):
    fig = ideas.thinned()
    lines = [line.get_gid() for line in fig.axes[0].lines if line.get_gid()]
    wanted = []
    for struck in (*ideas.STRUCK, set()):
        for layer, (before, after) in enumerate(((3, 4), (4, 4), (4, 2))):
            wanted += [
                f"{layer}.{a}-{b}" for a in range(before) for b in range(after)
                if not {(layer, a), (layer + 1, b)} & struck
            ]  # fmt: skip
    assert lines == wanted
    out = [patch for patch in fig.axes[0].patches if isinstance(patch, Circle) and patch.get_facecolor()[3] == 0]
    assert len(out) == sum(map(len, ideas.STRUCK)) == 12
    assert len(set(map(frozenset, ideas.STRUCK))) == 3, "other units each time"
    thick = {line.get_gid(): line.get_linewidth() for line in fig.axes[0].lines if line.get_gid()}
    assert len(set(thick.values())) == 1, "the last of each name is of the whole network"
    assert "× 2" in " ".join(texts(fig))


def test_the_stars_are_what_the_model_of_the_page_computes(each_layout):
    net = DotProductBias(4, 4, 2)
    people, films = (torch.tensor(list(part.values()), dtype=torch.float32) for part in (ideas.PEOPLE, ideas.FILMS))
    with torch.no_grad():
        for weights, values in (
            (net.user_factors, people[:, :2]), (net.user_bias, people[:, 2]),
            (net.item_factors, films[:, :2]), (net.item_bias, films[:, 2]),
        ):  # fmt: skip
            weights.copy_(values)
        stars = net(torch.cartesian_prod(torch.arange(4), torch.arange(4))).reshape(4, 4).numpy()
    said = texts(ideas.factors())
    assert f"{ideas.TOP:g} × sigmoid(1.9) = {stars[0, 0]:.1f}" in said
    assert "2 × 0.9 + (−1) × 0.1 = 1.7" in said and "1.7 + 0.5 − 0.3 = 1.9" in said
    given = stars[ideas.GIVEN].round()
    assert given.min() >= 1 and given.max() <= 5 and not ideas.GIVEN[0, 0]
    whole = [text for text in said if re.fullmatch(r"[1-5]", text)]
    in_tables = sum(f"{v:g}" in "12345" for values in (*ideas.PEOPLE.values(), *ideas.FILMS.values()) for v in values)
    assert len(whole) == ideas.GIVEN.sum() + in_tables


def measured(net: nn.Sequential) -> list[tuple[int, ...]]:
    """(channels, side) after each convolution and pool of a network, and its weights and window, by running it."""
    x = torch.rand(1, 1, 28, 28, requires_grad=True)
    y, found = x, []
    for layer in net:
        y = layer(y)
        if isinstance(layer, nn.Conv2d | nn.AvgPool2d):
            middle = y.shape[-1] // 2
            [gradient] = torch.autograd.grad(y[0, 0, middle, middle], x, retain_graph=True)
            rows = (gradient[0, 0] != 0).any(dim=1).nonzero()[:, 0]
            found.append((y.shape[1], y.shape[2], sum(p.numel() for p in layer.parameters()), len(rows)))
    return found


def as_stages(stages: list[drawings.Stage]) -> list[tuple[int, ...]]:
    return [(stage.channels, stage.side, stage.weights, stage.sees) for stage in stages[1:-1]]


def stages_of(figure, monkeypatch) -> list[drawings.Stage]:
    """What a figure hands to plots.shrinking."""
    caught: list[list[drawings.Stage]] = []
    monkeypatch.setattr(plots, "shrinking", caught.append)
    figure()
    return caught[0]


def test_the_strip_of_seven_or_not_is_its_network(monkeypatch):
    stages = stages_of(ideas.seven_or_not, monkeypatch)
    net = seven_or_not.network(28, filters=8)
    dense = net[-1]
    assert stages[-1].weights == sum(p.numel() for p in dense.parameters()) and stages[-1].channels == 1
    smooth = nn.Sequential(*(nn.AvgPool2d(2) if isinstance(m, nn.MaxPool2d) else m for m in net[:-2]
                             if not isinstance(m, nn.ReLU)))  # fmt: skip
    assert as_stages(stages) == measured(smooth)  # a maximum or a ReLU would hide some of the pixels


def test_the_strip_of_strides_is_what_pytorch_makes_of_28_pixels(monkeypatch):
    stages = stages_of(ideas.by_strides, monkeypatch)
    sizes = [1, 8, 16, 32]
    net = nn.Sequential(*(nn.Conv2d(a, b, 3, 2, 1) for a, b in pairwise(sizes)))
    assert as_stages(stages) == measured(net)
    assert stages[-1].weights == sum(p.numel() for p in nn.Linear(32, 10).parameters())


def test_the_strip_of_bears_is_the_network_of_its_page(monkeypatch):
    stages = stages_of(ideas.bears, monkeypatch)
    net = final_pooling.BearDetector(final_pooling.average_pool)
    assert as_stages(stages) == measured(nn.Sequential(*(m for m in net.grid if isinstance(m, nn.Conv2d))))
    assert stages[-1].weights == sum(p.numel() for p in net.linear.parameters())


def test_the_network_of_sales_is_the_one_of_its_page(each_layout):
    net = entity_network.EntityNet({"store": 5, "region": 2, "weekday": 7, "month": 12})
    said = " ".join(texts(ideas.sales()))
    first, second = net.layers[0], net.layers[2]
    assert f"{first.out_features} units" in said and f"{second.out_features} units" in said
    joined = sum(patch.get_height() < 10 and patch.get_linewidth() == 0 for patch in tables(ideas.sales()))
    assert joined == first.in_features + 4 * (first.in_features - 1) + 1, "four rows of each table, and the long row"


def test_the_network_of_ratings_is_the_one_of_its_page(each_layout):
    defaults = {n: p.default for n, p in inspect.signature(collaborative_network.CollabNN).parameters.items()}
    said = texts(DRAWINGS["side_by_side"]())
    assert f"{defaults['hidden']} units" in said
    assert {f"{end:g}" for end in defaults["y_range"]} <= set(said)
    assert "74 numbers" in said and "102 numbers" in said


def test_the_network_of_prices_has_the_layers_of_its_page(each_layout):
    layers = inspect.signature(tabular_learner.TabularNet).parameters["layers"].default
    assert {f"{units} units" for units in layers} <= set(texts(DRAWINGS["prices"]()))


def test_the_bars_of_a_moving_average_are_nine_tenths_of_each_other_and_add_up_to_what_is_said(each_layout):
    fig = optimizer_ideas.moving_average()
    heights = np.array([patch.get_height() for patch in tables(fig)])
    np.testing.assert_allclose(heights[1:] / heights[:-1], 0.9)
    shares = [0.1 * heights[:count].sum() / heights[0] for count in (7, len(heights))]
    said = texts(fig)
    assert f" have {shares[0]:.0%} of the weight" in said and f" have {shares[1]:.0%}" in said
    assert f"all {len(heights)}" in said


def test_the_divided_steps_are_those_of_pytorch(each_layout):
    pairs = torch.tensor(list(optimizer_ideas.GRADIENTS.values()), dtype=torch.float64)  # (4, 2)
    wanted = []
    for optimizer in (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adam):
        x = torch.zeros(len(pairs), dtype=torch.float64, requires_grad=True)
        steps = optimizer([x], lr=1.0)
        for step in range(2001):
            before, x.grad = x.detach().clone(), pairs[:, step % 2]
            steps.step()
        wanted.append((before - x.detach()).numpy())
    said = [text.replace("−", "-") for text in texts(optimizer_ideas.divided())]
    numbers = np.array([float(text) for text in said if re.fullmatch(r"-?[\d.]+", text)]).reshape(len(pairs), -1)
    gradients, shown = numbers[:, :-3], numbers[:, -3:]
    assert (gradients == pairs.numpy()[:, np.arange(gradients.shape[1]) % 2]).all()
    np.testing.assert_allclose(shown, np.array(wanted).T, atol=0.006)


# ---------------------------------------------------------------- the parts
def test_cells_are_equal_tinted_by_sign_and_empty_where_nothing_is_known(each_layout):
    ax, _ = plots.canvas(wide=100, narrow=100)
    edge = plots.cells(
        ax, 10, 20, [[2, -1, 0], [np.nan, 1, 1]], (12, 14), lit=[[True, True, True], [True, True, False]]
    )
    assert edge == (10 + 3 * 12, 20 + 2 * 14)
    assert texts(ax.figure) == ["2", "−1", "0", "1", "1"]
    tints = {patch.get_xy(): (to_hex(patch.get_facecolor()), patch.get_alpha()) for patch in tables(ax.figure)}
    assert {at: color for at, (color, _) in tints.items()} == {
        (10, 20): CYCLE[0],
        (22, 20): CYCLE[1],
        (22, 34): CYCLE[0],
    }
    assert tints[10, 20][1] > tints[22, 20][1] == tints[22, 34][1]


def test_a_sum_is_written_out_with_its_signs(each_layout):
    ax, _ = plots.canvas(wide=100, narrow=100)
    plots.terms(ax, 0, 0, [[1, -2], [0, 4]], (20, 14))
    assert texts(ax.figure) == ["1", "−", "2", "+", "0", "+", "4", "= 3"]


def test_text_of_a_line_shares_its_baseline(each_layout):
    ax, _ = plots.canvas(wide=100, narrow=100)
    for x, text in enumerate(("map", "picture", "a\nb", "k")):
        plots.label(ax, 30 * x + 20, 50, text)
    heights = [text.get_position()[1] for text in ax.texts]
    assert heights[0] == heights[1] == heights[4] == pytest.approx((heights[2] + heights[3]) / 2)


def test_what_was_looked_up_is_what_stands_side_by_side(each_layout):
    fig = plots.lookup_network({"a": 3, "b": 2}, (8,), "answer", amounts={"c": 1})
    ax = fig.axes[0]
    framed = [p for p in tables(fig) if p.get_edgecolor()[:3] == tuple(plots_color("C1")) and not p.get_fill()]
    *looked_up, joined = sorted(framed, key=lambda p: (p.get_width() > 5 * framed[0].get_width() / 3, p.get_x()))
    colors = [shade(p) for part in sorted(looked_up, key=lambda p: p.get_x()) for p in inside(ax, part)]
    assert colors == [shade(p) for p in inside(ax, joined)] and len(colors) == 6


def plots_color(name: str) -> np.ndarray:
    return np.array(Rectangle((0, 0), 1, 1, facecolor=name).get_facecolor())[:3]


def inside(ax, part: Rectangle) -> list[Rectangle]:
    """The tinted cells in a framed row, from the left."""
    box = part.get_bbox()
    found = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_fill() and p.get_linewidth() == 0]
    found = [p for p in found if box.contains(*p.get_bbox().get_points().mean(axis=0))]
    return sorted(found, key=lambda p: p.get_x())


def shade(patch: Rectangle) -> tuple[str, float]:
    return to_hex(patch.get_facecolor()), round(patch.get_alpha(), 6)
