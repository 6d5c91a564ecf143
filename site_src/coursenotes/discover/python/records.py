"""Records of one parsed Python file. Plain values throughout, so that they can be kept as JSON between builds."""

from __future__ import annotations

import gc
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Imports:
    """The imports of a file, or those inside one of its statements.

    A target is written like an entry point: "module", or "module:name" for a name of a module.
    """

    names: dict[str, str] = field(default_factory=dict)  # each imported name -> its target, the last of several
    earlier: dict[str, list[str]] = field(default_factory=dict)  # name -> other targets, one per branch, oldest first
    loaded: list[str] = field(default_factory=list)  # "import a.b" loads a.b, though it only binds a
    star: list[tuple[str, int]] = field(default_factory=list)  # (module, line) of each "from module import *"

    def targets(self) -> list[str]:
        """Every target, each once."""
        earlier = (target for targets in self.earlier.values() for target in targets)
        return list(dict.fromkeys([*self.names.values(), *earlier, *self.loaded, *(module for module, _ in self.star)]))


NO_IMPORTS = Imports()


@dataclass(frozen=True, order=True, slots=True)
class Refusal:
    """Code that cannot be followed by reading, with its line and the tag of where that matters (refusals.py).

    into: set where it only matters if this name (a.b.c) leads to a module of the project; `what` has a {} for it.
    """

    line: int
    tag: str
    what: str
    fix: str
    into: str = ""


@dataclass(order=True, slots=True)
class Call:
    """The call of a function (a.b.c) in a statement that passes no seed; of several, that with the fewest arguments."""

    function: str
    arguments: int
    line: int


@dataclass(slots=True)
class Statement:
    """One top-level statement of a file, imports and bare texts left out."""

    names: list[str]  # what it binds
    line: int  # of its first decorator, where it has one
    end: int
    kind: str  # its ast class: "FunctionDef", "Assign", ...
    digest: str  # of its parsed code, without docstrings and formatting
    source_digest: str  # of its source text and its line
    references: list[str]  # global names that it uses, with the attributes that follow: a.b.c
    seed_position: int | None  # of a function whose seed has a default: the position of that parameter
    bases: list[str]  # of a class
    has_hook: bool  # whether a class runs code when another is derived from it
    imports: Imports
    refusals: list[Refusal]
    calls: list[Call]
    effect: bool = False  # whether it may do more than bind its names
    assumed_data: list[str] = field(default_factory=list)  # imported names; it has an effect too if one is not data


@dataclass(slots=True)
class Argument:
    """An argument of a decorator: a literal value, or else a dotted name, or else other code."""

    value: Any = None
    name: str = ""
    code: str = ""

    @property
    def is_literal(self) -> bool:
        return not self.name and not self.code

    @property
    def is_none(self) -> bool:
        return self.is_literal and self.value is None

    @property
    def source(self) -> str:
        """The argument as Python code."""
        return self.name or self.code or repr(self.value)


@dataclass(slots=True)
class Decorator:
    """A decorator with its full name, such as coursenotes.experiment, and its arguments."""

    name: str
    line: int
    args: list[Argument]
    kwargs: dict[str, Argument]


@dataclass(slots=True)
class Function:
    """A top-level function. returns: the keys of the dict that it returns, or None where they cannot be read."""

    name: str
    line: int
    doc: str
    params: list[str]
    decorators: list[Decorator]
    returns: list[str] | None


@dataclass(slots=True)
class ScalePart:
    """The part of a Dataset(...) call that one scale reads: the digest of its code, and the names that it uses."""

    digest: str = ""
    references: list[str] = field(default_factory=list)


@dataclass(slots=True)
class DatasetCall:
    """NAME = Dataset(...): one part per scale that it has, and its literal arguments.

    computed: whether it has * or ** arguments, which cannot be read. unread: the code of those that describe the data
    and are not literal, by name.
    """

    scales: dict[str, ScalePart]
    card: dict[str, Any]
    computed: bool
    unread: dict[str, str]


@dataclass(slots=True)
class Load:
    """An import at the top level of a file, and how many statements come before it."""

    position: int
    target: str


@dataclass(slots=True)
class FileSummary:
    """One Python file, as far as discovery and keys need it.

    page: set where the text is not a file of the project, but the cells of a page.
    """

    module: str
    imports: Imports
    statements: list[Statement]
    functions: list[Function]
    datasets: dict[str, DatasetCall]  # by name
    data_names: list[str]  # the names that are bound to data and to nothing else
    loads: list[Load]
    unused_imports: list[str]  # targets that no code of the file uses: imported for what importing them does
    page: Path | None = None
    _positions: dict[str, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def positions(self, name: str) -> Sequence[int]:
        """The indices of the statements that bind a name."""
        if not self._positions:
            for index, statement in enumerate(self.statements):
                for bound in statement.names:
                    self._positions.setdefault(bound, []).append(index)
        return self._positions.get(name, ())

    def binding(self, name: str) -> list[Statement]:
        """The statements that bind a name."""
        return [self.statements[index] for index in self.positions(name)]


# ---------------------------------------------------------------- as JSON
def to_json(summaries: Mapping[str, FileSummary], reader: str) -> str:
    """Summaries by key as JSON, each record as a list of its fields. reader: the code that made them."""
    return json.dumps({"reader": reader, "files": summaries}, default=_row, separators=(",", ":"))


def from_json(text: str, reader: str) -> dict[str, FileSummary]:
    """Summaries by key; none where another reader wrote the text. Raises ValueError where it is damaged."""
    collecting = gc.isenabled()
    gc.disable()  # nothing here is garbage, and looking for it takes half of the time
    try:
        kept = json.loads(text)
        return {key: _file(row) for key, row in kept["files"].items()} if kept.get("reader") == reader else {}
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(f"not summaries of Python files: {error!r}") from error
    finally:
        if collecting:
            gc.enable()


def _row(record: Any) -> tuple[Any, ...] | None:
    return None if record is NO_IMPORTS else tuple(getattr(record, name) for name in record.__match_args__)


def _file(row: list[Any]) -> FileSummary:
    row[1] = _imports(row[1])
    row[2] = [_statement(each) for each in row[2]]
    row[3] = [_function(each) for each in row[3]]
    row[4] = {name: _dataset(each) for name, each in row[4].items()}
    row[6] = [Load(*each) for each in row[6]]
    return FileSummary(*row)


def _imports(row: list[Any] | None) -> Imports:
    if row is None:
        return NO_IMPORTS
    row[3] = [tuple(each) for each in row[3]]
    return Imports(*row)


def _statement(row: list[Any]) -> Statement:
    row[10] = _imports(row[10])
    row[11] = [Refusal(*each) for each in row[11]]
    row[12] = [Call(*each) for each in row[12]]
    return Statement(*row)


def _function(row: list[Any]) -> Function:
    row[4] = [_decorator(*each) for each in row[4]]
    return Function(*row)


def _decorator(name: str, line: int, args: list[Any], kwargs: dict[str, Any]) -> Decorator:
    return Decorator(name, line, [Argument(*each) for each in args], {k: Argument(*v) for k, v in kwargs.items()})


def _dataset(row: list[Any]) -> DatasetCall:
    row[0] = {scale: ScalePart(*each) for scale, each in row[0].items()}
    return DatasetCall(*row)
