"""The cost of a lookup: time and memory of looking rows up in a table, and of multiplying by a one-hot matrix.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:44:00.
Data:   64 words of a text, and tables of up to 20,000 rows.
Cost:   sample 10 s on one core; full 30 s on one core.
"""

from time import perf_counter

import numpy as np
import torch
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.words import Text, words
from snippets.embeddings import by_lookup, by_product
from snippets.parameters import create_params


def by_sparse_lookup(table, ids):  # (vocab, factors), (words,) -> (words, factors)
    """The same rows, with a gradient that stores only the rows looked up."""
    return F.embedding(ids, table, sparse=True)


def shortest_time(function, *arguments, repeats: int) -> float:
    """The shortest of many runs, in µs: whatever else the machine is doing can only slow a run down."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        function(*arguments)
        times.append(perf_counter() - start)
    return 1e6 * min(times)


def forward_and_backward(method, table, ids):
    table.grad = None
    method(table, ids).sum().backward()


def megabytes(tensor) -> float:
    """The memory of a tensor's numbers; for a sparse gradient, of its values and the numbers of their rows."""
    parts = [tensor._values(), tensor._indices()] if tensor.is_sparse else [tensor]
    return sum(part.nbytes for part in parts) / 1e6


@experiment(
    data=words,
    seeds=3,
    vary={"method": ["product", "lookup", "sparse"]},
    times=["forward", "with_backward", "forward_by_size", "both_by_size"],
)
def time_and_memory(text: Text, run: Run, method: str):
    """Time (µs) and memory (MB) for 64 words of 50 factors, by the table's rows; metrics are for the largest table."""
    ids = torch.tensor(text.train[0][:64])
    function = {"product": by_product, "lookup": by_lookup, "sparse": by_sparse_lookup}[method]
    repeats = run.pick(sample=20, full=200)
    sizes = [600, 1200, 2500, 5000, 10_000, 20_000]
    forward, both, memory = [], [], []
    for size in sizes:
        table = create_params(size, 50)
        forward.append(shortest_time(function, table, ids, repeats=repeats))
        both.append(shortest_time(forward_and_backward, function, table, ids, repeats=repeats))
        index = {"product": F.one_hot(ids, size).float(), "lookup": ids, "sparse": ids}[method]
        index_memory, gradient_memory = megabytes(index), megabytes(table.grad)
        memory.append(index_memory + gradient_memory)
    return {
        "forward": forward[-1],
        "with_backward": both[-1],
        "index_memory": index_memory,
        "gradient_memory": gradient_memory,
        "sizes": np.array(sizes),
        "forward_by_size": np.array(forward),
        "both_by_size": np.array(both),
        "memory_by_size": np.array(memory),
    }


@figure(time_and_memory)
def cost_by_size(results):
    """Time and memory by size of the vocabulary: the product grows with it, the lookup only by its gradient."""
    fig, axs = plots.axes(3, width=7.2, height=2.9, sharex=True)
    panels = {"forward_by_size": "forward, µs", "both_by_size": "forward, backward, µs", "memory_by_size": "memory, MB"}
    sizes = results.array("sizes", method="lookup")
    for ax, (name, label) in zip(axs, panels.items(), strict=True):
        series = {method: results.arrays(name, method=method) for method in results.settings["method"]}
        plots.lines(series, sizes, colors=["C1", "C0", "C2"], ax=ax, xscale="log", yscale="log", ylabel=label)
        ax.set_xlabel("words in the vocabulary")
    ratio = results.metric("forward", method="product") / results.metric("forward", method="lookup")
    plots.title(fig, f"Forward at {sizes[-1]:,} words: the product takes {ratio.mean():,.0f} times as long as a lookup")
    return fig
