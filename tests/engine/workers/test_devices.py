"""Devices: what is found, what is said, and how jobs are spread; with GPUs that are not there."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from coursenotes.errors import CoursenotesError
from coursenotes.workers import Device, Pool, Task, detect, devices
from tests.engine.workers_project import LIGHT, make_project, task

FAKE_TORCH = '''\
"""In place of a torch with CUDA: records its calls."""
from types import SimpleNamespace

calls = []
set_default_device = calls.append
manual_seed = lambda seed: None
cuda = SimpleNamespace(
    get_device_properties=lambda index: SimpleNamespace(total_memory=80 * 2**30),
    set_per_process_memory_fraction=calls.append,
)
'''

ON_GPU = """\
import os, sys, time
def f(args, folder, report):
    began = time.monotonic()
    time.sleep(args["sleep"])
    calls = sys.modules["torch"].calls if "torch" in sys.modules else []
    return {"visible": os.environ["CUDA_VISIBLE_DEVICES"], "calls": calls, "span": [began, time.monotonic()]}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "project")
    (root / "torch.py").write_text(FAKE_TORCH)
    (root / "snippets" / "on_gpu.py").write_text(ON_GPU)
    return root


def on_gpu(name: str, sleep: float = 0.0, gpu: bool = True, cost: float = 0.0) -> Task:
    return Task(name, "snippets.on_gpu:f", {"sleep": sleep}, gpu=gpu, cost=cost)


def test_what_is_said_is_parsed():
    assert devices.parse("cpu:2") == [Device("cpu", 2)]
    assert devices.parse("cuda:0*4") == [Device("cuda:0", 4)]
    assert devices.parse("cuda:1, cpu:3,cuda:0*2") == [Device("cpu", 3), Device("cuda:1", 1), Device("cuda:0", 2)]
    assert devices.parse("cpu") == [Device("cpu", devices.cores())]


@pytest.mark.parametrize("said", ["gpu", "cpu:0", "cuda", "cuda:0*0", "cpu:2,cpu:2", "cpu:2;cuda:0", "cuda:0*x"])
def test_what_is_not_understood_is_an_error(said: str):
    with pytest.raises(CoursenotesError, match="COURSENOTES_DEVICES"):
        devices.parse(said)


def test_detection_follows_the_variable_and_always_has_a_cpu():
    assert detect(environ={"COURSENOTES_DEVICES": "cpu:7"}) == [Device("cpu", 7)]
    assert detect(environ={"COURSENOTES_DEVICES": "cuda:0*4"}) == [Device("cpu", devices.cores()), Device("cuda:0", 4)]
    assert detect(3, environ={"COURSENOTES_DEVICES": "cpu:7,cuda:0*4"}) == [Device("cpu", 3), Device("cuda:0", 4)]


def test_the_cores_of_this_process_are_the_default():
    assert devices.cores() == len(os.sched_getaffinity(0))


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch):
    """A command in the driver's place, and a torch that has CUDA."""
    monkeypatch.setattr(devices, "torch_has_cuda", lambda: True)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def install(text: str) -> None:
        command = tmp_path / "nvidia-smi"
        command.write_text(f"#!/bin/sh\n{text}\n")
        command.chmod(0o755)

    return install


def test_gpus_are_cut_into_slots_by_their_memory(nvidia_smi):
    nvidia_smi("echo '0, 143771'; echo '1, 24576'; echo '2, 8192'")
    found = devices.gpus({})
    assert [(d.name, d.slots) for d in found] == [("cuda:0", 8), ("cuda:1", 2), ("cuda:2", 1)]
    assert found[1].gigabytes == 12.0
    assert [d.name for d in devices.gpus({"CUDA_VISIBLE_DEVICES": "2, 1"})] == ["cuda:1", "cuda:2"]
    assert devices.gpus({"CUDA_VISIBLE_DEVICES": ""}) == []


def test_a_driver_that_fails_is_no_gpu(nvidia_smi):
    nvidia_smi("echo 'has failed because it could not communicate'; exit 9")
    assert devices.gpus({}) == []


def test_a_torch_for_the_cpu_has_no_gpu(nvidia_smi, monkeypatch):
    nvidia_smi("echo '0, 24576'")
    monkeypatch.setattr(devices, "torch_has_cuda", lambda: False)
    assert devices.gpus({}) == []


def test_choosing():
    both = [Device("cpu", 1), Device("cuda:0", 2), Device("cuda:1", 2)]
    assert devices.choose(False, both, {}).name == "cpu"
    assert devices.choose(False, both, {"cpu": 1}) is None  # a small job does not crowd a GPU
    assert devices.choose(True, both, {}).name == "cuda:0"
    assert devices.choose(True, both, {"cuda:0": 1}).name == "cuda:1"  # the one with the fewest jobs
    assert devices.choose(True, both, {"cuda:0": 2, "cuda:1": 2}) is None  # and waits rather than use a core
    assert devices.choose(True, [Device("cpu", 1)], {}).name == "cpu"


def test_several_jobs_share_one_gpu_by_its_slots(root: Path):
    with Pool(root, preload=LIGHT, devices=[Device("cpu", 1), Device("cuda:0", 3, 20.0)]) as pool:
        order = []

        def note(one: Task, event: dict) -> None:
            if "start" in event:
                order.append((one.id, event["start"]["device"]))

        tasks = [on_gpu(f"g{i}", 0.25, cost=i) for i in range(5)] + [on_gpu("c", 0.1, gpu=False)]
        outcomes = {o.task.id: o for o in pool.run(tasks, note)}
    assert all(outcome.ok for outcome in outcomes.values()), outcomes
    gpu = [outcomes[f"g{i}"] for i in range(5)]
    assert {o.device for o in gpu} == {"cuda:0"} and outcomes["c"].device == "cpu"
    assert sorted(name for name, device in order[:4]) == ["c", "g2", "g3", "g4"]  # the biggest first, next to the CPU
    spans = [o.value["span"] for o in gpu]
    assert max(sum(begin <= at < end for begin, end in spans) for at, _ in spans) == 3


def test_a_job_on_a_gpu_sees_its_own_and_keeps_to_its_part(root: Path):
    with Pool(root, preload=LIGHT, devices=[Device("cpu", 1), Device("cuda:5", 4, 20.0)]) as pool:
        outcomes = {o.task.id: o.value for o in pool.run([on_gpu("g"), on_gpu("c", gpu=False)])}
    assert outcomes["g"]["visible"] == "5"
    assert outcomes["g"]["calls"] == ["cuda", 0.25]  # the default device, and 20 of 80 GB
    assert outcomes["c"]["visible"] == "" and outcomes["c"]["calls"] == []


def test_on_a_gpu_memory_is_watched_and_not_bounded(root: Path):
    """CUDA reserves far more address space than it uses: what is only reserved must not count."""
    (root / "snippets" / "reserve.py").write_text(
        "import mmap, time\n"
        "def f(args, folder, report):\n"
        "    reserved = mmap.mmap(-1, 2**31, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "    for at in range(0, args['touched'], 4096):\n"
        "        reserved[at] = 1\n"
        "    time.sleep(args['sleep'])\n"
        "    return 'fine'\n"
    )

    def reserve(name: str, touched: int, gpu: bool, sleep: float) -> Task:
        args = {"touched": touched, "sleep": sleep}
        return Task(name, "snippets.reserve:f", args, gpu=gpu, gigabytes=0.2)

    tasks = [reserve("little", 2**20, True, 0.2), reserve("much", 2**28, True, 20), reserve("bounded", 2**20, False, 0)]
    began = time.monotonic()
    with Pool(root, preload=LIGHT, devices=[Device("cpu", 1), Device("cuda:0", 2)]) as pool:
        outcomes = {o.task.id: o for o in pool.run(tasks)}
    assert time.monotonic() - began < 10
    assert outcomes["little"].ok
    assert not outcomes["much"].ok and "used more than 0.2 GB" in outcomes["much"].problem.what
    assert not outcomes["bounded"].ok  # on the CPU the same reservation is refused


def test_a_light_job_never_imports_torch(root: Path):
    with Pool(root, preload=LIGHT, slots=1) as pool:
        (outcome,) = pool.run([on_gpu("c")])
    assert outcome.ok and outcome.value["calls"] == []
    assert task("double").gpu is False
