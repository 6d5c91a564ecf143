"""Augmenting text: delete, swap or replace words of a text in training, and see whether its class is learned better.

Source: Practical Deep Learning for Coders 2017, lesson 7; Wei and Zou, 2019; Iyyer et al., 2015.
Data:   sample: generated reviews, of whose words it is known which mean the same; full: fastai's sample of IMDB.
Cost:   sample 10 s on one core; full 1 min on one core.
"""

from dataclasses import replace as replace_fields

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.bag_of_words import BagOfWords
from snippets.datasets.reviews import Reviews, opinions, reviews

SHARE = 0.3  # of the words are changed


def unchanged(words, text: Reviews):
    return words


def delete(words, text: Reviews):  # (n,) -> (fewer,)
    """Each word is left out with a chance of SHARE."""
    return words[torch.rand(len(words)) >= SHARE]


def swap(words, text: Reviews):  # (n,) -> (n,)
    """SHARE of the words, drawn at random, change places among themselves."""
    places = torch.randperm(len(words))[: int(SHARE * len(words))]
    words = words.clone()
    words[places] = words[places[torch.randperm(len(places))]]
    return words


def replace(words, text: Reviews):  # (n,) -> (n,)
    """Each word becomes, with a chance of SHARE, any word at all."""
    others = torch.randint(len(text.vocab), (len(words),))
    return torch.where(torch.rand(len(words)) < SHARE, others, words)


def use_synonyms(words, text: Reviews):  # (n,) -> (n,)
    """Each word becomes, with a chance of SHARE, one of those that are known to mean the same."""
    same = torch.tensor(text.synonyms)[words]  # (n, synonyms)
    others = same[torch.arange(len(words)), torch.randint(same.shape[1], (len(words),))]
    return torch.where(torch.rand(len(words)) < SHARE, others, words)


CHANGES = {"none": unchanged, "delete": delete, "swap": swap, "replace": replace, "synonyms": use_synonyms}


def train_and_test(text: Reviews, run: Run, change: str, n: int):
    """Train on n texts, changed anew in each epoch, and test on all others: accuracy, and loss in nats."""
    texts, labels = [torch.tensor(words) for words in text.texts], torch.tensor(text.labels)
    train, test = torch.randperm(len(texts)).split([n, len(texts) - n])
    model, cross_entropy = BagOfWords(len(text.vocab)), nn.functional.binary_cross_entropy_with_logits
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    for _ in run.epochs(sample=20, full=20):
        for batch in train[torch.randperm(n)].split(25):
            cross_entropy(model([CHANGES[change](texts[i], text) for i in batch]), labels[batch]).backward()
            optimizer.step()
            optimizer.zero_grad()
    with torch.no_grad():
        logits = model([texts[i] for i in test])
    accuracy = ((logits > 0) == (labels[test] > 0.5)).float().mean()
    return {"accuracy": accuracy, "loss": cross_entropy(logits, labels[test])}


@experiment(data=opinions, seeds=5, vary={"change": ["none", "delete", "replace", "synonyms"], "n": [100, 400]})
def changed(text: Reviews, run: Run, change: str, n: int):
    """Accuracy and loss on new generated texts, after training on n of them with that change."""
    return train_and_test(text, run, change, n)


@experiment(data=opinions, seeds=5, vary={"change": ["synonyms"], "n": [100, 400]})
def with_wrong_synonyms(text: Reviews, run: Run, change: str, n: int):
    """The same with synonyms of which three in four mean something else."""
    mixed = np.random.permutation(text.synonyms.ravel()).reshape(text.synonyms.shape)
    return train_and_test(replace_fields(text, synonyms=mixed), run, change, n)


@experiment(data=reviews, seeds={"full": 8}, vary={"change": ["none", "delete", "replace"], "n": [100, 400]})
def changed_reviews(text: Reviews, run: Run, change: str, n: int):
    """Accuracy and loss on IMDB's reviews, after training on n of them with that change."""
    return train_and_test(text, run, change, n)


BEFORE = "a slow start but a fine film".split()
AFTER = {  # what is done, and the words afterwards: None is a gap
    "delete": ["a", None, "start", "but", "a", "fine", None],
    "swap": "a film start but a fine slow".split(),
    "replace": "a slow start the a fine river".split(),
    "synonyms": "a slow start but a good movie".split(),
}


@figure()
def four_changes():
    """A sentence, and what deleting, swapping, replacing and synonyms make of it: the label may no longer fit."""
    ax, width = plots.canvas(wide=172, narrow=172)
    left = plots.pick(76, 54)
    step = (width - left - 4) / len(BEFORE)
    for row, (name, words) in enumerate({"a review": BEFORE, **AFTER}.items()):
        y = 16 + row * 34
        plots.label(
            ax, 2, y, name, ha="left", weight="bold" if row else "normal", color=plots.MUTED if not row else "C0"
        )
        for place, (word, before) in enumerate(zip(words, BEFORE, strict=True)):
            x = left + (place + 0.5) * step
            if word != before:
                plots.frame(
                    ax, x - step / 2 + 1, y - 9, step - 2, 18, facecolor="C1", fill=True, alpha=0.3, linewidth=0
                )
            plots.label(ax, x, y, word or "–", size=plots.pick(9.5, 8.8))
    return ax.figure


@figure(changed)
def by_change(results):
    """Accuracy on new texts after training on 100 and on 400: true synonyms raise it most, random words lower it."""
    fig, axs = plots.axes(2, width=7.2, height=2.6, sharey=True)
    for ax, n in zip(axs, results.settings["n"], strict=True):
        rows = {change: results.metric("accuracy", change=change, n=n) for change in results.settings["change"]}
        gain = rows["synonyms"].mean() - rows["none"].mean()
        plots.dot_plot(rows, ax=ax, title=f"{n} texts: synonyms gain {gain:.1%}", xlabel="accuracy on new texts")
    return fig


@figure(changed_reviews)
def on_reviews(results):
    """Accuracy on new reviews of IMDB after training on 100 and on 400: the changes hardly matter."""
    fig, axs = plots.axes(2, width=7.2, height=2.2, sharey=True)
    for ax, n in zip(axs, results.settings["n"], strict=True):
        rows = {change: results.metric("accuracy", change=change, n=n) for change in results.settings["change"]}
        most = max(abs(values.mean() - rows["none"].mean()) for values in rows.values())
        plots.dot_plot(rows, ax=ax, title=f"{n} reviews: at most {most:.1%} apart", xlabel="accuracy on new reviews")
    return fig
