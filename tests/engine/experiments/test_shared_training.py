"""One training that several experiments look into: what is kept of it, what is published, and who shares which."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from coursenotes import Run
from coursenotes.build import replicate
from coursenotes.cache import published
from coursenotes.discover.project import discover
from coursenotes.experiments.plan import Plan
from coursenotes.paths import Paths
from coursenotes.result import JobResult, Row
from snippets import (
    collab_learner,
    collaborative_filtering,
    collaborative_network,
    entity_embeddings,
    entity_network,
    item_bias,
    latent_factors,
    output_range,
    training_factors,
)
from snippets.collaborative_filtering import DotProductBias, mse, split
from snippets.datasets import ratings, stores, viewers
from snippets.entity_network import EntityNet
from snippets.parameters import restored, weights

PROJECT = Paths(Path(__file__).resolve().parents[3])


def job(returned: dict[str, object]) -> SimpleNamespace:
    """What an experiment returned, as the input of the experiment after it."""
    arrays = {k: v.numpy(force=True) if isinstance(v, torch.Tensor) else v for k, v in returned.items()}
    return SimpleNamespace(
        arrays={k: v for k, v in arrays.items() if np.ndim(v)},
        metrics={k: v for k, v in arrays.items() if not np.ndim(v)},
        curves={"valid_loss": [3.0, 2.0]},
    )


# ---------------------------------------------------------------- what is kept
@pytest.mark.parametrize(
    "make",
    [
        lambda: DotProductBias(7, 5, 3),
        lambda: DotProductBias(7, 5, 0),
        lambda: EntityNet({"store": 9, "weekday": 7}, sigma=1.0),
    ],
    ids=["dot product", "biases", "entity network"],
)
def test_a_network_is_restored_from_the_weights_that_were_kept(make):
    net, other = make(), make()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter)
    kept = job(weights(net))
    assert kept.arrays["_weights"].dtype == np.float32
    restored(other, kept)
    for ours, theirs in zip(net.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_weights_of_another_shape_are_refused():
    with pytest.raises(RuntimeError):
        restored(DotProductBias(7, 5, 4), job(weights(DotProductBias(7, 5, 3))))


# ---------------------------------------------------------------- what is the same as if trained again
@pytest.fixture(scope="module")
def small():
    return ratings.generate(n_users=40, n_items=30, n_ratings=600)


@pytest.fixture(scope="module")
def taught(small):
    torch.manual_seed(0)
    return job(collaborative_filtering.models(small, Run(), "dot_bias"))


def trained_again(data, **options) -> DotProductBias:
    torch.manual_seed(0)
    net = DotProductBias(data.n_users, data.n_items, 50, **options)
    collaborative_filtering.fit(net, data, Run())
    return net


def test_the_models_keep_the_weights_that_their_error_is_of(small, taught):
    net = restored(DotProductBias(small.n_users, small.n_items, 50), taught)
    _, _, x, y = split(small, 0)
    assert mse(net, x, y) == taught.metrics["valid_loss"]


def test_what_comes_after_the_models_finds_what_training_again_gives(small, taught):
    again, run = trained_again(small), Run()
    _, films = item_bias.learned_biases(small, taught, run)
    assert np.array_equal(films, again.item_bias.numpy(force=True))
    factors = latent_factors.film_factors(small, taught, run, "trained")["_film_factors"]
    assert torch.equal(factors, again.item_factors)
    _, _, x, y = split(small, 0)
    found = output_range.ranges(small, taught, run, "0 to 5.5")
    assert found["valid_loss"] == mse(again, x, y) == collaborative_network.product_or_network(
        small, taught, run, "dot_bias", "true"
    )["valid_loss"]  # fmt: skip
    assert float(found["largest"]) == float(again(x).max())


def test_the_recipe_as_taught_has_the_error_and_the_curve_of_the_model(small, taught):
    run = Run()
    assert training_factors.one_change(small, taught, run, "none") == taught.metrics
    assert run.curves["valid_loss"] == [3.0, 2.0]


def test_what_was_changed_is_trained_anew(small, taught):
    run = Run()
    torch.manual_seed(0)
    assert training_factors.one_change(small, taught, run, "no_decay")["valid_loss"] != taught.metrics["valid_loss"]
    torch.manual_seed(0)
    assert output_range.ranges(small, taught, run, "0 to 5")["valid_loss"] != taught.metrics["valid_loss"]
    torch.manual_seed(0)
    shuffled = latent_factors.film_factors(small, taught, run, "shuffled")["_film_factors"]
    assert not torch.equal(shuffled, trained_again(small).item_factors)


@pytest.mark.parametrize("new", ["people", "films"])
def test_the_newcomers_are_those_that_the_model_was_not_trained_on(new):
    data = viewers.generate_viewers()
    data = viewers.swap_roles(data) if new == "films" else data
    past, future, who = viewers.split_newcomers(data, np.random.default_rng(3))
    assert not set(past.users) & set(who) and set(future.users) <= set(who)
    assert len(past.stars) + len(future.stars) == len(data.stars)


def test_the_trained_network_of_the_sample_is_the_stored_one():
    data = stores.generate(n_rows=400)
    torch.manual_seed(0)
    fitted = job(entity_network.embeddings(data, Run(), "trained"))
    torch.manual_seed(0)
    again = EntityNet(data.sizes)
    error = entity_network.fit(again, data, Run())
    net, kept = entity_embeddings.trained_network(data, fitted, Run())
    assert kept == error
    assert np.array_equal(net.table("region"), again.table("region"))


def test_the_libraries_are_compared_on_a_part_of_whole_batches():
    data = collab_learner.subset(ratings.generate(), Run())
    assert len(data.stars) * 4 // 5 % 64 == 0  # no batch is left out, which would be a share not seen
    assert data.n_users == data.users.max() + 1 < 301
    whole = replace(data, n_users=5)
    assert collab_learner.subset(whole, Run(scale="full")) is whole


# ---------------------------------------------------------------- who shares which
@pytest.mark.parametrize(
    ("experiment", "shared"),
    [
        ("collaborative_filtering.corner", "collaborative_filtering.models"),
        ("training_factors.one_change", "collaborative_filtering.models"),
        ("collaborative_network.product_or_network", "collaborative_filtering.models"),
        ("output_range.ranges", "collaborative_filtering.models"),
        ("item_bias.correlation_with_truth", "collaborative_filtering.models"),
        ("item_bias.ranking", "collaborative_filtering.models"),
        ("latent_factors.film_factors", "collaborative_filtering.models"),
        ("latent_factors.recovered_variance", "latent_factors.film_factors"),
        ("latent_factors.nearest_films", "latent_factors.film_factors"),
        ("cold_start.new_people", "cold_start.without_newcomers"),
        ("cold_start.new_films", "cold_start.without_newcomers"),
        ("entity_embeddings.other_models", "entity_network.embeddings"),
        ("entity_embeddings.network", "entity_network.embeddings"),
        ("region_map.regions", "entity_network.embeddings"),
        ("calendar_embeddings.calendar", "entity_network.embeddings"),
        ("learning_rate_finder.suggested", "learning_rate_finder.loss_curve"),
    ],
)
def test_one_training_serves_them(project, experiment, shared):
    for one in project.jobs(experiment, "sample"):
        before = project.before(one)
        assert before is not None
        assert (before.experiment.id, before.seed) == (shared, one.seed)


@pytest.fixture(scope="module")
def project() -> Plan:
    return Plan(discover(PROJECT))


# ---------------------------------------------------------------- what is published, and replicated
def test_arrays_for_what_comes_after_are_not_published(tmp_path):
    kept = JobResult({"loss": 1.0}, {}, {"_weights": np.zeros(60_000, np.float32), "points": np.arange(3)})
    published.write(tmp_path / "e.json", "t.e", {}, [Row({}, 0, kept, "key")])
    assert list(json.loads((tmp_path / "e.json").read_text())["jobs"][0]["arrays"]) == ["points"]


def test_arrays_for_figures_are_published_up_to_the_limit(tmp_path):
    large = JobResult({"loss": 1.0}, {}, {"weights": np.full(60_000, 0.12345, np.float32)})
    with pytest.raises(Exception, match="over 100 KB"):
        published.write(tmp_path / "e.json", "t.e", {}, [Row({}, 0, large, "key")])


AFTER = """

@experiment(after=noise)
def doubled(model, run: Run):
    \"\"\"Twice the error.\"\"\"
    return {"twice": 2 * model.metrics["error"]}
"""
CLAIM = """

@falsified_by(swap("n", 1, 100))
def test_twice(doubled):
    \"\"\"Twice the average of 100 is at least 0.3 nearer than twice one.\"\"\"
    assert below(doubled.metric("twice", n=100), doubled.metric("twice", n=1), margin=0.3)
"""


def test_a_replication_trains_what_an_experiment_comes_after(mini):
    for path, more in ((mini.snippets / "averages.py", AFTER), (mini.claims / "test_averages.py", CLAIM)):
        path.write_text(path.read_text() + more)
    jobs = replicate.missing(Plan(discover(mini)), ["averages.twice"], "sample", [100, 101])
    assert [(one.experiment.name, one.settings["n"], one.seed) for one in jobs] == [
        (name, n, seed) for n in (1, 100) for seed in (100, 101) for name in ("noise", "doubled")
    ]
