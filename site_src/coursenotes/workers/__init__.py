"""Runs jobs in processes forked from one warm server, each with a supervisor that enforces its limits.

    Pool (this process) ──socket──▶ server (warm) ──fork──▶ supervisor (own session) ──fork──▶ the job ──▶ its children
      pool.py                         server.py               supervisor.py                      child.py

- A job's socket is also its lifeline: when the Pool closes it, or dies in any way, the supervisor reads its end and
  kills the job with all of its descendants. When the server dies, the kernel signals the supervisor, which does the
  same; when a supervisor dies, the kernel kills its job, and the server, the next subreaper, kills the rest.
- A job's process is started in one place, `supervisor.start`: a sandbox would go there, without other changes.
- Task and Outcome do not depend on where a job runs: a cluster would be another Pool.
"""

from coursenotes.workers.devices import Device, detect
from coursenotes.workers.pool import TORCH_PRELOAD, Pool
from coursenotes.workers.tasks import Outcome, Task

__all__ = ["TORCH_PRELOAD", "Device", "Outcome", "Pool", "Task", "detect"]
