"""The files of every real dataset: those declared are found, whole and of the published size, and no others taken."""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import snippets.datasets
from coursenotes import Dataset
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.datafiles import fetch
from tests.datasets.hand_made import offline


def with_files() -> dict[str, Dataset]:
    """Every dataset of snippets/datasets that declares files, by the name it has there."""
    names = [module.name for module in pkgutil.iter_modules(snippets.datasets.__path__)]
    modules = [importlib.import_module(f"snippets.datasets.{name}") for name in names]
    named = {name: value for module in modules for name, value in vars(module).items() if isinstance(value, Dataset)}
    return {name: dataset for name, dataset in sorted(named.items()) if dataset.files}


FOUND = with_files()
SIZES = {  # of each dataset as its publisher or its own description has it
    "auctions": lambda a: (len(a.table), a.table.shape[1] - 1, a.n_early),
    "digits": lambda d: (d.train.shape, d.test.shape, len(d.train_labels), len(d.test_labels)),
    "fans": lambda r: (r.n_users - 1, r.n_items - 1, len(r.stars)),
    "few_rows": lambda r: (r.pool.shape, r.valid.shape, len(r.draw(0)[0]), len(set(r.pool_labels))),
    "letters": lambda t: (len(t.train) + len(t.test), len(t.vocab)),
    "photos": lambda p: (p.train.shape, p.test.shape, len(p.train_labels), len(p.classes)),
    "ratings": lambda r: (r.n_users - 1, r.n_items - 1, len(r.stars)),
    "reviews": lambda r: (len(r.texts), int(r.labels.sum())),
    "sevens": lambda pictures: pictures.shape,
    "stores": lambda s: (len(s.sales), s.n_train, s.sizes["store"], s.sizes["region"], len(s.columns)),
    "viewers": lambda v: (v.n_users - 1, v.n_items - 1, len(v.stars), len(v.fact_names)),
    "words": lambda t: (sum(map(len, t.train + t.test)), len(t.vocab) - 1),
}
PUBLISHED = {
    "auctions": (10_000, 49, 8000),
    "digits": ((60_000, 28, 28), (10_000, 28, 28), 60_000, 10_000),
    "fans": (943, 1664, 100_000),
    "few_rows": ((60_000, 784), (10_000, 784), 1000, 10),
    "letters": (600_893, 57),
    "photos": ((50_000, 3, 32, 32), (10_000, 3, 32, 32), 50_000, 10),
    "ratings": (943, 1664, 100_000),
    "reviews": (1000, 476),
    "sevens": (6265, 28, 28),
    "stores": (75_597, 68_037, 100, 12, 6),
    "viewers": (943, 1664, 100_000, 6 + 2 + 21),
    "words": (114_130, 500),
}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Reads a real dataset, once; the test is skipped where its folder is not under COURSENOTES_DATA."""
    read: dict[str, object] = {}
    cache = tmp_path_factory.mktemp("cache")

    def get(name: str):
        root = os.environ.get("COURSENOTES_DATA")
        if name not in FOUND or not root or not Path(root, FOUND[name].folder).is_dir():
            pytest.skip(f"needs the files of {name} under COURSENOTES_DATA")
        if name not in read:
            full = FOUND[name].full
            assert full is not None
            read[name] = full(fetch(offline(FOUND[name]), root=root, cache=cache))
        return read[name]

    return get


def test_the_size_of_every_dataset_is_known_here():
    assert set(FOUND) <= set(SIZES) == set(PUBLISHED)


@pytest.mark.parametrize("name", FOUND)
def test_it_is_there_whole_and_of_the_published_size(name: str, real):
    assert SIZES[name](real(name)) == PUBLISHED[name]


@pytest.mark.parametrize("name", FOUND)
def test_it_is_declared_where_it_comes_from_and_who_may_use_it(name: str):
    dataset = FOUND[name]
    assert dataset.folder and dataset.license and dataset.citation and dataset.url.startswith("http")
    for file in dataset.files:
        assert file.url.endswith(f"/{file.name}") or not file.url
        for digest in (file.sha256, *file.members.values()):
            assert len(digest) == 64 and set(digest) <= set("0123456789abcdef")


@pytest.mark.parametrize("name", FOUND)
def test_other_files_are_not_taken_for_the_declared_ones(name: str, tmp_path: Path):
    dataset, root = offline(FOUND[name]), tmp_path / "root"
    for file in dataset.files:
        for name in file.members or [file.name]:
            path = f"{dataset.folder}/{name.removeprefix(f'{dataset.folder}/')}"
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(b"something else")
    with pytest.raises(CoursenotesError, match="is missing"):
        fetch(dataset, root=root, cache=tmp_path / "cache")
    # that it was the digests: the same files are taken once theirs are declared
    own = hashlib.sha256(b"something else").hexdigest()
    files = [replace(f, sha256=own, members=dict.fromkeys(f.members, own)) for f in dataset.files]
    assert fetch(replace(dataset, files=files), root=root, cache=tmp_path / "cache") == root / dataset.folder


def test_mnist(real):
    mnist, sevens = real("digits"), real("sevens")
    assert mnist.train.min() == 0 and mnist.train.max() == 1
    assert np.bincount(mnist.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    of_mnist = mnist.train[mnist.train_labels == 7]
    assert sevens[0].tobytes() in {x.tobytes() for x in of_mnist}
    np.testing.assert_allclose(sevens.sum(dtype=float), of_mnist.sum(dtype=float))


def test_fashion_mnist(real):
    fashion = real("few_rows")
    assert fashion.pool.min() == 0 and fashion.pool.max() == 1
    assert np.bincount(fashion.pool_labels).tolist() == [6000] * 10
    assert np.bincount(fashion.valid_labels).tolist() == [1000] * 10
    rows, labels = fashion.draw(1)
    trousers = rows[labels == 1].reshape(-1, 28, 28).mean(axis=0)
    assert trousers[24, 8:20].argmin() in (5, 6)  # pixels lie row by row: between the legs is least ink


def test_cifar(real):
    cifar = real("photos")
    assert cifar.train.dtype == np.uint8
    assert np.bincount(cifar.train_labels).tolist() == [5000] * 10 == (5 * np.bincount(cifar.test_labels)).tolist()
    # the numbers that the lecture prints, over all pixels of all pictures
    for channel, mean, deviation in ((0, 0.4914, 0.24703), (1, 0.48216, 0.24349), (2, 0.44653, 0.26159)):
        shares = np.bincount(cifar.train[:, channel].ravel(), minlength=256) / (50_000 * 32 * 32)
        values = np.arange(256) / 255
        assert shares @ values == pytest.approx(mean, abs=0.001)
        assert np.sqrt(shares @ values**2 - (shares @ values) ** 2) == pytest.approx(deviation, abs=0.001)


def test_movielens(real):
    assert real("ratings").stars.mean() == pytest.approx(3.52986)
    assert (real("fans").stars == real("ratings").stars).all()


def test_movielens_people(real):
    people = real("viewers")
    assert (people.facts[1:].sum(axis=1) == 3).all() and not people.facts[0].any()
    count = dict(zip(people.fact_names, people.facts.sum(axis=0).astype(int).tolist(), strict=True))
    assert (count["F"], count["M"], count["student"], count["none"]) == (273, 670, 196, 9)
    of_first = [name for name, has in zip(people.fact_names, people.facts[1], strict=True) if has]
    assert of_first == ["18 to 24", "M", "technician"]  # person 1 is 24|M|technician


def test_rossmann(real):
    sold = real("stores")
    assert sold.sales.min() > 0 and set(sold.promo.tolist()) == {0, 1}
    assert sold.names["year"] == ["2013", "2014", "2015"]
    day = 10_000 * sold.columns["year"] + 100 * sold.columns["month"] + sold.columns["day"]
    steps = np.diff(1000 * day + sold.columns["store"])
    assert (steps >= 0).all() and (steps == 0).sum() == 6  # by date and store; six rows of the subset are there twice
    dates = np.array("2013", "M8[Y]") + sold.columns["year"]
    dates = (dates.astype("M8[M]") + sold.columns["month"]).astype("M8[D]") + sold.columns["day"]
    assert ((dates.astype(int) + 3) % 7 == sold.columns["weekday"]).all()  # 1970 began on a Thursday
    assert dates[-1] == np.datetime64("2015-07-31")


def test_bulldozers(real):
    sales = real("auctions")
    table = sales.table
    assert (np.diff(table["elapsed"]) >= 0).all() and table["elapsed"].iloc[0] == 4  # 5 January 2004
    assert not {"SalePrice", "SalesID", "MachineID", "saledate", "datasource", "auctioneerID"} & set(table)
    dollars = np.exp(table["log_price"])
    assert np.allclose(dollars, dollars.round(), rtol=1e-9) and dollars.min() >= 1000
    assert table["MachineHoursCurrentMeter"].min() > 0 and sales.model in table
    ends = np.floor(table["log_price"].min()), np.ceil(table["log_price"].max())
    assert ends == (8, 12), "the ends that the page and its drawing name"


def test_nietzsche(real):
    text = real("words")
    assert text.vocab[1:8] == [",", "the", "of", "and", "to", ".", "in"]
    assert [len(part) for part in (text.train, text.test)] == [92, 23]
    assert sorted(map(len, text.train + text.test)) == [130] + [1000] * 114
