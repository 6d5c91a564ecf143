"""Runs jobs: in processes forked from one warm server, each with a keeper that bounds it and takes its family along.

    Pool (this process) ──socket──▶ server (warm) ──fork──▶ keeper (own session) ──fork──▶ the job ──▶ its children
      local.py                        server.py               keeper.py                     child.py, job.py

- A job's socket is its lifeline too: when the Pool closes it, or dies in any way, the keeper sees its end and kills
  the job with all of its descendants. When the server dies, the keeper is told by the kernel and does the same; when
  a keeper dies, the kernel kills its job, and the server, next in line as a subreaper, kills the rest.
- How a job's process is started is one seam, `keeper.start`: a sandbox goes there, and nothing else changes.
- What a Task and an Outcome are does not say where the job runs: a cluster is another Pool.
"""

from coursenotes.workers.devices import Device, detect
from coursenotes.workers.pool import TORCH, Pool
from coursenotes.workers.tasks import Outcome, Task

__all__ = ["TORCH", "Device", "Outcome", "Pool", "Task", "detect"]
