"""Embeddings: a word becomes a number, the number picks a row of a table, and the rows are what the network reads.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:31:05 to 0:33:01, and 0:41:03 (the one-hot product).
Data:   a poem of four lines, written for this note; for the cost, 64 words of a text and tables of up to 20,000 rows.
Cost:   sample 10 s on one core; full 30 s on one core.
"""

from time import perf_counter

import numpy as np
import torch
from matplotlib.patches import ConnectionPatch, Rectangle
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.words import Text, words
from snippets.parameters import create_params

POEM = """
the moon looks at the lake
the lake looks at the moon
i look at both awake
and both look back too soon
"""


def vocabulary(words: list[str]) -> list[str]:
    """Each different word once, in alphabetical order."""
    return sorted(set(words))


def numericalize(words: list[str], vocab: list[str]):  # -> (words,) integers from 0
    """The number of each word: its place in the vocabulary."""
    place = {word: i for i, word in enumerate(vocab)}
    return torch.tensor([place[word] for word in words])


def by_lookup(table, ids):  # (vocab, factors), (words,) -> (words, factors)
    """The rows that the numbers name."""
    return table[ids]


def by_product(table, ids):  # (vocab, factors), (words,) -> (words, factors)
    """The same rows, as a product with a matrix that holds a single one in each row."""
    one_hot = (ids[:, None] == torch.arange(len(table))).float()  # (words, vocab)
    return one_hot @ table


def table_gradient(arriving, ids, rows: int):  # (words, factors), (words,) -> (rows, factors)
    """What arrives at each place is added to the row that was looked up there."""
    gradient = torch.zeros(rows, arriving.shape[1])
    for place, row in enumerate(ids):
        gradient[row] += arriving[place]
    return gradient


@experiment()
def poem(run: Run):
    """The poem as a matrix of four factors a word."""
    poem = POEM.split()
    vocab = vocabulary(poem)
    ids = numericalize(poem, vocab)
    table = create_params(len(vocab), 4).detach()  # (vocab, 4), random: nothing has been trained
    return {
        "words": len(poem),
        "unique": len(vocab),
        "table": table,
        "matrix": by_lookup(table, ids).contiguous(),  # (words, 4)
        "ids": ids.float(),
        "word": poem,
        "vocab": vocab,
    }


def fastest(action, times: int) -> float:
    """The shortest of many runs, in microseconds: whatever else the machine does can only add to it."""
    took = []
    for _ in range(times):
        start = perf_counter()
        action()
        took.append(perf_counter() - start)
    return 1e6 * min(took)


@experiment(
    data=words,
    seeds=3,
    vary={"way": ["product", "lookup", "sparse"]},
    times=["forward", "with_backward", "forward_by_size", "both_by_size"],
)
def cost(text: Text, run: Run, way: str):
    """Time and memory for 64 words of 50 factors, by how many rows the table has; the metrics are of the largest."""
    ids = torch.tensor(text.train[0][:64])
    take = {"product": by_product, "lookup": by_lookup, "sparse": lambda e, i: F.embedding(i, e, sparse=True)}[way]
    sizes = [600, 1200, 2500, 5000, 10_000, 20_000]
    forward, both, memory = [], [], []
    for size in sizes:
        table = create_params(size, 50)

        def backward(table=table):
            table.grad = None
            take(table, ids).sum().backward()

        forward.append(fastest(lambda table=table: take(table, ids), run.pick(sample=20, full=200)))
        both.append(fastest(backward, run.pick(sample=20, full=200)))
        picks = 4 * 64 * size if way == "product" else 8 * 64  # bytes of the one-hot matrix, or of the numbers
        gradient = 4 * 50 * size if way != "sparse" else (4 * 50 + 8) * 64  # a whole table, or 64 rows with numbers
        memory.append((picks + gradient) / 1e6)
    return {
        "forward": forward[-1],
        "with_backward": both[-1],
        "picks": picks / 1e6,
        "gradient": gradient / 1e6,
        "sizes": np.array(sizes, np.float32),
        "forward_by_size": np.array(forward, np.float32),  # µs
        "both_by_size": np.array(both, np.float32),  # µs
        "memory_by_size": np.array(memory, np.float32),  # MB
    }


OPTIMIZERS = {
    "SGD": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    "SGD with momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=0.1),
    "AdamW": lambda parameters: torch.optim.AdamW(parameters, lr=0.1),
}


def moved_by_second(optimizer, table, first, second):  # -> (rows,) bool
    """Which rows of a table the second of two training steps moves; each step looks up some of them."""
    for ids in (first, second):
        before = table.detach().clone()
        optimizer.zero_grad()
        (by_lookup(table, ids) - 1).square().sum().backward()
        optimizer.step()
    return (table.detach() != before).any(dim=1)


@experiment(vary={"optimizer": ["SGD", "SGD with momentum", "Adam", "AdamW"]})
def second_step(run: Run, optimizer: str):
    """Of the rows, the share that the second step moves: those it looked up, those of the first step, the others."""
    lines = [line.split() for line in POEM.strip().splitlines()]
    vocab = vocabulary(POEM.split())
    table = create_params(len(vocab), 4)
    first, second = (numericalize(line, vocab) for line in (lines[0], lines[2]))
    moved = moved_by_second(OPTIMIZERS[optimizer]([table]), table, first, second)
    now, earlier = (torch.isin(torch.arange(len(vocab)), ids) for ids in (second, first))
    groups = {"now": now, "earlier": earlier & ~now, "never": ~earlier & ~now}
    return {name: moved[rows].float().mean() for name, rows in groups.items()}


@figure(poem)
def poem_matrix(results):
    """Left the table with a row for each different word, right the poem, each word replaced by its row."""
    table, words, vocab = results.array("table"), results.texts("word"), results.texts("vocab")
    lines = np.repeat(range(4), [len(line.split()) for line in POEM.strip().splitlines()])
    at_left = 5 + np.arange(len(vocab))  # the table in the middle of the height
    at_right = np.arange(len(words)) + 0.6 * lines  # a gap between the lines of the poem
    fig, (left, right) = plots.axes(2, width=4.15, height=6)
    fig.get_layout_engine().set(wspace=0.14)
    limit = np.abs(table).max()
    for ax, heights, names, heading in (
        (left, at_left, vocab, "the table"),
        (right, at_right, words, "the poem"),
    ):
        for height, name in zip(heights, names, strict=True):
            row = table[vocab.index(name)][None]
            plots.image(ax, row, signed=True, limit=limit, aspect="auto", extent=(0, 4, height + 0.5, height - 0.5))
        ax.set(xlim=(-0.04, 4.04), ylim=(at_right[-1] + 0.6, -0.6))
        ax.set_yticks(heights, labels=[f"{name}  {vocab.index(name)}" for name in names])
        ax.tick_params(axis="y", length=0, labelsize=10)
        ax.spines[:].set_visible(False)
        ax.set_title(heading, loc="left")
    for word, color in (("moon", "C2"), ("lake", "C3")):
        row = vocab.index(word)
        start = at_left[row]
        places = [place for place, other in enumerate(words) if other == word]
        for ax, chosen, heights in ((left, [row], at_left), (right, places, at_right)):
            for i in chosen:
                ax.add_patch(Rectangle((0, heights[i] - 0.5), 4, 1, fill=False, color=color, lw=2.2, clip_on=False))
                ax.get_yticklabels()[i].set(color=color, fontweight="bold")
        for i in places:
            ends = {"xyA": (4.05, start), "xyB": (-2.75, at_right[i]), "coordsA": left.transData}
            fig.add_artist(ConnectionPatch(**ends, coordsB=right.transData, color=color, linewidth=1.4))
    plots.title(fig, f"{len(words)} words, {len(vocab)} of them different: the same word, the same row")
    return fig


@figure(poem)
def product_picture(results):
    """The first line of the poem as a matrix of ones, times the table, gives the rows of the line's words."""
    ids, table = results.array("ids")[:6].astype(int), results.array("table")
    words, vocab = results.texts("word")[:6], results.texts("vocab")
    fig, (a, b, c) = plots.axes(3, width=6.4, height=3.6, width_ratios=[13, 4, 4])
    limit = np.abs(table).max()
    plots.image(a, np.eye(len(vocab))[ids], signed=True)
    plots.image(b, table, signed=True, limit=limit)
    plots.image(c, table[ids], signed=True, limit=limit)
    a.set_xticks(range(len(vocab)), labels=vocab, rotation=90)
    for ax, names in ((a, words), (b, vocab), (c, words)):
        ax.set_yticks(range(len(names)), labels=names)
        ax.tick_params(length=0, labelsize=9.5)
    for place, row in enumerate(ids):
        a.text(row, place, "1", ha="center", va="center", color=plots.BACKGROUND)
    a.set_title("one-hot", loc="left")
    b.set_title("× table", loc="left")
    c.set_title("= rows", loc="left")
    plots.title(fig, "A one in each row picks a row of the table; all the zeros are multiplied for nothing")
    return fig


@figure(cost)
def cost_by_size(results):
    """Time and memory by size of the vocabulary: the product grows with it, the lookup only by its gradient."""
    names = {"product": "product", "lookup": "lookup", "sparse": "lookup, sparse gradient"}
    panels = {"forward_by_size": "forward, µs", "both_by_size": "with backward, µs", "memory_by_size": "memory, MB"}
    fig, axs = plots.axes(nrows=3, height=6.6, sharex=True)
    for ax, (key, label) in zip(axs, panels.items(), strict=True):
        for color, (way, name) in zip(("C1", "C0", "C2"), names.items(), strict=True):
            sizes = results.array("sizes", way=way)
            plots.seed_lines(ax, sizes, results.arrays(key, way=way), name, color)
        ax.set(xscale="log", yscale="log", ylabel=label)
    axs[-1].set_xlabel("words in the vocabulary")
    times = [
        results.metric(key, way="product") / results.metric(key, way="lookup") for key in ("forward", "with_backward")
    ]
    plots.title(
        fig,
        f"At {sizes[-1]:,.0f} words the product takes {times[0].mean():,.0f} times as long forward, "
        f"{times[1].mean():,.0f} times with backward",
    )
    return fig
