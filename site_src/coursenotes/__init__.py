"""Course notes in which nothing is taken on trust.

A snippet imports what it needs from here; everything else lives in the modules.
"""

from typing import TYPE_CHECKING, Any

from coursenotes.api import Dataset, File, Run, experiment, figure

if TYPE_CHECKING:
    from coursenotes.figures import plots

__all__ = ["Dataset", "File", "Run", "experiment", "figure", "plots"]


def __getattr__(name: str) -> Any:
    """Load plots when it is first asked for: it imports matplotlib, which training does without."""
    if name == "plots":
        import importlib

        return importlib.import_module("coursenotes.figures.plots")
    raise AttributeError(f"module 'coursenotes' has no attribute {name!r}")
