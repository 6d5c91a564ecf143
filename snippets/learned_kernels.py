"""Learned kernels: nobody writes the nine numbers; gradient descent finds them.

Source: Practical Deep Learning 2022, lesson 8, 0:47:01 and 0:57:02 to 0:58:00; Zeiler and Fergus, 2014.
Data:   sample: binary noise, and scikit-learn's digits, enlarged to 28 by 28; full: MNIST.
Cost:   sample 12 s on one core; full 2 min.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.convolution import edge_kernel
from snippets.datasets.digits import digits

STARTS = 40  # random kernels that are trained side by side, each for itself


@experiment(
    data=digits,
    seeds=5,
    vary={"pictures": ["noise", "smooth"], "relu": [False, True], "targets": ["its own", "shuffled"]},
)
def recover(data, run: Run, pictures: str, relu: bool, targets: str):
    """Forty random kernels trained to give what the edge kernel gives. How like it they become, as a cosine."""
    x = torch.as_tensor(data.train[:200])[:, None]
    if pictures == "noise":
        x = (torch.rand(200, 1, 16, 16) < 0.5).float()
    elif x.shape[-1] < 28:
        x = F.interpolate(x, size=(28, 28), mode="bilinear")

    def answers(x, kernels):  # (n, 1, h, w), (k, 1, 3, 3) -> (n, k, h - 2, w - 2)
        found = F.conv2d(x, kernels)
        return found.relu() if relu else found

    goal = edge_kernel("horizontal")[None, None]
    y = answers(x, goal)
    if targets == "shuffled":
        y = y[torch.randperm(len(y))]
    kernels = nn.Parameter(torch.randn(STARTS, 1, 3, 3) / 3)
    optimiser = torch.optim.SGD([kernels], lr=run.pick(sample=0.05 if pictures == "noise" else 0.3, full=0.05))
    path = [kernels[0, 0].detach().clone()]
    for _ in run.epochs(sample=6):
        for _ in range(50):
            batch = torch.randint(len(x), (16,))
            loss = ((answers(x[batch], kernels) - y[batch]) ** 2).mean(dim=(0, 2, 3)).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        path.append(kernels[0, 0].detach().clone())
        cosines = F.cosine_similarity(kernels.detach().flatten(1), goal.flatten(1))
        run.log(median_cosine=cosines.median())
    return {
        "lowest_cosine": cosines.min(),
        "median_cosine": cosines.median(),
        "share_stuck": (cosines < 0.5).float().mean(),
        "path": torch.stack(path),
        "cosines": cosines.sort().values,
    }


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
    """The cosine of each filter with the step edge that it is most like: 1 for an edge, whatever its direction."""
    return (F.normalize(filters.flatten(1), dim=1) @ step_edges(filters.shape[-1]).T).amax(dim=1)


@experiment(
    data=digits, seeds={"sample": 5, "full": 3}, vary={"filters": ["untrained", "trained on random labels", "trained"]}
)
def first_layer(data, run: Run, filters: str):
    """Sixteen filters of 5 by 5 in the first layer of a network for digits, and how like an edge they are."""
    x, labels = torch.as_tensor(data.train)[:, None], torch.as_tensor(data.train_labels)
    test, test_labels = torch.as_tensor(data.test)[:, None], torch.as_tensor(data.test_labels)
    if filters == "trained on random labels":
        labels = labels[torch.randperm(len(labels))]
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(16, 10),
    )  # fmt: skip
    # Strong weight decay fades what is left of the random start, so that the filters show what was learned.
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.5)
    for _ in run.epochs(sample=0 if filters == "untrained" else 12, full=0 if filters == "untrained" else 1):
        for batch in torch.randperm(len(x)).split(50):
            optimiser.zero_grad()
            F.cross_entropy(model(x[batch]), labels[batch]).backward()
            optimiser.step()
    with torch.no_grad():
        right = [(model(part).argmax(1) == of).float() for part, of in zip(test.split(500), test_labels.split(500), strict=True)]
    learned = model[0].weight.detach()
    likeness = edge_likeness(learned)
    order = likeness.argsort(descending=True)
    return {
        "accuracy": torch.cat(right).mean(),
        "likeness": likeness.mean(),
        "share_edges": (likeness > 0.7).float().mean(),
        "filters": learned[order, 0],
        "_likeness": likeness[order],
    }
