"""The files of a project as they were at a revision of its repository."""

from __future__ import annotations

import contextlib
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from coursenotes.errors import CoursenotesError, Problem


@contextlib.contextmanager
def at_revision(root: Path, revision: str, *names: str) -> Iterator[Path]:
    """A temporary folder with these files and folders of a project, as they were at a revision.

    Raises CoursenotesError where there is no such revision.
    """
    command = ["git", "-C", str(root), "archive", "--end-of-options", revision, *names]
    archive = subprocess.run(command, capture_output=True)
    if archive.returncode:
        message = archive.stderr.decode(errors="replace").strip()
        fix = "fetch more of the history, such as git fetch --deepen=1"
        what = f"there is no revision {revision!r} to compare with"
        raise CoursenotesError(Problem(what, details=(message,), fix=fix))
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)
