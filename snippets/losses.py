"""Losses: the number that training makes small, and therefore the question that a model answers.

Source: Practical Deep Learning 2022, lesson 8, 0:45:01 (softmax) and 1:15:00 (loss functions).
Data:   scikit-learn's diabetes (442 people) and breast cancer (569 tumors).
Cost:   3 s on one core.
"""

import numpy as np
import torch

from coursenotes import Run, experiment, figure, plots


def log_softmax(x):  # (..., classes) -> (..., classes)
    """The logarithm of the softmax; with the largest logit subtracted, no exponential exceeds 1."""
    x = x - x.max(-1, keepdim=True).values
    return x - x.exp().sum(-1, keepdim=True).log()


def softmax(x):  # (..., classes) -> probabilities, whose sum is 1
    return log_softmax(x).exp()


def naive_softmax(x):
    """The formula as written on paper."""
    return x.exp() / x.exp().sum(-1, keepdim=True)


def cross_entropy(x, target):  # (n, classes), (n,) classes
    """Minus the log of the right class's probability, on average, in nats."""
    return -log_softmax(x).gather(1, target[:, None]).mean()


def binary_cross_entropy(x, target):  # (n,), (n,) of 0 and 1
    """Cross-entropy of two classes, the first of which has the logit 0."""
    return cross_entropy(torch.stack([torch.zeros_like(x), x], 1), target.long())


def log_loss(probability, target):  # (n,), (n,) of 0 and 1
    return binary_cross_entropy(probability.logit(), target)


def mse(x, target):
    return (x - target).square().mean()


def mae(x, target):
    return (x - target).abs().mean()


@experiment()
def curves(run: Run):
    """MSE and MAE by error; cross-entropy and MSE of the probability by the logit of the wrong class, of two."""
    error, x = torch.linspace(-3, 3, 121), torch.linspace(-8, 8, 121)
    no = torch.zeros(1)
    return {
        "error": error,
        "MSE": torch.stack([mse(e, 0) for e in error]),
        "MAE": torch.stack([mae(e, 0) for e in error]),
        "x": x,
        "cross_entropy": torch.stack([binary_cross_entropy(logit[None], no) for logit in x]),
        "MSE_of_probability": torch.stack([mse(logit.sigmoid(), no) for logit in x]),
    }


@experiment(seeds=5, vary={"loss": ["MSE", "MAE", "cross-entropy"]})
def constants(run: Run, loss: str):
    """The constant prediction with the lowest loss on a random half of the rows, and their mean and median."""
    from sklearn.datasets import load_breast_cancer, load_diabetes

    scores, probabilities = torch.arange(50, 300, 0.5), torch.linspace(-4, 4, 401).sigmoid()
    function, predictions, load = {
        "MSE": (mse, scores, load_diabetes),
        "MAE": (mae, scores, load_diabetes),
        "cross-entropy": (log_loss, probabilities, load_breast_cancer),
    }[loss]
    target = load().target
    half = torch.tensor(np.random.permutation(target)[: len(target) // 2], dtype=torch.float32)
    losses = torch.stack([function(prediction.expand_as(half), half) for prediction in predictions])
    return {
        "best": predictions[losses.argmin()],
        "mean": half.mean(),
        "median": half.median(),
        "predictions": predictions,
        "losses": losses / losses.min(),
    }


@figure(constants)
def best_constants(results):
    """Loss by the constant predicted for all, a line per half of the data: lowest at mean, median and frequency."""
    fig, axs = plots.axes(3, width=7.2, height=3.2)
    panels = {"MSE": ("mean", "mean"), "MAE": ("median", "median"), "cross-entropy": ("frequency", "mean")}
    for ax, (loss, (name, metric)) in zip(axs, panels.items(), strict=True):
        predictions, losses = results.array("predictions", loss=loss), results.arrays("losses", loss=loss)
        best = results.metric(metric, loss=loss).mean()
        plots.lines({"": losses}, predictions, ax=ax, title=f"{loss}: the {name}, {best:.3g}", ylim=(0.95, 2))
        ax.axvline(best, color=plots.MUTED)
    for ax, label in zip(axs, ("same answer for all", "same answer for all", "same probability for all"), strict=True):
        ax.set_xlabel(label)
    axs[0].set_ylabel("loss / lowest loss")
    return fig


@figure(curves)
def by_error(results):
    """MSE and MAE by error; cross-entropy and MSE by how sure the model is: only cross-entropy stays steep."""
    fig, (left, right) = plots.axes(2, width=7.2, height=3.3)
    by_error = {"MSE": results.array("MSE"), "MAE": results.array("MAE")}
    by_logit = {"cross-\nentropy": results.array("cross_entropy"), "MSE": results.array("MSE_of_probability")}
    plots.lines(by_error, results.array("error"), colors=["C0", "C2"], ax=left, ylim=(0, 5))
    plots.lines(by_logit, results.array("x"), colors=["C3", "C0"], ax=right, ylim=(0, 8))
    left.set(title="MSE counts large errors more", xlabel="error", ylabel="loss")
    right.set(title="Confidently wrong, MSE is flat", xlabel="logit of the wrong class")
    return fig
