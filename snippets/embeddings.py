"""Embeddings: a word becomes a number, the number selects a row of a table, and the network reads the rows.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:31:05 to 0:33:01, and 0:41:03 (the one-hot product).
Data:   a poem of four lines, written for this note.
Cost:   1 s on one core.
"""

from functools import partial

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots
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
    """The rows with these numbers."""
    return table[ids]


def by_product(table, ids):  # (vocab, factors), (words,) -> (words, factors)
    """The same rows, as a product with a matrix that has a single 1 in each row."""
    one_hot = (ids[:, None] == torch.arange(len(table))).float()  # (words, vocab)
    return one_hot @ table


def table_gradient(output_gradient, ids, rows: int):  # (words, factors), (words,) -> (rows, factors)
    """The gradient of each word's output is added to the row that was looked up for it."""
    gradient = torch.zeros(rows, output_gradient.shape[1])
    for word, row in enumerate(ids):
        gradient[row] += output_gradient[word]
    return gradient


@experiment()
def poem(run: Run):
    """The poem as numbers, and a table with a row of four factors for each word."""
    poem = POEM.split()
    vocab = vocabulary(poem)
    table = create_params(len(vocab), 4).detach()  # random: nothing has been trained
    ids = numericalize(poem, vocab)
    return {"words": len(poem), "unique": len(vocab), "table": table, "ids": ids, "word": poem, "vocab": vocab}


OPTIMIZERS = {
    "SGD": partial(torch.optim.SGD, lr=0.1),
    "SGD with momentum": partial(torch.optim.SGD, lr=0.1, momentum=0.9),
    "Adam": partial(torch.optim.Adam, lr=0.1),
    "AdamW": partial(torch.optim.AdamW, lr=0.1),
}


def changed_by_second_step(optimizer, table, first, second):  # -> (rows,) bool
    """The rows that the second of two training steps changes; each step looks up the rows of some words."""
    for ids in (first, second):
        before = table.detach().clone()
        optimizer.zero_grad()
        (by_lookup(table, ids) - 1).square().sum().backward()
        optimizer.step()
    return (table.detach() != before).any(dim=1)


@experiment(vary={"optimizer": ["SGD", "SGD with momentum", "Adam", "AdamW"]})
def second_step(run: Run, optimizer: str):
    """The share of rows that the second step changes: of rows it looked up, of those of the first step, of others."""
    lines = [line.split() for line in POEM.strip().splitlines()]
    vocab = vocabulary(POEM.split())
    table = create_params(len(vocab), 4)
    first, second = numericalize(lines[0], vocab), numericalize(lines[2], vocab)
    changed = changed_by_second_step(OPTIMIZERS[optimizer]([table]), table, first, second)
    earlier, now = (torch.isin(torch.arange(len(vocab)), ids) for ids in (first, second))
    groups = {"now": now, "earlier": earlier & ~now, "never": ~earlier & ~now}
    return {name: changed[rows].float().mean() for name, rows in groups.items()}


@figure(poem)
def poem_matrix(results):
    """Left the table with a row for each different word, right the poem, each word replaced by its row."""
    table, words, vocab = results.array("table"), results.texts("word"), results.texts("vocab")
    fig, axs = plots.axes(2, width=4.2, height=6)
    for ax, names, title in zip(axs, (vocab, words), ("the table", "the poem"), strict=True):
        ids = [vocab.index(name) for name in names]
        plots.image(ax, table[ids], signed=True, limit=np.abs(table).max(), aspect="auto")
        ax.set(ylim=(len(words) - 0.5, -0.5), title=title)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        ax.set_yticks(range(len(names)), labels=[f"{name}  {id}" for name, id in zip(names, ids, strict=True)])
        for name, label in zip(names, ax.get_yticklabels(), strict=True):
            label.set_color({"moon": "C2", "lake": "C3"}.get(name, plots.TEXT))
    plots.title(fig, f"{len(words)} words, {len(vocab)} of them different: the same word, the same row")
    return fig


@figure(poem)
def product_picture(results):
    """The first line of the poem as a matrix of ones, times the table, gives the rows of the line's words."""
    ids, table = results.array("ids")[:6], results.array("table")
    words, vocab = results.texts("word")[:6], results.texts("vocab")
    fig, axs = plots.axes(3, width=7.2, height=3.6, width_ratios=[13, 4, 4])
    plots.annotated_heatmap(np.eye(len(vocab))[ids], words, vocab, ax=axs[0], title="one-hot")
    axs[0].tick_params(axis="x", rotation=90)
    for ax, array, names, title in zip(
        axs[1:], (table, table[ids]), (vocab, words), ("× table", "= rows"), strict=True
    ):
        plots.image(ax, array, signed=True, limit=np.abs(table).max())
        ax.set_yticks(range(len(names)), labels=names)
        ax.set_title(title)
    plots.title(fig, "A one in each row selects a row of the table; all the zeros are multiplied for nothing")
    return fig
