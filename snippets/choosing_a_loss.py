"""Choosing a loss: training with noisy targets, and from a confidently wrong start.

Source: Practical Deep Learning 2022, lesson 8, 1:15:00.
Data:   scikit-learn's diabetes (442 people) and digits.
Cost:   7 s on one core.
"""

import torch
from torch import nn
from torch.nn import functional as F

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.digits import digits
from snippets.losses import cross_entropy, mae, mse, softmax


def mse_of_probabilities(logits, labels):  # (n, classes), (n,)
    return mse(softmax(logits), F.one_hot(labels, logits.shape[1]))


@experiment(seeds=5, vary={"loss": ["MSE", "MAE"], "noisy": [0.0, 0.05]})
def noisy_targets(run: Run, loss: str, noisy: float):
    """A linear model of 295 people, with a share of the targets ten times too large, tested on the other 147."""
    from sklearn.datasets import load_diabetes

    table = load_diabetes()
    x, y = torch.tensor(table.data * 442**0.5, dtype=torch.float32), torch.tensor(table.target, dtype=torch.float32)
    train, test = torch.randperm(442).split([295, 147])
    noisy_y = torch.where(torch.rand(442) < noisy, 10 * y, y)
    function = {"MSE": mse, "MAE": mae}[loss]
    model = nn.Linear(10, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(400):
        optimizer.zero_grad()
        function(model(x[train])[:, 0], noisy_y[train] / 100).backward()
        optimizer.step()
    prediction = 100 * model(x)[:, 0].detach()
    return {
        "error": mae(prediction[test], y[test]),
        "error_of_median": mae(noisy_y[train].median(), y[test]),
        "train_rmse": mse(prediction[train], noisy_y[train]).sqrt(),
        "train_mae": mae(prediction[train], noisy_y[train]),
        "test_rmse": mse(prediction[test], noisy_y[test]).sqrt(),
        "test_mae": mae(prediction[test], noisy_y[test]),
    }


@experiment(data=digits, seeds=5, vary={"loss": ["cross-entropy", "MSE"], "factor": [1, 100]})
def ten_classes(data, run: Run, loss: str, factor: int):
    """Accuracy on digits; the last layer's initial weights are multiplied by a factor (100: confidently wrong)."""
    x, target = torch.as_tensor(data.train).flatten(1), torch.as_tensor(data.train_labels)
    function = {"cross-entropy": cross_entropy, "MSE": mse_of_probabilities}[loss]
    model = nn.Sequential(nn.Linear(x.shape[1], 32), nn.ReLU(), nn.Linear(32, 10))
    model[2].weight.data *= factor
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        function(model(x), target).backward()
        optimizer.step()
    with torch.no_grad():
        logits, labels = model(torch.as_tensor(data.test).flatten(1)), torch.as_tensor(data.test_labels)
    return {
        "accuracy": (logits.argmax(1) == labels).float().mean(),
        "mse": 10 * mse_of_probabilities(logits, labels),  # summed over the classes
    }


@figure(noisy_targets)
def noisy_target_error(results):
    """Error on clean test rows: noisy targets in the training rows more than double it with MSE, and not with MAE."""
    rows = {f"{s['loss']}, {s['noisy']:.0%} noisy": group.metric("error") for s, group in results.groups()}
    by_mse, by_mae = rows["MSE, 5% noisy"].mean(), rows["MAE, 5% noisy"].mean()
    baselines = {"always the median": results.metric("error_of_median", loss="MAE", noisy=0.0).mean()}
    title = f"Error with 5% noisy targets: {by_mse:.0f} with MSE, {by_mae:.0f} with MAE"
    label = "mean error on clean test rows, points"
    return plots.dot_plot(rows, baselines, fmt="{:.0f}", title=title, xlabel=label, xlim=(0, None))


@figure(ten_classes)
def starts(results):
    """Accuracy by loss and start: the same from the usual start; from a confidently wrong one, MSE stays behind."""
    starts = {1: "usual start", 100: "wrong start"}
    rows = {f"{s['loss']}, {starts[s['factor']]}": group.metric("accuracy") for s, group in results.groups()}
    entropy, squares = (results.metric("accuracy", loss=loss, factor=100).mean() for loss in ("cross-entropy", "MSE"))
    title = f"From a confidently wrong start: {entropy:.2f} with cross-entropy, {squares:.2f} with MSE"
    return plots.dot_plot(rows, {"guessing": 0.1}, title=title, xlabel="accuracy", xlim=(0, 1))
