"""Daily sales of stores: store, region, weekday, month and promotion, and what was sold. The last days are for testing.

sample: SynStores, generated. 120 stores in 12 regions, 7,500 days of a store out of three years, the first 6,000 to
        train on. What determines sales is known. A region has a place on a map that no row mentions: further east
        more is sold at the weekend, further north the high season comes later. Regions close on the map are thus
        alike. Every month differs from every other, round the year, and Saturday and Sunday from the other days.
full:   Rossmann, 100 of its 1,115 German drug stores, the 75,597 days on which they sold anything, the first 90 % to
        train on. A derived subset: it came to us with the note that its dates are shifted back and its weekdays
        recomputed. Six of its rows, of stores 24 and 35, are duplicates. The competition's rules do not allow it to
        be passed on, so there is nothing to download without an account: get train.csv at the address below,
        store_states.csv from the authors' repository (github.com/entron/entity-embedding-rossmann, kaggle branch),
        and keep the first 100 stores as train_100stores.csv. That is not the same subset: any other has another
        digest, which has to be declared here, and gives somewhat other numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursenotes import Dataset, File

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REGIONS = ("Arvel", "Brisk", "Corran", "Dalem", "Esk", "Fennis", "Gorst", "Hallow", "Ister", "Jorun", "Kelm", "Lunde")
# Latitude and longitude, in degrees, of the capitals of the states, Hanover for Lower Saxony and Bremen together.
CAPITALS = {
    "BE": (52.52, 13.41), "BW": (48.78, 9.18), "BY": (48.14, 11.58), "HB,NI": (52.37, 9.73), "HE": (50.08, 8.24),
    "HH": (53.55, 9.99), "NW": (51.23, 6.78), "RP": (50.00, 8.27), "SH": (54.32, 10.12), "SN": (51.05, 13.74),
    "ST": (52.12, 11.63), "TH": (50.98, 11.03),
}  # fmt: skip


@dataclass(frozen=True)
class Stores:
    """One store's day a row, in the order of time; categories are numbered from 0."""

    columns: dict[str, np.ndarray]  # of each categorical variable, (n,) int64
    names: dict[str, list[str]]  # of each variable's categories
    promo: np.ndarray  # (n,) float32, 0 or 1
    sales: np.ndarray  # (n,) float32, above 0
    n_train: int  # the rows from here on are the latest, and for testing
    place: np.ndarray  # (regions, 2), east and north, in kilometers; no model sees it
    mean: np.ndarray | None = None  # (regions, weekdays, months): the sum of week and season in log(sales)

    @property
    def sizes(self) -> dict[str, int]:
        """How many categories each variable has."""
        return {name: len(values) for name, values in self.names.items()}


def category_means(values, categories, size: int):
    """The mean value of each category; the mean of all values if it has none. (n,), (n,) -> (size,)"""
    counts = np.bincount(categories, minlength=size)
    sums = np.bincount(categories, weights=values, minlength=size)
    return np.where(counts > 0, sums / np.maximum(counts, 1), values.mean())


def generate(n_stores: int = 120, n_rows: int = 7500, seed: int = 12) -> Stores:
    """log(sales) = 8.5 + store + week(weekday, east) + season(month, north) + 0.2 in a promotion + noise."""
    rng = np.random.default_rng(seed)
    place = np.array([(i % 4, i // 4) for i in range(12)]) / (1.5, 1) - 1 + rng.uniform(-0.22, 0.22, (12, 2))
    place = place[rng.permutation(12)]  # the numbers of the regions say nothing about where they lie
    east, north = place.T
    # On average over the regions a Saturday sells like a Wednesday: it is where more is sold that tells them apart.
    usual = np.array([0.10, 0.02, 0.0, 0.03, 0.10, 0.02, -0.05])
    tilt = np.array([-0.22, -0.25, -0.26, -0.24, -0.12, 0.52, 0.57])
    week = usual + east[:, None] * tilt  # (regions, weekdays)
    angle = 2 * np.pi * np.arange(12) / 12
    season = 0.40 * np.cos(angle - np.pi - 1.1 * north[:, None])  # (regions, months)
    region_of, level = rng.permutation(np.arange(n_stores) % 12), rng.normal(0, 0.3, n_stores)

    days = np.sort(rng.choice(n_stores * 1095, n_rows, replace=False))  # no store's day twice
    day, store = days // n_stores, days % n_stores
    weekday, month, region = day % 7, np.minimum(day % 365 // 30.42, 11).astype(int), region_of[store]
    promo = rng.random((n_stores, 1095 // 7 + 1))[store, day // 7] < 0.4  # whole weeks
    log_sales = 8.5 + level[store] + week[region, weekday] + season[region, month] + 0.2 * promo
    return Stores(
        columns={"store": store, "region": region, "weekday": weekday, "month": month},
        names={
            "store": [f"store {i}" for i in range(n_stores)],
            "region": list(REGIONS),
            "weekday": list(WEEKDAYS),
            "month": list(MONTHS),
        },
        promo=promo.astype(np.float32),
        sales=np.exp(log_sales + rng.normal(0, 0.12, n_rows)).astype(np.float32),
        n_train=n_rows * 4 // 5,
        place=(300 * place).astype(np.float32),
        mean=week[:, :, None] + season[:, None, :],
    )


def read_rossmann(folder: Path) -> Stores:
    """The subset of Rossmann from the folder that holds its files: open days only, the earliest first."""
    import pandas as pd

    table = pd.read_csv(folder / "train_100stores.csv", dtype={"StateHoliday": str}, parse_dates=["Date"])
    table = table[table.Sales > 0].merge(pd.read_csv(folder / "store_states.csv"), on="Store")
    table = table.sort_values(["Date", "Store"])
    states, years = sorted(table.State.unique()), sorted(table.Date.dt.year.unique())
    north, east = np.array([CAPITALS[state] for state in states]).T
    return Stores(
        columns={
            "store": table.Store.to_numpy() - 1,
            "region": np.searchsorted(states, table.State.to_numpy(str)),
            "weekday": table.DayOfWeek.to_numpy() - 1,
            "month": table.Date.dt.month.to_numpy(np.int64) - 1,
            "day": table.Date.dt.day.to_numpy(np.int64) - 1,
            "year": np.searchsorted(years, table.Date.dt.year),
        },
        names={
            "store": [str(i) for i in range(1, 101)],
            "region": states,
            "weekday": list(WEEKDAYS),
            "month": list(MONTHS),
            "day": [str(i) for i in range(1, 32)],
            "year": [str(year) for year in years],
        },
        promo=table.Promo.to_numpy(np.float32),
        sales=table.Sales.to_numpy(np.float32),
        n_train=len(table) * 9 // 10,
        place=np.stack([71.5 * east, 111.2 * north], axis=1).astype(np.float32),  # km a degree, at 50° north
    )


stores = Dataset(
    title="Rossmann store sales, 100 stores",
    sample=generate,
    full=read_rossmann,
    files=[
        File("train_100stores.csv", sha256="9fa120625ce669b80f625777e451be30db98edabdacd568bc65405b564153a8b"),
        File("store_states.csv", sha256="86df632ad7469a4ed961df9844ff8a15ef9cbcd545514945a7291ccfb32b9797"),
    ],
    folder="rossmann",
    license="Kaggle competition rules: local use only",
    citation="Rossmann and Kaggle, Rossmann Store Sales, 2015; the stores' states: Kaggle user dune_dweller",
    url="https://www.kaggle.com/c/rossmann-store-sales",
)
