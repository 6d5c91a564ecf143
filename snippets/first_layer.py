"""The first layer: trained to name digits, a network's first filters turn towards edges.

Source: Practical Deep Learning 2022, lesson 8, 0:47:01; Zeiler and Fergus, 2014.
Data:   sample: scikit-learn's digits; full: MNIST.
Cost:   sample 7 s on one core; full 2 min.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits


def step_edges(k: int):  # -> (96, k * k)
    """Steps from dark to bright in 32 directions, through the middle or a pixel beside it; mean 0, length 1."""
    middle = torch.arange(k) - (k - 1) / 2
    steps = []
    for turn in range(32):
        angle = math.pi * turn / 16
        across = middle[:, None] * math.sin(angle) + middle * math.cos(angle)
        steps += [(across + aside).clamp(-0.5, 0.5).flatten() for aside in (-1, 0, 1)]
    steps = torch.stack(steps)
    return F.normalize(steps - steps.mean(dim=1, keepdim=True), dim=1)


def edge_likeness(filters):  # (n, 1, k, k) -> (n,)
    """The cosine of each filter with the step edge that it is most like."""
    unit = F.normalize(filters.flatten(1), dim=1)
    return (unit @ step_edges(filters.shape[-1]).T).amax(dim=1)


@experiment(data=digits, seeds={"sample": 5, "full": 3}, vary={"filters": ["untrained", "random-labels", "trained"]})
def digit_network(data, run: Run, filters: str):
    """Sixteen filters of 5 by 5 in the first layer of a network for digits, and how like an edge they are."""
    x, labels = torch.as_tensor(data.train)[:, None], torch.as_tensor(data.train_labels)
    test, test_labels = torch.as_tensor(data.test)[:, None], torch.as_tensor(data.test_labels)
    if filters == "random-labels":
        labels = labels[torch.randperm(len(labels))]
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(16, 10),
    )  # fmt: skip
    # Strong weight decay fades what is left of the random start, so that the filters show what was learned.
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.5)
    for _ in run.epochs(sample=0 if filters == "untrained" else 12, full=0 if filters == "untrained" else 1):
        for batch in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), labels[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        found = torch.cat([model(part).argmax(1) for part in test.split(500)])
    learned = model[0].weight.detach()
    likeness = edge_likeness(learned)
    order = likeness.argsort(descending=True)
    return {
        "accuracy": (found == test_labels).float().mean(),
        "likeness": likeness.mean(),
        "share_edges": (likeness > 0.7).float().mean(),
        "filters": learned[order, 0],
        "by_filter": likeness[order],
    }


@figure(digit_network)
def filters(results):
    """Sixteen filters untrained, trained on random labels, and trained; of the last, more are steps between colors."""
    fig, axs = plots.axes(8, 6, width=6.8, height=5.6)
    for block, kind in enumerate(("untrained", "random-labels", "trained")):
        rows = axs[2 * block : 2 * block + 2]
        for ax, weights in zip(rows.flat, results.array("filters", filters=kind), strict=True):
            plots.image(ax, weights, signed=True)
        axs[2 * block][0].set_title(kind.replace("-", " "), loc="left", fontsize=10)
    share = results.metric("share_edges", filters="trained").mean()
    plots.title(fig, f"Trained on digits, {share:.0%} of the filters are edges")
    return fig
