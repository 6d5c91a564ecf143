"""Results as figures and claims read them: names that do not exist are told with those that do."""

import numpy as np
import pytest

from coursenotes.result import JobResult, Results, Row


def results() -> Results:
    """Two rates and two kinds, the jobs of the larger seed first."""
    jobs = [(rate, kind, seed) for seed in (1, 0) for kind in ("a", "b") for rate in (0.5, 0.1)]
    return Results("t.e", "sample", [
        Row({"rate": rate, "kind": kind}, seed, JobResult({"loss": rate * 10 + seed + 100 * (kind == "b")}))
        for rate, kind, seed in jobs
    ])  # fmt: skip


def test_a_metric_is_in_the_order_of_the_seeds():
    assert list(results().metric("loss", rate=0.5, kind="a")) == [5, 6]


def test_a_sweep_has_a_row_for_each_seed_and_a_column_for_each_value_in_their_declared_order():
    np.testing.assert_array_equal(results().sweep("loss", over="rate", kind="b"), [[105, 101], [106, 102]])
    np.testing.assert_array_equal(results().sweep("loss", over="kind", rate=0.1), [[1, 101], [2, 102]])


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda r: r.sweep("loss", over="rate"), "say which of {'kind': ['a', 'b']}"),
        (lambda r: r.sweep("loss", over="rat", kind="a"), "it varies: rate, kind"),
        (lambda r: r.sweep("lose", over="rate", kind="a"), "there is: loss"),
        (lambda r: r.metric("loss", rate=0.2, kind="a"), "there is: [0.5, 0.1]"),
    ],
)
def test_what_does_not_exist(call, what):
    with pytest.raises(KeyError) as error:
        call(results())
    assert what in str(error.value)
