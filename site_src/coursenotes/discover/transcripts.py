"""The lines of a transcript: headings, times, words; and the part that remains where the words are hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from coursenotes.discover.headings import without_marks
from coursenotes.discover.text.prose import front_matter_blanked, prose

_TIME = re.compile(r"^\s*\[(?P<time>\d{1,3}(?::\d{1,2}){1,2})\](?!\()(?P<rest>.*)$")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(?P<words>.*?)[ \t]*#*[ \t]*$")


def hidden(meta: Mapping[str, Any]) -> bool:
    """Whether a page's text is not to be published. An unknown value of publish: hides it too."""
    return str(meta.get("publish", "text")) != "text"


def public(text: str) -> str:
    """A transcript with every line emptied except headings and times."""
    lines = text.split("\n")
    body = front_matter_blanked(text).split("\n")
    front = max(
        (number for number, (line, bare) in enumerate(zip(lines, body, strict=True), 1) if line != bare), default=0
    )
    kept = {
        line: f"[{words}]" if kind == "time" else lines[line - 1]
        for line, kind, words in lines_of(text)
        if kind != "text"
    }
    return "\n".join([*lines[:front], *(kept.get(number, "") for number in range(front + 1, len(lines) + 1))])


def lines_of(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, "heading" or "time" or "text", its words) of every line that is not empty; code counts as text."""
    masked = prose(text).split("\n")
    body = front_matter_blanked(text).split("\n")
    for number, (line, bare) in enumerate(zip(body, masked, strict=True), 1):
        time, heading = _TIME.match(bare), _HEADING.match(bare)
        if heading:
            match = _HEADING.match(line)
            words = re.sub(r"\{[^{}]*\}[ \t]*$", "", match["words"] if match else "")
            yield number, "heading", without_marks(words, tags=False)
        elif time:
            yield number, "time", time["time"]
            if time["rest"].strip():
                yield number, "text", line[time.start("rest") :].strip()
        elif line.strip():
            yield number, "text", line.strip()
