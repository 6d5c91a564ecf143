"""Reads a file that somebody wrote: its encoding, its line ends, its front matter, and the bullets of plain text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml
from charset_normalizer import from_bytes

from coursenotes.errors import CoursenotesError, Problem, some
from coursenotes.importing.tree import Report, short

TEXTS = (".md", ".markdown", ".mdown", ".txt", ".text")
ENDINGS = (*TEXTS, ".ipynb")
MOST = 20 * 2**20  # bytes of one note
_FEW = 64  # bytes beyond ASCII from which on an encoding can be guessed by their frequencies
_BOMS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xef\xbb\xbf", "utf-8-sig"),
         (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip


def read(path: Path, report: Report) -> str:
    """The text of a file, with \\n at the ends of its lines. Reports which encoding was assumed."""
    if path.stat().st_size > MOST:
        raise CoursenotesError(Problem(f"holds more than {MOST // 2**20} MiB", path, fix="split it, or empty outputs"))
    return tidy(decode(path.read_bytes(), report), report)


def decode(data: bytes, report: Report) -> str:
    """Bytes as text: by their mark, as UTF-8, else line by line, since files are often joined from several."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            text = data.decode(name, "replace")
            if name != "utf-8-sig" or "\ufffd" in text:
                report.add(0, f"written in {name.removesuffix('-sig').upper()}", "read as that, saved as UTF-8")
            return _checked(text, report)
    try:
        text = data.decode("utf-8")
        if "\0" not in text:
            return _checked(text, report)
    except UnicodeDecodeError:
        pass
    if data.count(b"\0") > len(data) // 4:
        name = "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
        report.add(0, "written in UTF-16 without a mark", "read as that, saved as UTF-8")
        return _checked(data.decode(name, "replace"), report)
    lines = re.split(rb"(?<=\n)", data)
    odd = [n for n, line in enumerate(lines) if not _is_utf8(line)]
    name = _encoding(b"".join(lines[n] for n in odd))
    others = sum(not line.isascii() for n, line in enumerate(lines) if n not in set(odd))
    if odd:
        mixed = f"; {others} other lines are UTF-8" if others else ""
        report.add(odd[0] + 1, f"not UTF-8 on line {some((n + 1 for n in odd), 6)}{mixed}",
                   f"read as {name}: check the letters beyond ASCII")  # fmt: skip
    text = "".join(line.decode(name if n in set(odd) else "utf-8", "replace") for n, line in enumerate(lines))
    return _checked(text, report)


def _checked(text: str, report: Report) -> str:
    """The text itself; characters that could not be decoded are reported."""
    if "\ufffd" in text:
        line = text[: text.index("\ufffd")].count("\n") + 1
        what = f"{text.count(chr(0xFFFD))} characters that cannot be read"
        report.add(line, what, "shown as \ufffd: correct them by hand")
    return text


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding(data: bytes) -> str:
    """The encoding of bytes that are not UTF-8: guessed where there is enough to guess from."""
    best = from_bytes(data).best() if sum(byte > 127 for byte in data) >= _FEW else None
    return best.encoding if best is not None else "cp1252"


def tidy(text: str, report: Report) -> str:
    """The text with \\n at the ends of lines, without byte order marks and control characters."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\x0b\x0c\x85\u2028\u2029]", " ", text)
    clean = re.sub(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\u2060]|[\ud800-\udfff]", "", text)
    if len(clean) < len(text):
        report.add(0, f"{len(text) - len(clean)} control characters", "left out")
    clean = re.sub(r"(?m)^[ \t]*\u00a0[ \t\u00a0]*", lambda m: m[0].replace("\u00a0", " "), clean)
    return re.sub(r"(?m)^([ \t]*)[•●◦▪‣·∙○■](?=[ \t\u00a0])[ \t\u00a0]*", r"\1- ", clean)


def front_matter(text: str, report: Report) -> tuple[dict[str, Any], str]:
    """(fields, text with these lines empty) of a page of Jekyll, Hugo or MkDocs. What cannot be read stays text."""
    match = re.match(r"(---|\+\+\+)[ \t]*\n(.*?\n)?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if not match:
        return {}, text
    try:
        fields: Any = tomllib.loads(match[2] or "") if match[1] == "+++" else yaml.safe_load(match[2] or "")
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError) as error:
        report.add(1, f"front matter that cannot be read ({short(str(error), 80)})", "kept as text")
        return {}, text
    if not isinstance(fields, dict):
        return {}, text
    for name, value in fields.items():
        report.add(1, f"front matter {name}: {short(str(value), 80)}", _use_of(str(name)))
    report.removed.append(match[0])
    return {str(k): v for k, v in fields.items()}, "\n" * match[0].count("\n") + text[match.end() :]


def _use_of(name: str) -> str:
    name = name.lower()
    uses = {"title": "the title", "license": "the license", "licence": "the license", "canonical_url": "the address"}
    uses |= dict.fromkeys(("author", "authors"), "the author's name")
    return f"taken as {uses[name]}, unless the command line says otherwise" if name in uses else "left out"


def separate_lists(text: str) -> tuple[str, list[int]]:
    """(plain text with an empty line below each list, the line of the source of each of its lines).

    In Markdown a line right below a list goes on with its last item; in plain text it does not.
    """
    lines: list[str] = []
    places: list[int] = []
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        bullet = re.match(r"\s*(?:[-*+]|\d+[.)])\s", line)
        if inside and line.strip() and not bullet and not line[:1].isspace():
            lines.append("")
            places.append(number)
        inside = bool(bullet) or (inside and bool(line.strip()) and line[:1].isspace())
        lines.append(line)
        places.append(number)
    return "\n".join(lines), places
