"""Seven or not: the dense layer turns activations into one logit for each class, or into a single one.

Source: Practical Deep Learning 2022, lesson 8, 0:57:02 and 0:59:08 to 1:00:02.
Data:   sample: scikit-learn's digits; full: MNIST, 20,000 to train on and 10,000 to test.
Cost:   sample 7 s on one core; full 3 min on one core.
"""

from functools import partial

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits
from snippets.parameters import restored, weights

EDGES = np.arange(-30.0, 30.5)  # of the histogram's bins


def dense(activations, weights, bias):  # (n, c, h, w), (k, c, h, w), (k,) -> (n, k)
    """One dot product per class: its weights times all the activations."""
    return torch.stack([(activations * of_class).sum(dim=(1, 2, 3)) for of_class in weights], dim=1) + bias


def sigmoid(logit):  # any shape -> the same, between 0 and 1
    return 1 / (1 + (-logit).exp())


def network(size: int, filters: int, outputs: int = 1) -> nn.Sequential:
    """The spreadsheet's network: two convolutions with ReLU, max pooling, one dense layer."""
    return nn.Sequential(
        nn.Conv2d(1, filters, 3), nn.ReLU(), nn.Conv2d(filters, filters, 3), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(filters * ((size - 4) // 2) ** 2, outputs),
    )  # fmt: skip


def dense_on_pixels(size: int) -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), nn.Linear(size * size, 1))


def is_seven(labels):  # (n,) -> (n, 1)
    return (labels == 7).float()[:, None]


def shuffled_sevens(labels):  # (n,) -> (n, 1)
    return is_seven(labels[torch.randperm(len(labels))])


MODELS = {  # the network, its targets, its loss
    "one logit": (partial(network, filters=8), is_seven, F.binary_cross_entropy_with_logits),
    "ten logits": (partial(network, filters=8, outputs=10), lambda labels: labels, F.cross_entropy),
    "two filters": (partial(network, filters=2), is_seven, F.binary_cross_entropy_with_logits),
    "pixels": (dense_on_pixels, is_seven, F.binary_cross_entropy_with_logits),
    "shuffled labels": (partial(network, filters=8), shuffled_sevens, F.binary_cross_entropy_with_logits),
}


def logit_of_seven(logits):  # (n, 1) or (n, 10) -> (n,), above zero where a seven is more likely than not
    if logits.shape[1] == 1:
        return logits[:, 0]
    others = torch.cat([logits[:, :7], logits[:, 8:]], dim=1)
    return logits[:, 7] - others.logsumexp(dim=1)


@experiment(
    data=digits, seeds={"sample": 5, "full": 3},
    vary={"model": ["one logit", "ten logits", "two filters", "pixels", "shuffled labels"]},
)  # fmt: skip
def sevens(data, run: Run, model: str):
    """Test AUC, accuracy, recall and false positive rate of a model trained to tell sevens from other digits."""
    make_network, targets_of, loss_of = MODELS[model]
    n = run.pick(sample=1200, full=20_000)
    x, targets = torch.as_tensor(data.train[:n])[:, None], targets_of(torch.as_tensor(data.train_labels[:n]))
    net = make_network(x.shape[-1])
    optimizer = torch.optim.Adam(net.parameters(), lr=run.pick(sample=0.01, full=0.003), fused=True)
    for _ in run.epochs(sample=8, full=3):
        for batch in torch.randperm(len(x)).split(40):
            optimizer.zero_grad()
            loss_of(net(x[batch]), targets[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        logit = logit_of_seven(net(torch.as_tensor(data.test)[:, None])).numpy()
    seven, predicted = data.test_labels == 7, logit > 0
    shares = [np.histogram(logit[group], EDGES)[0] / group.sum() for group in (seven, ~seven)]
    return {
        "auc": roc_auc_score(seven, logit),
        "accuracy": (predicted == seven).mean(),
        "recall": predicted[seven].mean(),
        "false_positive_rate": predicted[~seven].mean(),
        "majority": 1 - seven.mean(),
        "histograms": np.stack(shares).astype(np.float32),
    } | weights(net)


@experiment(data=digits, after=sevens, seeds=1, vary={"model": ["one logit"]})
def inside(data, fitted, run: Run):
    """The first layer's filters, and the five test sevens with the lowest logits."""
    net = restored(network(data.test.shape[-1], filters=8), fitted)
    pictures = data.test[data.test_labels == 7]
    with torch.no_grad():
        logits = net(torch.as_tensor(pictures)[:, None])[:, 0]
    lowest = logits.argsort()[:5]
    return {"filters": net[0].weight[:, 0].detach(), "pictures": pictures[lowest], "logits": logits[lowest]}


@figure(sevens)
def histograms(results):
    """Share of the test digits by their logit: most sevens above zero, nearly all others below, with little overlap."""
    fig, ax = plots.axes(height=3.2)
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    shares = 100 * np.array(results.arrays("histograms", model="one logit"))  # (seeds, 2, bins)
    for group, (name, color) in enumerate({"sevens": "C0", "other digits": "C1"}.items()):
        plots.seed_lines(ax, middles, shares[:, group], color=color)
        mean = shares[:, group].mean(axis=0)
        ax.text(middles[mean.argmax()], mean.max() + 1, name, color=color, ha="center")
    ax.axvline(0, color=plots.MUTED, linewidth=1)
    ax.set(xlabel="logit", ylabel="share of the test digits, %")
    recall, false = (results.metric(name, model="one logit").mean() for name in ("recall", "false_positive_rate"))
    plots.title(ax, f"Above zero: {recall:.1%} of the sevens, and {false:.2%} of the other digits")
    return fig


@figure(inside)
def filters(results):
    """The eight filters of 3 by 3 in the first layer, after training: blue above zero, orange below."""
    shown = results.array("filters")  # (8, 3, 3)
    return plots.images(shown, ncols=8, signed=True, limit=np.abs(shown).max(), title="The first layer's eight filters")


@figure(inside)
def hardest(results):
    """The five test sevens with the lowest logits, those that look least like a seven to the network."""
    titles = [f"{logit:+.1f}".replace("-", "−") for logit in results.array("logits")]
    return plots.images(results.array("pictures"), titles, title="The five sevens with the lowest logits")


@figure(sevens)
def accuracy_and_recall(results):
    """Accuracy and recall of each model: always saying no is right nine times in ten, and finds no sevens."""
    fig, axs = plots.axes(ncols=2, width=7.4, height=2.6, sharey=True)
    for ax, metric in zip(axs, ("accuracy", "recall"), strict=True):
        values = {name: results.metric(metric, model=name) for name in results.settings["model"]}
        plots.dot_plot(values, ax=ax, xlabel=metric, xlim=(-0.03, 1.03))
    plots.baseline(axs[0], results.metric("majority", model="one logit").mean(), "always no", vertical=True)
    accuracy, recall = (results.metric(name, model="shuffled labels").mean() for name in ("accuracy", "recall"))
    plots.title(fig, f"Trained on shuffled labels: accuracy {accuracy:.2f}, recall {recall:.2f}")
    return fig
