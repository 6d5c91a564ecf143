"""Region map: regions that sell alike get lists of numbers alike, and so lie as on the map, if the start is small.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:42:07 to 0:43:03; Guo and Berkhahn, 2016.
Data:   sample: SynStores, whose regions have known places; full: Rossmann, 100 stores in 12 German states.
Cost:   sample 1 s on one core; full 1 min on one core.
"""

import numpy as np
import torch
from scipy.stats import spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.stores import Stores, stores
from snippets.entity_embeddings import EntityNet, category_means, lists, mixed_stores, tensors
from snippets.latent_factors import principal_components
from snippets.parameters import restored


def pair_distances(points: np.ndarray) -> np.ndarray:
    """How far each two points are apart. (n, dimensions) -> (n (n - 1) / 2,)"""
    i, j = np.triu_indices(len(points), 1)
    return np.linalg.norm(points[i] - points[j], axis=1)


def beyond_the_store(data: Stores) -> np.ndarray:
    """log(sales) less the mean of this store with, or without, a promotion, of the earlier days. -> (n_train,)"""
    n = data.n_train
    logs, cell = np.log(data.sales[:n]), data.columns["store"][:n] * 2 + data.promo[:n].astype(int)
    return logs - category_means(logs, cell, 2 * data.sizes["store"])[cell]


def averages(data: Stores) -> np.ndarray:
    """Without any network: what each region sells more or less by weekday and by month. -> (regions, 19)"""
    rest, region = beyond_the_store(data), data.columns["region"][: data.n_train]
    made = []
    for name in ("weekday", "month"):
        size = data.sizes[name]
        cell = region * size + data.columns[name][: data.n_train]
        made.append(category_means(rest, cell, data.sizes["region"] * size).reshape(-1, size))
    return np.concatenate(made, axis=1)


def differences_in_sales(net: EntityNet, data: Stores, days: int = 200) -> np.ndarray:
    """The paper's metric of stores: by how much predictions differ, on average, if only the store is exchanged.

    In natural logarithms, over days drawn at random. -> (pairs of stores,)
    """
    x, promo, _, _, spread = tensors(data)
    some, found = torch.randperm(data.n_train)[:days], []
    for store in range(data.sizes["store"]):
        here = x[some].clone()
        here[:, list(data.columns).index("store")] = store
        found.append(net(here, promo[some]).numpy(force=True))
    i, j = np.triu_indices(len(found), 1)
    predicted = np.stack(found) * float(spread)  # (stores, days)
    return np.abs(predicted[i] - predicted[j]).mean(axis=1)


@experiment(data=stores, after=lists, vary={"model": ["trained", "wide_start", "mixed_stores"]})
def regions(data, fitted, run: Run, model: str):
    """Rank correlations of distances in the embedding: of regions with the map, of stores with sales and the map."""
    given = mixed_stores(data, run.seed) if model == "mixed_stores" else data
    net = restored(EntityNet(data.sizes), fitted)
    rows, apart = net.table("region"), pair_distances(data.place)
    chance = np.random.default_rng(run.seed)
    permuted = [spearmanr(pair_distances(chance.permutation(rows)), apart)[0] for _ in range(50)]
    region_of = np.zeros(data.sizes["store"], dtype=np.int64)
    region_of[data.columns["store"]] = data.columns["region"]
    of_stores, kilometres = pair_distances(net.table("store")), pair_distances(data.place[region_of])
    in_sales = differences_in_sales(net, given)
    some = chance.permutation(len(of_stores))[:200]
    return {
        "error": fitted.metrics["_error"],
        "on_map": spearmanr(pair_distances(rows), apart)[0],
        "best_of_50": max(permuted),
        "stores_by_sales": spearmanr(of_stores, in_sales)[0],
        "stores_by_kilometres": spearmanr(of_stores, kilometres)[0],
        "points": principal_components(rows, 2).astype(np.float32),  # (regions, 2)
        "distances": pair_distances(rows).astype(np.float32),  # (pairs,)
        "place": data.place,  # (regions, 2) km
        "pairs_of_stores": np.stack([of_stores, in_sales, kilometres], axis=1)[some].astype(np.float32),  # (200, 3)
        "names": data.names["region"],
    }


@experiment(data=stores)
def by_averages(data, run: Run):
    """The rank correlation with the map that a table of averages reaches, without a network."""
    return {"on_map": spearmanr(pair_distances(averages(data)), pair_distances(data.place))[0]}


def aligned(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Points turned, mirrored, scaled and moved to lie as close to others as they can (Procrustes). (n, 2) each"""
    a, b = points - points.mean(axis=0), target - target.mean(axis=0)
    u, s, v = np.linalg.svd(a.T @ b)
    return a @ u @ v * (s.sum() / (a**2).sum()) + target.mean(axis=0)


def crowded_first(points: np.ndarray) -> np.ndarray:
    """In which order to name points: first those with the nearest neighbor, which have the least room. -> (n,)"""
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    return np.argsort(np.where(np.eye(len(points), dtype=bool), np.inf, apart).min(axis=1), kind="stable")


@figure(regions)
def hidden_map(results):
    """The regions on the map, and on two components of their lists, turned to fit: neighbors remain neighbors."""
    place, names = results.array("place", model="trained"), results.texts("names", model="trained")
    place = place - place.mean(axis=0)
    colors = [f"C{int(east > 0) + 2 * int(north > 0)}" for east, north in place]
    fig, axs = plots.axes(nrows=2, width=4.3, height=7.2)
    plots.labeled_scatter(place[:, 0], place[:, 1], names, color=colors, ax=axs[0])
    plots.title(axs[0], "The map, which no row mentions")
    maps = [aligned(points, place) for points in results.arrays("points", model="trained")]
    order = crowded_first(maps[0])
    tight = {"names": [names[i] for i in order], "color": [colors[i] for i in order], "always": names}
    plots.labeled_scatter(*maps[0][order].T, **tight, ax=axs[1])
    for points in maps[1:]:
        axs[1].scatter(points[:, 0], points[:, 1], s=9, c=colors, alpha=0.45, linewidths=0)
        plots.labeled_scatter(
            points[:, 0], points[:, 1], [""] * len(points), color="none", ax=axs[1]
        )  # names keep off them
    found = results.metric("on_map", model="trained").mean()
    plots.title(axs[1], f"The lists, turned: rank correlation {found:.2f}")
    for ax, of in zip(axs, ("", ", embedding"), strict=True):
        ax.set(xlabel=f"to the east{of}, km", ylabel=f"to the north{of}, km")
        ax.set_aspect("equal", adjustable="datalim")
    return fig


@figure(regions)
def distances_by_start(results):
    """Distance in the embedding against distance on the map, from a small start and from a wide one."""
    fig, axs = plots.axes(ncols=2, width=4.3, height=2.7)
    apart = pair_distances(results.array("place", model="trained"))
    for ax, model, color, name in ((axs[0], "trained", "C0", "σ = 0.01"), (axs[1], "wide_start", "C1", "σ = 1")):
        for row in results.arrays("distances", model=model):
            ax.scatter(apart, row, s=7, color=color, alpha=0.4, linewidths=0)
        found = results.metric("on_map", model=model).mean()
        ax.set(xlim=(0, None), ylim=(0, None), xlabel="on the map, km")
        plots.title(ax, f"{name} gives rank corr. {found:.2f}")
    axs[0].set_ylabel("apart in the embedding")
    return fig


@figure(regions)
def pairs_of_stores(results):
    """Pairs of stores: distance in the embedding goes with the difference in sales, not with kilometres."""
    fig, axs = plots.axes(ncols=2, width=4.3, height=2.7, sharey=True)
    pairs = results.array("pairs_of_stores", model="trained")  # of the first seed
    shown = (("stores_by_sales", "difference in log(sales)"), ("stores_by_kilometres", "kilometres"))
    for column, (ax, (metric, label)) in enumerate(zip(axs, shown, strict=True), start=1):
        ax.scatter(pairs[:, column], pairs[:, 0], s=9, color=f"C{column - 1}", alpha=0.6, linewidths=0)
        found = results.metric(metric, model="trained").mean()
        plots.title(ax, f"Rank corr. {found:.2f}")
        ax.set(xlim=(0, None), ylim=(0, None), xlabel=label)
    axs[0].set_ylabel("apart in the embedding")
    return fig
