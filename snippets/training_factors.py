"""Training factors: three small choices, each of which can cost more than the factors gain.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:09:07 (the start) and 0:18:11 (the range of the output).
Data:   sample: 20,000 generated ratings; full: MovieLens 100k.
Cost:   sample 5 s on one core; full 1 min on one core.
"""

import torch

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, models
from snippets.datasets.ratings import ratings


@experiment(
    data=ratings,
    after=models,
    vary={"model": ["dot_bias"], "change": ["none", "no_decay", "wide_start", "no_range"]},
)
def recipe(data, fitted, run: Run, change: str):
    """Mean squared error, in stars squared, of the dot product with one thing in its training changed."""
    if change == "none":  # trained already
        for epoch, loss in enumerate(fitted.curves["valid_loss"], start=1):
            run.log(epoch=epoch, valid_loss=loss)
        return fitted.metrics
    y_range = None if change == "no_range" else (0, 5.5)
    net = DotProductBias(data.n_users, data.n_items, 50, y_range=y_range)
    if change == "wide_start":  # from N(0, 0.01²) to N(0, 1), as nn.Embedding starts
        with torch.no_grad():
            for parameter in net.parameters():
                parameter *= 100
    return fit(net, data, run, wd=0.0 if change == "no_decay" else 0.1)


@figure(recipe, models)
def error_by_epoch(results, baselines):
    """Validation error by epoch: without weight decay, or from a wide start, it ends far above the recipe's."""
    fig, ax = plots.axes(height=3.8)
    names = {"none": "as taught", "no_decay": "no weight decay", "wide_start": "start at σ = 1", "no_range": "no range"}
    for color, (change, name) in zip(("C0", "C1", "C2", "C3"), names.items(), strict=True):
        plots.seed_lines(ax, range(1, 6), results.curve("valid_loss", change=change), name, color)
    biases = baselines.metric("valid_loss", model="biases").mean()
    plots.baseline(ax, biases, "biases alone")
    ax.set_ylim(top=2 * results.curve("valid_loss", change="none")[:, 0].mean())
    ax.set_xlabel("epoch")
    ax.set_ylabel("validation error, stars squared")
    worse = sum(results.metric("valid_loss", change=change).mean() > biases for change in names)
    plots.title(ax, f"{worse} of 3 changes end worse than biases without any factors")
    return fig
