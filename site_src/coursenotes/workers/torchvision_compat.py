"""Lets torchvision be imported beside a torch that it was not compiled for.

torchvision from PyPI carries operators compiled against the CUDA build of torch. Beside a CPU build their library
does not load, which torchvision takes in silence; but while it is imported it registers shapes for two of them, nms
and qnms, which then do not exist, and the import fails. Here the two are declared, without an implementation, just
before torchvision is imported, and only if something imports it (fastai.vision does). Calling them still fails.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_declared: list[Any] = []  # a library's operators are gone when the object is


def install() -> None:
    """From now on, an import of torchvision is prepared for. Imports nothing by itself."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds nothing; is asked first, and so knows when torchvision is about to be imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "torchvision":
            sys.meta_path.remove(self)
            spec = importlib.util.find_spec(name)
            if spec is not None:
                declare(spec)
        return None


def declare(spec: ModuleSpec) -> list[str]:
    """Declare those of the two operators that torchvision's own library does not bring. -> their names."""
    import torch

    for folder in spec.submodule_search_locations or ():
        try:
            torch.ops.load_library(f"{folder}/_C.so")
        except OSError:
            continue  # compiled for another torch, or not there: what this module is for
    missing = [name for name in SCHEMAS if not hasattr(torch.ops.torchvision, name)]
    if missing:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in missing:
            library.define(SCHEMAS[name])
        _declared.append(library)
    return missing
