"""The bias of a word: it mostly tells how frequent the word is, and it is not unique.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:33:01.
Data:   sample: 24,000 words from a grammar with known classes; full: two books by Nietzsche, their 500 commonest words.
Cost:   sample 2 s on one core; full 1 s on one core, besides the training of word_vectors.
"""

import numpy as np
from scipy.stats import spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.words import Text, words
from snippets.word_vectors import next_word


def shift_biases(before, after, bias, by):  # by (n_factors,) -> the three parameters of another model
    """A model with the same scores and other biases: add a vector to every row of before, and correct the biases."""
    return before + by, after, bias - after @ by


def dependence(text: Text):
    """How much each word depends on the one before it, in the test text: at least 0, in nats. -> (n_words,)"""
    counts = np.zeros((len(text.vocab),) * 2)
    np.add.at(counts, text.pairs("test")[::-1], 1)  # (word, previous word)
    usual = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * len(counts))
    shares = (counts + 5 * usual) / (counts.sum(axis=1, keepdims=True) + 5)  # smoothed by five more, spread as usual
    return (shares * np.log(shares / usual)).sum(axis=1)  # Kullback-Leibler divergence


@experiment(data=words, after=next_word)
def biases(text: Text, model, run: Run):
    """Rank correlations of the bias with frequency and, beyond frequency, with dependence on the word before."""
    kept = text.plain_words()
    names, bias = np.array(text.vocab)[kept], model.arrays["_bias"][kept]
    frequency = np.log(text.frequency()[kept])
    beyond_frequency = bias - np.polyval(np.polyfit(frequency, bias, 1), frequency)
    frequent = np.argsort(-frequency, kind="stable")[:150]
    return {
        "bias_by_frequency": spearmanr(bias, frequency)[0],
        "shortness_by_frequency": spearmanr([-len(name) for name in names], frequency)[0],
        "bias_by_dependence": spearmanr(beyond_frequency, dependence(text)[kept])[0],
        "bias": bias[frequent],
        "frequency": frequency[frequent].astype(np.float32),
        "frequent": list(names[frequent]),
    }


@figure(biases)
def bias_and_frequency(results):
    """Bias against frequency of the commonest 150 words: they rise together, named where they differ most."""
    trained = results.select(weights="trained")
    frequency, bias, names = trained.array("frequency"), trained.array("bias"), np.array(trained.texts("frequent"))
    line = np.polyval(np.polyfit(frequency, bias, 1), frequency)
    farthest = np.argsort(-np.abs(bias - line))  # from the line
    named, unnamed = farthest[:16], farthest[16:]
    _, ax = plots.axes(height=3.8)
    ax.plot(np.exp(frequency), line, color=plots.MUTED, linewidth=1)
    ax.scatter(np.exp(frequency[unnamed]), bias[unnamed], s=9, color=plots.MUTED, alpha=0.5, linewidths=0)
    return plots.labeled_scatter(
        np.exp(frequency[named]), bias[named], names[named], color=np.where((bias > line)[named], "C0", "C1"), ax=ax,
        title=f"The more frequent a word, the higher its bias: rank correlation "
        f"{trained.metric('bias_by_frequency').mean():.2f}",
        xscale="log", xlabel="times in the training text", ylabel="bias",
    )  # fmt: skip
