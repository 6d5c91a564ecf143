"""Entries are written whole or not at all, checked when read, and safe with several writers."""

import json
import multiprocessing

import numpy as np
import pytest

from coursenotes.cache.store import ARRAYS, RESULT, Store, read_entry, write_atomic, write_entry
from coursenotes.errors import CoursenotesError
from coursenotes.result import JobResult, Row

KEY = "ab" * 32
RESULTS = JobResult(
    {"loss": 0.25, "odd": float("inf")},
    {"loss": [1.0, None, 0.25]},
    {"turned": np.arange(6.0).reshape(2, 3).T, "one": np.array(3)},
    {"titles": ["Amélie", "Z"]},
    {"device": "cpu"},
)


def prepared(store, result=RESULTS):
    folder = store.scratch()
    write_entry(folder, result, {"seed": 1})
    return folder


def test_what_is_written_is_read(mini):
    store = Store(mini)
    assert not store.folder(KEY).exists() and store.get(KEY) is None
    store.put(KEY, prepared(store))
    read = Store(mini).get(KEY)
    assert store.folder(KEY).exists() and read is not None
    assert read.metrics == RESULTS.metrics and read.curves == RESULTS.curves and read.texts == RESULTS.texts
    assert np.array_equal(read.arrays["turned"], RESULTS.arrays["turned"]) and read.arrays["one"].shape == ()
    assert store.depends(KEY) == {"seed": 1}


@pytest.mark.parametrize("name", [RESULT, ARRAYS])
def test_a_changed_byte_sets_the_entry_aside(mini, name):
    store = Store(mini)
    store.put(KEY, prepared(store))
    path = store.folder(KEY) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    fresh = Store(mini)
    assert fresh.get(KEY) is None and not fresh.folder(KEY).exists()
    assert len(fresh.set_aside) == 1 and "digest" in str(fresh.set_aside[0])
    assert len(list((mini.state / "bad").iterdir())) == 1


def test_half_an_entry_is_not_an_entry(mini):
    store = Store(mini)
    folder = prepared(store)
    (folder / ARRAYS).unlink()
    with pytest.raises(CoursenotesError):
        store.put(KEY, folder)
    assert not store.folder(KEY).exists()


def test_a_second_writer_drops_its_own(mini):
    store = Store(mini)
    store.put(KEY, prepared(store))
    second = prepared(store)
    store.put(KEY, second)
    assert not second.exists() and store.get(KEY) is not None


def test_a_bad_entry_gives_way_to_a_good_one(mini):
    store = Store(mini)
    store.put(KEY, prepared(store))
    (store.folder(KEY) / RESULT).write_text("{}")
    fresh = Store(mini)
    fresh.put(KEY, prepared(fresh))
    assert fresh.get(KEY) is not None and fresh.set_aside


def put_many(paths):
    store = Store(paths)
    for i in range(20):
        store.put(f"{i:064x}", prepared(store))
        assert store.get(f"{i:064x}") is not None


def test_several_processes_write_the_same_entries(mini):
    writers = [multiprocessing.get_context("fork").Process(target=put_many, args=(mini,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 4
    store = Store(mini)
    assert all(store.get(f"{i:064x}") is not None for i in range(20)) and not store.set_aside
    assert list((mini.state / "tmp").iterdir()) == []


def test_nothing_is_pickled(mini):
    store = Store(mini)
    store.put(KEY, prepared(store))
    for path in store.folder(KEY).iterdir():
        assert b"pickle" not in path.read_bytes() and path.suffix in (".json", ".safetensors")
    assert json.loads((store.folder(KEY) / RESULT).read_text())["metrics"]["odd"] == "inf"


def test_a_file_is_replaced_whole(tmp_path):
    write_atomic(tmp_path / "a" / "b.json", "one")
    write_atomic(tmp_path / "a" / "b.json", "two")
    assert (tmp_path / "a" / "b.json").read_text() == "two" and len(list((tmp_path / "a").iterdir())) == 1


def test_an_entry_of_another_schema_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("coursenotes.cache.store.SCHEMA", 0)
    write_entry(tmp_path, RESULTS)
    monkeypatch.undo()
    with pytest.raises(CoursenotesError, match="schema 0"):
        read_entry(tmp_path)


def test_published_results_are_read_as_they_were_written(tmp_path):
    from coursenotes.cache import published

    rows = [Row({"p": 0.5}, 0, RESULTS, KEY)]
    published.write(tmp_path / "x.json", "t.x", {"code": {}}, rows)
    depends, read = published.read(tmp_path / "x.json")
    assert depends == {"code": {}} and read[0].settings == {"p": 0.5} and read[0].key == KEY
    assert np.array_equal(read[0].result.arrays["turned"], RESULTS.arrays["turned"])
    assert read[0].result.metrics == RESULTS.metrics and read[0].result.curves == RESULTS.curves
    assert max(map(len, (tmp_path / "x.json").read_text().splitlines())) < 400


def test_too_large_a_result_is_not_published(tmp_path):
    from coursenotes.cache import published

    big = JobResult({}, arrays={"a": np.random.default_rng(0).normal(size=20_000)})
    with pytest.raises(CoursenotesError, match="over 100 KB"):
        published.write(tmp_path / "x.json", "t.x", {}, [Row({}, 0, big, KEY)])
