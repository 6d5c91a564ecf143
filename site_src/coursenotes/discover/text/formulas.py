r"""The definition of a formula, in one place: where one begins and ends in a text, and its TeX.

In a line of Markdown a formula is $x^2$, $$y$$ or \(z\); a block is $$…$$, \[…\] or \begin{align}…\end{align}.

Between single dollar signs it has no space at its ends, and no digits both at its start and after its end: $5 and $10,
or $5–$10, are prices, and 3$\times$3 is a formula. Like a paragraph it holds no empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

NO_PRICE = r"(?!\d[^$]*\$\d)"
_SAME_PARAGRAPH = r"(?!\n[ \t>]*\n)"
_TEX = rf"((?:\\.|{_SAME_PARAGRAPH}[^\\$\x02\x03])+?)"  # Python-Markdown puts code aside between \x02 and \x03
DISPLAY_IN_LINE = rf"(?<![\\$])\$\$(?!\$){_TEX}\$\$(?!\$)"
_DOLLAR = rf"(?<![\\$])\$(?!\s){NO_PRICE}{_TEX}(?<!\s)\$"
_ROUND = rf"(?<!\\)\\\(((?:(?!\\\)){_SAME_PARAGRAPH}.)+?)\\\)"
_BLOCK = rf"(?<![\\$])\$\$(?!\$)((?:\\.|{_SAME_PARAGRAPH}(?:[^\\$]|\$(?!\$)))+?)\$\$(?!\$)"
_SQUARE = rf"(?<!\\)\\\[((?:(?!\\\]){_SAME_PARAGRAPH}.)+?)\\\]"
_ENVIRONMENT = rf"(\\begin\{{(?P<name>\w+\*?)\}}(?:{_SAME_PARAGRAPH}.)+?\\end\{{(?P=name)\}})"
IN_DOLLARS = rf"{DISPLAY_IN_LINE}|{_DOLLAR}(?!\$)"
IN_LINE = re.compile(f"{IN_DOLLARS}|{_ROUND}", re.DOTALL)
_ANYWHERE = re.compile(f"{_BLOCK}|{_DOLLAR}|{_ROUND}|{_SQUARE}|{_ENVIRONMENT}", re.DOTALL)
RENDERED = re.compile(r"\\\(((?:(?!\\\)).)+)\\\)|\\\[((?:(?!\\\]).)+)\\\]", re.DOTALL)  # as arithmatex leaves it


class Formula(NamedTuple):
    """One formula: its offsets in the text, its TeX and the offset of that, and whether it stands on lines of its own.

    The TeX of an environment includes its \\begin and \\end.
    """

    start: int
    end: int
    tex: str
    tex_start: int
    block: bool


def formulas(text: str) -> Iterator[Formula]:
    """The formulas of a text without code, blocks among them, in order."""
    for match in _ANYWHERE.finditer(text):
        group = next(n for n in range(1, 6) if match[n] is not None)
        yield Formula(match.start(), match.end(), match[group], match.start(group), group not in (2, 3))
