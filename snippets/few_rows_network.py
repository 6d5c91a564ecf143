"""A small network trained on few rows, which it can memorize: shared by the notes on dropout.

Data: sample: 200 generated rows; full: 1,000 pictures of Fashion-MNIST.
"""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run
from snippets.datasets.few_rows import FewRows


def tensors(data: FewRows, seed: int):
    """Training rows (n, columns) and labels (n,), then validation rows and labels."""
    return tuple(torch.tensor(part) for part in (*data.draw(seed), data.valid, data.valid_labels))


def network(data: FewRows, run: Run, layer, p: float) -> nn.Sequential:
    """Two hidden layers, each followed by `layer(p)`."""
    columns, width = data.valid.shape[1], run.pick(sample=64, full=256)
    first, second, last = nn.Linear(columns, width), nn.Linear(width, width), nn.Linear(width, data.classes)
    return nn.Sequential(first, nn.ReLU(), layer(p), second, nn.ReLU(), layer(p), last)


def train(model, data: FewRows, run: Run, augment=None):
    """Train for 30 epochs. Returns the validation logits after each epoch. -> (epochs, n_valid, classes)

    augment, if given, is applied to each batch of training rows.
    """
    x, labels, valid, valid_labels = tensors(data, run.seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    logits = []
    for _ in run.epochs(sample=30, full=30):
        model.train()
        for batch in torch.randperm(len(x)).split(run.pick(sample=25, full=50)):
            rows = augment(x[batch]) if augment else x[batch]
            F.cross_entropy(model(rows), labels[batch]).backward()
            optimizer.step()
            optimizer.zero_grad()
        model.eval()
        with torch.no_grad():
            logits.append(model(valid))
        run.log(valid_loss=F.cross_entropy(logits[-1], valid_labels))
    return torch.stack(logits)


def temperature_scaled_loss(logits, labels):
    """The loss on half of the rows, with all logits divided by the temperature that is best on the other half."""
    half = len(labels) // 2
    temperatures = 2 ** torch.linspace(-4, 4, 33)
    losses = torch.stack([F.cross_entropy(logits[:half] / t, labels[:half]) for t in temperatures])
    return F.cross_entropy(logits[half:] / temperatures[losses.argmin()], labels[half:])


def train_and_measure(data: FewRows, run: Run, layer, p: float):
    """Train a network with `layer(p)` after each hidden layer. Returns its losses, in nats, and its accuracy."""
    x, labels, valid, valid_labels = tensors(data, run.seed)
    model = network(data, run, layer, p)
    logits = train(model, data, run)
    losses = torch.stack([F.cross_entropy(epoch, valid_labels) for epoch in logits])
    with torch.no_grad():
        train_loss = F.cross_entropy(model(x), labels)
        loss_without_eval = F.cross_entropy(model.train()(valid), valid_labels)
    return {
        "train_loss": train_loss,
        "valid_loss": losses[-1],
        "early_loss": losses[9],  # after ten epochs
        "lowest_loss": losses.min(),  # after the best epoch
        "temperature_scaled_loss": temperature_scaled_loss(logits[-1], valid_labels),
        "loss_without_eval": loss_without_eval,
        "accuracy": (logits[-1].argmax(1) == valid_labels).float().mean(),
    }
