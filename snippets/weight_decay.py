"""Weight decay: shrink every weight a little at each step, which for Adam is not the same as penalizing its square.

Source: forum notes of 2019 on Practical Deep Learning 2019, lesson 5; Loshchilov and Hutter, 2019.
Data:   sample: generated ratings, 6,000 or 20,000; full: MovieLens 100k.
Cost:   sample 20 s on one core; full 4 min on one core.
"""

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit
from snippets.datasets.ratings import Ratings, ratings, select


def step_with_penalty(w, gradient, lr: float, wd: float):  # any shape -> the same shape
    """A step of SGD on the loss + wd · Σ w²: the penalty's gradient is 2 · wd · w."""
    return w - lr * (gradient + 2 * wd * w)


def step_with_decay(w, gradient, lr: float, decay: float):  # any shape -> the same shape
    """A step of SGD on the loss alone, from weights that have shrunk first."""
    return (1 - lr * decay) * w - lr * gradient


def penalize(net: torch.nn.Module, decay: float):
    """Add decay · w to the gradient of every weight, as the argument weight_decay of torch.optim.Adam does."""
    for parameter in net.parameters():
        parameter.register_hook(lambda gradient, w=parameter: gradient + decay * w.detach())


OPTIMIZERS = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}


@experiment(seeds=5, vary={"optimizer": ["SGD", "Adam", "AdamW"], "noise": [1.0, 10.0]})
def shrinkage(run: Run, optimizer: str, noise: float):
    """What is left of 4,000 weights of 1 after 200 steps, if their gradients are noise of this size: the mean."""
    w = torch.ones(4000)
    steps = OPTIMIZERS[optimizer]([w], lr=0.01, weight_decay=0.5)
    for _ in range(200):
        w.grad = noise * torch.randn(len(w))
        steps.step()
    return {"left": w.mean()}


def train(data: Ratings, run: Run, factors: int, decay: float = 0.0, penalty: float = 0.0):
    """Five epochs of AdamW on the lecture's model. -> train_loss, valid_loss, size: the root mean square weight"""
    net = DotProductBias(data.n_users, data.n_items, factors)
    penalize(net, penalty)
    losses = fit(net, data, run, decay)
    with torch.no_grad():
        size = torch.cat([parameter.flatten() for parameter in net.parameters()]).square().mean().sqrt()
    return losses | {"size": size}


def few(data: Ratings, run: Run) -> Ratings:
    """6,000 of the generated ratings, or all of MovieLens, which has few ratings for each of its films."""
    return select(data, np.arange(run.pick(sample=6000, full=len(data.stars))))


@experiment(data=ratings, seeds={"sample": 5, "full": 3}, vary={"wd": [0.0, 0.1, 0.3, 1.0]})
def decayed(data, run: Run, wd: float):
    """Errors, in stars squared, of 50 factors on few ratings, trained by AdamW."""
    return train(few(data, run), run, 50, decay=wd)


@experiment(data=ratings, seeds={"sample": 5, "full": 3}, vary={"wd": [1e-4, 3e-4, 1e-3, 0.1]})
def penalized(data, run: Run, wd: float):
    """The same with the penalty's gradient in Adam instead, as torch.optim.Adam has it."""
    return train(few(data, run), run, 50, penalty=wd)


@experiment(data=ratings, seeds={"sample": 5, "full": 3}, vary={"factors": [0, 3], "wd": [0.0, 0.3]})
def few_factors(data, run: Run, factors: int, wd: float):
    """The same as decayed with few numbers for many ratings: biases alone, or three factors, on all ratings."""
    return train(data, run, factors, decay=wd)


@figure(shrinkage)
def what_is_left(results):
    """Weights of 1 after 200 steps of noise: SGD and AdamW leave the same, whatever the gradients; Adam much more."""
    ax, width = plots.canvas(wide=172, narrow=172)
    column, high, base = width / 3, 92, 128
    bar = plots.pick(26, 18)
    names = {"SGD": "SGD,\npenalty or decay", "Adam": "Adam,\npenalty", "AdamW": "AdamW,\ndecay"}
    for place, (optimizer, name) in enumerate(names.items()):
        middle = (place + 0.5) * column
        plots.label(ax, middle, 14, name, weight="bold")
        for side, noise in enumerate(results.settings["noise"]):
            left = float(results.metric("left", optimizer=optimizer, noise=noise).mean())
            x = middle + (side - 0.5) * plots.pick(66, 40) - bar / 2
            color = "C0" if side == 0 else "C1"
            plots.frame(ax, x, base - high, bar, high, edgecolor=plots.MUTED, linewidth=0.8)
            plots.frame(
                ax, x, base - high * left, bar, high * left, fill=True, facecolor=color, edgecolor="none", alpha=0.75
            )
            plots.label(ax, x + bar / 2, base + 9, f"{left:.2f}", color=color, weight="bold")
            plots.label(ax, x + bar / 2, base + 24, ("small", "large")[side], color=plots.MUTED)
    plots.label(ax, width / 2, base + 38, "gradients", color=plots.MUTED)
    return ax.figure


@figure(decayed, penalized)
def error_by_strength(decayed, penalized):
    """Validation error by weight decay: both kinds go below the error without it, Adam's penalty at smaller numbers."""
    _, ax = plots.axes(height=3.4)
    none = decayed.metric("valid_loss", wd=0.0)
    ax.set(xscale="log", xlabel="weight decay", ylabel="validation error, stars squared")
    plots.baseline(ax, none.mean(), "none")
    best = {}
    for name, results, color in (("Adam, penalty", penalized, "C1"), ("AdamW, decay", decayed, "C0")):
        strengths = [wd for wd in results.settings["wd"] if wd > 0 and (results is decayed or wd < 0.1)]
        errors = np.stack([results.metric("valid_loss", wd=wd) for wd in strengths], 1)
        plots.seed_lines(ax, strengths, errors, name, color)
        best[name] = errors.mean(0).min()
    title = (
        f"No decay: {none.mean():.2f}. At the best: AdamW {best['AdamW, decay']:.2f}, Adam {best['Adam, penalty']:.2f}"
    )
    plots.title(ax, title)
    return ax.figure
