"""Entity embeddings: a network learns a vector for each category, and other models can use these vectors as inputs.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:40:01 to 0:41:03; Guo and Berkhahn, 2016.
Data:   sample: SynStores, generated sales of 120 stores; full: Rossmann, 100 stores. Tested on the latest days.
Cost:   sample 35 s on one core; full 15 min.
"""

from dataclasses import replace

import numpy as np

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.stores import Stores, category_means, stores
from snippets.entity_network import EntityNet, embeddings, fit, mape
from snippets.parameters import restored


def subsample(data: Stores, run: Run) -> Stores:
    """At full scale 18,000 training rows, 180 per store, about as many as in the paper; all rows for testing."""
    n = run.pick(sample=data.n_train, full=18_000)
    rows = np.sort(np.random.default_rng(run.seed).choice(data.n_train, n, replace=False))
    keep = np.concatenate([rows, np.arange(data.n_train, len(data.sales))])
    columns = {name: indices[keep] for name, indices in data.columns.items()}
    return replace(data, columns=columns, promo=data.promo[keep], sales=data.sales[keep], n_train=n)


def trained_network(data: Stores, fitted, run: Run):
    """A network trained on the subsample, and its error; at sample scale that is the one in fitted."""
    net = EntityNet(data.sizes)
    if run.scale == "sample":
        return restored(net, fitted), fitted.metrics["_error"]
    return net, fit(net, data, run)


def shuffled_numbers(data: Stores, fitted, run: Run):
    rng = np.random.default_rng(run.seed)
    return {name: rng.permutation(n)[:, None] for name, n in data.sizes.items()}


def means(data: Stores, fitted, run: Run):
    n, logs = data.n_train, np.log(data.sales)
    return {name: category_means(logs[:n], data.columns[name][:n], size)[:, None] for name, size in data.sizes.items()}


def tables(net: EntityNet):
    return {name: net.table(name) for name in net.tables}


ENCODINGS = {  # (data, fitted, run) -> a table for each variable, with a row for each category
    "numbers": lambda data, fitted, run: {name: np.arange(n)[:, None] for name, n in data.sizes.items()},
    "shuffled_numbers": shuffled_numbers,
    "one_hot": lambda data, fitted, run: {name: np.eye(n) for name, n in data.sizes.items()},
    "means": means,
    "untrained": lambda data, fitted, run: tables(EntityNet(data.sizes)),
    "trained": lambda data, fitted, run: tables(trained_network(data, fitted, run)[0]),
}


@experiment(
    data=stores,
    after=embeddings,
    vary={"model": ["trained"], "inputs": ["numbers", "shuffled_numbers", "one_hot", "means", "untrained", "trained"]},
    minutes=20,
)
def other_models(data, fitted, run: Run, inputs: str):
    """Mean absolute percentage error on the latest days of a random forest, boosted trees and nearest neighbors."""
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.neighbors import KNeighborsRegressor

    data = subsample(data, run)
    tables, n = ENCODINGS[inputs](data, fitted, run), data.n_train
    encoded = [tables[name][indices] for name, indices in data.columns.items()]
    x = np.concatenate([*encoded, data.promo[:, None]], axis=1).astype(np.float32)
    rate, trees = run.pick(sample=(0.15, 70), full=(0.1, 300))
    models = {
        "forest": RandomForestRegressor(run.pick(sample=10, full=40), random_state=run.seed),
        "boosting": HistGradientBoostingRegressor(learning_rate=rate, max_iter=trees, early_stopping=False),
        "neighbors": KNeighborsRegressor(10, weights="distance", p=1),
    }
    errors = {}
    for name, model in models.items():
        model.fit(x[:n], np.log(data.sales[:n]))
        errors[name] = mape(data.sales[n:], np.exp(model.predict(x[n:])))
    return errors


def table_of_means(data: Stores, fitted, run: Run) -> float:
    """The error of the mean sales of this store on this weekday, with or without a promotion."""
    n, logs = data.n_train, np.log(data.sales)
    cell = (data.columns["store"] * 7 + data.columns["weekday"]) * 2 + data.promo.astype(int)
    cell_means = category_means(logs[:n], cell[:n], data.sizes["store"] * 14)
    return mape(data.sales[n:], np.exp(cell_means[cell[n:]]))


PREDICTORS = {
    "table_of_means": table_of_means,
    "one_hot": lambda data, fitted, run: fit(EntityNet(data.sizes, one_hot=True), data, run),
    "embeddings": lambda data, fitted, run: trained_network(data, fitted, run)[1],
}


@experiment(
    data=stores,
    after=embeddings,
    seeds=3,
    vary={"model": ["trained"], "inputs": ["table_of_means", "one_hot", "embeddings"]},
)
def network(data, fitted, run: Run, inputs: str):
    """Mean absolute percentage error on the latest days of the network, and of a table of mean sales."""
    return {"error": PREDICTORS[inputs](subsample(data, run), fitted, run)}


ROWS = {
    "numbers": "numbers",
    "shuffled_numbers": "shuffled numbers",
    "one_hot": "one-hot",
    "means": "means of sales",
    "untrained": "untrained lists",
    "trained": "trained lists",
}


@figure(other_models, network)
def errors(results, networks):
    """Percentage error of forest, boosting and neighbors, by the encoding of the categories that they were given."""
    fig, axs = plots.axes(3, width=7.2, height=3.1, sharex=True, sharey=True)
    network_error, rivals = 100 * networks.metric("error", inputs="embeddings").mean(), {}
    for ax, model in zip(axs, ("forest", "boosting", "neighbors"), strict=True):
        rows = {ROWS[name]: 100 * results.metric(model, inputs=name) for name in results.settings["inputs"]}
        rival = min(("numbers", "one-hot"), key=lambda name: rows[name].mean())
        rivals[rival] = True
        title = f"{model}: {rows['trained lists'].mean() / rows[rival].mean() - 1:+.0%}".replace("-", "−")
        style = {"fmt": "{:.1f}", "colors": ["C7", "C7", "C7", "C7", "C1", "C0"]}
        plots.dot_plot(rows, {"": network_error}, **style, ax=ax, title=title, xlabel="error, %")
    stores_shown = {"sample": "Generated sales", "full": "Real sales"}[results.scale]
    plots.title(fig, f"{stores_shown}: error with trained lists, against {' or '.join(rivals)}")
    return fig


@figure(other_models)
def forest_error(results):
    """Percentage error of the random forest, by the encoding of the categories that it was given."""
    rows = {ROWS[name]: 100 * results.metric("forest", inputs=name) for name in results.settings["inputs"]}
    trained, hot = (rows[name].mean() for name in ("trained lists", "one-hot"))
    title = f"{trained:.1f}% with trained lists, {hot:.1f}% with one-hot columns"
    colors = [{"trained lists": "C1", "one-hot": "C0"}.get(name, "C7") for name in rows]
    return plots.dot_plot(rows, {}, fmt="{:.1f}", colors=colors, title=title, xlabel="error of the forest, %")
