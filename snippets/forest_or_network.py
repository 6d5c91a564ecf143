"""A forest or a network for a table of sales: which predicts better depends on which sales are to be predicted.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:35:01; the split is that of 0:36:06.
Data:   sample: 3,000 generated auctions of used machines; full: 10,000 rows of Blue Book for Bulldozers.
Cost:   sample 10 s on one core; full 2 min on one core.
"""

from dataclasses import replace

import numpy as np
import torch
from sklearn.ensemble import RandomForestRegressor

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.auctions import Auctions, auctions
from snippets.tabular_learner import Sales, error, fit, linear, model_mean, predict, prepare


def forest(sales: Sales, run: Run):
    """Trees, each on rows drawn with replacement, with half of the columns looked at in each split."""
    x, y = np.hstack([sales.codes.numpy(), sales.numbers.numpy()]), sales.prices.numpy()
    trees = RandomForestRegressor(
        run.pick(sample=20, full=40), max_features=0.5, min_samples_leaf=3, random_state=run.seed, n_jobs=1
    )
    return trees.fit(x[sales.train], y[sales.train]).predict(x[sales.valid]).astype(np.float32)


def network(sales: Sales, run: Run, trained: bool = True):
    net = sales.network()
    if trained:
        fit(net, sales, run)
    return predict(net, sales, sales.valid).numpy()


def average_error(first, second, y) -> float:
    """The squared error of the average of two predictions: the mean of both, less a quarter of their disagreement."""
    mean = (np.mean((first - y) ** 2) + np.mean((second - y) ** 2)) / 2
    return mean - np.mean((first - second) ** 2) / 4


def without_date(data: Auctions) -> Auctions:
    """The same sales without the days since 2004; the month stays."""
    return replace(data, table=data.table.drop(columns="elapsed"))


@experiment(
    data=auctions,
    seeds=3,
    vary={
        "split": ["random", "later", "later_no_date"],
        "model": ["model_mean", "linear", "forest", "network", "average", "average_untrained"],
    },
)
def rivals(data, run: Run, split: str, model: str):
    """Error of the log price, and how far the predictions lie above it on average, of sales not trained on.

    split: a random fifth of all sales; the later sales; the later sales by models that are not told the date.
    """
    if split == "later_no_date":
        data = without_date(data)
    sales = prepare(data, run, "random" if split == "random" else "later")
    if model == "model_mean":
        predicted = model_mean(data, sales)
    elif model == "linear":
        predicted = linear(sales)
    elif model == "forest":
        predicted = forest(sales, run)
    elif model == "network":
        predicted = network(sales, run)
    else:
        predicted = (forest(sales, run) + network(sales, run, model == "average")) / 2
    predicted = torch.as_tensor(predicted)
    return {"error": error(predicted, sales), "too_high": (predicted - sales.prices[sales.valid]).mean()}


SPLITS = {"random": "A random fifth", "later": "Later sales", "later_no_date": "Later, date untold"}


@figure(rivals)
def three_tests(results):
    """Errors of forest, network and their average on a random fifth, on later sales, and there without the date."""
    names = {
        "mean of the model": "model_mean",
        "linear, one-hot": "linear",
        "random forest": "forest",
        "network": "network",
        "average of both": "average",
    }
    fig, axs = plots.axes(nrows=3, height=6.4, sharex=True)
    for ax, (split, heading) in zip(axs, SPLITS.items(), strict=True):
        rows = {shown: results.metric("error", split=split, model=name) for shown, name in names.items()}
        plots.dot_plot(rows, colors=["C7", "C7", "C1", "C0", "C2"], ax=ax)
        forest_ahead = rows["random forest"].mean() < rows["network"].mean()
        plots.title(ax, f"{heading}: {'forest before network' if forest_ahead else 'network before forest'}")
    axs[0].set_xlim(left=0)
    axs[-1].set_xlabel("error of the log price (root mean square)")
    return fig


@figure(rivals)
def too_high(results):
    """How far the predictions of later sales lie above or below the prices on average, with and without the date."""
    fig, ax = plots.axes(height=2.9)
    rows = {
        f"{model}, {shown}": results.metric("too_high", split=split, model=model)
        for model in ("linear", "forest", "network")
        for split, shown in (("later", "with date"), ("later_no_date", "without"))
    }
    plots.dot_plot(rows, {"": 0.0}, fmt="{:+.2f}", colors=["C7", "C7", "C1", "C1", "C0", "C0"], ax=ax)
    ax.set_xlabel("predicted minus true log price, mean")
    furthest = max(rows, key=lambda name: abs(rows[name].mean()))
    plots.title(ax, f"Furthest off on average: {furthest}")
    return fig
