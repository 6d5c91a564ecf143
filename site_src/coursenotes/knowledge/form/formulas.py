"""Checks formulas: their brackets close, and Temml, which typesets them, has their commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text import cut
from coursenotes.discover.text.formulas import formulas
from coursenotes.discover.text.mathml import ALSO, TEMML
from coursenotes.discover.text.prose import blank, line_of, prose
from coursenotes.errors import Problem, nearest

_TOKEN = re.compile(
    r"\\(?P<edge>begin|end)\s*\{(?P<name>[^{}]*)\}|\\(?P<side>left|right)(?![A-Za-z])|\\(?P<command>[A-Za-z]+)|\\.|"
    r"(?P<brace>[{}])|(?<!\\)%[^\n]*",
    re.DOTALL,
)
_DEFINED = re.compile(r"\\(?:newcommand|renewcommand|def|gdef)\s*\{?\\([A-Za-z]+)")


def problems(catalog: Catalog) -> Iterator[Problem]:
    """The mistakes in the formulas of every page, which would be red on the page."""
    for page in catalog.pages.values():
        if "$" in page.text or "\\" in page.text:
            yield from _of_page(page)


def _of_page(page: PageInfo) -> Iterator[Problem]:
    masked = prose(page.text)
    defined = set(_DEFINED.findall(masked))
    rest = masked
    for formula in formulas(masked):
        rest = rest[: formula.start] + blank(rest[formula.start : formula.end]) + rest[formula.end :]
        for what, at, fix in mistakes(formula.tex, defined):
            yield Problem(f"the formula cannot be typeset: {what}", page.path, line_of(masked, formula.tex_start + at),
                          (cut.cut(formula.tex, 80),), fix)  # fmt: skip
    for match in re.finditer(r"(?<!\\)\$\$", rest):
        fix = "close it with $$, with no empty line inside"
        yield Problem("a formula of $$ that does not end", page.path, line_of(rest, match.start()), (), fix)
        break


def mistakes(formula: str, defined: set[str]) -> Iterator[tuple[str, int, str | None]]:
    """(what, offset, fix) of each part of TeX that Temml would refuse; defined are commands that the page defines."""
    opened: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(formula):
        at, command = token.start(), token["command"]
        opening = {"{": "{", "begin": f"\\begin{{{token['name']}}}", "left": "\\left"}
        closing = {"}": "{", "end": f"\\begin{{{token['name']}}}", "right": "\\left"}
        mark = token["brace"] or token["edge"] or token["side"] or ""
        if mark in opening:
            opened.append((opening[mark], at))
        elif mark in closing and opened and opened[-1][0] == closing[mark]:
            opened.pop()
        elif mark in closing:
            fix = f"open it, or remove it; open is {opened[-1][0]}" if opened else None
            yield f"{token[0]} closes nothing", at, fix
            return
        elif command and command not in defined and command not in commands():
            close = nearest(command, commands())
            yield f"there is no command \\{command}", at, f"write \\{close}" if close else None
        if token["edge"] == "begin" and token["name"] not in environments():
            close = nearest(token["name"], environments())
            yield f"there is no environment {token['name']}", at, f"write \\begin{{{close}}}" if close else None
    for mark, at in opened:
        yield f"{mark} is not closed", at, None


@lru_cache(maxsize=1)
def commands() -> frozenset[str]:
    """The names of Temml's commands and environments."""
    names = re.findall(r'"\\\\([A-Za-z]+)"', TEMML.read_text(encoding="utf-8"))
    return frozenset(names) | environments() | ALSO.keys()


@lru_cache(maxsize=1)
def environments() -> frozenset[str]:
    """The names of Temml's environments."""
    text = TEMML.read_text(encoding="utf-8")
    lists = re.findall(r'names:\[((?:"[A-Za-z*]+",?)+)\]', text)
    return frozenset(name for names in lists for name in re.findall(r'"([^"]+)"', names))
