"""What refutes a claim: altered inputs, on which the same test has to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from coursenotes.errors import nearest
from coursenotes.result import JobResult, Results, Row


@dataclass(frozen=True)
class Inputs:
    """What one run of a claim test is given, by parameter. control: the results of another experiment, by name."""

    results: Mapping[str, Results]
    objects: Mapping[str, Any]
    control: Callable[[str], Results]


@dataclass(frozen=True)
class Names:
    """What a claim can name, to check its falsifiers before anything is run.

    varied: for each experiment of the topic, its settings with their values. read: the experiments that the test
    takes. functions: the functions and classes that it takes.
    """

    varied: Mapping[str, Mapping[str, Sequence[Any]]]
    read: tuple[str, ...]
    functions: tuple[str, ...]

    def setting(self, name: str, values: Iterable[Any]) -> list[str]:
        """What is wrong with a setting and its values, over the experiments that the test takes."""
        having = [self.varied[e][name] for e in self.read if name in self.varied[e]]
        if not having:
            return [_unknown("setting", name, {s for e in self.read for s in self.varied[e]}, "that is varied")]
        there = [v for varied in having for v in varied]
        return [f"{name}={v!r} was not run; there is: {', '.join(map(repr, there))}" for v in values if v not in there]


class Falsifier(Protocol):
    """One way to alter a claim's inputs. kind: "control", "swap", "shuffled" or "variant"; text says what is done."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    def problems(self, names: Names) -> list[str]: ...
    def apply(self, inputs: Inputs) -> Inputs: ...


class CannotAlter(Exception):
    """The inputs are such that this arm changes nothing in them, in words."""


@dataclass(frozen=True)
class Control:
    """Rows of a broken model in place of those of the real one."""

    control: str | Mapping[str, Any]
    kind = "control"

    @property
    def text(self) -> str:
        if isinstance(self.control, str):
            return f"{self.control} in place of the real model"
        return "; ".join(
            f"{name}={v[1]!r} in place of {name}={v[0]!r}" if isinstance(v, tuple) else f"{name}={v!r} everywhere"
            for name, v in self.control.items()
        )

    def problems(self, names: Names) -> list[str]:
        if isinstance(self.control, str):
            if self.control not in names.varied:
                return [_unknown("experiment", self.control, names.varied, "in this topic")]
            needs = set(names.varied[self.control])
            if not any(needs <= set(names.varied[e]) for e in names.read):
                return [f"the control {self.control} varies {', '.join(needs)}, which no experiment of the test varies"]
            return []
        found = []
        for name, value in self.control.items():
            values = [v for e in names.read for v in names.varied[e].get(name, ())]
            if isinstance(value, tuple) and len(value) != 2 and value not in values:
                found.append(f"control={{{name!r}: {value!r}}}: give one value, or (the one replaced, the broken one)")
            else:
                found += names.setting(name, [value] if value in values or not isinstance(value, tuple) else value)
        return found

    def apply(self, inputs: Inputs) -> Inputs:
        if isinstance(self.control, str):
            return self._experiment(inputs, self.control)
        results = dict(inputs.results)
        for name, value in self.control.items():
            for param, table in _varying(inputs.results, name):
                if isinstance(value, tuple) and value not in table.settings[name]:
                    results[param] = _moved(results[param], name, [value])
                else:
                    results[param] = _moved(results[param], name, [(v, value) for v in table.settings[name]])
        return _changed(inputs, results)

    def _experiment(self, inputs: Inputs, control: str) -> Inputs:
        broken = inputs.control(control)
        keys = set(broken.settings)
        param, table = next((p, t) for p, t in inputs.results.items() if keys <= set(t.settings))
        rows = {(_frozen(row.settings), row.seed): row for row in broken.rows}

        def exchange(row: Row) -> Row:
            there = rows.get((_frozen({k: v for k, v in row.settings.items() if k in keys}), row.seed))
            return row if there is None else replace(row, result=there.result)

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

    def apply(self, inputs: Inputs) -> Inputs:
        results = dict(inputs.results)
        for param, table in _varying(inputs.results, self.setting):
            results[param] = _moved(table, self.setting, [(self.a, self.b), (self.b, self.a)])
        return _changed(inputs, results)


@dataclass(frozen=True)
class Shuffled:
    """An array, a list of labels or a curve in another order, in every row; no entry stays where it was."""

    name: str
    kind = "shuffled"

    @property
    def text(self) -> str:
        return f"{self.name} in a random order"

    def problems(self, names: Names) -> list[str]:
        return []  # what an experiment returns is known from its results

    def apply(self, inputs: Inputs) -> Inputs:
        results = {param: table.replace(self._row) for param, table in inputs.results.items()}
        if all(not _named(row.result, self.name) for table in inputs.results.values() for row in table.rows):
            rows = [row.result for table in inputs.results.values() for row in table.rows]
            there = {name for result in rows for kind in _KEPT for name in getattr(result, kind)}
            raise CannotAlter(_unknown("array, label or curve", self.name, there, "in what the test reads"))
        return replace(inputs, results=results)

    def _row(self, row: Row) -> Row:
        changed: dict[str, Any] = {}
        for kind in _named(row.result, self.name):
            values = getattr(row.result, kind)[self.name]
            if len(values) < 2:
                raise CannotAlter(f"{self.name} has {len(values)} entries, so that there is no other order")
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

    def apply(self, inputs: Inputs) -> Inputs:
        return replace(inputs, objects={**inputs.objects, **self.objects})


def swap(setting: str, a: Any, b: Any) -> Falsifier:
    """Exchange the results of setting=a with those of setting=b, seed by seed."""
    return Swap(setting, a, b)


def shuffled(name: str) -> Falsifier:
    """Permute an array or label along its first axis in every row, the same way in all rows of a seed."""
    return Shuffled(name)


# ---------------------------------------------------------------- rows
_KEPT = ("arrays", "labels", "curves")


def _named(result: JobResult, name: str) -> list[str]:
    return [kind for kind in _KEPT if name in getattr(result, kind)]


def _varying(results: Mapping[str, Results], setting: str) -> list[tuple[str, Results]]:
    return [(param, table) for param, table in results.items() if setting in table.settings]


def _moved(table: Results, setting: str, pairs: Iterable[tuple[Any, Any]]) -> Results:
    """The table in which, for each (value, other), the results of other stand at value, all else equal."""
    rows = {(_frozen(row.settings), row.seed): row for row in table.rows}
    other = {_plain(a): b for a, b in pairs}  # settings may be lists

    def move(row: Row) -> Row:
        value = row.settings[setting]
        there = rows.get((_frozen({**row.settings, setting: other.get(_plain(value), value)}), row.seed))
        return row if there is None else replace(row, result=there.result)

    return table.replace(move)


def _changed(inputs: Inputs, results: Mapping[str, Results]) -> Inputs:
    """The inputs with these results. Raises CannotAlter where no row is another than before."""
    same = all(
        new.result is old.result
        for param, table in results.items()
        for new, old in zip(table.rows, inputs.results[param].rows, strict=True)
    )
    if same:
        raise CannotAlter("no row of the test's results has a counterpart there")
    return replace(inputs, results=results)


def _frozen(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple((name, _plain(settings[name])) for name in sorted(settings))


def _plain(value: Any) -> Any:
    """A setting's value as something that can be looked up."""
    return tuple(_plain(v) for v in value) if isinstance(value, list | tuple) else value


def _derangement(n: int, seed: int) -> list[int]:
    """A random permutation of one cycle (Sattolo's algorithm), so that nothing stays in place."""
    rng, order = np.random.default_rng(seed), list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(rng.integers(i))
        order[i], order[j] = order[j], order[i]
    return order


def _unknown(kind: str, name: str, there: Iterable[str], where: str) -> str:
    options = sorted(there)
    close = nearest(name, options)
    hint = f"; did you mean {close}?" if close else ""
    return f"no {kind} {name!r} {where}; there is: {', '.join(options) or 'none'}{hint}"
