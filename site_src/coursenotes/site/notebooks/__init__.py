"""Notebooks as pages: the page in the catalog, a bounded and safe copy for the converter, and the finished HTML.

    info, problems = page(path, "lessons/dl2022/lesson8/ana.ipynb")    for the catalog
    html = convert(path, paths)                                        its bounded copy as HTML; nothing is ever run
    finished = finish(html, knowledge, info, names)                    for readers

A stranger's notebook is not trusted. A note replaces everything that is taken out of it.
"""

from coursenotes.discover.notebooks import misplaced, page
from coursenotes.site.notebooks.bounded import copy, keep
from coursenotes.site.notebooks.converted import convert
from coursenotes.site.notebooks.finished import Finished, finish

__all__ = ["Finished", "convert", "copy", "finish", "keep", "misplaced", "page"]
