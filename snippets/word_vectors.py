"""Word vectors: a model that learns to predict the next word gives similar vectors to words of one class.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:33:01.
Data:   sample: 24,000 words from a grammar with known classes; full: two books by Nietzsche, their 500 commonest words.
Cost:   sample 13 s on one core; full 30 s on one core.
"""

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.words import CLASSES, CLOSED, FOLLOWED, Text, words
from snippets.latent_factors import cosine, nearest, principal_components
from snippets.parameters import create_params


class NextWord(nn.Module):
    """The score of each next word: the vector of the current word times that of the next, plus a bias."""

    def __init__(self, n_words: int, n_factors: int):
        super().__init__()
        self.before = create_params(n_words, n_factors)  # for the current word
        self.after = create_params(n_words, n_factors)  # for the next word
        self.bias = create_params(n_words)

    def forward(self, ids):  # (batch,) -> (batch, n_words)
        return self.before[ids] @ self.after.T + self.bias


def fit(model: NextWord, text: Text, run: Run):
    """Train on pairs of a word and the next one."""
    x, y = map(torch.tensor, text.pairs("train"))  # (pairs,) each
    optimizer = torch.optim.AdamW(model.parameters(), lr=run.pick(sample=0.01, full=0.005), weight_decay=0.1)
    for _ in run.epochs(sample=5, full=6):
        for batch in torch.randperm(len(x)).split(run.pick(sample=256, full=512)):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()


def loss(model: NextWord, text: Text) -> float:
    """Cross-entropy on the pairs kept out of training, in nats per word."""
    x, y = map(torch.tensor, text.pairs("test"))
    with torch.no_grad():
        return nn.functional.cross_entropy(model(x), y).item()


def cosines(before, after):  # (n, any), (n, any) -> three arrays (n, n)
    """How similar two words are by the first table, by the second, and by both."""
    first, second = cosine(before), cosine(after)
    return {"before": first, "after": second, "both": first + second}


def share_same(kinds, similarity) -> float:  # (n,), (n, n) -> a share
    """Of the words of a known class, the share whose nearest word is of that class."""
    return np.mean((kinds == kinds[nearest(similarity)])[kinds != ""])


@experiment(data=words, vary={"text": ["as written", "shuffled"]})
def counted(data: Text, run: Run, text: str):
    """The shares of the same class if the vector of a word is its counts of next, or previous, words: no training."""
    counts, kept = np.zeros((len(data.vocab),) * 2), data.plain_words()
    np.add.at(counts, {"as written": data, "shuffled": data.shuffled(run.seed)}[text].pairs("train"), 1)
    kinds = np.array(data.classes)[kept]
    similarities = cosines(counts[kept], counts.T[kept])
    shares = {f"same_{table}": share_same(kinds, similarity) for table, similarity in similarities.items()}
    return shares | {"width": len(counts), "listed": (kinds != "").sum()}


@experiment(data=words, seeds={"sample": 5, "full": 3}, vary={"weights": ["trained", "shuffled", "untrained"]})
def next_word(text: Text, run: Run, weights: str):
    """How often the nearest word is of the same class, by either table or both; shuffled: after training on that."""
    model, kept = NextWord(len(text.vocab), run.pick(sample=16, full=32)), text.plain_words()
    training_text = {"trained": text, "shuffled": text.shuffled(run.seed), "untrained": None}[weights]
    if training_text:
        fit(model, training_text, run)
    names, kinds = np.array(text.vocab)[kept], np.array(text.classes)[kept]
    before, after = (table.numpy(force=True)[kept] for table in (model.before, model.after))
    similarities = cosines(before, after)
    known, most_similar = kinds != "", nearest(similarities["before"])
    frequent = np.argsort(-text.frequency()[kept], kind="stable")[:60]
    asked = run.pick(sample="dog bread house eats walks to", full="he of may our good man").split()
    order = np.argsort(-similarities["before"], axis=1, kind="stable")[:, 1:4]  # (n, 3)
    return {
        "valid_loss": loss(model, text),
        **{f"same_{table}": share_same(kinds, similarity) for table, similarity in similarities.items()},
        "same_followed": share_same(np.array([FOLLOWED.get(kind, kind) for kind in kinds]), similarities["before"]),
        "chance": np.mean([(np.sum(kinds == kind) - 1) / (len(kinds) - 1) for kind in kinds[known]]),
        "kind": list(kinds[known]),
        "nearest_kind": list(kinds[most_similar][known]),
        "map": principal_components(before / np.linalg.norm(before, axis=1, keepdims=True), 2)[frequent],
        "frequent": list(names[frequent]),
        "frequent_kind": list(kinds[frequent]),
        "asked": asked,
        "nearest_words": [str(names[i]) for word in asked for i in order[list(names).index(word)]],
        "_bias": model.bias,
    }


@figure(next_word)
def word_map(results):
    """The commonest words on two components of their vectors: trained, words of one class lie together; else not."""
    fig, axs = plots.axes(2, width=7.2, height=3.8, width_ratios=[3, 2])
    for ax, weights in zip(axs, ("trained", "untrained"), strict=True):
        group = results.select(weights=weights)
        points, kinds = group.array("map"), np.array(group.texts("frequent_kind"))
        classes = [kind for kind in dict.fromkeys([*CLOSED, *CLASSES]) if kind in kinds]
        colors = {kind: f"C{i}" for i, kind in enumerate(classes)} | {"": plots.MUTED}
        for kind, color in colors.items():
            ax.scatter(*points[kinds == kind].T, s=22, color=color, linewidths=0, label=kind or "other")
        title = f"{weights.capitalize()}: {group.metric('same_before').mean():.0%} have a nearest word of their class"
        plots.labeled_scatter(
            *points.T, group.texts("frequent"), color=[colors[kind] for kind in kinds], ax=ax, title=title,
            xlabel="first component", ylabel="second component",
        )  # fmt: skip
    fig.legend(*axs[0].get_legend_handles_labels(), loc="outside lower left", ncols=3, handletextpad=0.2)
    return fig


@figure(next_word)
def neighbors(results):
    """The three words nearest to each of six, bold where every seed has them among its three."""
    lists = [np.reshape(results.texts("nearest_words", seed, weights="trained"), (-1, 3)) for seed in results.seeds]
    fig, ax = plots.axes(height=2.5)
    stable = np.array([[all(word in table[row] for table in lists) for word in lists[0][row]] for row in range(6)])
    for row, word in enumerate(results.texts("asked", weights="trained")):
        ax.text(0, row, word, color="C0", fontweight="bold", va="center")
        for place in range(3):
            style = {"fontweight": "bold"} if stable[row, place] else {"color": plots.MUTED}
            ax.text(0.8 + 1.07 * place, row, lists[0][row, place], va="center", **style)
    ax.set(xlim=(0, 4), ylim=(5.5, -0.5))
    ax.set_axis_off()
    plots.title(fig, f"The three nearest words; {stable.sum()} of {stable.size} (bold) came up in every run")
    return fig


@figure(next_word)
def confusion(results):
    """For each class, the class of the nearest word: food and place are mixed, as are eating verbs and prepositions."""
    classes, counts = list(CLASSES), np.zeros((len(CLASSES),) * 2)
    for seed in results.seeds:
        kinds, nearest_kinds = (results.texts(key, seed, weights="trained") for key in ("kind", "nearest_kind"))
        np.add.at(counts, ([classes.index(kind) for kind in kinds], [classes.index(kind) for kind in nearest_kinds]), 1)
    same, followed = (results.metric(f"same_{what}", weights="trained").mean() for what in ("before", "followed"))
    return plots.annotated_heatmap(
        counts / counts.sum(axis=1, keepdims=True), classes, classes, fmt="{:.2g}", signed=False, width=5.6, height=3.8,
        ylabel="class of a word", xlabel="class of its nearest word",
        title=f"The nearest word is of the same class for {same:.0%}, followed by the same for {followed:.0%}",
    )  # fmt: skip
