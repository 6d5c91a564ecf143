"""What a snippet imports: the decorators, the run, the dataset. Plain metadata, no machinery.

Nothing here imports torch or the engine, so that a figure can be drawn, and a snippet read, without either.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

Scale = Literal["sample", "full"]
SCALES: tuple[Scale, ...] = ("sample", "full")
FRESH_DATA = 100  # seeds from here on draw generated data of their own; a build's seeds, below it, share one dataset
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class File:
    """One file of a real dataset: where it comes from, and the digest that it must have.

    members maps the paths inside an archive to their own sha256, so that a folder that holds the unpacked
    members is accepted in place of the archive.
    """

    name: str
    url: str = ""
    sha256: str = ""
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dataset:
    """One dataset at two scales.

    sample() returns something small that is made or bundled, offline; full(folder) reads the real thing from
    the folder that holds the checked files. Both return the same kind of object, which the experiment is given.
    """

    title: str
    sample: Callable[[], Any] | None = None
    full: Callable[[Path], Any] | None = None
    files: Sequence[File] = ()
    folder: str = ""
    licence: str = ""
    citation: str = ""
    url: str = ""


@dataclass(frozen=True)
class Experiment:
    """What @experiment declares."""

    data: Dataset | None = None
    seeds: int | Mapping[str, int] = 1
    vary: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    may_diverge: bool = False
    minutes: float = 10
    gigabytes: float = 4
    after: Callable[..., Any] | None = None
    times: Sequence[str] = ()


def experiment(
    *,
    data: Dataset | None = None,
    after: Callable[..., Any] | None = None,
    seeds: int | Mapping[str, int] | None = None,
    vary: Mapping[str, Sequence[Any]] | None = None,
    times: Sequence[str] = (),
    may_diverge: bool = False,
    minutes: float = 10,
    gigabytes: float = 4,
) -> Callable[[F], F]:
    """Declare a function to be an experiment: each setting of vary with each seed is one job.

    The function is called as f(data, model, run, **settings), without data where it has none, without model where it
    comes after no other, and returns a dict of metrics (numbers), arrays (NumPy or torch) and labels (lists of str).
    Every argument here is a literal, a dataset's name or an experiment's, since experiments are found by parsing.

    after names an experiment, of this file or of another: model is what its job with the same seed and settings
    returned (metrics, arrays, texts), so that one training serves several measurements. The settings are then those
    of that experiment, of which vary may name fewer values, and what vary adds; the function takes those that it asks
    for. seeds is a number, or {"sample": 5, "full": 3}; 1 where none is said, or as many as that experiment has.
    times names the metrics that are durations, which are another number in every run. may_diverge allows metrics that
    are NaN or infinite; minutes and gigabytes are the limits of one job.
    """
    declared = Experiment(
        data, 1 if seeds is None else seeds, dict(vary or {}), may_diverge, minutes, gigabytes, after, tuple(times)
    )

    def mark(function: F) -> F:
        function.__experiment__ = declared  # type: ignore[attr-defined]
        return function

    return mark


def figure(*experiments: Callable[..., Any], alt: str | None = None) -> Callable[[F], F]:
    """Declare a function to draw the results of one or more experiments, given in this order.

    It returns a matplotlib figure. Its docstring is the alt text unless alt says another. It may use the results,
    numpy and matplotlib, and nothing that trains.
    """

    def mark(function: F) -> F:
        function.__figure__ = (experiments, alt or function.__doc__)  # type: ignore[attr-defined]
        return function

    return mark


class Run:
    """One job, as the experiment sees it: its seed, its scale, and whom to tell how it goes.

    seed: int, also already given to random, numpy and torch. scale: "sample" or "full".
    device: "cpu" or "cuda"; torch's default device is set, so a snippet seldom needs it.
    """

    def __init__(
        self,
        seed: int = 0,
        scale: Scale = "sample",
        device: str = "cpu",
        report: Callable[[dict[str, Any]], None] | None = None,
    ):
        self.seed, self.scale, self.device = seed, scale, device
        self.curves: dict[str, list[float | None]] = {}
        self._rows = 0
        self._report = report or (lambda event: None)

    def fixed(self, name: str) -> int:
        """A seed that is the same in every run, for what all seeds are to share: run.fixed("split"). 0 to 2**32 - 1."""
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")

    def pick(self, *, sample: Any, full: Any) -> Any:
        """The value for this run's scale."""
        return full if self.scale == "full" else sample

    def epochs(self, *, sample: int, full: int | None = None) -> Iterator[int]:
        """0, 1, ..., one at a time, as many as this run's scale says, with progress reported."""
        total = sample if self.scale == "sample" or full is None else full
        for epoch in range(total):
            self._report({"epoch": epoch, "epochs": total})
            yield epoch

    def log(self, **values: float) -> None:
        """Add one point to each named curve, and show it as progress. Values are numbers or 0-d tensors."""
        row = {name: float(value) for name, value in values.items()}
        for name in self.curves.keys() | row.keys():
            curve = self.curves.setdefault(name, [None] * self._rows)
            curve.append(row.get(name))
        self._rows += 1
        self._report({"log": row})

    def fastai(self) -> Any:
        """A fastai callback that logs the recorder's metrics after each epoch."""
        from coursenotes.fastai_callback import ReportToRun

        return ReportToRun(self)


def job_settings(vary: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every combination of settings, in the order in which they are declared; [{}] where nothing varies."""
    return [dict(zip(vary, values, strict=True)) for values in itertools.product(*vary.values())]


def seed_count(seeds: int | Mapping[str, int], scale: str) -> int:
    """How many seeds a declaration asks for at a scale."""
    return seeds if isinstance(seeds, int) else seeds.get(scale, 1)
