"""The first layer: trained to recognize digits, a network's first filters become more like edges.

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
    """Step edges in 32 directions, through the middle or a pixel beside it; each of mean 0 and length 1."""
    middle = torch.arange(k) - (k - 1) / 2
    steps = []
    for direction in range(32):
        angle = math.pi * direction / 16
        across = middle[:, None] * math.sin(angle) + middle * math.cos(angle)
        for offset in (-1, 0, 1):
            steps.append((across + offset).clamp(-0.5, 0.5).flatten())
    steps = torch.stack(steps)
    return F.normalize(steps - steps.mean(dim=1, keepdim=True), dim=1)


def edge_similarity(filters):  # (n, 1, k, k) -> (n,)
    """The cosine of each filter with the step edge most similar to it."""
    unit = F.normalize(filters.flatten(1), dim=1)
    return (unit @ step_edges(filters.shape[-1]).T).amax(dim=1)


def correct(labels):
    return labels


def shuffled(labels):
    return labels[torch.randperm(len(labels))]


TRAININGS = {  # the labels to train on, epochs at sample and at full scale
    "untrained": (correct, 0, 0),
    "random-labels": (shuffled, 12, 1),
    "trained": (correct, 12, 1),
}


@experiment(data=digits, seeds={"sample": 5, "full": 3}, vary={"filters": ["untrained", "random-labels", "trained"]})
def digit_network(data, run: Run, filters: str):
    """Sixteen filters of 5 by 5 in the first layer of a network for digits, and how similar to edges they are."""
    labels_for, sample_epochs, full_epochs = TRAININGS[filters]
    x, labels = torch.as_tensor(data.train)[:, None], labels_for(torch.as_tensor(data.train_labels))
    test, test_labels = torch.as_tensor(data.test)[:, None], torch.as_tensor(data.test_labels)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(16, 10),
    )  # fmt: skip
    # Strong weight decay fades what is left of the random start, so that the filters show what was learned.
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.5)
    for _ in run.epochs(sample=sample_epochs, full=full_epochs):
        for batch in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), labels[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        predictions = torch.cat([model(part).argmax(1) for part in test.split(500)])
    weights = model[0].weight.detach()
    similarity = edge_similarity(weights)
    return {
        "accuracy": (predictions == test_labels).float().mean(),
        "similarity": similarity.mean(),
        "share_edges": (similarity > 0.7).float().mean(),
        "filters": weights[similarity.argsort(descending=True), 0],
    }


@figure(digit_network)
def filters(results):
    """Sixteen filters untrained, trained on random labels, and trained, with the share of each that is like an edge."""
    fig, axs = plots.axes(16, 3, width=6.8, height=2.2)
    for block, training in enumerate(results.settings["filters"]):
        for ax, weights in zip(axs[block], results.array("filters", filters=training), strict=True):
            plots.image(ax, weights, signed=True)
        name = f"{training.replace('-', ' ')}:\n{results.metric('share_edges', filters=training).mean():.0%} edges"
        axs[block, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10)
    before, after = (results.metric("share_edges", filters=filters).mean() for filters in ("untrained", "trained"))
    digits_shown = {"sample": "small digits", "full": "MNIST"}[results.scale]
    plots.title(fig, f"Filters like an edge: {before:.0%} before training on {digits_shown}, {after:.0%} after it")
    return fig
