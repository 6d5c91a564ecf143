"""Training factors: three small choices, each of which can cost more than the factors gain.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:09:07 (the start) and 0:18:11 (the range of the output).
Data:   sample: 20,000 generated ratings; full: MovieLens 100k.
Cost:   sample 5 s on one core; full 1 min on one core.
"""

from dataclasses import dataclass

import torch

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit, models
from snippets.datasets.ratings import ratings


@dataclass
class Recipe:
    """How a dot product with biases is trained, by default as in collaborative_filtering."""

    wd: float = 0.1
    std: float = 0.01  # of the initial parameters
    y_range: tuple[float, float] | None = (0, 5.5)


RECIPES = {
    "none": Recipe(),
    "no_decay": Recipe(wd=0.0),
    "wide_start": Recipe(std=1.0),  # as nn.Embedding starts
    "no_range": Recipe(y_range=None),
}


@experiment(
    data=ratings,
    after=models,
    vary={"model": ["dot_bias"], "change": ["none", "no_decay", "wide_start", "no_range"]},
)
def one_change(data, fitted, run: Run, change: str):
    """Mean squared error, in stars squared, of the dot product with one thing in its training changed."""
    recipe = RECIPES[change]
    if recipe == Recipe():  # trained already
        for epoch, loss in enumerate(fitted.curves["valid_loss"], start=1):
            run.log(epoch=epoch, valid_loss=loss)
        return fitted.metrics
    net = DotProductBias(data.n_users, data.n_items, 50, y_range=recipe.y_range)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter *= recipe.std / 0.01
    return fit(net, data, run, recipe.wd)


@figure(one_change, models)
def error_by_epoch(results, baselines):
    """Validation error by epoch: without weight decay, or from a wide start, it ends far above the recipe's."""
    _, ax = plots.axes(height=3.3)
    names = {"all three": "none", "no weight decay": "no_decay", "wide start": "wide_start", "no range": "no_range"}
    errors = {name: results.curve("valid_loss", change=change) for name, change in names.items()}
    biases = baselines.metric("valid_loss", model="biases").mean()
    taught, *without = (error[:, -1].mean() for error in errors.values())
    plots.baseline(ax, biases, "biases alone")
    title = f"Last error: {taught:.2f} with all three, {min(without):.2f} to {max(without):.2f} without one of them"
    text = {"title": title, "xlabel": "epoch", "ylabel": "validation error, stars squared"}
    return plots.lines(errors, range(1, 6), ax=ax, ylim=(0.9 * taught, 1.5 * errors["all three"][:, 0].mean()), **text)
