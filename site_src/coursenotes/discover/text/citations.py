"""The grammar of citations, which is pandoc's: [@srivastava2014], [see @smith2017, p. 3; @hinton2012], [-@smith2017].

Whether the keys exist is told by knowledge/literature.py; here only their form is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ITEM = r"(?:[^\[\]@;\n]*[ \n])?-?@[A-Za-z_][\w.:+/-]*(?:(?:,|[ \n])[^\[\]@;]*)?"
CITATION = re.compile(rf"(?<![!\]])\[(?P<cited>{_ITEM}(?:;[ \n]*{_ITEM})*)\](?!\(|\[|:[ \t]*<?[a-z]+://)")
_ONE = re.compile(r"(?P<before>.*?)(?P<bare>-?)@(?P<key>[A-Za-z_][\w.:+/-]*\w|[A-Za-z_])(?P<after>.*)")


class Cited(NamedTuple):
    """One of a bracket's works: its key, what stands before and after it, and whether its authors are named already."""

    key: str
    before: str = ""
    after: str = ""
    year_only: bool = False


def works(cited: str) -> Iterator[Cited]:
    """The works that the text within one bracket cites, in its order."""
    for item in cited.split(";"):
        match = _ONE.fullmatch(" ".join(item.split()))
        if match:
            yield Cited(match["key"], match["before"].strip(), match["after"].strip(" ,"), bool(match["bare"]))
