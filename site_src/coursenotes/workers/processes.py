"""Process families: finding descendants, ending with the parent, killing all of them.

On Linux a supervisor becomes a subreaper, so that a grandchild whose parent ended, even one in a session of its own,
becomes the supervisor's child and can be found. Elsewhere (macOS) only the job's process group can be killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None  # loaded before any fork, which may not load libraries


def die_with_parent(parent: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Have this signal sent to the calling process when its parent ends; at once if it has ended already."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call above
        os.kill(os.getpid(), how)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, in place of the system's first process."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children(pid: int) -> list[int]:
    """The processes whose parent is pid, by /proc; [] where there is none (macOS)."""
    return _by_parent().get(pid, [])


def descendants(pid: int) -> list[int]:
    """Children, their children and so on, parents before children. Without pid itself."""
    by_parent = _by_parent()
    family, left = [], [pid]
    while left:
        for child in by_parent.get(left.pop(), []):
            family.append(child)
            left.append(child)
    return family


def _by_parent() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    if not LINUX:
        return children
    for name in os.listdir("/proc"):  # noqa: PTH208 - called often, and Path objects cost more than the reading
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                    # "pid (any name, even with brackets) state parent ..."
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it ended meanwhile
            children.setdefault(parent, []).append(int(name))
    return children


def kill_descendants(group: int | None = None, patience: float = 5.0) -> tuple[float, list[int]]:
    """Kill and reap every descendant of the calling process. -> (their CPU seconds, what could not be killed).

    group is a process group that is killed first; where orphans are not adopted, nothing else can be killed. It ends
    when the kernel reports no more children; since a subreaper adopts orphans, none is missed.
    """
    if group is not None:
        send(-group, signal.SIGKILL)
    cpu, end = 0.0, time.monotonic() + patience
    while True:
        spent, left = reap()
        cpu += sum(spent.values())
        if not left:
            return cpu, []
        if time.monotonic() > end:
            return cpu, children(os.getpid())
        for pid in descendants(os.getpid()):
            send(pid, signal.SIGKILL)
        time.sleep(0.002)


def reap() -> tuple[dict[int, float], bool]:
    """Collect the children that have ended, without waiting. -> (CPU seconds by pid, whether others are left)."""
    ended: dict[int, float] = {}
    while True:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return ended, False
        if pid == 0:
            return ended, True
        ended[pid] = usage.ru_utime + usage.ru_stime


def send(pid: int, what: signal.Signals) -> None:
    """Send a signal to a process, or to the group -pid; one that has ended, or is another user's, is ignored."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(-pid, what) if pid < 0 else os.kill(pid, what)


def private_bytes(pid: int) -> int:
    """The memory of one process apart from mapped files: anonymous and shared pages, in bytes. 0 where unknown."""
    return sum(_status(pid, "RssAnon", "RssShmem").values())


def data_bytes(pid: int) -> int:
    """The memory of one process that RLIMIT_DATA counts, in bytes. 0 where unknown."""
    return sum(_status(pid, "VmData").values())


def _status(pid: int, *names: str) -> dict[str, int]:
    sizes = {}
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in names:
                sizes[name] = int(value.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return {}
    return sizes


def renice_session() -> None:
    """Give the calling process's session the niceness of the process.

    Linux divides the processor between sessions first (autogroups), and by niceness only within one: a nice process in
    a session of its own would get as much as everything else together. Without autogroups this does nothing.
    """
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    if nice > 0:
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(nice))
