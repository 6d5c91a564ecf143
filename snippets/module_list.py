"""Layers in a list: why hidden layers belong in nn.ModuleList.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:07:04.
Data:   scikit-learn's digits (1,797 images of 8 by 8 pixels).
Cost:   4 s on one core, at either scale.
"""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots


class Network(nn.Module):
    """Two hidden layers, kept in the given kind of container, and a head for 8 by 8 digits."""

    def __init__(self, container, width: int = 32):
        super().__init__()
        self.hidden = container([nn.Linear(64, width), nn.Linear(width, width)])
        self.head = nn.Linear(width, 10)

    def forward(self, x):  # (batch, 64) -> (batch, 10)
        for layer in self.hidden:
            x = layer(x).relu()
        return self.head(x)


@experiment(seeds=5, vary={"hidden": ["list", "ModuleList"]})
def hidden_layers(run: Run, hidden: str):
    """Loss, in nats, and accuracy on 597 validation digits, and the share of hidden weights that training changed."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = torch.randperm(1797)
    x, y = torch.tensor(digits.data / 16, dtype=torch.float32)[order], torch.tensor(digits.target)[order]
    model = Network({"list": list, "ModuleList": nn.ModuleList}[hidden])
    before = torch.cat([layer.weight.detach().flatten() for layer in model.hidden])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in run.epochs(sample=15):
        for batch in torch.randperm(1200).split(100):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            logits = model(x[1200:])
        run.log(loss=F.cross_entropy(logits, y[1200:]))
    after = torch.cat([layer.weight.detach().flatten() for layer in model.hidden])
    return {
        "numbers": sum(p.numel() for p in model.parameters()),
        "changed": (before != after).float().mean(),
        "loss": F.cross_entropy(logits, y[1200:]),
        "accuracy": (logits.argmax(1) == y[1200:]).float().mean(),
    }


@figure(hidden_layers)
def loss_by_container(results):
    """Validation loss by epoch: far lower when the hidden layers are in a ModuleList than when they are in a list."""
    losses = {kind: results.curve("loss", hidden=kind) for kind in ("ModuleList", "list")}
    last = {kind: loss[:, -1].mean() for kind, loss in losses.items()}
    title = f"Hidden layers in a list stay random: loss {last['list']:.2f}; in a ModuleList, {last['ModuleList']:.2f}"
    text = {"title": title, "xlabel": "epoch", "ylabel": "validation loss, nats"}
    return plots.lines(losses, range(1, 16), ylim=(0, None), **text)
