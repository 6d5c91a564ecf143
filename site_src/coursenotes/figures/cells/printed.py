"""Captures standard output and error of a page's cells, also from C code and subprocesses, in pieces."""

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

MOST = 1_000_000  # bytes that one cell may write; a progress bar takes thousands


class TooMuch(BaseException):
    """A cell writes too much. Not an Exception, so that a loop that catches those ends too."""


class _Bounded(io.FileIO):
    """Standard output or error with a limit for each cell."""

    printed: Printed

    def write(self, data) -> int:  # type: ignore[no-untyped-def] # whatever has a buffer
        self.printed.check()
        return super().write(data)


class Printed:
    """A context manager: inside it, both outputs of the process go to one file, in the order of writing.

    If the process already writes to a readable file, that file is used: a job's supervisor limits it, and shows its end
    where the job fails. sys.stdout and sys.stderr stay the same objects for all cells.
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
        """The text that was written since the last cut. Raises TooMuch where it is over the limit."""
        _flush()
        self.check()
        end = os.fstat(1).st_size
        data = os.pread(1, end - self.start, self.start)
        self.start = end
        return data.decode("utf-8", errors="replace")

    def check(self) -> None:
        """Raise TooMuch where more than the limit was written since the last cut."""
        written = os.fstat(1).st_size - self.start
        if written > MOST:
            raise TooMuch(f"it writes {written:,} bytes and more, over {MOST:,}")

    def _stream(self, descriptor: int) -> io.TextIOWrapper:
        raw = _Bounded(descriptor, "w", closefd=False)
        raw.printed = self
        # write_through: printed text comes before the later output of a subprocess
        return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="", write_through=True)  # type: ignore[arg-type]


def _readable(descriptor: int) -> bool:
    """Whether a descriptor is a regular file, open for reading too."""
    mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    return stat.S_ISREG(os.fstat(descriptor).st_mode) and mode == os.O_RDWR


def _flush() -> None:
    """Flush all buffers: of the current and the original streams of Python, and of C code."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()
    ctypes.CDLL(None).fflush(None)


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """Set the width and the colors of the terminal, the same on every machine."""
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
