"""The devices of this machine, and how many jobs each runs at once. Never imports torch."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

from coursenotes.errors import CoursenotesError, Problem

VARIABLE = "COURSENOTES_DEVICES"
GIGABYTES_A_JOB = 10.0  # of GPU memory, by which a GPU is divided into slots
MOST_GPU_SLOTS = 8  # more jobs than this on one GPU only wait for each other


@dataclass(frozen=True)
class Device:
    """A CPU or GPU, and how many jobs it runs at once.

    name is "cpu" or "cuda:0". gigabytes is the GPU memory of one slot, or None where there is no limit.
    """

    name: str
    slots: int
    gigabytes: float | None = None

    @property
    def gpu(self) -> bool:
        return self.name.startswith("cuda")

    @property
    def visible(self) -> str:
        """The value of CUDA_VISIBLE_DEVICES in a job on this device: its own GPU, or none."""
        return self.name.partition(":")[2] or "0" if self.gpu else ""


def detect(slots: int | None = None, environ: Mapping[str, str] = os.environ) -> list[Device]:
    """The devices of this machine, the CPU first. slots replaces the number of CPU slots.

    COURSENOTES_DEVICES overrides the detection: "cpu:2" is two slots on the CPU and no GPU, "cuda:0*4" four slots on
    the first GPU; both can be given, separated by a comma. There is always a CPU, for the jobs that use no GPU.
    """
    setting = environ.get(VARIABLE, "").strip()
    devices = parse(setting) if setting else gpus(environ)
    if not any(not device.gpu for device in devices):
        devices = [Device("cpu", cores()), *devices]
    if slots is not None:
        devices = [device if device.gpu else Device("cpu", slots) for device in devices]
    return devices


def parse(setting: str) -> list[Device]:
    """The devices of a setting such as "cpu:2,cuda:0*4". Raises CoursenotesError on any other text."""
    devices: list[Device] = []
    for part in setting.split(","):
        match = re.fullmatch(r"(?:cpu(?:[:*](?P<cpu>\d+))?|(?P<name>cuda:\d+)(?:\*(?P<gpu>\d+))?)", part.strip())
        number = 1 if match is None else int(match["gpu"] or 1) if match["name"] else int(match["cpu"] or cores())
        if match is None or number < 1 or (match["name"] or "cpu") in [device.name for device in devices]:
            raise CoursenotesError(
                Problem(
                    f"{VARIABLE}={setting!r} is not understood at {part!r}", fix='write "cpu:2" or "cpu:2,cuda:0*4"'
                )
            )
        devices.append(Device(match["name"] or "cpu", number))
    return sorted(devices, key=lambda device: device.gpu)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus(environ: Mapping[str, str] = os.environ) -> list[Device]:
    """The NVIDIA GPUs that the driver lists and CUDA_VISIBLE_DEVICES allows; none where torch is built without CUDA."""
    if not torch_has_cuda():
        return []
    query = ["nvidia-smi", "--query-gpu=index,memory.total", "--format=csv,noheader,nounits"]
    try:
        output = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    allowed = environ.get("CUDA_VISIBLE_DEVICES")
    devices = []
    for line in output.splitlines():
        index, _, mebibytes = (part.strip() for part in line.partition(","))
        if allowed is not None and index not in [part.strip() for part in allowed.split(",")]:
            continue
        gigabytes = float(mebibytes) / 1024 if mebibytes.replace(".", "").isdigit() else GIGABYTES_A_JOB
        slots = max(1, min(MOST_GPU_SLOTS, int(gigabytes // GIGABYTES_A_JOB)))
        devices.append(Device(f"cuda:{index}", slots, gigabytes / slots))
    return devices


def torch_has_cuda() -> bool:
    """Whether the installed torch may have CUDA, by its version: 2.13.0+cpu does not."""
    try:
        return not metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return False


def choose(gpu: bool, devices: Sequence[Device], busy: Mapping[str, int]) -> Device | None:
    """A device with a free slot for a job, or None. busy counts the jobs on each device by its name.

    A job that may use a GPU waits for one where there is one, since a core takes far longer; every other job runs on
    the CPU. Of several GPUs, the one with the fewest jobs is chosen.
    """
    wanted = [device for device in devices if device.gpu] if gpu else []
    wanted = wanted or [device for device in devices if not device.gpu]
    free = [device for device in wanted if Counter(busy)[device.name] < device.slots]
    return min(free, key=lambda device: (busy.get(device.name, 0) / device.slots, device.name), default=None)
