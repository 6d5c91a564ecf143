"""A learning-rate finder: raise the rate at each step until the loss diverges, and choose a rate from the curve.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:39:01; Leslie Smith, 2017; fastai's callback.schedule.
Data:   sample: 3,000 generated auctions of used machines; full: 10,000 rows of Blue Book for Bulldozers.
Cost:   sample 12 s on one core; full 3 min on one core.
"""

from functools import partial
from itertools import cycle

import numpy as np
import torch
from fastai.callback.schedule import minimum, slide, steep
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.auctions import auctions
from snippets.tabular_learner import BATCH, fit, new_network, predict
from snippets.tabular_preprocessing import Sales, error, prepare

RATES = [10 ** (power / 2) for power in range(-7, 1)]  # 0.0003 to 1, each about three times the one before


def sweep(net: nn.Module, batches, optimizer, loss_func=F.mse_loss, low=1e-7, high=10.0, steps=100):
    """Train on up to 100 batches (x, ..., y), each at a higher rate than the last. -> rates, losses, (points,) each

    The losses are smoothed; the sweep ends when they reach four times the lowest. It changes the network.
    """
    rates, losses, total, best = [], [], 0.0, float("inf")
    for step, (*x, y) in zip(range(steps), cycle(batches), strict=False):
        rate = low * (high / low) ** (step / steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_func(net(*x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total = 0.98 * total + 0.02 * loss.item()
        rates.append(rate)
        losses.append(total / (1 - 0.98 ** (step + 1)))  # a mean of about fifty batches, most recent weighted most
        best = min(best, losses[-1])
        if losses[-1] > 4 * best:
            break
    return np.array(rates), np.array(losses)


def valley(rates, losses) -> float:
    """The rate halfway down the longest decreasing subsequence of the losses."""
    lengths = []  # of the longest decreasing subsequence that ends at each point
    for i, loss in enumerate(losses):
        lengths.append(1 + max((lengths[j] for j in range(i) if loss < losses[j]), default=0))
    end, length = int(np.argmax(lengths)), max(lengths)
    third = length / 3
    return float(rates[end - length + int(third) + int(third / 2)])


def fastai_rule(rule, rates, losses) -> float:
    return float(rule(torch.tensor(rates), torch.tensor(losses), 100)[0])


def too_high(rates, losses) -> float:
    """Ten times the last rate of the curve."""
    return 10 * float(rates[-1])


RULES = {
    "valley": valley,
    "slide": partial(fastai_rule, slide),
    "minimum": partial(fastai_rule, minimum),
    "steep": partial(fastai_rule, steep),
    "too_high": too_high,
}


def find(sales: Sales):
    """Sweep a new network; like fastai, leave out the first ten points of the curve and the last five."""
    rows = sales.train[torch.randperm(len(sales.train))].split(BATCH)
    batches = [(sales.codes[r], sales.numbers[r], sales.prices[r]) for r in rows]
    net = new_network(sales)
    rates, losses = sweep(net, batches, torch.optim.AdamW(net.parameters(), betas=(0.95, 0.99), eps=1e-5, fused=True))
    return rates[10:-5], losses[10:-5]


@experiment(data=auctions, seeds={"sample": 5, "full": 3})
def loss_curve(data, run: Run):
    """The rates of one sweep and its smoothed losses."""
    rates, losses = find(prepare(data, run))
    return {"rates": rates, "losses": losses}


@experiment(data=auctions, after=loss_curve, vary={"rule": ["valley", "slide", "minimum", "steep", "too_high"]})
def suggested(data, curve, run: Run, rule: str):
    """The rate that a rule takes from the curve, the loss there, and the error before and after five epochs at it."""
    sales, rates, losses = prepare(data, run), curve.arrays["rates"], curve.arrays["losses"]
    rate = RULES[rule](rates, losses)
    net = new_network(sales)
    before = error(predict(net, sales), sales)
    after = error(fit(net, sales, run, rate), sales)
    return {"rate": rate, "loss": losses[np.abs(rates - rate).argmin()], "before": before, "error": after}


@experiment(data=auctions, seeds={"sample": 5, "full": 3}, vary={"epochs": [1, 5]})
def grid(data, run: Run, epochs: int):
    """The error after training at each of eight rates, and the best of the eight."""
    sales = prepare(data, run)
    errors = np.array([error(fit(new_network(sales), sales, run, rate, epochs), sales) for rate in RATES])
    return {"best_rate": RATES[errors.argmin()], "best_error": errors.min(), "errors": errors.astype(np.float32)}


@figure(loss_curve, suggested, grid)
def suggestions(curves, suggested, grid):
    """The smoothed loss of the sweeps by rate with each rule's choice, and the error after training at that rate."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3.6, sharex=True)
    for rates, losses in zip(curves.arrays("rates"), curves.arrays("losses"), strict=True):
        left.plot(rates, losses, color=plots.MUTED, linewidth=0.7, alpha=0.5)
    plots.lines({"": np.stack(grid.arrays("errors", epochs=5))}, RATES, colors=[plots.MUTED], ax=right)
    rules = ["valley", "slide", "minimum", "steep"]
    names = [rule if seed == 0 else "" for rule in rules for seed in suggested.seeds]
    colors = np.repeat(["C0", "C1", "C2", "C3"], len(suggested.seeds))
    rates, losses, errors = (
        np.concatenate([suggested.metric(name, rule=rule) for rule in rules]) for name in ("rate", "loss", "error")
    )
    best = grid.metric("best_error", epochs=5)
    costs = {rule: (suggested.metric("error", rule=rule) - best).mean() for rule in rules}
    typical = [np.exp(np.log(suggested.metric("rate", rule=rule)).mean()) for rule in rules]
    apart = float(f"{max(typical) / min(typical):.1g}")  # one digit
    plots.labeled_scatter(
        rates, losses, names, color=colors, always=rules, ax=left, xscale="log", xlabel="learning rate",
        ylabel="smoothed loss of a batch",
        title=f"{len(suggested.seeds)} sweeps, {len(rules)} rules: rates up to {apart:,.0f} times apart",
    )  # fmt: skip
    plots.labeled_scatter(
        rates, errors, names, color=colors, always=rules, ax=right, xlabel="learning rate",
        ylabel="error after five epochs", yscale="log",
        title=f"Error above the best of 8 rates: valley {costs['valley']:+.3f}, minimum {costs['minimum']:+.3f}",
    )  # fmt: skip
    right.set_yticks([0.3, 0.5, 1, 2], ["0.3", "0.5", "1", "2"])
    right.minorticks_off()
    return fig
