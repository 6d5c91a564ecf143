"""A project with one snippet, whose functions are jobs that succeed or fail, for the tests of the workers."""

from __future__ import annotations

import time
from pathlib import Path

from coursenotes.workers import Pool, Task

LIGHT = ("json",)  # a server that starts at once

SNIPPET = '''\
import ctypes
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


def double(args, folder, report):
    report({"epoch": 0, "epochs": 1})
    print("doubling", args["x"])
    (folder / "x.txt").write_text(str(args["x"]))
    return args["x"] * 2


def divide(args, folder, report):
    print("about to divide")
    return inverse(args["x"])


def inverse(x):
    return 1 / x  # the line at fault


def mark(args, folder, report):
    """Write down when it began and ended."""
    began = time.monotonic()
    time.sleep(args["sleep"])
    return [began, time.monotonic()]


def environment_of_a_job(args, folder, report):
    return {
        "cwd": os.getcwd(),
        "temporary": tempfile.gettempdir(),
        "input": sys.stdin.read(),
        "random": random.random(),
        "cuda": os.environ["CUDA_VISIBLE_DEVICES"],
        "hash": hash("a text"),
        "omp": os.environ["OMP_NUM_THREADS"],
        "supervisor": os.getppid(),
    }


def loaded(args, folder, report):
    return args["which"] in sys.modules


def priority(args, folder, report):
    group = Path("/proc/self/autogroup")
    return {"nice": os.nice(0), "group": group.read_text() if group.exists() else "", "given": os.environ.get("GIVEN")}


def wait_forever(args, folder, report):
    while True:
        time.sleep(0.05)  # where it waits


def wait_beside_a_thread(args, folder, report):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    wait_forever(args, folder, report)


def allocate(args, folder, report):
    held = bytearray(args["bytes"])
    return len(held)


def family(args, folder, report):
    """Two children, each within the limit of one process, and together beyond it."""
    code = f"import time; held = b'x' * {args['bytes']}; time.sleep(60)"
    children = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    return [child.wait() for child in children]


def print_forever(args, folder, report):
    while True:
        print("x" * 65536)


def crash(args, folder, report):
    ctypes.string_at(0)


def kill_itself(args, folder, report):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(args, folder, report):
    os._exit(3)


def sys_exit(args, folder, report):
    sys.exit("enough")


def unspeakable(args, folder, report):
    return object()


ORPHANS = """
import os, sys, time
for start in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)  # a double fork: the grandchild has no parent, session or group in common with the job
        with open(sys.argv[1], "a") as file:
            file.write(f"{os.getpid()}\\\\n")
        time.sleep(600)
        os._exit(0)
time.sleep(600)
"""


def orphans(args, folder, report):
    """Leave grandchildren in sessions of their own, write down every pid, and wait or return."""
    pids = Path(args["pids"])
    with pids.open("a") as file:
        file.write(f"{os.getpid()}\\n{subprocess.Popen(['setsid', 'sleep', '600']).pid}\\n")
    first = subprocess.Popen([sys.executable, "-c", ORPHANS, str(pids)], start_new_session=True)
    with pids.open("a") as file:
        file.write(f"{first.pid}\\n")
    while len(pids.read_text().split()) < 5:
        time.sleep(0.01)
    report({"log": {"ready": 1}})
    if args["wait"]:
        time.sleep(600)
    return "done"
'''


def make_project(folder: Path) -> Path:
    """A project's root with snippets/jobs.py."""
    (folder / "snippets").mkdir(parents=True)
    (folder / "snippets" / "__init__.py").write_text("")
    (folder / "snippets" / "jobs.py").write_text(SNIPPET)
    return folder


def task(function: str, name: str = "", **settings) -> Task:
    """A task that calls a function of snippets/jobs.py; what Task does not know goes into its args."""
    own = {name: settings.pop(name) for name in ("seconds", "gigabytes", "cost", "gpu") if name in settings}
    return Task(name or function, f"snippets.jobs:{function}", settings, **own)


def run_one(root: Path, one: Task, **settings):
    """The outcome of one task."""
    with Pool(root, preload=LIGHT, slots=1, **settings) as pool:
        (outcome,) = pool.run([one])
    return outcome


def line_of(text: str, source: str = SNIPPET) -> int:
    """The number of the line that holds a text."""
    return next(number for number, line in enumerate(source.splitlines(), 1) if text in line)


def alive(pids) -> list[int]:
    """Those of the processes that still run; a zombie does not."""
    left = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            left.append(pid)
    return left


def wait_until(condition, seconds: float = 10.0) -> bool:
    """Whether a condition came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def children_of(pid: int) -> list[int]:
    """The processes whose parent is pid."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(folder.name))
        except OSError:
            continue
    return found
