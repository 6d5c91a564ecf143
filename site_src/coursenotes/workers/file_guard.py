"""Refuses to let code read files of the project that no key covers. For a process of its own: it cannot be undone."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from coursenotes.errors import CoursenotesError, Problem
from coursenotes.paths import ENGINE

OPENING = ("open", "os.listdir", "os.scandir")
THROUGH = ("pathlib", "pathlib._local", "io", "codecs", "tokenize")  # their caller is the code that reads
READERS = ("linecache", "inspect")  # they read sources to show them


class Unkeyed(CoursenotesError):
    """The code tried to read a file of the project that is not part of what the result depends on."""


class FileWatch:
    """A context manager: inside it, every file that this process opens is checked, whatever library opens it.

    root: the project; allowed: folders and files below it that may be opened; names: the file names in frames of code
    of the project that is not in a file, such as a cell's. Leaving it raises CoursenotesError where a file was refused
    and the code caught the error.
    """

    def __init__(self, root: Path, allowed: Iterable[Path] = (), names: Collection[str] = ()):
        self.names = names
        self.root = os.path.realpath(root)
        own: list[str | Path] = [sys.prefix, sys.base_prefix, sys.exec_prefix, ENGINE, *allowed]
        self.allowed = {os.path.realpath(path) for path in own}
        self.refused: list[Problem] = []
        self.active = False

    def __enter__(self) -> FileWatch:
        self.active = True
        sys.addaudithook(self._hook)
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.active = False
        if self.refused and kind is None:
            raise CoursenotesError(*self.refused)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Inside it, the engine may open any file."""
        self.active = False
        try:
            yield
        finally:
            self.active = True

    def allow(self, path: Path) -> None:
        """Allow one more file or folder to be opened."""
        self.allowed.add(os.path.realpath(path))

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.active or event not in OPENING or not args or not isinstance(args[0], str | bytes | os.PathLike):
            return
        name = os.fsdecode(args[0])
        for path in {os.path.abspath(name), os.path.realpath(name)}:  # noqa: PTH100 - a link's own place counts too
            if _within(path, self.root) and not any(_within(path, each) for each in self.allowed):
                self._refuse(path)

    def _refuse(self, path: str) -> None:
        caller: Any = sys._getframe(2)
        while caller.f_back is not None and caller.f_globals.get("__name__") in THROUGH:
            caller = caller.f_back
        name = str(caller.f_globals.get("__name__", ""))
        looks_for_modules = caller.f_code.co_filename.startswith("<frozen") or name == "importlib.metadata"
        if looks_for_modules or (path.endswith(".py") and name in READERS):
            return
        frame: Any = caller
        while frame is not None and not self._is_project(frame.f_code.co_filename):
            frame = frame.f_back
        short = os.path.relpath(path, self.root)
        problem = Problem(
            f"it reads {short}, which is not part of what the result depends on",
            path if frame is None else frame.f_code.co_filename,
            None if frame is None else frame.f_lineno,
            fix="write it out in a module that is imported, or give it to a Dataset as a File() with its digest",
        )
        self.refused += [problem] if problem not in self.refused else []
        raise Unkeyed(problem)

    def _is_project(self, filename: str) -> bool:
        return filename in self.names or (
            _within(filename, self.root) and not any(_within(filename, each) for each in self.allowed)
        )


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
