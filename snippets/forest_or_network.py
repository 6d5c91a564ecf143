"""A random forest or a network for a table of sales: which predicts better depends on the sales to be predicted.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:35:01; the split is that of 0:36:06.
Data:   sample: 3,000 generated auctions of used machines; full: 10,000 rows of Blue Book for Bulldozers.
Cost:   sample 10 s on one core; full 2 min on one core.
"""

from dataclasses import replace

import numpy as np
import torch
from sklearn.ensemble import RandomForestRegressor

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.auctions import Auctions, auctions, later_split
from snippets.tabular_learner import network, new_network, predict
from snippets.tabular_preprocessing import BASELINES, Sales, error, prepare


def forest(sales: Sales, run: Run):
    """Trees on rows drawn with replacement; each split considers half of the columns."""
    x, y = np.hstack([sales.codes.numpy(), sales.numbers.numpy()]), sales.prices.numpy()
    trees = RandomForestRegressor(
        run.pick(sample=20, full=40), max_features=0.5, min_samples_leaf=3, random_state=run.seed, n_jobs=1
    )
    return trees.fit(x[sales.train], y[sales.train]).predict(x[sales.valid]).astype(np.float32)


def average(sales: Sales, run: Run):
    return (forest(sales, run) + network(sales, run).numpy()) / 2


def average_untrained(sales: Sales, run: Run):
    return (forest(sales, run) + predict(new_network(sales), sales).numpy()) / 2


def average_error(first, second, y) -> float:
    """The squared error of the average of two predictions: the mean of both, less a quarter of their disagreement."""
    mean = (np.mean((first - y) ** 2) + np.mean((second - y) ** 2)) / 2
    return mean - np.mean((first - second) ** 2) / 4


def later_sales(data: Auctions, run: Run) -> Sales:
    return prepare(data, run, later_split)


def later_sales_without_date(data: Auctions, run: Run) -> Sales:
    """Later sales without the column of days since 2004; the month is kept."""
    return later_sales(replace(data, table=data.table.drop(columns="elapsed")), run)


SPLITS = {"random": prepare, "later": later_sales, "later_no_date": later_sales_without_date}
MODELS = BASELINES | {
    "forest": forest,
    "network": network,
    "average": average,
    "average_untrained": average_untrained,
}


@experiment(
    data=auctions,
    seeds=3,
    vary={
        "split": ["random", "later", "later_no_date"],
        "model": ["model_mean", "linear", "forest", "network", "average", "average_untrained"],
    },
)
def rivals(data, run: Run, split: str, model: str):
    """RMS error and mean error (predicted minus true) of the log prices of sales not trained on.

    split: a random fifth of all sales; the later sales; the later sales, predicted without the date.
    """
    sales = SPLITS[split](data, run)
    predicted = torch.as_tensor(MODELS[model](sales, run))
    return {"error": error(predicted, sales), "mean_error": (predicted - sales.prices[sales.valid]).mean()}


@figure(rivals)
def three_tests(results):
    """Errors of forest, network and their average on a random fifth, on later sales, and there without the date."""
    fig, axs = plots.axes(3, width=7.2, height=2.9, sharex=True, sharey=True)
    names, lower = {"random": "random fifth", "later": "later sales", "later_no_date": "later, no date"}, []
    models = {"mean price": "model_mean", "both": "average"}
    for ax, split in zip(axs, names, strict=True):
        rows = {
            name: results.metric("error", split=split, model=models.get(name, name))
            for name in ("mean price", "linear", "forest", "network", "both")
        }
        lower.append(min(("forest", "network"), key=lambda model: rows[model].mean()))
        style = {"colors": ["C7", "C7", "C1", "C0", "C2"], "xlabel": "error of log price"}
        plots.dot_plot(rows, **style, ax=ax, title=names[split])
    plots.title(fig, f"Prices of used machines, lower error: {', then '.join(lower)}")
    return fig


@figure(rivals)
def mean_errors(results):
    """How far the predictions of later sales lie above or below the prices on average, with and without the date."""
    rows = {
        f"{model}, {shown}": results.metric("mean_error", split=split, model=model)
        for model in ("linear", "forest", "network")
        for split, shown in (("later", "with date"), ("later_no_date", "without"))
    }
    furthest = max(rows, key=lambda name: abs(rows[name].mean()))
    return plots.dot_plot(
        rows,
        {"": 0.0},
        fmt="{:+.2f}",
        colors=["C7", "C7", "C1", "C1", "C0", "C0"],
        title=f"Largest mean error: {furthest}",
        xlabel="predicted minus true log price, mean",
    )
