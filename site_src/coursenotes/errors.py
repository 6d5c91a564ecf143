"""One kind of error for people: where, what, and how to fix it; collected, and shown together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One mistake, in words for the person who can fix it."""

    what: str
    path: Path | str | None = None
    line: int | None = None
    details: tuple[str, ...] = ()
    fix: str | None = None

    def __str__(self) -> str:
        place = "" if self.path is None else f"{_shown(self.path)}:{f'{self.line}:' if self.line else ''} "
        lines = [f"{place}{self.what}", *(f"  {detail}" for detail in self.details)]
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class CoursenotesError(Exception):
    """The requested work cannot be done. Carries all problems, not only the first."""

    def __init__(self, *problems: Problem | str):
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class Problems:
    """Collects problems while work continues, and raises them all at once."""

    def __init__(self) -> None:
        self.all: list[Problem] = []

    def add(
        self,
        what: str,
        path: Path | str | None = None,
        line: int | None = None,
        *,
        details: Iterable[str] = (),
        fix: str | None = None,
    ) -> None:
        """Add a problem; a duplicate is dropped."""
        self.extend([Problem(what, path, line, tuple(details), fix)])

    def extend(self, problems: Iterable[Problem] | CoursenotesError) -> None:
        """Add the problems of a list, or of an error that was caught."""
        if isinstance(problems, CoursenotesError):
            problems = problems.problems
        for problem in problems:
            if problem not in self.all:
                self.all.append(problem)

    def __bool__(self) -> bool:
        return bool(self.all)

    def raise_if_any(self) -> None:
        """Raise one CoursenotesError with all problems, sorted by place."""
        if self.all:
            raise CoursenotesError(*sorted(self.all, key=lambda p: (str(p.path or ""), p.line or 0)))


def raise_all(problems: Iterable[Problem]) -> None:
    """Raise one CoursenotesError with all of these problems, sorted by place, if there are any."""
    collected = Problems()
    collected.extend(list(problems))
    collected.raise_if_any()


def unknown(
    what: str, name: object, options: Iterable[str], path: Path | str | None = None, line: int | None = None,
    write: str = "{}", otherwise: str | None = None,
) -> Problem:  # fmt: skip
    """The problem of a name that is not among the options: lists them, with the nearest spelling as the fix.

    what: the kind of thing named ("experiment"). write: how the nearest name is written here ("subject: {}").
    otherwise: the fix if no name is near.
    """
    names = list(options)
    close = nearest(str(name), names)
    fix = f"write {write.format(close)}" if close else otherwise
    return Problem(f'no {what} "{name}"', path, line, (f"there is: {some(names)}",), fix)


def nearest(name: str, options: Iterable[str]) -> str | None:
    """The option whose spelling is closest to name, or None where none is similar."""
    matches = difflib.get_close_matches(name, list(options), n=1, cutoff=0.6)
    return matches[0] if matches else None


def some(options: Iterable[object], most: int = 12) -> str:
    """The first names on one line, and how many more there are; "none" for none."""
    names = [str(option) for option in options]
    return ", ".join(names[:most]) + (f", and {len(names) - most} more" if len(names) > most else "") or "none"


def _shown(path: Path | str) -> str:
    """A path relative to the current folder, where it is inside it."""
    path = Path(path)
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
