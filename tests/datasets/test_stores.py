"""The stores: what the generated sales are made of, and how Rossmann is read."""

from pathlib import Path

import numpy as np
import pytest

from snippets.datasets.stores import generate, read_rossmann, stores

DAYS = [  # the latest first, as in the real file; one closed, one open without sales
    "Store,DayOfWeek,Date,Sales,Customers,Open,Promo,StateHoliday,SchoolHoliday",
    "2,6,2015-01-31,700,9,1,0,0,0",
    "1,6,2015-01-31,600,9,1,1,0,0",
    "1,3,2014-12-31,0,0,1,1,0,0",
    "5,1,2014-03-03,500,9,1,1,0,0",
    "2,1,2014-03-03,400,9,1,0,0,0",
    "1,1,2014-03-03,300,9,1,1,0,0",
    "1,2,2013-01-01,0,0,0,0,a,1",
]


@pytest.fixture(scope="module")
def made():
    return generate()


@pytest.fixture
def folder(tmp_path: Path):
    """A Rossmann of three stores in two states, five days on which they sold anything, and a store that never did."""
    (tmp_path / "train_100stores.csv").write_text("\n".join(DAYS) + "\n")
    (tmp_path / "store_states.csv").write_text('Store,State\n1,SN\n2,"HB,NI"\n3,BE\n5,SN\n')
    return tmp_path


def days_of(made):
    """The day of each row, counted from the first, by its weekday: no day is without a row."""
    return np.concatenate([[0], np.cumsum(np.diff(made.columns["weekday"]) % 7)]) + made.columns["weekday"][0]


def test_sizes(made):
    assert stores.sample is generate
    assert made.sizes == {"store": 120, "region": 12, "weekday": 7, "month": 12} and made.n_train == 6000
    assert made.sales.shape == made.promo.shape == (7500,) and made.sales.dtype == made.promo.dtype == np.float32
    assert list(made.columns) == list(made.names)
    for name, column in made.columns.items():
        assert column.dtype == np.int64 and sorted(set(column)) == list(range(made.sizes[name]))
        assert len(set(made.names[name])) == made.sizes[name]
    assert made.place.shape == (12, 2) and made.mean.shape == (12, 7, 12) and set(made.promo.tolist()) == {0, 1}


def test_rows_are_in_the_order_of_time_and_no_stores_day_comes_twice(made):
    day = days_of(made)
    assert (day[0], day[-1]) == (0, 1094)  # three years
    assert (np.abs(day % 365 / 30.42 - made.columns["month"] - 0.5) < 0.54).all()
    assert (np.diff(120 * day + made.columns["store"]) > 0).all()


def test_a_store_is_in_one_of_the_regions_and_promotes_for_whole_weeks(made):
    pairs = np.unique(np.stack([made.columns["store"], made.columns["region"]]), axis=1)
    assert pairs.shape[1] == 120 and np.bincount(pairs[1]).tolist() == [10] * 12
    week = 120 * (days_of(made) // 7) + made.columns["store"]
    assert not set(week[made.promo == 0]) & set(week[made.promo == 1]) and abs(made.promo.mean() - 0.4) < 0.03


def test_sales_are_what_they_are_said_to_be_made_of(made):
    region, weekday, month = (made.columns[name] for name in ("region", "weekday", "month"))
    left = np.log(made.sales) - 8.5 - made.mean[region, weekday, month] - 0.2 * made.promo
    level = np.array([left[made.columns["store"] == store].mean() for store in range(120)])
    noise = left - level[made.columns["store"]]
    assert abs(level.mean()) < 0.1 and 0.2 < level.std() < 0.4
    assert np.sqrt((noise**2).sum() / (7500 - 120)) == pytest.approx(0.12, rel=0.03)


def test_further_east_more_is_sold_at_the_weekend_and_further_north_the_season_is_later(made):
    east, north = made.place.T
    week = made.mean.mean(axis=2)
    assert np.corrcoef(east, week[:, 5:].mean(axis=1) - week[:, :5].mean(axis=1))[0, 1] > 0.99
    peak = -np.angle(made.mean.mean(axis=1) @ np.exp(1j * np.pi * (1 - np.arange(12) / 6)))  # from midyear on
    assert np.corrcoef(north, peak)[0, 1] > 0.99 and np.ptp(peak) > 1.5
    assert abs(np.corrcoef(np.arange(12), east)[0, 1]) < 0.5 and abs(np.corrcoef(np.arange(12), north)[0, 1]) < 0.5


def test_saturday_sells_like_wednesday_on_average_only_and_every_month_differs_from_every_other(made):
    week = made.mean.mean(axis=2)
    assert abs(week[:, 5].mean() - week[:, 2].mean()) < 0.05
    assert abs(week[:, 5] - week[:, 2]).mean() > 0.3
    season = made.mean.mean(axis=1).T  # (months, regions)
    assert (np.sqrt(((season[:, None] - season) ** 2).mean(axis=2)) + np.eye(12)).min() > 0.1


def test_the_same_every_time_whatever_the_global_seed(made):
    np.random.seed(1)
    again = generate()
    assert (again.sales == made.sales).all() and (again.place == made.place).all()
    assert all((again.columns[name] == made.columns[name]).all() for name in made.columns)
    assert (generate(seed=13).sales != made.sales).any()


def test_rossmann_comes_earliest_first_without_days_that_sold_nothing_and_numbered_from_zero(folder):
    read = read_rossmann(folder)
    assert read.sales.tolist() == [300, 400, 500, 600, 700] and read.promo.tolist() == [1, 0, 1, 1, 0]
    assert read.n_train == 4 and read.mean is None and read.sales.dtype == read.promo.dtype == np.float32
    named = {k: [read.names[k][i] for i in column] for k, column in read.columns.items()}
    assert named == {
        "store": ["1", "2", "5", "1", "2"],
        "region": ["SN", "HB,NI", "SN", "SN", "HB,NI"],
        "weekday": ["Mon", "Mon", "Mon", "Sat", "Sat"],
        "month": ["Mar", "Mar", "Mar", "Jan", "Jan"],
        "day": ["3", "3", "3", "31", "31"],
        "year": ["2014", "2014", "2014", "2015", "2015"],
    }
    assert all(column.dtype == np.int64 for column in read.columns.values())
    assert read.sizes == {"store": 100, "region": 2, "weekday": 7, "month": 12, "day": 31, "year": 2}


def test_states_lie_where_their_capitals_do_and_one_without_is_refused(folder):
    apart = np.diff(read_rossmann(folder).place, axis=0)[0]  # from Hanover to Dresden
    assert apart[0] > 250 and apart[1] < -100 and np.hypot(*apart) == pytest.approx(315, abs=10)
    (folder / "store_states.csv").write_text("Store,State\n1,SN\n2,XX\n5,SN\n")
    with pytest.raises(KeyError, match="XX"):
        read_rossmann(folder)
