"""The names that a snippet imports: the decorators, the run, the dataset. Plain metadata, no machinery.

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
FRESH_DATA = 100  # from this seed on, each draws its own generated data; a build's seeds, below it, share one dataset
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class File:
    """One file of a real dataset: its URL, and the digest that it must have.

    members maps the paths inside an archive to their own sha256, so that a folder with the unpacked members is
    accepted in place of the archive.
    """

    name: str
    url: str = ""
    sha256: str = ""
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dataset:
    """One dataset at two scales.

    sample() returns something small that is generated or bundled, offline; full(folder) reads the real data from the
    folder of the checked files. Both return the same kind of object, which is passed to the experiment.
    """

    title: str
    sample: Callable[[], Any] | None = None
    full: Callable[[Path], Any] | None = None
    files: Sequence[File] = ()
    folder: str = ""
    license: str = ""
    citation: str = ""
    url: str = ""


@dataclass(frozen=True)
class Experiment:
    """The declaration of an experiment by @experiment."""

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
    does not come after another. It returns a dict of metrics (numbers), arrays (NumPy or torch) and labels (lists of
    str). Every argument here is a literal, a dataset's name or an experiment's, since experiments are found by parsing.

    after names an experiment, of this file or of another: model is what its job with the same seed and settings
    returned (metrics, arrays, texts), so that one training serves several measurements. The settings are then those
    of that experiment, of which vary may name fewer values, and those that vary adds; the function receives those among
    its parameters. seeds is a number, or {"sample": 5, "full": 3}; by default 1, or as many as that experiment has.
    times names the metrics that are durations, which differ in every run. may_diverge allows metrics that
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
    """Declare a function to draw the results of one or more experiments, passed in this order.

    It returns a matplotlib figure. Its docstring is the alt text, unless alt is set. It may use the results, numpy and
    matplotlib, and no training code.
    """

    def mark(function: F) -> F:
        function.__figure__ = (experiments, alt or function.__doc__)  # type: ignore[attr-defined]
        return function

    return mark


class Run:
    """One job, as the experiment sees it: its seed, its scale, and its reports of progress.

    seed: int; random, numpy and torch are already seeded with it. scale: "sample" or "full".
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
        """A seed that is the same in every run, for things that all seeds share: run.fixed("split"). 0 to 2**32 - 1."""
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")

    def pick(self, *, sample: Any, full: Any) -> Any:
        """The value for this run's scale."""
        return full if self.scale == "full" else sample

    def epochs(self, *, sample: int, full: int | None = None) -> Iterator[int]:
        """0, 1, ..., as many epochs as this run's scale has. Reports progress."""
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
    """The number of seeds that a declaration has at a scale."""
    return seeds if isinstance(seeds, int) else seeds.get(scale, 1)
