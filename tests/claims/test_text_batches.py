"""Claims of docs/concepts/text_batches.md."""

import itertools

import torch

from coursenotes.claims import above, below, close, falsified_by, swap
from snippets.text_batches import minibatches as right_minibatches


def pieces_of_n(text, n):
    """Pieces of n letters, one below the other: a batch size taken for a length."""
    return text[: len(text) // n * n].view(-1, n)


def one_more(text, n):
    """n + 1 stretches, as in the notes."""
    steps = len(text) // (n + 1)
    return text[: (n + 1) * steps].view(n + 1, steps).T


@falsified_by(streams=pieces_of_n)
@falsified_by(streams=one_more)
def test_streams_are_columns(streams):
    """A text of 10,000 numbers in order becomes 64 columns, each in order; the next goes on where one ends."""
    for n in (10_000, 6400, 12_345):
        table = streams(torch.arange(n), 64)
        assert table.shape == (n // 64, 64)
        assert (table.diff(dim=0) == 1).all()
        assert (table[0, 1:] == table[-1, :-1] + 1).all()


def same(text, n, bptt):
    """The inputs themselves as targets."""
    return [(x, x) for x, _ in right_minibatches(text, n, bptt)]


def the_other_column(text, n, bptt):
    """Shifted by a stream instead of by a letter."""
    return [(x, x.roll(-1, 1)) for x, _ in right_minibatches(text, n, bptt)]


def sideways(text, n, bptt):
    """bptt wide and n long."""
    return right_minibatches(text, bptt, n)


@falsified_by(minibatches=same)
@falsified_by(minibatches=the_other_column)
@falsified_by(minibatches=sideways)
def test_targets_are_one_letter_on(minibatches):
    """Each minibatch is 64 wide and bptt long, the last one shorter; every target is the letter after its input."""
    batches = minibatches(torch.arange(10_000), 64, 10)
    assert [tuple(x.shape) for x, _ in batches] == [(10, 64)] * 15 + [(5, 64)]
    for x, y in batches:
        assert (y == x + 1).all()


def in_random_order(text, n, bptt):
    batches = right_minibatches(text, n, bptt)
    return [batches[i] for i in torch.randperm(len(batches))]


def each_on_its_own(text, n, bptt):
    """Cut into stretches of n * bptt letters first, and each of these into n streams."""
    return [right_minibatches(part, n, bptt)[0] for part in text.split(n * bptt) if len(part) == n * bptt]


@falsified_by(minibatches=in_random_order)
@falsified_by(minibatches=each_on_its_own)
def test_next_minibatch_goes_on(minibatches):
    """Every row of the next minibatch's start is the letter after the end of the same column."""
    batches = minibatches(torch.arange(10_000), 64, 10)
    for (x, _), (following, _) in itertools.pairwise(batches):
        assert (following[0] == x[-1] + 1).all()


@falsified_by(control={"training": ("in order", "shuffled")})  # trained on minibatches in random order
def test_state_is_worth_carrying(reading):
    """Trained and read with its state carried on, the loss is at least 0.12 nats below reset in both."""
    carried, reset = reading.metric("carried", training="in order"), reading.metric("forgotten", training="reset")
    assert below(carried, reset, margin=0.12)


@falsified_by(swap("training", "in order", "reset"))
def test_both_come_close_to_the_best(reading):
    """In order and reset, read as trained, end within 0.03 nats of the lowest loss that is possible so."""
    in_order, reset = (reading.select(training=training) for training in ("in order", "reset"))
    assert close(in_order.metric("carried"), in_order.metric("lowest"), within=0.03)
    assert close(reset.metric("forgotten"), reset.metric("lowest_if_forgotten"), within=0.03)


@falsified_by(control={"training": ("shuffled", "in order")})
def test_shuffling_costs(reading):
    """Trained on shuffled minibatches, with the state carried on, the loss is at least 0.03 nats above in order."""
    shuffled, in_order = (reading.metric("carried", training=training) for training in ("shuffled", "in order"))
    assert above(shuffled, in_order, margin=0.03)
