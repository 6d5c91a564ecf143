"""Auctions of used machines: which machine was sold, where, when, after how many hours of work, and for how much.

sample: made here. 3,000 sales of 120 models in 20 states, 2004 to 2011. What a price is made of is known: the model,
        the state, the age, the hours, the month, the market of the day, and noise. Some sizes and hours are missing.
full:   Blue Book for Bulldozers, a Kaggle competition of 2013: 10,000 of its 401,125 sales for training, numbers
        1139246 to 1173126, by one auctioneer, 2004 to 2011. The data may be used by who has an account and accepts the
        competition's rules, and not be passed on, so that nothing is downloaded here. Get Train.csv or
        TrainAndValid.csv from its page; the excerpt looks like what pandas writes of the first 10,000 rows,
        read_csv("TrainAndValid.csv", low_memory=False).head(10_000).to_csv("bulldozers.csv"), which was not tried.
        Put it into bulldozers/bulldozers.csv below COURSENOTES_DATA; its digest tells whether it is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coursenotes import Dataset, File

if TYPE_CHECKING:
    import pandas as pd

TARGET = "log_price"
NOISE = 0.2  # what nobody can predict of a generated log price: its standard deviation


@dataclass(frozen=True)
class Auctions:
    """One sale a row, earliest first. Column types are those of the file: text, whole numbers, decimal numbers."""

    table: pd.DataFrame  # the columns to predict from, and log_price, the natural logarithm of US dollars
    model: str  # the column that names the machine's model
    n_early: int  # the first rows, to train on; the later sales are for validation


def sale_columns(dates: pd.Series) -> dict[str, pd.Series]:
    """A date as two columns: days since the start of 2004, a decimal number, and the month, a whole one."""
    import pandas as pd

    return {"elapsed": (dates - pd.Timestamp("2004-01-01")).dt.days.astype(float), "month": dates.dt.month}


def generate(n: int = 3000, n_models: int = 120, n_states: int = 20, seed: int = 8) -> Auctions:
    """Log prices made of known parts: model + state + month + market - wear + noise. What is larger wears faster."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    size = rng.integers(6, size=n_models)
    worth = 9 + 0.5 * size + rng.normal(0, 0.35, n_models)  # of a new machine, in log dollars
    number = rng.permutation(np.arange(1000, 9000))[:n_models]  # says nothing about the machine
    popular = 1 / np.arange(3, n_models + 3)
    model = rng.choice(n_models, n, p=popular / popular.sum())
    state, state_effect = rng.integers(n_states, size=n), rng.normal(0, 0.1, n_states)

    days = np.sort(rng.integers(0, 8 * 365, size=n))
    date = pd.Series(pd.Timestamp("2004-01-01") + pd.to_timedelta(days, unit="D"))
    year = 2004 + days / 365.25
    age = np.minimum(rng.gamma(2.5, 3.5, n), 30)
    hours = np.rint(age * rng.gamma(3, 250, n))
    market = 0.03 * (year - 2004) - 0.25 * np.exp(-(((year - 2009.3) / 0.6) ** 2))  # a slow rise, and the slump of 2009
    season = 0.05 * np.sin(2 * np.pi * date.dt.month.to_numpy() / 12)
    wear = (0.3 + 0.25 * size[model]) * (1 - np.exp(-age / 8)) + (0.01 + 0.015 * size[model]) * hours / 1000
    expected = worth[model] + state_effect[state] + season + market - wear

    sizes = np.array(["Mini", "Compact", "Small", "Medium", "Large / Medium", "Large"])
    table = pd.DataFrame(
        {
            "model": number[model],
            "maker": np.array(list("ABCDEFGH"))[rng.integers(8, size=n_models)[model]],
            "size": pd.Series(sizes[size[model]]).mask(rng.random(n) < 0.2),
            "state": np.array([f"state {i:02d}" for i in range(n_states)])[state],
            "year_made": (year - age).astype(int),
            "hours": pd.Series(hours).mask(rng.random(n) < 0.1),
            **sale_columns(date),
            TARGET: expected + rng.normal(0, NOISE, n),
        }
    )
    return Auctions(table, model="model", n_early=int(0.8 * n))


def random_split(data: Auctions, seed: int):
    """Validate on a random fifth of the sales. -> training rows, validation rows"""
    n = len(data.table)
    valid, train = np.split(np.random.default_rng(seed).permutation(n), [n // 5])
    return train, valid


def later_split(data: Auctions, seed: int):
    """Validate on the later sales, after training on a random nine tenths of the earlier ones."""
    earlier = np.random.default_rng(seed).permutation(data.n_early)
    return earlier[: data.n_early * 9 // 10], np.arange(data.n_early, len(data.table))


def read_bulldozers(folder: Path) -> Auctions:
    """The excerpt of the competition's table: 49 columns to predict from.

    Two numbers in it stand for unknown. Hours of 0 are made missing here. A year of make of 1000 is left as it is, in
    1,432 rows, as in the lecture's data: a known quirk of this table.
    """
    import pandas as pd

    table = pd.read_csv(folder / "bulldozers.csv", index_col=0, low_memory=False, parse_dates=["saledate"])
    table = table.sort_values("saledate", kind="stable").reset_index(drop=True)
    price, dates = table["SalePrice"], table["saledate"]
    # Numbers of sales and of single machines, and two columns that hold one value in this excerpt.
    table = table.drop(columns=["SalesID", "SalePrice", "MachineID", "datasource", "auctioneerID", "saledate"])
    hours = table["MachineHoursCurrentMeter"]
    table["MachineHoursCurrentMeter"] = hours.where(hours > 0)
    table = table.assign(**sale_columns(dates), **{TARGET: np.log(price)})
    return Auctions(table, model="ModelID", n_early=int(0.8 * len(table)))


auctions = Dataset(
    title="Blue Book for Bulldozers, an excerpt of 10,000 sales",
    sample=generate,
    full=read_bulldozers,
    files=[
        File(
            name="bulldozers.csv",
            sha256="7b51bdbe5f431cb0ceaa017dd93a9ab5db5f9db08c0aa2f1bfc92eb9b677fc43",
        )
    ],
    folder="bulldozers",
    license="Kaggle competition rules: local use only",
    citation="Blue Book for Bulldozers, Kaggle and Fast Iron, 2013",
    url="https://www.kaggle.com/competitions/bluebook-for-bulldozers",
)
