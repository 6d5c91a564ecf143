"""What an experiment may return, and what is said of the rest."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch

from coursenotes.errors import CoursenotesError
from coursenotes.experiments import job

SNIPPET = '''\
def experiment(run):
    """Returns a loss."""
    loss = 1.0
    if loss > 2:
        return {}
    return {
        "loss": loss,
        "accuracy": 0.5,
    }


def other(run):
    result = {"loss": 1.0}
    return result
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "topic.py"
    path.write_text(SNIPPET)
    return path


def as_result(path: Path, **returned):
    return job.as_result(returned, path, "experiment")


def test_numbers_arrays_and_texts_are_told_apart(path: Path):
    result = as_result(
        path,
        a=1,
        b=2.5,
        c=True,
        d=np.float32(0.5),
        e=np.array(3),
        f=torch.tensor(0.25, requires_grad=True),
        g=np.arange(3),
        h=torch.ones(2, 3, dtype=torch.bfloat16),
        i=["Alien", "Brazil"],
        j=("x", "y"),
        k=np.array([True, False]),
    )
    assert result.metrics == {"a": 1, "b": 2.5, "c": 1, "d": 0.5, "e": 3, "f": 0.25}
    assert all(type(value) in (int, float) for value in result.metrics.values())
    assert result.arrays["g"].tolist() == [0, 1, 2] and result.arrays["h"].dtype == np.float32
    assert result.arrays["k"].dtype == bool
    assert result.texts == {"i": ["Alien", "Brazil"], "j": ["x", "y"]}


def test_arrays_are_made_contiguous_and_native(path: Path):
    turned = np.arange(6).reshape(2, 3).T
    result = as_result(path, a=turned, b=torch.arange(6).reshape(2, 3).T, c=turned.astype(">f8"), d=np.zeros((0, 2)))
    for name in "abc":
        assert result.arrays[name].flags.c_contiguous and (result.arrays[name] == turned).all()
    assert result.arrays["c"].dtype.isnative and result.arrays["d"].shape == (0, 2)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("nan"), torch.tensor(-float("inf"))])
def test_a_number_that_is_none_names_the_line_that_returns_it(path: Path, value):
    with pytest.raises(CoursenotesError) as caught:
        as_result(path, loss=1.0, accuracy=value)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == (path, 8)
    assert "accuracy = " in problem.what and "may_diverge" in problem.fix


def test_unless_it_may_diverge(path: Path):
    result = job.as_result({"loss": float("inf")}, path, "experiment", may_diverge=True)
    assert result.metrics == {"loss": float("inf")}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        ([1.0, 2.0], "np.array"),
        ([], "np.array"),
        ({"nested": 1}, "dict"),
        ("text", "str"),
        (np.array(["a", "b"]), ".tolist()"),
        (pd.Series([1, 2]), ".to_numpy()"),
        (1j, "complex"),
        (np.array([1j]), "complex"),
        (["a", 1], "np.array"),
    ],
)
def test_what_cannot_be_kept_is_said_with_what_can(path: Path, value, said: str):
    with pytest.raises(CoursenotesError) as caught:
        as_result(path, loss=value)
    assert said in str(caught.value) and "returned loss as" in str(caught.value)
    assert caught.value.problems[0].line == 7


def test_all_problems_are_shown_together(path: Path):
    with pytest.raises(CoursenotesError) as caught:
        job.as_result({"a": None, "b": float("nan"), "not a name": 1, 3: 1}, path, "experiment")
    assert len(caught.value.problems) == 4


def test_something_else_than_a_dict(path: Path):
    with pytest.raises(CoursenotesError, match="experiment returned None, not a dict"):
        job.as_result(None, path, "experiment")
    with pytest.raises(CoursenotesError, match=r"topic\.py:14: other returned float"):
        job.as_result(1.0, path, "other")


def test_the_line_of_a_return(path: Path):
    assert job.returning_line(path, "experiment", "loss") == 7
    assert job.returning_line(path, "experiment", "not there") == 6
    assert job.returning_line(path, "other", "loss") == 14
    assert job.returning_line(path, "nowhere") is None
    assert job.returning_line(path.with_name("gone.py"), "experiment") is None


class Pair(NamedTuple):
    x: torch.Tensor
    y: torch.Tensor


@dataclasses.dataclass(frozen=True)
class Rows:
    data: torch.Tensor
    names: list[str]
    size: int = dataclasses.field(init=False, default=3)


def test_tensors_are_moved_wherever_they_lie():
    data = {"a": [torch.ones(1)], "b": Pair(torch.ones(1), torch.ones(1)), "c": Rows(torch.ones(1), ["x"]), "d": 5}
    moved = job.moved(data, "meta")
    assert moved["a"][0].is_meta and moved["b"].y.is_meta and isinstance(moved["b"], Pair)
    assert moved["c"].data.is_meta and moved["c"].names == ["x"] and moved["d"] == 5
    assert not data["c"].data.is_meta
