"""The decorators of a claim test. They only note what was said: the test stays a plain function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from coursenotes.api import SCALES
from coursenotes.claims.controls import Control, Falsifier, Variant

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Marks:
    """What the decorators of one claim said. refutes: the lecture's sentence that @refuted was given, or ""."""

    falsifiers: list[Falsifier] = field(default_factory=list)
    scales: tuple[str, ...] = ()
    refuted: bool = False
    refutes: str = ""


def marks(function: Any) -> Marks:
    """What the decorators noted on a claim test; nothing where it has none."""
    return getattr(function, "__claim__", Marks())


def falsified_by(
    *falsifiers: Falsifier, control: str | Mapping[str, Any] | None = None, **variants: Any
) -> Callable[[F], F]:
    """Name what would refute the claim; the test is run on it too, and has to fail there.

    swap(setting, a, b) exchanges the results of two settings. shuffled(name) permutes an array or label.

    control="experiment": its rows stand in place of the rows with the same settings and seed. Settings that it does
    not vary match any value; rows without a counterpart stay. It replaces rows of the first experiment of the test
    that has all its settings.
    control={"p": 0.0}: every row is replaced by the row with p=0.0, all else equal.
    control={"p": (0.5, 0.0)}: the rows of p=0.0 stand where those of p=0.5 stood.

    name=wrong_variant, for a test that takes a function of the snippet: what is handed over in its place.
    Several variants in one decorator are put in together; several decorators are tried one at a time.
    """

    def mark(function: F) -> F:
        found: list[Falsifier] = [*falsifiers]
        if control is not None:
            found.append(Control(control if isinstance(control, str) else dict(control)))
        if variants:
            found.append(Variant(variants))
        noted = _noted(function)
        noted.falsifiers[:0] = found  # decorators are applied from the lowest up
        return function

    return mark


def at(*scales: str) -> Callable[[F], F]:
    """Check the claim at these scales only: "sample", "full". Raises ValueError on another word."""
    if not scales or not set(scales) <= set(SCALES):
        raise ValueError(f"@at{scales}: it takes {' or '.join(map(repr, SCALES))}")

    def mark(function: F) -> F:
        _noted(function).scales = scales
        return function

    return mark


@overload
def refuted(sentence: F) -> F: ...
@overload
def refuted(sentence: str = "") -> Callable[[F], F]: ...
def refuted(sentence: Any = "") -> Any:
    """Mark a sentence of the lecture that measurement refutes: the test asserts the opposite, and passes.

    @refuted, or with the sentence: @refuted("more dropout always generalises better").
    """

    def mark(function: F) -> F:
        noted = _noted(function)
        noted.refuted, noted.refutes = True, sentence if isinstance(sentence, str) else ""
        return function

    return mark if isinstance(sentence, str) else mark(sentence)


def _noted(function: Any) -> Marks:
    if "__claim__" not in vars(function):
        function.__claim__ = Marks()
    return function.__claim__
