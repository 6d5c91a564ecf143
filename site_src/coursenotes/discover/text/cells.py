"""Runnable fences in the text of a page: finds them, and checks them before anything runs."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coursenotes.discover.text import prose
from coursenotes.errors import Problem, nearest

KNOWN = ("raises", "hide", "alt", "title", "linenums", "linenums_style", "hl_lines")
HIDDEN = ("source",)
FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # a cell may await, as in a notebook
_ATTRIBUTE = re.compile(r"""([\w-]+)=("[^"]*"|'[^']*'|[^\s"']+)""")
_INLINE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Cell:
    """One runnable fence: the line of its first line of code in the page, its code, and its attributes."""

    line: int
    source: str
    attrs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fence:
    """One closed fence: its line, the text after its mark, its cell if it is runnable, whether it is in a comment."""

    line: int
    info: str
    cell: Cell | None
    commented: bool


def name(number: int) -> str:
    """The name under which cell `number`, counted from 0, is compiled: its errors say "cell 1, line 2"."""
    return f"cell {number + 1}"


def scan(text: str) -> list[Cell]:
    """The runnable fences of a page, in order, without those inside longer fences or comments."""
    return [fence.cell for fence in fences(text) if fence.cell is not None and not fence.commented]


def check(text: str, path: Path) -> list[Problem]:
    """The problems of the fences: cells that would never run, unknown attributes, code that cannot run."""
    problems = []
    for fence in fences(text):
        if fence.commented:
            continue
        line, cell = fence.line, fence.cell
        words = re.findall(r"\.?[\w-]+(?==)?", fence.info)
        if cell is None:
            if "run" in words or ".run" in words:
                what = f"this fence is not run: {fence.info.strip()}"
                problems.append(Problem(what, path, line, fix="write {.python .run} after it"))
            continue
        for name, value in cell.attrs.items():
            close = nearest(name, KNOWN)
            if name not in KNOWN:
                fix = f"write {close}=" if close else f"a cell takes {', '.join(KNOWN)}"
                problems.append(Problem(f"a cell has no attribute {name}", path, line, fix=fix))
            elif name == "hide" and value not in HIDDEN:
                problems.append(Problem(f"hide={value} means nothing", path, line, fix="write hide=source"))
            elif name == "raises" and not value.isidentifier():
                problems.append(
                    Problem(f"raises={value} is not the name of an exception", path, line, fix="raises=ValueError")
                )
        problems += _unshown(cell, path) or ([] if "raises" in cell.attrs else _not_python(cell, path))
    for line in _unclosed(text):
        problems.append(Problem("the fence of a cell is not closed", path, line, fix="end it with a line of ```"))
    return problems


def _unshown(cell: Cell, path: Path) -> list[Problem]:
    """Problems with characters in a cell's code that no page can show."""
    found = []
    for number, line in enumerate(cell.source.split("\n")):
        for character in dict.fromkeys(_UNSHOWN.findall(line)):
            what = f"this cell holds the character U+{ord(character):04X}, which a page cannot show"
            fix = f"write it as an escape in a string: {character!a}"
            found.append(Problem(what, path, cell.line + number, fix=fix))
    return found


def _not_python(cell: Cell, path: Path) -> list[Problem]:
    """The problem of a cell that cannot be compiled, such as `return` outside a function, which parsing accepts."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are shown when the cell runs
            compile(cell.source, "cell", "exec", flags=FLAGS, dont_inherit=True)
    except SyntaxError as error:
        what = f"{type(error).__name__}: {error.msg}"
        line = min(max(error.lineno or 1, 1), cell.source.count("\n") + 1)
        written = cell.source.split("\n")[line - 1].strip()
        fix = f"correct it, or announce it: {{.python .run raises={type(error).__name__}}}"
        return [Problem(what, path, cell.line + line - 1, (written,) if written else (), fix)]
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        what = f"this cell cannot be compiled: {type(error).__name__}: {error}"
        return [Problem(what, path, cell.line, fix="write it in simpler statements")]
    return []


def _unclosed(text: str) -> list[int]:
    """The lines that open a cell whose fence is never closed."""
    lines = text.split("\n")
    taken = {n for first, last, _, _ in _blocks(lines) for n in range(first, last + 1)} | _comments(lines)
    return [
        n + 1 for n, line in enumerate(lines)
        if n not in taken and (opening := prose.FENCE.match(line)) and _cell(opening["info"], 0, "") is not None
    ]  # fmt: skip


def fences(text: str) -> Iterator[Fence]:
    """Each closed fence, in order; also those in comments, which a renderer sees like any other."""
    lines = text.split("\n")
    for number, last, opening, commented in _blocks(lines):
        body = [line.removeprefix(opening["indent"]) for line in lines[number + 1 : last]]
        cell = _cell(opening["info"], number + 2, textwrap.dedent("\n".join(body)))
        yield Fence(number + 1, opening["info"], cell, commented)


def _blocks(lines: list[str]) -> Iterator[tuple[int, int, re.Match[str], bool]]:
    """(first line, last line, the opening, whether it is in a comment) of each closed fence, counted from 0."""
    commented = _comments(lines)
    for number, last in prose.fences(lines):
        opening = prose.FENCE.match(lines[number])
        assert opening is not None
        yield number, last, opening, number in commented


def _comments(lines: list[str]) -> set[int]:
    """The lines inside HTML comments of several lines; what looks like a comment inside a fence is text."""
    found: set[int] = set()
    number = 0
    while number < len(lines):
        last = prose.fence_end(lines, number)
        if last is None and _opens_comment(lines[number]):
            last = next((n for n in range(number + 1, len(lines)) if "-->" in lines[n]), None)
            if last is not None:
                found |= set(range(number, last + 1))
                if _opens_comment(lines[last].partition("-->")[2]):
                    last -= 1  # another one begins where this one ends
                    lines = [*lines[: last + 1], lines[last + 1].partition("-->")[2], *lines[last + 2 :]]
        number = number + 1 if last is None else last + 1
    return found


def _opens_comment(line: str) -> bool:
    """Whether a comment begins on this line and does not end on it."""
    line = re.sub(r"<!--.*?-->", "", _INLINE.sub("", line))
    return "<!--" in line


def _cell(info: str, line: int, code: str) -> Cell | None:
    braces = re.fullmatch(r"\s*\{(.*)\}\s*", info)
    if not braces:
        return None
    words = _ATTRIBUTE.sub(" ", braces[1]).split()
    if ".run" not in words or not {".python", ".py"} & set(words):
        return None
    return Cell(line, code, {name: value.strip("\"'") for name, value in _ATTRIBUTE.findall(braces[1])})
