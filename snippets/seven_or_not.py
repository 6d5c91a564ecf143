"""Seven or not: the dense layer that turns activations into one answer for each class, or into a single one.

Source: Practical Deep Learning 2022, lesson 8, 0:57:02 and 0:59:08 to 1:00:02.
Data:   sample: scikit-learn's digits; full: MNIST, 20,000 to train on and 10,000 to test.
Cost:   sample 7 s on one core; full 3 min on one core.
"""

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits

EDGES = np.arange(-30.0, 30.5)  # of the histogram's bins


def dense(activations, weights, bias):  # (n, c, h, w), (k, c, h, w), (k,) -> (n, k)
    """For each class one dot product of its weights with all the activations."""
    answers = [(activations * one).sum(dim=(1, 2, 3)) for one in weights]  # k times (n,)
    return torch.stack(answers, dim=1) + bias


def sigmoid(answer):  # any shape -> the same, between 0 and 1
    return 1 / (1 + (-answer).exp())


def network(filters: int, size: int, outputs: int = 1) -> nn.Sequential:
    """The spreadsheet's: two convolutions with ReLU, max pooling, one dense layer."""
    return nn.Sequential(
        nn.Conv2d(1, filters, 3),
        nn.ReLU(),
        nn.Conv2d(filters, filters, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(filters * ((size - 4) // 2) ** 2, outputs),
    )


def logit_of_seven(model, x):  # (n, 1, h, w) -> (n,), above zero where a seven is the likelier
    answers = model(x)
    if answers.shape[1] == 1:
        return answers[:, 0]
    others = torch.cat([answers[:, :7], answers[:, 8:]], dim=1)
    return answers[:, 7] - others.logsumexp(dim=1)


@experiment(
    data=digits,
    seeds={"sample": 5, "full": 3},
    vary={"model": ["one answer", "ten answers", "two filters", "pixels", "shuffled labels"]},
)
def sevens(data, run: Run, model: str):
    """Trained to tell sevens from other digits; on test digits: AUC, accuracy, sevens found, false alarms."""
    n = run.pick(sample=1200, full=20_000)
    x, digit = torch.as_tensor(data.train[:n])[:, None], torch.as_tensor(data.train_labels[:n])
    test, is_seven = torch.as_tensor(data.test)[:, None], data.test_labels == 7
    if model == "shuffled labels":
        digit = digit[torch.randperm(len(digit))]
    size = x.shape[-1]
    if model == "pixels":
        net = nn.Sequential(nn.Flatten(), nn.Linear(size * size, 1))
    else:
        net = network(2 if model == "two filters" else 8, size, 10 if model == "ten answers" else 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=run.pick(sample=0.01, full=0.003), fused=True)
    for _ in run.epochs(sample=8, full=3):
        for batch in torch.randperm(len(x)).split(40):
            optimizer.zero_grad()
            if model == "ten answers":
                loss = F.cross_entropy(net(x[batch]), digit[batch])
            else:
                loss = F.binary_cross_entropy_with_logits(net(x[batch])[:, 0], (digit[batch] == 7).float())
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        logit = logit_of_seven(net, test).numpy()
    yes = logit > 0
    inside = logit.clip(EDGES[0], EDGES[-1])
    found = {
        "auc": roc_auc_score(is_seven, logit),
        "accuracy": (yes == is_seven).mean(),
        "found": yes[is_seven].mean(),
        "false_alarms": yes[~is_seven].mean(),
        "majority": 1 - is_seven.mean(),
        "histograms": np.stack([np.histogram(inside[which], EDGES)[0] for which in (is_seven, ~is_seven)]),
    }
    if model == "one answer":
        worst = np.flatnonzero(is_seven)[logit[is_seven].argsort()[:5]]
        found["filters"] = net[0].weight[:, 0].detach()  # (8, 3, 3)
        found["worst"] = (255 * data.test[worst]).astype(np.uint8)  # (5, h, w): the sevens of the lowest logit
        found["worst_logits"] = logit[worst]
    return found


@figure(sevens)
def histograms(results):
    """How many test digits got which answer: the sevens above zero, the others below, with little overlap."""
    fig, ax = plots.axes(height=3.2)
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    both = np.array(results.arrays("histograms", model="one answer"), dtype=float)  # (seeds, 2, bins)
    both /= both.sum(axis=2, keepdims=True)
    seen = np.flatnonzero(both.sum(axis=(0, 1)))
    for place, color, name in ((1, "C1", "other digits"), (0, "C0", "sevens")):
        plots.seed_lines(ax, middles, 100 * both[:, place], None, color)
        top = both[:, place].mean(axis=0).argmax()
        ax.annotate(name, (middles[top], 100 * both[:, place].mean(axis=0)[top]), (0, 8), textcoords="offset points",
                    color=color, ha="center")  # fmt: skip
    ax.axvline(0, color=plots.MUTED, linewidth=1)
    ax.set(xlim=(middles[seen[0]], middles[seen[-1]]), xlabel="the activation (logit)", ylabel="share, %")
    ax.margins(y=0.15)
    found, false = (results.metric(metric, model="one answer").mean() for metric in ("found", "false_alarms"))
    plots.title(ax, f"Above zero: {found:.1%} of the sevens, and {false:.2%} of the other digits")
    return fig


@figure(sevens)
def filters(results):
    """The eight filters of 3 by 3 in the first layer, after training: blue above zero, orange below."""
    shown = results.array("filters", model="one answer")
    found = "The first layer's eight filters"
    return plots.images(list(shown), ncols=8, signed=True, limit=np.abs(shown).max(), title=found)


@figure(sevens)
def hardest(results):
    """The five test sevens with the lowest activation, those that look least like a seven to the network."""
    titles = [f"{value:+.1f}".replace("-", "−") for value in results.array("worst_logits", model="one answer")]
    pictures = list(results.array("worst", model="one answer"))
    return plots.images(pictures, titles, ncols=5, title="The five sevens of the lowest activation")


@figure(sevens)
def accuracy_says_little(results):
    """Accuracy and the share of sevens found, for each model; always saying no is right nine times in ten."""
    fig, (left, right) = plots.axes(ncols=2, width=7.4, height=2.6, sharey=True)
    names = ["shuffled labels", "two filters", "pixels", "one answer", "ten answers"]
    colors = ["C7", "C2", "C1", "C0", "C4"]
    for ax, metric, what in ((left, "accuracy", "accuracy"), (right, "found", "sevens found")):
        plots.dot_plot({name: results.metric(metric, model=name) for name in names}, colors=colors, fmt="{:.3f}", ax=ax)
        ax.set(xlabel=what, xlim=(-0.03, 1.03))
    plots.baseline(left, results.metric("majority", model="one answer").mean(), "always no", vertical=True)
    accuracy, found = (results.metric(metric, model="shuffled labels").mean() for metric in ("accuracy", "found"))
    plots.title(fig, f"On shuffled labels: accuracy {accuracy:.2f}, and {found:.2f} of the sevens found")
    return fig
