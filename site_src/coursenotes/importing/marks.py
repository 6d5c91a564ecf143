"""Markdown marks in a line: text that would be read as a mark is escaped, meant marks are written."""

from __future__ import annotations

import re
from html import escape as escape_html

from coursenotes.importing.tree import Node

_DELIMITER = re.compile(r"[\s|:=\-_*+~]+")
_START = re.compile(r"#|>|[-+*](?=\s|$)|!!!|\?\?\?|===|~~~|:(?=\s|$)|\||\$\$")
_NUMBER = re.compile(r"(\d+)([.)])(?=\s|$)")
_PLAIN = re.compile(r"\[ ?[A-Za-z][^\[\]@^|\\]*\](?![(\[:{])")
_BARE = re.compile(r"https?://[^\s<>\[\]()`*\\|$\"'{}]+", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w-])(?:href|src|poster|action|data)=", re.IGNORECASE)


def is_bare(href: str) -> bool:
    """Whether an address can be written as it is, between < and >."""
    return bool(_BARE.fullmatch(href)) and not _ATTRIBUTE.search(href)


def escape(text: str, table: bool = False, link: bool = False) -> str:
    """Text as Markdown that shows it unchanged: only what the site would read as a mark is escaped."""
    out = []
    for at, character in enumerate(text):
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if character in "\\`$*":
            out.append(character if character == "*" and before.isspace() and after.isspace() else "\\" + character)
        elif character == "_":
            out.append(character if before.isalnum() and after.isalnum() else r"\_")
        elif character == "[":
            plain = not link and _PLAIN.match(text, at) and not re.match(r"\[TOC\]", text[at:], re.IGNORECASE)
            out.append("[" if plain else "&#91;" if link else r"\[")
        elif character == "]" and (link or after == ""):
            out.append("&#93;" if link else "]")
        elif character == "<":
            out.append("&lt;")
        elif character == "&":
            out.append("&amp;" if re.match(r"&#?\w+;?", text[at:]) else "&")
        elif character == "{":
            out.append(r"\{")
        elif character == "|" and table:
            out.append(r"\|")
        else:
            out.append(character)
    return "".join(out)


def block_start(line: str) -> str:
    """A line of text, escaped where its beginning would be read as the mark of a block."""
    if _DELIMITER.fullmatch(line) or _START.match(line):
        return f"&#{ord(line[0])};{line[1:]}" if not line.startswith("$$") else line
    number = _NUMBER.match(line)
    return f"{number[1]}{'&#41;' if number[2] == ')' else chr(92) + '.'}{line[number.end() :]}" if number else line


def inline_code(text: str, table: bool = False) -> str:
    """Inline code, between as many ticks as it needs."""
    text = " ".join(text.split("\n"))
    if not text.strip():
        return text
    if text.lstrip().startswith("#!") or text.startswith(":::") or (table and "|" in text) or "\\" in text[-1:]:
        shown = "".join(f"&#{ord(c)};" if c in "`*_[]{}\\$|#!:<>&@^~" else c for c in text)
        return f"<code>{shown}</code>"
    runs = {len(run) for run in re.findall(r"`+", text)}
    ticks = "`" * next(n for n in range(1, 1000) if n not in runs)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def safe_address(href: str) -> str:
    """An address with every character encoded that would end it too early."""
    return re.sub(r"[\s<>()\[\]\\`$|{}\"'*^\x00-\x1f]",
                  lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), href)  # fmt: skip


def title_part(node: Node) -> str:
    """The title after the address of a link or an image; empty without one."""
    title = " ".join(str(node.attrs.get("title") or "").split())
    return f' "{escape_html(title).replace("[", "&#91;").replace("]", "&#93;")}"' if title else ""


def around(marks: str, inner: str) -> str:
    """Marks around text, inside the spaces at its ends: Markdown reads no mark next to a space."""
    text = inner.strip()
    if not text:
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    if "*" in text.replace(r"\*", "") or "  \n" in text:  # marks within marks
        tag = "strong" if marks == "**" else "em"
        return f"{before}<{tag}>{text}</{tag}>{after}"
    return f"{before}{marks}{text}{marks}{after}"
