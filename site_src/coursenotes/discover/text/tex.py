"""Formulas as plain characters, x² and ‖w‖₂, for places without math: a table of contents, a title, a search."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from coursenotes.discover.text.formulas import IN_LINE, RENDERED

_RAISED = dict(zip(
    "0123456789+-=()niTabcdefghjklmoprstuvwxyzαβγδθφ′∘⊤",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵅᵝᵞᵟᶿᵠ′°ᵀ", strict=True,
))  # fmt: skip
_LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_SCRIPT = re.compile(r"\s*(?P<mark>[\^_])\s*(?:\{(?P<group>[^{}]*)\}|(?P<one>[^\s{}]))")
_PLACED = {"^": "\ue000", "_": "\ue001"}  # stand for what has no small form, until the braces are gone
_BRACES = ("\ue002", "\ue003")  # those that are shown
_CODE_OR_FORMULA = re.compile(rf"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)|{IN_LINE.pattern}", IN_LINE.flags)


def spelled(text: str) -> str:
    r"""A line of Markdown with every formula, $x^2$ or \(x^2\), as characters. -> the line; no error for any TeX."""
    if "$" not in text and "\\" not in text:
        return text
    return _CODE_OR_FORMULA.sub(lambda match: match[0] if match["ticks"] else words(match[match.lastindex or 0]), text)


def of_fields(meta: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a page's front matter that a theme shows verbatim, without TeX."""
    return {name: spelled(meta[name]) for name in ("title", "description") if isinstance(meta.get(name), str)}


def rendered(text: str, *, escaped: bool = True) -> str:
    r"""The same for a line of a rendered page, whose formulas are only \(x^2\) or \[x^2\]. escaped: whether as HTML."""
    if "\\" not in text:
        return text
    plain = html.unescape if escaped else str
    again = partial(html.escape, quote=False) if escaped else str
    return RENDERED.sub(lambda match: again(words(plain(match[1] or match[2]))), text)


@lru_cache(maxsize=4096)
def words(formula: str) -> str:
    """TeX, without its dollar signs, as characters. The rest stays as it is written: W_qk, ℝ^(n×m)."""
    from pylatexenc.latexwalker import LatexWalker  # imported late, as below

    reading, writer = _converter()
    text = re.sub(r"\\(?:left|right|middle|[Bb]igg?[lrm]?)(?![A-Za-z])\.?", "", formula)
    text = text.replace("\\{", _BRACES[0]).replace("\\}", _BRACES[1])
    try:
        text = writer.nodelist_to_text(LatexWalker(text, reading, tolerant_parsing=True).get_latex_nodes()[0])
    except (AttributeError, IndexError, TypeError, ValueError):  # an incomplete command, which check reports
        return " ".join(formula.split())
    text = re.sub(r"(?<=[{}])[\u0300-\u036f]+", "", text)  # an accent over two letters is also over their braces
    while (shorter := _SCRIPT.sub(_script, text)) != text or (shorter := _ungrouped(text)) != text:
        text = shorter
    for stand_in, mark in zip((*_PLACED.values(), *_BRACES), (*_PLACED, *"{}"), strict=True):
        text = text.replace(stand_in, mark)
    text = re.sub(r"\s*([=≤≥≈≠→<>∈])\s*", r" \1 ", " ".join(text.split()))
    return re.sub(r"(?<=[‖(\[√]) | (?=[‖)\],])", "", text).strip()


def _script(match: re.Match[str]) -> str:
    """A superscript or subscript, in small characters if they exist for all of it."""
    inner = (match["group"] if match["group"] is not None else match["one"]).strip()
    small = _RAISED if match["mark"] == "^" else _LOWERED
    compact = inner.replace(" ", "").replace("−", "-")
    if all(character in small for character in compact):
        return "".join(small[character] for character in compact)
    if re.fullmatch(r"[A-Za-z0-9α-ω]+", compact):
        return _PLACED[match["mark"]] + compact
    return f"{_PLACED[match['mark']]}({inner})"


def _ungrouped(text: str) -> str:
    """The text without its innermost braces."""
    return re.sub(r"\{([^{}]*)\}", r"\1", text)


@lru_cache(maxsize=1)
def _converter() -> tuple[Any, Any]:
    """pylatexenc's reader and writer, with more of the commands that pages use. Loaded late: few pages need it."""
    from pylatexenc import latex2text, latexwalker
    from pylatexenc.macrospec import MacroSpec

    logging.getLogger("pylatexenc").setLevel(logging.ERROR)  # check reports wrong formulas, with their lines
    fractions = ("frac", "dfrac", "tfrac", "cfrac", "nicefrac")
    plain = ("mathbf", "bm", "boldsymbol", "mathit", "mathsf", "mathtt", "operatorname")
    reading = latexwalker.get_default_latex_context_db()
    reading.add_context_category("pages", prepend=True, macros=[
        *(MacroSpec(name, "{{") for name in fractions), *(MacroSpec(name, "{") for name in plain),
    ])  # fmt: skip
    writing = latex2text.get_default_latex_context_db()
    macro = latex2text.MacroTextSpec
    writing.add_context_category("pages", prepend=True, macros=[
        *(macro(name, simplify_repl=_fraction) for name in fractions),
        *(macro(name, simplify_repl="%s") for name in plain),
        macro("sqrt", simplify_repl=_root), macro("|", simplify_repl="‖"), macro("circ", simplify_repl="∘"),
        macro("ast", simplify_repl="*"), macro("lvert", simplify_repl="|"), macro("rvert", simplify_repl="|"),
        macro("mid", simplify_repl=" | "), macro("prime", simplify_repl="′"),
        *(macro(name, simplify_repl="") for name in ("displaystyle", "textstyle", "limits", "nolimits", "!")),
    ])  # fmt: skip
    writing.set_unknown_macro_spec(macro("", simplify_repl=lambda node: node.macroname))  # \argmin -> argmin
    writer = latex2text.LatexNodes2Text(writing, math_mode="text", keep_braced_groups=True)
    return reading, writer


def _fraction(node: Any, l2tobj: Any) -> str:
    above, below = (_grouped(l2tobj.nodelist_to_text([part])) for part in node.nodeargd.argnlist[-2:])
    return f"{above}/{below}"


def _root(node: Any, l2tobj: Any) -> str:
    return f"√{_grouped(l2tobj.nodelist_to_text([node.nodeargd.argnlist[-1]]))}"


def _grouped(text: str) -> str:
    """One part of a fraction, in parentheses unless it is a single symbol."""
    text = text.strip()
    text = text[1:-1].strip() if text.startswith("{") and text.endswith("}") else text
    return text if re.fullmatch(r"[∂∇d]?(?:\d+|\w)(?:[_^](?:\{[^{}]*\}|\w))*", text) else f"({text})"
