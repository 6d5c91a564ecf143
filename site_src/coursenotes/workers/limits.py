"""The limits of one job on time, memory and output: set in the job, and watched by its supervisor."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path

from coursenotes.workers import processes

OUTPUT_LIMIT = 64 * 2**20  # bytes that a job may print
INTERVAL = 0.1  # seconds between two checks of the job's memory
FAMILY_INTERVAL = 1.0  # seconds between two checks of all its descendants, which read all of /proc


def bound_memory(extra: int) -> None:
    """Let the calling process allocate this many bytes more than it holds; beyond them it gets a MemoryError.

    Only on a CPU: CUDA reserves far more address space than it uses. Counts what is allocated, whether or not it is
    touched. The hard limit stays, so that the job can lift the limit again to report the error.
    """
    held = processes.data_bytes(os.getpid())
    if held:
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        wanted = held + extra
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


def lift_memory_bound() -> None:
    """Remove the limit of bound_memory, so that there is memory to report the error."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def no_core_files() -> None:
    """A crash writes no core file: one of a torch process is half a gigabyte."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


@dataclass
class LimitWatch:
    """A supervisor's checks of its running job. over() gives the limit that is exceeded, or None."""

    pid: int
    seconds: float
    memory: int  # bytes, beyond those shared with the server at the start
    output: Path
    peak: int = 0  # bytes, the most that was observed
    started: float = field(default_factory=time.monotonic)
    _shared: int = 0
    _family_at: float = 0.0

    def __post_init__(self) -> None:
        self._shared = processes.private_bytes(os.getpid())  # the supervisor is a fork of the same server
        self._family_at = self.started + FAMILY_INTERVAL

    def wait(self) -> float:
        """Seconds until the next check."""
        return max(0.0, min(INTERVAL, self.started + self.seconds - time.monotonic()))

    def over(self) -> str | None:
        """ "time", "memory" or "output" where that limit is exceeded, else None."""
        now = time.monotonic()
        if now - self.started >= self.seconds:
            return "time"
        if now >= self._family_at:
            self._family_at = now + FAMILY_INTERVAL
            if self._output() > OUTPUT_LIMIT:
                return "output"
            pids = processes.descendants(os.getpid())
        else:
            pids = [self.pid]
        used = sum(max(0, processes.private_bytes(pid) - self._shared) for pid in pids)
        self.peak = max(self.peak, used)
        return "memory" if used > self.memory else None

    def _output(self) -> int:
        try:
            return self.output.stat().st_size
        except OSError:
            return 0
