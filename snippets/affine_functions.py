"""Affine functions: what a layer is, and why it is not quite linear.

Source: Practical Deep Learning for Coders v3 (2019), lesson 5, 0:20:24, in a thread of note-takers.
Data:   none; everything here is exact.
Cost:   nothing is trained.
"""

import numpy as np
import torch

from coursenotes import figure, plots


def affine(x, w, b):  # (n, inputs), (inputs, outputs), (outputs,) -> (n, outputs)
    return x @ w + b


def gap(f, x, y):
    """How far f is from passing sums on: zero for a linear function."""
    return f(x + y) - f(x) - f(y)


def is_linear(f, x, y):
    """Whether f passes on sums and multiples, on these inputs and up to rounding."""
    sums = torch.allclose(f(x + y), f(x) + f(y))
    return sums and torch.allclose(f(3 * x), 3 * f(x))


def is_affine(f, x, y):
    """Whether f passes on mixtures, whose shares add up to 1, on these inputs and up to rounding."""
    return all(torch.allclose(f(t * x + (1 - t) * y), t * f(x) + (1 - t) * f(y)) for t in (-1, 0.3, 2))


def bordered(w, b):  # (inputs, outputs), (outputs,) -> (inputs + 1, outputs + 1)
    """Weights and bias in one matrix, for rows that end in a 1; its last column keeps that 1."""
    last = torch.zeros(len(w) + 1, 1, dtype=w.dtype)
    last[-1] = 1
    return torch.cat([torch.cat([w, b[None]]), last], dim=1)


def with_one(x):  # (n, inputs) -> (n, inputs + 1)
    return torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], dim=1)


@figure()
def stacked():
    """f(1) on top of f(2) at 3: on a line through zero they end on it, on a line above zero they end above it."""
    fig, axs = plots.axes(2, width=7.2, height=3.3, sharey=True, narrow=2)
    x = np.array([0, 3.6])
    for ax, bias in zip(axs, (0, 1), strict=True):
        one, two, three = (2 * at + bias for at in (1, 2, 3))
        ax.plot(x, 2 * x + bias, color="C0", linewidth=2)
        ax.bar([1, 3], [one, one], color="C1", width=0.35, alpha=0.7)
        ax.bar([2, 3], [two, two], bottom=[0, one], color="C2", width=0.35, alpha=0.7)
        for at, middle, name in (
            (1, one / 2, "f(1)"),
            (2, two / 2, "f(2)"),
            (3, one / 2, "f(1)"),
            (3, one + two / 2, "f(2)"),
        ):
            ax.text(at + 0.22, middle, name, va="center", fontsize=9)
        ax.plot(3, three, "o", color="C0")
        ax.text(2.75, three + 0.25, f"f(3) = {three}", ha="right", color="C0", fontsize=9)
        ax.set(xlim=(0, 3.7), ylim=(0, 9), xlabel="x", xticks=[0, 1, 2, 3], yticks=range(0, 9, 2))
    axs[0].set(title="f(x) = 2x: sums are passed on", ylabel="f(x)")
    axs[1].set(title="f(x) = 2x + 1: one bias too many")
    return fig
