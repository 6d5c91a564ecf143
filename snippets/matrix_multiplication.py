"""Matrix multiplication, six ways: what each loop in Python costs.

Source: Lesson 8 of 2019, and the thread of its note-takers.
Data:   sample: 8 of scikit-learn's digits, 64 pixels each; full: 64 of MNIST's, 784 pixels each.
Cost:   sample 2 s on one core; full 1 min on one core.
"""

from time import thread_time

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits


def three_loops(a, b):  # (n, k), (k, m) -> (n, m)
    """Number by number."""
    c = torch.zeros(len(a), b.shape[1], dtype=a.dtype)
    for i in range(len(a)):
        for j in range(b.shape[1]):
            for k in range(len(b)):
                c[i, j] += a[i, k] * b[k, j]
    return c


def on_lists(a, b):
    """The same three loops over Python's own numbers, copied out of the tensors first."""
    n, m, a, b = len(a), b.shape[1], a.tolist(), b.tolist()
    return torch.tensor([[sum(a[i][k] * b[k][j] for k in range(len(b))) for j in range(m)] for i in range(n)])


def dot_products(a, b):
    """The innermost loop left to PyTorch: a row of a times a column of b, added up."""
    c = torch.zeros(len(a), b.shape[1], dtype=a.dtype)
    for i in range(len(a)):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).sum()
    return c


def broadcast(a, b):
    """Two loops left to PyTorch: a row of a, as a column, times all columns of b."""
    c = torch.zeros(len(a), b.shape[1], dtype=a.dtype)
    for i in range(len(a)):
        c[i] = (a[i, :, None] * b).sum(0)  # (k, 1) * (k, m) -> (m,)
    return c


def einsum(a, b):
    """No loop: the sum is over the letter that the result does not have."""
    return torch.einsum("ik,kj->ij", a, b)


def library(a, b):
    return a @ b


WAYS = {
    "three loops": three_loops,
    "on lists": on_lists,
    "dot products": dot_products,
    "broadcasting": broadcast,
    "einsum": einsum,
    "@": library,
}


@experiment(
    data=digits,
    seeds=3,
    vary={"way": ["three loops", "on lists", "dot products", "broadcasting", "einsum", "@"]},
    times=["milliseconds", "nanoseconds_per_product"],
)
def times(data, run: Run, way: str):
    """CPU time for a batch of pictures times random weights for ten classes: the best of several runs."""
    n = run.pick(sample=8, full=64)
    a = torch.tensor(data.train[:n]).flatten(1)  # (n, pixels)
    b = torch.randn(a.shape[1], 10)
    multiply, seconds = WAYS[way], []
    while len(seconds) < 2 or (sum(seconds) < 0.05 and len(seconds) < 200):
        start = thread_time()
        multiply(a, b)
        seconds.append(thread_time() - start)
    products = a.numel() * 10
    return {
        "milliseconds": 1e3 * min(seconds),
        "nanoseconds_per_product": 1e9 * min(seconds) / products,
        "products": products,
    }


@figure()
def one_step():
    """What one step of Python does in each way: one product, a row times a column, a row times all, everything."""
    ax, width = plots.canvas(wide=150, narrow=290)
    columns = plots.pick(4, 2)
    n, k, m, one = 3, 4, 2, 13
    row, column, corner = np.arange(n) == 1, np.arange(m) == 1, np.arange(k) == 2
    whole = {"n": np.ones(n, bool), "k": np.ones(k, bool), "m": np.ones(m, bool)}
    steps = (  # name, rows of a, along the sum, columns of b, steps
        ("three loops", row, corner, column, "n · m · k steps"),
        ("dot products", row, whole["k"], column, "n · m steps"),
        ("broadcasting", row, whole["k"], whole["m"], "n steps"),
        ("einsum, @", whole["n"], whole["k"], whole["m"], "1 step"),
    )
    for place, (name, rows, along, cols, count) in enumerate(steps):
        middle, top = (place % columns + 0.5) * width / columns, place // columns * 144
        left = middle - (k + m) * one / 2 - 4
        plots.label(ax, middle, top + 10, name, weight="bold")
        right, down = left + k * one + 8, top + 24 + k * one + 8
        used = (  # where, how large, and what one step reads or writes
            (left, down, rows[:, None] & along, "C0"),
            (right, top + 24, along[:, None] & cols, "C2"),
            (right, down, rows[:, None] & cols, "C1"),
        )
        for x, y, lit, color in used:
            for (i, j), on in np.ndenumerate(lit):
                cell = (x + j * one, y + i * one, one, one)
                if on:
                    plots.frame(ax, *cell, fill=True, facecolor=color, alpha=0.45, linewidth=0)
                plots.frame(ax, *cell, plots.MUTED, linewidth=0.5, zorder=2)
        plots.label(ax, left - 8, down + n * one / 2, "a")
        plots.label(ax, right + m * one + 8, top + 24 + k * one / 2, "b")
        plots.label(ax, middle, down + n * one + 12, count, color=plots.MUTED)
    return ax.figure


@figure(times)
def time_by_way(results):
    """Nanoseconds per product, a row for each way: each loop left to PyTorch saves a large factor."""
    cost = {way: results.metric("nanoseconds_per_product", way=way) for way in results.settings["way"]}
    ratio = cost["three loops"].mean() / cost["@"].mean()
    digits_of = 10 ** int(np.log10(ratio))
    title = f"Three loops take about {round(ratio / digits_of) * digits_of:,} times as long as @"
    return plots.dot_plot(
        cost, title=title, fmt="{:,.2f}", xscale="log", xlabel="CPU time for each product, nanoseconds"
    )
