"""Negative controls of a claim: altered inputs, on which the same test has to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from coursenotes.errors import nearest
from coursenotes.result import JobResult, Results, Row


@dataclass(frozen=True)
class ClaimInputs:
    """The inputs of one run of a claim test, by parameter. control: from an experiment's name to its results."""

    results: Mapping[str, Results]
    objects: Mapping[str, Any]
    control: Callable[[str], Results]


@dataclass(frozen=True)
class Names:
    """The names that a claim's controls may use, to check them before anything is run.

    varied: for each experiment of the topic, its settings with their values. read: the experiments that the test
    takes. functions: the functions and classes that it takes.
    """

    varied: Mapping[str, Mapping[str, Sequence[Any]]]
    read: tuple[str, ...]
    functions: tuple[str, ...]

    def setting(self, name: str, values: Iterable[Any]) -> list[str]:
        """The mistakes in a setting and its values, over the experiments that the test takes."""
        having = [self.varied[e][name] for e in self.read if name in self.varied[e]]
        if not having:
            return [_unknown("setting", name, {s for e in self.read for s in self.varied[e]}, "that is varied")]
        known = [v for varied in having for v in varied]
        return [f"{name}={v!r} was not run; there is: {', '.join(map(repr, known))}" for v in values if v not in known]


class Control(Protocol):
    """One way to alter a claim's inputs. kind: "control", "swap", "shuffled" or "variant"; text describes it."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    def problems(self, names: Names) -> list[str]: ...
    def apply(self, inputs: ClaimInputs) -> ClaimInputs: ...


class NoEffect(Exception):
    """A control changes nothing in these inputs; the message says why."""


@dataclass(frozen=True)
class BrokenModel:
    """Rows of a broken model in place of those of the real one: an experiment, or settings."""

    broken: str | Mapping[str, Any]
    kind = "control"

    @property
    def text(self) -> str:
        if isinstance(self.broken, str):
            return f"{self.broken} in place of the real model"
        return "; ".join(
            f"{name}={v[1]!r} in place of {name}={v[0]!r}" if isinstance(v, tuple) else f"{name}={v!r} everywhere"
            for name, v in self.broken.items()
        )

    def problems(self, names: Names) -> list[str]:
        if isinstance(self.broken, str):
            if self.broken not in names.varied:
                return [_unknown("experiment", self.broken, names.varied, "in this topic")]
            own = set(names.varied[self.broken])
            if not any(own <= set(names.varied[e]) for e in names.read):
                return [f"the control {self.broken} varies {', '.join(own)}, which no experiment of the test varies"]
            return []
        problems = []
        for name, value in self.broken.items():
            values = [v for e in names.read for v in names.varied[e].get(name, ())]
            if isinstance(value, tuple) and len(value) != 2 and value not in values:
                problems.append(f"control={{{name!r}: {value!r}}}: give one value, or (the replaced, the broken one)")
            else:
                problems += names.setting(name, [value] if value in values or not isinstance(value, tuple) else value)
        return problems

    def apply(self, inputs: ClaimInputs) -> ClaimInputs:
        if isinstance(self.broken, str):
            return self._experiment(inputs, self.broken)
        results = dict(inputs.results)
        for name, value in self.broken.items():
            for param, table in _varying(inputs.results, name):
                if isinstance(value, tuple) and value not in table.settings[name]:
                    results[param] = _moved(results[param], name, [value])
                else:
                    results[param] = _moved(results[param], name, [(v, value) for v in table.settings[name]])
        return _changed(inputs, results)

    def _experiment(self, inputs: ClaimInputs, control: str) -> ClaimInputs:
        broken = inputs.control(control)
        keys = set(broken.settings)
        param, table = next((p, t) for p, t in inputs.results.items() if keys <= set(t.settings))
        rows = {(_frozen(row.settings), row.seed): row for row in broken.rows}

        def exchange(row: Row) -> Row:
            other = rows.get((_frozen({k: v for k, v in row.settings.items() if k in keys}), row.seed))
            return row if other is None else replace(row, result=other.result)

        return _changed(inputs, {**inputs.results, param: table.replace(exchange)})


@dataclass(frozen=True)
class Swap:
    """The results of two values of a setting, exchanged."""

    setting: str
    a: Any
    b: Any
    kind = "swap"

    @property
    def text(self) -> str:
        return f"{self.setting}={self.a!r} and {self.setting}={self.b!r} exchanged"

    def problems(self, names: Names) -> list[str]:
        return names.setting(self.setting, (self.a, self.b))

    def apply(self, inputs: ClaimInputs) -> ClaimInputs:
        results = dict(inputs.results)
        for param, table in _varying(inputs.results, self.setting):
            results[param] = _moved(table, self.setting, [(self.a, self.b), (self.b, self.a)])
        return _changed(inputs, results)


@dataclass(frozen=True)
class Shuffled:
    """An array, a list of texts or a curve in another order, in every row; no entry stays in its place."""

    name: str
    kind = "shuffled"

    @property
    def text(self) -> str:
        return f"{self.name} in a random order"

    def problems(self, names: Names) -> list[str]:
        return []  # the names that an experiment returns are known only from its results

    def apply(self, inputs: ClaimInputs) -> ClaimInputs:
        results = {param: table.replace(self._row) for param, table in inputs.results.items()}
        if all(not _named(row.result, self.name) for table in inputs.results.values() for row in table.rows):
            rows = [row.result for table in inputs.results.values() for row in table.rows]
            names = {name for result in rows for kind in _KEPT for name in getattr(result, kind)}
            raise NoEffect(_unknown("array, list of texts or curve", self.name, names, "in what the test reads"))
        return replace(inputs, results=results)

    def _row(self, row: Row) -> Row:
        changed: dict[str, Any] = {}
        for kind in _named(row.result, self.name):
            values = getattr(row.result, kind)[self.name]
            if len(values) < 2:
                raise NoEffect(f"{self.name} has {len(values)} entries, so there is no other order")
            order = _derangement(len(values), row.seed)
            other = values[order] if isinstance(values, np.ndarray) else [values[i] for i in order]
            changed[kind] = {**getattr(row.result, kind), self.name: other}
        return replace(row, result=replace(row.result, **changed))


@dataclass(frozen=True)
class Variant:
    """Wrong functions or classes in place of the snippet's."""

    objects: Mapping[str, Any]
    kind = "variant"

    @property
    def text(self) -> str:
        return "; ".join(f"{getattr(v, '__name__', repr(v))} in place of {k}" for k, v in self.objects.items())

    def problems(self, names: Names) -> list[str]:
        return [
            _unknown("function", name, names.functions, "among the test's parameters")
            for name in self.objects
            if name not in names.functions
        ]

    def apply(self, inputs: ClaimInputs) -> ClaimInputs:
        return replace(inputs, objects={**inputs.objects, **self.objects})


def swap(setting: str, a: Any, b: Any) -> Control:
    """Exchange the results of setting=a with those of setting=b, seed by seed."""
    return Swap(setting, a, b)


def shuffled(name: str) -> Control:
    """Permute an array or a list of texts along its first axis in every row, the same way in all rows of a seed."""
    return Shuffled(name)


# ---------------------------------------------------------------- rows
_KEPT = ("arrays", "texts", "curves")


def _named(result: JobResult, name: str) -> list[str]:
    return [kind for kind in _KEPT if name in getattr(result, kind)]


def _varying(results: Mapping[str, Results], setting: str) -> list[tuple[str, Results]]:
    return [(param, table) for param, table in results.items() if setting in table.settings]


def _moved(table: Results, setting: str, pairs: Iterable[tuple[Any, Any]]) -> Results:
    """The table in which, for each (value, other), value has the results of other, all else equal."""
    rows = {(_frozen(row.settings), row.seed): row for row in table.rows}
    other = {_plain(a): b for a, b in pairs}  # settings may be lists

    def move(row: Row) -> Row:
        value = row.settings[setting]
        source = rows.get((_frozen({**row.settings, setting: other.get(_plain(value), value)}), row.seed))
        return row if source is None else replace(row, result=source.result)

    return table.replace(move)


def _changed(inputs: ClaimInputs, results: Mapping[str, Results]) -> ClaimInputs:
    """The inputs with these results. Raises NoEffect where every row is the same as before."""
    same = all(
        new.result is old.result
        for param, table in results.items()
        for new, old in zip(table.rows, inputs.results[param].rows, strict=True)
    )
    if same:
        raise NoEffect("no row of the test's results has a counterpart there")
    return replace(inputs, results=results)


def _frozen(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple((name, _plain(settings[name])) for name in sorted(settings))


def _plain(value: Any) -> Any:
    """A setting's value in a hashable form."""
    return tuple(_plain(v) for v in value) if isinstance(value, list | tuple) else value


def _derangement(n: int, seed: int) -> list[int]:
    """A random permutation of one cycle (Sattolo's algorithm), so that nothing stays in place."""
    rng, order = np.random.default_rng(seed), list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(rng.integers(i))
        order[i], order[j] = order[j], order[i]
    return order


def _unknown(kind: str, name: str, names: Iterable[str], where: str) -> str:
    options = sorted(names)
    close = nearest(name, options)
    hint = f"; did you mean {close}?" if close else ""
    return f"no {kind} {name!r} {where}; there is: {', '.join(options) or 'none'}{hint}"
