"""One training loop in several forms, from tensors alone to fastai's Learner: shared by the note on refactoring it.

Data:   rows of numbers and their classes, 0 to 9; every form trains for two epochs in batches of 100.
"""

import torch
from fastai.callback.core import Callback, TrainEvalCallback
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.optimizer import SGD
from torch import nn
from torch.nn import functional as F

RATE, SIZE, EPOCHS = 0.2, 100, 2


def start(inputs, dtype):
    """Random weights and biases for 32 hidden units and 10 classes, from which all versions start."""
    first, second = torch.randn(inputs, 32) / inputs**0.5, torch.randn(32, 10) / 32**0.5
    return [t.to(dtype) for t in (first, torch.zeros(32), second, torch.zeros(10))]


def batches(x, y):
    """The rows in order, 100 at a time."""
    return [(x[i : i + SIZE], y[i : i + SIZE]) for i in range(0, len(x), SIZE)]


def by_hand(given, x, y):
    """Tensors and their gradients, nothing else. -> the loss of every step, as for all versions"""
    w1, b1, w2, b2 = (t.clone().requires_grad_() for t in given)
    losses = []
    for _ in range(EPOCHS):
        for xb, yb in batches(x, y):
            logits = (xb @ w1 + b1).relu() @ w2 + b2
            loss = -logits.log_softmax(1)[torch.arange(len(yb)), yb].mean()
            loss.backward()
            with torch.no_grad():
                for t in (w1, b1, w2, b2):
                    t -= RATE * t.grad
                    t.grad.zero_()
            losses.append(loss.item())
    return losses


class Parameters(nn.Module):
    """The four tensors as parameters, which the module lists."""

    def __init__(self, given):
        super().__init__()
        self.w1, self.b1, self.w2, self.b2 = (nn.Parameter(t.clone()) for t in given)

    def forward(self, x):  # (batch, inputs) -> (batch, 10)
        return (x @ self.w1 + self.b1).relu() @ self.w2 + self.b2


class Layers(nn.Module):
    """The same with linear layers, whose weights have a row for each output."""

    def __init__(self, given):
        super().__init__()
        self.hidden, self.out = (nn.Linear(*w.shape, dtype=w.dtype) for w in given[::2])
        for p, t in zip(self.parameters(), given, strict=True):
            p.data = t.t().clone()  # (outputs, inputs)

    def forward(self, x):  # (batch, inputs) -> (batch, 10)
        return self.out(self.hidden(x).relu())


def descend(model, x, y):
    """The loop by hand, for a model that lists its parameters."""
    losses = []
    for _ in range(EPOCHS):
        for xb, yb in batches(x, y):
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= RATE * p.grad
            model.zero_grad()
            losses.append(loss.item())
    return losses


def optimize(model, loader):
    """The loop with an optimizer, over anything that gives batches."""
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=RATE), []
    for _ in range(EPOCHS):
        for xb, yb in loader:
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
    return losses


class StepLosses(Callback):
    """Keeps the loss of every training step."""

    def before_fit(self):
        self.kept = []

    def after_loss(self):
        if self.training:
            self.kept.append(self.learn.loss.item())


def learn(model, loader):
    """fastai's Learner, which owns the loop, without its usual report."""
    losses = StepLosses()
    loaders, callbacks = DataLoaders(loader, loader), [TrainEvalCallback(), losses]
    learner = Learner(loaders, model, F.cross_entropy, SGD, lr=RATE, default_cbs=False, cbs=callbacks)
    learner.fit(EPOCHS)
    return losses.kept
