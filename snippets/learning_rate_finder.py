"""A learning-rate finder: raise the rate from step to step until the loss runs away, and choose from the curve.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:39:01; Leslie Smith, 2017; fastai's callback.schedule.
Data:   sample: 3,000 generated auctions of used machines; full: 10,000 rows of Blue Book for Bulldozers.
Cost:   sample 12 s on one core; full 3 min on one core.
"""

from itertools import cycle

import numpy as np
import torch
from fastai.callback.schedule import minimum, slide, steep
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.auctions import auctions
from snippets.tabular_learner import BATCH, Sales, error, fit, predict, prepare

RATES = [10 ** (power / 2) for power in range(-7, 1)]  # 0.0003 to 1, each about three times the one before


def sweep(net: nn.Module, batches, optimizer, loss_func=F.mse_loss, low=1e-7, high=10.0, steps=100):
    """Train for up to 100 batches (x, ..., y), each at a rate higher than the last. -> rates, losses, (points,) each

    The losses are smoothed; the sweep ends where they reach four times the lowest. The network is left changed.
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
        losses.append(total / (1 - 0.98 ** (step + 1)))  # a mean over about fifty batches, the last one weighs most
        best = min(best, losses[-1])
        if losses[-1] > 4 * best:
            break
    return np.array(rates), np.array(losses)


def valley(rates, losses) -> float:
    """The rate halfway down the longest series of ever lower losses, which need not be neighbors."""
    lengths = []  # of the longest series that ends at each point
    for i, loss in enumerate(losses):
        lengths.append(1 + max((lengths[j] for j in range(i) if loss < losses[j]), default=0))
    end, length = int(np.argmax(lengths)), max(lengths)
    third = length / 3
    return float(rates[end - length + int(third) + int(third / 2)])


def find(sales: Sales):
    """A sweep with a fresh network, without its first ten points and its last five, as fastai leaves them out."""
    rows = sales.train[torch.randperm(len(sales.train))].split(BATCH)
    batches = [(sales.codes[r], sales.numbers[r], sales.prices[r]) for r in rows]
    net = sales.network()
    rates, losses = sweep(net, batches, torch.optim.AdamW(net.parameters(), betas=(0.95, 0.99), eps=1e-5, fused=True))
    return rates[10:-5], losses[10:-5]


def suggest(rule: str, rates, losses) -> float:
    """The rate that one of fastai's four rules would take from a sweep; or ten times the last rate that it kept."""
    if rule == "too_high":
        return 10 * float(rates[-1])
    if rule == "valley":
        return valley(rates, losses)
    rules = {"slide": slide, "minimum": minimum, "steep": steep}
    return float(rules[rule](torch.tensor(rates), torch.tensor(losses), 100)[0])


@experiment(data=auctions, seeds={"sample": 5, "full": 3})
def swept(data, run: Run):
    """The rates of one sweep, and its smoothed losses, which all the rules read."""
    rates, losses = find(prepare(data, run))
    return {"rates": rates, "losses": losses}


@experiment(data=auctions, after=swept, vary={"rule": ["valley", "slide", "minimum", "steep", "too_high"]})
def suggested(data, found, run: Run, rule: str):
    """The rate that a rule suggests, and the validation error before and after five epochs at that rate."""
    sales, rates, losses = prepare(data, run), found.arrays["rates"], found.arrays["losses"]
    rate = suggest(rule, rates, losses)
    net = sales.network()
    before = error(predict(net, sales, sales.valid), sales)
    return {
        "rate": rate,
        "before": before,
        "error": fit(net, sales, run, rate),
        "rates": rates.astype(np.float32),
        "losses": losses.astype(np.float32),
    }


@experiment(data=auctions, seeds={"sample": 5, "full": 3}, vary={"epochs": [1, 5]})
def grid(data, run: Run, epochs: int):
    """The error after training at each of eight rates, and the best of the eight."""
    sales = prepare(data, run)
    errors = np.array([fit(sales.network(), sales, run, rate, epochs) for rate in RATES])
    return {"best_rate": RATES[errors.argmin()], "best_error": errors.min(), "errors": errors.astype(np.float32)}


@figure(suggested, grid)
def suggestions(results, trained):
    """Above, the smoothed loss of the sweeps by rate, and each rule's choice; below, the error after training there."""
    fig, (top, bottom) = plots.axes(nrows=2, height=5.8, sharex=True)
    errors = np.stack([trained.array("errors", seed, epochs=5) for seed in trained.seeds])
    plots.seed_lines(bottom, RATES, np.minimum(errors, 9), None, plots.MUTED)
    typical = []  # rates
    for color, rule in zip(("C0", "C1", "C2", "C3"), ("valley", "slide", "minimum", "steep"), strict=True):
        rates, after, heights = results.metric("rate", rule=rule), results.metric("error", rule=rule), []
        for seed, rate in zip(results.seeds, rates, strict=True):
            swept, losses = (results.array(name, seed, rule=rule) for name in ("rates", "losses"))
            top.plot(swept, losses, color=plots.MUTED, linewidth=0.7, alpha=0.5, zorder=1)
            heights.append(losses[np.abs(swept - rate).argmin()])
        middle = np.argsort(rates)[len(rates) // 2]
        typical.append(rates[middle])
        sides = {"slide": (("right", -4, -14), ("right", -4, 8)), "minimum": (("left", 2, 6), ("center", 3, 8))}
        for ax, places, at in zip(
            (top, bottom), (heights, after), sides.get(rule, 2 * (("center", 0, 8),)), strict=True
        ):
            ax.scatter(rates, places, s=30, color=color, zorder=4, linewidths=0)
            place = (rates[middle], max(places) if rule != "steep" and ax is bottom else places[middle])
            ax.annotate(rule, place, at[1:], textcoords="offset points", ha=at[0], color=plots.TEXT, fontsize=9.5)
    top.set(xscale="log", ylabel="smoothed loss of a batch")
    bottom.set(yscale="log", xlabel="learning rate", ylabel="error after five epochs", ylim=(0.2, 1.1))
    bottom.set_yticks([0.2, 0.3, 0.5, 1], ["0.2", "0.3", "0.5", "1"])
    bottom.set_yticks([], minor=True)
    best = trained.metric("best_error", epochs=5)
    valley_costs = (results.metric("error", rule="valley") - best).mean()
    minimum_costs = (results.metric("error", rule="minimum") - best).mean()
    apart = float(f"{max(typical) / min(typical):.1g}")
    plots.title(top, f"Four rules read one curve, and take rates a factor of about {apart:,.0f} apart")
    plots.title(bottom, f"Against the best of eight rates: valley {valley_costs:+.3f}, minimum {minimum_costs:+.3f}")
    return fig
