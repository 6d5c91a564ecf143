"""What this machine can compute on, and how many jobs each device takes at once. Never imports torch."""

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
GIGABYTES_A_JOB = 10.0  # of GPU memory, by which a GPU is cut into slots
MOST_GPU_SLOTS = 8  # beyond these, jobs side by side on one GPU only wait for each other


@dataclass(frozen=True)
class Device:
    """Something that computes, and how many jobs it takes at once.

    name is "cpu" or "cuda:0". gigabytes is the GPU memory of one slot, or None where there is no such bound.
    """

    name: str
    slots: int
    gigabytes: float | None = None

    @property
    def gpu(self) -> bool:
        return self.name.startswith("cuda")

    @property
    def visible(self) -> str:
        """What CUDA_VISIBLE_DEVICES says in a job on this device: its own GPU, or none."""
        return self.name.partition(":")[2] or "0" if self.gpu else ""


def detect(slots: int | None = None, environ: Mapping[str, str] = os.environ) -> list[Device]:
    """The devices of this machine, the CPU first. slots replaces the number of CPU slots.

    COURSENOTES_DEVICES overrides what is found: "cpu:2" is two slots on the CPU and no GPU, "cuda:0*4" four slots on
    the first GPU, and both can stand side by side with a comma. There is always a CPU, for the jobs that want no GPU.
    """
    said = environ.get(VARIABLE, "").strip()
    found = parse(said) if said else gpus(environ)
    if not any(not device.gpu for device in found):
        found = [Device("cpu", cores()), *found]
    if slots is not None:
        found = [device if device.gpu else Device("cpu", slots) for device in found]
    return found


def parse(said: str) -> list[Device]:
    """The devices that a text such as "cpu:2,cuda:0*4" names. Raises CoursenotesError on any other text."""
    found: list[Device] = []
    for part in said.split(","):
        match = re.fullmatch(r"(?:cpu(?:[:*](?P<cpu>\d+))?|(?P<name>cuda:\d+)(?:\*(?P<gpu>\d+))?)", part.strip())
        number = 1 if match is None else int(match["gpu"] or 1) if match["name"] else int(match["cpu"] or cores())
        if match is None or number < 1 or (match["name"] or "cpu") in [device.name for device in found]:
            raise CoursenotesError(
                Problem(f"{VARIABLE}={said!r} is not understood at {part!r}", fix='write "cpu:2" or "cpu:2,cuda:0*4"')
            )
        found.append(Device(match["name"] or "cpu", number))
    return sorted(found, key=lambda device: device.gpu)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus(environ: Mapping[str, str] = os.environ) -> list[Device]:
    """The NVIDIA GPUs that the driver lists and CUDA_VISIBLE_DEVICES allows; none where torch is built without CUDA."""
    if not torch_has_cuda():
        return []
    question = ["nvidia-smi", "--query-gpu=index,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    allowed = environ.get("CUDA_VISIBLE_DEVICES")
    found = []
    for line in answer.splitlines():
        index, _, mebibytes = (part.strip() for part in line.partition(","))
        if allowed is not None and index not in [part.strip() for part in allowed.split(",")]:
            continue
        gigabytes = float(mebibytes) / 1024 if mebibytes.replace(".", "").isdigit() else GIGABYTES_A_JOB
        slots = max(1, min(MOST_GPU_SLOTS, int(gigabytes // GIGABYTES_A_JOB)))
        found.append(Device(f"cuda:{index}", slots, gigabytes / slots))
    return found


def torch_has_cuda() -> bool:
    """Whether the installed torch may have CUDA, by its version: 2.13.0+cpu has not."""
    try:
        return not metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return False


def choose(gpu: bool, devices: Sequence[Device], busy: Mapping[str, int]) -> Device | None:
    """A device with a free slot for a job, or None. busy counts the jobs on each device by its name.

    A job that may use a GPU waits for one where there is one, rather than take far longer on a core; every other job
    stays on the CPU. Of several GPUs, the one with the fewest jobs.
    """
    wanted = [device for device in devices if device.gpu] if gpu else []
    wanted = wanted or [device for device in devices if not device.gpu]
    free = [device for device in wanted if Counter(busy)[device.name] < device.slots]
    return min(free, key=lambda device: (busy.get(device.name, 0) / device.slots, device.name), default=None)
