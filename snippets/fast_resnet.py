"""A fast residual network for CIFAR-10, after David Page's: nine layers, meant to reach 94% in 24 epochs on a GPU.

Source: Page, How to Train Your ResNet, 2018; Practical Deep Learning for Coders, lesson 7 of 2017.
Data:   sample: three steps of a narrow one on generated shapes; full: CIFAR-10.
Cost:   sample 1 s on one core; full has not been run.
"""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment
from snippets.classifier_ladder import as_input
from snippets.datasets.photos import photos
from snippets.residual_networks import accuracy

DECAY = 5e-4


def layer(n: int, m: int, *pool):  # (batch, n, h, w) -> (batch, m, h, w), or half of h and w behind a pool
    return nn.Sequential(nn.Conv2d(n, m, 3, padding=1, bias=False), nn.BatchNorm2d(m), nn.ReLU(), *pool)


class Residual(nn.Module):
    """Two layers whose result is added to their input."""

    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(layer(channels, channels), layer(channels, channels))

    def forward(self, x):  # (n, channels, h, w) -> the same
        return x + self.layers(x)


class FastResNet(nn.Module):
    """Eight convolutions of 64 to 512 maps, two of them pairs with a shortcut, and a dense layer."""

    def __init__(self, classes: int, width: int = 64):
        super().__init__()
        self.maps = nn.Sequential(
            layer(3, width),
            layer(width, 2 * width, nn.MaxPool2d(2)),
            Residual(2 * width),
            layer(2 * width, 4 * width, nn.MaxPool2d(2)),
            layer(4 * width, 8 * width, nn.MaxPool2d(2)),
            Residual(8 * width),
            nn.AdaptiveMaxPool2d(1),
        )
        self.dense = nn.Linear(8 * width, classes, bias=False)

    def forward(self, x):  # (n, 3, h, w) -> (n, classes)
        return 0.125 * self.dense(self.maps(x).flatten(1))  # an eighth: logits that begin small


def augment(x, margin: int = 4, hole: int = 8):  # (n, 3, h, w) -> the same
    """Each picture moved by up to four pixels, every other one mirrored, and a square of it cut out."""
    n, side = len(x), x.shape[-1]
    place, picture = torch.arange(side, device=x.device), torch.arange(n, device=x.device)[:, None, None]
    rows, columns = torch.randint(2 * margin + 1, (2, n, 1), device=x.device) + place  # (n, side) each
    x = (
        F.pad(x, [margin] * 4, mode="reflect")
        .movedim(1, -1)[picture, rows[:, :, None], columns[:, None]]
        .movedim(-1, 1)
    )
    x = torch.where(torch.rand(n, 1, 1, 1, device=x.device) < 0.5, x.flip(-1), x)
    start = torch.randint(side - hole + 1, (2, n, 1), device=x.device)
    down, across = (place >= start) & (place < start + hole)  # (n, side) each
    return x.masked_fill(down[:, None, :, None] & across[:, None, None], 0)


def fit(model, x, y, run: Run, epochs: int, batch_size: int, steps: int | None = None):
    """Nesterov's momentum; the rate rises for a fifth of the steps and falls to zero. steps: only so many. -> losses"""
    total = epochs * (len(x) // batch_size)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.4, momentum=0.9, nesterov=True, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.4, total_steps=total, pct_start=0.2, anneal_strategy="linear", cycle_momentum=False
    )
    model.train().to(memory_format=torch.channels_last)
    losses = []
    for _ in run.epochs(sample=epochs, full=epochs):
        for batch in torch.randperm(len(x), device=x.device).split(batch_size)[: total // epochs]:
            if steps is not None and len(losses) == steps:
                return losses
            with torch.autocast(x.device.type, torch.bfloat16, enabled=x.is_cuda):  # half precision on a GPU only
                loss = F.cross_entropy(model(augment(x[batch])), y[batch], label_smoothing=0.2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.detach())
    return losses


@experiment(data=photos, seeds={"sample": 1, "full": 3}, minutes=60, gigabytes=8)
def fast(data, run: Run):
    """Accuracy on the test pictures, and the loss of the first batch and of the last."""
    if run.scale == "full" and run.device != "cuda":
        raise RuntimeError("24 epochs of this network need a GPU")
    (x, y), (x_test, y_test) = (
        (x.to(run.device), y.to(run.device))
        for x, y in (as_input(data.train, data.train_labels), as_input(data.test, data.test_labels))
    )
    model = FastResNet(len(data.classes), width=run.pick(sample=8, full=64)).to(run.device)
    epochs, batch_size, steps = run.pick(sample=(1, 64, 3), full=(24, 512, None))
    losses = fit(model, x, y, run, epochs, batch_size, steps)
    return {"accuracy": accuracy(model.eval(), x_test, y_test), "first_loss": losses[0], "last_loss": losses[-1]}
