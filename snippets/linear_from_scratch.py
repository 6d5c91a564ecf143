"""A linear model and a network from scratch: tensors, their gradients, and a loop of four lines.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:01:09, which asks you to know this first.
Data:   scikit-learn's breast cancer (569 tumors, 30 measurements of each).
Cost:   2 s on one core, at either scale.
"""

from itertools import pairwise

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots

HIDDEN = 8  # units of the network's hidden layer


def linear(x, w, b):  # (n, inputs), (inputs, outputs), (outputs,) -> (n, outputs)
    return x @ w + b


def network(x, w1, b1, w2, b2):  # (n, inputs) -> (n, 1), the logits
    """Two linear layers with a ReLU between them."""
    return linear(linear(x, w1, b1).clamp(min=0), w2, b2)


def sigmoid(z):  # logits -> probabilities
    return 1 / (1 + torch.exp(-z))


def log_loss(z, y):  # (n, 1) logits, (n, 1) of 0 and 1
    """Cross-entropy of yes and no, in nats, averaged over the rows; stable for large logits, too."""
    return (torch.logaddexp(z, torch.zeros_like(z)) - y * z).mean()


def linear_gradients(x, y, w, b):
    """By hand: the gradients of the loss in the weights (inputs, 1) and the bias (1,) of logistic regression."""
    dz = (sigmoid(linear(x, w, b)) - y) / len(y)  # (n, 1)
    return x.T @ dz, dz.sum(0)


def network_gradients(x, y, w1, b1, w2, b2):
    """By hand, from the loss back: the gradients of all four parameters, each in the shape of its parameter."""
    sums = linear(x, w1, b1)  # (n, hidden)
    h = sums.clamp(min=0)
    dz = (sigmoid(linear(h, w2, b2)) - y) / len(y)  # (n, 1)
    dsums = (dz @ w2.T) * (sums > 0)  # (n, hidden): nothing comes back through a ReLU that was off
    return x.T @ dsums, dsums.sum(0), h.T @ dz, dz.sum(0)


def train(model, parameters, x, y, rate: float, steps, zero=True):
    """Descend the gradient of the loss; steps is anything to loop over. -> the loss before each step, (steps,)"""
    losses = []
    for _ in steps:
        loss = log_loss(model(x, *parameters), y)
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= rate * p.grad
                if zero:
                    p.grad.zero_()
        losses.append(loss.detach())
    return torch.stack(losses)


def start(sizes, scale=1.0):
    """Weights and biases for layers of these sizes; the weights have a standard deviation of scale / √inputs."""
    parameters = []
    for before, after in pairwise(sizes):
        parameters += [scale * torch.randn(before, after) / before**0.5, torch.zeros(after)]
    return [p.requires_grad_() for p in parameters]


def tumors():
    """Breast cancer in random order, standardized by its first 400 rows. -> (569, 30), (569, 1): 1 is benign"""
    from sklearn.datasets import load_breast_cancer

    data, order = load_breast_cancer(), torch.randperm(569)
    x, y = (torch.tensor(part, dtype=torch.float32)[order] for part in (data.data, data.target))
    return (x - x[:400].mean(0)) / x[:400].std(0), y[:, None]


@experiment(seeds=5, vary={"model": ["linear", "network"], "change": ["none", "zeros at the start", "gradients kept"]})
def loops(run: Run, model: str, change: str):
    """100 steps on 400 tumors: loss and accuracy on the other 169, and how often the training loss rose."""
    x, y = tumors()
    function, sizes = {"linear": (linear, (30, 1)), "network": (network, (30, HIDDEN, 1))}[model]
    parameters = start(sizes, scale=float(change != "zeros at the start"))
    losses = train(function, parameters, x[:400], y[:400], 0.3, range(100), zero=change != "gradients kept")
    with torch.no_grad():
        z, valid = function(x[400:], *parameters), y[400:]
    return {
        "train_loss": losses[-1],
        "valid_loss": log_loss(z, valid),
        "accuracy": ((z > 0) == (valid > 0)).float().mean(),
        "majority": torch.maximum(valid.mean(), 1 - valid.mean()),  # accuracy of the best constant answer
        "rises": (losses.diff() > 0).float().mean(),
        "losses": losses,
    }


@figure()
def there_and_back():
    """Rows, weights, hidden numbers, weights, logits from left to right; below, their gradients from right to left."""
    ax, width = plots.canvas(wide=206, narrow=230)
    column, one, rows, top, under = width / 5, plots.pick(1.5, 1.3), 22, 62, 148
    tensors = (  # name, shape, drawn shape, gradient, and what leads to the next
        ("rows x", "n × 30", (rows, 30), "", "·"),
        ("weights w₁", "30 × 8", (30, 8), "xᵀ · ∂h", "ReLU"),
        ("hidden h", "n × 8", (rows, 8), "∂z · w₂ᵀ", "·"),
        ("weights w₂", "8 × 1", (8, 2), "hᵀ · ∂z", "="),
        ("logits z", "n × 1", (rows, 2), "(p − y) / n", ""),
    )
    middles = [(place + 0.5) * column for place in range(5)]
    for x, (name, shape, drawn, gradient, leads) in zip(middles, tensors, strict=True):
        high, wide = (size * one for size in drawn)
        plots.label(ax, x, 10, name, weight="bold")
        plots.label(ax, x, 22, shape, color=plots.MUTED)
        plots.label(ax, x + column / 2, top, leads, color="C0")
        for middle, color in ((top, "C0"), (under, "C1")):
            if gradient or middle == top:
                plots.frame(ax, x - wide / 2, middle - high / 2, wide, high, color, linewidth=1)
                plots.frame(ax, x - wide / 2, middle - high / 2, wide, high, fill=True, facecolor=color, alpha=0.2)
        plots.label(ax, x, under + 33, gradient, color="C1")
    for start, end, y in ((4, 3, under + 3), (4, 2, under - 13), (2, 1, under)):
        plots.arrow(ax, (middles[start] - 4, y), (middles[end] + (0 if end == 3 else 6), y), "C1")
    plots.label(ax, 4, 98, "forward, to the answer", ha="left", color="C0")
    plots.label(ax, width - 4, 116, "back, from the error p − y: gradients ∂", ha="right", color="C1")
    plots.caption(
        ax, width / 2, under + 42, "Each gradient has the shape of what it belongs to. Biases are left out.", width
    )
    return ax.figure


@figure(loops)
def losses_by_step(results):
    """Training loss by step: it falls smoothly; from zeros the network's stays high; with gradients kept it swings."""
    fig, axs = plots.axes(2, width=7.2, height=3.2, sharey=True)
    names = {"none": "whole", "zeros at the start": "from zeros", "gradients kept": "gradients kept"}
    for ax, model in zip(axs, results.settings["model"], strict=True):
        lines = {says: np.stack(results.arrays("losses", model=model, change=name)) for name, says in names.items()}
        plots.lines(lines, range(100), ax=ax, yscale="log", ylim=(0.03, 30), xlabel="step")
    axs[0].set(title="Linear: zeros do no harm", ylabel="training loss, nats")
    axs[1].set(title="Network: from zeros it learns nothing")
    return fig
