"""Refuses that code reads files of the project that no key covers. For a process of its own: it cannot be undone."""

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
THROUGH = ("pathlib", "pathlib._local", "io", "codecs", "tokenize")  # whoever called these is the one that reads
READERS = ("linecache", "inspect")  # they read sources in order to show them


class Unkeyed(CoursenotesError):
    """A file of the project was to be read that is no part of what the result depends on."""


class Watch:
    """A context manager: inside it, every file that this process opens is looked at, whatever the library.

    root: the project; allowed: folders and files below it that may be opened; names: what stands for a file of the
    project in the frames of code that is no file, such as a cell's. Leaving it raises CoursenotesError where something
    was refused and the code went on without it.
    """

    def __init__(self, root: Path, allowed: Iterable[Path] = (), names: Collection[str] = ()):
        self.names = names
        self.root = os.path.realpath(root)
        own: list[str | Path] = [sys.prefix, sys.base_prefix, sys.exec_prefix, ENGINE, *allowed]
        self.allowed = {os.path.realpath(path) for path in own}
        self.refused: list[Problem] = []
        self.looking = False

    def __enter__(self) -> Watch:
        self.looking = True
        sys.addaudithook(self._hook)
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.looking = False
        if self.refused and kind is None:
            raise CoursenotesError(*self.refused)

    @contextlib.contextmanager
    def not_looking(self) -> Iterator[None]:
        """Inside it, whatever is opened is the engine's business."""
        self.looking = False
        try:
            yield
        finally:
            self.looking = True

    def allow(self, path: Path) -> None:
        """From now on this may be opened, too."""
        self.allowed.add(os.path.realpath(path))

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.looking or event not in OPENING or not args or not isinstance(args[0], str | bytes | os.PathLike):
            return
        given = os.fsdecode(args[0])
        for path in {os.path.abspath(given), os.path.realpath(given)}:  # noqa: PTH100 - a link's own place counts too
            if _within(path, self.root) and not any(_within(path, each) for each in self.allowed):
                self._refuse(path)

    def _refuse(self, path: str) -> None:
        asking: Any = sys._getframe(2)
        while asking.f_back is not None and asking.f_globals.get("__name__") in THROUGH:
            asking = asking.f_back
        name = str(asking.f_globals.get("__name__", ""))
        looks_for_modules = asking.f_code.co_filename.startswith("<frozen") or name == "importlib.metadata"
        if looks_for_modules or (path.endswith(".py") and name in READERS):
            return
        frame: Any = asking
        while frame is not None and not self._is_project(frame.f_code.co_filename):
            frame = frame.f_back
        short = os.path.relpath(path, self.root)
        problem = Problem(
            f"it reads {short}, which is no part of what the result depends on",
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
