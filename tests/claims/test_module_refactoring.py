"""Claims of docs/concepts/module_refactoring.md."""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes.claims import falsified_by
from snippets.module_refactoring import loader as right_loader
from snippets.training_loops import EPOCHS, RATE, SIZE, Layers, Parameters, batches, by_hand, optimize, start


def without_zero_grad(given, x, y):
    """The gradients of all steps added up."""
    model, losses = Parameters(given), []
    for _ in range(EPOCHS):
        for xb, yb in batches(x, y):
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= RATE * p.grad
            losses.append(loss.item())
    return losses


class StartsAnew(Layers):
    """Linear layers that keep their own random weights."""

    def __init__(self, given):
        super().__init__(given)
        for layer in (self.hidden, self.out):
            layer.reset_parameters()


def other_start(given, x, y):
    return optimize(StartsAnew(given), batches(x, y))


def with_momentum(given, x, y):
    """An optimizer that remembers."""
    model, losses = Layers(given), []
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
    for xb, yb in EPOCHS * batches(x, y):
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


def made_too_early(given, x, y):
    """An optimizer that was given the last layer only, as if the first had been added later."""
    model, losses = Layers(given), []
    optimizer = torch.optim.SGD(nn.ModuleList([model.out]).parameters(), lr=RATE)
    for xb, yb in EPOCHS * batches(x, y):
        loss = F.cross_entropy(model(xb), yb)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def shuffled(given, x, y):
    return right_loader(given, x, y, shuffle=True)


def last_batch_dropped(given, x, y):
    """The last, smaller batch left out, as fastai's own training loaders do by default."""
    return optimize(Layers(given), [batch for batch in batches(x, y) if len(batch[0]) == SIZE])


@falsified_by(module=without_zero_grad)
@falsified_by(linear=other_start)
@falsified_by(optimizer=with_momentum)
@falsified_by(optimizer=made_too_early)
@falsified_by(loader=shuffled)
@falsified_by(loader=last_batch_dropped)
@falsified_by(learner=shuffled)
def test_same_losses(module, linear, optimizer, loader, learner):
    """From one start, all versions have the same loss at every step: within 1e-5 nats, or 1e-13 in double precision."""
    for dtype, bound in ((torch.float32, 1e-5), (torch.float64, 1e-13)):
        given, x, y = start(64, dtype), torch.rand(350, 64).to(dtype), torch.randint(10, (350,))
        hand = by_hand(given, x, y)
        assert len(hand) == 8 and hand[0] != hand[4]  # four batches, the last of 50 rows; the second epoch differs
        for version in (module, linear, optimizer, loader, learner):
            losses = version(given, x, y)
            assert len(losses) == len(hand)
            assert all(abs(a - b) < bound for a, b in zip(losses, hand, strict=True))
