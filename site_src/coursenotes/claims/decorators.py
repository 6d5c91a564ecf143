"""The decorators of a claim test. They only record their arguments: the test stays a plain function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from coursenotes.api import SCALES
from coursenotes.claims.controls import BrokenModel, Control, Variant

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Marks:
    """The arguments of one claim's decorators. refutes: the lecture's sentence in @refuted, or ""."""

    controls: list[Control] = field(default_factory=list)
    scales: tuple[str, ...] = ()
    refuted: bool = False
    refutes: str = ""


def marks(function: Any) -> Marks:
    """The marks of a claim test; empty ones where it has no decorators."""
    return getattr(function, "__claim__", Marks())


def falsified_by(
    *controls: Control, control: str | Mapping[str, Any] | None = None, **variants: Any
) -> Callable[[F], F]:
    """Name the claim's negative controls; the test is run on each of them too, and has to fail there.

    swap(setting, a, b) exchanges the results of two settings. shuffled(name) permutes an array or a list of texts.

    control="experiment": its rows replace the rows with the same settings and seed. Settings that it does not vary
    match any value; rows without a counterpart stay. It replaces rows of the first experiment of the test that has
    all its settings.
    control={"p": 0.0}: every row is replaced by the row with p=0.0, all else equal.
    control={"p": (0.5, 0.0)}: the rows of p=0.5 are replaced by those of p=0.0.

    name=wrong_variant, for a test that takes a function of the snippet: the test gets the wrong one in its place.
    Several variants in one decorator are used together; several decorators are tried one at a time.
    """

    def mark(function: F) -> F:
        added: list[Control] = [*controls]
        if control is not None:
            added.append(BrokenModel(control if isinstance(control, str) else dict(control)))
        if variants:
            added.append(Variant(variants))
        _own_marks(function).controls[:0] = added  # decorators are applied from the lowest up
        return function

    return mark


def at(*scales: str) -> Callable[[F], F]:
    """Check the claim at these scales only: "sample", "full". Raises ValueError on any other name."""
    if not scales or not set(scales) <= set(SCALES):
        raise ValueError(f"@at{scales}: it takes {' or '.join(map(repr, SCALES))}")

    def mark(function: F) -> F:
        _own_marks(function).scales = scales
        return function

    return mark


@overload
def refuted(sentence: F) -> F: ...
@overload
def refuted(sentence: str = "") -> Callable[[F], F]: ...
def refuted(sentence: Any = "") -> Any:
    """Mark a sentence of the lecture that measurement refutes: the test asserts the opposite, and passes.

    @refuted, or with the sentence: @refuted("more dropout always generalizes better").
    """

    def mark(function: F) -> F:
        own = _own_marks(function)
        own.refuted, own.refutes = True, sentence if isinstance(sentence, str) else ""
        return function

    return mark if isinstance(sentence, str) else mark(sentence)


def _own_marks(function: Any) -> Marks:
    if "__claim__" not in vars(function):
        function.__claim__ = Marks()
    return function.__claim__
