"""Word vectors: what the rows of a word embedding know, after a model has learned to guess the next word.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:33:01.
Data:   sample: 24,000 words from a grammar with known classes; full: two books by Nietzsche, their 500 commonest words.
Cost:   sample 13 s on one core; full 30 s on one core.
"""

from dataclasses import replace

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.words import CLASSES, CLOSED, Text, words
from snippets.latent_factors import cosine, nearest, principal_components
from snippets.parameters import create_params

FOLLOWED = {
    "food": "end",
    "place": "end",
    "eats": "determiner",
    "preposition": "determiner",
}  # what the grammar puts next


class NextWord(nn.Module):
    """Scores of the next word: the row of this one, times the row of the next, plus its bias."""

    def __init__(self, n_words: int, n_factors: int):
        super().__init__()
        self.before = create_params(n_words, n_factors)  # for the word there is
        self.after = create_params(n_words, n_factors)  # for the one to come
        self.bias = create_params(n_words)

    def forward(self, ids):  # (batch,) -> (batch, n_words)
        return self.before[ids] @ self.after.T + self.bias


def moved_constant(before, after, bias, by):  # by (n_factors,) -> the three parts of another model
    """A model with the same scores and other biases: what is added to every first row is taken from the biases."""
    return before + by, after, bias - after @ by


def fit(model: NextWord, text: Text, run: Run):
    """Train on which word follows which."""
    x, y = map(torch.tensor, text.pairs("train"))  # (pairs,) each
    optimizer = torch.optim.AdamW(model.parameters(), lr=run.pick(sample=0.01, full=0.005), weight_decay=0.1)
    for _ in run.epochs(sample=5, full=6):
        for batch in torch.randperm(len(x)).split(run.pick(sample=256, full=512)):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()


def loss(model: NextWord, text: Text) -> float:
    """Cross-entropy on the pairs that were kept out of training, nats a word."""
    x, y = map(torch.tensor, text.pairs("test"))
    with torch.no_grad():
        return F.cross_entropy(model(x), y).item()


def mixed_up(text: Text, seed: int) -> Text:
    """The same words in random order, so that nothing says what follows what."""
    rng = np.random.default_rng(seed)
    return replace(text, train=[rng.permutation(np.concatenate(text.train))])


def plain_words(text: Text):
    """The numbers of what is a word, neither a mark nor all rare words together. -> (n,)"""
    return np.array([i for i, word in enumerate(text.vocab) if word.isalpha()])


def cosines(before, after):  # (n, any), (n, any) -> a (n, n) for each way to read
    """How alike each two words are by the rows of the first table, of the second, and of both."""
    first, second = cosine(before), cosine(after)
    return {"before": first, "after": second, "both": first + second}


def same(kinds, closeness) -> float:  # (n,), (n, n) -> a share
    """Of the words of a known class, the share whose nearest word is of that class."""
    return np.mean((kinds == kinds[nearest(closeness)])[kinds != ""])


def freedom(text: Text):
    """How little each word depends on the one before it, in the text kept out: at most 0. -> (n_words,)"""
    counts = np.zeros((len(text.vocab),) * 2)
    np.add.at(counts, text.pairs("test")[::-1], 1)  # (word, the one before)
    usual = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * len(counts))
    shares = (counts + 5 * usual) / (counts.sum(axis=1, keepdims=True) + 5)  # as if each had come five times more
    return -(shares * np.log(shares / usual)).sum(axis=1)


@experiment(data=words, vary={"text": ["as written", "mixed up"]})
def counted(data: Text, run: Run, text: str):
    """The same question, put to the shares of the words that follow each word, and come before it: no training."""
    counts = np.zeros((len(data.vocab),) * 2)
    np.add.at(counts, (mixed_up(data, run.seed) if text == "mixed up" else data).pairs("train"), 1)
    kept = plain_words(data)
    ways = cosines(counts[kept], counts.T[kept])
    kinds = np.array(data.classes)[kept]
    found = {f"same_{way}": same(kinds, closeness) for way, closeness in ways.items()}
    return found | {"width": len(counts), "listed": (kinds != "").sum()}


@experiment(data=words, seeds={"sample": 5, "full": 3}, vary={"weights": ["trained", "shuffled", "untrained"]})
def read(text: Text, run: Run, weights: str):
    """How often a word's nearest one is of its class, by either table or both, and how bias goes with frequency."""
    model = NextWord(len(text.vocab), run.pick(sample=16, full=32))
    if weights != "untrained":
        fit(model, mixed_up(text, run.seed) if weights == "shuffled" else text, run)
    kept = plain_words(text)
    names, kinds = np.array(text.vocab)[kept], np.array(text.classes)[kept]
    before, after, bias = (part.numpy(force=True)[kept] for part in (model.before, model.after, model.bias))
    ways = cosines(before, after)
    followed = np.array([FOLLOWED.get(kind, kind) for kind in kinds])
    known, near = kinds != "", nearest(ways["before"])
    frequency = np.log(np.bincount(np.concatenate(text.train), minlength=len(text.vocab))[kept])
    often = np.argsort(-frequency, kind="stable")[:150]
    asked = run.pick(sample="dog bread house eats walks to", full="he of may our good man").split()
    order = np.argsort(-ways["before"], axis=1, kind="stable")[:, 1:5]  # (n, 4)
    return {
        "valid_loss": loss(model, text),
        **{f"same_{way}": same(kinds, closeness) for way, closeness in ways.items()},
        "same_followed": same(followed, ways["before"]),
        "chance": np.mean([(np.sum(kinds == kind) - 1) / (len(kinds) - 1) for kind in kinds[known]]),
        "bias_by_freedom": spearmanr(bias - np.polyval(np.polyfit(frequency, bias, 1), frequency), freedom(text)[kept])[
            0
        ],
        "bias_by_frequency": spearmanr(bias, frequency)[0],
        "shortness_by_frequency": spearmanr([-len(name) for name in names], frequency)[0],
        "kind": list(kinds[known]),
        "nearest_kind": list(kinds[near][known]),
        "map": principal_components(before / np.linalg.norm(before, axis=1, keepdims=True), 2)[often[:90]],
        "bias": bias[often],
        "frequency": frequency[often].astype(np.float32),
        "often": list(names[often]),
        "often_kind": list(kinds[often]),
        "asked": asked,
        "answers": [str(names[i]) for word in asked for i in order[list(names).index(word)]],
    }


@figure(read)
def word_map(results):
    """The commonest words on the two main axes of their rows: trained, words of one class lie together; else not."""
    fig, (upper, lower) = plots.axes(nrows=2, width=4.3, height=8.8, height_ratios=[2, 1])
    for ax, weights, heading in ((upper, "trained", "After training"), (lower, "untrained", "Before training")):
        points, names = results.array("map", weights=weights)[:60], results.texts("often", weights=weights)[:60]
        kinds = results.texts("often_kind", weights=weights)[:60]
        classes = [kind for kind in dict.fromkeys([*CLOSED, *CLASSES]) if kind in kinds]
        colors = {kind: f"C{i}" for i, kind in enumerate(classes)} | {"": plots.MUTED}
        for kind, color in colors.items():
            at = np.array([k == kind for k in kinds])
            ax.scatter(points[at, 0], points[at, 1], s=22, color=color, linewidths=0, label=kind or "other")
        if weights == "trained":
            plots.labeled_scatter(*points.T, names, color=[colors[k] for k in kinds], ax=ax)
        ax.set(xlabel="first component", ylabel="second component")
        share = results.metric("same_before", weights=weights).mean()
        plots.title(ax, f"{heading}, {share:.0%} of the words in a class are nearest to another of it")
    fig.legend(*upper.get_legend_handles_labels(), loc="outside lower left", ncols=3, handletextpad=0.2)
    return fig


@figure(read)
def neighbors(results):
    """The three words nearest to each of six, bold where every seed has them among its three."""
    asked = results.texts("asked", weights="trained")
    lists = [np.reshape(results.texts("answers", seed, weights="trained"), (-1, 4))[:, :3] for seed in results.seeds]
    fig, ax = plots.axes(width=4.15, height=2.5)
    stable = 0
    for row, word in enumerate(asked):
        ax.text(0, row, word, color="C0", fontweight="bold", va="center")
        for place, name in enumerate(lists[0][row]):
            always = all(name in found[row] for found in lists)
            stable += always
            style = {"fontweight": "bold"} if always else {"color": plots.MUTED}
            ax.text(1 + place, row, name, va="center", **style)
    ax.set(xlim=(0, 4), ylim=(len(asked) - 0.5, -0.5))
    ax.set_axis_off()
    plots.title(fig, f"Of the nearest three, {stable} of {3 * len(asked)} (bold) come out in each of {len(lists)} runs")
    return fig


@figure(read)
def confusion(results):
    """For each class, the class of the nearest word: food and place are mixed, as are eating verbs and prepositions."""
    shares = np.zeros((len(CLASSES),) * 2)
    classes = list(CLASSES)
    for seed in results.seeds:
        pairs = (results.texts(key, seed, weights="trained") for key in ("kind", "nearest_kind"))
        for kind, other in zip(*pairs, strict=True):
            shares[classes.index(kind), classes.index(other)] += 1
    shares /= shares.sum(axis=1, keepdims=True)
    fig, ax = plots.axes(width=5.6, height=4.4)
    plots.annotated_heatmap(shares, fmt="{:.2g}", signed=False, ax=ax)
    ax.set_yticks(range(len(classes)), labels=classes)
    ax.set_xticks(range(len(classes)), labels=classes, rotation=35, ha="right")
    ax.tick_params(length=0)
    ax.set(ylabel="class of a word", xlabel="class of its nearest word")
    same, followed = (results.metric(f"same_{what}", weights="trained").mean() for what in ("before", "followed"))
    plots.title(fig, f"The nearest word is of the same class for {same:.0%}, followed by the same for {followed:.0%}")
    return fig


@figure(read)
def bias_and_frequency(results):
    """Bias against frequency of the commonest 150 words: they rise together, named where they differ most."""
    fig, ax = plots.axes(height=4.2)
    names = results.texts("often", weights="trained")
    frequency, bias = (results.array(key, weights="trained") for key in ("frequency", "bias"))
    line = np.polyfit(frequency, bias, 1)
    away = bias - np.polyval(line, frequency)
    far = np.argsort(-np.abs(away))[:16]
    ends = np.array([frequency.min(), frequency.max()])
    ax.plot(np.exp(ends), np.polyval(line, ends), color=plots.MUTED, linewidth=1)
    ax.set_xscale("log")
    ax.scatter(np.exp(np.delete(frequency, far)), np.delete(bias, far), s=9, color=plots.MUTED, alpha=0.5, linewidths=0)
    for color, group in (("C0", far[away[far] > 0]), ("C1", far[away[far] < 0])):
        plots.labeled_scatter(np.exp(frequency[group]), bias[group], [names[i] for i in group], color=color, ax=ax)
    ax.set(xlabel="times in the training text", ylabel="bias")
    rank = results.metric("bias_by_frequency", weights="trained").mean()
    plots.title(ax, f"The more frequent a word, the higher its bias: rank correlation {rank:.2f}")
    return fig
