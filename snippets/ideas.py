"""Drawings of ideas, for the first glance at a page; what is computed in them is exact, and nothing is measured.

Each is a strip of steps that a page shows as any other figure, by `figure:ideas.` and its name.
"""

import numpy as np

from coursenotes import figure, plots
from snippets.entity_network import WIDTHS
from snippets.strides_and_padding import output_size
from snippets.tabular_learner import columns

# ---------------------------------------------------------------- dropout
STRUCK = (  # (layer, unit): half of the units of both hidden layers, for each of three batches
    {(1, 0), (1, 3), (2, 1), (2, 2)},
    {(1, 1), (1, 2), (2, 0), (2, 1)},
    {(1, 0), (1, 2), (2, 2), (2, 3)},
)


@figure()
def thinned():
    """A network in three batches, each with half of its hidden units struck out, other ones each time; then whole."""
    scale = 1 / (1 - len(STRUCK[0]) / 8)
    steps = {
        "batch 1": f"half of the units are out, the others count × {scale:g}",
        "batch 2": "other units are out: another network",
        "batch 3": "no unit can rely on a certain other",
        "evaluation": "all units, each × 1: like an average of the thinned networks",
    }
    ax, width = plots.canvas(wide=204, narrow=412)
    columns = plots.pick(4, 2)
    wide = width / columns
    for place, ((name, says), struck) in enumerate(zip(steps.items(), (*STRUCK, ()), strict=True)):
        middle, top = (place % columns + 0.5) * wide, place // columns * 208
        plots.label(ax, middle, top + 10, name, weight="bold")
        thick = 0.8 * scale if struck else 0.8
        plots.units(ax, middle - 46, top + 22, (3, 4, 4, 2), 92, 130, struck=struck, thick=thick)
        plots.caption(ax, middle, top + 160, says, wide - 12)
    return ax.figure


# ---------------------------------------------------------------- collaborative filtering
PEOPLE = {"Ana": (2, -1, 0.5), "Ben": (-1, 1.5, 0), "Cleo": (0.5, 1, -0.5), "Dan": (1, -0.5, -1)}
FILMS = {"Speed\nChase": (0.9, 0.1, -0.3), "Love\nLetter": (-0.4, 1.2, 0.4), "Night\nBus": (0.7, 0.6, 0.1),
         "Old\nHouse": (0.1, -0.8, 0.2)}  # fmt: skip
GIVEN = np.array([[0, 1, 1, 0], [1, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]], dtype=bool)
TOP = 5.5  # stars: the upper end of the range


def stars(person, film):  # (3,), (3,): two factors and a bias -> their product, the score, and the stars
    """The rating of a film by a person, as the page on collaborative filtering computes it by hand."""
    product = np.dot(person[:2], film[:2])
    score = product + person[2] + film[2]
    return product, score, TOP / (1 + np.exp(-score))


@figure()
def factors():
    """Ratings with holes; one hole is filled by a person's row and a film's column: 1.7, with biases 1.9, 4.8 stars."""
    people, films = np.array(list(PEOPLE.values())), np.array(list(FILMS.values())).T
    ratings = np.array([[stars(person, film)[2] for film in films.T] for person in people])
    ax, width = plots.canvas(wide=182, narrow=282)
    cell, left, top = (30, 18), plots.pick(40, 36), 26
    x, y = left + 3 * cell[0] + 18, top + 3 * cell[1] + 18  # where the ratings begin
    lit = np.arange(4)[:, None] == 0
    plots.cells(ax, left, y, people, cell, limit=2, lit=lit)
    plots.cells(ax, x, top, films, cell, limit=2, lit=lit.T)
    plots.cells(ax, x, y, np.where(GIVEN, ratings.round(), np.nan), cell, lit=False)
    plots.frame(ax, x, y, *cell)
    plots.arrow(ax, (x - 18, y + 9), (x, y + 9))
    plots.arrow(ax, (x + 15, y - 18), (x + 15, y))
    for row, name in enumerate(PEOPLE):
        plots.label(ax, left - 5, y + (row + 0.5) * cell[1], name, ha="right")
    for column, name in enumerate(FILMS):
        plots.label(ax, x + (column + 0.5) * cell[0], top - 13, name)
    for place, name in enumerate(("action", "romance", "bias")):
        plots.label(ax, x - 5, top + (place + 0.5) * cell[1], name, ha="right", color=plots.MUTED)
    # the steps
    (p1, p2, bp), (f1, f2, bf) = people[0], films[:, 0]
    product, score, rating = map(plots.number, np.round(stars(people[0], films[:, 0]), 1))
    plots.label(ax, x + 15, y + 9, rating, weight="bold")
    said = plots.number
    steps = (
        ("row times column", f"{said(p1)} × {said(f1)} + ({said(p2)}) × {said(f2)} = {product}"),
        ("and both biases", f"{product} + {said(bp)} − {said(-bf)} = {score}"),
        ("squeezed into the stars", f"{TOP:g} × sigmoid({score}) = {rating}"),
    )
    middle, down, size = plots.pick((x + 120 + width) / 2, width / 2), plots.pick(26, 186), plots.pick(10, 9)
    for place, (what, numbers) in enumerate(steps):
        high = down + place * plots.pick(54, 33)
        plots.label(ax, middle, high + 5, what, color=plots.MUTED)
        plots.label(ax, middle, high + 18, numbers, size=size, weight="bold" if place == 2 else "normal")
        if place < 2 and plots.pick(True, False):
            plots.arrow(ax, (middle, high + 26), (middle, high + 50))
    return ax.figure


# ---------------------------------------------------------------- convolutions
def network(layers, name, inputs_per_channel, answers):  # -> the stages of a network for pictures of 28 by 28 pixels
    """Convolutions (name, filters, kernel, stride, padding), without filters for a pool; the last layer is dense."""
    stages, step = [plots.Stage("picture", 1, 28)], 1
    for said, filters, kernel, stride, padding in layers:
        before = stages[-1]
        channels, side = filters or before.channels, output_size(before.side, kernel, stride, padding)
        weights, sees = filters * (before.channels * kernel**2 + 1), before.sees + (kernel - 1) * step
        stages.append(plots.Stage(said, channels, side, weights, sees, kernel, stride, padding))
        step *= stride
    weights = answers * (stages[-1].channels * inputs_per_channel + 1)
    return [*stages, plots.Stage(name, answers, 0, weights, 28)]


@figure()
def seven_or_not():
    """28 × 28 pixels become 8 maps of 26, 24 and 12, and one answer: weights, and the window that one number sees."""
    convolution = ("convolution\n3 × 3", 8, 3, 1, 0)
    return plots.shrinking(network([convolution, convolution, ("max pool\n2 × 2", 0, 2, 2, 0)], "dense\nlayer", 144, 1))


@figure()
def by_strides():
    """28 × 28 pixels become 8 maps of 14, 16 of 7 and 32 of 4, and ten answers: each stride of 2 halves the maps."""
    layers = [("3 × 3, pad 1\nstride 2", filters, 3, 2, 1) for filters in (8, 16, 32)]
    return plots.shrinking(network(layers, "mean, then\ndense", 1, 10))


@figure()
def bears():
    """28 × 28 pixels become 16 maps of 14 and 32 of 7, each map one number, and these one answer."""
    halved = [("3 × 3, pad 1\nstride 2", filters, 3, 2, 1) for filters in (16, 32)]
    return plots.shrinking(network(halved, "pool, then\ndense", 1, 1))


# ---------------------------------------------------------------- embeddings
@figure()
def sales():
    """Tables for store, region, weekday and month, a row of each; side by side with the promotion, then layers."""
    tables = {name: WIDTHS[name] for name in ("store", "region", "weekday", "month")}
    return plots.lookup_network(tables, (64, 32), "logarithm of sales", amounts={"promo": 1})


@figure(columns)
def prices(results):
    """A row of numbers for the machine's model and for each other name; with the amounts, layers, and a log price."""
    widths, inputs = results.array("widths"), int(results.metric("first_width")[0])
    amounts = {"amounts": int(results.metric("continuous")[0])}
    first = int(widths[0])
    tables = {"widest table": first, f"{len(widths) - 1} other tables": inputs - first - amounts["amounts"]}
    return plots.lookup_network(tables, (200, 100), "log price", amounts=amounts, numbers_per_cell=20, between=(8, 12))
