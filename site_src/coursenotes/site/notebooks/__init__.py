"""Notebooks as pages: what one says, a bounded copy without what it must not bring along, and its page made safe.

    info, wrong = page(path, "lessons/dl2022/lesson8/ana.ipynb")    what discovery needs
    html = convert(path, paths)                                    its bounded copy as HTML; nothing is ever run
    finished = finish(html, knowledge, info, names)                what the reader gets

A stranger's notebook is trusted with nothing. What is taken out of it is said in its place.
"""

from coursenotes.discover.notebooks import misplaced, page
from coursenotes.site.notebooks.bounded import copy, keep
from coursenotes.site.notebooks.converted import convert
from coursenotes.site.notebooks.finished import Finished, finish

__all__ = ["Finished", "convert", "copy", "finish", "keep", "misplaced", "page"]
