"""Typesets the formulas of a finished page: arithmatex leaves their TeX in elements, here it becomes MathML."""

from __future__ import annotations

import json
import re
from html import escape, unescape

from coursenotes.cache import keys
from coursenotes.cache.memo import Memo
from coursenotes.discover.text.mathml import mathml
from coursenotes.paths import Paths

_FORMULA = re.compile(
    r'(?P<open><(?P<tag>div|span|small) class="arithmatex">)\s*'
    r"\\(?:\((?P<line>.*?)\\\)|\[(?P<block>.*?)\\\])\s*</(?P=tag)>",
    re.DOTALL,
)


def typeset(html: str, paths: Paths) -> str:
    """A page with its formulas as MathML, each with its TeX as alttext. Those of a page are kept in one file."""
    asked = sorted({_formula(match) for match in _FORMULA.finditer(html)})
    if not asked:
        return html
    memo, key = Memo(paths, "formulas"), keys.formulas(asked)
    kept = memo.get(key)
    made = json.loads(kept) if kept else [mathml(tex, block=block) for tex, block in asked]
    if kept is None:
        memo.put(key, json.dumps(made, ensure_ascii=False))
    by_formula = dict(zip(asked, made, strict=True))

    def put(match: re.Match[str]) -> str:
        tex, block = _formula(match)
        element = by_formula[tex, block].replace("<math", f'<math alttext="{escape(tex)}"', 1)
        return f"{match['open']}{element}</{match['tag']}>"

    return _FORMULA.sub(put, html)


def _formula(match: re.Match[str]) -> tuple[str, bool]:
    """The TeX of a formula, and whether it is a block of its own."""
    block = match["block"] is not None
    return unescape(match["block"] if block else match["line"]).strip(), block
