"""The real thing: a server with torch and fastai, and jobs that train. One server for the whole file."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch

from coursenotes.cache.store import read_entry
from coursenotes.errors import CoursenotesError
from coursenotes.experiments import job
from coursenotes.workers import TORCH_PRELOAD, Pool, Task
from tests.engine.workers_project import make_project

TRAINED = '''\
"""A line through noisy points."""

import torch
from torch import nn

from coursenotes import Run, experiment
from snippets.datasets.points import points


@experiment(data=points, seeds=2, vary={"lr": [0.1]})
def fit(data, run: Run, lr: float):
    """The loss of a line."""
    x, y = data
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for epoch in run.epochs(sample=20, full=40):
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.log(loss=loss)
    return {
        "loss": loss,
        "weights": model.weight.T,
        "names": ["slope"],
    }


@experiment(data=points)
def explode(data, run):
    return {
        "loss": data[0].sum() / 0,
    }


@experiment()
def fastai_fit(run):
    from fastai.basics import DataLoaders, Learner, SGD, TfmdDL

    x = torch.randn(32, 1)
    rows = list(zip(x, 2 * x, strict=True))
    dls = DataLoaders.from_dsets(rows, rows, bs=8)
    learner = Learner(dls, nn.Linear(1, 1), loss_func=nn.MSELoss(), opt_func=SGD, cbs=run.fastai())
    with learner.no_bar(), learner.no_logging():
        learner.fit(2, lr=0.1)
        loss = learner.recorder.values[-1][1]
        predicted, _ = learner.get_preds()  # logs nothing, and needs no callback of ours
    return {"loss": loss, "predicted": len(predicted)}


def look(args, folder, report):
    from fastcore.foundation import defaults

    return {
        "threads": torch.get_num_threads(),
        "device": str(torch.get_default_device()),
        "cuda": torch.cuda.is_initialized(),
        "draw": torch.rand(1).item(),
        "loader_processes": defaults.cpus,
    }


def nothing(args, folder, report):
    return None


def too_big(args, folder, report):
    return torch.ones(2**29).sum().item()


def vision(args, folder, report):
    import fastai.vision.all
    import torchvision

    return [fastai.vision.all.ImageDataLoaders.__name__, len(torchvision.transforms.__name__)]
'''

POINTS = '''\
"""Points about a line of slope 3."""

from pathlib import Path

import torch

from coursenotes import Dataset, File


def generate():
    generator = torch.Generator().manual_seed(1)
    torch.rand(5)  # draws from the common generator, which must not change the training
    x = torch.randn(20, 1, generator=generator)
    return x, 3 * x + 0.1 * torch.randn(20, 1, generator=generator)


def read(folder: Path):
    rows = torch.tensor([[float(v) for v in line.split()] for line in (folder / "points.txt").read_text().splitlines()])
    return rows[:, :1], rows[:, 1:]


points = Dataset(
    title="Points",
    sample=generate,
    full=read,
    files=[File(name="points.txt", sha256="DIGEST")],
    folder="points",
)
'''
ROWS = "1.0 3.0\n2.0 6.0\n3.0 9.0\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    import hashlib

    root = make_project(tmp_path_factory.mktemp("torch") / "project")
    (root / "snippets" / "line.py").write_text(TRAINED)
    (root / "snippets" / "datasets").mkdir()
    (root / "snippets" / "datasets" / "__init__.py").write_text("")
    digest = hashlib.sha256(ROWS.encode()).hexdigest()
    (root / "snippets" / "datasets" / "points.py").write_text(POINTS.replace("DIGEST", digest))
    (root / "data" / "points").mkdir(parents=True)
    (root / "data" / "points" / "points.txt").write_text(ROWS)
    return root


@pytest.fixture(scope="module")
def pool(root: Path):
    patch = pytest.MonkeyPatch()
    patch.setenv("COURSENOTES_DATA", str(root / "data"))
    with Pool(root, preload=TORCH_PRELOAD, slots=1) as pool:
        yield pool
    patch.undo()


def train(root: Path, function: str = "fit", name: str = "", **changes) -> Task:
    args = {
        "module": "snippets.line",
        "function": function,
        "path": str(root / "snippets" / "line.py"),
        "dataset": ["snippets.datasets.points", "points"],
        "settings": {"lr": 0.1} if function == "fit" else {},
        "seed": 0,
        "scale": "sample",
        "may_diverge": False,
    }
    return Task(name or function, "coursenotes.experiments.job:train", {**args, **changes}, seconds=60)


def one(pool: Pool, task: Task, on_event=None):
    (outcome,) = pool.run([task], on_event)
    return outcome


def test_a_job_is_trained_and_kept(pool: Pool, root: Path):
    events = []
    outcome = one(pool, train(root), lambda task, event: events.append(event))
    assert outcome.ok, outcome.problem
    assert outcome.value["metrics"] == len(read_entry(outcome.folder).metrics) > 0
    result = read_entry(outcome.folder)
    assert result.metrics["loss"] == pytest.approx(result.curves["loss"][-1])
    assert len(result.curves["loss"]) == 20 and result.curves["loss"][-1] < 0.1 * result.curves["loss"][0]
    assert result.arrays["weights"].shape == (1, 1) and result.texts["names"] == ["slope"]
    known = result.provenance
    assert known["device"] == "cpu" and known["gpu"] is None and known["threads"] == 1
    assert known["libraries"]["torch"].startswith("2.") and known["date"].endswith("+00:00")
    assert {"epoch": 19, "epochs": 20} in events and any("log" in event for event in events)


def test_the_seed_decides_and_the_loader_does_not(pool: Pool, root: Path):
    runs = [train(root, name=f"r{i}", seed=seed) for i, seed in enumerate((0, 0, 1))]
    quiet = (root / "snippets" / "datasets" / "points.py").read_text().replace("torch.rand(5)", "pass")
    (root / "snippets" / "datasets" / "quiet.py").write_text(quiet)
    runs.append(train(root, name="quiet", dataset=["snippets.datasets.quiet", "points"]))
    outcomes = {o.task.id: read_entry(o.folder).arrays["weights"].item() for o in pool.run(runs)}
    assert outcomes["r0"] == outcomes["r1"] == outcomes["quiet"] != outcomes["r2"]


def test_at_full_scale_the_files_are_read(pool: Pool, root: Path):
    outcome = one(pool, train(root, scale="full"))
    assert outcome.ok, outcome.problem
    assert len(read_entry(outcome.folder).curves["loss"]) == 40


def test_a_metric_that_diverges_names_its_line(pool: Pool, root: Path):
    outcome = one(pool, train(root, "explode"))
    line = next(n for n, text in enumerate(TRAINED.splitlines(), 1) if "sum() / 0" in text)
    assert not outcome.ok and (outcome.problem.path.name, outcome.problem.line) == ("line.py", line)
    assert one(pool, train(root, "explode", may_diverge=True)).ok


def test_a_dataset_without_the_scale_is_said(pool: Pool, root: Path):
    (root / "snippets" / "datasets" / "sample_only.py").write_text(
        "from coursenotes import Dataset\nsmall = Dataset(title='Small', sample=lambda: 1)\n"
    )
    outcome = one(pool, train(root, dataset=["snippets.datasets.sample_only", "small"], scale="full"))
    assert "has no data at scale 'full'" in outcome.problem.what


def test_fastai_reports_and_trains(pool: Pool, root: Path):
    events = []
    outcome = one(pool, train(root, "fastai_fit", dataset=None), lambda task, event: events.append(event))
    assert outcome.ok, outcome.problem
    result = read_entry(outcome.folder)
    assert len(result.curves["valid_loss"]) == 2 and np.isfinite(result.metrics["loss"])
    assert result.metrics["predicted"] == 32
    assert {"epoch": 1, "epochs": 2} in events


def test_loaders_with_processes_of_their_own_work_and_end(pool: Pool, root: Path):
    source = (root / "snippets" / "line.py").read_text().replace("bs=8)", "bs=8, num_workers=1)")
    (root / "snippets" / "line_with_workers.py").write_text(source)
    outcome = one(pool, train(root, "fastai_fit", dataset=None, module="snippets.line_with_workers"))
    assert outcome.ok, outcome.problem


def test_the_fork_is_as_it_should_be(pool: Pool):
    seen = one(pool, Task("look", "snippets.line:look", {})).value
    again = one(pool, Task("look", "snippets.line:look", {})).value
    assert seen["threads"] == 1 and seen["device"] == "cpu" and seen["cuda"] is False
    assert seen == again and seen["loader_processes"] == 0
    assert pool.ready["failed"] == {}


def test_memory_that_torch_cannot_have(pool: Pool):
    outcome = one(pool, Task("big", "snippets.line:too_big", {}, gigabytes=0.5))
    assert not outcome.ok and "needs more than 0.5 GB of memory, its limit" in outcome.problem.what
    assert outcome.problem.line == next(n for n, text in enumerate(TRAINED.splitlines(), 1) if "2**29" in text)


def test_a_warm_job_costs_little(pool: Pool):
    """A fresh process takes seconds. The bound is loose, for machines that are busy."""
    count = 10
    began = time.monotonic()
    outcomes = list(pool.run([Task(str(i), "snippets.line:nothing", {}) for i in range(count)]))
    assert all(outcome.ok for outcome in outcomes)
    assert sum(outcome.cpu_seconds for outcome in outcomes) / count < 0.15
    assert (time.monotonic() - began) / count < 1.0


def test_fastai_vision_can_be_imported_where_torchvision_was_compiled_for_another_torch(pool: Pool):
    outcome = one(pool, Task("vision", "snippets.line:vision", {}))
    assert outcome.ok, outcome.problem
    assert outcome.value[0] == "ImageDataLoaders"


@pytest.mark.parametrize("make", [lambda: torch.eye(2).to_sparse(), lambda: torch.ones(2, device="meta")])
def test_a_tensor_without_plain_values_names_its_line(tmp_path: Path, make):
    path = tmp_path / "snippet.py"
    path.write_text("def fit(run):\n    return {'m': x}\n")
    with pytest.raises(CoursenotesError) as caught:
        job.as_result({"m": make()}, path, "fit")
    assert caught.value.problems[0].line == 2 and ".to_dense()" in str(caught.value)
