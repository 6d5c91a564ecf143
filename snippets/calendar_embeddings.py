"""Calendar embeddings: what a network that is told the names of days and months finds out about them.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:43:03; Guo and Berkhahn, 2016.
Data:   sample: SynStores, whose weeks and seasons are known; full: Rossmann, 100 stores.
Cost:   sample 1 s on one core; full 1 min on one core.
"""

import numpy as np
from scipy.stats import spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.stores import Stores, stores
from snippets.entity_embeddings import EntityNet, category_means, lists
from snippets.latent_factors import principal_components
from snippets.parameters import restored
from snippets.region_map import aligned, beyond_the_store, crowded_first, pair_distances


def gaps_round_the_year(n: int = 12) -> np.ndarray:
    """How many months lie between each two, the shorter way round. -> (pairs,)"""
    i, j = np.triu_indices(n, 1)
    return np.minimum(j - i, n - (j - i))


def profiles(data: Stores, name: str) -> np.ndarray:
    """What each weekday or month sells more or less, place by place: known, or averaged. -> (categories, places)

    In natural logarithms; NaN where a store was never open on such a day.
    """
    if data.mean is not None:  # (regions, weekdays, months)
        return np.moveaxis(data.mean, ("region", "weekday", "month").index(name), 0).reshape(data.sizes[name], -1)
    rest, size = beyond_the_store(data), data.sizes[name]
    cell = data.columns["store"][: data.n_train] * size + data.columns[name][: data.n_train]
    table = category_means(rest, cell, data.sizes["store"] * size)
    table[np.bincount(cell, minlength=len(table)) == 0] = np.nan
    return table.reshape(-1, size).T


def profile_distances(table: np.ndarray) -> np.ndarray:
    """By how much two categories differ, on average over the places: up here and down there does not cancel."""
    i, j = np.triu_indices(len(table), 1)
    return np.nanmean(np.abs(table[i] - table[j]), axis=1)


def mean_distances(table: np.ndarray) -> np.ndarray:
    """By how much the averages of two categories differ: up here and down there cancels."""
    return pair_distances(np.nanmean(table, axis=1, keepdims=True))


@experiment(data=stores, after=lists, vary={"model": ["trained", "wide_start", "untrained"]})
def calendar(data, fitted, run: Run):
    """Rank correlations of distances in the embedding, of weekdays with their profiles, of months with the year."""
    net = restored(EntityNet(data.sizes), fitted)
    table, months = profiles(data, "weekday"), profiles(data, "month")
    usual = (~np.isnan(table)).sum(axis=1) > 1  # Rossmann: on Sundays one store of the hundred is open
    weekday, month = net.table("weekday"), net.table("month")
    days, ring = pair_distances(weekday[usual]), pair_distances(month)
    return {
        "days_by_profile": spearmanr(days, profile_distances(table[usual]))[0],
        "days_by_mean": spearmanr(days, mean_distances(table[usual]))[0],
        "months_by_ring": spearmanr(ring, gaps_round_the_year())[0],
        "months_by_profile": spearmanr(ring, profile_distances(months))[0],
        "profiles_by_ring": spearmanr(profile_distances(months), gaps_round_the_year())[0],
        "weekday": principal_components(weekday, 2).astype(np.float32),  # (7, 2)
        "month": principal_components(month, 2).astype(np.float32),  # (12, 2)
        "weekday_names": data.names["weekday"],
        "month_names": data.names["month"],
    }


@figure(calendar)
def week_and_year(results):
    """Weekdays and months on two components of their lists, months joined in the order of the year."""
    fig, axs = plots.axes(nrows=2, width=4.3, height=6.6, height_ratios=[1, 1.05])
    shown = (("weekday", "days_by_profile", "as their profiles"), ("month", "months_by_ring", "as in the year"))
    for ax, (name, metric, what) in zip(axs, shown, strict=True):
        first, *others = results.arrays(name, model="trained")
        order, names = crowded_first(first), results.texts(f"{name}_names", model="trained")
        plots.labeled_scatter(*first[order].T, [names[i] for i in order], always=names, ax=ax)
        aside = np.concatenate([aligned(points, first) for points in others])
        ax.scatter(aside[:, 0], aside[:, 1], s=9, color=plots.MUTED, alpha=0.6, linewidths=0)
        if name == "month":
            year = np.concatenate([first, first[:1]])
            ax.plot(*year.T, color="C0", linewidth=1, alpha=0.6)
            aside = np.concatenate([aside, *(year[:-1] + t * np.diff(year, axis=0) for t in np.linspace(0.2, 0.8, 7))])
        plots.labeled_scatter(
            aside[:, 0], aside[:, 1], [""] * len(aside), color="none", ax=ax
        )  # names keep off these too
        ax.set(xlabel="first component", ylabel="second component")
        ax.margins(0.2, 0.13)
        ax.set_aspect("equal", adjustable="datalim")  # wider limits in place of an empty margin
        found = results.metric(metric, model="trained").mean()
        plots.title(ax, f"{name.capitalize()}s {what}: rank correlation {found:.2f}")
    return fig


@figure(calendar)
def what_orders_them(results):
    """Rank correlations of distances: high from a small start with profiles and the year, lower with mean effects."""
    fig, axs = plots.axes(nrows=2, width=4.3, height=4.2, sharex=True)
    days = {
        "with their profiles": results.metric("days_by_profile", model="trained"),
        "with their means": results.metric("days_by_mean", model="trained"),
        "profiles, σ = 1": results.metric("days_by_profile", model="wide_start"),
        "profiles, untrained": results.metric("days_by_profile", model="untrained"),
    }
    months = {
        "with months apart": results.metric("months_by_ring", model="trained"),
        "with their profiles": results.metric("months_by_profile", model="trained"),
        "apart, σ = 1": results.metric("months_by_ring", model="wide_start"),
        "apart, untrained": results.metric("months_by_ring", model="untrained"),
    }
    for ax, rows, name in ((axs[0], days, "Distances of weekdays"), (axs[1], months, "Distances of months")):
        plots.dot_plot(rows, colors=["C0", "C0", "C1", "C7"], fmt="{:z.2f}", ax=ax)
        plots.title(ax, name)
    axs[1].set_xlabel("rank correlation, one dot a seed")
    return fig
