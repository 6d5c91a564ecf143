"""Claims of docs/concepts/learning_rate_finder.md."""

from copy import deepcopy
from tempfile import TemporaryDirectory

import numpy as np
import torch
from fastai.callback.schedule import valley as fastai_valley
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.optimizer import SGD
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import above, at, below, falsified_by, swap
from snippets.learning_rate_finder import sweep as right_sweep


def even_steps(net, batches, optimizer, loss_func=F.mse_loss, low=1e-7, high=10.0, steps=100):
    """Rates that grow by the same amount, not by the same factor."""
    rates, losses = right_sweep(net, batches, optimizer, loss_func, low, high, steps)
    return np.linspace(low, high, steps + 1)[: len(rates)], losses


def never_stops(net, batches, optimizer, loss_func=F.mse_loss, low=1e-7, high=10.0, steps=100):
    """No stop at four times the lowest loss: more points than fastai has."""
    rates, losses = right_sweep(net, batches, optimizer, loss_func, low, high, steps)
    return np.append(rates, rates[-1]), np.append(losses, losses[-1])


def unsmoothed(net, batches, optimizer, loss_func=F.mse_loss, low=1e-7, high=10.0, steps=100):
    """The loss of each batch as it is: the smoothing undone."""
    rates, losses = right_sweep(net, batches, optimizer, loss_func, low, high, steps)
    weighted = losses * (1 - 0.98 ** np.arange(1, len(losses) + 1))
    return rates, (weighted - 0.98 * np.append(0, weighted[:-1])) / 0.02


@falsified_by(sweep=even_steps)
@falsified_by(sweep=never_stops)
@falsified_by(sweep=unsmoothed)
def test_sweeps_as_fastai(sweep):
    """A linear model, swept by gradient descent: rates, losses and the last point are those of fastai's lr_find."""
    x = torch.randn(320, 3)
    y = x @ torch.randn(3, 1) + 2
    net = nn.Linear(3, 1)
    ours, batches = deepcopy(net), list(zip(x.split(32), y.split(32), strict=True))
    rates, losses = sweep(ours, batches, torch.optim.SGD(ours.parameters(), lr=1))
    loaders = DataLoaders(batches, batches)
    with TemporaryDirectory() as folder:
        learn = Learner(loaders, net, F.mse_loss, opt_func=SGD, wd=0, moms=None, path=folder)
        with learn.no_bar():
            learn.lr_find(show_plot=False, suggest_funcs=None)
    np.testing.assert_allclose(rates, learn.recorder.lrs, rtol=1e-5)
    np.testing.assert_allclose(losses, learn.recorder.losses, rtol=1e-3)


def lowest(rates, losses):
    """The rate of the lowest loss, where it has all but stopped falling."""
    return float(rates[np.argmin(losses)])


def steepest(rates, losses):
    """The rate at which the loss falls most from one point to the next."""
    return float(rates[np.argmin(np.diff(losses))])


@falsified_by(valley=lowest)
@falsified_by(valley=steepest)
def test_valley_equals_fastai(valley):
    """On random curves it takes the rate that fastai's valley takes."""
    rates = np.geomspace(1e-6, 5, 80)
    for _ in range(5):
        losses = np.cumsum(np.random.default_rng(torch.randint(10**6, ()).item()).normal(-0.1, 1, 80))
        assert np.isclose(valley(rates, losses), fastai_valley(rates, losses, 100)[0])


@falsified_by(control={"rule": ("valley", "too_high")})  # trained at ten times the end of the sweep
def test_suggestion_trains(suggested):
    """Five epochs at valley's rate leave at most half of the untrained network's error."""
    after, before = (suggested.metric(name, rule="valley") for name in ("error", "before"))
    assert below(after / before, 1, margin=0.5)


@falsified_by(control={"rule": ("too_high", "minimum")})
@falsified_by(control={"rule": ("too_high", "valley")})
def test_too_high_rate_fails(suggested):
    """Five epochs at ten times the last rate of a sweep leave at least twice the untrained network's error."""
    after, before = (suggested.metric(name, rule="too_high") for name in ("error", "before"))
    assert above(after / before, 1, margin=1)


@falsified_by(control={"rule": ("minimum", "too_high")})
def test_minimum_is_near_the_best(suggested, grid):
    """At a tenth of the rate of the lowest loss, the error is at most 0.015 above that at the best of eight rates."""
    after, best = suggested.metric("error", rule="minimum"), grid.metric("best_error", epochs=5)
    assert below(after - best, 0.015)


@falsified_by(control={"rule": ("valley", "minimum")})
@falsified_by(swap("rule", "valley", "minimum"))
def test_valley_is_low(suggested):
    """Valley's rate is at most half of minimum's."""
    valley, minimum = (suggested.metric("rate", rule=rule) for rule in ("valley", "minimum"))
    assert below(valley / minimum, 1, margin=0.5)


@at("sample")
@falsified_by(control={"rule": ("valley", "minimum")})
@falsified_by(swap("rule", "valley", "minimum"))
def test_valley_raises_error(suggested):
    """On generated sales, the error at valley's rate is at least 2% above that at minimum's, in the geometric mean."""
    valley, minimum = (suggested.metric("error", rule=rule) for rule in ("valley", "minimum"))
    assert above(np.log(valley / minimum), 0, margin=np.log(1.02))


@at("full")
@falsified_by(control={"rule": ("steep", "valley")})
@falsified_by(swap("rule", "steep", "minimum"))
def test_steep_is_too_low(suggested):
    """On real sales, the rate of the steepest fall is at most a tenth of minimum's, and its error a tenth higher, in
    the geometric mean."""
    rates, errors = ([suggested.metric(m, rule=rule) for rule in ("steep", "minimum")] for m in ("rate", "error"))
    assert below(np.log10(rates[0] / rates[1]), 0, margin=1)
    assert above(np.log(errors[0] / errors[1]), 0, margin=np.log(1.1))
