"""Calendar embeddings: a network that is told only the names of weekdays and months learns which of them are alike.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:43:03; Guo and Berkhahn, 2016.
Data:   sample: SynStores, whose weeks and seasons are known; full: Rossmann, 100 stores.
Cost:   sample 1 s on one core; full 1 min on one core.
"""

import numpy as np
from scipy.stats import spearmanr

from coursenotes import Run, experiment, figure, plots
from snippets.datasets.stores import Stores, category_means, stores
from snippets.entity_network import EntityNet, embeddings
from snippets.latent_factors import principal_components
from snippets.parameters import restored
from snippets.region_map import aligned, pair_distances, store_residuals


def months_apart(n: int = 12) -> np.ndarray:
    """The number of months between each pair of months, the shorter way around the year. -> (pairs,)"""
    i, j = np.triu_indices(n, 1)
    return np.minimum(j - i, n - (j - i))


def profiles(data: Stores, name: str) -> np.ndarray:
    """How much more or less each weekday or month sells at each place: known, or averaged. -> (categories, places)

    In natural logarithms; NaN where a store was never open on such a day.
    """
    if data.mean is not None:  # (regions, weekdays, months)
        return np.moveaxis(data.mean, ("region", "weekday", "month").index(name), 0).reshape(data.sizes[name], -1)
    size = data.sizes[name]
    cell = data.columns["store"][: data.n_train] * size + data.columns[name][: data.n_train]
    table = category_means(store_residuals(data), cell, data.sizes["store"] * size)
    table[np.bincount(cell, minlength=len(table)) == 0] = np.nan
    return table.reshape(-1, size).T


def profile_distances(table: np.ndarray) -> np.ndarray:
    """The mean absolute difference of two profiles over the places: more here and less there does not cancel."""
    i, j = np.triu_indices(len(table), 1)
    return np.nanmean(np.abs(table[i] - table[j]), axis=1)


def mean_distances(table: np.ndarray) -> np.ndarray:
    """The difference of the means of two profiles: more here and less there cancels."""
    return pair_distances(np.nanmean(table, axis=1, keepdims=True))


@experiment(data=stores, after=embeddings, vary={"model": ["trained", "wide_start", "untrained"]})
def calendar(data, fitted, run: Run):
    """Rank correlations of distances in the embedding: weekdays with their profiles, months with the year."""
    net = restored(EntityNet(data.sizes), fitted)
    table, month_profiles = profiles(data, "weekday"), profiles(data, "month")
    open_days = (~np.isnan(table)).sum(axis=1) > 1  # Rossmann: on Sundays one store of the hundred is open
    weekday, month = net.table("weekday"), net.table("month")
    days, months = pair_distances(weekday[open_days]), pair_distances(month)
    return {
        "days_by_profile": spearmanr(days, profile_distances(table[open_days]))[0],
        "days_by_mean": spearmanr(days, mean_distances(table[open_days]))[0],
        "months_by_ring": spearmanr(months, months_apart())[0],
        "months_by_profile": spearmanr(months, profile_distances(month_profiles))[0],
        "profiles_by_ring": spearmanr(profile_distances(month_profiles), months_apart())[0],
        "weekday": principal_components(weekday, 2).astype(np.float32),  # (7, 2)
        "month": principal_components(month, 2).astype(np.float32),  # (12, 2)
        "weekday_names": data.names["weekday"],
        "month_names": data.names["month"],
    }


@figure(calendar)
def week_and_year(results):
    """Weekdays and months on two components of their embeddings, months joined in the order of the year."""
    trained, equal = results.select(model="trained"), {"aspect": "equal", "adjustable": "datalim"}
    fig, axs = plots.axes(2, width=7.2, height=3.5, subplot_kw=equal)
    shown = (("weekday", "days_by_profile", "their sales"), ("month", "months_by_ring", "the year"))
    for ax, (name, metric, what) in zip(axs, shown, strict=True):
        names, (first, *others) = trained.texts(f"{name}_names"), trained.arrays(name)
        others = np.concatenate([aligned(points, first) for points in others])
        plots.labeled_scatter(
            *np.concatenate([first, others]).T, names + [""] * len(others), always=names,
            color=["C0"] * len(first) + [plots.MUTED] * len(others),
            ax=ax, xlabel="first component", ylabel="second component", xmargin=0.16,
            title=f"{name}s and {what}: {trained.metric(metric).mean():.2f}",
        )  # fmt: skip
    year = trained.array("month")
    axs[1].plot(*np.concatenate([year, year[:1]]).T, color="C0", linewidth=1, alpha=0.6)
    sales = {"sample": "generated sales", "full": "real sales"}[results.scale]
    plots.title(fig, f"Lists learned from {sales}: rank correlations of distances")
    return fig


@figure(calendar)
def what_orders_them(results):
    """Rank correlations of distances: high from a small start with profiles and the year, lower with mean effects."""
    fig, (left, right) = plots.axes(2, width=7.2, height=2.5, sharex=True)
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
    style = {"colors": ["C0", "C0", "C1", "C7"], "fmt": "{:z.2f}"}
    plots.dot_plot(days, **style, ax=left, title="Distances of weekdays", xlabel="rank correlation")
    plots.dot_plot(months, **style, ax=right, title="Distances of months", xlabel="rank correlation")
    return fig
