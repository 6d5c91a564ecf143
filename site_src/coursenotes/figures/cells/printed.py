"""What a page's cells write to standard output and error, also from C code and subprocesses, cut into pieces."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import io
import os
import stat
import sys
import tempfile
from collections.abc import Iterator

MOST = 1_000_000  # bytes that one cell may write: a progress bar takes thousands, a runaway loop any number


class TooMuch(BaseException):
    """A cell writes without end. Not an Exception, so that a loop that catches all of those ends too."""


class _Bounded(io.FileIO):
    """Standard output or error, as long as the cell has not written too much."""

    printed: Printed

    def write(self, data) -> int:  # type: ignore[no-untyped-def] # whatever has a buffer
        self.printed.hold()
        return super().write(data)


class Printed:
    """A context manager: inside it, both outputs of the process go to one file, in the order of writing.

    That file is the one that the process writes to already, where it can be read back: the supervisor of a job bounds
    it, and shows its end where the job fails. sys.stdout and sys.stderr stay the same objects for all cells.
    """

    def __init__(self) -> None:
        self.start = 0
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Printed:
        _flush()
        for descriptor in (1, 2):
            kept = os.dup(descriptor)
            self._stack.callback(os.close, kept)
            self._stack.callback(os.dup2, kept, descriptor)
        if not _readable(1):
            file = self._stack.enter_context(tempfile.TemporaryFile())
            os.dup2(file.fileno(), 1)
        os.dup2(1, 2)
        self.start = os.fstat(1).st_size
        self._stack.enter_context(contextlib.redirect_stdout(self._stream(1)))
        self._stack.enter_context(contextlib.redirect_stderr(self._stream(2)))
        return self

    def __exit__(self, *error: object) -> None:
        _flush()
        self._stack.close()

    def cut(self) -> str:
        """What was written since the last cut. Raises TooMuch where that is more than anyone reads."""
        _flush()
        self.hold()
        end = os.fstat(1).st_size
        data = os.pread(1, end - self.start, self.start)
        self.start = end
        return data.decode("utf-8", errors="replace")

    def hold(self) -> None:
        """Raise TooMuch where more was written since the last cut than a cell may write."""
        written = os.fstat(1).st_size - self.start
        if written > MOST:
            raise TooMuch(f"it writes {written:,} bytes and more, over {MOST:,}")

    def _stream(self, descriptor: int) -> io.TextIOWrapper:
        raw = _Bounded(descriptor, "w", closefd=False)
        raw.printed = self
        # write_through: what is printed is there before what a subprocess writes next
        return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="", write_through=True)  # type: ignore[arg-type]


def _readable(descriptor: int) -> bool:
    """Whether a descriptor is an ordinary file that can be read as well."""
    mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    return stat.S_ISREG(os.fstat(descriptor).st_mode) and mode == os.O_RDWR


def _flush() -> None:
    """Write out what is buffered: by the streams that Python began with, and by C code."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()
    ctypes.CDLL(None).fflush(None)


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """The width and the colors of a terminal that is the same on every machine."""
    kept = {name: os.environ.get(name) for name in (*_SET, *_UNSET)}
    try:
        os.environ.update(_SET)
        for name in _UNSET:
            os.environ.pop(name, None)
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_SET = {"COLUMNS": "80", "LINES": "24", "TERM": "xterm-256color"}
_UNSET = ("COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PYTHONWARNINGS", "TTY_COMPATIBLE")
