"""A character model: how well the next letter can be guessed, by counting, by recurrent networks, and at best.

Source: Practical Deep Learning for Coders 2017, lesson 7, and its notebook lesson6-rnn; notes by Reshama Shaikh.
Data:   sample: generated from words whose entropy is known; full: two books by Nietzsche, 600,000 characters.
Cost:   sample 20 s on one core; full 3 min on one core.
"""

import re
from textwrap import fill

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.letters import Letters, letters
from snippets.letter_counts import counted_losses
from snippets.next_letter import NextLetter, detached, loss
from snippets.text_batches import minibatches


def chances(logits, temperature: float):  # (letters,) -> (letters,)
    """The probabilities of the next letter: cold makes the likely ones likelier, hot makes all more alike."""
    return (logits / temperature).softmax(-1)


@torch.no_grad()
def write(model, start, n: int, temperature: float):  # (letters,) -> (n,)
    """Letters drawn one after the other, each from what the model expects after all before it."""
    logits, state = model(start[:, None])
    drawn = []
    for _ in range(n):
        drawn.append(torch.multinomial(chances(logits[-1, 0], temperature), 1))
        logits, state = model(drawn[-1][:, None], state)
    return torch.cat(drawn)


def fit(model, text: Letters, run: Run, memory: int | None = None):
    """Train, and return the loss on the test letters. memory: steps after which its state is emptied."""
    wide = 256 if memory else run.pick(sample=32, full=64)
    rate, epochs = run.pick(sample=0.03, full=0.01), run.pick(sample=8, full=4)
    batches = minibatches(torch.tensor(text.train), wide, memory or run.pick(sample=24, full=64))
    tests = minibatches(torch.tensor(text.test), wide, memory or len(text.test))
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * len(batches))
    for _ in run.epochs(sample=8, full=4):
        state = None
        for x, y in batches:
            logits, state = model(x, None if memory or state is None else detached(state))
            loss(logits, y).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
        with torch.no_grad():
            test_loss = torch.stack([loss(model(x)[0], y) for x, y in tests]).mean()
        run.log(test_loss=test_loss)
    return test_loss


@experiment(data=letters)
def counted(text: Letters, run: Run):
    """Loss on the test letters, in nats per letter, by how many letters the counts look back; and the entropy."""
    losses = counted_losses(text.train, text.test, len(text.vocab))
    known = {} if text.entropy is None else {"entropy": text.entropy}  # of the books, nobody knows it
    few = {f"back_{back}": losses[back] for back in range(4)}
    return known | few | {"lowest": losses.min(), "letters_back": losses.argmin(), "losses": losses}


@experiment(data=letters, seeds={"sample": 5, "full": 1}, vary={"cell": ["RNN", "GRU", "LSTM"]})
def network(text: Letters, run: Run, cell: str):
    """Loss on the test letters, in nats per letter, and how far that is above the entropy; the network's weights."""
    model = NextLetter(len(text.vocab), cell, width=run.pick(sample=32, full=128))
    test_loss = fit(model, text, run)
    above = {} if text.entropy is None else {"above_entropy": test_loss - text.entropy}
    return above | {"test_loss": test_loss, "_weights": nn.utils.parameters_to_vector(model.parameters())}


@experiment(data=letters, seeds=5, vary={"cell": ["GRU"]})
def without_memory(text: Letters, run: Run, cell: str):
    """The same GRU, trained and tested with its state emptied after every third letter."""
    test_loss = fit(NextLetter(len(text.vocab), cell, width=32), text, run, memory=3)
    return {"test_loss": test_loss, "above_entropy": test_loss - text.entropy}


@experiment(data=letters, after=network, vary={"cell": ["GRU"]})
def written(text: Letters, trained, run: Run, cell: str):
    """Texts that the network wrote at three temperatures, and the share of their words that the training text has."""
    model = NextLetter(len(text.vocab), cell, width=run.pick(sample=32, full=128))
    nn.utils.vector_to_parameters(torch.tensor(trained.arrays["_weights"]), model.parameters())
    start, known = run.pick(sample="stone ", full="the "), set(re.findall("[a-z]+", text.decode(text.train)))
    texts = {
        name: text.decode(write(model, torch.tensor(text.encode(start)), 2000, temperature).tolist())
        for name, temperature in (("cold", 0.5), ("warm", 1.0), ("hot", 1.5))
    }
    words = {name: re.findall("[a-z]+", drawn)[:-1] for name, drawn in texts.items()}  # the last one may be cut off
    shares = {f"known_{name}": np.mean([word in known for word in list_]) for name, list_ in words.items()}
    return shares | {"texts": [start + drawn[:200] for drawn in texts.values()]}


@figure(counted, network)
def loss_by_memory(counts, networks):
    """Loss of counts, lowest if they look back many letters, and of networks, of which those with gates are best."""
    losses = counts.array("losses")
    fig, (left, right) = plots.axes(2, width=7.2, height=3.0)
    title = f"Counting is best with {losses.argmin()} letters: {losses.min():.2f} nats"
    plots.lines({"": losses}, range(len(losses)), ax=left, title=title, ylim=(0, None))
    rows = {cell: networks.metric("test_loss", cell=cell) for cell in networks.settings["cell"]}
    best = min(rows, key=lambda cell: rows[cell].mean())
    plots.dot_plot(rows, ax=right, title=f"Of the networks, {best} is best: {rows[best].mean():.2f}")
    left.set(xlabel="letters that counts look back", ylabel="loss, nats per letter")
    right.set_xlabel("loss, nats per letter")
    lowest = counts.metric("entropy" if "entropy" in counts.metrics else "lowest")[0]
    left.axhline(lowest, color=plots.MUTED, linestyle="--")
    right.axvline(lowest, color=plots.MUTED, linestyle="--")
    return fig


@figure(written)
def texts(results):
    """What the network wrote at three temperatures: common words, something like the text, and made-up words."""
    columns = plots.pick(92, 50)
    pieces = [fill(text.replace("\n", " "), columns) for text in results.texts("texts", cell="GRU")]
    ax, _ = plots.canvas(wide=172, narrow=252)
    y = 10.0
    for name, text in zip(("temperature 0.5", "temperature 1", "temperature 1.5"), pieces, strict=True):
        plots.label(ax, 4, y, name, ha="left", weight="bold", color="C0")
        for line in text.split("\n"):
            y += 12.5
            plots.label(ax, 4, y, line, ha="left")
        y += 22
    return ax.figure
