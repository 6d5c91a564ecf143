"""IPython's display protocol: the MIME bundles of objects, and IPython's functions for showing them.

IPython itself is never imported here; where a cell's code imports it, its functions are redirected to the page.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any, Protocol

Bundle = dict[str, Any]  # {MIME type: text, or bytes of a picture}
METHODS = {
    "text/html": "_repr_html_", "text/markdown": "_repr_markdown_", "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_", "image/jpeg": "_repr_jpeg_", "text/latex": "_repr_latex_",
    "application/json": "_repr_json_", "application/javascript": "_repr_javascript_",
}  # fmt: skip
MODULE = "IPython.core.display_functions"
CANARY = "_ipython_canary_method_should_not_exist_"  # by which IPython recognizes objects that have every attribute


def bundle(value: Any) -> Bundle:
    """The MIME bundle of an object: {MIME type: data}; its repr() under text/plain."""
    forms: Bundle = {}
    if not isinstance(value, type) and not callable(getattr(value, CANARY, None)):
        own = _call(value, "_repr_mimebundle_", include=None, exclude=None)
        if isinstance(own, dict):
            forms |= {mime: data for mime, data in own.items() if data is not None}
        for mime, method in METHODS.items():
            if mime not in forms and (data := _call(value, method)) is not None:
                forms[mime] = data
    if "text/plain" not in forms:
        forms["text/plain"] = repr(value)
    return forms


def picture(data: Any) -> bytes:
    """The bytes of a picture in a bundle, where they may be in base64."""
    return base64.b64decode(data) if isinstance(data, str) else bytes(data)


def _call(value: Any, method: str, **more: Any) -> Any:
    """The data of a method of the protocol; None where there is no such method, or it returns none."""
    function = getattr(value, method, None)
    if not callable(function):
        return None
    try:
        data = function(**more)
    except NotImplementedError:
        return None
    return data[0] if isinstance(data, tuple) else data


class OutputTarget(Protocol):
    """The target of IPython's functions: the outputs of the running cell."""

    def show(self, objects: Sequence[Any], *, bundles: bool, name: str | None, update: bool) -> None: ...
    def clear(self, wait: bool) -> None: ...


_target: OutputTarget | None = None


def _display(*objs, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False,
             **kwargs):  # type: ignore[no-untyped-def] # fmt: skip
    """Runs in IPython's module: its signature is that of IPython.display.display."""
    from coursenotes.figures.cells import protocol

    name = (transient or {}).get("display_id", display_id)
    handle = None if not display_id else DisplayHandle(None if name is True else name)  # type: ignore[name-defined] # noqa: F821
    if clear:
        protocol.target().clear(True)
    if not objs and handle is not None:
        objs, raw = ({},), True
    name = handle.display_id if handle is not None else name
    protocol.target().show(objs, bundles=raw, name=name, update=bool(kwargs.get("update")))
    return handle


def _publish(data, metadata=None, *, transient=None, **kwargs):  # type: ignore[no-untyped-def]
    """Runs in IPython's module, in the place of publish_display_data."""
    from coursenotes.figures.cells import protocol

    name = (transient or {}).get("display_id")
    protocol.target().show([data], bundles=True, name=name, update=bool(kwargs.get("update")))


def _clear_output(wait=False):  # type: ignore[no-untyped-def]
    """Runs in IPython's module, in the place of clear_output."""
    from coursenotes.figures.cells import protocol

    protocol.target().clear(wait)


REPLACED: dict[str, Callable[..., Any]] = {
    "display": _display, "publish_display_data": _publish, "clear_output": _clear_output,
}  # fmt: skip


def target() -> OutputTarget:
    """The current target. Raises RuntimeError outside redirected_to()."""
    if _target is None:
        raise RuntimeError("no cell is running")
    return _target


@contextlib.contextmanager
def redirected_to(outputs: OutputTarget) -> Iterator[None]:
    """Inside it IPython.display.display() and clear_output() write to these outputs, whenever they were imported."""
    global _target
    hook = _Hook()
    _target, before = outputs, _target
    sys.meta_path.insert(0, hook)
    if MODULE in sys.modules:
        hook.redirect(sys.modules[MODULE])
    try:
        yield
    finally:
        sys.meta_path.remove(hook)
        hook.restore()
        _target = before


class _Hook(importlib.abc.MetaPathFinder):
    """Redirects IPython's functions when they are imported.

    Libraries hold the functions themselves (from IPython.display import display), so their code is replaced, not the
    names in a module.
    """

    def __init__(self) -> None:
        self.kept: list[tuple[FunctionType, Any, Any]] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                run(module)
                self.redirect(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

    def redirect(self, module: ModuleType) -> None:
        """Replace the code of the module's functions."""
        for name, ours in REPLACED.items():
            function = getattr(module, name)
            self.kept.append((function, function.__code__, function.__kwdefaults__))
            function.__code__, function.__kwdefaults__ = ours.__code__, ours.__kwdefaults__  # type: ignore[attr-defined]

    def restore(self) -> None:
        """Restore the functions' own code."""
        for function, code, defaults in self.kept:
            function.__code__, function.__kwdefaults__ = code, defaults
        self.kept.clear()
