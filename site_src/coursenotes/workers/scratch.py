"""The folder of one Pool's jobs, on the store's file system, so that results can be renamed into the store."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

TAIL = 4000  # shown characters of an output
TEMPORARY, OWNER, PREFIX = "temporary", "owner", "cn-"
SERVER_LOG = "server.txt"
REQUEST, OUTPUT, TRACE, RESULT = "request.json", "output.txt", "trace.txt", "result"  # in the folder of one job


class Scratch:
    """A folder with one owner, under a lock that ends with the owner's process.

    A new one removes those whose owners were killed. A fork without exec inherits the lock.
    """

    def __init__(self, parent: Path):
        parent.mkdir(parents=True, exist_ok=True)
        with (parent / ".lock").open(
            "a"
        ) as everyone:  # so that no other process is between making a folder and locking it
            fcntl.flock(everyone, fcntl.LOCK_EX)
            for old in parent.glob("[!.]*"):
                with contextlib.suppress(OSError), (old / "lock").open("a") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its owner lives
                    _remove(old)
            self.path = Path(tempfile.mkdtemp(dir=parent))
            self._lock: IO[str] = (self.path / "lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        # the jobs' temporary files; a short path, since multiprocessing makes sockets here, whose address has 108 bytes
        self.temporary = Path(tempfile.mkdtemp(prefix=PREFIX))
        (self.temporary / OWNER).write_bytes(os.fsencode(self.path))
        (self.path / TEMPORARY).write_bytes(os.fsencode(self.temporary))
        self._count = 0

    def job(self) -> tuple[Path, Path]:
        """A fresh folder for one job, with an empty result/ inside, and one for its temporary files."""
        self._count += 1
        base, temporary = self.path / str(self._count), self.temporary / str(self._count)
        for folder in (base, base / RESULT, temporary):
            folder.mkdir()
        return base, temporary

    def remove(self) -> None:
        """Remove the folder with everything that was not moved away."""
        _remove(self.path)
        self._lock.close()


def _remove(folder: Path) -> None:
    """Remove a Scratch's folder, and the one for temporary files that it names, if that one names it too.

    A copy of the project names a folder that belongs to the original, which may be running.
    """
    with contextlib.suppress(OSError):
        temporary = Path(os.fsdecode((folder / TEMPORARY).read_bytes()))
        if temporary.name.startswith(PREFIX) and (temporary / OWNER).read_bytes() == os.fsencode(folder):
            shutil.rmtree(temporary, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def tail(path: Path) -> str:
    """The end of a text file; empty where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
