"""Batches of text: a batch size of 64 cuts a text into 64 streams, and every minibatch is 64 wide and bptt long.

Source: Practical Deep Learning for Coders 2017, lesson 7; Merity et al., 2018.
Data:   generated: a text in which one name keeps coming back.
Cost:   12 s on one core.
"""

import torch

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.stories import ENTROPY, Story, entropy_if_forgotten, stories
from snippets.next_letter import NextLetter, detached, loss

BPTT = 8  # letters in a row of one minibatch: gradients reach no further back


def streams(text, n: int):  # (letters,) -> (steps, n)
    """The text cut into n equal stretches, each a column; what is left over at the end, fewer than n, is dropped."""
    steps = len(text) // n
    return text[: n * steps].view(n, steps).T


def minibatches(text, n: int, bptt: int):
    """Pairs of inputs and targets, (bptt, n) each, from top to bottom; the last may be shorter."""
    table = streams(text, n)
    return list(zip(table[:-1].split(bptt), table[1:].split(bptt), strict=True))


def in_order(batches):
    return batches


def shuffled(batches):
    return [batches[i] for i in torch.randperm(len(batches))]


TRAININGS = {  # the order of the minibatches, and whether the state goes on from one to the next
    "in order": (in_order, True),
    "reset": (in_order, False),
    "shuffled": (shuffled, True),
}


def read(model, batches, carry: bool):
    """The loss on each minibatch in turn, starting with the state that the one before left, or with none."""
    state = None
    for x, y in batches:
        logits, state = model(x, state)
        state = detached(state) if carry else None
        yield loss(logits, y)


@experiment(data=stories, seeds=5, vary={"training": ["in order", "reset", "shuffled"]})
def reading(text: Story, run: Run, training: str):
    """Loss on new text, in nats per letter, with the state carried on and with none, of a network trained so."""
    train, test = (minibatches(torch.tensor(part), 32, BPTT)[:-1] for part in (text.train, text.test))
    order, carry = TRAININGS[training]
    model = NextLetter(len(text.vocab), "GRU", width=24)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=5 * len(train))
    for _ in run.epochs(sample=5):
        for batch_loss in read(model, order(train), carry):
            batch_loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
    with torch.no_grad():
        carried, forgotten = (torch.stack(list(read(model, test, keep))).mean() for keep in (True, False))
    return {
        "carried": carried,
        "forgotten": forgotten,
        "lowest": ENTROPY,
        "lowest_if_forgotten": entropy_if_forgotten(BPTT),
    }


SENTENCE, STREAMS, ROWS = "the old dog ate my bread", 4, 3


@figure()
def laid_out():
    """24 letters cut into 4 streams, the columns of a table; minibatches of 3 rows, targets a row further down."""
    ax, width = plots.canvas(wide=195, narrow=187)
    high, steps = plots.pick(17, 15), len(SENTENCE) // STREAMS
    columns = [SENTENCE[i * steps : (i + 1) * steps] for i in range(STREAMS)]

    def table(x, y, first, last):
        for place, letters in enumerate(columns):
            for row, letter in enumerate(letters[first:last]):
                at = (x + place * high, y + row * high)
                plots.frame(ax, *at, high, high, color=f"C{place}", facecolor=f"C{place}", fill=True, alpha=0.2)
                plots.label(ax, at[0] + high / 2, at[1] + high / 2, letter.replace(" ", "␣"))

    one = plots.pick(17, 9.4)
    left = (width - one * len(SENTENCE)) / 2
    for place, letter in enumerate(SENTENCE):
        color = f"C{place // steps}"
        plots.frame(ax, left + place * one, 18, one, high, color=color, facecolor=color, fill=True, alpha=0.2)
        plots.label(ax, left + (place + 0.5) * one, 18 + high / 2, letter.replace(" ", "␣"))
    plots.label(ax, width / 2, 9, "the text, cut into 4 stretches", color=plots.MUTED)
    top, right, first_column = 69, plots.pick(200, 88), plots.pick(left, 4)
    plots.label(ax, first_column + 2 * high, top - 8, "4 streams", weight="bold")
    table(first_column, top, 0, steps)
    for number, first in enumerate(range(0, steps - 1, ROWS)):
        y = top + number * (ROWS * high + 34)
        last = min(first + ROWS, steps - 1)
        for shift, name in enumerate((f"inputs {number + 1}", f"targets {number + 1}")):
            x = right + shift * plots.pick(110, 78)
            plots.label(ax, x + 2 * high, y - 8, name, weight="bold")
            table(x, y, first + shift, last + shift)
    x, y = right + 2 * high, top + ROWS * high
    plots.arrow(ax, (x - high, y), (x - high, y + 24), color="C1")
    plots.label(ax, x - high + 8, y + 12, "the state goes on", ha="left", color="C1")
    return ax.figure


@figure(reading)
def cost(results):
    """Loss on new text: lowest if trained in order with the state going on; forgetting costs as much as it has to."""
    fig, axs = plots.axes(2, width=7.2, height=2.4, sharex=True)
    panels = {
        "carried": ("lowest", "State goes on: in order is best"),
        "forgotten": ("lowest_if_forgotten", f"Forgotten after {BPTT}: reset is best"),
    }
    for ax, (metric, (lowest, title)) in zip(axs, panels.items(), strict=True):
        losses = {name: results.metric(metric, training=name) for name in results.settings["training"]}
        plots.dot_plot(losses, colors=["C0", "C1", "C2"], ax=ax, title=title, xlim=(1.6, 2.0))
        ax.axvline(results.metric(lowest, training="reset")[0], color=plots.MUTED, linestyle="--")
        ax.set_xlabel("loss on new text, nats")
    return fig
