"""Formulas as MathML, which browsers typeset without a script. Temml makes it, in QuickJS."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from coursenotes.discover.text import cut

TEMML = Path(__file__).with_name("temml") / "temml.min.js"

SECONDS, MEGABYTES = 5, 256  # for one formula: strangers write some, too
ALSO = {  # names that KaTeX and GitHub have, and Temml has not
    "R": r"\mathbb{R}", "N": r"\mathbb{N}", "Z": r"\mathbb{Z}", "reals": r"\mathbb{R}", "natnums": r"\mathbb{N}",
    "cnums": r"\mathbb{C}", "real": r"\Re", "infin": r"\infty", "lang": r"\langle", "rang": r"\rangle",
    "larr": r"\leftarrow", "rarr": r"\rightarrow", "lrarr": r"\leftrightarrow", "Rarr": r"\Rightarrow",
    "isin": r"\in", "exist": r"\exists", "empty": r"\emptyset", "plusmn": r"\pm", "sub": r"\subset", "sdot": r"\cdot",
    "bull": r"\bullet", "weierp": r"\wp", "lArr": r"\Leftarrow", "rArr": r"\Rightarrow", "hArr": r"\Leftrightarrow",
}  # fmt: skip

# The policy of the pages refuses style attributes. An accent's is an attribute of its own, the block's is in
# assets/styles/formulas.css, and what is left becomes classes that say what they do: "padding-left:1em".
_STYLE = re.compile(r'(?P<class> class="(?P<names>[^"]*)")? style="(?P<style>[^"]*)"')
_NEEDLESS = {"display:block math": "", "math-depth:0": ' scriptlevel="0"'}


def mathml(tex: str, *, block: bool) -> str:
    """A formula as a <math> element, without style attributes; one that cannot be read is red, with its error."""
    import quickjs  # imported late: most builds have no new formula

    try:
        html = json.loads(_temml()(tex, block))
    except quickjs.JSException as error:  # too deep, too large or too slow: nobody wrote it to be read
        what = str(error).partition("\n")[0]
        return f'<span class="temml-error">{escape(cut.cut(tex, 80))} ({escape(what)})</span>'
    return str(_STYLE.sub(_classes, html))


def _classes(match: re.Match[str]) -> str:
    """The classes of an element, with one for each declaration of its style."""
    declarations = [each.strip() for each in match["style"].split(";") if each.strip()]
    names = [*(match["names"] or "").split(), *(d.replace(" ", "_") for d in declarations if d not in _NEEDLESS)]
    attributes = "".join(_NEEDLESS.get(each, "") for each in declarations)
    return (f' class="{" ".join(names)}"' if names else "") + attributes


@lru_cache(maxsize=1)
def _temml() -> Any:
    """Temml's function; its answer is JSON, since QuickJS hands over only strings that are in one piece."""
    import quickjs

    context = quickjs.Context()
    context.set_memory_limit(MEGABYTES * 1024**2)
    context.set_time_limit(SECONDS)
    context.eval(TEMML.read_text(encoding="utf-8"))
    macros = json.dumps({f"\\{name}": meaning for name, meaning in ALSO.items()})
    return context.eval(f"""(tex, block) => JSON.stringify(temml.renderToString(tex,
        {{displayMode: block, throwOnError: false, wrap: "none", maxExpand: 1000, macros: {macros}}}))""")
