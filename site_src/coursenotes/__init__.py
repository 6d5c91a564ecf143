"""Course notes in which nothing is taken on trust.

A snippet imports what it needs from here; everything else lives in the modules.
"""

from coursenotes.api import Dataset, File, Run, experiment, figure

__all__ = ["Dataset", "File", "Run", "experiment", "figure"]
