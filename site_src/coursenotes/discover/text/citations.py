"""The grammar of citations, which is pandoc's: [@srivastava2014], [see @smith2017, p. 3; @hinton2012], [-@smith2017].

Whether the keys exist is checked by knowledge/credit/literature.py; this module knows only their form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ITEM = r"(?:[^\[\]@;\n]*[ \n])?-?@[A-Za-z_][\w.:+/-]*(?:(?:,|[ \n])[^\[\]@;]*)?"
CITATION = re.compile(rf"(?<![!\]])\[(?P<cited>{_ITEM}(?:;[ \n]*{_ITEM})*)\](?!\(|\[|:[ \t]*<?[a-z]+://)")
_ONE = re.compile(r"(?P<before>.*?)(?P<bare>-?)@(?P<key>[A-Za-z_][\w.:+/-]*\w|[A-Za-z_])(?P<after>.*)")


class Cited(NamedTuple):
    """One work in a bracket: its key, the words before and after it, and whether only its year is shown."""

    key: str
    before: str = ""
    after: str = ""
    year_only: bool = False


def works(cited: str) -> Iterator[Cited]:
    """The works that the text inside one bracket cites, in order."""
    for item in cited.split(";"):
        match = _ONE.fullmatch(" ".join(item.split()))
        if match:
            yield Cited(match["key"], match["before"].strip(), match["after"].strip(" ,"), bool(match["bare"]))
