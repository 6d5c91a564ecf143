"""The auctions: what the generated prices are made of, and how the bulldozers are read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from snippets.datasets.auctions import NOISE, TARGET, auctions, generate, read_bulldozers

SALES = """\
,SalesID,SalePrice,MachineID,ModelID,datasource,auctioneerID,YearMade,MachineHoursCurrentMeter,UsageBand,saledate,state
0,11,20000,901,77,121,3.0,1995,0.0,,2/9/2010 0:00,Ohio
1,12,30000,902,78,121,3.0,2001,68.5,Low,11/16/2006 0:00,Texas
2,13,40000,903,77,121,3.0,1000,,High,2/9/2010 0:00,Ohio
3,14,50000,904,79,121,3.0,1990,10.0,Low,1/1/2004 0:00,Utah
4,15,60000,905,79,121,3.0,1990,20.0,Low,10/2/2008 0:00,Utah
"""


@pytest.fixture(scope="module")
def made():
    return generate()


@pytest.fixture
def read(tmp_path: Path):
    """Five sales: two on one day, one without a meter and one whose meter says 0."""
    (tmp_path / "bulldozers.csv").write_text(SALES)
    return read_bulldozers(tmp_path)


def dates(table: pd.DataFrame) -> pd.Series:
    return pd.Timestamp("2004-01-01") + pd.to_timedelta(table["elapsed"], unit="D")


def test_sizes(made):
    assert auctions.sample is generate
    table = made.table
    assert table.shape == (3000, 9) and made.n_early == 2400 and made.model in table
    assert [table[name].nunique() for name in ("model", "state", "size", "maker")] == [120, 20, 6, 8]
    assert list(table.index) == list(range(3000))
    assert list(table.select_dtypes(float)) == ["hours", "elapsed", TARGET]
    assert list(table.select_dtypes("integer")) == ["model", "year_made", "month"]


def test_the_earliest_come_first_from_2004_to_2011(made):
    assert made.table["elapsed"].is_monotonic_increasing
    when = dates(made.table)
    assert sorted(set(when.dt.year)) == list(range(2004, 2012))
    assert (when.dt.month == made.table["month"]).all()
    assert (made.table["year_made"] <= when.dt.year).all()


def test_sizes_and_hours_are_missing_at_random_and_nothing_else(made):
    missing = made.table.isna()
    assert missing["size"].mean() == pytest.approx(0.2, abs=0.02)
    assert missing["hours"].mean() == pytest.approx(0.1, abs=0.02)
    assert not missing.drop(columns=["size", "hours"]).any(axis=None)
    assert np.ptp(made.table[TARGET].groupby([missing["size"], missing["hours"]]).mean()) < 0.3


def test_a_model_has_one_maker_and_one_size_and_its_number_says_nothing(made):
    by_model = made.table.groupby("model")
    assert (by_model["maker"].nunique() == 1).all() and (by_model["size"].nunique() == 1).all()
    worth = by_model[TARGET].mean()
    assert abs(np.corrcoef(worth.index, worth)[0, 1]) < 0.2


def test_a_price_is_what_it_is_said_to_be_made_of(made):
    table = made.table
    sizes = ["Mini", "Compact", "Small", "Medium", "Large / Medium", "Large"]
    size = table["model"].map(table.groupby("model")["size"].first()).map(sizes.index)
    year = 2004 + table["elapsed"] / 365.25
    worn = 1 - np.exp(-(year - table["year_made"] - 0.5).clip(0) / 8)  # the year is known, not the day
    parts = {
        "season": np.sin(2 * np.pi * table["month"] / 12),
        "rise": year - 2004,
        "slump": np.exp(-(((year - 2009.3) / 0.6) ** 2)),
        "age": worn,
        "age of large": size * worn,
        "hours": table["hours"] / 1000,
        "hours of large": size * table["hours"] / 1000,
    }
    known = pd.concat([pd.DataFrame(parts), pd.get_dummies(table[["model", "state"]].astype(str), dtype=float)], axis=1)
    rows = table["hours"].notna()
    weights, *_ = np.linalg.lstsq(known[rows].to_numpy(), table[TARGET][rows].to_numpy(), rcond=None)
    found = dict(zip(parts, weights, strict=False))
    expected = {"season": 0.05, "rise": 0.03, "slump": -0.25, "age": -0.3, "age of large": -0.25}
    assert {k: found[k] for k in expected} == pytest.approx(expected, abs=0.06)
    assert (found["hours"], found["hours of large"]) == pytest.approx((-0.01, -0.015), abs=0.003)
    left = table[TARGET][rows] - known[rows] @ weights
    assert NOISE < np.sqrt((left**2).sum() / (rows.sum() - 146)) < 1.1 * NOISE  # a little more: the day it was made


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    pd.testing.assert_frame_equal(generate().table, made.table)
    assert not generate(seed=9).table.equals(made.table)


def test_bulldozers_come_earliest_first_and_as_in_the_file_on_one_day(read):
    np.testing.assert_allclose(np.exp(read.table[TARGET]), [50_000, 30_000, 60_000, 20_000, 40_000])
    assert read.table["ModelID"].tolist() == [79, 78, 79, 77, 77]
    assert list(read.table.index) == [0, 1, 2, 3, 4] and read.n_early == 4 and read.model == "ModelID"


def test_a_date_becomes_days_since_2004_and_a_month_and_no_hours_are_unknown(read):
    assert read.table["elapsed"].tolist() == [0, 1050, 1736, 2231, 2231] and read.table["elapsed"].dtype == float
    assert read.table["month"].tolist() == [1, 11, 10, 2, 2]
    assert read.table["MachineHoursCurrentMeter"].fillna(-1).tolist() == [10, 68.5, 20, -1, -1]


def test_nothing_tells_the_price_or_numbers_the_sale(read):
    known = "ModelID YearMade MachineHoursCurrentMeter UsageBand state elapsed month"
    assert read.table.columns.tolist() == [*known.split(), TARGET]


def test_a_table_without_a_column_is_refused(tmp_path):
    (tmp_path / "bulldozers.csv").write_text(SALES.replace("auctioneerID", "seller"))
    with pytest.raises(KeyError, match="auctioneerID"):
        read_bulldozers(tmp_path)
