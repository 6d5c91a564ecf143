"""Region map: regions with similar sales get similar embeddings, which then resemble the map if they start small.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:42:07 to 0:43:03; Guo and Berkhahn, 2016.
Data:   sample: SynStores, whose regions have known places; full: Rossmann, 100 stores in 12 German states.
Cost:   sample 1 s on one core; full 1 min on one core.
"""

import numpy as np
import torch
from scipy.stats import spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.stores import Stores, category_means, stores
from snippets.entity_network import EntityNet, embeddings, tensors
from snippets.latent_factors import principal_components
from snippets.parameters import restored


def pair_distances(points: np.ndarray) -> np.ndarray:
    """The distance of each pair of points. (n, dimensions) -> (n (n - 1) / 2,)"""
    i, j = np.triu_indices(len(points), 1)
    return np.linalg.norm(points[i] - points[j], axis=1)


def aligned(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Points rotated, reflected, scaled and shifted to fit others as closely as possible (Procrustes). (n, 2) each"""
    a, b = points - points.mean(axis=0), target - target.mean(axis=0)
    u, s, v = np.linalg.svd(a.T @ b)
    return a @ u @ v * (s.sum() / (a**2).sum()) + target.mean(axis=0)


def store_residuals(data: Stores) -> np.ndarray:
    """log(sales) of the training days less the store's mean with, or without, a promotion. -> (n_train,)"""
    n = data.n_train
    logs, cell = np.log(data.sales[:n]), data.columns["store"][:n] * 2 + data.promo[:n].astype(int)
    return logs - category_means(logs, cell, 2 * data.sizes["store"])[cell]


def region_averages(data: Stores) -> np.ndarray:
    """How much more or less each region sells by weekday and by month, without any network. -> (regions, 19)"""
    residuals, region = store_residuals(data), data.columns["region"][: data.n_train]
    averages = []
    for name in ("weekday", "month"):
        size = data.sizes[name]
        cell = region * size + data.columns[name][: data.n_train]
        averages.append(category_means(residuals, cell, data.sizes["region"] * size).reshape(-1, size))
    return np.concatenate(averages, axis=1)


def differences_in_sales(net: EntityNet, data: Stores, days: int = 200) -> np.ndarray:
    """The paper's metric of stores: the mean difference of predicted log(sales) when only the store is exchanged.

    Over training days drawn at random. -> (pairs of stores,)
    """
    x, promo, _, _, spread = tensors(data)
    rows, predicted = torch.randperm(data.n_train)[:days], []
    for store in range(data.sizes["store"]):
        exchanged = x[rows].clone()
        exchanged[:, list(data.columns).index("store")] = store
        predicted.append(net(exchanged, promo[rows]).numpy(force=True) * float(spread))
    i, j = np.triu_indices(len(predicted), 1)
    return np.abs(np.stack(predicted)[i] - np.stack(predicted)[j]).mean(axis=1)


@experiment(data=stores, after=embeddings, vary={"model": ["trained", "wide_start", "shuffled_regions"]})
def regions(data, fitted, run: Run):
    """Rank correlations of distances in the embedding: regions with the map, stores with sales and with kilometers."""
    net = restored(EntityNet(data.sizes), fitted)
    vectors, map_distances, rng = net.table("region"), pair_distances(data.place), np.random.default_rng(run.seed)
    permuted = [spearmanr(pair_distances(rng.permutation(vectors)), map_distances)[0] for _ in range(50)]
    region_of = np.zeros(data.sizes["store"], dtype=np.int64)
    region_of[data.columns["store"]] = data.columns["region"]
    store_distances, kilometers = pair_distances(net.table("store")), pair_distances(data.place[region_of])
    in_sales = differences_in_sales(net, data)
    shown = rng.permutation(len(store_distances))[:200]
    return {
        "error": fitted.metrics["_error"],
        "map_correlation": spearmanr(pair_distances(vectors), map_distances)[0],
        "best_permuted": max(permuted),
        "stores_by_sales": spearmanr(store_distances, in_sales)[0],
        "stores_by_kilometers": spearmanr(store_distances, kilometers)[0],
        "points": principal_components(vectors, 2).astype(np.float32),  # (regions, 2)
        "distances": pair_distances(vectors).astype(np.float32),  # (pairs,)
        "place": data.place,  # (regions, 2) km
        "store_pairs": np.stack([store_distances, in_sales, kilometers], axis=1)[shown].astype(np.float32),  # (200, 3)
        "names": data.names["region"],
    }


@experiment(data=stores)
def averages(data, run: Run):
    """The rank correlation with the map that a table of averages reaches, without a network."""
    return {"map_correlation": spearmanr(pair_distances(region_averages(data)), pair_distances(data.place))[0]}


@figure(regions)
def hidden_map(results):
    """The regions on the map, and on two components of their embedding, aligned with it: neighbors stay neighbors."""
    trained = results.select(model="trained")
    place, names = trained.array("place") - trained.array("place").mean(axis=0), trained.texts("names")
    colors = [f"C{int(east > 0) + 2 * int(north > 0)}" for east, north in place]
    equal = {"aspect": "equal", "adjustable": "datalim"}
    fig, (left, right) = plots.axes(2, width=7.2, height=3.9, subplot_kw=equal)
    plots.labeled_scatter(
        *place.T, names, color=colors, ax=left, title="The true map, which the network never sees",
        xlabel="to the east, km", ylabel="to the north, km",
    )  # fmt: skip
    first, *others = (aligned(points, place) for points in trained.arrays("points"))
    others = np.concatenate(others)
    plots.labeled_scatter(
        *np.concatenate([first, others]).T, names + [""] * len(others), color=colors + [plots.MUTED] * len(others),
        always=names, ax=right, xlabel="to the east, embedding, km", ylabel="to the north, embedding, km",
        title=f"The embedding, aligned: rank correlation {trained.metric('map_correlation').mean():.2f}",
    )  # fmt: skip
    return fig


@figure(regions)
def distances_by_start(results):
    """Distance in the embedding against distance on the map, from a small start and from a wide one."""
    fig, axs = plots.axes(2, narrow=2, height=2.7)
    map_distances = pair_distances(results.array("place", model="trained"))
    for ax, model, color, name in ((axs[0], "trained", "C0", "σ = 0.01"), (axs[1], "wide_start", "C1", "σ = 1")):
        for distances in results.arrays("distances", model=model):
            ax.scatter(map_distances, distances, s=7, color=color, alpha=0.4, linewidths=0)
        ax.set(xlim=(0, None), ylim=(0, None), xlabel="on the map, km")
        plots.title(ax, f"{name}: rank correlation {results.metric('map_correlation', model=model).mean():.2f}")
    axs[0].set_ylabel("distance, embedding")
    return fig


@figure(regions)
def store_pairs(results):
    """Pairs of stores: distance in the embedding goes with the difference in sales, not with kilometers."""
    fig, axs = plots.axes(2, narrow=2, height=2.7, sharey=True)
    pairs = results.array("store_pairs", model="trained")  # of the first seed
    shown = (("stores_by_sales", "difference in log(sales)"), ("stores_by_kilometers", "kilometers"))
    for column, (ax, (metric, label)) in enumerate(zip(axs, shown, strict=True), start=1):
        ax.scatter(pairs[:, column], pairs[:, 0], s=9, color=f"C{column - 1}", alpha=0.6, linewidths=0)
        ax.set(xlim=(0, None), ylim=(0, None), xlabel=label)
        plots.title(ax, f"Rank correlation {results.metric(metric, model='trained').mean():.2f}")
    axs[0].set_ylabel("distance, embedding")
    return fig
