"""Text as a terminal shows it, with carriage returns, backspaces, cursor movements and colors applied."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

TAB = 8
WIDEST = 4_000  # columns: longer lines with control codes are wrapped
_CODES = re.compile(r"[\x07\b\r\x1b]")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x1b")
_ODD = re.compile(r"\x1b\[[0-?]*:[0-?]*[ -/]*[@-~]|\x1b[%(). *+/-].")  # codes that the emulator does not support
# characters that Markdown or a browser would drop or interpret, except tabs, line ends, and terminal codes
_UNSEEN = re.compile(r"[\x00-\x06\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NAMES = {"brown": "yellow"}  # the emulator's name for it
_COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_SHADES = {  # the sixteen colors in xterm, to find the nearest of any other
    "black": (0, 0, 0), "red": (205, 0, 0), "green": (0, 205, 0), "yellow": (205, 205, 0), "blue": (0, 0, 238),
    "magenta": (205, 0, 205), "cyan": (0, 205, 205), "white": (229, 229, 229), "black-intense": (127, 127, 127),
    "red-intense": (255, 0, 0), "green-intense": (0, 255, 0), "yellow-intense": (255, 255, 0),
    "blue-intense": (92, 92, 255), "magenta-intense": (255, 0, 255), "cyan-intense": (0, 255, 255),
    "white-intense": (255, 255, 255),
}  # fmt: skip


@dataclass(frozen=True)
class Screen:
    """The final screen: its plain text, and its HTML where there are colors, else ""."""

    text: str
    html: str = ""


def screen(written: str) -> Screen:
    """The screen of a terminal of unlimited height after this output."""
    text = _UNSEEN.sub(_symbol, written.replace("\r\n", "\n"))
    if not _CODES.search(text):
        return Screen("\n".join(line.expandtabs(TAB) for line in text.split("\n")))
    rows = _rows(_ODD.sub("", text))
    plain = "\n".join("".join(data for data, _ in row) for row in rows)
    if not any(classes for row in rows for _, classes in row):
        return Screen(plain)
    return Screen(plain, "\n".join(_html(row) for row in rows))


def visible(text: str) -> str:
    """The text with a symbol in place of each character that Markdown or a browser would drop or interpret."""
    return _CODES.sub(_symbol, _UNSEEN.sub(_symbol, text.replace("\r\n", "\n")))


def plain(written: str) -> str:
    """The text on a terminal after this output, without colors."""
    return screen(written).text


def _symbol(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)  # ␀, ␂: Unicode's pictures of control characters
    return {0x7F: "␡", 0x2028: "\n", 0x2029: "\n", 0x85: "\n"}.get(code, "\ufffd")


Row = list[tuple[str, str]]  # (text, classes) of each run of characters that look alike


def _rows(text: str) -> list[Row]:
    import pyte
    from wcwidth import wcwidth

    class Emulator(pyte.Screen):
        """The emulator's screen, with support for characters without width, such as U+FE0F."""

        def reset(self) -> None:
            super().reset()
            self.set_mode(pyte.modes.LNM)  # a line end returns to the first column

        def draw(self, data: str) -> None:
            for unseen, characters in groupby(data, key=lambda character: wcwidth(character) <= 0):
                run = "".join(characters)
                if not unseen:
                    super().draw(run)
                elif self.cursor.x:
                    line = self.buffer[self.cursor.y]
                    last = line[self.cursor.x - 1]
                    line[self.cursor.x - 1] = last._replace(data=unicodedata.normalize("NFC", last.data + run))

    pieces = re.split(r"[\r\n]", text)
    columns = min(WIDEST, max(len(piece.expandtabs(TAB)) for piece in pieces) + 80)
    emulator = Emulator(columns, text.count("\n") + sum(len(piece) // WIDEST for piece in pieces) + 2)
    emulator.mode.add(pyte.modes.LNM)  # the constructor sets the modes anew, after reset()
    try:
        pyte.Stream(emulator).feed(text)
    except (TypeError, ValueError, AttributeError):  # codes that the emulator does not support
        return [[(line.rpartition("\r")[2], "")] for line in _SEQUENCE.sub("", text).replace("\b", "").split("\n")]
    last = max((y for y, line in emulator.buffer.items() if line), default=0)
    return [_row(emulator.buffer[y], emulator.default_char) for y in range(last + 1)]


def _row(line: Mapping[int, Any], default: Any) -> Row:
    """One line of the emulator as runs, without the blanks at its end."""
    cells = [line.get(x, default) for x in range(max(line, default=-1) + 1)]
    runs = [("".join(cell.data for cell in alike), look) for look, alike in groupby(cells, key=_classes)]
    while runs and not runs[-1][1] and not runs[-1][0].strip(" "):
        runs.pop()
    if runs and not runs[-1][1]:
        runs[-1] = (runs[-1][0].rstrip(" "), "")
    return runs


def _classes(cell: Any) -> str:
    """The classes of a cell, named as nbconvert names them: "ansi-bold ansi-red-fg"."""
    front, back = _color(cell.fg), _color(cell.bg)
    if cell.reverse:
        front, back = back or "white", front or "black"
        back = "default" if cell.fg == "default" else back
    blank = cell.data.isspace()
    names = [
        "ansi-bold" if cell.bold and not blank else "",
        "ansi-italic" if cell.italics and not blank else "",
        "ansi-underline" if cell.underscore else "",
        "ansi-strike" if cell.strikethrough else "",
        f"ansi-{back}-bg" if back else f"ansi-{front}-fg" if front and not blank else "",
    ]
    return " ".join(filter(None, names))


def _color(name: str) -> str:
    """The nearest of the sixteen colors to a color of the emulator; "" for the default."""
    if name == "default":
        return ""
    intense, name = name.startswith("bright"), name.removeprefix("bright")
    name = _NAMES.get(name, name)
    if name in _COLORS:
        return f"{name}-intense" if intense else name
    try:
        wanted = bytes.fromhex(name)
    except ValueError:  # "brightbfightmagenta": a typo in the emulator's table
        return "magenta-intense"
    return min(_SHADES, key=lambda each: sum((a - b) ** 2 for a, b in zip(_SHADES[each], wanted, strict=True)))


def _html(row: Row) -> str:
    return "".join(
        f'<span class="{classes}">{escape(text, quote=False)}</span>' if classes else escape(text, quote=False)
        for text, classes in row
    )
