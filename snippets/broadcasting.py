"""Broadcasting: when two shapes fit together, and when they fit but should not.

Source: Lesson 8 of 2019, by a thread of note-takers; it links to NumPy's page on broadcasting.
Data:   scikit-learn's diabetes (442 patients).
Cost:   1 s on one core, at either scale.
"""

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots


def broadcast_shape(*shapes):
    """The shape that all of these are stretched to; raises ValueError if they do not fit."""
    dims = max(len(shape) for shape in shapes)
    aligned = [(1,) * (dims - len(shape)) + tuple(shape) for shape in shapes]  # at the right: fill up with ones
    result = []
    for sizes in zip(*aligned, strict=True):  # one size of each shape
        others = {size for size in sizes if size != 1}
        if len(others) > 1:
            raise ValueError(f"sizes {sizes} differ, and more than one of them is not 1")
        result.append(others.pop() if others else 1)
    return tuple(result)


def stretched(x, shape):
    """A view of x in a larger shape, which copies nothing: along a stretched dimension, no step is taken in memory."""
    new = len(shape) - x.dim()
    steps = [0] * new + [0 if size == 1 else step for size, step in zip(x.shape, x.stride(), strict=True)]
    return x.as_strided(shape, steps)


def add(a, b):
    """The sum of two tensors whose shapes fit."""
    shape = broadcast_shape(a.shape, b.shape)
    return stretched(a, shape) + stretched(b, shape)  # of equal shapes


def squared_errors(predicted, y):
    """Each prediction minus each answer that broadcasting puts beside it, squared."""
    return (predicted - y) ** 2


@experiment(seeds=5, vary={"targets": ["column", "row"]})
def shapes(run: Run, targets: str):
    """A line fitted to half of the diabetes patients; predictions are (221, 1), targets (221, 1) or (221,).

    Its slope, disease progression by body mass, both standardized; the share of variance it explains in the other half.
    """
    from sklearn.datasets import load_diabetes

    table, order = load_diabetes(), torch.randperm(442)
    x, y = (torch.tensor(part, dtype=torch.float32)[order] for part in (table.data[:, 2], table.target))
    x, y = ((part - part[:221].mean()) / part[:221].std() for part in (x, y))
    line = [torch.zeros(1, requires_grad=True) for _ in range(2)]  # slope and bias
    answers = {"column": y[:221, None], "row": y[:221]}[targets]
    for _ in range(100):
        errors = squared_errors(x[:221, None] * line[0] + line[1], answers)  # (221, 1) or (221, 221)
        for p, gradient in zip(line, torch.autograd.grad(errors.mean(), line), strict=True):
            p.data -= 0.1 * gradient
    slope, bias = (p.item() for p in line)
    left = squared_errors(slope * x[221:] + bias, y[221:]).mean()
    explained = 1 - left / y[221:].var(correction=0)
    return {"slope": slope, "explained": explained, "numbers": errors.numel(), "x": x, "y": y}


@figure()
def aligned():
    """Shapes 3 × 1 and 4, aligned at the right, give 3 × 4: a column is stretched to the right, a row downward."""
    ax, width = plots.canvas(wide=172, narrow=316)
    cell, left, top = (30, 18), plots.pick(width / 2 - 20, width / 2 - 78), plots.pick(34, 186)
    column, row = 10 * np.arange(1, 4)[:, None], np.arange(1, 5)[None]
    # the rule, dimension by dimension
    middle = plots.pick(110, width / 2)
    plots.label(ax, middle, 12, "the rule: line up at the right", weight="bold")
    lines = (("a", (3, 1), "C0"), ("b", (np.nan, 4), "C2"), ("a + b", (3, 4), plots.TEXT))
    for place, (name, sizes, color) in enumerate(lines):
        y = 30 + place * 34
        plots.label(ax, middle - 44, y + 10, name, ha="right", color=color)
        plots.cells(ax, middle - 34, y, [sizes], (34, 20), lit=False, fontsize=10)
    plots.label(ax, middle - 17, 74, "(1)", color=plots.MUTED)
    says = "equal sizes fit, and a 1 is stretched; anything else is refused"
    plots.caption(ax, middle, 128, says, 190)
    # the numbers
    x, y = left + cell[0] + 34, top + cell[1] + 30
    plots.label(ax, x + 60, plots.pick(12, 172), "a column plus a row", weight="bold")
    plots.cells(ax, left, y, column, cell, lit=True)
    plots.cells(ax, x, top, row, cell, lit=True)
    plots.cells(ax, x, y, column + row, cell, lit=False)
    for place in range(4):
        plots.arrow(ax, (x + (place + 0.5) * cell[0], top + cell[1]), (x + (place + 0.5) * cell[0], y), "C0")
    for place in range(3):
        plots.arrow(ax, (left + cell[0], y + (place + 0.5) * cell[1]), (x, y + (place + 0.5) * cell[1]), "C0")
    plots.label(ax, left + cell[0] / 2, y - 9, "a: 3 × 1")
    plots.label(ax, x - 6, top + cell[1] / 2, "b: 4", ha="right")
    plots.label(ax, x + 2 * cell[0], y + 3 * cell[1] + 11, "a + b: 3 × 4")
    return ax.figure


@figure(shapes)
def flat_line(results):
    """Two lines through one cloud of patients: with targets in a column it rises, with targets in a row it is flat."""
    _, ax = plots.axes(height=3.2)
    x, y = results.array("x", targets="column"), results.array("y", targets="column")
    ax.plot(x, y, ".", color=plots.MUTED, alpha=0.5)
    ends = np.array([x.min(), x.max()])
    names = {"column": "targets (n, 1)", "row": "targets (n,)"}
    lines = {says: results.metric("slope", targets=kind)[:, None] * ends for kind, says in names.items()}
    title = "One missing dimension, and the line is flat"
    return plots.lines(
        lines, ends, ax=ax, title=title, xlabel="body mass, standardized", ylabel="progression, standardized"
    )
